//! A resident's devices and the sealed drafts between them: who may do what, and that a removed device is out.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{City, Resident, new_id, on_both, read};

const ONE: &str = "13800000001";
const OTHER: &str = "13800000004";
const MINUTE: i64 = 60_000;

/// A device as the platform sees it: a session and numbers that mean nothing here.
struct Device<'a> {
    who: Resident<'a>,
    id: String,
    key: String,
}

impl<'a> Device<'a> {
    async fn new(city: &'a City, phone: &str, byte: u8) -> Self {
        Self { who: city.resident(phone).await, id: new_id("dev"), key: hex::encode([byte; 32]) }
    }

    async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(self.who.request(Method::PUT, path).json(body)).await
    }

    async fn register(&self) -> (StatusCode, Value) {
        let body = json!({ "name": "书房的电脑", "public_key": self.key, "check": hex::encode([1; 16]) });
        self.put(&format!("/v1/devices/{}", self.id), &body).await
    }

    fn grant(&self, epoch: u64) -> Value {
        json!({ "epoch": epoch, "from": self.key, "sealed": "aa" })
    }

    async fn admit(&self, id: &str, epoch: u64, base: u64) -> (StatusCode, Value) {
        let body = json!({ "roster_base": base, "roster": "bb", "grant": self.grant(epoch) });
        self.put(&format!("/v1/devices/{id}/grant"), &body).await
    }

    async fn remove(&self, id: &str, epoch: u64, base: u64, stay: &[&str]) -> (StatusCode, Value) {
        let grants: serde_json::Map<String, Value> =
            stay.iter().map(|id| ((*id).to_owned(), self.grant(epoch))).collect();
        let body = json!({ "roster_base": base, "roster": "cc", "epoch": epoch, "grants": grants });
        read(self.who.request(Method::POST, &format!("/v1/devices/{id}/removal")).json(&body)).await
    }

    async fn leave(&self, id: &str) -> (StatusCode, Value) {
        read(self.who.request(Method::DELETE, &format!("/v1/devices/{id}"))).await
    }

    async fn page(&self) -> Value {
        self.who.get("/v1/devices").await.1
    }

    async fn write(&self, draft: &str, base: u64, epoch: u64, state: &str) -> (StatusCode, Value) {
        let body = json!({ "base": base, "revision": base + 1, "epoch": epoch, "state": state, "sealed": "AAAA" });
        self.put(&format!("/v1/follow/drafts/{draft}"), &body).await
    }

    async fn standing(&self) -> Value {
        let body = json!({ "device_id": self.id, "public_key": self.key });
        let city = self.who.city;
        read(city.http.post(format!("{}/v1/devices/standing", city.base)).json(&body)).await.1
    }
}

/// Two devices of one resident that both follow.
async fn two(city: &City) -> (Device<'_>, Device<'_>) {
    let (old, new) = (Device::new(city, ONE, 1).await, Device::new(city, ONE, 2).await);
    assert_eq!(old.register().await.0, StatusCode::NO_CONTENT);
    assert_eq!(old.admit(&old.id, 1, 0).await.0, StatusCode::NO_CONTENT);
    assert_eq!(new.register().await.0, StatusCode::NO_CONTENT);
    assert_eq!(old.admit(&new.id, 1, 1).await.0, StatusCode::NO_CONTENT);
    (old, new)
}

async fn a_device_is_admitted_by_one_that_has_the_key() {
    let city = City::start().await;
    let (old, new) = (Device::new(&city, ONE, 1).await, Device::new(&city, ONE, 2).await);
    old.register().await;
    new.register().await;
    assert_eq!(old.page().await["epoch"], 0);
    assert_eq!(old.admit(&new.id, 1, 0).await.1["code"], "device_not_admitted", "the first gives it to itself");
    assert_eq!(old.admit(&old.id, 1, 0).await.0, StatusCode::NO_CONTENT);
    assert_eq!(new.admit(&new.id, 1, 1).await.1["code"], "device_not_admitted", "nobody else does");
    assert_eq!(new.write(&new_id("drf"), 0, 1, "open").await.1["code"], "device_not_admitted");
    assert_eq!(new.who.get("/v1/follow/drafts").await.1["code"], "device_not_admitted");
    assert_eq!(old.admit(&new.id, 1, 0).await.1["code"], "revision_conflict", "an old roster");
    assert_eq!(old.admit(&new.id, 2, 1).await.1["code"], "follow_epoch");
    assert_eq!(old.admit(&new.id, 1, 1).await.0, StatusCode::NO_CONTENT);
    let page = new.page().await;
    assert_eq!(page["grant"], old.grant(1));
    let mine: Vec<_> = page["devices"].as_array().unwrap().iter().filter(|device| device["mine"] == true).collect();
    assert_eq!((mine.len(), &mine[0]["id"]), (1, &json!(new.id)));

    let log = old.who.get("/v1/access-log").await.1;
    assert!(log["entries"].as_array().unwrap().iter().any(|entry| entry["purpose"]["zh"] == "交给您新加的一台设备"));
    let events = read(old.who.request(Method::GET, "/v1/events?after=0").header("accept", "application/json")).await.1;
    let events = events["events"].as_array().unwrap().clone();
    assert!(events.iter().any(|event| event["notice"]["title"]["zh"] == "您加了一台设备"), "{events:?}");
    assert_eq!(events.iter().filter(|event| event["kind"] == "follow_changed").count(), 1, "one hint is enough");
    assert!(haoban_server::audit::verify(&city.state.store).await.unwrap().is_ok());
}

