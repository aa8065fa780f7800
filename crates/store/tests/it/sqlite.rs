//! The two files: who may open them, what is refused, and what is folded anew.

use std::{fs, path::Path, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::{ContactRef, Event, Facts},
    id::{AgencyId, EventId, WorkspaceId},
    identity::Identity,
    key::{CampaignKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    route::{Decision, Waiting, WaitingCode},
    time::{Millis, TimeSource},
};
use hookline_store::{
    Append, Error, RebuildKeys, Store,
    conformance::Place,
    directory::{Agency, DirectoryChange, Workspace},
    sqlite::SqliteStore,
};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::{Folder, options};

/// The workspace of these tests.
pub(crate) const ACME: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

/// The folder has an agency and a workspace from now on.
pub(crate) async fn make_workspace(store: &dyn Store) {
    let (agency, created_at) = (AgencyId(Uuid::from_u128(2)), Millis(0));
    let unrouted = WorkspaceId(Uuid::from_u128(3));
    let changes = vec![
        DirectoryChange::PutAgency(Agency { id: agency, name: "Reach".to_owned(), created_at, unrouted }),
        DirectoryChange::PutWorkspace(Workspace { id: ACME, agency, name: "ACME".to_owned(), created_at, reserved: false }),
    ];
    store.change_directory(changes).await.expect("a fresh store takes an agency");
}

/// The n-th message that was sent: to one of ten contacts, in one of three campaigns.
pub(crate) fn delivery(n: i64) -> Append {
    let address = format!("contact{}@x.example", n % 10);
    let external = |id: String| ExternalId { platform: Platform::Smartlead, account: String::new(), id };
    let campaign = CampaignKey::External(external((n % 3).to_string()));
    let occurred_at = Millis(1_770_796_800_000 + n);
    let identity = Identity::new(Platform::Smartlead, "", Kind::EmailSent).part("contact", &address);
    let outbound = hookline_model::event::MessageFacts {
        key: Some(EmailKey::Sent(external(format!("message {n}")))),
        body_text: Some(format!("Dear contact {n}")),
        ..Default::default()
    };
    let event = Event {
        id: EventId::derive(occurred_at, &identity.digest()),
        kind: Kind::EmailSent,
        platform: Platform::Smartlead,
        account: None,
        occurred_at,
        time_source: TimeSource::Stated,
        contact: Some(ContactRef { email: EmailAddress::parse(&address).ok(), external: None }),
        campaign: Some(hookline_model::event::CampaignRef { key: campaign, name: None, status_mentioned: None }),
        sending_account: None,
        outbound: Some(Box::new(outbound)),
        inbound: None,
        facts: Facts::default(),
    };
    Append { workspace: ACME, event, claim: None, origin: Origin::Live, received_at: occurred_at, raw: b"{}".to_vec() }
}

/// Takes from a log what came with the sixth schema.
const UNDO_ROUTING: &str =
    "DROP TABLE route; DROP TABLE instance; DROP TABLE campaign_home; DROP TABLE waiting; DROP TABLE placed;";

/// A folder with thirty messages in it, and the dump of their records.
pub(crate) async fn lived_in() -> (Folder, Value) {
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    for n in 0..30 {
        store.append(delivery(n)).await.expect("an append is answered");
    }
    let dump = store.dump(ACME).await.expect("a dump is answered");
    store.close().await.expect("an open store closes");
    (folder, dump)
}

/// Changes records.db behind the store's back.
fn spoil_records(folder: &Folder, sql: &str) {
    let file = Connection::open(folder.path().join("records.db")).expect("it is a SQLite file");
    file.execute_batch(sql).expect("the tables are there");
}

fn change_pragma(path: &Path, name: &str, value: i64) {
    let file = Connection::open(path).expect("it is a SQLite file");
    file.pragma_update(None, name, value).expect("a pragma can be changed");
}

fn read_pragma(path: &Path, name: &str) -> i64 {
    let file = Connection::open(path).expect("it is a SQLite file");
    file.pragma_query_value(None, name, |row| row.get(0)).expect("a pragma can be read")
}

fn refusal(folder: &Folder) -> Error {
    match SqliteStore::open(options(folder.path())) {
        Ok(_) => panic!("the folder opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_folder_that_is_open_cannot_be_opened_again() {
    let folder = Folder::new();
    let store = folder.open();
    let refused = refusal(&folder);
    assert!(matches!(&refused, Error::Conflict(text) if text.contains("in use")), "{refused}");
    assert!(matches!(SqliteStore::forget_records(folder.path()), Err(Error::Conflict(_))));
    store.ready().await.expect("the first one goes on");
    store.close().await.expect("an open store closes");
    drop(store);
    folder.open().ready().await.expect("the folder is free again");
}

#[tokio::test]
async fn a_store_that_is_dropped_without_closing_keeps_everything() {
    let (folder, _) = lived_in().await;
    let store = folder.open();
    store.append(delivery(100)).await.expect("an append is answered");
    let dump = store.dump(ACME).await.expect("a dump is answered");
    drop(store);
    let store = folder.open();
    assert_eq!(store.status().committed, 31);
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
}

#[test]
fn a_foreign_file_as_log_is_refused_and_left_as_it_is() {
    for application in [0, 0x1234] {
        let folder = Folder::new();
        let path = folder.path().join("log.db");
        let foreign = Connection::open(&path).expect("a file can be made");
        foreign.execute_batch("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('milk')").expect("a table can be made");
        foreign.pragma_update(None, "application_id", application).expect("a pragma can be changed");
        drop(foreign);
        let before = fs::read(&path).expect("the file is there");
        let refused = refusal(&folder);
        let clear = matches!(&refused, Error::Conflict(text) if text.contains("log.db") && text.contains("hookline"));
        assert!(clear, "application id {application}: {refused}");
        assert!(fs::read(&path).expect("the file is there") == before, "application id {application}: the file was changed");
    }
}

#[test]
fn a_log_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let path = folder.path().join("log.db");
    let garbage = b"Dear diary, today nothing happened. ".repeat(1_000);
    fs::write(&path, &garbage).expect("a file can be written");
    let refused = refusal(&folder);
    assert!(refused.to_string().contains("not a database"), "{refused}");
    assert!(fs::read(&path).expect("the file is there") == garbage);
}

#[tokio::test]
async fn a_log_of_a_newer_schema_is_refused() {
    let (folder, dump) = lived_in().await;
    let path = folder.path().join("log.db");
    let current = read_pragma(&path, "user_version");
    change_pragma(&path, "user_version", 1_000);
    let refused = refusal(&folder);
    assert!(matches!(&refused, Error::Conflict(text) if text.contains("log.db") && text.contains("newer")), "{refused}");
    change_pragma(&path, "user_version", current);
    assert_eq!(folder.open().dump(ACME).await.expect("a dump is answered"), dump, "nothing was done to it");
}

#[tokio::test]
async fn a_log_of_the_first_schema_is_brought_to_the_current_one() {
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    // No dictionary is made for the events of this platform, as for none of the first schema's.
    let mut old = delivery(0);
    old.event.platform = Platform::Hookline;
    store.append(old.clone()).await.expect("an append is answered");
    let dump = store.dump(ACME).await.expect("a dump is answered");
    store.close().await.expect("an open store closes");
    drop(store);
    let path = folder.path().join("log.db");
    let log = Connection::open(&path).expect("the log can be opened");
    let tables = "DROP TABLE superseded; DROP TABLE source; DROP TABLE subscription";
    let undo = format!("{UNDO_ROUTING} ALTER TABLE entry DROP COLUMN dictionary; {tables}");
    log.execute_batch(&undo).expect("a column and tables can be dropped");
    drop(log);
    change_pragma(&path, "user_version", 1);
    let store = folder.open();
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
    let event = store.event(ACME, old.event.id, true).await.expect("an event is answered").expect("the event is there");
    assert_eq!((&*event.event, event.raw), (&old.event, Some(old.raw)));
    assert!(!store.append(delivery(1)).await.expect("an append is answered").duplicate);
}

#[tokio::test]
async fn a_log_of_a_former_schema_is_brought_to_the_current_one() {
    // By version, the tables that came after it.
    for (version, later) in
        [(2, &["superseded", "source", "subscription"][..]), (3, &["source", "subscription"]), (4, &["subscription"]), (5, &[])]
    {
        let (folder, dump) = lived_in().await;
        let path = folder.path().join("log.db");
        let current = read_pragma(&path, "user_version");
        let log = Connection::open(&path).expect("the log can be opened");
        for table in later {
            log.execute_batch(&format!("DROP TABLE {table}")).expect("a table can be dropped");
        }
        log.execute_batch(UNDO_ROUTING).expect("tables can be dropped");
        drop(log);
        change_pragma(&path, "user_version", version);
        let store = folder.open();
        assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
        store.close().await.expect("an open store closes");
        drop(store);
        let log = Connection::open(&path).expect("the log can be opened");
        for table in later {
            let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            assert_eq!(log.query_row(&format!("SELECT count(*) FROM {table}"), [], count), Ok(0), "the table is there");
        }
        assert_eq!(read_pragma(&path, "user_version"), current);
    }
}

#[tokio::test]
async fn a_log_of_the_fifth_schema_learns_where_campaigns_were_seen() {
    let (folder, dump) = lived_in().await;
    let path = folder.path().join("log.db");
    let log = Connection::open(&path).expect("the log can be opened");
    log.execute_batch(UNDO_ROUTING).expect("tables can be dropped");
    drop(log);
    change_pragma(&path, "user_version", 5);
    let store = folder.open();
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
    let reserved = WorkspaceId(Uuid::from_u128(3));
    let (name, agency, created_at) = ("unrouted".to_owned(), AgencyId(Uuid::from_u128(2)), Millis(0));
    let workspace = Workspace { id: reserved, agency, name, created_at, reserved: true };
    store.change_directory(vec![DirectoryChange::PutWorkspace(workspace)]).await.expect("a workspace is made");
    let waiting = Waiting { code: WaitingCode::NoRule, text: String::new() };
    let next = Append { workspace: reserved, ..delivery(31) };
    let delivered = store.deliver(next, Decision::AskKnown(waiting)).await.expect("a delivery is answered");
    assert_eq!(delivered.workspace, Some(ACME));
}

/// Does something to the records of a folder, and checks that they come out the same.
async fn check_folded_anew(what: &str, harm: impl FnOnce(&Path)) {
    let (folder, dump) = lived_in().await;
    harm(&folder.path().join("records.db"));
    let store = folder.open();
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump, "{what}");
    let status = store.status();
    assert_eq!((status.committed, status.folded), (30, 30), "{what}");
    assert!(store.append(delivery(0)).await.expect("an append is answered").duplicate, "{what}");
    store.append(delivery(30)).await.expect("an append is answered");
    let dump = store.dump(ACME).await.expect("a dump is answered");
    assert_eq!(dump["emails"].as_array().map(Vec::len), Some(31), "{what}");
    store.close().await.expect("an open store closes");
    drop(store);
    assert_eq!(folder.open().dump(ACME).await.expect("a dump is answered"), dump, "{what}");
}

#[tokio::test]
async fn records_that_are_garbage_are_folded_anew() {
    check_folded_anew("garbage", |records| fs::write(records, b"garbage ".repeat(10_000)).expect("a file can be written")).await;
    check_folded_anew("an empty file", |records| fs::write(records, b"").expect("a file can be written")).await;
    check_folded_anew("a file of somebody else", |records| {
        fs::remove_file(records).expect("the file is there");
        let foreign = Connection::open(records).expect("a file can be made");
        foreign.execute_batch("CREATE TABLE contact (name TEXT)").expect("a table can be made");
    })
    .await;
}

#[tokio::test]
async fn records_of_another_version_are_folded_anew() {
    for version in [0, 2, 1_000] {
        check_folded_anew(&format!("version {version}"), |records| change_pragma(records, "user_version", version)).await;
    }
    check_folded_anew("another application", |records| change_pragma(records, "application_id", 7)).await;
}

#[tokio::test]
async fn records_that_are_gone_are_folded_anew() {
    check_folded_anew("deleted", |records| fs::remove_file(records).expect("the file is there")).await;
    check_folded_anew("forgotten", |records| {
        let folder = records.parent().expect("the file is in a folder");
        SqliteStore::forget_records(folder).expect("the folder is free");
        assert!(!records.exists());
    })
    .await;
}

#[tokio::test]
async fn records_that_are_behind_or_ahead_of_the_log_are_brought_level() {
    let (folder, dump) = lived_in().await;
    let records = folder.path().join("records.db");
    let older = fs::read(&records).expect("the file is there");
    let store = folder.open();
    store.append(delivery(50)).await.expect("an append is answered");
    let newer_dump = store.dump(ACME).await.expect("a dump is answered");
    store.close().await.expect("an open store closes");
    drop(store);
    let newer = fs::read(&records).expect("the file is there");

    // Behind: as after a power cut.
    fs::write(&records, &older).expect("a file can be written");
    let store = folder.open();
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), newer_dump);
    drop(store);

    // Ahead: a log that was put back from a backup.
    let (other, _) = lived_in().await;
    fs::write(other.path().join("records.db"), &newer).expect("a file can be written");
    assert_eq!(other.open().dump(ACME).await.expect("a dump is answered"), dump);
}

