//! Files in a bucket: against an S3 service of its own (s3s), over HTTP and with its signature check.

use haoban_server::{
    app::{self, AppState, StartError},
    config::Config,
    materials::Bucket,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use reqwest::{Method, StatusCode};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use secrecy::SecretString;
use tokio::net::TcpListener;

use super::support::{City, pdf, whole_pack};

const KEY_ID: &str = "haoban";
const SECRET: &str = "only-for-this-test";

struct Service {
    address: String,
    folder: tempfile::TempDir,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("city-files")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(line), service).await;
                });
            }
        });
        Self { address, folder }
    }

    fn bucket(&self, secret: &str) -> Bucket {
        Bucket {
            name: "city-files".to_owned(),
            folder: "2026".to_owned(),
            endpoint: Some(self.address.clone()),
            region: "us-east-1".to_owned(),
            key_id: KEY_ID.to_owned(),
            secret: SecretString::from(secret),
        }
    }

    /// Contents of all objects.
    fn objects(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("city-files/2026")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { found.push(std::fs::read(path).unwrap()) }
            }
        }
        found
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_files_lie_in_the_bucket_and_come_back_from_it() {
    let service = Service::start().await;
    let city = City::start_with(|config| config.files = Some(service.bucket(SECRET))).await;
    let one = city.resident("13800000001").await;
    let (body, case) = one.rent_case().await;
    assert_eq!(service.objects(), [pdf(2), pdf(2)], "the contract and the payments");
    let data = &city.state.config.data_dir;
    assert!(!data.join("files").exists(), "nothing is kept beside it");
    assert_eq!(std::fs::read_dir(data.join("staging")).unwrap().count(), 0, "the part is gone");

    let file = body["materials"]["lease-contract"]["files"][0].as_str().unwrap();
    let officer = city.officer("gjj-center").await;
    let answer = officer.request(Method::GET, &format!("cases/{case}/files/{file}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.bytes().await.unwrap().as_ref(), pdf(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_let_us_in_is_told_at_the_start() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(None, []).unwrap();
    config.data_dir = folder.path().to_owned();
    config.files = Some(service.bucket("another"));
    let opened = AppState::with_pack(config, app::Ports::default(), whole_pack()).await;
    let error = opened.err().expect("it must not start");
    assert!(matches!(error, StartError::Bucket(_)));
    let words = error.to_string();
    assert!(words.contains("city-files") && words.contains("HAOBAN_S3_") && !words.contains("another"), "{words}");
}
