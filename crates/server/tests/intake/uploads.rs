//! tus 1.0.0: offsets that are safe, digests that fit, files that are what they say.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::support::{City, Resident, new_id, pdf};

const TENANT: &str = "13800000001";

async fn begin(one: &Resident<'_>, bytes: &[u8]) -> String {
    let made = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", bytes).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(made.headers()["tus-resumable"], "1.0.0");
    assert!(made.headers().contains_key("upload-expires"));
    made.headers()["location"].to_str().unwrap().to_owned()
}

async fn offset(one: &Resident<'_>, at: &str) -> String {
    let answer = one.tus(Method::HEAD, at).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.headers()["upload-offset"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_what_it_speaks() {
    let city = City::start().await;
    let answer = city.http.request(Method::OPTIONS, format!("{}/v1/uploads", city.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(answer.headers()["tus-version"], "1.0.0");
    let extensions = answer.headers()["tus-extension"].to_str().unwrap().to_owned();
    for extension in ["creation", "checksum", "expiration", "termination"] {
        assert!(extensions.contains(extension));
    }
    let one = city.resident(TENANT).await;
    let other = one.request(Method::POST, "/v1/uploads").header("tus-resumable", "0.2.2").send().await.unwrap();
    assert_eq!(other.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(other.headers()["tus-version"], "1.0.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_in_pieces_and_goes_on_where_it_stopped() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = pdf(3);
    let at = begin(&one, &bytes).await;
    assert_eq!(offset(&one, &at).await, "0");
    let sent = one.patch(&at, 0, bytes[..100].to_vec()).send().await.unwrap();
    assert_eq!((sent.status(), &sent.headers()["upload-offset"]), (StatusCode::NO_CONTENT, &"100".parse().unwrap()));
    let wrong = one.patch(&at, 50, bytes[50..].to_vec()).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::CONFLICT);
    assert_eq!(offset(&one, &at).await, "100");
    let early = one.get(&at).await;
    assert_eq!(early.0, StatusCode::CONFLICT);
    let rest = one.patch(&at, 100, bytes[100..].to_vec()).send().await.unwrap();
    assert_eq!(rest.status(), StatusCode::NO_CONTENT);
    let (status, information) = one.get(&at).await;
    assert_eq!((status, &information["kind"]), (StatusCode::OK, &Value::from("pdf")));
    assert_eq!(information["bytes"], bytes.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_keeps_what_came() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = vec![b'%'; 300_000];
    let at = begin(&one, &bytes).await;
    // A socket of our own, so that the line can be cut in the middle of a request.
    let mut line = tokio::net::TcpStream::connect(city.base.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "PATCH {at} HTTP/1.1\r\nhost: city\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {}\r\n\r\n",
        one.token,
        bytes.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&bytes[..200_000]).await.unwrap();
    let part = city.state.config.data_dir.join("staging").join(at.rsplit('/').next().unwrap());
    while std::fs::metadata(&part).map_or(0, |part| part.len()) < 50_000 {
        tokio::task::yield_now().await;
    }
    drop(line);
    // HEAD ends the old writer and waits for it.
    let kept: usize = offset(&one, &at).await.parse().unwrap();
    assert!(kept > 0 && kept <= 200_000, "{kept}");
    let more = one.patch(&at, kept, bytes[kept..250_000].to_vec()).send().await.unwrap();
    assert_eq!(more.status(), StatusCode::NO_CONTENT);
    assert_eq!(offset(&one, &at).await, "250000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_whose_digest_does_not_fit_does_not_count() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = pdf(1);
    let at = begin(&one, &bytes).await;
    let header = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));
    let bad = one.patch(&at, 0, bytes.clone()).header("upload-checksum", header(b"else")).send().await.unwrap();
    assert_eq!(bad.status().as_u16(), 460);
    assert_eq!(offset(&one, &at).await, "0");
    let good = one.patch(&at, 0, bytes.clone()).header("upload-checksum", header(&bytes)).send().await.unwrap();
    assert_eq!(good.status(), StatusCode::NO_CONTENT);
    let whole = one.get(&at).await;
    assert_eq!(whole.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_must_be_what_was_promised() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let promised = pdf(1);
    let at = begin(&one, &promised).await;
    let other = vec![b'x'; promised.len()];
    let answer = one.patch(&at, 0, other).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 460);
    // It is forgotten, so that the right bytes can be sent anew.
    assert_eq!(one.tus(Method::HEAD, &at).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    for (bytes, code) in [(b"MZ\x90\0 a program".to_vec(), 415), (b"%PDF-1.7 nothing".to_vec(), 422), (pdf(31), 422)] {
        let at = begin(&one, &bytes).await;
        let answer = one.patch(&at, 0, bytes).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_finds_its_upload_again() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let (file, draft, bytes) = (new_id("fil"), new_id("drf"), pdf(1));
    let create = || one.create(&file, &draft, "lease-contract", &bytes).send();
    let first = create().await.unwrap().headers()["location"].clone();
    one.patch(first.to_str().unwrap(), 0, bytes.clone()).send().await.unwrap();
    let again = create().await.unwrap();
    assert_eq!(again.status(), StatusCode::CREATED);
    assert_eq!(again.headers()["location"], first);
    assert_eq!(again.headers()["upload-offset"], bytes.len().to_string().as_str());
    let other = one.create(&file, &draft, "lease-contract", &pdf(2)).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

/// A running case keeps its version, so papers of slots that a newer version no longer has are still taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_of_an_earlier_version_is_still_taken() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let create = |slot: &'static str| {
        let metadata = [
            ("file_id", new_id("fil")),
            ("draft_id", new_id("drf")),
            ("item", "gjj-rent".to_owned()),
            ("slot", slot.to_owned()),
            ("sha256", hex::encode(Sha256::digest(b"x"))),
        ];
        let coded: Vec<String> =
            metadata.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect();
        let request = one.tus(Method::POST, "/v1/uploads").header("upload-length", 1);
        request.header("upload-metadata", coded.join(",")).send()
    };
    assert_eq!(create("old-paper").await.unwrap().status(), StatusCode::BAD_REQUEST);
    let mut earlier = city.state.catalogue.current().item("gjj-rent").unwrap().as_ref().clone();
    earlier.version = 0;
    earlier.materials.retain(|material| material.id == "lease-contract");
    earlier.materials[0].id = "old-paper".to_owned();
    let mut write = city.state.store.write().await.unwrap();
    sqlx::query("INSERT INTO published_item (code, version, document, published_at) VALUES ('gjj-rent', 0, $1, 0)")
        .bind(serde_json::to_string(&earlier).unwrap())
        .execute(&mut *write)
        .await
        .unwrap();
    write.commit().await.unwrap();
    assert_eq!(create("old-paper").await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(create("no-such-slot").await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_before_a_byte_is_taken() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let unknown = one.create(&new_id("fil"), &new_id("drf"), "no-such-slot", b"x").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    let empty = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", b"").send().await.unwrap();
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let too_large = vec![0; 20 * 1024 * 1024 + 1];
    let large = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &too_large).send().await.unwrap();
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let twenty = vec![0; 20 * 1024 * 1024];
    for _ in 0..20 {
        let made = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &twenty).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    let over = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &twenty).send().await.unwrap();
    assert_eq!(over.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_owners_and_ends_by_wish_or_by_time() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = pdf(1);
    let (wished, timed) = (begin(&one, &bytes).await, begin(&one, &bytes).await);
    let other = city.resident("13800000004").await;
    for method in [Method::HEAD, Method::DELETE] {
        assert_eq!(other.tus(method, &wished).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(other.patch(&wished, 0, bytes.clone()).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(one.tus(Method::DELETE, &wished).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(one.tus(Method::HEAD, &wished).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(haoban_server::materials::sweep(&city.state).await.unwrap(), 0);
    let (_, case) = one.rent_case().await;
    city.clock.days_later(8);
    assert_eq!(haoban_server::materials::sweep(&city.state).await.unwrap(), 1);
    let one = city.resident(TENANT).await;
    assert_eq!(one.tus(Method::HEAD, &timed).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let officer = city.officer("gjj-center").await;
    let (_, opened) = officer.open(&case).await;
    let material = opened["materials"].as_array().unwrap().iter().find(|material| material["slot"] == "lease-contract");
    assert_eq!(material.unwrap()["files"].as_array().unwrap().len(), 1, "files of a case stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn counted_bytes_that_are_gone_are_asked_for_again() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = pdf(4);
    let at = begin(&one, &bytes).await;
    assert_eq!(one.patch(&at, 0, bytes[..400].to_vec()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let part = std::fs::read_dir(city.state.config.data_dir.join("staging")).unwrap().next().unwrap().unwrap().path();
    std::fs::OpenOptions::new().write(true).open(&part).unwrap().set_len(100).unwrap();
    let refused = one.patch(&at, 400, bytes[400..].to_vec()).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(offset(&one, &at).await, "100");
    assert_eq!(one.patch(&at, 100, bytes[100..].to_vec()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_write_into_one_upload() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = pdf(4);
    let at = begin(&one, &bytes).await;
    assert_eq!(one.patch(&at, 0, bytes[..400].to_vec()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let part = std::fs::read_dir(city.state.config.data_dir.join("staging")).unwrap().next().unwrap().unwrap().path();
    // As the other process holds it while it writes.
    let held = std::fs::OpenOptions::new().write(true).open(&part).unwrap();
    held.lock().unwrap();
    let busy = one.patch(&at, 400, bytes[400..].to_vec()).send().await.unwrap();
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(busy.headers().contains_key("retry-after"));
    assert_eq!(std::fs::metadata(&part).unwrap().len(), 400, "nothing was cut off");
    drop(held);
    assert_eq!(one.patch(&at, 400, bytes[400..].to_vec()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

/// A photo with a place in its notes.
fn photo_with_place() -> Vec<u8> {
    let photo = super::support::jpeg(358, 441);
    let notes = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0GPS 34.7466N 113.6253E";
    let length = u16::try_from(notes.len() + 2).unwrap().to_be_bytes();
    [&photo[..2], b"\xff\xe1", &length, notes, &photo[2..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_tells_its_place_is_refused_unless_the_service_asks_for_it() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let bytes = photo_with_place();
    let made = one.create(&new_id("fil"), &new_id("drf"), "lease-contract", &bytes).send().await.unwrap();
    let at = made.headers()["location"].to_str().unwrap().to_owned();
    let answer = one.patch(&at, 0, bytes.clone()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["params"]["found"]), (&Value::from("file_metadata"), &Value::from("exif")));
    assert_eq!(one.tus(Method::HEAD, &at).send().await.unwrap().status(), StatusCode::NOT_FOUND, "nothing is kept");
    // A report of damage needs the place; its photo is kept to the last byte.
    let made = one.create(&new_id("fil"), &new_id("drf"), "photos", &bytes).send().await.unwrap();
    let at = made.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(one.patch(&at, 0, bytes.clone()).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(one.get(&at).await.1["sha256"], haoban_domain::receipt::digest(&bytes));
}

/// The slot of another service may have the same name and ask for places: the submission looks again.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_was_taken_with_its_place_does_not_slip_into_another_service() {
    let city = City::start().await;
    let one = city.resident(TENANT).await;
    let body = one.rent().await;
    let tells = async |tells: i64| {
        let mut write = city.state.store.write().await.unwrap();
        sqlx::query("UPDATE upload SET has_metadata = $1").bind(tells).execute(&mut *write).await.unwrap();
        write.commit().await.unwrap();
    };
    tells(1).await;
    let (status, problem) = one.submit(&body).await;
    let error = &problem["field_errors"][0];
    assert_eq!((status, &error["rule"]), (StatusCode::UNPROCESSABLE_ENTITY, &Value::from("file_metadata")));
    assert_eq!(error["field"], "material:lease-contract");
    tells(0).await;
    assert_eq!(one.submit(&body).await.0, StatusCode::CREATED);
}
