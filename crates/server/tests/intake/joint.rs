//! Joint services over real HTTP: one application, a case for every part, each with its own office and clock.

use haoban_domain::identifiers::case_number;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::Row as _;

use super::support::{City, Resident, new_id, on_both};

const OWNER: &str = "13800000001";

async fn count(city: &City, sql: &'static str) -> i64 {
    sqlx::query(sql).fetch_one(city.state.store.reader()).await.unwrap().try_get(0).unwrap()
}

fn utilities(which: &[&str]) -> Value {
    json!({
        "which": which,
        "water_transfer__basis": "joint", "water_transfer__home_address": {"region": "410105", "detail": "No. 3"},
        "water_transfer__phone": "13800000001", "water_transfer__old_phone": "13800000002",
    })
}

fn lane<'a>(case: &'a Value, item: &str) -> &'a Value {
    case["parts"].as_array().unwrap().iter().find(|lane| lane["item"] == item).unwrap_or_else(|| panic!("{case}"))
}

async fn open_case(one: &Resident<'_>, id: &str) -> Value {
    one.get(&format!("/v1/cases/{id}")).await.1
}

/// Power and heating of one home, answered; `extra` comes on top.
fn answered(extra: Value) -> Value {
    let mut answers = utilities(&["power", "heat"]);
    let all = answers.as_object_mut().unwrap();
    let own = json!({
        "power_transfer__power_account": "4101234567", "power_transfer__use": "home", "power_transfer__day_night": false,
        "heat_transfer__heat_account": "1234567", "heat_transfer__area_real": 9000, "heat_transfer__wish": "use",
        "water_transfer__handover_on": "2026-11-20", "water_transfer__pay_way": "self",
    });
    all.extend(own.as_object().unwrap().clone());
    all.extend(extra.as_object().unwrap().clone());
    answers
}

/// Power and heating of one home.
async fn power_and_heat(one: &Resident<'_>) -> Value {
    one.complete("utilities-transfer", answered(json!({}))).await
}

async fn a_situation_that_is_not_answered_is_refused_and_nothing_is_made() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let version = city.state.catalogue.current().item("utilities-transfer").unwrap().version;
    let body = json!({
        "draft_id": new_id("drf"), "item_code": "utilities-transfer", "item_version": version, "declared": true,
        "channel": "app", "answers": {}, "materials": {}, "files": {}
    });
    let (status, problem) = one.submit(&body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")), "{problem}");
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 0);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM joint_part").await, 0);
}

async fn every_part_gets_a_case_of_its_own_in_one_transaction_and_only_once() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let body = power_and_heat(&one).await;
    let (status, first) = one.submit(&body).await;
    assert!(status.is_success(), "{first}");
    let (again, same) = one.submit(&body).await;
    assert_eq!((again, &same), (StatusCode::OK, &first));
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 3);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM receipt").await, 1);
    let case = open_case(&one, first["case"]["id"].as_str().unwrap()).await;
    let number = case["number"].as_str().unwrap();
    assert!(number.starts_with('Y') && case_number::parse(number).is_ok(), "{number}");
    assert_eq!(case["parts"].as_array().unwrap().len(), 2);
    for item in ["power-transfer", "heat-transfer"] {
        let own = open_case(&one, lane(&case, item)["case_id"].as_str().unwrap()).await;
        assert_eq!(own["parent"], case["id"]);
        assert_eq!(own["item_code"], item);
        assert!(own["answers"].as_object().unwrap().keys().all(|key| !key.contains("__")), "{own}");
        assert!(case_number::parse(own["number"].as_str().unwrap()).is_ok());
    }
}

/// Sends a transfer; gives the joint case.
async fn taken(one: &Resident<'_>, answers: Value) -> Value {
    let body = one.complete("utilities-transfer", answers).await;
    let (status, sent) = one.submit(&body).await;
    assert!(status.is_success(), "{sent}");
    open_case(one, sent["case"]["id"].as_str().unwrap()).await
}

