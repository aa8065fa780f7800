//! What an append asks of the tables of routing: nothing, once its campaign is known.

use hookline_store::conformance::Place;
use rusqlite::Connection;

use crate::{
    Folder,
    sqlite::{delivery, make_workspace},
};

fn homes(log: &Connection) -> i64 {
    log.query_row("SELECT count(*) FROM campaign_home", [], |row| row.get(0)).expect("the table is there")
}

#[tokio::test]
async fn an_append_of_a_known_campaign_writes_and_asks_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    for n in 0..3 {
        store.append(delivery(n)).await.expect("an append is answered");
    }
    let log = Connection::open(folder.path().join("log.db")).expect("the log can be opened");
    assert_eq!(homes(&log), 3);
    // Whoever asked would find nothing, and write it again.
    log.execute_batch("DELETE FROM campaign_home").expect("rows can be deleted");
    for n in 3..30 {
        store.append(delivery(n)).await.expect("an append is answered");
    }
    assert_eq!(homes(&log), 0);
    store.close().await.expect("an open store closes");
    drop(store);
    // A store that was opened again remembers nothing, and asks once for each.
    let store = folder.open();
    for n in 30..40 {
        store.append(delivery(n)).await.expect("an append is answered");
    }
    assert_eq!(homes(&log), 3);
}
