use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Removes a folder when this process is gone, however it went.
#[derive(Debug)]
pub(super) struct FolderGuard {
    _watcher: Child,
}

impl FolderGuard {
    /// Guards `folder`. `None` where no shell is at hand: then the folder goes only when we end properly.
    pub(super) fn over(folder: &Path) -> Option<Self> {
        let mut command = Command::new("/bin/sh");
        command
            .args([
                "-c",
                "trap '' INT TERM HUP; read -r _; rm -rf \"$1\"",
                "schemagen-scratch",
            ])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().ok().map(|watcher| Self { _watcher: watcher })
    }
}
