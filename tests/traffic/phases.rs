//! The phases of a plan with the clients that each of them has to bear.

use std::collections::BTreeMap;

use schema_core::plan::{Decisions, PlanFile};
use sqlx::{AssertSqlSafe, PgConnection};

use super::clients::{Client, Code, SHARED, Written};
use crate::rollout::Rollout;
use crate::server;

const CLIENTS_OF_EACH: i64 = 3;
const ROUNDS: u64 = 40;

/// A change under traffic.
pub struct Change {
    /// The table `t` with an `id bigint PRIMARY KEY`, as it stands.
    pub old: String,
    /// The same as the model wants it.
    pub new: String,
    pub decisions: Decisions,
    /// Fills rows 1 to `$SHARED` in the old table.
    pub seed: &'static str,
    pub old_code: Code,
    pub new_code: Code,
    /// A condition that every row meets when expand is through, and while both versions run.
    pub in_step: &'static str,
    /// A condition that every row meets in the end.
    pub at_the_end: &'static str,
}

/// Plays all phases and checks every row.
pub async fn play(change: Change) {
    let seed = change.seed.replace("$SHARED", &SHARED.to_string());
    let old = format!("{}\n{seed};", change.old);
    let rollout = Rollout::new(server::url(), &old, &change.new, change.decisions.clone()).await;
    let mut connection = rollout.database.connect().await;
    let mut written = Vec::new();

    let old_clients = start(&rollout, change.old_code, 1).await;
    settle(&old_clients).await;
    under_traffic(&rollout, &rollout.expand(), &old_clients).await;
    none_but(&mut connection, change.in_step, "after expand").await;

    let new_clients = start(&rollout, change.new_code, 1 + CLIENTS_OF_EACH).await;
    settle(&new_clients).await;
    settle(&old_clients).await;
    none_but(&mut connection, change.in_step, "while both run").await;
    for client in old_clients {
        written.push(client.stop().await);
    }
    settle(&new_clients).await;

    under_traffic(&rollout, &rollout.contract(), &new_clients).await;
    settle(&new_clients).await;
    for client in new_clients {
        written.push(client.stop().await);
    }
    none_but(&mut connection, change.at_the_end, "in the end").await;
    nothing_lost(&mut connection, change.new_code.read, &written).await;
    let transactions: u64 = written.iter().map(|w| w.transactions).sum();
    let files = rollout.plan.files.len();
    println!("{}: {files} files, {transactions} transactions", rollout.plan.name);
}

/// Expand, back, and expand again, under old code: it must see nothing of it.
pub async fn play_back(change: Change) {
    let seed = change.seed.replace("$SHARED", &SHARED.to_string());
    let old = format!("{}\n{seed};", change.old);
    let rollout = Rollout::new(server::url(), &old, &change.new, change.decisions.clone()).await;
    let clients = start(&rollout, change.old_code, 1).await;
    settle(&clients).await;
    under_traffic(&rollout, &rollout.expand(), &clients).await;
    for file in rollout.expand().into_iter().rev() {
        rollout.undo(&[file]).await;
        for client in &clients {
            client.rounds(3).await;
        }
    }
    under_traffic(&rollout, &rollout.expand(), &clients).await;
    settle(&clients).await;
    let mut connection = rollout.database.connect().await;
    none_but(&mut connection, change.in_step, "after the second expand").await;
    let mut written = Vec::new();
    for client in clients {
        written.push(client.stop().await);
    }
    nothing_lost(&mut connection, change.old_code.read, &written).await;
}

async fn start(rollout: &Rollout, code: Code, first: i64) -> Vec<Client> {
    let mut clients = Vec::new();
    for number in first..first + CLIENTS_OF_EACH {
        clients.push(Client::start(rollout.database.url(), code, number).await);
    }
    clients
}

async fn settle(clients: &[Client]) {
    for client in clients {
        client.rounds(ROUNDS).await;
    }
}

/// The clients work on between the files, so that each boundary is one that they meet.
async fn under_traffic(rollout: &Rollout, files: &[&PlanFile], clients: &[Client]) {
    for file in files {
        rollout.run(&[file]).await;
        for client in clients {
            client.rounds(3).await;
        }
    }
}

async fn none_but(connection: &mut PgConnection, condition: &str, when: &str) {
    let sql = format!("SELECT count(*) FROM t WHERE ({condition}) IS NOT TRUE");
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .persistent(false)
        .fetch_one(connection)
        .await
        .unwrap();
    assert_eq!(count, 0, "rows without {condition} {when}");
}

/// Every row that stood or was written is there, with the value that its client wrote last.
async fn nothing_lost(connection: &mut PgConnection, read: &'static str, written: &[Written]) {
    let (select, key) = read.split_once(" WHERE ").expect("one row is read");
    let key = key.trim_end_matches(" = $1");
    let all = select.replacen("SELECT ", &format!("SELECT {key}, "), 1);
    let found: Vec<(i64, Option<String>)> = sqlx::query_as(AssertSqlSafe(all))
        .persistent(false)
        .fetch_all(connection)
        .await
        .unwrap();
    let found: BTreeMap<i64, Option<String>> = found.into_iter().collect();
    let expected: BTreeMap<i64, &String> = written
        .iter()
        .flat_map(|w| &w.rows)
        .map(|(id, value)| (*id, value))
        .collect();
    let seeded = found.keys().filter(|id| (1..=SHARED).contains(*id)).count();
    assert_eq!(i64::try_from(seeded), Ok(SHARED), "seeded rows are lost");
    let made = found.keys().filter(|id| **id > SHARED).count();
    assert_eq!(made, expected.len(), "rows are lost, or came from nowhere");
    for (id, value) in expected {
        assert_eq!(found.get(&id), Some(&Some(value.clone())), "row {id}");
    }
}
