//! Running the text of one file on a connection, as its class demands.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::plan::{Class, Script};
use crate::sql_script::{ScriptStatement, statements};

/// A statement of a file that the server refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunFileError {
    /// The server's answer.
    #[error("line {line}: {message}{detail}\n    {statement}")]
    Statement {
        /// Where the statement begins.
        line: usize,
        /// Its first line.
        statement: String,
        /// SQLSTATE, empty when the connection broke.
        code: String,
        /// What the server said.
        message: String,
        /// Detail and hint, each on a line of its own.
        detail: String,
    },
    /// A psql command that only psql understands.
    #[error("line {line}: {command} is a command of psql, not SQL: take it out of the file")]
    PsqlCommand {
        /// Where.
        line: usize,
        /// Which.
        command: String,
    },
}

/// How a file must be run, by its first bytes. A file outside a transaction is run statement by statement.
pub fn class_of(text: &str) -> Class {
    if text.starts_with("-- no-transaction") {
        Class::Alone
    } else {
        Class::Transaction
    }
}

/// Runs a script. In a transaction all of it happens or nothing; outside of one it stops at the first statement that
/// fails, and what ran before stays.
///
/// # Errors
/// With the line and the text of the statement that failed.
pub async fn run_script(connection: &mut PgConnection, script: &Script) -> Result<(), RunFileError> {
    run_text(connection, &script.text, script.class).await
}

/// Runs a text as a file of that class.
///
/// # Errors
/// With the line and the text of the statement that failed.
pub async fn run_text(connection: &mut PgConnection, text: &str, class: Class) -> Result<(), RunFileError> {
    let statements = statements(text);
    if class != Class::Transaction {
        return run_all(connection, &statements).await;
    }
    run_one(connection, &control("BEGIN")).await?;
    match run_all(connection, &statements).await {
        Ok(()) => run_one(connection, &control("COMMIT")).await,
        Err(error) => {
            // The first error is the one to tell; a broken connection cannot roll back and need not.
            drop(run_one(connection, &control("ROLLBACK")).await);
            Err(error)
        }
    }
}

fn control(text: &str) -> ScriptStatement<'_> {
    ScriptStatement {
        text,
        line: 1,
        copy_data: None,
    }
}

async fn run_all(connection: &mut PgConnection, statements: &[ScriptStatement<'_>]) -> Result<(), RunFileError> {
    for statement in statements {
        run_one(connection, statement).await?;
    }
    Ok(())
}

async fn run_one(connection: &mut PgConnection, statement: &ScriptStatement<'_>) -> Result<(), RunFileError> {
    if let Some(command) = statement.text.strip_prefix('\\') {
        // pg_dump brackets its output with these two; they guard psql and mean nothing elsewhere.
        if command.starts_with("restrict") || command.starts_with("unrestrict") {
            return Ok(());
        }
        return Err(RunFileError::PsqlCommand {
            line: statement.line,
            command: statement.text.split_whitespace().next().unwrap_or_default().to_owned(),
        });
    }
    let failed = |error: sqlx::Error| statement_error(statement, &error);
    if let Some(data) = statement.copy_data {
        let mut copy = connection.copy_in_raw(statement.text).await.map_err(failed)?;
        copy.send(data.as_bytes()).await.map_err(failed)?;
        copy.finish().await.map_err(failed)?;
        return Ok(());
    }
    sqlx::raw_sql(AssertSqlSafe(statement.text))
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

fn statement_error(statement: &ScriptStatement<'_>, error: &sqlx::Error) -> RunFileError {
    let first_line = statement.text.lines().next().unwrap_or_default();
    let (code, message, detail) = match error {
        sqlx::Error::Database(database) => {
            let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
            let detail = postgres.map_or_else(String::new, |e| {
                [e.detail(), e.hint()]
                    .into_iter()
                    .flatten()
                    .map(|text| format!("\n    {text}"))
                    .collect()
            });
            (
                database.code().unwrap_or_default().into_owned(),
                database.message().to_owned(),
                detail,
            )
        }
        other => (String::new(), other.to_string(), String::new()),
    };
    RunFileError::Statement {
        line: statement.line,
        statement: first_line.to_owned(),
        code,
        message,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::{Scratch, ScratchChoice};
    use sqlx::Connection;

    #[tokio::test]
    async fn runs_each_class_and_names_the_statement_that_failed() {
        let scratch = Scratch::start(&ScratchChoice::Native { bindir: None }, None)
            .await
            .unwrap();
        let database = scratch.database().await.unwrap();
        let mut connection = database.connect().await.unwrap();
        let text = "CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n2\n\\.\n\nSELECT 1/0;";
        let error = run_text(&mut connection, text, Class::Transaction).await.unwrap_err();
        assert_eq!(error.to_string(), "line 7: division by zero\n    SELECT 1/0");
        let alone = format!(
            "-- no-transaction\n{}",
            text.replace("SELECT 1/0", "CREATE INDEX CONCURRENTLY i ON t (a)")
        );
        run_text(&mut connection, &alone, class_of(&alone)).await.unwrap();
        let batches =
            "-- no-transaction\nDO $$ BEGIN UPDATE t SET a = a + 1; COMMIT; UPDATE t SET a = a + 1; COMMIT; END $$;";
        run_text(&mut connection, batches, Class::Batches).await.unwrap();
        let sum: i64 = sqlx::query_scalar("SELECT sum(a) FROM t")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(sum, 7);
        let error = run_text(&mut connection, "\\connect x", Class::Alone)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("\\connect is a command of psql"), "{error}");
        connection.close().await.unwrap();
        scratch.stop().await;
    }
}