async fn a_part_that_fails_a_check_stays_out_with_the_reason_and_the_other_is_taken() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let case = taken(&one, answered(json!({"power_transfer__power_account": "12"}))).await;
    let power = lane(&case, "power-transfer");
    assert_eq!((&power["state"], &power["case_id"]), (&json!("left_out"), &Value::Null), "{power}");
    assert!(power["why"][0]["zh"].as_str().unwrap().contains("户号"), "{power}");
    let heat = lane(&case, "heat-transfer")["case_id"].as_str().expect("the other goes on");
    let officer = city.officer("heat").await;
    let opened = officer.does(heat, json!({"act": "claim"})).await;
    assert_eq!(opened["siblings"].as_array().unwrap().len(), 2);
    assert!(!opened["siblings"].to_string().contains("户号"), "another office does not read why");
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 2);
    assert_eq!(count(&city, "SELECT COUNT(*) FROM joint_part WHERE dropped = 1 AND answers = '{}'").await, 1);
}

async fn a_part_that_is_not_answered_stays_out_and_the_others_are_taken() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let case = taken(&one, answered(json!({"which": ["water", "power", "heat"]}))).await;
    let water = lane(&case, "water-transfer");
    assert_eq!(water["state"], "left_out");
    assert!(!water["why"].as_array().unwrap().is_empty(), "{water}");
    for item in ["power-transfer", "heat-transfer"] {
        assert!(lane(&case, item)["case_id"].is_string(), "{case}");
        assert!(lane(&case, item)["why"].as_array().unwrap().is_empty());
    }
}

async fn a_part_that_was_left_out_by_choice_gets_no_case_and_is_named() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let case = taken(&one, answered(json!({"left_out": ["power-transfer"]}))).await;
    let power = lane(&case, "power-transfer");
    assert_eq!((&power["state"], &power["case_id"]), (&json!("left_out"), &Value::Null));
    assert!(power["why"][0]["zh"].as_str().unwrap().contains("这次不办"), "{power}");
    assert!(lane(&case, "heat-transfer")["case_id"].is_string());
}

async fn where_nothing_would_be_left_the_whole_is_refused_with_every_reason() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let version = city.state.catalogue.current().item("utilities-transfer").unwrap().version;
    let answers = json!({"which": ["power", "heat"], "power_transfer__power_account": "12"});
    let body = json!({
        "draft_id": new_id("drf"), "item_code": "utilities-transfer", "item_version": version, "declared": true,
        "channel": "app", "answers": answers, "materials": {}, "files": {}
    });
    let (status, problem) = one.submit(&body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")), "{problem}");
    assert!(problem["field_errors"].to_string().contains("power_transfer__power_account"), "{problem}");
    assert_eq!(count(&city, "SELECT COUNT(*) FROM cases").await, 0);
}

/// All four accounts of one home.
fn all_four() -> Value {
    let mut answers = utilities(&["water", "power", "gas", "heat"]);
    let extra = json!({
        "water_transfer__handover_on": "2026-11-20", "water_transfer__pay_way": "self",
        "water_transfer__water_account": "60001234", "water_transfer__reading": 862, "water_transfer__people": 3,
        "power_transfer__power_account": "4101234567", "power_transfer__use": "home", "power_transfer__day_night": false,
        "gas_transfer__smell": false, "gas_transfer__metal_hose": true, "gas_transfer__gas_account": "70001234",
        "gas_transfer__reading": 512, "gas_transfer__visit_on": "2026-11-25", "gas_transfer__visit_part": "morning",
        "heat_transfer__heat_account": "1234567", "heat_transfer__area_real": 9000, "heat_transfer__wish": "use",
    });
    answers.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    answers
}

