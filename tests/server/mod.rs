//! Servers for tests: given by environment, or a temporary cluster of what is installed, fetched or installable.
//!
//! One cluster per major and test process, gone when the process ends however it ends. Where no server can be had the
//! test fails and says so; it is never skipped.

mod binaries;
mod cluster;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The URL of the maintenance database of a server on which tests may do what they like.
///
/// `SCHEMAGEN_TEST_URL`, or the first of `SCHEMAGEN_TEST_URLS`, or a temporary cluster.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| match given().into_iter().next() {
        Some(url) => url,
        None => own(),
    })
}

/// The URL of a temporary cluster of this process, whatever the environment gives. Only here tests may look at what belongs
/// to a whole server; its role `schemagen_guarded`, once created, must give a password.
pub fn own() -> String {
    let found = binaries::any();
    start(found.major, &found)
}

/// Majors for version-matrix tests, each with the URL of a server: the URLs given, the majors that
/// `SCHEMAGEN_TEST_MAJORS` names, or those on this machine. At least one.
pub fn all_versions() -> Vec<(u32, String)> {
    static VERSIONS: OnceLock<Vec<(u32, String)>> = OnceLock::new();
    VERSIONS.get_or_init(versions).clone()
}

fn versions() -> Vec<(u32, String)> {
    let given = given();
    if !given.is_empty() {
        return given
            .into_iter()
            .map(|url| (block_on(major_of(url.clone())), url))
            .collect();
    }
    if let Ok(majors) = std::env::var("SCHEMAGEN_TEST_MAJORS") {
        return majors
            .split_whitespace()
            .map(|word| {
                let major = word
                    .parse()
                    .unwrap_or_else(|_| panic!("SCHEMAGEN_TEST_MAJORS: \"{word}\" is no major version"));
                (major, start(major, &binaries::of_major(major)))
            })
            .collect();
    }
    let here = binaries::on_this_machine();
    if here.is_empty() {
        let found = binaries::any();
        return vec![(found.major, own())];
    }
    here.iter()
        .map(|(major, found)| (*major, start(*major, found)))
        .collect()
}

fn given() -> Vec<String> {
    ["SCHEMAGEN_TEST_URL", "SCHEMAGEN_TEST_URLS"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .map(|urls| urls.split_whitespace().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// The cluster of that major in this process.
fn start(major: u32, found: &binaries::Binaries) -> String {
    static RUNNING: Mutex<BTreeMap<u32, String>> = Mutex::new(BTreeMap::new());
    let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    running.entry(major).or_insert_with(|| cluster::start(found)).clone()
}

/// The major version of a server.
pub async fn major_of(url: String) -> u32 {
    let mut connection = PgConnection::connect(&url)
        .await
        .expect("the given test server answers");
    let (number,): (i32,) = sqlx::query_as("SELECT current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await
        .expect("every server has a version");
    u32::try_from(number / 10_000).expect("a version is positive")
}

/// A `pg_dump` that can read that major: beside the server's own programs, else the one on the path.
pub fn pg_dump(major: u32) -> Option<std::path::PathBuf> {
    let beside = binaries::on_this_machine()
        .remove(&major)
        .map(|found| found.bindir.join("pg_dump"));
    let candidates = beside.into_iter().chain([std::path::PathBuf::from("pg_dump")]);
    let major_of = |program: &std::path::PathBuf| -> Option<u32> {
        let said = std::process::Command::new(program).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let word = text
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        word.split('.').next()?.parse().ok()
    };
    candidates.into_iter().find(|program| major_of(program) >= Some(major))
}

/// A database of one test, dropped at its end.
pub struct Database {
    url: String,
    server: String,
    name: String,
}

impl Database {
    /// How to reach it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new connection to it.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url)
            .await
            .expect("the test's database answers")
    }

    /// A new connection after it has run a script.
    pub async fn with(&self, script: &str) -> PgConnection {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{error}\nin the script\n{script}"));
        connection
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        block_on(async move {
            if let Ok(mut connection) = PgConnection::connect(&server).await {
                let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
                let _ = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await;
            }
        });
    }
}

/// A fresh, empty database on the test server.
pub async fn database() -> Database {
    database_on(url()).await
}

/// A fresh, empty database on a server of [`all_versions`].
pub async fn database_on(server: &str) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!(
        "schemagen_test_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = PgConnection::connect(server).await.expect("the test server answers");
    let create = format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'");
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut connection)
        .await
        .expect("tests may create databases");
    let (head, tail) = match server.split_once('?') {
        Some((head, tail)) => (head, format!("?{tail}")),
        None => (server, String::new()),
    };
    let authority = head
        .rfind('/')
        .filter(|at| !head[..*at].ends_with('/'))
        .map_or(head, |at| &head[..at]);
    Database {
        url: format!("{authority}/{name}{tail}"),
        server: server.to_owned(),
        name,
    }
}

/// Runs a future from anywhere, also from inside a runtime (`Drop`).
fn block_on<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be built")
            .block_on(future)
    })
    .join()
    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
