use std::path::PathBuf;

use super::{Version, VersionError};

/// What can be wrong with a migrations directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationsError {
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file or directory cannot be written.
    #[error("cannot write {path}: {source}; nothing was changed")]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is already there would be overwritten.
    #[error("{0} is already there; nothing was changed")]
    Exists(PathBuf),
    /// A name that sqlx refuses.
    #[error(
        "{0}: the name must begin with a whole number above zero and an underscore, such as 20261123101500_contacts.up.sql"
    )]
    Name(PathBuf),
    /// Two files with one version.
    #[error("{first} and {second} have the same version {version}: give the later one a version of its own")]
    SameVersion {
        /// The version.
        version: Version,
        /// One file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
    },
    /// A down file without its up file.
    #[error("{0} has no up file beside it: restore the up file, or delete this one")]
    NoUp(PathBuf),
    /// Two plans with one stamp.
    #[error("the plans {first} and {second} have the same stamp: generate one of them again with another --stamp")]
    SameStamp {
        /// One plan's folder.
        first: String,
        /// The other plan's folder.
        second: String,
    },
    /// What an interrupted run left behind.
    #[error("{0} is left over from a run that was interrupted: delete it and run the command again")]
    Leftover(PathBuf),
    /// A plan whose files are not all there.
    #[error(
        "{plan}: {missing} is missing, so the plan is half-written: restore it (git checkout), or delete the plan's folder \
         and its files if no database has them"
    )]
    HalfWritten {
        /// The plan's folder.
        plan: PathBuf,
        /// The file that is not there.
        missing: String,
    },
    /// A file of a plan that was changed by hand.
    #[error(
        "{path} was changed after its plan was made: restore it (git checkout), or write the change as a migration of its own"
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A checkout that turned line ends into CRLF.
    #[error(
        "{path} has CRLF line ends, so its checksum differs from the one that databases know: put \"*.sql -text\" into \
         .gitattributes and check the file out again"
    )]
    LineEnds {
        /// The file.
        path: PathBuf,
    },
    /// A YAML file that does not parse.
    #[error("{path}: {message}")]
    Yaml {
        /// The file.
        path: PathBuf,
        /// What the parser says, with line and column.
        message: String,
    },
    /// A plan name that no plan has.
    #[error("no plan is called \"{wanted}\"; there {}", listed(.known))]
    NoPlan {
        /// What was asked for.
        wanted: String,
        /// The plans' folders.
        known: Vec<String>,
    },
    /// A prefix of several plans.
    #[error("\"{wanted}\" could be {}: write more of the name", .known.join(" or "))]
    ManyPlans {
        /// What was asked for.
        wanted: String,
        /// The plans that it could be.
        known: Vec<String>,
    },
    /// A plan without waiting files.
    #[error("{0} has no waiting phase: everything in it is released")]
    NothingWaits(String),
    /// A version that cannot be computed.
    #[error(transparent)]
    Version(#[from] VersionError),
}

fn listed(known: &[String]) -> String {
    if known.is_empty() {
        "are no plans".to_owned()
    } else {
        format!("are: {}", known.join(", "))
    }
}
