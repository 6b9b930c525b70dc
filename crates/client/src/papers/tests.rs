use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use haoban_wire::ProblemCode;

use super::*;
use crate::{
    commands,
    http::fake::{Answer, Heard},
    rig::Rig,
};

const LIST: &str = r#"{"papers":[{"id":"blank","slot":null,"title":{"zh":"空白表","en":"Blank"},"bytes":5}]}"#;

/// A platform with one paper; `gone` makes it fall silent.
async fn rig() -> (Rig, Arc<AtomicBool>) {
    let gone = Arc::new(AtomicBool::new(false));
    let silent = gone.clone();
    let rig = Rig::start(move |_| {
        move |heard: &Heard| match heard.path.split('?').next() {
            _ if silent.load(Ordering::SeqCst) => Answer::new(503, ""),
            Some("/v1/catalogue") => Answer::new(200, String::from_utf8(crate::fixture::catalogue(1)).unwrap()),
            Some("/v1/catalogue/items/gjj-rent/papers") => Answer::new(200, LIST),
            Some("/v1/catalogue/items/gjj-rent/papers/blank") => Answer::new(200, "paper"),
            _ => Answer::new(404, r#"{"code":"not_found"}"#),
        }
    })
    .await;
    catalogue::refresh(&rig.client).await.unwrap();
    (rig, gone)
}

fn save(id: &str) -> PaperSave {
    PaperSave { code: "gjj-rent".into(), id: id.into() }
}

async fn kept(rig: &Rig) -> bool {
    let request = haoban_wire::ui::PaperList { code: "gjj-rent".into() };
    commands::paper_list(&rig.client, request).await.unwrap().papers[0].kept
}

#[tokio::test]
async fn what_was_had_once_is_had_without_network() {
    let (rig, gone) = rig().await;
    assert!(!kept(&rig).await);
    commands::paper_save(&rig.client, save("blank")).await.unwrap();
    gone.store(true, Ordering::SeqCst);
    assert!(kept(&rig).await, "the list and the paper are kept");
    let place = commands::paper_save(&rig.client, save("blank")).await.unwrap().place;
    assert!(place.contains("Rent"), "named by the service: {place}");
}

#[tokio::test]
async fn what_was_never_had_is_said_to_be_out_of_reach() {
    let (rig, gone) = rig().await;
    gone.store(true, Ordering::SeqCst);
    let request = haoban_wire::ui::PaperList { code: "gjj-rent".into() };
    let problem = commands::paper_list(&rig.client, request).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::Unavailable);
    assert!(commands::paper_save(&rig.client, save("blank")).await.is_err());
}

#[test]
fn another_size_is_another_version() {
    let info = |bytes| PaperInfo { id: "blank".into(), slot: None, title: Default::default(), bytes };
    let mut kept = Kept { papers: vec![info(5)], contents: [("blank".to_owned(), "paper".to_owned())].into() };
    kept.take(vec![info(5)]);
    assert_eq!(kept.contents.len(), 1);
    kept.take(vec![info(6)]);
    assert!(kept.contents.is_empty());
}
