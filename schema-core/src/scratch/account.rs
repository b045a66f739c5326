//! Who runs the temporary cluster: ourselves, or an unprivileged account when we are root.

use super::ScratchError;

/// A user id with its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// `None` when we are not root and can run the server ourselves.
#[cfg(unix)]
pub(super) fn account() -> Result<Option<Account>, ScratchError> {
    if !is_root() {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    unprivileged(&passwd).map(Some).ok_or(ScratchError::NoAccount)
}

/// A file made by this process belongs to its effective user, which the standard library has no other way to ask for.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    tempfile::tempfile()
        .and_then(|file| file.metadata())
        .is_ok_and(|meta| meta.uid() == 0)
}

/// The account of PostgreSQL, or the one that owns nothing.
fn unprivileged(passwd: &str) -> Option<Account> {
    ["postgres", "_postgres", "nobody"].iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let (name, uid, gid) = (fields.first()?, fields.get(2)?, fields.get(3)?);
            // macOS writes nobody as -2.
            let number = |text: &str| {
                text.parse::<i64>()
                    .ok()
                    .and_then(|n| u32::try_from(n & 0xffff_ffff).ok())
            };
            let account = Account {
                uid: number(uid)?,
                gid: number(gid)?,
            };
            (name == wanted && account.uid != 0).then_some(account)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefers_the_account_of_postgres() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(unprivileged(passwd), Some(Account { uid: 101, gid: 104 }));
    }

    #[test]
    fn falls_back_to_nobody_and_never_to_root() {
        let passwd = "postgres:x:0:0::/:/bin/sh\nnobody:*:-2:-2::/:/bin/false\n";
        assert_eq!(
            unprivileged(passwd),
            Some(Account {
                uid: u32::MAX - 1,
                gid: u32::MAX - 1
            })
        );
        assert_eq!(unprivileged("broken line\n"), None);
    }
}
