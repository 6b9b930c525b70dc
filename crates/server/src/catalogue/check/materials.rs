//! L14 and L15: material lines.

use haoban_domain::{
    item::{MaterialOrigin, ServiceItem},
    material::MaterialRule,
};

use super::{Finding, item_file};

/// Catch-all words that may not name a material (L14).
const VAGUE: [&str; 7] = ["其他材料", "其它材料", "等有关材料", "等材料", "相关证明", "有关证明", "必要的材料"];
/// Words of a source that say that an office issued it.
const ISSUED: [&str; 3] = ["核发", "电子证照", "系统查询"];

/// Checks the lines of one item.
#[must_use]
pub fn check(item: &ServiceItem) -> Vec<Finding> {
    let file = item_file(&item.code, "materials");
    item.materials.iter().enumerate().flat_map(|(at, material)| line(&file, at, material)).collect()
}

fn line(file: &str, at: usize, material: &MaterialRule) -> Vec<Finding> {
    let mut findings = Vec::new();
    let words = [&material.name.zh, &material.accept.zh];
    if words.iter().any(|text| VAGUE.iter().any(|vague| text.contains(vague))) {
        let message = format!("`{}` is a catch-all", material.name.zh);
        findings.push(Finding::at(file, format!("{at}.name"), "L14", message, "name the very material"));
    }
    let issued = material.origin == Some(MaterialOrigin::Government)
        || ISSUED.iter().any(|word| material.source.zh.contains(word));
    if issued && material.replaced_by.is_empty() && material.because.is_none() {
        let message = format!("`{}` is issued by an office but nothing replaces it", material.name.zh);
        findings.push(Finding::at(
            file,
            format!("{at}.replaced_by"),
            "L15",
            message,
            "add a replacement, or `because` with the reason",
        ));
    }
    if material.when.is_some() && material.because.is_none() {
        let message = format!("`{}` is asked in some situations only, without saying why", material.name.zh);
        findings.push(Finding::at(file, format!("{at}.because"), "L15", message, "add `because`"));
    }
    let limit = &material.upload;
    if limit.kinds.is_empty() || limit.max_files == 0 || limit.max_bytes == 0 || limit.max_pages == 0 {
        let message = format!("nothing can be handed in for `{}`", material.name.zh);
        findings.push(Finding::at(
            file,
            format!("{at}.upload"),
            "L15",
            message,
            "allow at least one kind, file, byte and page",
        ));
    }
    findings
}
