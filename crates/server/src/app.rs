//! Puts the rooms together: what they share, the routes of all of them, start and end.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Json, Router, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    catalogue::{self, Catalogue, LoadedPack},
    config::Config,
    http,
    identity::{
        Keyring, Passwords, Secret, SecretError,
        sms::{LocalSmsGateway, SmsGateway},
    },
    intake::{Items, PublishError},
    jobs,
    materials::{self, Uploads},
    notices::Hub,
    ports::{Clock, Random, SystemClock, SystemRandom},
    store::{MigrateError, OpenError, Store},
    workflow::{LocalLedger, PaymentGateway},
};

/// What every room shares. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The platform's secret and what is derived from it.
    pub secret: Arc<Secret>,
    /// Keys that sign tokens and receipts.
    pub keys: Arc<Keyring>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Sends short messages.
    pub sms: Arc<dyn SmsGateway>,
    /// The city pack in force.
    pub catalogue: Catalogue,
    /// Wakes event streams after a commit.
    pub notices: Arc<Hub>,
    /// Where uploaded files lie.
    pub uploads: Arc<Uploads>,
    /// Items with their rules compiled.
    pub items: Arc<Items>,
    /// The side that moves money.
    pub payments: Arc<dyn PaymentGateway>,
    /// Cancelled when the platform ends; open streams end with it.
    pub stopping: CancellationToken,
}

