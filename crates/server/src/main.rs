//! `haoban-server`: serve | worker | migrate | seed | check-city | receipt | backup | restore.
//!
//! Exit codes: 0 all right, 1 it failed, 2 it was asked for something impossible (a wrong word, a wrong
//! setting, a port that is taken).

mod cli;

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use cli::{backups, cities, receipts};
use haoban_server::{
    AppState,
    app::{self, Ports, StartError},
    backup::BackupError,
    config::{Config, ConfigError},
    jobs, seed,
};
use tokio_util::sync::CancellationToken;

const HELP: &str = "\
haoban-server – the city platform

  haoban-server serve                  the platform; works the jobs too unless HAOBAN_WORKER=off
  haoban-server worker                 only works the jobs
  haoban-server migrate                brings the tables up to date
  haoban-server seed                   fills an empty database with the demo city
  haoban-server check-city [FOLDER]    checks a city pack; --json for machines
      --simulate PERSONA ITEM [FOLDER]   what that person would be asked and must hand in
      --diff OLD NEW                     what changed between two packs, in words
  haoban-server receipt verify FILE    whether this platform signed a receipt (the app's PDF, or JSON)
      --keys FILE                        without a database: with keys as GET /v1/receipt-keys gave them
      verify QR-CODE                     the same from the text of its QR code
  haoban-server backup FILE --for KEY  everything in one file, sealed for a key; the platform may be running
  haoban-server backup-key FILE        makes such a key: the secret half into FILE, the other is printed
  haoban-server restore FILE --with KEY-FILE --into FOLDER
                                       brings a backup back as a new data folder, checked
  haoban-server settings               prints the settings with their defaults

  --config FILE   settings file (or HAOBAN_CONFIG); every setting is also HAOBAN_<NAME>
";

/// Why the program ends without having done its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\n\n{HELP}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Run(#[from] haoban_server::Error),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Failpoints(#[from] haoban_failpoints::NotAnAction),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Config(_)
            | Self::Start(StartError::PortTaken { .. } | StartError::Listen { .. }) => 2,
            _ => 1,
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            let words = failure.to_string();
            let _ = writeln!(std::io::stderr(), "haoban-server: {words}{}", hint(&words));
            ExitCode::from(failure.code())
        }
    }
}

/// Of a disk without room SQLite often says no more than that something went wrong there.
fn hint(words: &str) -> &'static str {
    if words.contains("disk I/O error") {
        "\nIs there room on the disk of the data, and may it be written to? Else set HAOBAN_DATA_DIR to a folder on another one"
    } else {
        ""
    }
}

fn run() -> Result<ExitCode, Failure> {
    let asked = cli::asked(std::env::args().skip(1))?;
    match asked.command.as_str() {
        "help" => return say(HELP),
        "version" => return say(concat!("haoban-server ", env!("CARGO_PKG_VERSION"), "\n")),
        "settings" => return say(haoban_server::config::DEFAULTS),
        "" => return Err(Failure::Usage("a command is missing".to_owned())),
        _ => {}
    }
    let file = asked.config.clone().or_else(|| std::env::var_os("HAOBAN_CONFIG").map(PathBuf::from));
    let config = Config::load(file.as_deref(), std::env::vars())?;
    log_to_stderr(&config)?;
    haoban_failpoints::arm()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match asked.command.as_str() {
        "serve" => runtime.block_on(serve(config)),
        "worker" => runtime.block_on(worker(config)),
        "migrate" => runtime.block_on(migrate(config)),
        "seed" => runtime.block_on(seed_demo(config)),
        "check-city" => cities::check_city(&config, &asked),
        "receipt" => runtime.block_on(receipts::receipt(config, &asked)),
        "backup" => runtime.block_on(backups::back_up(&config, &asked)),
        "backup-key" => backups::make_key(&asked),
        "restore" => runtime.block_on(backups::bring_back(&asked)),
        other => Err(Failure::Usage(format!("there is no command `{other}`"))),
    }
}

fn say(text: &str) -> Result<ExitCode, Failure> {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn log_to_stderr(config: &Config) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .map_err(|error| Failure::Usage(format!("setting `log` (HAOBAN_LOG): {error}")))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log_json {
        builder.json().init();
    } else {
        builder.init();
    }
    Ok(())
}

async fn serve(mut config: Config) -> Result<ExitCode, Failure> {
    let listener = app::listen(&mut config).await?;
    let state = AppState::open(config, Ports::default()).await?;
    if state.config.demo {
        seed::run(&state).await?;
    }
    end_on_signal(state.stopping.clone());
    // Whoever started the program waits for this line.
    say(&format!("haoban-server listens on {}\n", state.config.public_url))?;
    app::serve(listener, state).await?;
    Ok(ExitCode::SUCCESS)
}

async fn worker(mut config: Config) -> Result<ExitCode, Failure> {
    if config.public_url.is_empty() {
        config.public_url = format!("http://{}", config.listen);
    }
    let state = AppState::open(config, Ports::default()).await?;
    end_on_signal(state.stopping.clone());
    jobs::run(state.clone(), state.stopping.clone()).await?;
    state.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(config: Config) -> Result<ExitCode, Failure> {
    let store = app::migrate(&config).await?;
    let engine = store.dialect().name();
    store.close().await;
    say(&format!("the tables are up to date ({engine})\n"))
}

async fn seed_demo(config: Config) -> Result<ExitCode, Failure> {
    let state = AppState::open(config, Ports::default()).await?;
    seed::run(&state).await?;
    state.store.close().await;
    say("the demo city is in the database\n")
}

/// Ctrl-C or a polite kill ends the platform; a second one ends it at once.
fn end_on_signal(stopping: CancellationToken) {
    tokio::spawn(async move {
        signal().await;
        tracing::info!("ending: open requests may finish");
        stopping.cancel();
        signal().await;
        std::process::exit(130);
    });
}

async fn signal() {
    #[cfg(unix)]
    if let Ok(mut polite) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = polite.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
