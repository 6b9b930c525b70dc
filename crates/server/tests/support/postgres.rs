//! A Postgres of our own in a temporary folder, on a free port of this machine, ended with its value.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A running server.
pub struct Postgres {
    process: Child,
    port: u16,
    databases: AtomicU32,
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Starts one; nothing when this machine has no Postgres.
    pub async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("skipped: no Postgres (initdb) on this machine");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        give_to_postgres(folder.path());
        let made = as_postgres(&programs.join("initdb"))
            .args(["-U", "haoban", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = as_postgres(&programs.join("postgres"))
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "logging_collector=off", "-p"])
            .arg(port.to_string())
            .arg("-k")
            .arg(folder.path())
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, port, databases: AtomicU32::new(0), folder };
        server.wait().await;
        Some(server)
    }

    async fn wait(&self) {
        sqlx::any::install_default_drivers();
        for _ in 0..200 {
            if sqlx::AnyPool::connect(&self.url("postgres")).await.is_ok() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("Postgres did not come up");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://haoban@127.0.0.1:{}/{database}", self.port)
    }

    /// Address of a new, empty database.
    pub async fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let pool = sqlx::AnyPool::connect(&self.url("postgres")).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
        pool.close().await;
        self.url(&name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The process we started may only be the one that changed the user: the database names its own.
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap_or_default();
        if let Some(id) = file.lines().next() {
            let _ = Command::new("kill").args(["-INT", id]).status();
        }
        let _ = self.process.wait();
    }
}

/// Folder of the programs of a Postgres on this machine.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    found.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    found.into_iter().find(|folder| folder.join("initdb").is_file())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0"))
}

/// Gives a folder to the user that Postgres runs as.
pub fn give_to_postgres(folder: &Path) {
    if is_root() {
        assert!(Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder).status().unwrap().success());
    }
}

/// Postgres refuses to run as root.
pub fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command.current_dir("/");
        return command;
    }
    Command::new(program)
}
