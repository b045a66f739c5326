//! Introspection of live servers of every major that is there.

use schema_core::introspect::{ConnectError, Included, Live, connect, introspect};
use schema_core::schema::{ConstraintKind, Dependency, Ident, QName, Schema, Sync, SyncDirection, fingerprint};
use sqlx::PgConnection;

use crate::catalog::{compare, snapshot};
use crate::server::{Database, all_versions, database, database_on, own};

const TABLES: &str = include_str!("introspect/tables.sql");
const OTHERS: &str = include_str!("introspect/others.sql");

async fn read(connection: &mut PgConnection) -> Live {
    introspect(connection, &Included::default())
        .await
        .expect("the catalog can be read")
}

fn excluding(patterns: &[&str]) -> Included {
    Included {
        schemas: Vec::new(),
        exclude: patterns.iter().map(|&p| p.to_owned()).collect(),
    }
}

#[tokio::test]
async fn tables_read_the_same_on_every_version() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let live = read(&mut database.with(TABLES).await).await;
        assert_eq!(live.major(), major);
        let mut schema = live.schema;
        schema.others.clear();
        let yaml = serde_yaml::to_string(&schema).expect("a schema can be written");
        let expected = include_str!("introspect/tables.yaml");
        assert_eq!(yaml, expected, "PostgreSQL {major}");
        let back: Schema = serde_yaml::from_str(&yaml).expect("a schema can be read");
        assert_eq!(back, schema);
    }
}

#[tokio::test]
async fn session_and_database_settings_change_nothing() {
    let plain = database().await;
    let odd = database().await;
    let expected = read(&mut plain.with(TABLES).await).await.schema;
    drop(odd.with(TABLES).await);
    let mut connection = odd
        .with(
            "SET search_path = public, \"we\"\"ird Schema\"; SET \"TimeZone\" = 'Asia/Tokyo'; SET \"DateStyle\" = 'German';
             SET \"IntervalStyle\" = 'sql_standard'; SET extra_float_digits = -15; SET quote_all_identifiers = on;
             SET bytea_output = 'escape'; SET standard_conforming_strings = off; SET statement_timeout = '60s'",
        )
        .await;
    assert_eq!(read(&mut connection).await.schema, expected);
    let (zone,): (String,) = sqlx::query_as("SELECT current_setting('TimeZone')")
        .fetch_one(&mut connection)
        .await
        .expect("the connection still works");
    assert_eq!(zone, "Asia/Tokyo");
    assert_eq!(read(&mut connection).await.schema, expected);
}

#[tokio::test]
async fn what_the_model_cannot_express_is_listed_with_what_it_needs() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let mut connection = database.with(OTHERS).await;
        let live = introspect(&mut connection, &excluding(&["elsewhere.*"]))
            .await
            .expect("the catalog can be read");
        let list: Vec<String> = live
            .schema
            .others
            .iter()
            .map(|other| {
                let needs: Vec<String> = other.depends_on.iter().map(show).collect();
                format!("{}: {} <- {}\n", other.kind, other.name, needs.join(", "))
            })
            .collect();
        let expected = include_str!("introspect/others.txt");
        assert_eq!(list.concat(), expected, "PostgreSQL {major}");
        assert!(!format!("{live:?}").contains("sekret"));
        let published = |table: &str| live.publications[&QName::new("public", table)].join(" ");
        assert_eq!(published("orgs"), "chosen every");
        assert_eq!(published("part"), "chosen every");
        assert_eq!(published("contacts"), "every");
    }
}

fn show(dependency: &Dependency) -> String {
    match dependency {
        Dependency::Table(table) => table.to_string(),
        Dependency::Column(table, column) => format!("{table}.{column}"),
        Dependency::Enum(name) => format!("enum {name}"),
        Dependency::Sequence(name) => format!("sequence {name}"),
        Dependency::Constraint(table, name) => format!("constraint {name} on {table}"),
        Dependency::Index(table, name) => format!("index {name} on {table}"),
    }
}

