//! The same histories through the embedded store: doors, claims, batches, files, and folding again.

use std::sync::Arc;

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{AgencyId, EmailId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    Append, Store, StoredEvent,
    deliveries::Deliveries,
    directory::{Agency, DirectoryChange, Workspace},
    sqlite::{SqliteOptions, SqliteStore},
};
use hookline_testkit::{events::history, reference};
use proptest::prelude::*;

const AGENCY: AgencyId = AgencyId(uuid::uuid!("22222222-2222-4222-8222-222222222222"));
pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId(uuid::uuid!("11111111-1111-4111-8111-111111111111"));
const UNROUTED: WorkspaceId = WorkspaceId(uuid::uuid!("33333333-3333-4333-8333-333333333333"));

pub(crate) fn open(folder: &std::path::Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(SqliteOptions::new(folder)).expect("a fresh folder opens"))
}

pub(crate) async fn make_workspace(store: &SqliteStore) {
    let at = Millis(1);
    let workspace = |id, reserved| Workspace { id, agency: AGENCY, name: "test".to_owned(), created_at: at, reserved };
    store
        .change_directory(vec![
            DirectoryChange::PutAgency(Agency { id: AGENCY, name: "test".to_owned(), created_at: at, unrouted: UNROUTED }),
            DirectoryChange::PutWorkspace(workspace(UNROUTED, true)),
            DirectoryChange::PutWorkspace(workspace(WORKSPACE, false)),
        ])
        .await
        .expect("a new directory takes them");
}

/// Appends everything at once, so that the writer makes its own batches.
pub(crate) async fn append_all(store: &Arc<SqliteStore>, history: &[Event]) {
    let appends: Vec<_> = history
        .iter()
        .map(|event| {
            let (store, event) = (Arc::clone(store), event.clone());
            let received_at = event.occurred_at;
            tokio::spawn(async move {
                let append =
                    Append { workspace: WORKSPACE, event, claim: None, origin: Origin::Live, received_at, raw: b"{}".to_vec() };
                store.append(append).await
            })
        })
        .collect();
    for append in appends {
        append.await.expect("no panic").expect("appended");
    }
}

pub(crate) async fn dump(store: &SqliteStore) -> String {
    serde_json::to_string_pretty(&store.dump(WORKSPACE).await.expect("the records are read")).expect("JSON prints")
}

/// Whether every event is passed on with the records that a read of each shows.
async fn snapshots_are_the_records(store: &SqliteStore) -> Result<(), TestCaseError> {
    let told = store.feed(0, u64::MAX, None).await.expect("the log is read").entries;
    let snapshots = store.snapshots(told.clone()).await.expect("the records are read");
    for (fed, snapshot) in told.iter().zip(snapshots) {
        let snapshot = snapshot.expect("what was fed is there");
        let (event, stored) = (&snapshot.event.event, &snapshot.event);
        prop_assert!(Arc::ptr_eq(event, &fed.event) && snapshot.event.received_at == fed.received_at);
        let shown = store.event(WORKSPACE, event.id, false).await.expect("an event is read").expect("it is there");
        // Of its variants another one may count.
        if shown.event == *event {
            let brief = |event: &StoredEvent| {
                (event.contact_id, event.contact_email.clone(), event.campaign_id, event.duplicates, event.origin)
            };
            prop_assert_eq!(brief(stored), brief(&shown));
        }
        let contact = match stored.contact_id {
            Some(id) => store.contact(WORKSPACE, id).await.expect("a contact is read"),
            None => None,
        };
        let campaign = match stored.campaign_id {
            Some(id) => store.campaign(WORKSPACE, id).await.expect("a campaign is read"),
            None => None,
        };
        let email = match event.email_key() {
            Some(key) => store.email(WORKSPACE, EmailId::derive(WORKSPACE, key)).await.expect("a message is read"),
            None => None,
        };
        prop_assert_eq!((snapshot.contact, snapshot.campaign, snapshot.email), (contact, campaign, email));
    }
    Ok(())
}

pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let cases = std::env::var("HOOKLINE_PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, max_shrink_iters: 2_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn the_store_equals_the_reference_model_and_itself_when_folded_again(
        (history, shuffled) in history(1..60).prop_flat_map(|history| (Just(history.clone()), Just(history).prop_shuffle())),
    ) {
        let expected = serde_json::to_string_pretty(&reference::records(WORKSPACE, &history)).expect("JSON prints");
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store = open(folder.path());
            make_workspace(&store).await;
            append_all(&store, &shuffled).await;
            prop_assert!(dump(&store).await == expected, "as appended");
            snapshots_are_the_records(&store).await?;
            store.close().await.expect("closes");
            drop(store);
            SqliteStore::forget_records(folder.path()).expect("nobody has the folder");
            let store = open(folder.path());
            prop_assert!(dump(&store).await == expected, "folded again from the log");
            store.close().await.expect("closes");
            Ok(())
        })?;
    }
}
