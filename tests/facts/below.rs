//! Which statements PostgreSQL carries on to a partition, with the same lock.

use schema_core::facts::Op;
use schema_core::plan::LockMode;

use super::measure::{in_transaction, run};
use crate::server::{all_versions, database_on};

const FAMILY: &str = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE t (id int NOT NULL, a varchar(5) NOT NULL, b int, CONSTRAINT c CHECK (b > 0)) PARTITION BY LIST (id);
    CREATE TABLE p PARTITION OF t FOR VALUES IN (1);
    INSERT INTO t VALUES (1, 'a', 1);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()";

const STATEMENTS: &[(Op, &str)] = &[
    (Op::TableLock, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE"),
    (Op::ColumnAdd, "ALTER TABLE t ADD COLUMN n int"),
    (Op::ColumnDrop, "ALTER TABLE t DROP COLUMN b"),
    (Op::ColumnRename, "ALTER TABLE t RENAME COLUMN b TO n"),
    (Op::ColumnDefault, "ALTER TABLE t ALTER COLUMN b SET DEFAULT 5"),
    (Op::ColumnDropNotNull, "ALTER TABLE t ALTER COLUMN a DROP NOT NULL"),
    (Op::ColumnTypeInstant, "ALTER TABLE t ALTER COLUMN a TYPE varchar(9)"),
    (Op::ColumnTypeRewrite, "ALTER TABLE t ALTER COLUMN b TYPE bigint"),
    (Op::ColumnStatistics, "ALTER TABLE t ALTER COLUMN b SET STATISTICS 5"),
    (Op::ColumnStorage, "ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL"),
    (
        Op::ConstraintAddNotValid,
        "ALTER TABLE t ADD CONSTRAINT d CHECK (b > 1) NOT VALID",
    ),
    (Op::ConstraintDrop, "ALTER TABLE t DROP CONSTRAINT c"),
    (Op::ConstraintRename, "ALTER TABLE t RENAME CONSTRAINT c TO d"),
    (
        Op::TriggerCreate,
        "CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    ),
    (Op::TriggerDrop, "DROP TRIGGER g ON t"),
    (Op::Update, "UPDATE t SET b = 2"),
    (Op::TableComment, "COMMENT ON TABLE t IS 'x'"),
    (Op::TableRename, "ALTER TABLE t RENAME TO u"),
    (Op::TableRowSecurity, "ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
    (Op::IndexCreateOnly, "CREATE INDEX i ON ONLY t (b)"),
    (Op::Policy, "CREATE POLICY r ON t USING (true)"),
];

#[tokio::test]
async fn statements_go_down_where_the_claims_say() {
    let mut wrong = Vec::new();
    for (major, server) in all_versions() {
        let database = database_on(&server).await;
        let mut connection = database.connect().await;
        for (op, statement) in STATEMENTS {
            run(&mut connection, FAMILY).await.expect("the family can be made");
            let measured = in_transaction(&mut connection, statement).await;
            let fact = op.fact();
            let claimed = fact
                .lock
                .filter(|mode| fact.goes_down && *mode != LockMode::AccessShare);
            match measured {
                Ok(found) if found.other == claimed => {}
                found => wrong.push(format!(
                    "{major}: {op:?}: {statement}: claimed {claimed:?}, found {found:?}"
                )),
            }
            let _ = run(&mut connection, "ROLLBACK").await;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
