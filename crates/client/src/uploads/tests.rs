use haoban_domain::ids::{DraftId, FileId};
use reqwest::header::{HeaderMap, HeaderValue};

use super::*;
use crate::{
    fixture::{Device, Fault, Platform},
    outbox::Delivery,
};

async fn with_file(bytes: usize) -> (Device, Client, UploadWork) {
    let device = Device::new();
    let client = device.open().await;
    let content: Vec<u8> = (0..bytes).map(|n| u8::try_from(n % 253).unwrap()).collect();
    let id = FileId::new(1, [1; 10]);
    let work = UploadWork {
        file_id: id,
        draft_id: DraftId::new(1, [2; 10]),
        item_code: "gjj-rent".into(),
        slot: "lease".into(),
        kind: haoban_domain::material::FileKind::Pdf,
        bytes: bytes as u64,
        sha256: hex::encode(Sha256::digest(&content)),
        path: None,
    };
    let keys = client.vault().keys().unwrap();
    client.files().unwrap().write(keys, &id.to_string(), zeroize::Zeroizing::new(content)).await.unwrap();
    (device, client, work)
}

/// Runs to the first outcome, as the outbox does.
async fn outcome(client: &Client, platform: &Platform, work: &mut UploadWork) -> Outcome {
    let stop = CancellationToken::new();
    let mut upload = Upload { client, transport: platform, work: work.clone(), stop: &stop, progress: &|_| {} };
    loop {
        let progress = upload.run().await;
        *work = upload.work.clone();
        if let Progress::Ended(outcome) = progress {
            return outcome;
        }
    }
}

#[tokio::test]
async fn every_byte_arrives_in_chunks() {
    let (_device, client, mut work) = with_file(3 * 1024 * 1024 + 17).await;
    let platform = Platform::default();
    assert!(matches!(outcome(&client, &platform, &mut work).await, Outcome::Delivered(Delivery::File)));
    let inside = platform.0.lock();
    let sent = inside.uploads.values().next().unwrap();
    assert_eq!(hex::encode(Sha256::digest(sent)), work.sha256);
    assert_eq!(inside.seen.iter().filter(|(method, _)| *method == Method::PATCH).count(), 13);
}

#[tokio::test]
async fn cut_at_every_request_in_turn_it_still_arrives_and_sends_little_twice() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        for method in [Method::POST, Method::HEAD, Method::PATCH] {
            let (_device, client, mut work) = with_file(2 * 1024 * 1024 + 5).await;
            let platform = Platform::default();
            platform.fault(method.clone(), fault);
            assert!(
                matches!(outcome(&client, &platform, &mut work).await, Outcome::Later { .. }),
                "{method} {fault:?}"
            );
            assert!(
                matches!(outcome(&client, &platform, &mut work).await, Outcome::Delivered(_)),
                "{method} {fault:?}"
            );
            assert_eq!(platform.0.lock().bytes_received as u64, work.bytes, "nothing the platform has is sent again");
        }
    }
}

#[tokio::test]
async fn an_upload_the_platform_forgot_begins_anew() {
    let (_device, client, mut work) = with_file(1000).await;
    work.path = Some("/v1/uploads/upl_old".into());
    let platform = Platform::default();
    assert!(matches!(outcome(&client, &platform, &mut work).await, Outcome::Delivered(_)));
    assert_eq!(work.path.as_deref(), Some("/v1/uploads/upl_0"));
}

#[tokio::test]
async fn damage_is_tried_again_a_few_times_and_then_told() {
    let (_device, client, mut work) = with_file(1000).await;
    let platform = Platform::default();
    platform.fault(Method::PATCH, Fault::Status(460));
    platform.fault(Method::PATCH, Fault::Status(460));
    assert!(matches!(outcome(&client, &platform, &mut work).await, Outcome::Delivered(_)));
    let (_device, client, mut work) = with_file(1000).await;
    let platform = Platform::default();
    for _ in 0..3 {
        platform.fault(Method::PATCH, Fault::Status(460));
    }
    assert!(
        matches!(outcome(&client, &platform, &mut work).await, Outcome::Refused(problem) if problem.code == ProblemCode::UploadChecksum)
    );
}

#[tokio::test]
async fn statuses_mean_what_they_mean() {
    let (_device, client, work) = with_file(1000).await;
    for status in [400, 403, 408, 429, 500, 503] {
        let platform = Platform::default();
        platform.fault(Method::HEAD, Fault::Status(status));
        let got = outcome(&client, &platform, &mut work.clone()).await;
        assert!(matches!(got, Outcome::Later { .. }), "{status} without our own words: {got:?}");
    }
    let platform = Platform::default();
    platform.fault(Method::HEAD, Fault::Refuse(ProblemCode::FileKind));
    assert!(
        matches!(outcome(&client, &platform, &mut work.clone()).await, Outcome::Refused(problem) if problem.code == ProblemCode::FileKind)
    );
    let platform = Platform::default();
    platform.fault(Method::POST, Fault::SignedOut);
    assert!(matches!(outcome(&client, &platform, &mut work.clone()).await, Outcome::SignedOut));
}

#[tokio::test]
async fn a_sealed_file_that_is_gone_is_told_and_not_tried_for_ever() {
    let (device, client, mut work) = with_file(1000).await;
    std::fs::remove_file(device.dir.join("files").join(work.file_id.to_string())).unwrap();
    let platform = Platform::default();
    assert!(
        matches!(outcome(&client, &platform, &mut work).await, Outcome::Refused(problem) if problem.code == ProblemCode::FileUnreadable)
    );
}

#[test]
fn only_our_own_uploads_are_followed() {
    let at = |location: &str| {
        let headers: HeaderMap =
            [("location".parse().unwrap(), HeaderValue::from_str(location).unwrap())].into_iter().collect();
        place(&Response { status: 201, headers, body: Bytes::new() })
    };
    assert_eq!(at("https://x/v1/uploads/upl_1?a=b").as_deref(), Some("/v1/uploads/upl_1"));
    assert_eq!(at("/v1/uploads/upl_1").as_deref(), Some("/v1/uploads/upl_1"));
    for bad in ["/v1/cases/upl_1", "/v1/uploads/", "/v1/uploads/../cases", "https://evil.example/"] {
        assert_eq!(at(bad), None, "{bad}");
    }
}
