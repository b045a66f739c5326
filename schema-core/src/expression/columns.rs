//! Which tokens of an expression are columns.

use super::token::{Kind, Token, tokens};
use crate::schema::{Expr, Ident, Table};

/// Words after which an operand comes. After any other word, after an operand, and after `.` or `::` no column can stand.
const BEFORE_OPERAND: &[&str] = &[
    "all",
    "and",
    "any",
    "asymmetric",
    "between",
    "both",
    "by",
    "case",
    "distinct",
    "else",
    "escape",
    "for",
    "from",
    "having",
    "ilike",
    "in",
    "leading",
    "like",
    "limit",
    "not",
    "offset",
    "on",
    "or",
    "overlaps",
    "placing",
    "select",
    "some",
    "symmetric",
    "then",
    "to",
    "trailing",
    "using",
    "variadic",
    "when",
    "where",
    "zone",
];

/// Words that are never a column without quotes.
const NEVER_COLUMN: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// The columns of the table that the expression names, sorted.
///
/// A name inside a subquery counts when it is bare, since it may belong to either scope.
pub fn columns_named(expr: &Expr, table: &Table) -> Vec<Ident> {
    let mut found: Vec<Ident> = column_tokens(&expr.0)
        .into_iter()
        .map(|(_, name)| name)
        .filter(|name| table.column(name).is_some())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The expression with one column under another name.
pub fn rename_column(expr: &Expr, from: &Ident, to: &Ident) -> Expr {
    replace(expr, |name| (name == from).then(|| to.to_string()))
}

/// The expression with text, such as `NEW.`, in front of each of the columns.
pub fn prefix_columns(expr: &Expr, table_columns: &[Ident], prefix: &str) -> Expr {
    replace(expr, |name| {
        table_columns.contains(name).then(|| format!("{prefix}{name}"))
    })
}

fn replace(expr: &Expr, replacement: impl Fn(&Ident) -> Option<String>) -> Expr {
    let mut text = String::new();
    let mut copied = 0;
    for (token, name) in column_tokens(&expr.0) {
        if let Some(new) = replacement(&name) {
            text.push_str(&expr.0[copied..token.start]);
            text.push_str(&new);
            copied = token.start + token.text.len();
        }
    }
    text.push_str(&expr.0[copied..]);
    Expr(text)
}

/// What an open parenthesis belongs to.
#[derive(Clone, Copy)]
struct Group {
    /// `EXTRACT(`: the first word is a field.
    extract: bool,
    /// Begins with SELECT, so that FROM is followed by relations.
    select: bool,
    /// Between FROM or JOIN and the next clause.
    relations: bool,
}

const OUTERMOST: Group = Group {
    extract: false,
    select: false,
    relations: false,
};

/// The tokens that can only be read as a bare column, with the column's name.
fn column_tokens(text: &str) -> Vec<(Token<'_>, Ident)> {
    let all: Vec<Token<'_>> = tokens(text).into_iter().filter(|t| t.kind != Kind::Blank).collect();
    let mut groups = vec![OUTERMOST];
    let mut found = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|p| all.get(p));
        let next = all.get(at + 1);
        if token.is("(") {
            groups.push(Group {
                extract: previous.is_some_and(|t| t.is_word("extract")),
                select: next.is_some_and(|t| t.is_word("select") || t.is_word("with")),
                relations: false,
            });
        } else if token.is(")") && groups.len() > 1 {
            groups.pop();
        }
        let group = groups
            .last_mut()
            .unwrap_or_else(|| unreachable!("the outermost group is never taken out"));
        if group.select {
            follow_clause(group, token, previous);
        }
        let field = group.extract && previous.is_some_and(|t| t.is("("));
        let alone = !field && !group.relations && in_operand_place(previous) && stands_alone(next);
        if let Some(name) = token.identifier().filter(|_| alone && may_be_column(token)) {
            found.push((*token, Ident::new(name)));
        }
    }
    found
}

fn follow_clause(group: &mut Group, token: &Token<'_>, previous: Option<&Token<'_>>) {
    let compares = token.is_word("from") && previous.is_some_and(|t| t.is_word("distinct"));
    if (token.is_word("from") && !compares) || token.is_word("join") {
        group.relations = true;
    } else if [
        "where", "group", "having", "order", "limit", "offset", "on", "using", "window", "union", "select",
    ]
    .iter()
    .any(|word| token.is_word(word))
    {
        group.relations = false;
    }
}

