//! The demo city in a database, and the catalogue over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{path::PathBuf, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use haoban_domain::{
    form::{Evaluator, Inputs},
    identifiers::{credit_code, id_number, licence_identifier},
    ids::PartyId,
    licence::LicenceStatus,
    material::MaterialStanding,
    time::Timestamp,
};
use haoban_server::{
    AppState,
    app::{self, Ports},
    config::Config,
    identity::{accounts, facts},
    licences,
    ports::{Clock, SystemRandom},
    seed::{self, Seeded},
};
use sqlx::Row;
use tempfile::TempDir;
use tower::ServiceExt;

/// 2026-11-23 14:20 in the city.
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_414_800_000)
    }
}

async fn platform() -> (AppState, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let city = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhengzhou");
    let mut config = Config::load(None, []).unwrap();
    config.data_dir = folder.path().to_path_buf();
    config.city = city.display().to_string();
    let state = AppState::open(config, Ports { clock: Arc::new(Fixed), random: Arc::new(SystemRandom) }).await.unwrap();
    (state, folder)
}

async fn count(state: &AppState, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(state.store.reader()).await.unwrap()
}

async fn contents(state: &AppState) -> Vec<(String, String)> {
    let rows = sqlx::query("SELECT party_id || key AS name, value FROM fact ORDER BY 1")
        .fetch_all(state.store.reader())
        .await
        .unwrap();
    rows.iter().map(|row| (row.get("name"), row.get("value"))).collect()
}

#[tokio::test]
async fn seeding_fills_an_empty_database_once() {
    let (state, _folder) = platform().await;
    let done = seed::run(&state).await.unwrap();
    // One officer a department, and a second at the fund centre.
    let desks = state.catalogue.current().pack.departments.len() + 1;
    let filled = matches!(done, Seeded::Done { residents: 200.., enterprises: 20, officers } if officers == desks);
    assert!(filled && desks > 12, "{done:?}, {desks} desks");
    assert!(accounts::is_demo(&state.store).await.unwrap());
    let before = contents(&state).await;
    let licences = count(&state, "SELECT COUNT(*) FROM licence").await;
    assert!(before.len() > 3_000 && licences > 500, "{} facts, {licences} licences", before.len());
    assert_eq!(seed::run(&state).await.unwrap(), Seeded::Already);
    assert_eq!(seed::ensure_demo(&state).await.unwrap(), Seeded::Already);
    assert_eq!(contents(&state).await, before);
    assert_eq!(count(&state, "SELECT COUNT(*) FROM licence").await, licences);
}

#[tokio::test]
async fn a_database_with_other_people_is_left_alone() {
    let (state, _folder) = platform().await;
    let mut tx = state.store.write().await.unwrap();
    sqlx::query("INSERT INTO party (id, kind, name, id_number, phone, created_at) VALUES ('pty_1', 'natural_person', 'x', 'y', 'z', 0)")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(seed::run(&state).await.unwrap_err().to_string().contains("no demo data"));
    assert_eq!(seed::ensure_demo(&state).await.unwrap(), Seeded::Already);
    assert_eq!(count(&state, "SELECT COUNT(*) FROM party").await, 1);
    assert!(!accounts::is_demo(&state.store).await.unwrap());
}

#[tokio::test]
async fn every_identifier_in_the_database_is_valid() {
    let (state, _folder) = platform().await;
    seed::run(&state).await.unwrap();
    for row in sqlx::query("SELECT kind, id_number FROM party").fetch_all(state.store.reader()).await.unwrap() {
        let (kind, number): (String, String) = (row.get("kind"), row.get("id_number"));
        let valid = if kind == "legal_entity" {
            credit_code::parse(&number).is_ok()
        } else {
            id_number::parse(&number).is_ok()
        };
        assert!(valid, "{number}");
    }
    let today = state.clock.now().city_date();
    let parties: Vec<String> =
        sqlx::query_scalar("SELECT id FROM party").fetch_all(state.store.reader()).await.unwrap();
    for party in parties {
        for licence in licences::of_party(&state.store, party.parse().unwrap(), today).await.unwrap() {
            assert!(licence_identifier::parse(&licence.identifier).is_ok(), "{}", licence.identifier);
            assert!(licence.issued_on <= today, "{licence:?}");
            assert_eq!(licence.status, LicenceStatus::Valid);
            assert!(licence.lines.iter().all(|line| !line.label.en.is_empty()), "{:?}", licence.lines);
        }
    }
}