async fn drafts_go_from_device_to_device_by_revision() {
    let city = City::start().await;
    let (old, new) = two(&city).await;
    let draft = new_id("drf");
    let (status, row) = old.write(&draft, 0, 1, "open").await;
    assert_eq!((status, &row["revision"]), (StatusCode::OK, &json!(1)));
    let (status, refused) = new.write(&draft, 0, 1, "open").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!((&refused["code"], &refused["params"]["revision"]), (&json!("revision_conflict"), &json!("1")));
    for revision in [0, 1, u64::MAX] {
        let body = json!({ "base": 1, "revision": revision, "epoch": 1, "state": "open", "sealed": "AAAA" });
        let (status, _) = new.put(&format!("/v1/follow/drafts/{draft}"), &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{revision}");
    }
    assert_eq!(new.write(&draft, 1, 1, "deleted").await.1["revision"], 2);
    assert_eq!(old.who.get("/v1/follow/drafts").await.1["drafts"][0]["state"], "deleted");
    let one = old.who.get(&format!("/v1/follow/drafts/{draft}")).await.1;
    assert_eq!((&one["sealed"], &one["revision"]), (&json!("AAAA"), &json!(2)));
}

async fn nobody_else_has_a_part_in_it() {
    let city = City::start().await;
    let (old, new) = two(&city).await;
    let draft = new_id("drf");
    old.write(&draft, 0, 1, "open").await;
    let stranger = Device::new(&city, OTHER, 7).await;
    stranger.register().await;
    stranger.admit(&stranger.id, 1, 0).await;
    assert_eq!(stranger.page().await["devices"].as_array().unwrap().len(), 1, "only their own");
    assert_eq!(stranger.who.get("/v1/follow/drafts").await.1["drafts"], json!([]));
    assert_eq!(stranger.who.get(&format!("/v1/follow/drafts/{draft}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stranger.admit(&new.id, 1, 1).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stranger.remove(&new.id, 2, 1, &[&stranger.id]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stranger.leave(&new.id).await.0, StatusCode::NO_CONTENT, "nothing of theirs, nothing said");
    let taken = Device { id: new.id.clone(), key: new.key.clone(), who: city.resident(OTHER).await };
    assert_eq!(taken.register().await.0, StatusCode::FORBIDDEN, "an id belongs to the party that came first");
    let swapped = Device { id: new.id.clone(), key: hex::encode([9; 32]), who: city.resident(ONE).await };
    assert_eq!(swapped.register().await.0, StatusCode::FORBIDDEN, "a key is never swapped");
    assert_eq!(stranger.write(&draft, 0, 1, "open").await.1["revision"], 1, "the same id is another draft there");
    assert_eq!(old.page().await["devices"].as_array().unwrap().len(), 2, "nothing was lost");
    assert_eq!(old.who.get("/v1/follow/drafts").await.1["drafts"][0]["revision"], 1);
    for path in ["/v1/devices", "/v1/follow/drafts"] {
        assert_eq!(read(city.http.get(format!("{}{path}", city.base))).await.0, StatusCode::UNAUTHORIZED);
    }
}

async fn a_removed_device_is_out() {
    let city = City::start().await;
    let (old, new) = two(&city).await;
    let draft = new_id("drf");
    new.write(&draft, 0, 1, "open").await;
    assert_eq!(new.standing().await["removed"], false);
    assert_eq!(old.remove(&old.id, 2, 2, &[&new.id]).await.0, StatusCode::NOT_FOUND, "oneself is not removed so");
    let both: [&str; 2] = [&old.id, &new.id];
    assert_eq!(old.remove(&new.id, 2, 2, &both).await.1["code"], "revision_conflict", "no key for who goes");
    assert_eq!(old.remove(&new.id, 2, 2, &[]).await.1["code"], "revision_conflict", "nobody is left behind");
    assert_eq!(old.remove(&new.id, 3, 2, &[&old.id]).await.1["code"], "follow_epoch");
    assert_eq!(old.remove(&new.id, 2, 2, &[&old.id]).await.0, StatusCode::NO_CONTENT);
    assert_eq!(new.write(&draft, 1, 1, "open").await.0, StatusCode::UNAUTHORIZED, "its sign-in ended");
    assert_eq!(new.standing().await["removed"], true);
    let again = Device { who: city.resident(ONE).await, id: new.id.clone(), key: new.key.clone() };
    assert_eq!(again.register().await.1["code"], "device_removed", "nor does it come back by a new sign-in");
    assert_eq!(again.write(&draft, 1, 2, "open").await.1["code"], "device_not_admitted");
    assert_eq!(old.write(&draft, 1, 1, "open").await.1["code"], "follow_epoch", "under the new key only");
    assert_eq!(old.write(&draft, 1, 2, "open").await.0, StatusCode::OK);
    assert_eq!(old.page().await["grant"], old.grant(2));
    let guessed = Device { who: city.resident(ONE).await, id: new.id.clone(), key: hex::encode([5; 32]) };
    assert_eq!(guessed.standing().await["removed"], false, "told only to who knows the key");
}

async fn one_that_is_turned_away_is_signed_out() {
    let city = City::start().await;
    let (old, _) = two(&city).await;
    let foreign = Device::new(&city, ONE, 6).await;
    foreign.register().await;
    assert_eq!(foreign.leave(&old.id).await.1["code"], "device_not_admitted", "it turns nobody away itself");
    assert_eq!(old.leave(&foreign.id).await.0, StatusCode::NO_CONTENT);
    assert_eq!(foreign.who.get("/v1/devices").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(foreign.standing().await["removed"], true);
}

async fn the_last_one_takes_everything_along() {
    let city = City::start().await;
    let (old, new) = two(&city).await;
    old.write(&new_id("drf"), 0, 1, "open").await;
    assert_eq!(new.leave(&old.id).await.1["code"], "not_allowed_now", "an admitted one is removed, with a new key");
    assert_eq!(old.leave(&old.id).await.0, StatusCode::NO_CONTENT);
    assert_eq!(new.who.get("/v1/follow/drafts").await.1["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(new.leave(&new.id).await.0, StatusCode::NO_CONTENT);
    assert_eq!(new.page().await["epoch"], 0);
    let left: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM follow_draft").fetch_one(city.state.store.reader()).await.unwrap();
    assert_eq!(left, 0);
}

async fn everything_is_begun_anew_only_right_after_a_sign_in() {
    let city = City::start().await;
    let (old, new) = two(&city).await;
    old.write(&new_id("drf"), 0, 1, "open").await;
    let late = city.resident(ONE).await;
    let mut tx = city.state.store.write().await.unwrap();
    sqlx::query("UPDATE token_family SET auth_time = auth_time - $1")
        .bind(5 * MINUTE + 1)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (_, refused) = read(late.request(Method::POST, "/v1/devices/reset")).await;
    assert_eq!(refused["code"], "reauth_required");
    let fresh = Device::new(&city, ONE, 3).await;
    assert_eq!(read(fresh.who.request(Method::POST, "/v1/devices/reset")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(fresh.page().await["devices"], json!([]));
    assert_eq!(old.who.get("/v1/devices").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(new.standing().await["removed"], true);
    fresh.register().await;
    assert_eq!(fresh.admit(&fresh.id, 1, 0).await.0, StatusCode::NO_CONTENT);
    assert_eq!(fresh.who.get("/v1/follow/drafts").await.1["drafts"], json!([]));
}

async fn there_is_a_measure_in_everything() {
    let city = City::start().await;
    let (old, _) = two(&city).await;
    for byte in 3..=10 {
        let device = Device { who: city.resident(ONE).await, id: new_id("dev"), key: hex::encode([byte; 32]) };
        assert_eq!(device.register().await.0, StatusCode::NO_CONTENT, "{byte}");
    }
    let device = Device { who: city.resident(ONE).await, id: new_id("dev"), key: hex::encode([11; 32]) };
    let (status, refused) = device.register().await;
    assert_eq!((status, &refused["params"]["what"]), (StatusCode::TOO_MANY_REQUESTS, &json!("devices")));

    let large = "A".repeat((704 * 1024 + 3) / 3 * 4);
    let body = json!({ "base": 0, "revision": 1, "epoch": 1, "state": "open", "sealed": large });
    let (status, refused) = old.put(&format!("/v1/follow/drafts/{}", new_id("drf")), &body).await;
    assert_eq!((status, &refused["params"]["what"]), (StatusCode::BAD_REQUEST, &json!("size")));
    for _ in 0..200 {
        assert_eq!(old.write(&new_id("drf"), 0, 1, "open").await.0, StatusCode::OK);
    }
    let (status, refused) = old.write(&new_id("drf"), 0, 1, "open").await;
    assert_eq!((status, &refused["params"]["what"]), (StatusCode::TOO_MANY_REQUESTS, &json!("drafts")));

    for (name, key, check) in
        [("", 32, 16), (&*"长".repeat(41), 32, 16), ("a\nb", 32, 16), ("a", 31, 16), ("a", 32, 15)]
    {
        let body = json!({ "name": name, "public_key": "0".repeat(2 * key), "check": "0".repeat(2 * check) });
        assert_eq!(old.put(&format!("/v1/devices/{}", new_id("dev")), &body).await.0, StatusCode::BAD_REQUEST);
    }
}

on_both! {
    a_device_is_admitted_by_one_that_has_the_key,
    drafts_go_from_device_to_device_by_revision,
    nobody_else_has_a_part_in_it,
    a_removed_device_is_out,
    one_that_is_turned_away_is_signed_out,
    the_last_one_takes_everything_along,
    everything_is_begun_anew_only_right_after_a_sign_in,
    there_is_a_measure_in_everything,
}
