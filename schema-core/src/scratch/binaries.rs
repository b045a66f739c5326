//! Finding PostgreSQL's server binaries on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) bindir: PathBuf,
    pub(super) major: u32,
}

/// Folders where packages put them; a `*` stands for one path component.
const PLACES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/opt/postgresql/*/bin",
];

/// All installations, the best first: the preferred major, then those above it, then those below; without a preference
/// the newest.
pub(super) fn find(prefer_major: Option<u32>) -> Vec<Binaries> {
    let mut dirs: Vec<PathBuf> = Vec::new();
    if let Some(path) = std::env::var_os("PATH") {
        dirs.extend(std::env::split_paths(&path));
    }
    dirs.extend(said_by_pg_config());
    dirs.extend(PLACES.iter().flat_map(|pattern| expand(pattern)));
    let mut found: Vec<Binaries> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for dir in dirs {
        // Links in /usr/local/bin lead to an installation that is listed on its own as well.
        let Some(real) = dir
            .join("postgres")
            .canonicalize()
            .ok()
            .and_then(|p| p.parent().map(Path::to_owned))
        else {
            continue;
        };
        if seen.insert(real.clone())
            && let Some(binaries) = look_at(&real)
        {
            found.push(binaries);
        }
    }
    found.sort_by_key(|b| rank(b.major, prefer_major));
    found
}

/// Smaller is better.
fn rank(major: u32, prefer: Option<u32>) -> (u8, u32) {
    match prefer {
        Some(wanted) if major == wanted => (0, 0),
        Some(wanted) if major > wanted => (1, major - wanted),
        Some(wanted) => (2, wanted - major),
        None => (0, u32::MAX - major),
    }
}

/// The installation in one folder, when it holds both binaries in a version that we support.
pub(super) fn look_at(dir: &Path) -> Option<Binaries> {
    let program = |name: &str| dir.join(name).is_file();
    if !program("postgres") || !program("initdb") {
        return None;
    }
    let output = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
    let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
    (major >= 14).then(|| Binaries {
        bindir: dir.to_owned(),
        major,
    })
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `postgres (PostgreSQL) 18beta1`.
fn major_of(printed: &str) -> Option<u32> {
    let rest = printed.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn said_by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (!text.trim().is_empty()).then(|| PathBuf::from(text.trim()))
}

fn expand(pattern: &str) -> Vec<PathBuf> {
    let mut dirs = vec![PathBuf::from("/")];
    for component in pattern.trim_start_matches('/').split('/') {
        let Some((before, after)) = component.split_once('*') else {
            dirs.iter_mut().for_each(|dir| dir.push(component));
            continue;
        };
        dirs = dirs
            .iter()
            .filter_map(|dir| std::fs::read_dir(dir).ok())
            .flat_map(|entries| entries.flatten())
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.starts_with(before) && name.ends_with(after)
            })
            .map(|entry| entry.path())
            .collect();
        dirs.sort();
    }
    dirs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("something else"), None);
    }

    #[test]
    fn the_preferred_major_comes_first_then_newer_then_older() {
        let mut majors = vec![14, 15, 16, 17, 18];
        majors.sort_by_key(|m| rank(*m, Some(16)));
        assert_eq!(majors, [16, 17, 18, 15, 14]);
        majors.sort_by_key(|m| rank(*m, None));
        assert_eq!(majors, [18, 17, 16, 15, 14]);
    }
}