async fn inputs(state: &AppState, phone: &str, code: &str) -> (Arc<Evaluator>, Inputs) {
    let party: PartyId = accounts::account_of_phone(&state.store, phone).await.unwrap().unwrap().party_id;
    let pack = state.catalogue.current();
    let today = state.clock.now().city_date();
    let mut inputs = Inputs::on(today);
    inputs.facts = facts::read(state.store.reader(), &pack.pack, &pack.item(code).unwrap(), party).await.unwrap();
    inputs.applicant = Some(accounts::applicant(state.store.reader(), party).await.unwrap());
    inputs.licences = licences::of_party(&state.store, party, today).await.unwrap();
    (pack.evaluator(code).unwrap(), inputs)
}

fn standing(evaluator: &Evaluator, inputs: &Inputs, slot: &str) -> MaterialStanding {
    evaluator.evaluate(inputs).materials.into_iter().find(|state| state.id == slot).unwrap().standing
}

#[tokio::test]
async fn the_demo_people_are_in_the_situation_they_show() {
    let (state, _folder) = platform().await;
    seed::run(&state).await.unwrap();

    let (rent, tenant) = inputs(&state, "13800000001", "gjj-rent").await;
    let met: Vec<_> = rent.conditions(&tenant).into_iter().map(|condition| condition.met).collect();
    assert_eq!(met, [Some(true), Some(true), Some(true), Some(true), None]);
    assert_eq!(rent.evaluate(&tenant).headline.unwrap().value, 450_000);
    assert_eq!(standing(&rent, &tenant, "lease-contract"), MaterialStanding::Needed);
    assert_eq!(standing(&rent, &tenant, "marriage-certificate"), MaterialStanding::WaivedByLicence);
    assert_eq!(standing(&rent, &tenant, "no-home"), MaterialStanding::WaivedByRegister);

    let (tax, mut owner) = inputs(&state, "13800000002", "deed-tax").await;
    let contract = owner.facts.0["realestate.contracts"].value[0]["value"].clone();
    owner.answers.extend([("contract".to_owned(), contract), ("ownership".to_owned(), "couple".into())]);
    owner.answers.extend([("area_same".to_owned(), true.into()), ("homes_agree".to_owned(), true.into())]);
    let evaluated = tax.evaluate(&owner);
    assert!(evaluated.complete, "{evaluated:#?}");
    assert_eq!(evaluated.headline.unwrap().value, 1_500_000);
    let rules = tax.item().workflow.instant.clone().unwrap().grant_when;
    assert!(rules.iter().all(|rule| tax.judge(&rule.rule, &owner) == Some(true)));

    let (permit, mut daughter) = inputs(&state, "13800000004", "residence-permit").await;
    daughter.answers.insert("ground".to_owned(), "social".into());
    assert_eq!(standing(&permit, &daughter, "social-record"), MaterialStanding::WaivedByRegister);
    assert_eq!(standing(&permit, &daughter, "photo"), MaterialStanding::Needed);
    assert_eq!(permit.conditions(&daughter)[0].met, Some(true));

    let (_, senior) = inputs(&state, "13800000003", "gjj-rent").await;
    assert!(senior.licences.iter().any(|licence| licence.licence_type == "senior-card"));
}

#[tokio::test]
async fn officers_of_every_department_can_sign_in() {
    let (state, _folder) = platform().await;
    seed::run(&state).await.unwrap();
    let departments: Vec<String> = state.catalogue.current().pack.departments.iter().map(|d| d.id.clone()).collect();
    for account in departments.iter().map(|id| format!("desk-{id}")).chain(["desk-gjj-center-2".to_owned()]) {
        let officer = accounts::officer_of_account(&state.store, &account).await.unwrap();
        let officer = officer.unwrap_or_else(|| panic!("{account} is missing"));
        assert!(!officer.password_hash.contains(seed::PASSWORD));
    }
    let owner = accounts::account_of_phone(&state.store, "13800000001").await.unwrap().unwrap();
    assert!(state.passwords.verify(owner.password_hash.as_deref(), seed::PASSWORD).await.unwrap());
}

#[tokio::test]
async fn the_catalogue_is_sent_once_per_version() {
    let (state, _folder) = platform().await;
    let version = state.catalogue.current().version.clone();
    let router = app::router(state);
    let ask = |tag: Option<&str>| {
        let mut request = Request::get("/v1/catalogue").header(header::ACCEPT_ENCODING, "gzip");
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let first = ask(None).await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
    let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(etag.trim_start_matches("W/"), format!("\"{version}\""));
    let bytes = to_bytes(first.into_body(), 4 << 20).await.unwrap();
    assert!(bytes.len() < 1_500_000, "{} bytes", bytes.len());
    let again = ask(Some(&etag)).await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(to_bytes(again.into_body(), 1024).await.unwrap().is_empty());
    assert_eq!(ask(Some("\"other\"")).await.unwrap().status(), StatusCode::OK);
}
