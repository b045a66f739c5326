//! Changes to the directory: all or none.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::MigrationsError;

/// What the names of files end with that are not yet in place.
const TEMPORARY: &str = ".schemagen-tmp";

/// Whether a name is that of a file which an interrupted run left behind.
pub(super) fn is_temporary(name: &str) -> bool {
    name.ends_with(TEMPORARY)
}

/// A set of changes to files, made together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files to be written, in this order.
    pub writes: Vec<Write>,
    /// Files to be deleted; folders that become empty go with them.
    pub delete: Vec<PathBuf>,
}

/// One file that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    /// Whether it must not be there yet.
    pub new: bool,
}

/// What is undone when a later change fails.
enum Done {
    Folder(PathBuf),
    Temporary(PathBuf),
    Created(PathBuf),
    Replaced(PathBuf, Vec<u8>),
    Deleted(PathBuf, Vec<u8>),
}

impl Changes {
    /// Adds a file that must not be there yet.
    pub fn create(&mut self, path: PathBuf, text: String) {
        self.writes.push(Write { path, text, new: true });
    }

    /// Adds a file that is written whether or not it is there.
    pub fn replace(&mut self, path: PathBuf, text: String) {
        self.writes.push(Write { path, text, new: false });
    }

    /// Makes the changes. Texts go to temporary names first, then all are renamed in the order given; when one change
    /// fails, those before it are undone.
    ///
    /// # Errors
    /// When a file cannot be written, or one that shall be new is there already. Then nothing is changed.
    pub fn commit(&self) -> Result<(), MigrationsError> {
        let mut done = Vec::new();
        let result = self.make(&mut done);
        if result.is_err() {
            for change in done.into_iter().rev() {
                undo(change);
            }
        }
        result
    }

    fn make(&self, done: &mut Vec<Done>) -> Result<(), MigrationsError> {
        if let Some(taken) = self.writes.iter().find(|write| write.new && write.path.exists()) {
            return Err(MigrationsError::Exists(taken.path.clone()));
        }
        for Write { path, text, .. } in &self.writes {
            if let Some(folder) = path.parent() {
                create_folders(folder, done)?;
            }
            let temporary = temporary(path);
            done.push(Done::Temporary(temporary.clone()));
            write_through(&temporary, text).map_err(|source| write_error(path, source))?;
        }
        for Write { path, .. } in &self.writes {
            let before = fs::read(path).ok();
            fs::rename(temporary(path), path).map_err(|source| write_error(path, source))?;
            done.push(match before {
                Some(bytes) => Done::Replaced(path.clone(), bytes),
                None => Done::Created(path.clone()),
            });
        }
        for path in &self.delete {
            let before = fs::read(path).map_err(|source| write_error(path, source))?;
            fs::remove_file(path).map_err(|source| write_error(path, source))?;
            done.push(Done::Deleted(path.clone(), before));
        }
        for folder in self.delete.iter().filter_map(|path| path.parent()) {
            // Fails while something is in it, and then it shall stay.
            drop(fs::remove_dir(folder));
        }
        Ok(())
    }
}

fn create_folders(folder: &Path, done: &mut Vec<Done>) -> Result<(), MigrationsError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create_folders(parent, done)?;
    }
    fs::create_dir(folder).map_err(|source| write_error(folder, source))?;
    done.push(Done::Folder(folder.to_owned()));
    Ok(())
}

fn write_through(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Best effort: the first error is what the user is told.
fn undo(change: Done) {
    match change {
        Done::Folder(path) => drop(fs::remove_dir(path)),
        Done::Temporary(path) | Done::Created(path) => drop(fs::remove_file(path)),
        Done::Replaced(path, bytes) => drop(fs::write(path, bytes)),
        Done::Deleted(path, bytes) => {
            if let Some(folder) = path.parent() {
                drop(fs::create_dir_all(folder));
            }
            drop(fs::write(path, bytes));
        }
    }
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(TEMPORARY);
    path.with_file_name(name)
}

fn write_error(path: &Path, source: std::io::Error) -> MigrationsError {
    MigrationsError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("kept"), "before").unwrap();
        fs::create_dir(at("in_the_way")).unwrap();
        fs::write(at("in_the_way/x"), "").unwrap();
        let mut changes = Changes::default();
        changes.create(at("new/a"), "a".into());
        changes.create(at("b"), "b".into());
        changes.replace(at("kept"), "after".into());
        changes.replace(at("in_the_way"), "cannot replace a folder".into());
        assert!(matches!(changes.commit(), Err(MigrationsError::Write { .. })));
        assert_eq!(names(folder.path()), ["in_the_way", "kept"]);
        assert_eq!(fs::read_to_string(at("kept")).unwrap(), "before");

        changes.writes.pop();
        changes.commit().unwrap();
        assert_eq!(names(folder.path()), ["b", "in_the_way", "kept", "new"]);
        assert_eq!(fs::read_to_string(at("kept")).unwrap(), "after");
        assert!(matches!(changes.commit(), Err(MigrationsError::Exists(_))));
    }

    #[test]
    fn a_failing_delete_brings_the_others_back() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("phase")).unwrap();
        fs::write(at("phase/1"), "one").unwrap();
        let mut changes = Changes {
            delete: vec![at("phase/1"), at("phase/2")],
            ..Changes::default()
        };
        assert!(changes.commit().is_err());
        assert_eq!(fs::read_to_string(at("phase/1")).unwrap(), "one");
        changes.delete.pop();
        changes.commit().unwrap();
        assert!(!at("phase").exists());
    }
}