/// Why the platform does not start. Each names what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error(
        "port {port} on {host} is taken: end the other program, or set HAOBAN_LISTEN to another port such as {host}:{next}"
    )]
    PortTaken {
        /// Host.
        host: String,
        /// Port.
        port: u16,
        /// A port to try.
        next: u16,
    },
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on {address}: {source}; set HAOBAN_LISTEN to an address of this machine")]
    Listen {
        /// Address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing can be written there.
    #[error(
        "the data folder `{path}` cannot be written: {source}; set HAOBAN_DATA_DIR to a folder you own, or free some space"
    )]
    DataDir {
        /// Folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bucket of the files does not answer.
    #[error(transparent)]
    Bucket(#[from] materials::BucketError),
    /// No secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// No database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Tables cannot be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// No usable city pack.
    #[error("the city pack in `{path}` cannot be used: {words}")]
    City {
        /// Folder.
        path: PathBuf,
        /// Why.
        words: String,
    },
    /// Anything else.
    #[error(transparent)]
    Other(#[from] crate::Error),
}

/// What tests put in the place of the machine.
#[derive(Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Default for Ports {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

impl AppState {
    /// Opens everything: folder, secret, database (brought up to date), keys, city pack.
    pub async fn open(config: Config, ports: Ports) -> Result<Self, StartError> {
        let folder = config.city_dir();
        let unusable = |words: String| StartError::City { path: folder.clone(), words };
        let pack = catalogue::load(&folder).map_err(|error| unusable(error.to_string()))?;
        Self::with_pack(config, ports, pack).await
    }

    /// The same with a pack at hand.
    pub async fn with_pack(config: Config, ports: Ports, pack: LoadedPack) -> Result<Self, StartError> {
        prepare_folder(&config)?;
        let Ports { clock, random } = ports;
        let secret = Arc::new(Secret::open(&config, &*random)?);
        let store = Store::open(&config.database()).await?;
        store.migrate().await?;
        let keys = Keyring::open(&store, &secret, &*random, clock.now()).await?;
        let passwords = Passwords::new(Arc::clone(&secret), &*random)?;
        let failed = |source| StartError::DataDir { path: config.data_dir.clone(), source };
        let uploads = match &config.files {
            None => Uploads::open(&config.data_dir).map_err(failed)?,
            Some(bucket) => {
                Uploads::with_store(&config.data_dir.join("staging"), bucket.open().await?).map_err(failed)?
            }
        };
        let uploads = uploads.with_scanner(materials::scanner(config.clamd.as_ref()));
        let config = Arc::new(config);
        let payments =
            Arc::new(LocalLedger::new(store.clone(), Arc::clone(&config), Arc::clone(&clock), Arc::clone(&secret)));
        let state = Self {
            sms: Arc::new(LocalSmsGateway::new(store.clone(), Arc::clone(&clock))),
            store,
            config,
            clock,
            random,
            secret,
            keys: Arc::new(keys),
            passwords,
            catalogue: Catalogue::new(pack),
            notices: Arc::new(Hub::default()),
            uploads: Arc::new(uploads),
            items: Arc::new(Items::default()),
            payments,
            stopping: CancellationToken::new(),
        };
        let pack = state.catalogue.current();
        crate::intake::publish(&state, &pack).await.map_err(|error| match error {
            PublishError::Store(error) => StartError::Other(error),
            changed => StartError::City { path: state.config.city_dir(), words: changed.to_string() },
        })?;
        Ok(state)
    }
}

/// Only opens the database and brings its tables up to date.
pub async fn migrate(config: &Config) -> Result<Store, StartError> {
    prepare_folder(config)?;
    let store = Store::open(&config.database()).await?;
    store.migrate().await?;
    Ok(store)
}

/// Makes the data folder and sees that something can be written there.
fn prepare_folder(config: &Config) -> Result<(), StartError> {
    let folder = &config.data_dir;
    let failed = |source| StartError::DataDir { path: folder.clone(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let probe = folder.join(".writable");
    std::fs::write(&probe, b"haoban").map_err(failed)?;
    std::fs::remove_file(&probe).map_err(failed)
}

/// Binds the address of the settings. The port is taken before anything is opened, so that a second
/// platform on the same database ends before it has touched anything.
pub async fn listen(config: &mut Config) -> Result<TcpListener, StartError> {
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            let port = address.port();
            StartError::PortTaken { host: address.ip().to_string(), port, next: port.checked_add(1).unwrap_or(8421) }
        } else {
            StartError::Listen { address, source }
        }
    })?;
    let bound = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
    config.listen = bound;
    if config.public_url.is_empty() {
        config.public_url = format!("http://{bound}");
    }
    Ok(listener)
}

/// Time that open requests get to finish after the platform was told to end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `state.stopping` is cancelled; then open requests finish, the worker ends its step, the
/// database is closed.
pub async fn serve(listener: TcpListener, state: AppState) -> crate::Result<()> {
    let stopping = state.stopping.clone();
    let worker = state.config.worker.then(|| tokio::spawn(jobs::run(state.clone(), stopping.clone())));
    if state.config.watch_city {
        tokio::spawn(catalogue::watch::watch(state.clone(), stopping.clone()));
    }
    let stopped = stopping.clone();
    let server =
        axum::serve(listener, router(state.clone())).with_graceful_shutdown(async move { stopped.cancelled().await });
    let limit = async {
        stopping.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let outcome = tokio::select! {
        ended = async { server.await } => ended.map_err(crate::Error::from),
        () = limit => {
            tracing::warn!("some requests did not end in time and were cut");
            Ok(())
        }
    };
    stopping.cancel();
    if let Some(worker) = worker {
        match tokio::time::timeout(GRACE, worker).await {
            Ok(Ok(ended)) => ended?,
            Ok(Err(_)) => tracing::error!("the worker ended by a bug"),
            Err(_) => tracing::warn!("the worker did not end in time"),
        }
    }
    state.store.close().await;
    outcome
}

/// Routes of all rooms.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(http::routes())
        .merge(crate::identity::routes())
        .merge(crate::audit::routes())
        .merge(crate::catalogue::routes())
        .merge(crate::intake::routes())
        .merge(crate::workflow::routes())
        .merge(crate::appointments::routes())
        .merge(crate::publicity::routes())
        .merge(crate::materials::routes())
        .merge(crate::licences::routes())
        .merge(crate::deposits::routes())
        .merge(crate::devices::routes())
        .merge(crate::follow::routes())
        .merge(crate::notices::routes())
        .merge(crate::desk::routes())
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let (router, _) = routes().split_for_parts();
    let document = Arc::new(http::document());
    let described = router.route("/openapi.json", get(move || async move { Json((*document).clone()) }));
    http::wrap(described.with_state(state.clone()), state)
}
