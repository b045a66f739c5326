//! A temporary cluster of binaries found on this machine, reached through a socket in a folder of its own.
//!
//! A small shell script runs it and outlives us by a moment: when our end of its standard input closes, whatever the
//! reason, it ends the server and removes the folder.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::account::{Account, account};
use super::binaries::Binaries;
use super::{ScratchError, connect};

const SCRIPT: &str = include_str!("cluster.sh");

/// initdb and the start take about a second; a busy machine may need many times that.
const PATIENCE: Duration = Duration::from_secs(60);

/// `sockaddr_un` holds 104 bytes on macOS, and the socket's own name takes 14 of them.
const LONGEST_FOLDER: usize = 88;

/// A running cluster.
#[derive(Debug)]
pub(super) struct NativeServer {
    guard: Option<Child>,
    options: PgConnectOptions,
}

impl NativeServer {
    pub(super) async fn start(binaries: &Binaries) -> Result<Self, ScratchError> {
        let account = account()?;
        let dir = folder(account)?;
        let guard = spawn(binaries, &dir, account)?;
        let options = PgConnectOptions::new_without_pgpass()
            .socket(&dir)
            .port(5432)
            .username("postgres")
            .password("")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable);
        let server = Self {
            guard: Some(guard),
            options,
        };
        server.ready(&binaries.bindir, &dir).await?;
        Ok(server)
    }

    async fn ready(&self, bindir: &Path, dir: &Path) -> Result<(), ScratchError> {
        let begun = Instant::now();
        let socket = dir.join(".s.PGSQL.5432");
        loop {
            if socket.exists() && connect(&self.options).await.is_ok() {
                return Ok(());
            }
            if dir.join("failed").exists() || begun.elapsed() > PATIENCE {
                return Err(ScratchError::DidNotStart {
                    bindir: bindir.to_owned(),
                    log: log_of(dir),
                });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// How to reach its maintenance database.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) async fn stop(mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            // The script ends when server and folder are gone.
            drop(tokio::task::spawn_blocking(move || guard.wait()).await);
        }
    }
}

fn log_of(dir: &Path) -> String {
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_default();
    let server = read("server.log");
    let text = if server.trim().is_empty() {
        read("initdb.log")
    } else {
        server
    };
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

#[cfg(unix)]
fn spawn(binaries: &Binaries, dir: &Path, account: Option<Account>) -> Result<Child, ScratchError> {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(SCRIPT)
        .arg("schemagen-scratch")
        .arg(&binaries.bindir)
        .arg(dir)
        .current_dir("/")
        // A group of its own: Ctrl-C goes to the whole group, and the script must live to clean up.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env_remove("PGDATA")
        .env_remove("PGOPTIONS")
        .env("TZ", "UTC")
        .env("LC_ALL", "C");
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command.spawn().map_err(|source| ScratchError::Spawn {
        program: "/bin/sh".to_owned(),
        source,
    })
}

#[cfg(not(unix))]
fn spawn(_: &Binaries, _: &Path, _: Option<Account>) -> Result<Child, ScratchError> {
    Err(ScratchError::Spawn {
        program: "postgres".to_owned(),
        source: std::io::Error::other("temporary clusters need a Unix system: give --scratch-url"),
    })
}

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A folder that does not exist yet, in a place that the account may write to and whose path fits into a socket address.
fn folder(account: Option<Account>) -> Result<PathBuf, ScratchError> {
    let name = format!(
        "schemagen-scratch-{}-{}-{:x}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed),
        // Two containers can share a folder and have equal process ids.
        std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |d| d.as_nanos() % 0xffff_ffff)
    );
    let temp = std::env::temp_dir();
    for place in [temp.as_path(), Path::new("/tmp"), Path::new("/var/tmp")] {
        let dir = place.join(&name);
        if place.is_dir() && dir.as_os_str().len() <= LONGEST_FOLDER && (account.is_none() || open_to_all(place)) {
            return Ok(dir);
        }
    }
    Err(ScratchError::NoFolder(
        temp,
        if account.is_some() {
            " by everybody"
        } else {
            " and has a short path"
        },
    ))
}

/// Whether another account can reach the folder and write into it.
#[cfg(unix)]
fn open_to_all(place: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| path.metadata().map_or(0, |meta| meta.permissions().mode());
    mode(place) & 0o003 == 0o003 && place.ancestors().all(|path| mode(path) & 0o001 != 0)
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> bool {
    true
}
