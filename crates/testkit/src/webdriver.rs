//! A small WebDriver client: enough to press, type and read in the real window.

use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use serde_json::{Value, json};

/// One session of a driver.
pub struct WebDriver {
    http: reqwest::Client,
    base: String,
}

/// An element of the page.
#[derive(Debug, Clone)]
pub struct Element(String);

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl WebDriver {
    /// Opens a session at a driver with the given capabilities.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn open(driver: &str, capabilities: Value) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let mut last = anyhow::anyhow!("never asked");
        for _ in 0..100 {
            match send(http.post(format!("{driver}/session")).json(&body)).await {
                Ok(value) => {
                    let id = value["sessionId"].as_str().context("no session id")?;
                    return Ok(Self { base: format!("{driver}/session/{id}"), http });
                }
                Err(error) => last = error,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(last.context("the driver opened no session"))
    }

    /// A session that is none, to stand where one was while a new one is opened.
    #[must_use]
    pub fn detached() -> Self {
        #[allow(clippy::disallowed_methods, reason = "it never sends anything")]
        let http = reqwest::Client::new();
        Self { http, base: String::new() }
    }

    /// Runs a script in the page and answers what it returns.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> anyhow::Result<Value> {
        let body = json!({ "script": script, "args": arguments });
        send(self.http.post(format!("{}/execute/sync", self.base)).json(&body)).await
    }

    /// Waits for an element, at most twenty seconds. XPath when it begins with `/`, else CSS.
    ///
    /// # Errors
    /// When it does not come; the page's text is part of the error.
    pub async fn find(&self, selector: &str) -> anyhow::Result<Element> {
        let using = if selector.starts_with(['/', '(']) { "xpath" } else { "css selector" };
        let body = json!({ "using": using, "value": selector });
        for _ in 0..200 {
            if let Ok(value) = send(self.http.post(format!("{}/element", self.base)).json(&body)).await
                && let Some(id) = value[ELEMENT].as_str()
            {
                return Ok(Element(id.to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let text = self.text().await.unwrap_or_default();
        anyhow::bail!("`{selector}` did not come; the page says:\n{text}")
    }

    /// Waits until the page shows some words.
    ///
    /// # Errors
    /// When it does not.
    pub async fn see(&self, words: &str) -> anyhow::Result<()> {
        for _ in 0..300 {
            if self.text().await.is_ok_and(|text| text.contains(words)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let text = self.text().await.unwrap_or_default();
        anyhow::bail!("the page never said `{words}`; it says:\n{text}")
    }

    /// The page's text.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn text(&self) -> anyhow::Result<String> {
        let value = self.run("return document.body ? document.body.innerText : ''", &[]).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Presses a button or link by its words.
    ///
    /// # Errors
    /// When there is none.
    pub async fn press(&self, words: &str) -> anyhow::Result<()> {
        let path = format!(
            "//*[self::button or self::a or self::summary or self::label][contains(normalize-space(.), '{words}') or @aria-label='{words}']"
        );
        self.click(&path).await
    }

    /// Presses what a selector finds. A page may redraw between finding and pressing, so it tries again.
    ///
    /// # Errors
    /// When it cannot be pressed.
    pub async fn click(&self, selector: &str) -> anyhow::Result<()> {
        let mut last = anyhow::anyhow!("never tried");
        for _ in 0..20 {
            let element = self.find(selector).await?;
            let script = "arguments[0].scrollIntoView({ block: 'center' })";
            let scrolled = self.run(script, &[json!({ ELEMENT: element.0 })]).await;
            let url = format!("{}/element/{}/click", self.base, element.0);
            match scrolled.and(send(self.http.post(url).json(&json!({}))).await) {
                Ok(_) => return Ok(()),
                Err(error) => last = error,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(last.context(format!("`{selector}` could not be pressed")))
    }

    /// Types into what a selector finds, replacing what was there.
    ///
    /// # Errors
    /// When it takes no text.
    pub async fn fill(&self, selector: &str, text: &str) -> anyhow::Result<()> {
        let element = self.find(selector).await?;
        let url = format!("{}/element/{}", self.base, element.0);
        send(self.http.post(format!("{url}/clear")).json(&json!({}))).await?;
        send(self.http.post(format!("{url}/value")).json(&json!({ "text": text }))).await?;
        Ok(())
    }

    /// The value of an input.
    ///
    /// # Errors
    /// When there is no such input.
    pub async fn value(&self, selector: &str) -> anyhow::Result<String> {
        let element = self.find(selector).await?;
        let value = self.run("return String(arguments[0].value)", &[json!({ ELEMENT: element.0 })]).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Role and name of an element as the engine's accessibility tree has them.
    ///
    /// # Errors
    /// When the driver does not say.
    pub async fn role_and_name(&self, selector: &str) -> anyhow::Result<(String, String)> {
        let element = self.find(selector).await?;
        let url = format!("{}/element/{}", self.base, element.0);
        let role = send(self.http.get(format!("{url}/computedrole"))).await?;
        let name = send(self.http.get(format!("{url}/computedlabel"))).await?;
        Ok((role.as_str().unwrap_or_default().to_owned(), name.as_str().unwrap_or_default().to_owned()))
    }

    /// A picture of the page. A still page must repaint or the driver waits for ever (interface.md §1.3).
    ///
    /// # Errors
    /// When no picture comes.
    pub async fn screenshot(&self) -> anyhow::Result<Vec<u8>> {
        let value = send(self.http.get(format!("{}/screenshot", self.base))).await?;
        let text = value.as_str().context("no picture")?;
        Ok(base64::engine::general_purpose::STANDARD.decode(text)?)
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn close(self) -> anyhow::Result<()> {
        send(self.http.delete(&self.base)).await.map(drop)
    }
}

async fn send(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let failed = !answer.status().is_success();
    let mut body: Value = answer.json().await?;
    let value = body["value"].take();
    if failed {
        anyhow::bail!("{}: {}", value["error"].as_str().unwrap_or("error"), value["message"].as_str().unwrap_or(""));
    }
    Ok(value)
}