async fn grant(city: &City, item: &str, case: &str) {
    let officer = city.officer(item.trim_end_matches("-transfer")).await;
    officer.does(case, json!({"act": "claim"})).await;
    officer.does(case, json!({"act": "accept"})).await;
    let steps = city.state.catalogue.current().item(item).unwrap().workflow.steps.len();
    for _ in 1..steps {
        officer.does(case, json!({"act": "pass_step", "opinion": ""})).await;
        officer.does(case, json!({"act": "claim"})).await;
    }
    officer.does(case, json!({"act": "grant", "opinion": "complete"})).await;
}

/// The heating company finds unpaid bills that no register knew of.
async fn one_refuses_because_of_arrears_and_the_others_go_to_their_end() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let (_, sent) = one.submit(&one.complete("utilities-transfer", all_four()).await).await;
    let id = sent["case"]["id"].as_str().unwrap().to_owned();
    let case = open_case(&one, &id).await;
    let part = |item: &str| lane(&case, item)["case_id"].as_str().unwrap().to_owned();
    let heat = part("heat-transfer");
    let officer = city.officer("heat").await;
    let opened = officer.does(&heat, json!({"act": "claim"})).await;
    assert_eq!(opened["siblings"].as_array().unwrap().len(), 4);
    assert!(!opened["siblings"].to_string().contains("13800000002"), "nothing of the other forms");
    officer.does(&heat, json!({"act": "accept"})).await;
    officer.does(&heat, json!({"act": "pass_step", "opinion": ""})).await;
    officer.does(&heat, json!({"act": "claim"})).await;
    let pack = city.state.catalogue.current();
    let reasons = &pack.item("heat-transfer").unwrap().workflow.refusal_reasons;
    let owed = reasons.iter().find(|reason| reason.id == "owed").unwrap().words.zh.clone();
    officer.does(&heat, json!({"act": "refuse", "reasons": [owed]})).await;
    let case = open_case(&one, &id).await;
    assert_eq!(lane(&case, "heat-transfer")["state"], "refused");
    assert_ne!(case["status"], "closed", "the others are not done yet");
    assert_eq!(open_case(&one, &heat).await["decision"]["reasons"], json!([owed]));
    for item in ["water-transfer", "power-transfer", "gas-transfer"] {
        let own = open_case(&one, &part(item)).await;
        if own["status"] != "closed" {
            grant(&city, item, own["id"].as_str().unwrap()).await;
        }
    }
    let case = open_case(&one, &id).await;
    for item in ["water-transfer", "power-transfer", "gas-transfer"] {
        assert_eq!(lane(&case, item)["state"], "done", "{item}");
    }
    assert_eq!(case["status"], "closed", "the whole ends when every part has: {case}");
}

/// What a register says is owed keeps only its own part back, with the reason.
async fn known_arrears_keep_only_their_own_part_back() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let party = serde_json::from_value(one.get("/v1/me").await.1["applicant"]["party"].clone()).unwrap();
    let mut tx = city.state.store.write().await.unwrap();
    let owed = [("heat.arrears".to_owned(), json!(184_300))];
    haoban_server::identity::facts::put_new(&mut tx, party, &owed, city.state.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let (status, sent) = one.submit(&power_and_heat(&one).await).await;
    assert!(status.is_success(), "{sent}");
    let case = open_case(&one, sent["case"]["id"].as_str().unwrap()).await;
    let heat = lane(&case, "heat-transfer");
    assert_eq!((&heat["state"], &heat["case_id"]), (&json!("left_out"), &Value::Null), "{heat}");
    assert!(heat["why"][0]["zh"].as_str().unwrap().contains("还欠着热费"), "{heat}");
    assert!(lane(&case, "power-transfer")["case_id"].is_string());
}

