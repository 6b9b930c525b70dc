//! Fills the templates in `assets/identity`: `{{name}}` escaped, `{{{name}}}` as it is, `{{t.key}}` a text.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::Look;

/// Only our own style; forms go to us, and the answer of a sign-in to the app's loopback address.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' http://127.0.0.1:*; \
                      base-uri 'none'; frame-ancestors 'none'";

/// A template with its values filled in.
pub fn fill(look: Look, template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let raw = rest[start..].starts_with("{{{");
        let (open, close) = if raw { (3, "}}}") } else { (2, "}}") };
        let Some(end) = rest[start + open..].find(close) else { break };
        let name = &rest[start + open..start + open + end];
        let value = match name.strip_prefix("t.") {
            Some(key) => look.words(key),
            None => values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value),
        };
        if raw {
            out.push_str(value)
        } else {
            out.push_str(&escape(value))
        }
        rest = &rest[start + open + end + close.len()..];
    }
    out.push_str(rest);
    out
}

/// Text as HTML, for content and attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A whole page. `switches` are the links that change language and size.
pub fn page(look: Look, status: StatusCode, title: &str, switches: &str, body: &str) -> Response {
    let values =
        [("lang", look.lang()), ("mode", look.mode()), ("title", title), ("switches", switches), ("body", body)];
    let html = fill(look, include_str!("../../../assets/identity/page.html"), &values);
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Links to the same page in the other language and the other size.
pub fn switches(look: Look, path: impl Fn(Look) -> String) -> String {
    let language = match look.lang() {
        "en" => Look::of("zh-CN", look.mode()),
        _ => Look::of("en", look.mode()),
    };
    let size = Look { senior: !look.senior, ..look };
    let size_words = if look.senior { "switch_standard" } else { "switch_senior" };
    format!(
        "<a href=\"{}\">{}</a><a href=\"{}\" lang=\"{}\" hreflang=\"{}\">{}</a>",
        escape(&path(size)),
        escape(look.words(size_words)),
        escape(&path(language)),
        language.lang(),
        language.lang(),
        escape(look.words("switch_language")),
    )
}

/// A page that only says something.
pub fn notice(look: Look, status: StatusCode, heading: &str, words: &str, more: &str) -> Response {
    let values = [("heading", look.words(heading)), ("words", look.words(words)), ("more", more)];
    let body = fill(look, include_str!("../../../assets/identity/notice.html"), &values);
    page(look, status, look.words(heading), "", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_unless_they_are_markup() {
        let filled =
            fill(Look::default(), "<p title=\"{{a}}\">{{a}}</p>{{{b}}}{{t.brand}}", &[("a", "\"<b>&'"), ("b", "<i>")]);
        assert_eq!(filled, "<p title=\"&quot;&lt;b&gt;&amp;&#39;\">&quot;&lt;b&gt;&amp;&#39;</p><i>好办");
    }

    #[test]
    fn a_value_is_never_taken_for_a_template() {
        assert_eq!(fill(Look::default(), "{{a}}{{b}}", &[("a", "{{b}}"), ("b", "x")]), "{{b}}x");
    }
}
