use std::fmt;
use std::path::PathBuf;

use super::Span;

/// One thing that the scan cannot read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// A file cannot be read, or is no manifest.
    #[error("{}: {what}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A mistake in the source.
    #[error("{at}: {what}{}{remedy}", if remedy.is_empty() { "" } else { "; " })]
    Source {
        /// Where.
        at: Span,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: String,
    },
}

/// All of them, sorted by place.
#[derive(Debug, Clone, Default)]
pub struct ScanErrors(Vec<ScanError>);

impl ScanErrors {
    /// In order of place.
    pub fn iter(&self) -> impl Iterator<Item = &ScanError> {
        self.0.iter()
    }

    pub(super) fn file(&mut self, file: impl Into<PathBuf>, what: impl Into<String>) {
        self.0.push(ScanError::File {
            file: file.into(),
            what: what.into(),
        });
    }

    pub(super) fn source(&mut self, at: Span, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(ScanError::Source {
            at,
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// The value, unless there is an error.
    pub(super) fn into_result<T>(mut self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort();
        self.0.dedup();
        Err(self)
    }
}

impl fmt::Display for ScanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ScanErrors {}
