//! A temporary cluster. A shell script keeps it and ends it when our end of its standard input closes, which the system
//! sees to even when this process is killed.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::binaries::Binaries;

const SCRIPT: &str = include_str!("cluster.sh");

/// Starts a cluster and returns the URL of its maintenance database.
pub(super) fn start(binaries: &Binaries) -> String {
    let mut said = String::new();
    // Another process may take the port between our look and the server's start.
    for _ in 0..5 {
        match try_start(&binaries.bindir) {
            Ok(port) => return format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            Err(why) => said = why,
        }
    }
    panic!("the server in {} did not start: {said}", binaries.bindir.display())
}

fn try_start(bindir: &Path) -> Result<u16, String> {
    let port = free_port()?;
    let dir = folder(port)?;
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT, "schemagen-test-server"])
        .arg(bindir)
        .arg(&dir)
        .arg(port.to_string())
        .current_dir("/")
        // Ctrl-C goes to the whole group, and the script must live to clean up.
        .process_group(0)
        .env_remove("PGDATA")
        .env_remove("PGOPTIONS")
        .env_remove("PGPORT")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // PostgreSQL does not run as root.
    if is_root(&dir) {
        let (uid, gid) = unprivileged()?;
        chown(&dir, Some(uid), Some(gid)).map_err(|e| format!("{}: {e}", dir.display()))?;
        command.uid(uid).gid(gid);
    }
    let mut script = command.spawn().map_err(|e| format!("/bin/sh: {e}"))?;
    let mut answer = String::new();
    let mut output = BufReader::new(script.stdout.take().expect("the output is piped"));
    output.read_line(&mut answer).map_err(|e| e.to_string())?;
    if answer.trim() != "ready" {
        output.read_to_string(&mut answer).map_err(|e| e.to_string())?;
        return Err(answer);
    }
    // The pipe stays open until this process ends.
    std::mem::forget(script.stdin.take());
    Ok(port)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| format!("no free port: {e}"))?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

fn folder(port: u16) -> Result<PathBuf, String> {
    let dir = std::env::temp_dir().join(format!("schemagen-test-{}-{port}", std::process::id()));
    std::fs::create_dir(&dir)
        .and_then(|()| std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)))
        .map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(dir)
}

/// Whose processes we start, seen from a folder that we made.
fn is_root(ours: &Path) -> bool {
    std::fs::metadata(ours).is_ok_and(|m| m.uid() == 0)
}

fn unprivileged() -> Result<(u32, u32), String> {
    let users = std::fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd: {e}"))?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .ok_or_else(|| "root may not run PostgreSQL, and there is neither an account postgres nor nobody".to_owned())
}