#[tokio::test]
async fn newer_servers_features() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        if major >= 15 {
            let script = "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
                CREATE TABLE t (a int, b int, c int, UNIQUE NULLS NOT DISTINCT (c),
                    CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p ON DELETE SET NULL (b));
                CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;
                CREATE UNLOGGED SEQUENCE s;
                CREATE PUBLICATION narrow FOR TABLE t (a, b) WHERE (a > 1);
                CREATE PUBLICATION wide FOR TABLES IN SCHEMA public";
            let live = read(&mut database.with(script).await).await;
            let table = &live.schema.tables[&QName::new("public", "t")];
            assert!(table.indexes[&Ident::new("i")].nulls_not_distinct);
            let kind = |name: &str| &table.constraints[&Ident::new(name)].kind;
            assert!(kind("t_c_key").key().expect("a unique key").nulls_not_distinct);
            let ConstraintKind::ForeignKey(key) = kind("f") else {
                panic!("f is a foreign key")
            };
            assert_eq!(key.on_delete_columns, [Ident::new("b")]);
            assert!(live.schema.sequences[&QName::new("public", "s")].unlogged);
            assert_eq!(live.publications[&QName::new("public", "p")], ["wide"]);
            assert_eq!(live.publications[&QName::new("public", "t")], ["narrow", "wide"]);
            let narrow = live
                .schema
                .others
                .iter()
                .find(|o| o.name == "public.t in publication narrow")
                .expect("narrow is listed");
            let needs: Vec<String> = narrow.depends_on.iter().map(show).collect();
            assert_eq!(needs, ["public.t", "public.t.a", "public.t.b"]);
        }
        if major >= 17 {
            let script = "CREATE TABLE pi (id int GENERATED BY DEFAULT AS IDENTITY (START 9)) PARTITION BY RANGE (id);
                CREATE TABLE pi_1 PARTITION OF pi DEFAULT";
            let live = read(&mut database.with(script).await).await;
            let identity = |table: &str| {
                live.schema.tables[&QName::new("public", table)].columns[0]
                    .identity
                    .clone()
            };
            assert_eq!(identity("pi").map(|i| i.options.start), Some(9));
            assert_eq!(identity("pi_1"), identity("pi"));
        }
        if major >= 18 {
            eighteen(&database_on(&server).await).await;
        }
    }
}

async fn eighteen(database: &Database) {
    let script = "CREATE TABLE q (a int4range, b int4range, PRIMARY KEY (a, b WITHOUT OVERLAPS));
        CREATE TABLE t (
            a int, b int, c int GENERATED ALWAYS AS (a + 1) VIRTUAL, d int NOT NULL NO INHERIT, r int4range, r2 int4range,
            CONSTRAINT loose CHECK (a > 0) NOT ENFORCED,
            CONSTRAINT temporal FOREIGN KEY (r, PERIOD r2) REFERENCES q (a, PERIOD b)
        );
        ALTER TABLE t ADD CONSTRAINT nn NOT NULL a NOT VALID, ALTER b SET NOT NULL";
    let live = read(&mut database.with(script).await).await;
    let table = &live.schema.tables[&QName::new("public", "t")];
    let column = |name: &str| table.column(&Ident::new(name)).expect("the column is there");
    assert!(!column("a").not_null);
    assert!(column("b").not_null);
    assert!(!column("c").generated.as_ref().expect("c is generated").stored);
    let loose = &table.constraints[&Ident::new("loose")];
    assert!(loose.not_enforced && !loose.not_valid);
    let key = &live.schema.tables[&QName::new("public", "q")].constraints[&Ident::new("q_pkey")];
    let ConstraintKind::Exclusion(key) = &key.kind else {
        panic!("a key without overlaps is read as an exclusion")
    };
    assert!(key.primary);
    assert_eq!(key.definition, "PRIMARY KEY (a, b WITHOUT OVERLAPS)");
    let others: Vec<(&str, &str)> = live
        .schema
        .others
        .iter()
        .map(|o| (o.kind.as_str(), o.name.as_str()))
        .collect();
    assert_eq!(others, [("not null constraint", "t_d_not_null on public.t")]);
    let ConstraintKind::ForeignKey(temporal) = &table.constraints[&Ident::new("temporal")].kind else {
        panic!("a temporal foreign key is one")
    };
    assert!(temporal.period);
    let open = &table.constraints[&Ident::new("nn")];
    assert!(open.not_valid && matches!(&open.kind, ConstraintKind::NotNull(n) if n.column == Ident::new("a")));
}

