//! `haoban-server`: serve | worker | migrate | seed | check-city | receipt.
//!
//! Exit codes: 0 all right, 1 it failed, 2 it was asked for something impossible (a wrong word, a wrong
//! setting, a port that is taken).

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use haoban_domain::time::Date;
use haoban_server::{
    AppState,
    app::{self, Ports, StartError},
    catalogue::{self, LoadedPack, check::simulate::Persona},
    config::{Config, ConfigError},
    intake::verify::{self, Verdict},
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

/// What was asked for.
struct Asked {
    command: String,
    rest: Vec<String>,
    json: bool,
    simulate: bool,
    diff: bool,
    config: Option<PathBuf>,
    keys: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "haoban-server: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn asked(arguments: impl Iterator<Item = String>) -> Result<Asked, Failure> {
    let mut asked = Asked {
        command: String::new(),
        rest: Vec::new(),
        json: false,
        simulate: false,
        diff: false,
        config: None,
        keys: None,
    };
    let mut arguments = arguments;
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--config" => {
                let file = arguments.next().ok_or_else(|| Failure::Usage("--config needs a file".to_owned()))?;
                asked.config = Some(PathBuf::from(file));
            }
            "--keys" => {
                let file = arguments.next().ok_or_else(|| Failure::Usage("--keys needs a file".to_owned()))?;
                asked.keys = Some(PathBuf::from(file));
            }
            "--json" => asked.json = true,
            "--simulate" => asked.simulate = true,
            "--diff" => asked.diff = true,
            "-h" | "--help" => asked.command = "help".to_owned(),
            "-V" | "--version" => asked.command = "version".to_owned(),
            option if option.starts_with('-') => return Err(Failure::Usage(format!("there is no option `{option}`"))),
            _ if asked.command.is_empty() => asked.command = word,
            _ => asked.rest.push(word),
        }
    }
    let only_check = asked.simulate || asked.diff || !asked.rest.is_empty();
    let takes_more = matches!(asked.command.as_str(), "check-city" | "receipt");
    if asked.keys.is_some() && asked.command != "receipt" {
        return Err(Failure::Usage("--keys belongs to `receipt verify`".to_owned()));
    }
    if !takes_more && only_check {
        return Err(Failure::Usage(format!("`{}` takes nothing behind it", asked.command)));
    }
    Ok(asked)
}

fn run() -> Result<ExitCode, Failure> {
    let asked = asked(std::env::args().skip(1))?;
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
        "check-city" => check_city(&config, &asked),
        "receipt" => runtime.block_on(receipt(config, &asked)),
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

/// 0 when the platform signed it, 1 when not, 2 when there is nothing to judge.
async fn receipt(config: Config, asked: &Asked) -> Result<ExitCode, Failure> {
    let [verb, what] = asked.rest.as_slice() else {
        return Err(Failure::Usage("receipt needs `verify` and a file".to_owned()));
    };
    if verb != "verify" {
        return Err(Failure::Usage(format!("there is no `receipt {verb}`")));
    }
    let file = Path::new(what).is_file().then(|| std::fs::read(what)).transpose()?;
    let verdict = match (&asked.keys, file) {
        (Some(keys), Some(bytes)) => {
            let keys = verify::published(&std::fs::read(keys)?)
                .ok_or_else(|| Failure::Usage("--keys: these are no receipt keys".to_owned()))?;
            verify::judge(&keys, &bytes)
        }
        (Some(_), None) => return Err(Failure::Usage(format!("`{what}` is no file"))),
        (None, file) => {
            let state = AppState::open(config, Ports::default()).await?;
            let keys = state.keys.receipt_public_keys();
            let verdict = match file {
                Some(bytes) => verify::judge(&keys, &bytes),
                None => match verify::by_mark(&state.store, what).await? {
                    Some(receipt) => verify::check(&keys, &receipt),
                    None => Verdict::NoReceipt,
                },
            };
            state.store.close().await;
            verdict
        }
    };
    tell_verdict(verdict, asked.json)
}

fn tell_verdict(verdict: Verdict, json: bool) -> Result<ExitCode, Failure> {
    match verdict {
        Verdict::Genuine(body) if json => {
            say(&format!("{}\n", serde_json::to_string_pretty(&body).unwrap_or_default()))?;
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Genuine(body) => say(&format!(
            "genuine: {} {} received {} by {}\nanswers {}\n",
            body.case_number,
            body.item_code,
            body.received_at.inner(),
            body.received_by.zh,
            body.answers_sha256
        )),
        Verdict::Forged => {
            say("not genuine: the signature does not fit\n")?;
            Ok(ExitCode::FAILURE)
        }
        Verdict::NoReceipt => Err(Failure::Usage("there is no receipt of this platform in it".to_owned())),
    }
}

fn check_city(config: &Config, asked: &Asked) -> Result<ExitCode, Failure> {
    let today = Ports::default().clock.now().city_date();
    match (asked.simulate, asked.diff, asked.rest.as_slice()) {
        (true, false, [persona, item, folder @ ..]) if folder.len() < 2 => {
            let folder = folder.first().map_or_else(|| config.city_dir(), PathBuf::from);
            simulate(persona, item, &folder, today)
        }
        (true, _, _) => Err(Failure::Usage("--simulate needs a persona.yaml and the code of a service".to_owned())),
        (_, true, [old, new]) => diff(old.as_ref(), new.as_ref()),
        (_, true, _) => Err(Failure::Usage("--diff needs two folders".to_owned())),
        (_, _, [] | [_]) => {
            let folder = asked.rest.first().map_or_else(|| config.city_dir(), PathBuf::from);
            let format = if asked.json { catalogue::check::Format::Json } else { catalogue::check::Format::Terminal };
            let fine = catalogue::check::check(&folder, today, format, &mut std::io::stdout())?;
            Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err(Failure::Usage("check-city takes one folder".to_owned())),
    }
}

fn simulate(persona: &str, item: &str, folder: &Path, today: Date) -> Result<ExitCode, Failure> {
    let text = std::fs::read_to_string(persona).map_err(|error| Failure::Usage(format!("{persona}: {error}")))?;
    let persona = Persona::read(&text).map_err(|reason| Failure::Usage(format!("{persona}: {reason}")))?;
    let pack = loaded(folder)?;
    match catalogue::check::simulate::tell(&pack, item, persona, today) {
        Some(told) => say(&told),
        None => Err(Failure::Usage(format!("there is no service `{item}` in {}", folder.display()))),
    }
}

/// 0 when both are the same, 1 when something changed, like diff.
fn diff(old: &Path, new: &Path) -> Result<ExitCode, Failure> {
    let (old, new) = (loaded(old)?, loaded(new)?);
    let changes = catalogue::check::diff::packs(&old.pack, &new.pack);
    if changes.is_empty() {
        return say("nothing changed\n");
    }
    say(&format!("{}\n", changes.join("\n")))?;
    Ok(ExitCode::FAILURE)
}

fn loaded(folder: &Path) -> Result<LoadedPack, Failure> {
    catalogue::load(folder).map_err(|error| Failure::Other(error.into()))
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
