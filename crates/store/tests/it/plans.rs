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
    // Events: by time, of a kind, of a contact (of one key and of two), of a campaign, and further pages of these.
    (
        "SELECT position, occurred_at FROM event WHERE workspace = ? AND listed = 1
         ORDER BY occurred_at DESC, position DESC LIMIT ?",
        "event_at",
    ),
    (
        "SELECT position, occurred_at FROM event WHERE workspace = ? AND listed = 1 AND (occurred_at, position) < (?, ?)
         ORDER BY occurred_at DESC, position DESC LIMIT ?",
        "event_at",
    ),
    (
        "SELECT position, occurred_at FROM event WHERE workspace = ? AND listed = 1 AND kind = ? AND platform = ?
         AND occurred_at >= ? AND occurred_at < ? ORDER BY occurred_at DESC, position DESC LIMIT ?",
        "event_at",
    ),
    (
        "SELECT position, occurred_at FROM event WHERE workspace = ? AND listed = 1 AND contact IN (?)
         ORDER BY occurred_at DESC, position DESC LIMIT ?",
        "event_contact",
    ),
    (
        "SELECT position, occurred_at FROM event WHERE workspace = ? AND listed = 1 AND campaign IN (?)
         AND (occurred_at, position) < (?, ?) ORDER BY occurred_at DESC, position DESC LIMIT ?",
        "event_campaign",
    ),
    ("SELECT position, listed FROM event WHERE workspace = ?1 AND contact = ?2", "event_contact"),
    ("SELECT position, listed FROM event WHERE workspace = ?1 AND campaign = ?2", "event_campaign"),
    // Contacts: all, by status, by a tag among those of a status, by key, by id.
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 ORDER BY created_at DESC, id DESC LIMIT ?",
        "contact_created",
    ),
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 AND (created_at, id) < (?, ?)
         ORDER BY created_at DESC, id DESC LIMIT ?",
        "contact_created",
    ),
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 AND status = ?
         ORDER BY created_at DESC, id DESC LIMIT ?",
        "contact_status",
    ),
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 AND status = ? AND instr(tags, ?) > 0
         AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
        "contact_status",
    ),
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 AND instr(search, ?) > 0
         ORDER BY created_at DESC, id DESC LIMIT ?",
        "contact_created",
    ),
    (
        "SELECT key, created_at, id FROM contact WHERE workspace = ? AND listed = 1 AND id IN (?)
         ORDER BY +created_at DESC, id DESC LIMIT ?",
        "PRIMARY KEY",
    ),
    ("SELECT key FROM contact WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    ("SELECT other, state FROM contact_pair WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    // Campaigns.
    (
        "SELECT key, last_event_at, id FROM campaign WHERE workspace = ? AND listed = 1
         ORDER BY last_event_at DESC, id DESC LIMIT ?",
        "campaign_listed",
    ),
    ("SELECT key FROM campaign WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    ("SELECT key FROM campaign WHERE workspace = ?1 AND platform_id = ?2", "campaign_platform_id"),
    ("SELECT other, state FROM campaign_pair WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
    // Enrollments.
    ("SELECT campaign FROM enrollment WHERE workspace = ?1 AND contact = ?2", "PRIMARY KEY"),
    ("SELECT contact, state FROM enrollment WHERE workspace = ?1 AND campaign = ?2", "enrollment_campaign"),
    // Messages.
    ("SELECT key, at, id, state FROM email WHERE workspace = ? ORDER BY at DESC, id DESC LIMIT ?", "email_at"),
    (
        "SELECT key, at, id, state FROM email WHERE workspace = ? AND contact IN (?) ORDER BY at DESC, id DESC LIMIT ?",
        "email_contact",
    ),
    (
        "SELECT key, at, id, state FROM email WHERE workspace = ? AND campaign IN (?) AND (at, id) < (?, ?)
         ORDER BY at DESC, id DESC LIMIT ?",
        "email_campaign",
    ),
    ("SELECT key FROM email WHERE workspace = ?1 AND id = ?2", "PRIMARY KEY"),
];

const OF_THE_LOG: &[(&str, &str)] = &[
    ("SELECT id, claimed_at FROM claim WHERE workspace = ?1 AND hash = ?2", "PRIMARY KEY"),
    ("SELECT position, occurred_at, digest FROM entry WHERE workspace = ?1 AND id = ?2", "entry_id"),
    ("SELECT payload FROM entry WHERE position = ?1", "PRIMARY KEY"),
    ("SELECT payload FROM entry WHERE position > ?1 ORDER BY position LIMIT ?2", "PRIMARY KEY"),
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
];

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
    // A contact of two keys: the planner may go by either and sort, or by time and skip.
    for list in ["event WHERE workspace = ? AND listed = 1 AND contact", "event WHERE workspace = ? AND listed = 1 AND campaign"]
    {
        let sql = format!("SELECT position FROM {list} IN (?, ?) ORDER BY occurred_at DESC, position DESC LIMIT ?");
        steps_are_searches(&sql, &plan(&read("records.db"), &sql));
    }
}
