/// A database URL without its password, for people.
pub fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "the database URL".to_owned();
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let user = rest
        .rsplit_once('@')
        .and_then(|(who, _)| who.split(':').next())
        .filter(|user| !user.is_empty());
    // The query may hold a password too; what is told is the host alone, which may be a socket's folder.
    let host = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("host="))
        .map(|host| format!("?host={host}"))
        .unwrap_or_default();
    match user {
        Some(user) => format!("{scheme}://{user}@{place}{host}"),
        None => format!("{scheme}://{place}{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn passwords_are_never_told() {
        for (url, told) in [
            ("postgres://u:secret@h:5432/d", "postgres://u@h:5432/d"),
            ("postgres://u:sec@ret@h/d", "postgres://u@h/d"),
            ("postgres://h/d?password=secret&host=/tmp", "postgres://h/d?host=/tmp"),
            ("postgresql://u@h/d?sslmode=require", "postgresql://u@h/d"),
            ("secret", "the database URL"),
        ] {
            assert_eq!(redacted(url), told);
        }
    }
}
