//! `schemagen.yaml`, beside the workspace's `Cargo.toml`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The file's name.
pub const FILE: &str = "schemagen.yaml";

/// What the file may say. Every setting has a default, so the file may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Namespaces that count; all but the system's when empty.
    pub schemas: Vec<String>,
    /// Objects that do not count: `schema.name` with `*` for any run of characters.
    pub exclude: Vec<String>,
    /// The migrations directory, relative to the file.
    pub migrations: Option<PathBuf>,
    /// Limits of the files' statements.
    pub limits: Limits,
    /// Lowest major version of the server that plans are made for.
    pub target_version: Option<u32>,
}

/// Limits of the files' statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// `lock_timeout` in milliseconds.
    pub lock_timeout_ms: u32,
    /// `lock_timeout` in milliseconds where one transaction locks several tables.
    pub lock_timeout_many_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lock_timeout_ms: 200,
            lock_timeout_many_ms: 100,
        }
    }
}

/// A `schemagen.yaml` that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It does not parse, or says what nobody knows.
    #[error("{path}: {message}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
}

impl Config {
    /// Reads the file in this folder; the defaults when there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be used.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        let parse = |message: String| ConfigError::Parse {
            path: path.clone(),
            message,
        };
        // A file of comments only is no mapping.
        let config: Option<Self> = serde_yaml::from_str(&text).map_err(|error| parse(error.to_string()))?;
        let config = config.unwrap_or_default();
        if let Some(version) = config.target_version.filter(|version| !(14..=18).contains(version)) {
            return Err(parse(format!(
                "target_version: {version} is not supported, 14 to 18 are"
            )));
        }
        if config.limits.lock_timeout_ms == 0 || config.limits.lock_timeout_many_ms == 0 {
            return Err(parse(
                "limits: 0 would wait for ever; give milliseconds below 1000".to_owned(),
            ));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        Config::read(folder.path())
    }

    #[test]
    fn everything_has_a_default() {
        assert_eq!(Config::read(Path::new("/nowhere")).unwrap(), Config::default());
        assert_eq!(read("# nothing yet\n").unwrap(), Config::default());
        let config = read("schemas: [public, app]\nlimits: { lock_timeout_ms: 500 }\n").unwrap();
        assert_eq!(config.schemas, ["public", "app"]);
        assert_eq!(
            (config.limits.lock_timeout_ms, config.limits.lock_timeout_many_ms),
            (500, 100)
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let message = read("schemas: [public]\nexlude: [a]\n").unwrap_err().to_string();
        assert!(message.contains("exlude") && message.contains("line 2"), "{message}");
        assert!(read("schemas: [\n").unwrap_err().to_string().contains("line"));
        assert!(read("target_version: 12\n").is_err());
        assert!(read("limits: { lock_timeout_ms: 0 }\n").is_err());
    }
}
