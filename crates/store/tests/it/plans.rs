//! Plans of the statements that every request runs: each goes by an index, and none sorts.

use hookline_store::conformance::Place;
use rusqlite::{Connection, OpenFlags};

use crate::sqlite::lived_in;

/// The plan of a statement, a step a line.
fn plan(file: &Connection, sql: &str) -> Vec<String> {
    let mut statement = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("the statement is one of this schema");
    // A plan does not depend on what is bound, but for nothing at all.
    let unbound = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps = statement.query_map(rusqlite::params_from_iter(unbound), |row| row.get(3)).expect("a plan is explained");
    steps.collect::<Result<_, _>>().expect("a plan is read")
}

/// Statements, as the store puts them together, and the index that each goes by.
const OF_THE_RECORDS: &[(&str, &str)] = &[
    (
        "SELECT position FROM event WHERE workspace = ?1 AND (occurred_at, position) < (?2, ?3)
         ORDER BY occurred_at DESC, position DESC",
        "PRIMARY KEY",
    ),
    (
        "SELECT position, kind FROM event INDEXED BY event_campaign WHERE campaign = ?1 AND (occurred_at, position) < (?2, ?3)
         ORDER BY occurred_at DESC, position DESC",
        "event_campaign",
    ),
    ("SELECT listed FROM event WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3", "PRIMARY KEY"),
    ("SELECT position, listed FROM event WHERE campaign = ?1", "event_campaign"),
    (
        "SELECT occurred_at, position, listed FROM event WHERE workspace = ?1 AND (occurred_at, position) > (?2, ?3)
         ORDER BY occurred_at, position LIMIT ?4",
        "PRIMARY KEY",
    ),
    ("DELETE FROM event WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3 RETURNING contact", "PRIMARY KEY"),
    ("SELECT 1 FROM part WHERE contact = ?1 LIMIT 1", "PRIMARY KEY"),
    ("SELECT contact FROM contact_ref WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    ("SELECT first, parts FROM part WHERE contact = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1", "PRIMARY KEY"),
    (
        "SELECT created_at, id, contact FROM contact_list WHERE workspace = ?1 AND sort = ?2 AND name = ?3
         AND (created_at, id) < (?4, ?5) ORDER BY created_at DESC, id DESC",
        "PRIMARY KEY",
    ),
    ("SELECT campaign FROM campaign WHERE workspace = ?1 AND id = ?2", "campaign_id"),
    ("SELECT key FROM campaign WHERE workspace = ?1 AND platform_id = ?2", "campaign_platform_id"),
    (
        "SELECT key, last_event_at, id FROM campaign WHERE workspace = ? AND listed = 1 AND (last_event_at, id) < (?, ?)
         ORDER BY last_event_at DESC, id DESC LIMIT ?",
        "campaign_listed",
    ),
    ("SELECT other, state FROM campaign_pair WHERE campaign = ?1", "PRIMARY KEY"),
    ("SELECT contact FROM enrolled WHERE campaign = ?1", "PRIMARY KEY"),
    ("SELECT home FROM email_ref WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    (
        "SELECT at, id, home FROM email_list WHERE workspace = ?1 AND campaign = ?2 AND (at, id) < (?3, ?4)
         ORDER BY at DESC, id DESC",
        "PRIMARY KEY",
    ),
    ("SELECT id, home FROM email_moved WHERE contact = ?1", "PRIMARY KEY"),
    ("SELECT state FROM item WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    (
        "SELECT at, id FROM item WHERE workspace = ?1 AND sort = ?2 AND owner = ?3 AND listed = 1 AND (at, id) < (?4, ?5)
         ORDER BY at DESC, id DESC",
        "COVERING INDEX item_listed",
    ),
    ("SELECT position FROM item_entry WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    // Statistics.
    ("SELECT quarter, campaign, count FROM rollup WHERE workspace = ?1 AND quarter >= ?2 AND quarter < ?3", "PRIMARY KEY"),
    ("SELECT quarter, campaign, count FROM first WHERE workspace = ?1 AND quarter >= ?2 AND quarter < ?3", "PRIMARY KEY"),
    ("DELETE FROM first WHERE campaign = ?1", "first_campaign"),
];

const OF_THE_LOG: &[(&str, &str)] = &[
    ("SELECT id, claimed_at FROM claim WHERE workspace = ?1 AND hash = ?2", "PRIMARY KEY"),
    ("SELECT position, occurred_at, digest FROM entry WHERE workspace = ?1 AND id = ?2", "entry_id"),
    ("SELECT payload FROM entry WHERE position = ?1", "PRIMARY KEY"),
    ("SELECT payload FROM entry WHERE position > ?1 ORDER BY position LIMIT ?2", "PRIMARY KEY"),
    (
        "SELECT payload, position FROM entry WHERE position > ?1
         UNION ALL SELECT payload, position FROM superseded WHERE position > ?1 ORDER BY position LIMIT ?2",
        "PRIMARY KEY",
    ),
    ("SELECT payload FROM superseded WHERE position = ?1", "PRIMARY KEY"),
    ("SELECT payload FROM superseded WHERE at > ?1 ORDER BY at LIMIT ?2", "sqlite_autoindex_superseded_1"),
    (
        "SELECT payload FROM entry INDEXED BY entry_id WHERE workspace = ?1 AND (id, digest) > (?2, ?3)
         ORDER BY id, digest LIMIT ?4",
        "entry_id",
    ),
    ("SELECT count, last_at FROM duplicate WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    ("SELECT no FROM workspace WHERE id = ?1", "sqlite_autoindex_workspace_1"),
    (
        "SELECT id, body FROM quarantine WHERE workspace = ?1 AND (?2 IS NULL OR (received_at, id) < (?2, ?3))
         ORDER BY received_at DESC, id DESC LIMIT ?4",
        "quarantine_age",
    ),
    ("SELECT id FROM quarantine WHERE workspace = ?1 ORDER BY received_at, id LIMIT 1", "quarantine_age"),
    ("SELECT body FROM quarantine WHERE id = ?1 AND workspace = ?2", "PRIMARY KEY"),
    ("DELETE FROM quarantine WHERE id = ?1 AND workspace = ?2 RETURNING bytes", "PRIMARY KEY"),
    ("UPDATE quarantine SET reason = ?3, bytes = bytes + ?4 WHERE id = ?1 AND workspace = ?2", "PRIMARY KEY"),
    ("SELECT request, status, body, at FROM answer WHERE key = ?1", "sqlite_autoindex_answer_1"),
    ("DELETE FROM answer WHERE at <= ?1", "answer_age"),
    ("DELETE FROM answer WHERE no <= ?1", "PRIMARY KEY"),
    // Routing.
    ("SELECT workspace FROM campaign_home WHERE agency = ?1 AND campaign = ?2", "PRIMARY KEY"),
    ("SELECT code, text FROM waiting WHERE position = ?1", "PRIMARY KEY"),
    ("SELECT event, target FROM placed WHERE workspace = ?1 AND id = ?2 AND digest = ?3", "PRIMARY KEY"),
];

const OF_THE_DELIVERIES: &[(&str, &str)] = &[
    ("SELECT no FROM delivery WHERE subscription = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3", "delivery_subscription"),
    ("SELECT attempts FROM outbox WHERE no = ?1", "PRIMARY KEY"),
    ("SELECT attempts FROM delivery WHERE no = ?1", "PRIMARY KEY"),
    ("SELECT no, subscription FROM outbox WHERE id >= ?1 AND id <= ?2 AND ?3 IS NOT NULL LIMIT ?4", "outbox_id"),
    ("SELECT no, subscription FROM delivery WHERE id_head = ?3 AND id >= ?1 AND id <= ?2 LIMIT ?4", "delivery_id"),
];

/// Statements that sort what their index finds: what waits of one subscription.
const SORTED: &[(&str, &str)] =
    &[("SELECT no FROM outbox WHERE subscription = ?1 AND no < ?2 AND tries > 0 ORDER BY no DESC LIMIT ?3", "outbox_key")];

fn steps_are_searches(sql: &str, plan: &[String]) {
    assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{sql}\n{plan:#?}");
}

fn check(file: &Connection, statements: &[(&str, &str)]) {
    for (sql, index) in statements {
        let plan = plan(file, sql);
        steps_are_searches(sql, &plan);
        assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{sql}\n{plan:#?}");
        assert!(plan.iter().any(|step| step.contains(index)), "{index} is not used: {sql}\n{plan:#?}");
    }
}

#[tokio::test]
async fn hot_statements_go_by_an_index() {
    let (folder, _) = lived_in().await;
    // Opened and closed once more, so that what `PRAGMA optimize` found out is known to the planner.
    let store = folder.open();
    store.close().await.expect("an open store closes");
    drop(store);
    let read = |name: &str| {
        Connection::open_with_flags(folder.path().join(name), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file is there")
    };
    check(&read("records.db"), OF_THE_RECORDS);
    check(&read("log.db"), OF_THE_LOG);
    let deliveries = read("deliveries.db");
    check(&deliveries, OF_THE_DELIVERIES);
    for (sql, index) in SORTED {
        let plan = plan(&deliveries, sql);
        steps_are_searches(sql, &plan);
        assert!(plan.iter().any(|step| step.contains(index)), "{index} is not used: {sql}\n{plan:#?}");
    }
}
