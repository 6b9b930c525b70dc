//! What the app and the system browser do together to sign somebody in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Response, StatusCode, header};
use sha2::{Digest, Sha256};

use super::{PASSWORD, PHONE, Platform};

pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-1";
pub const REDIRECT: &str = "http://127.0.0.1:49152/callback";
pub const STATE: &str = "st4te";
pub const NONCE: &str = "n0nce";

pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

/// Parameters of a good authorization request.
pub fn good() -> Vec<(&'static str, String)> {
    [
        ("response_type", "code"),
        ("client_id", "haoban-app"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile offline_access"),
        ("state", STATE),
        ("nonce", NONCE),
        ("code_challenge_method", "S256"),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .chain([("code_challenge", challenge())])
    .collect()
}

/// The same with one value changed; an empty value takes it out.
pub fn good_but(name: &'static str, value: &str) -> Vec<(&'static str, String)> {
    let mut params: Vec<_> = good().into_iter().filter(|(known, _)| *known != name).collect();
    if !value.is_empty() {
        params.push((name, value.to_owned()));
    }
    params
}

/// A form of the sign-in pages, open in one browser.
#[derive(Clone)]
pub struct OpenForm {
    pub cookie: String,
    pub request: String,
    pub token: String,
}

pub fn location(response: &Response) -> String {
    response.headers().get(header::LOCATION).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

/// A value of the address the browser was sent to.
pub fn answer(location: &str, name: &str) -> Option<String> {
    let (_, query) = location.split_once('?')?;
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name)?;
    Some(pair.1.replace("%3A", ":").replace("%2F", "/").replace("%20", " "))
}

/// The value of a hidden input.
pub fn hidden(html: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let rest = html.split(&marker).nth(1).unwrap_or_else(|| panic!("no input {name} in {html}"));
    rest.split('"').next().unwrap().to_owned()
}

impl Platform {
    pub async fn authorize(&self, params: &[(&str, String)]) -> Response {
        self.http.get(self.url("/oauth/authorize")).query(params).send().await.unwrap()
    }

    /// Opens the sign-in page as an app would.
    pub async fn open_form(&self) -> OpenForm {
        let response = self.authorize(&good()).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let page = self.page(&cookie, &location(&response)).await;
        assert_eq!(page.status(), StatusCode::OK);
        let html = page.text().await.unwrap();
        OpenForm { cookie, request: hidden(&html, "request"), token: hidden(&html, "token") }
    }

    pub async fn page(&self, cookie: &str, path: &str) -> Response {
        self.http.get(self.url(path)).header(header::COOKIE, cookie).send().await.unwrap()
    }

    pub async fn post(&self, form: &OpenForm, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut all = vec![("request", form.request.as_str()), ("token", form.token.as_str()), ("lang", "en")];
        all.extend_from_slice(fields);
        self.http.post(self.url(path)).header(header::COOKIE, &form.cookie).form(&all).send().await.unwrap()
    }

    pub async fn try_password(&self, phone: &str, password: &str) -> Response {
        let form = self.open_form().await;
        self.post(&form, "/signin/password", &[("phone", phone), ("password", password)]).await
    }

    /// Signs in with the password; gives the code.
    pub async fn code(&self) -> String {
        let response = self.try_password(PHONE, PASSWORD).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let location = location(&response);
        assert!(location.starts_with(&format!("{REDIRECT}?")), "{location}");
        assert_eq!(answer(&location, "state").unwrap(), STATE);
        assert_eq!(answer(&location, "iss").unwrap(), self.base);
        answer(&location, "code").unwrap()
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Response {
        self.http.post(self.url("/oauth/token")).form(fields).send().await.unwrap()
    }

    pub async fn exchange(&self, code: &str) -> Response {
        self.token(&exchange_fields(code)).await
    }

    pub async fn refresh(&self, token: &str) -> Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "haoban-app")]).await
    }

    /// Signs in whole.
    pub async fn tokens(&self) -> serde_json::Value {
        let code = self.code().await;
        let response = self.exchange(&code).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }
}

pub fn exchange_fields(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", "haoban-app"),
        ("code_verifier", VERIFIER),
    ]
}

/// The error of a refused token request; it must be refused with 400.
pub async fn refused(response: Response) -> String {
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body: serde_json::Value = response.json().await.unwrap();
    body["error"].as_str().unwrap().to_owned()
}

pub fn text<'a>(body: &'a serde_json::Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}"))
}
