//! From submission to result: acceptance, correction, withdrawal, clocks, instant approval, payment.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Officer, Resident, new_id};

const TENANT: &str = "13800000001";
const OFFICE: &str = "gjj-center";

async fn view(one: &Resident<'_>, case: &str) -> Value {
    let (status, view) = one.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(status, StatusCode::OK);
    view
}

fn point(target: &str) -> Value {
    json!({"target": target, "name": {"zh": "", "en": ""}, "words": "differs", "remedy": "please look again"})
}

async fn ask_for_correction(officer: &Officer<'_>, case: &str) -> Value {
    officer.does(case, json!({"act": "claim"})).await;
    let act = json!({"act": "request_correction", "points": [point("field:rent_month")], "days": 5});
    officer.does(case, act).await["case"].clone()
}

fn corrected(body: &Value, notice: &Value, rent: i64) -> Value {
    let mut answers = body["answers"].clone();
    answers["rent_month"] = json!(rent);
    json!({"correction_id": notice["id"], "answers": answers, "materials": body["materials"], "files": {}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_submission_to_payment() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let fresh = view(&one, &case).await;
    assert_eq!((&fresh["status"], &fresh["clock"]["kind"]), (&json!("submitted"), &json!("acceptance")));
    assert_eq!(fresh["headline"]["value"], 450_000);
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    let accepted = officer.does(&case, json!({"act": "accept"})).await;
    assert_eq!(accepted["case"]["status"], "under_review");
    assert_eq!(accepted["case"]["clock"]["due"], "2026-11-26", "three working days after Monday");
    let acts = accepted["acts"].as_array().unwrap();
    assert!(!acts.contains(&json!("request_correction")) && acts.contains(&json!("pass_step")), "{acts:?}");
    let late = json!({"act": "request_correction", "points": [point("field:rent_month")], "days": 5});
    let (status, problem) = officer.act(&case, late).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("correction_too_late")));
    officer.does(&case, json!({"act": "pass_step", "opinion": ""})).await;
    officer.does(&case, json!({"act": "claim"})).await;
    let granted = officer.does(&case, json!({"act": "grant", "opinion": "complete"})).await;
    assert_eq!(granted["case"]["status"], "granted");
    assert_eq!(granted["case"]["decision"]["payment_fen"], 450_000);
    assert!(city.work().await >= 1);
    let closed = view(&one, &case).await;
    assert_eq!(closed["status"], "closed");
    assert_eq!((&closed["decision"]["granted"], &closed["decision"]["automatic"]), (&json!(true), &json!(false)));
    assert_eq!(closed["may_withdraw"], false);
    assert!(closed["clock"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_asked_once_and_only_what_it_names_may_change() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (body, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    let waiting = ask_for_correction(&officer, &case).await;
    assert_eq!(waiting["status"], "correction_requested");
    let notice = view(&one, &case).await["correction"].clone();
    assert_eq!((&notice["due"], notice["points"].as_array().unwrap().len()), (&json!("2026-11-30"), 1));
    assert_ne!(notice["points"][0]["name"]["zh"], "", "names are the form's own");
    let path = format!("/v1/cases/{case}/corrections");
    let mut too_much = corrected(&body, &notice, 170_000);
    too_much["answers"]["address"]["detail"] = json!("elsewhere");
    let (status, problem) = one.post(&path, &new_id("drf"), &too_much).await;
    assert_eq!((status, &problem["field_errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("address")));
    let (key, good) = (new_id("drf"), corrected(&body, &notice, 170_000));
    let (status, after) = one.post(&path, &key, &good).await;
    assert_eq!((status, &after["status"]), (StatusCode::OK, &json!("submitted")), "{after}");
    assert_eq!(after["answers"]["rent_month"], 170_000);
    let (status, again) = one.post(&path, &key, &good).await;
    assert_eq!((status, &again["revision"]), (StatusCode::OK, &after["revision"]));
    let (status, _) = one.post(&path, &key, &corrected(&body, &notice, 160_000)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = one.post(&path, &new_id("drf"), &good).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (_, opened) = officer.open(&case).await;
    assert_eq!(opened["before_correction"], json!({"rent_month": 180_000}));
    let twice = json!({"act": "request_correction", "points": [point("field:rent_month")], "days": 5});
    let (status, problem) = officer.act(&case, twice).await;
    assert_eq!((status, &problem["params"]["why"]), (StatusCode::CONFLICT, &json!("correction_used")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_never_comes_ends_the_case_after_its_last_day() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    ask_for_correction(&city.officer(OFFICE).await, &case).await;
    city.clock.days_later(7);
    city.work().await;
    assert_eq!(
        view(&city.resident(TENANT).await, &case).await["status"],
        "correction_requested",
        "the last day counts"
    );
    city.clock.days_later(1);
    city.work().await;
    assert_eq!(view(&city.resident(TENANT).await, &case).await["status"], "terminated");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_working_days_of_silence_accept_a_case() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    city.clock.days_later(7);
    city.work().await;
    assert_eq!(view(&city.resident(TENANT).await, &case).await["status"], "submitted", "the fifth day is not over");
    city.clock.days_later(1);
    city.work().await;
    assert_eq!(view(&city.resident(TENANT).await, &case).await["status"], "accepted");
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    assert_eq!(view(&city.resident(TENANT).await, &case).await["status"], "under_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_special_procedure_stops_the_clock() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    officer.does(&case, json!({"act": "accept"})).await;
    let stopped = officer.does(&case, json!({"act": "suspend", "kind": "inspection", "days": 10})).await;
    assert_eq!((&stopped["case"]["status"], &stopped["case"]["clock"]["paused"]), (&json!("suspended"), &json!(true)));
    // Ten working days from Monday the 23rd; the applicant is told in writing what for and until when.
    let timeline = |view: &Value, state: &str| {
        let entries = view["case"]["timeline"].as_array().unwrap().clone();
        entries.into_iter().rev().find(|entry| entry["state"] == state).unwrap()
    };
    let now = timeline(&stopped, "now");
    assert_eq!(
        (&now["due"], &now["note"]["zh"]),
        (&json!("2026-12-07"), &json!("检验检测，预计 10 个工作日，不计入办理期限"))
    );
    let events = one.request(Method::GET, "/v1/events").header("accept", "application/json");
    let told = super::support::read(events).await.1.to_string();
    assert!(told.contains("进入特别程序") && told.contains("最晚到 12月7日") && told.contains("inspection"), "{told}");
    let unknown = officer.act(&case, json!({"act": "suspend", "kind": "a long lunch", "days": 10})).await;
    assert!(unknown.0.is_client_error());
    city.clock.days_later(2);
    let officer = city.officer(OFFICE).await;
    let goes_on = officer.does(&case, json!({"act": "resume"})).await;
    assert_eq!(goes_on["case"]["clock"]["due"], "2026-11-27", "Tuesday was not counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_may_be_taken_back_once_and_only_by_its_applicant() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let other = city.resident("13800000004").await;
    let (_, case) = one.rent_case().await;
    let (path, key, body) = (format!("/v1/cases/{case}/withdrawal"), new_id("wdr"), json!({"reason": ""}));
    assert_eq!(other.post(&path, &key, &body).await.0, StatusCode::NOT_FOUND);
    let (status, ended) = one.post(&path, &key, &body).await;
    assert_eq!((status, &ended["status"]), (StatusCode::OK, &json!("withdrawn")));
    assert_eq!(one.post(&path, &key, &body).await.1["revision"], ended["revision"]);
    assert_eq!(one.post(&path, &new_id("wdr"), &body).await.0, StatusCode::CONFLICT);
    assert_eq!(city.officer(OFFICE).await.get("queue?filter=open").await.1["rows"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_and_what_can_be_done() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (_, case) = one.rent_case().await;
    let officer = city.officer(OFFICE).await;
    officer.does(&case, json!({"act": "claim"})).await;
    officer.does(&case, json!({"act": "accept"})).await;
    let (status, early) = officer.act(&case, json!({"act": "refuse", "reasons": ["no"]})).await;
    assert_eq!((status, &early["params"]["why"]), (StatusCode::CONFLICT, &json!("not_last_step")));
    officer.does(&case, json!({"act": "pass_step", "opinion": "see the lease"})).await;
    officer.does(&case, json!({"act": "claim"})).await;
    let (status, _) = officer.act(&case, json!({"act": "refuse", "reasons": ["  "]})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    officer.does(&case, json!({"act": "refuse", "reasons": ["the lease is not genuine"]})).await;
    let refused = view(&one, &case).await;
    assert_eq!(refused["status"], "refused");
    assert_eq!(refused["decision"]["reasons"], json!(["the lease is not genuine"]));
    assert_ne!(refused["decision"]["remedies"]["reconsideration"]["zh"], "");
    assert!(refused["decision"]["payment_fen"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_seen_by_their_party_alone() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let other = city.resident("13800000004").await;
    let (_, case) = one.rent_case().await;
    assert_eq!(one.get("/v1/cases").await.1["cases"].as_array().unwrap().len(), 1);
    assert_eq!(other.get("/v1/cases").await.1["cases"], json!([]));
    for path in [format!("/v1/cases/{case}"), format!("/v1/cases/{case}/receipt")] {
        let (status, problem) = other.get(&path).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    }
}

/// A submission of an item with answers and no files.
fn plain(city: &City, item: &str, answers: Value) -> Value {
    let version = city.state.catalogue.current().item(item).unwrap().version;
    json!({
        "draft_id": new_id("drf"), "item_code": item, "item_version": version, "declared": true, "channel": "app",
        "answers": answers, "materials": {}, "files": {}
    })
}

const BUYER: &str = "13800000002";

/// The tax on the contract the register knows of the buyer, with more answers.
async fn deed_tax(city: &City, one: &Resident<'_>, more: Value) -> Value {
    let (_, known) = one.get("/v1/items/deed-tax/facts").await;
    let mut answers = json!({
        "contract": known["facts"]["realestate.contracts"]["value"][0]["value"], "area_same": true,
        "homes_agree": true, "ownership": "sole",
    });
    answers.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plain(city, "deed-tax", answers)
}

async fn certificates(one: &Resident<'_>) -> Vec<Value> {
    let wallet = one.get("/v1/licences").await.1;
    let held = wallet["licences"].as_array().unwrap().iter();
    held.filter(|licence| licence["licence_type"] == "tax-certificate").cloned().collect()
}

/// What a resident was told, in the order it was said.
async fn told(one: &Resident<'_>) -> Vec<String> {
    let events = one.request(Method::GET, "/v1/events?after=0").header("accept", "application/json");
    let page = super::support::read(events).await.1;
    let kinds = page["events"].as_array().unwrap().iter().filter_map(|event| event["notice"]["kind"].as_str());
    kinds.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_set_the_tax_at_once_and_the_certificate_comes_with_the_payment() {
    let city = City::start().await;
    let one = city.resident(BUYER).await;
    let held = certificates(&one).await.len();
    let (status, answer) = one.submit(&deed_tax(&city, &one, json!({})).await).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let case = &answer["case"];
    assert_eq!((&case["status"], &case["decision"]["automatic"]), (&json!("awaiting_payment"), &json!(true)), "{case}");
    assert!(case["decision"]["rules"].as_array().unwrap().len() >= 5);
    assert_eq!(case["headline"]["value"], 1_500_000, "1 % of 1,500,000 yuan without VAT");
    assert_eq!((&case["charge"]["standing"], &case["charge"]["amount_fen"]), (&json!("due"), &json!(1_500_000)));
    assert_eq!(
        (&case["decision"]["licence"], certificates(&one).await.len()),
        (&Value::Null, held),
        "nothing was paid"
    );
    assert!(told(&one).await.contains(&"payment_requested".to_owned()));

    let id = case["id"].as_str().unwrap();
    let (url, paid) = super::support::pay(&one, id, "15,000.00").await;
    assert_eq!(paid, StatusCode::OK);
    assert_eq!(city.http.post(&url).send().await.unwrap().status(), StatusCode::NOT_FOUND, "paid once");
    let closed = view(&one, id).await;
    assert_eq!((&closed["status"], &closed["charge"]["standing"]), (&json!("closed"), &json!("paid")), "{closed}");
    let wallet = certificates(&one).await;
    assert_eq!(wallet.len(), held + 1);
    let issued = wallet.iter().find(|licence| licence["id"] == closed["decision"]["licence"]).unwrap();
    assert!(haoban_domain::identifiers::licence_identifier::parse(issued["identifier"].as_str().unwrap()).is_ok());
    assert_eq!(issued["case_number"], case["number"]);
    assert!(issued.to_string().contains("15,000.00"), "the certificate says what was paid: {issued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_of_nothing_is_not_asked_for_and_the_certificate_comes_with_the_grant() {
    let city = City::start().await;
    let one = city.resident(BUYER).await;
    let draft = new_id("drf");
    let agreement = super::support::pdf(1);
    let file = one.upload(&draft, "compensation-agreement", &agreement).await;
    let mut body = deed_tax(&city, &one, json!({"resettled": true, "compensation": 160_000_000})).await;
    body["draft_id"] = json!(draft);
    body["materials"] = json!({"compensation-agreement": {"kind": "upload", "files": [file]}});
    body["files"][&file] = json!(haoban_domain::receipt::digest(&agreement));
    let (status, answer) = one.submit(&body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let case = &answer["case"];
    assert_eq!((&case["status"], &case["headline"]["value"]), (&json!("submitted"), &json!(0)), "a person looks at it");
    let id = case["id"].as_str().unwrap();
    let officer = city.officer("tax").await;
    officer.does(id, json!({"act": "claim"})).await;
    officer.does(id, json!({"act": "accept"})).await;
    let granted = officer.does(id, json!({"act": "grant", "opinion": "the agreement covers it"})).await;
    assert_eq!((&granted["case"]["status"], &granted["case"]["charge"]), (&json!("closed"), &Value::Null));
    assert!(granted["case"]["decision"]["licence"].is_string());
    let said = told(&one).await;
    assert!(said.contains(&"granted".to_owned()) && !said.contains(&"payment_requested".to_owned()), "{said:?}");
    let timeline = view(&one, id).await["timeline"].to_string();
    assert!(!timeline.contains("缴费"), "nobody paid anything: {timeline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_cannot_grant_goes_to_a_person() {
    let city = City::start().await;
    let one = city.resident(BUYER).await;
    let shares = json!({
        "ownership": "shares", "own_share": 5000,
        "owners": [{"name": "Xu", "id_number": "41010519900307123X", "share": 5000}]
    });
    let (status, answer) = one.submit(&deed_tax(&city, &one, shares).await).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!((&answer["case"]["status"], &answer["case"]["decision"]), (&json!("submitted"), &Value::Null));
    assert_eq!(city.officer("tax").await.get("queue?filter=open").await.1["counts"]["open"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_offices_work_in_turn_and_the_licence_lands_in_the_wallet() {
    let city = City::start().await;
    let one = city.resident("13800000004").await;
    let draft = new_id("drf");
    let photo = super::support::jpeg(358, 441);
    let file = one.upload(&draft, "photo", &photo).await;
    let mut body = plain(
        &city,
        "residence-permit",
        json!({
            "ground": "social", "address": {"region": "410105", "detail": "No. 8"}, "arrived_on": "2025-09-01",
            "reason": "work", "delivery": "electronic"
        }),
    );
    body["draft_id"] = json!(draft);
    body["materials"] = json!({"photo": {"kind": "upload", "files": [file]}});
    body["files"][&file] = json!(haoban_domain::receipt::digest(&photo));
    let (status, answer) = one.submit(&body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let case = answer["case"]["id"].as_str().unwrap();
    let (first, second) = (city.officer("police-district").await, city.officer("police-city").await);
    assert_eq!(second.open(case).await.0, StatusCode::NOT_FOUND, "not their turn");
    let picture =
        first.request(reqwest::Method::GET, &format!("cases/{case}/files/{file}/pages/1")).send().await.unwrap();
    assert_eq!((picture.status(), &picture.headers()["content-type"]), (StatusCode::OK, &"image/png".parse().unwrap()));
    first.does(case, json!({"act": "claim"})).await;
    first.does(case, json!({"act": "accept"})).await;
    first.does(case, json!({"act": "pass_step", "opinion": "checked"})).await;
    second.does(case, json!({"act": "claim"})).await;
    let done = second.does(case, json!({"act": "grant", "opinion": "granted"})).await;
    assert_eq!(done["case"]["status"], "closed");
    let (_, wallet) = one.get("/v1/licences").await;
    let permit = &done["case"]["decision"]["licence"];
    assert!(wallet["licences"].as_array().unwrap().iter().any(|held| held["id"] == *permit));
}