#[tokio::test]
async fn forgetting_records_of_an_empty_folder_is_no_error() {
    let folder = Folder::new();
    SqliteStore::forget_records(folder.path()).expect("there is nothing to forget");
    folder.open().ready().await.expect("the folder can be used");
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let outer = Folder::new();
    let inner = outer.path().join("made/for/hookline");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options(&inner)).expect("the folder is made"));
    store.ready().await.expect("the folder can be used");
    let mode = fs::metadata(&inner).expect("the folder is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn statistics_that_are_wrong_are_put_right_by_a_rebuild_of_their_campaigns() {
    let (folder, dump) = lived_in().await;
    spoil_records(
        &folder,
        "UPDATE first SET count = count + 5; UPDATE rollup SET count = count + 5;
         INSERT INTO first SELECT workspace, quarter - 900000, campaign, counter + 1, 1 FROM first;
         INSERT INTO rollup SELECT workspace, quarter - 900000, campaign, platform, kind, 7, 0, 1 FROM rollup;",
    );
    let store = folder.open();
    let spoilt = store.dump(ACME).await.expect("a dump is answered");
    let campaigns = ["0", "1", "2"]
        .map(|id| CampaignKey::External(ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() }));
    let keys = RebuildKeys { campaigns: campaigns.into(), ..RebuildKeys::default() };
    store.rebuild(ACME, keys).await.expect("a rebuild is answered");
    let rebuilt = store.dump(ACME).await.expect("a dump is answered");
    for list in ["rollups", "firsts"] {
        assert!(dump[list].as_array().is_some_and(|rows| rows.len() == 3) && spoilt[list] != dump[list], "{list}");
    }
    assert_eq!(rebuilt, dump);
    store.close().await.expect("an open store closes");
}
