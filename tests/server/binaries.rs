//! Where server binaries are: installed, fetched before, to be fetched, or to be installed by the system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of `initdb`, `postgres` and `pg_ctl`.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) major: u32,
    pub(super) bindir: PathBuf,
}

/// What is fetched when nothing is there.
const FETCHED: u32 = 17;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/server/fetch-postgres");

/// Supported majors on this machine, installed or fetched before.
pub(super) fn on_this_machine() -> BTreeMap<u32, Binaries> {
    let fetched = output(Command::new("bash").arg(SCRIPT).arg("--cached"));
    let fetched = fetched
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(_, dir)| PathBuf::from(dir));
    // Later ones take the place of earlier ones of the same major: prefer what the system installed.
    fetched
        .chain(installed())
        .filter_map(|dir| look(&dir))
        .filter(|found| (14..=18).contains(&found.major))
        .map(|found| (found.major, found))
        .collect()
}

/// Any supported server, the newest that is there.
pub(super) fn any() -> Binaries {
    if let Some((_, found)) = on_this_machine().pop_last() {
        return found;
    }
    let fetched = fetch(FETCHED);
    let why = match fetched {
        Ok(found) => return found,
        Err(why) => why,
    };
    install();
    on_this_machine().pop_last().map(|(_, found)| found).unwrap_or_else(|| {
        panic!(
            "this test needs a PostgreSQL server (14 to 18) and none could be had: none is installed, {why}, and the \
             package manager did not bring one. Install PostgreSQL, or set SCHEMAGEN_TEST_URL to a server where tests \
             may create databases."
        )
    })
}

/// A certain major.
pub(super) fn of_major(major: u32) -> Binaries {
    if let Some(found) = on_this_machine().remove(&major) {
        return found;
    }
    fetch(major).unwrap_or_else(|why| panic!("PostgreSQL {major} is not installed, and {why}"))
}

fn fetch(major: u32) -> Result<Binaries, String> {
    let result = Command::new("bash").arg(SCRIPT).arg(major.to_string()).output();
    let result = result.map_err(|error| format!("bash cannot be run ({error})"))?;
    let printed = String::from_utf8_lossy(&result.stdout).trim().to_owned();
    look(Path::new(&printed))
        .filter(|found| result.status.success() && found.major == major)
        .ok_or_else(|| {
            format!(
                "it could not be fetched ({})",
                String::from_utf8_lossy(&result.stderr).trim()
            )
        })
}

/// Asks the system's package manager; whether it worked shows in what is found afterwards.
fn install() {
    let _ = Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends", "postgresql"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .output();
}

/// Folders where systems put PostgreSQL.
fn installed() -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = Vec::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    dirs.extend(std::env::split_paths(&path).filter(|dir| dir.join("postgres").is_file()));
    dirs.push(PathBuf::from(output(Command::new("pg_config").arg("--bindir")).trim()));
    for parent in ["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        dirs.extend(entries.map(|entry| entry.path().join("bin")));
    }
    dirs
}

fn look(bindir: &Path) -> Option<Binaries> {
    let complete = ["initdb", "postgres", "pg_ctl"]
        .iter()
        .all(|program| bindir.join(program).is_file());
    if !complete {
        return None;
    }
    // "postgres (PostgreSQL) 15.18 (Debian …)"
    let version = output(Command::new(bindir.join("postgres")).arg("--version"));
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    Some(Binaries {
        major: digits.parse().ok()?,
        bindir: bindir.to_owned(),
    })
}

fn output(command: &mut Command) -> String {
    let result = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&result).into_owned()
}
