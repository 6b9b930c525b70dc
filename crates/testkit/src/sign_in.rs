//! Plays the system browser over HTTP: fills the platform's own sign-in page as a person would.

use std::collections::BTreeMap;

use anyhow::Context;
use reqwest::{Url, redirect::Policy};

/// Follows an authorization address to the app's loopback listener, signing in by phone and password.
///
/// # Errors
/// When a page is not there or the platform refuses.
pub async fn sign_in_over_http(url: &str, phone: &str, password: &str) -> anyhow::Result<()> {
    let browser = reqwest::Client::builder().no_proxy().cookie_store(true).build()?;
    let answer = fill_in(&browser, url, phone, password).await?;
    let status = answer.status();
    let landed = answer.url().clone();
    let text = answer.text().await?;
    anyhow::ensure!(status.is_success(), "sign-in ended at {} with {status}", landed.path());
    anyhow::ensure!(form_with(&text, "password").is_none(), "the platform showed the sign-in page again");
    Ok(())
}

/// The same up to the address the platform sends the browser back to, which nobody listens on.
///
/// # Errors
/// When a page is not there or the platform refuses.
pub(crate) async fn sign_in_to(url: &str, phone: &str, password: &str, back: &str) -> anyhow::Result<Url> {
    let end = back.to_owned();
    let stop = Policy::custom(move |attempt| match attempt.url().as_str().starts_with(&end) {
        true => attempt.stop(),
        false => attempt.follow(),
    });
    let browser = reqwest::Client::builder().no_proxy().cookie_store(true).redirect(stop).build()?;
    let answer = fill_in(&browser, url, phone, password).await?;
    let landed = answer.headers().get("location").and_then(|at| at.to_str().ok()).context("no way back")?;
    Ok(Url::parse(landed)?)
}

async fn fill_in(
    browser: &reqwest::Client,
    url: &str,
    phone: &str,
    password: &str,
) -> anyhow::Result<reqwest::Response> {
    let page = browser.get(url).send().await?;
    let at = page.url().clone();
    let html = page.error_for_status().context("the sign-in page")?.text().await?;
    let form = form_with(&html, "password").context("the sign-in page has no password form")?;
    let mut fields = form.fields;
    for (name, value) in &mut fields {
        match name.as_str() {
            "phone" | "account" | "username" => *value = phone.to_owned(),
            "password" => *value = password.to_owned(),
            _ => {}
        }
    }
    let action = at.join(&form.action)?;
    Ok(browser.post(action).form(&fields).send().await?)
}

struct Form {
    action: String,
    fields: BTreeMap<String, String>,
}

/// The first form that has a field of this name. A page of our own needs no HTML library to be read.
fn form_with(html: &str, field: &str) -> Option<Form> {
    html.split("<form").skip(1).find_map(|rest| {
        let body = &rest[..rest.find("</form>")?];
        let fields: BTreeMap<String, String> = body
            .split("<input")
            .skip(1)
            .filter_map(|input| {
                let tag = &input[..input.find('>')?];
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect();
        let action = attribute(&body[..body.find('>')?], "action").unwrap_or_default();
        fields.contains_key(field).then_some(Form { action, fields })
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let end = tag[start..].find('"')? + start;
    Some(tag[start..end].replace("&amp;", "&").replace("&quot;", "\"").replace("&#x3D;", "=").replace("&#39;", "'"))
}