fn may_be_column(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Quoted => true,
        Kind::Word => !NEVER_COLUMN.contains(&token.text.to_ascii_lowercase().as_str()),
        _ => false,
    }
}

fn in_operand_place(previous: Option<&Token<'_>>) -> bool {
    previous.is_none_or(|t| match t.kind {
        Kind::Operator => true,
        Kind::Punctuation => matches!(t.text, "(" | "," | "[" | ":"),
        Kind::Word => BEFORE_OPERAND.contains(&t.text.to_ascii_lowercase().as_str()),
        _ => false,
    })
}

/// Not a function (`f(`), a qualifier (`s.`), the type of a literal (`date '…'`) or a named argument (`n =>`).
fn stands_alone(next: Option<&Token<'_>>) -> bool {
    next.is_none_or(|t| !(t.kind == Kind::String || t.is("(") || t.is(".") || t.is("=>") || t.is(":=")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;

    fn table(names: &[&str]) -> Table {
        Table {
            columns: names.iter().map(|&n| Column::new(n, "text")).collect(),
            ..Table::default()
        }
    }

    fn named(text: &str, columns: &[&str]) -> Vec<String> {
        columns_named(&Expr::from(text), &table(columns))
            .iter()
            .map(|i| i.raw().to_owned())
            .collect()
    }

    #[test]
    fn finds_columns_and_nothing_else() {
        assert_eq!(named("(price > (0)::numeric)", &["price", "numeric"]), ["price"]);
        assert_eq!(
            named("lower(name) = 'name' || \"Na\"\"me\"", &["lower", "name", "Na\"me"]),
            ["Na\"me", "name"]
        );
        assert_eq!(
            named("a::timestamp with time zone > b", &["a", "b", "time", "zone", "with"]),
            ["a", "b"]
        );
        assert_eq!(named("(at AT TIME ZONE zone)", &["at", "zone", "time"]), ["at", "zone"]);
        assert_eq!(named("EXTRACT(year FROM ts) > year", &["year", "ts"]), ["ts", "year"]);
        assert_eq!(named("date '2020-01-01' < date", &["date"]), ["date"]);
        assert_eq!(
            named("public.f(x) AND y.x IS NULL", &["public", "f", "x", "y", "f"]),
            ["x"]
        );
        assert_eq!(
            named("a COLLATE \"C\" LIKE b ESCAPE c", &["C", "a", "b", "c"]),
            ["a", "b", "c"]
        );
        assert_eq!(
            named(
                "f(name => name) and current_date > \"user\"",
                &["name", "user", "current_date"]
            ),
            ["name", "user"]
        );
        assert_eq!(
            named("CASE WHEN a THEN b ELSE c END", &["a", "b", "c", "end", "case"]),
            ["a", "b", "c"]
        );
        assert_eq!(named("a IS DISTINCT FROM b", &["a", "b", "distinct"]), ["a", "b"]);
        assert_eq!(named("time > now()", &["time", "now"]), ["time"]);
        assert_eq!(named("$$ a $$ /* a */ || E'\\'a' -- a\n || b", &["a", "b"]), ["b"]);
    }

    #[test]
    fn relations_of_a_subquery_are_no_columns() {
        let text = "(SELECT o.name FROM orgs o, x JOIN y ON y.id = id WHERE o.id = org_id)";
        assert_eq!(
            named(text, &["name", "orgs", "x", "y", "id", "org_id"]),
            ["id", "org_id"]
        );
    }

    #[test]
    fn renames_only_the_column() {
        let text = "(name <> 'name') AND lower(\"name\") > NAME AND name('x') IS NULL AND t.name = x::name";
        assert_eq!(
            rename_column(&Expr::from(text), &"name".into(), &"full name".into()).0,
            "(\"full name\" <> 'name') AND lower(\"full name\") > \"full name\" AND name('x') IS NULL \
             AND t.name = x::name"
        );
    }

    #[test]
    fn prefixes_columns() {
        let columns = ["a".into(), "B".into(), "user".into()];
        assert_eq!(
            prefix_columns(
                &Expr::from("a || \"B\" || b || \"user\" || user || a(1)"),
                &columns,
                "NEW."
            )
            .0,
            "NEW.a || NEW.\"B\" || b || NEW.\"user\" || user || a(1)"
        );
    }
}
