use crate::schema::{Expr, Ident, KeyLock, Literal, QName, Sync, SyncDirection};

/// The trigger function's name for a pair of columns, in the table's namespace.
pub fn sync_function_name(table: &QName, from: &Ident, to: &Ident) -> QName {
    let full = format!("schemagen_sync_{}_{}_{}", table.name.raw(), from.raw(), to.raw());
    let name = if full.len() <= 60 {
        Ident::new(full)
    } else {
        // Two long names may share their first bytes: the digest of the whole keeps them apart.
        let digest = short_digest(&full);
        Ident::new(full).with_suffix(&format!("_{digest}"))
    };
    table.sibling(name)
}

/// Eight hexadecimal digits, the same for the same text.
fn short_digest(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes())
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The trigger's name: `zz_` so that it fires after the table's own BEFORE triggers (they fire by name).
pub fn sync_trigger_name(function: &QName) -> Ident {
    Ident::new(format!("zz_{}", function.name.raw())).with_suffix("")
}

/// Function, comment and trigger. The comment is how introspection recognises the sync.
///
/// There is one trigger without `WHEN`: the clause is set up again in every statement and costs more than the call
/// (recipes 1.3). Every name in the body is qualified, so that the caller's `search_path` does not matter.
pub fn create_sync(function: &QName, sync: &Sync) -> Vec<String> {
    let body = match sync.direction {
        SyncDirection::TwoWay => two_way_body(sync),
        SyncDirection::Forward | SyncDirection::Backward | SyncDirection::InPlace => {
            let value = sync.up.clone().unwrap_or_else(|| Expr(format!("NEW.{}", sync.from)));
            let assign = format!("NEW.{} := {value};", sync.to);
            let mut body = match sync.direction {
                // A value of the new type that the old one cannot hold must not stop new code. Where the new value stays,
                // so does the old one: it can say more (a time of day, digits) than the new type holds.
                SyncDirection::Backward => {
                    let (from, to) = (&sync.from, &sync.to);
                    let changed = differs(sync, &format!("NEW.{from}"), &format!("OLD.{from}"));
                    format!(
                        "  IF TG_OP = 'INSERT' OR {changed} OR NEW.{to} IS NULL THEN\n    BEGIN\n      {assign}\n    \
                         EXCEPTION WHEN OTHERS THEN NEW.{to} := NULL;\n    END;\n  END IF;\n"
                    )
                }
                _ => format!("  {assign}\n"),
            };
            if !sync.key_locks.is_empty() {
                let locks: String = sync.key_locks.iter().map(key_lock_text).collect();
                body += &format!("  IF TG_OP = 'INSERT' THEN\n{locks}  END IF;\n");
            }
            body
        }
    };
    // serde_json on a plain struct of strings cannot fail.
    let description = serde_json::to_string(sync).unwrap_or_default();
    let trigger = sync_trigger_name(function);
    let body = super::dollar_quoted(&format!("BEGIN\n{body}  RETURN NEW;\nEND"));
    vec![
        format!("CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"),
        format!(
            "COMMENT ON FUNCTION {function}() IS {}",
            Literal(&format!("schemagen:sync {description}"))
        ),
        format!(
            "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {function}()",
            sync.table
        ),
    ]
}

/// The statements that take the sync away.
pub fn drop_sync(function: &QName, sync: &Sync) -> Vec<String> {
    vec![
        format!("DROP TRIGGER {} ON {}", sync_trigger_name(function), sync.table),
        format!("DROP FUNCTION {function}()"),
    ]
}

fn two_way_body(sync: &Sync) -> String {
    let (a, b) = (format!("NEW.{}", sync.from), format!("NEW.{}", sync.to));
    let (old_a, old_b) = (format!("OLD.{}", sync.from), format!("OLD.{}", sync.to));
    let up = sync.up.clone().unwrap_or_else(|| Expr(a.clone()));
    let down = sync.down.clone().unwrap_or_else(|| Expr(b.clone()));
    let written = match &sync.to_default {
        Some(default) if sync.by_image => {
            // The default goes through a record of the column's own type: an untyped NULL or literal has no image.
            format!("pg_catalog.record_image_ne(ROW({b}), ROW({default}))")
        }
        Some(default) => format!("{b} IS DISTINCT FROM {default}"),
        None => format!("{b} IS NOT NULL"),
    };
    let written = if sync.default_from_to {
        format!("{written} OR {a} IS NULL")
    } else {
        written
    };
    let differs = |x: &str, y: &str| differs(sync, x, y);
    let mut body = String::from("  IF TG_OP = 'INSERT' THEN\n");
    body += &format!("    IF {written} THEN {a} := {down};\n    ELSE {b} := {up};\n    END IF;\n");
    for lock in &sync.key_locks {
        body += &key_lock_text(lock);
    }
    body += &format!("  ELSIF {} THEN {a} := {down};\n", differs(&b, &old_b));
    body += &format!(
        "  ELSIF {} OR {b} IS NULL THEN {b} := {up};\n  END IF;\n",
        differs(&a, &old_a)
    );
    body
}

fn differs(sync: &Sync, x: &str, y: &str) -> String {
    if sync.by_image {
        format!("pg_catalog.record_image_ne(ROW({x}), ROW({y}))")
    } else {
        format!("{x} IS DISTINCT FROM {y}")
    }
}

/// Without this lock concurrent upserts of old code fail with 23505 on the second unique index (recipes 1.1): ON CONFLICT
/// checks only its arbiter speculatively and every other unique index strictly.
fn key_lock_text(lock: &KeyLock) -> String {
    let parts: Vec<String> = lock.parts.iter().map(|p| format!("({p})")).collect();
    let mut when: Vec<String> = parts.iter().map(|p| format!("{p} IS NOT NULL")).collect();
    if let Some(predicate) = &lock.predicate {
        when.insert(0, format!("({predicate})"));
    }
    // The key's name is part of the value: a row takes the locks of its keys in one order, whatever their values.
    let value = format!("ROW({}, {})", Literal(lock.key.raw()), parts.join(", "));
    format!(
        "    IF {} THEN\n      PERFORM pg_catalog.pg_advisory_xact_lock(TG_RELID::pg_catalog.int4, pg_catalog.hashtext({value}::pg_catalog.text));\n    END IF;\n",
        when.join(" AND ")
    )
}
