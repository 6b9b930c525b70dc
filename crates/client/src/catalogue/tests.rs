use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use haoban_wire::{
    ProblemCode,
    ui::{CalculatorOpen, CatalogueOpen, CatalogueSearch, DraftList, GuideOpen, HomeOpen, Verdict},
};

use crate::{
    commands,
    http::fake::{Answer, Heard},
    rig::Rig,
};

/// A platform that knows one catalogue; `gone` makes it fall silent.
async fn rig() -> (Rig, Arc<AtomicBool>) {
    rig_with(1).await
}

/// The same with the item in a version.
async fn rig_with(version: u32) -> (Rig, Arc<AtomicBool>) {
    let gone = Arc::new(AtomicBool::new(false));
    let silent = gone.clone();
    let rig = Rig::start(move |_| {
        move |heard: &Heard| {
            if silent.load(Ordering::SeqCst) || heard.path != "/v1/catalogue" {
                return Answer::new(503, "");
            }
            match heard.header("if-none-match") {
                Some("\"v1\"") => Answer::new(304, ""),
                _ => Answer::new(200, String::from_utf8(crate::fixture::catalogue(version)).unwrap()),
            }
        }
    })
    .await;
    super::refresh(&rig.client).await.unwrap();
    (rig, gone)
}

#[tokio::test]
async fn kept_on_the_device_and_searched_without_network() {
    let (mut rig, gone) = rig().await;
    gone.store(true, Ordering::SeqCst);
    rig.restart().await;
    let home = commands::home_open(&rig.client, HomeOpen {}).await.unwrap();
    assert_eq!(home.item_count, 1);
    assert!(home.catalogue_at.is_some());
    let found = commands::catalogue_search(&rig.client, CatalogueSearch { query: " rent ".into() }).await.unwrap();
    assert_eq!((found.query.as_str(), found.hits.len()), ("rent", 1));
    let code = found.hits[0].item.code.clone();
    let guide = commands::guide_open(&rig.client, GuideOpen { code }).await.unwrap();
    assert!(guide.question_count > 0);
    assert!(guide.conditions.iter().all(|condition| condition.verdict == Verdict::Open));
    assert!(guide.conditions.iter().all(|condition| condition.open.is_some()), "each says why");
    assert_eq!(guide.facts_at, None);
}

#[tokio::test]
async fn an_unchanged_catalogue_is_confirmed_and_not_sent_again() {
    let (rig, _) = rig().await;
    let first = super::loaded(&rig.client).unwrap();
    rig.clock().0.fetch_add(60_000, Ordering::SeqCst);
    super::refresh(&rig.client).await.unwrap();
    let second = super::loaded(&rig.client).unwrap();
    assert!(Arc::ptr_eq(&first.catalogue, &second.catalogue), "the parsed catalogue is kept");
    assert_eq!(second.fetched_at.millis() - first.fetched_at.millis(), 60_000);
}

#[tokio::test]
async fn an_unknown_item_is_said_to_be_unknown() {
    let (rig, _) = rig().await;
    let problem = commands::guide_open(&rig.client, GuideOpen { code: "no-such".into() }).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::NotFound);
}

#[tokio::test]
async fn a_catalogue_that_has_not_come_is_not_an_empty_one() {
    let rig = Rig::start(|_| |_: &Heard| Answer::new(503, "")).await;
    let query = || CatalogueSearch { query: "gongjijin".into() };
    let missing = Some(ProblemCode::CatalogueMissing);
    let code = |problem: haoban_wire::Problem| problem.code;
    assert_eq!(commands::catalogue_search(&rig.client, query()).await.err().map(code), missing);
    assert_eq!(commands::catalogue_open(&rig.client, CatalogueOpen::default()).await.err().map(code), missing);
    let guide = GuideOpen { code: "gjj-rent".into() };
    assert_eq!(commands::guide_open(&rig.client, guide).await.err().map(code), missing);
}

#[tokio::test]
async fn figures_come_without_a_sign_in_and_leave_nothing_behind() {
    let (rig, gone) = rig_with(2).await;
    gone.store(true, Ordering::SeqCst);
    let ask = |answers: serde_json::Value| CalculatorOpen {
        code: "gjj-rent".into(),
        answers: serde_json::from_value(answers).unwrap(),
    };
    let first = commands::calculator_open(&rig.client, ask(serde_json::json!({}))).await.unwrap();
    assert_eq!((first.asked.len(), first.facts_known), (1, false));
    let told = commands::calculator_open(&rig.client, ask(serde_json::json!({ "rent": 150_000 }))).await.unwrap();
    assert_eq!(told.state.headline.map(|headline| headline.value), Some(1_800_000));
    assert_eq!(told.carried, ["rent"]);
    assert!(commands::draft_list(&rig.client, DraftList {}).await.unwrap().drafts.is_empty());
    let problem =
        commands::calculator_open(&rig.client, CalculatorOpen { code: "no-such".into(), answers: Default::default() })
            .await
            .unwrap_err();
    assert_eq!(problem.code, ProblemCode::NotFound);
}
