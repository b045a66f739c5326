use std::path::Path;

/// `DATABASE_URL`: from the environment, else from `.env` in the folder or one above it, as sqlx reads it.
pub fn database_url(environment: Option<String>, folder: &Path) -> Option<String> {
    environment.filter(|url| !url.is_empty()).or_else(|| {
        let file = folder
            .ancestors()
            .map(|above| above.join(".env"))
            .find(|path| path.is_file())?;
        read(&std::fs::read_to_string(file).ok()?)
    })
}

fn read(text: &str) -> Option<String> {
    text.lines().rev().find_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let value = line.strip_prefix("DATABASE_URL")?.trim_start().strip_prefix('=')?;
        let value = unquoted(value.trim());
        (!value.is_empty()).then_some(value)
    })
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some((inside, _)) = rest.split_once(quote)
        {
            return inside.to_owned();
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, url) in [
            ("DATABASE_URL=postgres://h/d\n", Some("postgres://h/d")),
            (
                "# x\nexport DATABASE_URL = \"postgres://h/d\" # here\n",
                Some("postgres://h/d"),
            ),
            ("DATABASE_URL='postgres://h/d'\r\nOTHER=1", Some("postgres://h/d")),
            ("DATABASE_URL=postgres://h/d # local\n", Some("postgres://h/d")),
            ("DATABASE_URL_TEST=postgres://h/d\n", None),
            ("#DATABASE_URL=postgres://h/d\n", None),
            ("DATABASE_URL=\n", None),
        ] {
            assert_eq!(read(text).as_deref(), url, "{text}");
        }
    }

    #[test]
    fn the_environment_comes_first_and_folders_above_are_searched() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "DATABASE_URL=postgres://file/d").unwrap();
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(database_url(None, &inner).as_deref(), Some("postgres://file/d"));
        assert_eq!(
            database_url(Some("postgres://env/d".into()), &inner).as_deref(),
            Some("postgres://env/d")
        );
    }
}