#[tokio::test]
async fn syncs_are_recognised_only_while_they_work() {
    let database = database().await;
    let sync = Sync {
        table: QName::new("public", "contacts"),
        from: Ident::new("name"),
        to: Ident::new("full name"),
        direction: SyncDirection::TwoWay,
        up: None,
        down: None,
        to_default: None,
        default_from_to: false,
        by_image: false,
        key_locks: Vec::new(),
    };
    let function = schema_core::sql::sync_function_name(&sync.table, &sync.from, &sync.to);
    let trigger = schema_core::sql::sync_trigger_name(&function);
    let create = schema_core::sql::create_sync(&function, &sync).join(";\n");
    let table = "CREATE TABLE contacts (name text, \"full name\" text)";
    let mut connection = database.with(&format!("{table};\n{create}")).await;
    let live = read(&mut connection).await;
    assert_eq!(live.schema.syncs.get(&function), Some(&sync));
    assert!(live.schema.others.is_empty());
    assert_eq!(live.sync_definitions[&function].len(), 2);

    for (damage, reason) in [
        (format!("ALTER TABLE contacts DISABLE TRIGGER {trigger}"), "disabled"),
        (format!("DROP TRIGGER {trigger} ON contacts"), "missing"),
        (
            format!(
                "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
            ),
            "body",
        ),
        ("ALTER TABLE contacts RENAME name TO old_name".to_owned(), "column"),
        (
            format!("COMMENT ON FUNCTION {function}() IS 'schemagen:sync {{}}'"),
            "comment",
        ),
    ] {
        let reset = format!("DROP TABLE contacts; DROP FUNCTION {function}; {table};\n{create};\n{damage}");
        let live = read(&mut database.with(&reset).await).await;
        assert!(live.schema.syncs.is_empty(), "{damage}");
        let broken = live.schema.others.iter().find(|o| o.kind == "broken sync");
        let broken = broken.unwrap_or_else(|| panic!("{damage} must show"));
        assert!(
            broken
                .definition
                .lines()
                .next()
                .is_some_and(|line| line.contains(reason)),
            "{}",
            broken.definition
        );
    }
}

#[tokio::test]
async fn excluded_schemas_and_names_are_left_out() {
    let database = database().await;
    let mut connection = database.with(TABLES).await;
    let some = Included {
        schemas: vec!["public".to_owned()],
        exclude: vec![
            "public.parted*".to_owned(),
            "counter".to_owned(),
            "public.contacts".to_owned(),
        ],
    };
    let live = introspect(&mut connection, &some)
        .await
        .expect("the catalog can be read");
    let tables: Vec<&str> = live.schema.tables.keys().map(|t| t.name.raw()).collect();
    assert_eq!(tables, ["base", "child", "empty", "orgs", "ranges", "types"]);
    assert_eq!(live.schema.namespaces.len(), 1);
    assert!(live.schema.sequences.keys().all(|s| s.name.raw() == "contacts_n_seq"));
    // what is left out still holds what it uses
    let held: Vec<&str> = live.schema.others.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(
        held,
        [
            "contacts_org_fkey on public.contacts",
            "parted_org_fkey on public.parted",
            "public.contacts"
        ]
    );
}

#[tokio::test]
async fn members_of_extensions_belong_to_the_extension() {
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let script = "CREATE SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
            CREATE TABLE t (name text, mail ext.citext);
            CREATE INDEX i ON t USING gist (name ext.gist_trgm_ops (siglen = 32))";
        let live = read(&mut database.with(script).await).await;
        let others: Vec<(&str, &str)> = live
            .schema
            .others
            .iter()
            .map(|o| (o.kind.as_str(), o.name.as_str()))
            .collect();
        assert_eq!(
            others,
            [("extension", "citext"), ("extension", "pg_trgm")],
            "PostgreSQL {major}"
        );
        let table = &live.schema.tables[&QName::new("public", "t")];
        assert_eq!(table.columns[1].type_name, "ext.citext");
        let opclass = table.indexes[&Ident::new("i")].keys[0].opclass.as_deref();
        assert_eq!(opclass, Some("ext.gist_trgm_ops (siglen='32')"));
    }
}

