//! Every route that takes a key: the same act again gives the same answer and changes nothing; another act under the
//! same key, however right in itself, is refused with `key_reused` and changes nothing.
//!
//! The routes come from the document of the platform itself, so that one without a line here fails the test.

use std::collections::BTreeSet;

use haoban_server::store::Dialect;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    capabilities, promised, publicity,
    support::{City, Officer, Resident, new_id, on_both, read, version_of},
};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";

/// Routes that change something and take no key, with what makes their repetition harmless.
const WITHOUT_A_KEY: [(&str, &str); 20] = [
    ("post /oauth/token", "a code counts once, a refresh token turns over"),
    ("post /oauth/revoke", "revoking twice is revoking once"),
    ("post /v1/desk/sign-in", "each makes a session of its own"),
    ("post /v1/desk/sign-out", "ending twice is ending once"),
    ("post /v1/desk/cases/{id}/open", "every look is written down"),
    ("post /v1/desk/appointments/{id}/mark", "says what is so, not what changes"),
    ("post /v1/uploads", "the file's id and digest are its key: `uploads.rs`"),
    ("patch /v1/uploads/{upload_id}", "the offset"),
    ("delete /v1/uploads/{upload_id}", "gone is gone"),
    ("post /v1/licences/{id}/presentations", "each code lives a minute"),
    ("put /v1/key-deposits/{profile}", "the last one counts"),
    ("delete /v1/key-deposits/{profile}", "gone is gone"),
    ("post /v1/key-deposits/{profile}/release", "every release is told"),
    ("put /v1/follow/drafts/{id}", "the revision it was made from"),
    ("put /v1/devices/{id}", "the device's id and key"),
    ("delete /v1/devices/{id}", "gone is gone"),
    ("put /v1/devices/{id}/grant", "the epoch and the roster it was made from"),
    ("post /v1/devices/{id}/removal", "the epoch and the roster it was made from"),
    ("post /v1/devices/standing", "only asks"),
    ("post /v1/devices/reset", "nothing twice is nothing"),
];

/// Who acts.
#[derive(Clone, Copy)]
enum Who<'a> {
    Resident(&'a Resident<'a>),
    Officer(&'a Officer<'a>),
}

impl Who<'_> {
    async fn post(self, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        match self {
            Self::Resident(one) => one.post(path, key, body).await,
            Self::Officer(officer) => {
                let mut body = body.clone();
                body["key"] = json!(key);
                let path = path.strip_prefix("/v1/desk/").unwrap();
                read(officer.request(Method::POST, path).json(&body)).await
            }
        }
    }
}

/// An act, and another one that nothing but the key stands against.
struct Act<'a> {
    route: &'static str,
    who: Who<'a>,
    key: String,
    first: (String, Value),
    other: (String, Value),
}

