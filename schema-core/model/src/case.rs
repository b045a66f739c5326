use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// How Rust names become SQL names; the same rules and the same words as sqlx's `rename_all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenameAll {
    /// `lowercase`
    Lower,
    /// `snake_case`
    Snake,
    /// `UPPERCASE`
    Upper,
    /// `SCREAMING_SNAKE_CASE`
    ScreamingSnake,
    /// `kebab-case`
    Kebab,
    /// `camelCase`
    Camel,
    /// `PascalCase`
    Pascal,
}

impl RenameAll {
    /// The words that may be written.
    pub const WORDS: [&'static str; 7] = [
        "lowercase",
        "snake_case",
        "UPPERCASE",
        "SCREAMING_SNAKE_CASE",
        "kebab-case",
        "camelCase",
        "PascalCase",
    ];

    /// The rule of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "lowercase" => Self::Lower,
            "snake_case" => Self::Snake,
            "UPPERCASE" => Self::Upper,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "camelCase" => Self::Camel,
            "PascalCase" => Self::Pascal,
            _ => return None,
        })
    }

    /// The name under this rule.
    pub fn apply(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Snake => name.to_snake_case(),
            Self::Upper => name.to_uppercase(),
            Self::ScreamingSnake => name.to_shouty_snake_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Pascal => name.to_upper_camel_case(),
        }
    }
}
