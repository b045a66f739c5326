//! New names in everything that names their object, as PostgreSQL's own `RENAME` does.

use super::{ConstraintKind, Dependency, Expr, Ident, KeyTarget, Literal, Other, QName, Schema};
use crate::sql::sync_function_name;

impl Schema {
    /// `ALTER TABLE … RENAME TO` and `SET SCHEMA`: foreign keys, partitions, sequences, syncs, fills and dependents follow.
    pub fn rename_table(&mut self, from: &QName, to: &QName) {
        let Some(table) = self.tables.remove(from) else { return };
        self.tables.insert(to.clone(), table);
        let follow = |name: &mut QName| {
            if name == from {
                name.clone_from(to);
            }
        };
        let (row_type, new_row_type) = (from.to_string(), to.to_string());
        for table in self.tables.values_mut() {
            for constraint in table.constraints.values_mut() {
                if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
                    follow(&mut key.references);
                }
            }
            table.inherits.iter_mut().for_each(follow);
            if let Some(partition) = &mut table.partition_of {
                follow(&mut partition.parent);
            }
            for column in &mut table.columns {
                let element = column.type_name.trim_end_matches("[]");
                if element == row_type {
                    column.type_name = format!("{new_row_type}{}", &column.type_name[element.len()..]);
                }
            }
        }
        let owned: Vec<QName> = self
            .sequences
            .iter_mut()
            .filter_map(|(name, sequence)| match &mut sequence.owned_by {
                Some((owner, _)) if owner == from => {
                    owner.clone_from(to);
                    Some(name.clone())
                }
                _ => None,
            })
            .collect();
        if from.schema != to.schema {
            for name in owned {
                self.rename_sequence(&name, &to.sibling(name.name.clone()));
            }
        }
        for (function, mut sync) in std::mem::take(&mut self.syncs) {
            let ours = sync.table == *from && function == sync_function_name(from, &sync.from, &sync.to);
            follow(&mut sync.table);
            let function = if ours {
                sync_function_name(to, &sync.from, &sync.to)
            } else {
                function
            };
            self.syncs.insert(function, sync);
        }
        for (id, mut fill) in std::mem::take(&mut self.fills) {
            let id = if fill.table == *from {
                format!("{to}.{}", fill.column)
            } else {
                id
            };
            follow(&mut fill.table);
            self.fills.insert(id, fill);
        }
        for alias in self.aliases.values_mut() {
            follow(&mut alias.table);
        }
        self.others
            .iter_mut()
            .for_each(|other| rename_in_other(other, from, to));
        let keys: Vec<((String, String), (String, String))> = self
            .others
            .iter()
            .filter(|o| o.on.as_ref() == Some(to))
            .map(|o| {
                (
                    (
                        o.kind.clone(),
                        o.name.replace(&format!(" on {to}"), &format!(" on {from}")),
                    ),
                    o.key(),
                )
            })
            .collect();
        for need in self.others.iter_mut().flat_map(|o| &mut o.needs) {
            if let Some((_, now)) = keys.iter().find(|(was, _)| was == need) {
                need.clone_from(now);
            }
        }
        self.others.sort();
    }

    /// `ALTER SEQUENCE … RENAME TO` and `SET SCHEMA`: defaults name the sequence by its identity, so they print its new name.
    pub fn rename_sequence(&mut self, from: &QName, to: &QName) {
        if let Some(sequence) = self.sequences.remove(from) {
            self.sequences.insert(to.clone(), sequence);
        }
        let columns = self.tables.values_mut().flat_map(|t| &mut t.columns);
        for default in columns.filter_map(|c| c.default.as_mut()) {
            *default = default.drawing_from(from, to);
        }
        for other in &mut self.others {
            let mut draws = false;
            for dependency in &mut other.depends_on {
                if let Dependency::Sequence(name) = dependency
                    && name == from
                {
                    name.clone_from(to);
                    draws = true;
                }
            }
            if draws && other.on.as_ref() == Some(from) {
                // Its privileges.
                other.on = Some(to.clone());
                other.name = to.to_string();
                other.definition = rename_in_query(&other.definition, from, to, false);
            } else if draws {
                other.definition = Expr(std::mem::take(&mut other.definition)).drawing_from(from, to).0;
            }
        }
    }

    /// Several sequences under new names, where one may take what another leaves.
    pub fn rename_sequences(&mut self, names: &[(QName, QName)]) {
        let mut rest = names.to_vec();
        while !rest.is_empty() {
            let free = |(_, to): &(QName, QName)| !rest.iter().any(|(from, _)| from == to);
            let at = rest.iter().position(free).unwrap_or(0);
            let (from, to) = rest.remove(at);
            self.rename_sequence(&from, &to);
        }
    }

    /// `ALTER TYPE … RENAME TO` of an enum: the columns that have it and the expressions that name it follow.
    pub fn rename_type(&mut self, from: &QName, to: &QName) {
        if let Some(enum_type) = self.enums.remove(from) {
            self.enums.insert(to.clone(), enum_type);
        }
        let (a, b) = (from.to_string(), to.to_string());
        let text = |e: &mut Expr| e.0 = replace_type(&e.0, &a, &b);
        for table in self.tables.values_mut() {
            for column in &mut table.columns {
                let element = column.type_name.trim_end_matches("[]");
                if element == a {
                    column.type_name = format!("{b}{}", &column.type_name[element.len()..]);
                }
                column.default.iter_mut().for_each(text);
                if let Some(generated) = &mut column.generated {
                    text(&mut generated.expression);
                }
            }
            for constraint in table.constraints.values_mut() {
                match &mut constraint.kind {
                    ConstraintKind::Check(check) => text(&mut check.expression),
                    ConstraintKind::Exclusion(exclusion) => {
                        exclusion.definition = replace_type(&exclusion.definition, &a, &b);
                    }
                    _ => {}
                }
            }
            for index in table.indexes.values_mut() {
                index.predicate.iter_mut().for_each(text);
                for key in &mut index.keys {
                    if let KeyTarget::Expression(e) = &mut key.target {
                        text(e);
                    }
                }
            }
        }
        for sync in self.syncs.values_mut() {
            let locks = sync.key_locks.iter_mut();
            let in_locks = locks.flat_map(|l| l.parts.iter_mut().chain(&mut l.predicate));
            let own = sync.up.iter_mut().chain(&mut sync.down).chain(&mut sync.to_default);
            in_locks.chain(own).for_each(text);
        }
        for dependency in self.others.iter_mut().flat_map(|o| &mut o.depends_on) {
            if let Dependency::Enum(name) = dependency
                && name == from
            {
                name.clone_from(to);
            }
        }
    }

    /// The type's labels with one of them under a new name; expressions that name it by value follow.
    pub fn rename_label(&mut self, name: &QName, from: &str, to: &str) {
        if let Some(enum_type) = self.enums.get_mut(name) {
            for label in enum_type.labels.iter_mut().filter(|l| *l == from) {
                to.clone_into(label);
            }
        }
        let printed = name.to_string();
        let text = |e: &mut Expr| e.0 = replace_label(&e.0, &printed, from, to);
        for table in self.tables.values_mut() {
            for column in &mut table.columns {
                column.default.iter_mut().for_each(text);
                if let Some(generated) = &mut column.generated {
                    text(&mut generated.expression);
                }
            }
            for constraint in table.constraints.values_mut() {
                match &mut constraint.kind {
                    ConstraintKind::Check(check) => text(&mut check.expression),
                    ConstraintKind::Exclusion(exclusion) => {
                        exclusion.definition = replace_label(&exclusion.definition, &printed, from, to);
                    }
                    _ => {}
                }
            }
            for index in table.indexes.values_mut() {
                index.predicate.iter_mut().for_each(text);
                for key in &mut index.keys {
                    if let KeyTarget::Expression(e) = &mut key.target {
                        text(e);
                    }
                }
            }
        }
    }
}