/// Every row of every table, as text.
async fn everything(city: &City) -> Vec<String> {
    let store = &city.state.store;
    let text = async |sql: String| -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(store.reader()).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    };
    let postgres = store.dialect() == Dialect::Postgres;
    let tables = match postgres {
        true => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
        false => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    };
    let mut all = Vec::new();
    for table in text(tables.to_owned()).await {
        let rows = if postgres {
            text(format!("SELECT CAST(t AS TEXT) FROM \"{table}\" t ORDER BY 1")).await
        } else {
            let columns = text(format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')")).await;
            text(format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || ',' || "))).await
        };
        all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    all
}

/// Holds one act to the promise; answers what it said.
async fn holds(city: &City, seen: &mut BTreeSet<&'static str>, act: Act<'_>) -> Value {
    let Act { route, who, key, first, other } = act;
    seen.insert(route);
    let (status, answer) = who.post(&first.0, &key, &first.1).await;
    assert!(status.is_success(), "{route}: {status} {answer}");
    let before = everything(city).await;
    for _ in 0..2 {
        let again = who.post(&first.0, &key, &first.1).await;
        assert_eq!(again, (StatusCode::OK, answer.clone()), "{route}: the same answer");
        assert_eq!(everything(city).await, before, "{route}: the same act changes nothing");
        let (status, problem) = who.post(&other.0, &key, &other.1).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")),
            "{route}: {problem}"
        );
        assert_eq!(everything(city).await, before, "{route}: a refused act changes nothing");
    }
    // Under a key of its own the other act is not malformed; what has happened meanwhile may still stand against it.
    let (mut body, mut own) = (other.1, new_id("drf"));
    if body["draft_id"].is_string() {
        body["draft_id"] = json!(own);
    } else if matches!(who, Who::Officer(_)) {
        own = new_id("key");
    }
    let (status, problem) = who.post(&other.0, &own, &body).await;
    assert!(status.is_success() || status == StatusCode::CONFLICT, "{route}: {status} {problem}");
    answer
}

fn copies(count: u8) -> Value {
    json!({
        "draft_id": new_id("drf"), "item_code": "archive-copies", "item_version": version_of("archive-copies"), "declared": true, "channel": "app",
        "answers": {"records": "register", "copies": count, "delivery": "electronic"}, "materials": {}, "files": {}
    })
}

fn at(start: &str) -> Value {
    json!({"schedule": "archive-pickup", "place": "hall", "start": start})
}

async fn submission(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let (body, path) = (copies(2), "/v1/cases".to_owned());
    let key = body["draft_id"].as_str().unwrap().to_owned();
    let mut other = body.clone();
    other["answers"]["copies"] = json!(3);
    let first = (path.clone(), body);
    holds(city, seen, Act { route: "post /v1/cases", who: Who::Resident(&one), key, first, other: (path, other) })
        .await;
}

async fn correction(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let (body, case) = one.rent_case().await;
    let officer = city.officer("gjj-center").await;
    officer.does(&case, json!({"act": "claim"})).await;
    let points = json!([{"target": "field:rent_month", "name": {"zh": "", "en": ""}, "words": "differs", "remedy": "look again"}]);
    officer.does(&case, json!({"act": "request_correction", "points": points, "days": 5})).await;
    let notice = one.get(&format!("/v1/cases/{case}")).await.1["correction"]["id"].clone();
    let answered = |rent: i64| {
        let mut answers = body["answers"].clone();
        answers["rent_month"] = json!(rent);
        json!({"correction_id": notice, "answers": answers, "materials": body["materials"], "files": {}})
    };
    let path = format!("/v1/cases/{case}/corrections");
    let act = Act {
        route: "post /v1/cases/{id}/corrections",
        who: Who::Resident(&one),
        key: new_id("drf"),
        first: (path.clone(), answered(170_000)),
        other: (path, answered(160_000)),
    };
    holds(city, seen, act).await;
}

async fn supply(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let path = format!("/v1/cases/{}/materials", promised::promised(&one).await);
    let act = Act {
        route: "post /v1/cases/{id}/materials",
        who: Who::Resident(&one),
        key: new_id("drf"),
        first: (path.clone(), promised::payments(&one).await),
        other: (path, promised::payments(&one).await),
    };
    holds(city, seen, act).await;
}

async fn withdrawal(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let case = capabilities::case(&one, None).await;
    let path = format!("/v1/cases/{case}/withdrawal");
    let act = Act {
        route: "post /v1/cases/{id}/withdrawal",
        who: Who::Resident(&one),
        key: new_id("wdr"),
        first: (path.clone(), json!({"reason": ""})),
        other: (path, json!({"reason": "moved away"})),
    };
    holds(city, seen, act).await;
}

/// An act without a body: the case it is for tells it from another.
async fn payment(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let mut paths = Vec::new();
    for _ in 0..2 {
        let case = capabilities::case(&one, None).await;
        capabilities::accept(city, &case).await;
        paths.push(format!("/v1/cases/{case}/payment"));
    }
    let [first, other] = paths.try_into().unwrap();
    let act = Act {
        route: "post /v1/cases/{id}/payment",
        who: Who::Resident(&one),
        key: new_id("key"),
        first: (first, Value::Null),
        other: (other, Value::Null),
    };
    holds(city, seen, act).await;
}

async fn appointments(city: &City, seen: &mut BTreeSet<&'static str>) {
    let one = city.resident(ONE).await;
    let path = "/v1/appointments/holds".to_owned();
    let act = Act {
        route: "post /v1/appointments/holds",
        who: Who::Resident(&one),
        key: new_id("key"),
        first: (path.clone(), at("2026-11-25T09:30")),
        other: (path, at("2026-11-25T10:00")),
    };
    holds(city, seen, act).await;

    let case = capabilities::case(&one, Some("2026-11-26T09:30")).await;
    let seat = capabilities::mine(&one).await.into_iter().find(|seat| seat["case_id"] == case.as_str()).unwrap();
    let change = format!("/v1/appointments/{}/change", seat["id"].as_str().unwrap());
    let to = |start: &str| json!({"place": "hall", "start": start});
    let act = Act {
        route: "post /v1/appointments/{id}/change",
        who: Who::Resident(&one),
        key: new_id("key"),
        first: (change.clone(), to("2026-11-26T10:00")),
        other: (change, to("2026-11-26T10:30")),
    };
    let page = holds(city, seen, act).await;

    // Giving up has no body: what may not go under its key is moving the same appointment.
    let list = page["appointments"].as_array().unwrap();
    let seat = list.iter().find(|seat| seat["case_id"] == case.as_str() && seat["state"] == "booked").unwrap();
    let seat = format!("/v1/appointments/{}", seat["id"].as_str().unwrap());
    let act = Act {
        route: "post /v1/appointments/{id}/cancellation",
        who: Who::Resident(&one),
        key: new_id("key"),
        first: (format!("{seat}/cancellation"), Value::Null),
        other: (format!("{seat}/change"), to("2026-11-26T11:00")),
    };
    holds(city, seen, act).await;
}

async fn objection(city: &City, seen: &mut BTreeSet<&'static str>) {
    publicity::shown(city).await;
    let other = city.resident(OTHER).await;
    let period = publicity::public(city).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/publicity/{period}/objections");
    let act = Act {
        route: "post /v1/publicity/{id}/objections",
        who: Who::Resident(&other),
        key: new_id("key"),
        first: (path.clone(), json!({"reasons": "证书上写着集体，不是他本人的奖"})),
        other: (path, json!({"reasons": "他去年已经离开这家单位了，有社保记录"})),
    };
    holds(city, seen, act).await;
}

async fn desk(city: &City, seen: &mut BTreeSet<&'static str>) {
    let case = capabilities::case(&city.resident(ONE).await, None).await;
    let officer = city.officer("real-estate").await;
    let task = officer.open(&case).await.1["task"].clone();
    let path = format!("/v1/desk/tasks/{}/act", task["id"].as_str().unwrap());
    let act = |act: &str| json!({"key": "", "revision": task["revision"], "act": {"act": act}});
    let act = Act {
        route: "post /v1/desk/tasks/{id}/act",
        who: Who::Officer(&officer),
        key: new_id("key"),
        first: (path.clone(), act("claim")),
        other: (path, act("release")),
    };
    holds(city, seen, act).await;
}

/// Routes of the document that change something: those with a key, and the others.
async fn routes(city: &City) -> (BTreeSet<String>, BTreeSet<String>) {
    let document = read(city.http.get(format!("{}/openapi.json", city.base))).await.1;
    let (mut keyed, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if !["post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_head = parameters.iter().any(|one| one["in"] == "header" && one["name"] == "idempotency-key");
            let body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            let schema = body.and_then(|body| body.rsplit('/').next());
            let in_body =
                schema.is_some_and(|name| document["components"]["schemas"][name]["properties"]["key"].is_object());
            // Elsewhere a `key` in a body is what it says: a piece of a key.
            let in_body = in_body && path.starts_with("/v1/desk/");
            let list = if in_head || in_body { &mut keyed } else { &mut others };
            list.insert(format!("{method} {path}"));
        }
    }
    (keyed, others)
}

async fn a_key_belongs_to_one_act_on_every_route() {
    let city = City::start().await;
    let mut seen = BTreeSet::new();
    submission(&city, &mut seen).await;
    correction(&city, &mut seen).await;
    supply(&city, &mut seen).await;
    withdrawal(&city, &mut seen).await;
    payment(&city, &mut seen).await;
    appointments(&city, &mut seen).await;
    objection(&city, &mut seen).await;
    desk(&city, &mut seen).await;
    let (keyed, others) = routes(&city).await;
    let seen: BTreeSet<String> = seen.into_iter().map(str::to_owned).collect();
    assert_eq!(keyed, seen, "a route with a key that is not held to the promise here, or one without");
    let known: BTreeSet<String> = WITHOUT_A_KEY.iter().map(|(route, _)| (*route).to_owned()).collect();
    let strange: Vec<&String> = others.difference(&known).collect();
    assert!(strange.is_empty(), "these change something: give them a key, or say why none is needed: {strange:?}");
}

on_both! {
    a_key_belongs_to_one_act_on_every_route,
}
