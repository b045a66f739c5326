use std::time::Duration;

use sqlx::Connection;

use super::*;

async fn native() -> Scratch {
    Scratch::start(&ScratchChoice::Native { bindir: None }, None)
        .await
        .unwrap()
}

fn folder_of(scratch: &Scratch) -> PathBuf {
    match &scratch.server {
        Running::Native(server) => server.options().get_socket().unwrap().clone(),
        other => panic!("not native: {other:?}"),
    }
}

async fn databases(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE 'schemagen_scratch_%' ORDER BY 1")
        .fetch_all(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_native_cluster_gives_databases_and_copies_and_leaves_nothing() {
    let scratch = native().await;
    assert!(
        scratch.describe().starts_with("native PostgreSQL 1"),
        "{}",
        scratch.describe()
    );
    assert!(scratch.version_num() >= 140_000);
    let first = scratch.database().await.unwrap();
    let mut connection = first.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE public.t (x text); INSERT INTO public.t VALUES ('ä')")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let copy = scratch.database_from(&first).await.unwrap().unwrap();
    let mut connection = copy.connect().await.unwrap();
    let x: String = sqlx::query_scalar("SELECT x FROM public.t")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(x, "ä");
    first.close().await.unwrap();
    assert_eq!(databases(&mut connection).await, [copy.name()]);
    let folder = folder_of(&scratch);
    assert!(folder.exists());
    scratch.stop().await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_dropped_cluster_goes_away_by_itself() {
    let scratch = native().await;
    let folder = folder_of(&scratch);
    drop(scratch);
    for _ in 0..200 {
        if !folder.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} is still there", folder.display());
}

#[tokio::test]
async fn a_url_gets_databases_of_our_own_and_keeps_none() {
    let server = native().await;
    let folder = folder_of(&server);
    let url = format!("postgresql://postgres@localhost/postgres?host={}", folder.display());
    let scratch = Scratch::start(&ScratchChoice::Url(url.clone()), None).await.unwrap();
    assert!(scratch.describe().ends_with("at the scratch URL"));
    let mut watch = PgConnection::connect(&url).await.unwrap();
    // A name that is taken belongs to somebody else.
    let theirs = format!(
        "schemagen_scratch_{}_{}",
        std::process::id(),
        NEXT.load(Ordering::Relaxed) + 3
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {theirs}")))
        .execute(&mut watch)
        .await
        .unwrap();
    let mut ours = Vec::new();
    for _ in 0..6 {
        ours.push(scratch.database().await.unwrap());
    }
    assert!(ours.iter().all(|d| d.name() != theirs));
    assert_eq!(databases(&mut watch).await.len(), 7);
    ours.pop().unwrap().close().await.unwrap();
    drop(ours);
    assert_eq!(databases(&mut watch).await, [theirs]);
    server.stop().await;
}

#[tokio::test]
async fn a_role_without_createdb_and_a_broken_url_are_refused_by_name() {
    let server = native().await;
    let folder = folder_of(&server);
    let mut connection = connect(match &server.server {
        Running::Native(native) => native.options(),
        other => panic!("not native: {other:?}"),
    })
    .await
    .unwrap();
    sqlx::raw_sql("CREATE ROLE poor LOGIN")
        .execute(&mut connection)
        .await
        .unwrap();
    let url = format!("postgresql://poor@localhost/postgres?host={}", folder.display());
    let error = Scratch::start(&ScratchChoice::Url(url), None).await.unwrap_err();
    assert!(
        error.to_string().contains("\"poor\" may not create databases"),
        "{error}"
    );
    let error = Scratch::start(&ScratchChoice::Url("postgresql://u:secret@[".into()), None)
        .await
        .unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    server.stop().await;
}

#[tokio::test]
async fn a_folder_without_binaries_is_named() {
    let choice = ScratchChoice::Native {
        bindir: Some(PathBuf::from("/nowhere")),
    };
    let error = Scratch::start(&choice, None).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere"), "{error}");
}

#[cfg(feature = "embedded")]
#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_server_gives_a_fresh_database_each_time() {
    let scratch = Scratch::start(&ScratchChoice::Embedded, None).await.unwrap();
    assert!(scratch.is_embedded());
    assert_eq!(scratch.major(), 17);
    for _ in 0..2 {
        let database = scratch.database().await.unwrap();
        for round in 0..2 {
            let mut connection = database.connect().await.unwrap();
            let sql = if round == 0 {
                "CREATE TABLE public.t (x int)"
            } else {
                "INSERT INTO public.t VALUES (1)"
            };
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        database.close().await.unwrap();
    }
    scratch.stop().await;
}