/// What stands outside the model and on the table follows by itself; its identity and its definition print the new name.
fn rename_in_other(other: &mut Other, from: &QName, to: &QName) {
    let follow = |name: &mut QName| {
        if name == from {
            name.clone_from(to);
        }
    };
    let mut reads = false;
    for dependency in &mut other.depends_on {
        match dependency {
            Dependency::Table(name)
            | Dependency::Column(name, _)
            | Dependency::Constraint(name, _)
            | Dependency::Index(name, _) => {
                reads |= name == from;
                follow(name);
            }
            Dependency::Enum(_) | Dependency::Sequence(_) => {}
        }
    }
    for alias in &mut other.renamed {
        follow(&mut alias.table);
    }
    if let Some(on) = other.on.as_mut().filter(|on| *on == from) {
        on.clone_from(to);
        let (was, is) = (format!(" on {from}"), format!(" on {to}"));
        if let Some(own) = other.name.strip_suffix(&was) {
            other.name = format!("{own}{is}");
        } else if other.name == from.to_string() {
            other.name = to.to_string();
        } else if let Some(place) = other.name.strip_prefix(&format!("{from} in ")) {
            other.name = format!("{to} in {place}");
        }
        reads = true;
    }
    // A body in quotes is found by name when it runs: nobody rewrites it.
    let quoted_body = other.definition.contains("AS $function$") || other.definition.contains("AS $procedure$");
    if reads && !quoted_body {
        let queries = matches!(
            other.kind.as_str(),
            "view" | "materialized view" | "rule" | "function" | "procedure"
        );
        other.definition = rename_in_query(&other.definition, from, to, queries);
    }
}