#[tokio::test]
async fn ddl_meanwhile_does_not_disturb() {
    let database = database().await;
    let mut connection = database.with("CREATE TABLE t (a int, b int)").await;
    let mut busy = database.connect().await;
    let work = tokio::spawn(async move {
        for _ in 0..150 {
            let step =
                "CREATE TABLE gone (x text PRIMARY KEY CHECK (x > 'a')); CREATE INDEX i ON t (a, (b + 1)) WHERE b > 1;
                CREATE VIEW v AS SELECT a FROM t";
            sqlx::raw_sql(step)
                .execute(&mut busy)
                .await
                .expect("the objects can be made");
            let step = "DROP VIEW v; DROP INDEX i; DROP TABLE gone";
            sqlx::raw_sql(step)
                .execute(&mut busy)
                .await
                .expect("the objects can be dropped");
        }
    });
    let (mut with, mut without) = (0, 0);
    while !work.is_finished() {
        let schema = read(&mut connection).await.schema;
        let table = &schema.tables[&QName::new("public", "t")];
        // One snapshot: all three or none.
        let found = [
            schema.tables.contains_key(&QName::new("public", "gone")),
            table.indexes.contains_key(&Ident::new("i")),
            schema.others.iter().any(|o| o.name == "public.v"),
        ];
        match found {
            [true, true, true] => with += 1,
            [false, false, false] => without += 1,
            half => panic!("half of a transaction was read: {half:?}"),
        }
    }
    work.await.expect("the other session did its work");
    assert!(with + without > 0);
}

#[tokio::test]
async fn an_unprivileged_role_reads_the_same() {
    let database = database().await;
    let mut connection = database.with(TABLES).await;
    let expected = read(&mut connection).await.schema;
    let role = format!("schemagen_reader_{}", std::process::id());
    let mut reader = database.with(&format!("CREATE ROLE {role}; SET ROLE {role}")).await;
    let found = read(&mut reader).await.schema;
    drop(reader);
    drop(database.with(&format!("DROP ROLE {role}")).await);
    assert_eq!(found, expected);
    assert_eq!(fingerprint(&found), fingerprint(&expected));
}

#[tokio::test]
async fn failed_connections_say_why_and_keep_the_password() {
    // The role that must give a password exists on our own cluster only.
    let database = database_on(&own()).await;
    let authority = database.url().split('@').nth(1).expect("the URL names a role");
    let (host, name) = authority.split_once('/').expect("the URL names a database");
    let create = "CREATE ROLE schemagen_guarded LOGIN PASSWORD 'right'";
    let mut connection = database.with(create).await;
    let messages: Vec<String> = [
        error(&format!("postgres://schemagen_guarded:sekret@{authority}")).await,
        error(&format!("postgres://postgres:sekret@{host}/nowhere")).await,
        error("postgres://postgres:sekret@127.0.0.1:1/x").await,
        error("mysql://postgres:sekret@127.0.0.1/x").await,
        error(&format!("postgres://postgres:sekret@{host}x/x")).await,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    let right = format!("postgres://schemagen_guarded:right@{authority}");
    assert!(connect(&right).await.is_ok());
    let revoke = format!("REVOKE CONNECT ON DATABASE \"{name}\" FROM public");
    sqlx::raw_sql(sqlx::AssertSqlSafe(revoke))
        .execute(&mut connection)
        .await
        .expect("the database is ours");
    let barred = error(&right).await;
    assert!(matches!(barred, ConnectError::Privileges { .. }), "{barred}");
    drop(database.with("DROP ROLE schemagen_guarded").await);
    for (message, expected) in messages.iter().zip([
        "password",
        "no database \"nowhere\"",
        "no PostgreSQL server",
        "URL",
        "URL",
    ]) {
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("sekret"), "{message}");
    }
}

async fn error(url: &str) -> ConnectError {
    match connect(url).await {
        Ok(_) => panic!("{url} must not connect"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn the_catalog_comparison_sees_every_change() {
    let left = database().await;
    let right = database().await;
    let mut connection = left.with(OTHERS).await;
    let expected = snapshot(&mut connection).await;
    let mut other = right.with(OTHERS).await;
    assert_eq!(compare(&expected, &snapshot(&mut other).await), Vec::<String>::new());
    for change in include_str!("introspect/changes.sql")
        .split(";\n")
        .map(str::trim)
        .filter(|c| !c.is_empty())
    {
        let mut transaction = sqlx::Connection::begin(&mut other)
            .await
            .expect("a transaction can be begun");
        sqlx::raw_sql(sqlx::AssertSqlSafe(change))
            .execute(&mut *transaction)
            .await
            .unwrap_or_else(|error| panic!("{change}: {error}"));
        let found = compare(&expected, &snapshot(&mut transaction).await);
        transaction.rollback().await.expect("a transaction can be rolled back");
        assert!(!found.is_empty(), "{change} was not seen");
    }
}
