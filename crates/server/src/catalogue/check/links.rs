//! Addresses in texts lead only to hosts that the city has named (`links` in city.yaml).

use super::Finding;

/// Checks one text.
pub fn check(findings: &mut Vec<Finding>, hosts: &[String], file: &str, path: &str, text: &str) {
    for host in hosts_of(text) {
        let known = hosts.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")));
        if !known {
            let message = format!("`{host}` is not among the links of the city");
            let remedy = "add the host to `links` in city.yaml, or take the address out";
            findings.push(Finding::at(file, path, "links", message, remedy));
        }
    }
}

/// Hosts of everything that looks like an address.
fn hosts_of(text: &str) -> Vec<String> {
    let end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let mut found = Vec::new();
    for start in ["http://", "https://", "www."] {
        for (at, _) in text.match_indices(start) {
            let begin = if start == "www." { at } else { at + start.len() };
            let host = text[begin..].split(end).next().unwrap_or_default().trim_end_matches('.').to_lowercase();
            if !host.is_empty() {
                found.push(host);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_wherever_they_stand() {
        assert_eq!(hosts_of("请看 https://a.example/x?y=1，或 www.b.example。"), ["a.example", "www.b.example"]);
        assert!(hosts_of("电话 0371-12345").is_empty());
    }

    #[test]
    fn only_named_hosts_pass() {
        let hosts = ["example.cn".to_owned()];
        let mut findings = Vec::new();
        check(&mut findings, &hosts, "f", "p", "https://www.example.cn/a");
        assert!(findings.is_empty());
        check(&mut findings, &hosts, "f", "p", "https://example.cn.evil.example");
        assert_eq!(findings[0].rule, "links");
    }
}