/// Replaces a table's qualified name outside of literals. In a query columns are called by the table's bare name, which
/// PostgreSQL prints as the new one; where another table is called by one of the two, this one keeps the old one as an alias.
fn rename_in_query(text: &str, from: &QName, to: &QName, is_query: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let (whole, bare) = (from.to_string(), format!("{}.", from.name));
    let calls = is_query && from.name != to.name;
    let keeps = calls && (has_alias(text, &from.name) || has_alias(text, &to.name));
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let end = end_of_literal(rest).unwrap_or(rest.len());
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let starts = !out.ends_with(in_word);
        let before = out.trim_end();
        let follows = |words: &[&str]| words.iter().any(|w| before.ends_with(w));
        let in_list = ["FROM", "JOIN", "ONLY", "INTO", "UPDATE"];
        if starts && rest.starts_with(&whole) && !rest[whole.len()..].starts_with(in_word) {
            rest = &rest[whole.len()..];
            let is_source = follows(&in_list) || follows(&["(", ","]);
            out.push_str(&to.to_string());
            // Keywords are printed in capitals, names never are without quotes.
            let named = rest
                .strip_prefix(' ')
                .is_some_and(|next| next.starts_with(|c: char| c.is_lowercase() || matches!(c, '_' | '"')));
            if keeps && is_source && !named {
                out.push_str(&format!(" {}", from.name));
            }
            continue;
        }
        // Behind FROM it is a schema of that name.
        if starts && calls && !keeps && rest.starts_with(&bare) && !follows(&in_list) {
            rest = &rest[bare.len()..];
            out.push_str(&format!("{}.", to.name));
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '.')
}

/// Whether a table or a subquery is called so in a query: the name stands alone behind a qualified one, or behind `)`.
fn has_alias(text: &str, name: &Ident) -> bool {
    let called = format!(" {name}");
    text.match_indices(&called).any(|(at, _)| {
        let before = &text[..at];
        let last = before.rsplit(|c: char| !in_word(c)).next().unwrap_or_default();
        !text[at + called.len()..].starts_with(in_word) && (last.contains('.') || before.ends_with(')'))
    })
}

