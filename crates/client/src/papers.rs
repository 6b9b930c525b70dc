//! The papers of a service: blank forms and filled samples. The platform draws them; what was had once is kept
//! here, sealed, because which services one reads about says something of one.

use std::collections::BTreeMap;

use haoban_domain::text::Language;
use haoban_wire::{
    Problem, ProblemCode,
    http::PaperInfo,
    ui::{PaperListView, PaperRow, PaperSave, PaperSaved},
};
use serde::{Deserialize, Serialize};

use crate::{Client, ClientError, catalogue, http::api, settings, store::records};

const KIND: &str = "papers";

/// What is kept of one service in one language.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    papers: Vec<PaperInfo>,
    contents: BTreeMap<String, String>,
}

impl Kept {
    /// A newer list. A content of another size is of another version.
    fn take(&mut self, papers: Vec<PaperInfo>) {
        self.papers = papers;
        let papers = &self.papers;
        self.contents.retain(|id, content| {
            papers.iter().any(|paper| paper.id == *id && usize::try_from(paper.bytes) == Ok(content.len()))
        });
    }
}

/// Which papers there are: from the platform, else as last heard.
pub(crate) async fn list(client: &Client, code: &str) -> Result<PaperListView, Problem> {
    let language = settings::current(client).language;
    let mut kept = read(client, code, language).await;
    match api(client).papers(code, language).await {
        Ok(papers) => {
            kept.take(papers);
            keep(client, code, language, &kept).await;
        }
        Err(problem) if kept.papers.is_empty() => return Err(problem),
        Err(_) => {}
    }
    let row = |info: PaperInfo| PaperRow { kept: kept.contents.contains_key(&info.id), info };
    Ok(PaperListView { papers: kept.papers.iter().cloned().map(row).collect() })
}

/// Saves one where the resident finds it: from the platform, else the one kept here.
pub(crate) async fn save(client: &Client, request: PaperSave) -> Result<PaperSaved, Problem> {
    let PaperSave { code, id } = request;
    let language = settings::current(client).language;
    let mut kept = read(client, &code, language).await;
    let content = match api(client).paper(&code, &id, language).await {
        Ok(content) => {
            kept.contents.insert(id.clone(), content.clone());
            keep(client, &code, language, &kept).await;
            content
        }
        Err(problem) => kept.contents.remove(&id).ok_or(problem)?,
    };
    let name = file_name(client, &code, &id, &kept, language)?;
    let place = client.ports().files.export(&name, content.into_bytes()).await.map_err(ClientError::from)?;
    Ok(PaperSaved { place })
}

/// Service and paper in words, so that it is found again among other files.
fn file_name(client: &Client, code: &str, id: &str, kept: &Kept, language: Language) -> Result<String, Problem> {
    let loaded = catalogue::required(client)?;
    let item = loaded.item(code).ok_or(ProblemCode::NotFound)?;
    let title = kept.papers.iter().find(|paper| paper.id == id).map(|paper| paper.title.in_language(language));
    let name = format!("{} {}", item.guide.name.in_language(language), title.unwrap_or(id));
    let plain: String =
        name.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { ' ' } else { c }).collect();
    Ok(format!("{}.html", plain.trim()))
}

async fn read(client: &Client, code: &str, language: Language) -> Kept {
    let read = async {
        let id = blind(client, code, language)?;
        records::read::<Kept>(client, KIND, &id).await
    };
    // A closed vault keeps nothing; the papers themselves are nobody's secret and still come.
    read.await.ok().flatten().unwrap_or_default()
}

async fn keep(client: &Client, code: &str, language: Language, kept: &Kept) {
    let write = async {
        let id = blind(client, code, language)?;
        records::put_one(client, KIND, &id, kept).await
    };
    if let Err(error) = write.await {
        tracing::debug!(%error, "a paper could not be kept");
    }
}

fn blind(client: &Client, code: &str, language: Language) -> Result<String, ClientError> {
    Ok(client.vault().blind(KIND, &format!("{code} {}", language.tag()))?)
}

#[cfg(test)]
mod tests;
