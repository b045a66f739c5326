use crate::schema::{Ident, Literal, QName, Table, TableAlias};

/// What the comment on a view begins with; the alias as JSON follows on the same line, and the table's comment below.
pub const ALIAS_COMMENT: &str = "schemagen:view ";

/// `CREATE VIEW` of a table under another name, columns by name, in the table's order. From 15 on it reads and writes with
/// the rights of the one who uses it.
pub fn create_alias(name: &QName, alias: &TableAlias, table: &Table, invoker: bool, replace: bool) -> String {
    let options = if invoker { " WITH (security_invoker = true)" } else { "" };
    let verb = if replace {
        "CREATE OR REPLACE VIEW"
    } else {
        "CREATE VIEW"
    };
    let mut columns: Vec<String> = Vec::new();
    for column in &table.columns {
        let shown = alias.columns.iter().filter(|(_, own)| **own == column.name);
        columns.extend(shown.map(|(shown, own)| {
            if shown == own {
                own.to_string()
            } else {
                format!("{own} AS {shown}")
            }
        }));
    }
    format!(
        "{verb} {name}{options} AS\n  SELECT {}\n  FROM {}",
        columns.join(", "),
        alias.table
    )
}

/// The comment by which introspection recognises the view.
pub fn alias_comment(name: &QName, alias: &TableAlias) -> String {
    // serde_json on a plain struct of strings cannot fail.
    let description = serde_json::to_string(&TableAlias {
        comment: None,
        ..alias.clone()
    })
    .unwrap_or_default();
    let mut text = format!("{ALIAS_COMMENT}{description}");
    if let Some(comment) = &alias.comment {
        text.push('\n');
        text.push_str(comment);
    }
    format!("COMMENT ON VIEW {name} IS {}", Literal(&text))
}

/// Gives the view the table's owner and the table's grants, whoever they name, and takes away what default privileges gave.
pub fn alias_grants(name: &QName, alias: &TableAlias) -> String {
    let (view, table) = (
        Literal(&name.to_string()).to_string(),
        Literal(&alias.table.to_string()).to_string(),
    );
    let column = shown_name(alias.renamed_columns());
    let body = format!(
        "DECLARE
  g record;
BEGIN
  -- The owner and the grants of the table, and no others.
  FOR g IN SELECT pg_catalog.pg_get_userbyid(t.relowner) AS name
           FROM pg_catalog.pg_class t, pg_catalog.pg_class v
           WHERE t.oid = {table}::regclass AND v.oid = {view}::regclass AND t.relowner <> v.relowner LOOP
    EXECUTE pg_catalog.format('ALTER VIEW %s OWNER TO %I', {view}, g.name);
  END LOOP;
  FOR g IN SELECT DISTINCT x.grantee
           FROM pg_catalog.pg_class v, pg_catalog.aclexplode(v.relacl) x
           WHERE v.oid = {view}::regclass AND x.grantee <> v.relowner LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON {escaped} FROM %s',
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END);
  END LOOP;
  FOR g IN SELECT '' AS part, x.grantee, x.privilege_type, x.is_grantable
           FROM pg_catalog.pg_class t, pg_catalog.aclexplode(t.relacl) x
           WHERE t.oid = {table}::regclass AND x.grantee <> t.relowner
             AND x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
           UNION ALL
           SELECT pg_catalog.format(' (%I)', v.attname), x.grantee, x.privilege_type, x.is_grantable
           FROM pg_catalog.pg_class t
           JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND NOT a.attisdropped
           JOIN pg_catalog.pg_attribute v ON v.attrelid = {view}::regclass AND v.attname = {column},
           pg_catalog.aclexplode(a.attacl) x
           WHERE t.oid = {table}::regclass AND x.grantee <> t.relowner
             AND x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE') LOOP
    EXECUTE pg_catalog.format('GRANT %s%s ON {escaped} TO %s%s', g.privilege_type, g.part,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END",
        escaped = name.to_string().replace('%', "%%").replace('\'', "''"),
    );
    format!("DO {}", super::dollar_quoted(&body))
}

/// The view's name for the column `a`.
fn shown_name<'a>(renamed: impl Iterator<Item = (&'a Ident, &'a Ident)>) -> String {
    let cases: String = renamed
        .map(|(own, shown)| format!(" WHEN {} THEN {}", Literal(own.raw()), Literal(shown.raw())))
        .collect();
    if cases.is_empty() {
        "a.attname".to_owned()
    } else {
        format!("CASE a.attname{cases} ELSE a.attname END")
    }
}

/// The comment on a domain that stands for an enum's old name.
pub const DOMAIN_COMMENT: &str = "schemagen:type";

/// A domain under the old name of an enum, with its comment.
pub fn create_domain(name: &QName, enum_type: &QName) -> [String; 2] {
    [
        format!("CREATE DOMAIN {name} AS {enum_type}"),
        format!("COMMENT ON DOMAIN {name} IS {}", Literal(DOMAIN_COMMENT)),
    ]
}