/// Replaces `::type` where the name ends there.
fn replace_type(text: &str, from: &str, to: &str) -> String {
    let pattern = format!("::{from}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&pattern) {
        let end = at + pattern.len();
        let whole = !rest[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"' || c == '.');
        out.push_str(&rest[..at]);
        out.push_str(if whole { "::" } else { &pattern });
        if whole {
            out.push_str(to);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Replaces the label in literals of the type and of arrays of it.
fn replace_label(text: &str, type_name: &str, from: &str, to: &str) -> String {
    let (scalar, array) = (format!("::{type_name}"), format!("::{type_name}[]"));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\'') {
        let Some(end) = end_of_literal(&rest[start..]).map(|end| start + end) else {
            break;
        };
        let (literal, after) = (&rest[start..end], &rest[end..]);
        out.push_str(&rest[..start]);
        if after.starts_with(&array) {
            let inside = literal.trim_matches('\'').replace("''", "'");
            out.push_str(&Literal(&replace_element(&inside, from, to)).to_string());
        } else if after.starts_with(&scalar) && literal == Literal(from).to_string() {
            out.push_str(&Literal(to).to_string());
        } else {
            out.push_str(literal);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the quoted text at the beginning ends.
fn end_of_literal(text: &str) -> Option<usize> {
    let mut quotes = text.match_indices('\'').map(|(at, _)| at).skip(1).peekable();
    while let Some(at) = quotes.next() {
        if quotes.next_if_eq(&(at + 1)).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// Replaces an element of an array's text, `{a,"b c"}`, quoted where it needs quotes.
fn replace_element(text: &str, from: &str, to: &str) -> String {
    let plain = |label: &str| {
        !label.is_empty()
            && !label.eq_ignore_ascii_case("null")
            && !label.contains(|c: char| c.is_whitespace() || "{},\"\\".contains(c))
    };
    let quoted = |label: &str| {
        if plain(label) {
            label.to_owned()
        } else {
            format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\""))
        }
    };
    let (was, is) = (quoted(from), quoted(to));
    let mut out = String::with_capacity(text.len());
    let mut element = String::new();
    let (mut in_quotes, mut escaped) = (false, false);
    for c in text.chars() {
        let ends = !in_quotes && matches!(c, '{' | '}' | ',');
        if ends {
            out.push_str(if element == was { &is } else { &element });
            element.clear();
            out.push(c);
            continue;
        }
        match c {
            '"' if !escaped => in_quotes = !in_quotes,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        element.push(c);
    }
    out.push_str(&element);
    out
}

/// A name that one object or another may have: `to` where the object has it, else `from`.
pub(super) fn present<'a>(from: &'a QName, to: &'a QName, has: impl Fn(&QName) -> bool) -> Option<&'a QName> {
    [to, from].into_iter().find(|name| has(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, EnumType, Table};

    #[test]
    fn a_type_is_renamed_where_its_name_ends() {
        assert_eq!(
            replace_type("'a'::public.st || 'b'::public.status", "public.st", "public.kind"),
            "'a'::public.kind || 'b'::public.status"
        );
    }

    #[test]
    fn a_table_is_renamed_in_definitions() {
        let (from, to) = (QName::new("public", "a"), QName::new("s", "B"));
        let renamed = |text, is_query| rename_in_query(text, &from, &to, is_query);
        assert_eq!(
            renamed(
                "SELECT a.id, 'public.a' FROM (public.a\n JOIN public.ab x ON a.id = x.id)",
                true
            ),
            "SELECT \"B\".id, 'public.a' FROM (s.\"B\"\n JOIN public.ab x ON \"B\".id = x.id)"
        );
        assert_eq!(
            renamed(
                "SELECT a.id FROM (public.a JOIN public.c \"B\" ON a.id = \"B\".id)",
                true
            ),
            "SELECT a.id FROM (s.\"B\" a JOIN public.c \"B\" ON a.id = \"B\".id)"
        );
        assert_eq!(
            renamed("SELECT x.id FROM public.a x", true),
            "SELECT x.id FROM s.\"B\" x"
        );
        assert_eq!(
            renamed("CREATE TRIGGER t AFTER INSERT ON public.a FOR EACH ROW", false),
            "CREATE TRIGGER t AFTER INSERT ON s.\"B\" FOR EACH ROW"
        );
    }

    #[test]
    fn a_label_is_renamed_in_literals_of_its_type() {
        let renamed = |text| replace_label(text, "public.st", "a", "it's so");
        assert_eq!(renamed("'a'::public.st"), "'it''s so'::public.st");
        assert_eq!(
            renamed("'{a,b,\"a\"}'::public.st[]"),
            "'{\"it''s so\",b,\"a\"}'::public.st[]"
        );
        assert_eq!(renamed("(x <> 'a'::text)"), "(x <> 'a'::text)");
        assert_eq!(
            renamed("'a''b'::text || 'a'::public.st"),
            "'a''b'::text || 'it''s so'::public.st"
        );
    }

    #[test]
    fn a_label_is_renamed_in_defaults() {
        let name = QName::new("public", "st");
        let mut schema = Schema::default();
        schema.enums.insert(
            name.clone(),
            EnumType {
                labels: vec!["a".to_owned(), "b".to_owned()],
                ..EnumType::default()
            },
        );
        let column = Column {
            default: Some(Expr::from("'a'::public.st")),
            ..Column::new("c", "public.st")
        };
        let table = Table {
            columns: vec![column],
            ..Table::default()
        };
        schema.tables.insert(QName::new("public", "t"), table);
        schema.rename_label(&name, "a", "z");
        assert_eq!(schema.enums[&name].labels, ["z", "b"]);
        let table = &schema.tables[&QName::new("public", "t")];
        assert_eq!(table.columns[0].default, Some(Expr::from("'z'::public.st")));
    }
}
