//! Objects on the command line: several in one word, with commas between them.

use std::str::FromStr;

/// The objects of one word. A comma inside double quotes belongs to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List(pub Vec<String>);

impl FromStr for List {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut items = vec![String::new()];
        let mut quoted = false;
        for c in text.chars() {
            quoted ^= c == '"';
            match items.last_mut() {
                Some(last) if c != ',' || quoted => last.push(c),
                _ => items.push(String::new()),
            }
        }
        let items: Vec<String> = items.iter().map(|item| item.trim().to_owned()).collect();
        match items.iter().any(String::is_empty) {
            true => Err("a name is missing: one object, or several with a comma between each two".to_owned()),
            false => Ok(Self(items)),
        }
    }
}

/// All objects of all words.
pub fn all(lists: &[List]) -> impl Iterator<Item = String> {
    lists.iter().flat_map(|list| &list.0).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_names_unless_they_are_quoted() {
        let parts = |text: &str| text.parse::<List>().map(|list| list.0);
        let given = |items: &[&str]| Ok(items.iter().map(|&item| item.to_owned()).collect());
        assert_eq!(parts("a"), given(&["a"]));
        assert_eq!(parts("a.b, c"), given(&["a.b", "c"]));
        assert_eq!(parts("\"x,\"\"y\".z,c"), given(&["\"x,\"\"y\".z", "c"]));
        for wrong in ["", "a,", ",a", "a,,b"] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
