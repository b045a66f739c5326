use std::path::{Path, PathBuf};

use super::SourceError;

/// What `--from` and `--to` take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceSpec {
    /// A crate or workspace: the folder of a `Cargo.toml`.
    Crate(PathBuf),
    /// A migrations directory, replayed.
    Migrations(PathBuf),
    /// A live database.
    Url(String),
    /// A script that makes the schema.
    Script(PathBuf),
    /// A `schema.yaml`, taken as it is.
    Yaml(PathBuf),
    /// No objects at all.
    Empty,
}

impl SourceSpec {
    /// Tells what kind of source the text names.
    ///
    /// # Errors
    /// When it names nothing that is there.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Url(text.to_owned()));
        }
        if text == "empty" {
            return Ok(Self::Empty);
        }
        let path = Path::new(text);
        // Only what cannot be a path is shown as it is: it could be a URL with a password in it.
        if text.contains("://") {
            return Err(SourceError::Scheme(
                text.split("://").next().unwrap_or_default().to_owned(),
            ));
        }
        if path.is_file() {
            return match path.extension().and_then(|extension| extension.to_str()) {
                Some("sql") => Ok(Self::Script(path.to_owned())),
                Some("yaml" | "yml") => Ok(Self::Yaml(path.to_owned())),
                Some("toml") if path.file_name().is_some_and(|name| name == "Cargo.toml") => {
                    Ok(Self::Crate(path.parent().unwrap_or(Path::new(".")).to_owned()))
                }
                _ => Err(SourceError::UnknownKind(path.to_owned())),
            };
        }
        if path.join("Cargo.toml").is_file() {
            return Ok(Self::Crate(path.to_owned()));
        }
        if path.is_dir() {
            return Ok(Self::Migrations(path.to_owned()));
        }
        Err(SourceError::Nothing(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_kinds_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let parse = |path: &Path| SourceSpec::parse(path.to_str().unwrap());
        for name in ["a.sql", "schema.yaml", "notes.txt"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("crate")).unwrap();
        std::fs::write(at("crate/Cargo.toml"), "").unwrap();
        assert_eq!(parse(&at("a.sql")).unwrap(), SourceSpec::Script(at("a.sql")));
        assert_eq!(parse(&at("schema.yaml")).unwrap(), SourceSpec::Yaml(at("schema.yaml")));
        assert_eq!(parse(&at("crate")).unwrap(), SourceSpec::Crate(at("crate")));
        assert_eq!(parse(&at("crate/Cargo.toml")).unwrap(), SourceSpec::Crate(at("crate")));
        assert_eq!(
            parse(folder.path()).unwrap(),
            SourceSpec::Migrations(folder.path().to_owned())
        );
        assert_eq!(SourceSpec::parse("empty").unwrap(), SourceSpec::Empty);
        assert!(matches!(parse(&at("notes.txt")), Err(SourceError::UnknownKind(_))));
        assert!(matches!(parse(&at("gone")), Err(SourceError::Nothing(_))));
        let error = SourceSpec::parse("mysql://u:secret@h/d").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