async fn taking_the_whole_back_takes_back_every_part_that_is_open() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let body = power_and_heat(&one).await;
    let (_, sent) = one.submit(&body).await;
    let id = sent["case"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/cases/{id}/withdrawal");
    let (status, case) = one.post(&path, &new_id("key"), &json!({"reason": ""})).await;
    assert_eq!(status, StatusCode::OK, "{case}");
    let ended = |lane: &Value| matches!(lane["state"].as_str(), Some("withdrawn" | "done"));
    assert!(case["parts"].as_array().unwrap().iter().all(ended), "{case}");
    assert_eq!(case["may_withdraw"], false);
}

/// A property agency of an individual: licence, tax office, filing.
fn agency() -> Value {
    json!({
        "licence": "none", "form": "individual", "staff": false, "shop": "head", "sign": "none", "road": false,
        "business_registration__name": "云杉房产中介店",
        "business_registration__address": {"region": "410105", "detail": "云杉街 9 号 102"},
        "business_registration__area": 6000, "business_registration__right": "rented",
        "business_registration__home_use": false,
        "business_registration__phone": "13800000001", "business_registration__delivery": "electronic",
        "tax_registration__sales": 10_000_000, "tax_registration__taxpayer": "small",
        "tax_registration__accounting": "small_rules", "business_registration__finance_name": "罗晓明",
        "tax_registration__finance_id": "410105199005084528", "business_registration__finance_phone": "13800000001",
        "tax_registration__filer_same": true, "tax_registration__invoices": "none",
        "business_registration__head": "罗晓明", "agency_filing__handles_money": false, "agency_filing__notice": true,
        "agency_filing__agents": [
            {"name": "罗晓明", "grade": "agent", "registration": "4120260012345"},
            {"name": "王志远", "grade": "assistant", "registration": "4120260012346"},
        ],
    })
}

async fn what_waits_for_the_licence_opens_when_it_is_granted() {
    let city = City::start().await;
    let one = city.resident(OWNER).await;
    let body = one.complete("open-agency", agency()).await;
    let (status, sent) = one.submit(&body).await;
    assert!(status.is_success(), "{sent}");
    let id = sent["case"]["id"].as_str().unwrap().to_owned();
    let case = open_case(&one, &id).await;
    let filing = lane(&case, "agency-filing");
    assert_eq!((&filing["state"], &filing["case_id"]), (&json!("waiting"), &Value::Null));
    assert_eq!(filing["waits_for"].as_array().unwrap().len(), 1);
    let licence = lane(&case, "business-registration")["case_id"].as_str().unwrap().to_owned();
    let officer = city.officer("market").await;
    officer.does(&licence, json!({"act": "claim"})).await;
    officer.does(&licence, json!({"act": "accept"})).await;
    officer.does(&licence, json!({"act": "grant", "opinion": "同意"})).await;
    let case = open_case(&one, &id).await;
    assert_eq!(lane(&case, "business-registration")["state"], "done");
    let filing = open_case(&one, lane(&case, "agency-filing")["case_id"].as_str().expect("it is open now")).await;
    let slot = filing["materials"].as_array().unwrap().iter().find(|material| material["slot"] == "business-licence");
    assert_eq!(slot.unwrap()["choice"]["kind"], "licence", "the new licence is used, nothing was handed in for it");
    assert_eq!(case["status"], "under_review");
}

on_both! {
    a_situation_that_is_not_answered_is_refused_and_nothing_is_made,
    every_part_gets_a_case_of_its_own_in_one_transaction_and_only_once,
    one_refuses_because_of_arrears_and_the_others_go_to_their_end,
    known_arrears_keep_only_their_own_part_back,
    a_part_that_fails_a_check_stays_out_with_the_reason_and_the_other_is_taken,
    a_part_that_is_not_answered_stays_out_and_the_others_are_taken,
    a_part_that_was_left_out_by_choice_gets_no_case_and_is_named,
    where_nothing_would_be_left_the_whole_is_refused_with_every_reason,
    taking_the_whole_back_takes_back_every_part_that_is_open,
    what_waits_for_the_licence_opens_when_it_is_granted,
}
