//! Whole files in a bucket of an S3 service.

use std::sync::Arc;

use object_store::{ObjectStore, aws::AmazonS3Builder, path::Path, prefix::PrefixStore};
use secrecy::{ExposeSecret as _, SecretString};

/// A bucket and the key to it.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// Folder in it, or empty.
    pub folder: String,
    /// Address of the service, when it is not Amazon's.
    pub endpoint: Option<String>,
    /// Region.
    pub region: String,
    /// Id of the key.
    pub key_id: String,
    /// The key.
    pub secret: SecretString,
}

/// Why a bucket cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the bucket `{name}` cannot be used: {source}; look at HAOBAN_FILES and HAOBAN_S3_*")]
pub struct BucketError {
    name: String,
    source: object_store::Error,
}

impl Bucket {
    /// Opens it and sees that it answers, so that a wrong key is told at the start and not to the first resident.
    ///
    /// # Errors
    /// When it does not answer, or does not let us in.
    pub async fn open(&self) -> Result<Arc<dyn ObjectStore>, BucketError> {
        let failed = |source| BucketError { name: self.name.clone(), source };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.key_id)
            .with_secret_access_key(self.secret.expose_secret());
        if let Some(endpoint) = &self.endpoint {
            // Plain HTTP is for a service on the same machine only.
            let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
            let plain = local.iter().any(|start| endpoint.starts_with(start));
            builder = builder.with_endpoint(endpoint).with_allow_http(plain);
        }
        let bucket = builder.build().map_err(failed)?;
        bucket.list_with_delimiter(None).await.map_err(failed)?;
        Ok(if self.folder.is_empty() {
            Arc::new(bucket)
        } else {
            Arc::new(PrefixStore::new(bucket, Path::from(self.folder.as_str())))
        })
    }
}
