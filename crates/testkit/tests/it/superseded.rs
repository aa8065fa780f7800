//! Histories in which entries are superseded: the store equals the reference model applied to those that are not, in any
//! batching, after a rebuild and when the log is folded again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hookline_model::{entry::Origin, event::Event, id::EventId, key::EmailKey, time::Millis};
use hookline_store::{
    Append, RebuildKeys, Store,
    query::PageRequest,
    rerun::{Reading, Received, Reread, Rerun, RerunFilter},
    sqlite::SqliteStore,
};
use hookline_testkit::{
    events::{Rereading, history, rereadings},
    reference,
};
use proptest::prelude::*;

use crate::stored::{WORKSPACE, append_all, cases, dump, make_workspace, open};

/// The entries that are not superseded, by what makes them one.
#[derive(Default)]
struct Living(BTreeMap<(EventId, u64), Event>);

impl Living {
    fn add(&mut self, event: &Event) {
        self.0.insert((event.id, event.content_digest()), event.clone());
    }

    fn reread(&mut self, old: &Event, new: &Event) -> Reread {
        let key = |event: &Event| (event.id, event.content_digest());
        if key(old) == key(new) {
            return Reread::Same;
        }
        self.0.remove(&key(old));
        let duplicate = self.0.insert(key(new), new.clone()).is_some();
        Reread::Superseded { event_id: new.id, duplicate }
    }

    fn records(&self) -> String {
        let events: Vec<Event> = self.0.values().cloned().collect();
        serde_json::to_string_pretty(&reference::records(WORKSPACE, &events)).expect("JSON prints")
    }

    /// Every key that an entry has, or ever had.
    fn keys<'e>(events: impl Iterator<Item = &'e Event>) -> RebuildKeys {
        let (mut contacts, mut campaigns, mut emails) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::<EmailKey>::new());
        let mut items = BTreeSet::new();
        for event in events {
            contacts.extend(event.contact_key());
            campaigns.extend(event.campaign_key().cloned());
            emails.extend(event.outbound_key().into_iter().chain(event.inbound_key()).cloned());
            items.extend(event.item_key());
        }
        RebuildKeys {
            contacts: contacts.into_iter().collect(),
            campaigns: campaigns.into_iter().collect(),
            emails: emails.into_iter().collect(),
            items: items.into_iter().collect(),
        }
    }
}

/// Every entry of the workspace, in pages.
async fn entries(store: &SqliteStore, limit: usize) -> Vec<Received> {
    let filter = RerunFilter { since: Millis(i64::MIN), until: Millis(i64::MAX), platform: None };
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = store.received(WORKSPACE, filter, PageRequest { limit, after }).await.expect("a page is read");
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// Supersedes as the rereadings say, and notes it in `living`.
async fn reread(store: &SqliteStore, living: &mut Living, rereadings: &[Rereading], limit: usize) {
    let rows = entries(store, limit).await;
    assert_eq!(rows.len(), living.0.len(), "a walk meets every entry once");
    let (mut readings, mut expected, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
    for rereading in rereadings {
        let Some(row) = rows.get(rereading.place % rows.len().max(1)) else { continue };
        if !taken.insert(row.position) {
            continue;
        }
        let (workspace, received_at, raw) = (WORKSPACE, row.received_at, row.raw.clone());
        let event = rereading.of(&row.event);
        expected.push(living.reread(&row.event, &event));
        let append = Append { workspace, event, claim: None, origin: Origin::Rerun, received_at, raw };
        readings.push(Reading { position: row.position, append });
    }
    let dry = Rerun { readings: readings.clone(), is_dry: true, answer: None };
    assert_eq!(store.supersede(WORKSPACE, dry).await.expect("a dry run is answered"), expected);
    let made = Rerun { readings, is_dry: false, answer: None };
    assert_eq!(store.supersede(WORKSPACE, made).await.expect("a rerun is answered"), expected);
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn a_store_with_superseded_entries_equals_the_reference_model_of_the_others(
        rounds in prop::collection::vec((history(0..25).prop_shuffle().boxed(), rereadings(0..8).boxed(), any::<bool>()), 1..5).boxed(),
        limit in 1..20usize,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store: Arc<SqliteStore> = open(folder.path());
            make_workspace(&store).await;
            let (mut living, mut ever) = (Living::default(), Vec::new());
            for (history, rereadings, is_read) in &rounds {
                append_all(&store, history).await;
                history.iter().for_each(|event| living.add(event));
                ever.extend(living.0.values().cloned());
                reread(&store, &mut living, rereadings, limit).await;
                ever.extend(living.0.values().cloned());
                if *is_read {
                    prop_assert!(dump(&store).await == living.records(), "as superseded");
                }
            }
            let expected = living.records();
            prop_assert!(dump(&store).await == expected, "in the end");
            let different = store.rebuild(WORKSPACE, Living::keys(ever.iter())).await.expect("a rebuild is answered");
            prop_assert_eq!(different, 0, "a rebuild of every key that there ever was");
            prop_assert!(dump(&store).await == expected, "rebuilt");
            store.close().await.expect("closes");
            drop(store);
            let store = open(folder.path());
            prop_assert!(dump(&store).await == expected, "reopened");
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
