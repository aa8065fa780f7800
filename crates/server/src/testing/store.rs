//! A store that remembers what it was given and fails when told to. It promises nothing else: what a store means is decided by
//! the conformance suite, not here.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hookline_model::{
    id::{AgencyId, CampaignId, ContactId, EmailId, EventId, ItemId, QuarantineId, WorkspaceId},
    item::ItemSort,
    key::{CampaignKey, ExternalId},
    platform::Platform,
    record::{Campaign, Contact, Email, Erasure, Item},
    route::{Decision, Route, Routes, Waiting},
    time::Millis,
};
use hookline_store::{
    Answer, Append, Appended, Duplicates, Error, Quarantined, RebuildKeys, Status, Store, StoredEvent,
    answers::KeptAnswer,
    directory::{AddressOwner, AddressRow, Agency, ApiKey, Directory, DirectoryChange, KeyScope, Workspace},
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter, Page, PageRequest},
    rerun::{Received, Reread, Rerun, RerunFilter},
    routing::{Delivered, Placed, Placing, Unplaced},
    search::{Found, SearchQuery},
    settle::{MakeAnswer, Settled, Settlement},
    shapes::ShapesRow,
    source::Source,
    stats::{STATS_ROWS_WALKED_MAX, StatsBy, StatsFilter, StatsRow, Tally},
    subscriptions::Subscription,
};

/// The store.
#[derive(Default)]
pub(crate) struct FakeStore(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    agencies: Vec<Agency>,
    workspaces: Vec<Workspace>,
    addresses: Vec<AddressRow>,
    keys: Vec<ApiKey>,
    sources: Vec<Source>,
    key_check: Option<Vec<u8>>,
    /// As of the last change.
    directory: Option<Arc<Directory>>,
    routes: Vec<Route>,
    instances: Vec<(AgencyId, String)>,
    appended: Vec<Append>,
    quarantined: Vec<Quarantined>,
    subscriptions: Vec<Subscription>,
    shapes: Vec<ShapesRow>,
    answers: Vec<KeptAnswer>,
    answers_on_their_way: bool,
    error: Option<Error>,
    panics: bool,
    asked: Vec<String>,
}

impl FakeStore {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What every call answers from now on.
    pub(crate) fn fail(&self, error: Option<Error>) {
        self.kept().error = error;
    }

    /// Every call panics from now on.
    pub(crate) fn panic(&self) {
        self.kept().panics = true;
    }

    pub(crate) fn appended(&self) -> Vec<Append> {
        self.kept().appended.clone()
    }

    pub(crate) fn quarantined(&self) -> Vec<Quarantined> {
        self.kept().quarantined.clone()
    }

    /// The next answer that is looked up is not there yet, as while its change is on the way to the disk.
    pub(crate) fn delay_answer(&self) {
        self.kept().answers_on_their_way = true;
    }

    pub(crate) fn answers(&self) -> Vec<KeptAnswer> {
        self.kept().answers.clone()
    }

    /// The last filter and page that were asked for.
    pub(crate) fn asked(&self) -> String {
        self.kept().asked.last().cloned().unwrap_or_default()
    }

    /// Whether it answers at the moment.
    pub(super) fn works(&self) -> Result<(), Error> {
        self.enter().map(|_| ())
    }

    /// The store, unless it is to fail.
    fn enter(&self) -> Result<MutexGuard<'_, Kept>, Error> {
        let kept = self.kept();
        assert!(!kept.panics, "told to");
        kept.error.clone().map_or(Ok(kept), Err)
    }

    fn list<'a, T: Send + 'a>(&'a self, workspace: WorkspaceId, filter: &dyn Debug, page: &PageRequest) -> Answer<'a, Page<T>> {
        let entered = self.enter().map(|mut kept| kept.asked.push(format!("{workspace} {filter:?} {page:?}")));
        answer(entered.map(|()| Page { rows: Vec::new(), next: None }))
    }
}

/// The keys of every campaign.
pub(crate) fn campaign_keys() -> Vec<CampaignKey> {
    let key = |id: &str| ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() };
    ["41", "42"].map(|id| CampaignKey::External(key(id))).into()
}

/// Every item: an address on the block list.
fn blocked(id: ItemId) -> Item {
    Item {
        id,
        sort: ItemSort::Block,
        platform: Platform::Hookline,
        account: None,
        external_id: "nobody@halden.example".to_owned(),
        contact_id: None,
        contact_email: None,
        fields: serde_json::Map::new(),
        created_at: Some(Millis(1_770_796_800_000).to_string()),
        updated_at: None,
    }
}

pub(super) fn answer<'a, T: Send + 'a>(result: Result<T, Error>) -> Answer<'a, T> {
    Box::pin(async move { result })
}

impl Kept {
    fn apply(&mut self, change: DirectoryChange) {
        match change {
            DirectoryChange::PutAgency(row) => {
                self.agencies.retain(|old| old.id != row.id);
                self.agencies.push(row);
            }
            DirectoryChange::DeleteAgency(id) => {
                self.agencies.retain(|row| row.id != id);
                let workspaces: Vec<WorkspaceId> =
                    self.workspaces.iter().filter(|row| row.agency == id).map(|row| row.id).collect();
                workspaces.into_iter().for_each(|id| self.apply(DirectoryChange::DeleteWorkspace(id)));
                self.addresses.retain(|row| row.owner != AddressOwner::Agency(id));
                self.sources.retain(|row| row.owner != AddressOwner::Agency(id));
                self.keys.retain(|row| row.scope != KeyScope::Agency(id));
                self.routes.retain(|row| row.agency != id);
            }
            DirectoryChange::PutWorkspace(row) => {
                self.workspaces.retain(|old| old.id != row.id);
                self.workspaces.push(row);
            }
            DirectoryChange::DeleteWorkspace(id) => {
                self.workspaces.retain(|row| row.id != id);
                self.addresses.retain(|row| row.owner != AddressOwner::Workspace(id));
                self.sources.retain(|row| row.owner != AddressOwner::Workspace(id));
                self.keys.retain(|row| row.scope != KeyScope::Workspace(id));
                self.routes.retain(|row| row.workspace != id);
            }
            DirectoryChange::PutAddress(row) => self.addresses.push(row),
            DirectoryChange::DeleteAddress(address) => self.addresses.retain(|row| row.address != address),
            DirectoryChange::PutKey(row) => self.keys.push(row),
            DirectoryChange::DeleteKey(id) => self.keys.retain(|row| row.id != id),
            DirectoryChange::PutSubscription(row) => {
                let old = self.subscriptions.iter().position(|old| old.id == row.id);
                let old = old.map(|place| self.subscriptions.swap_remove(place));
                let standing = old.map(|old| (old.status, old.status_reason, old.status_at));
                let (status, status_reason, status_at) =
                    standing.unwrap_or_else(|| (row.status, row.status_reason.clone(), row.status_at));
                self.subscriptions.push(Subscription { status, status_reason, status_at, ..*row });
            }
            // Whether it is as it was is for a store to say that two can write to at once.
            DirectoryChange::ChangeSubscription { to, .. } => self.apply(DirectoryChange::PutSubscription(to)),
            DirectoryChange::SetSubscriptionStatus { id, status, reason, at } => {
                for row in self.subscriptions.iter_mut().filter(|row| row.id == id) {
                    (row.status, row.status_reason, row.status_at) = (status, reason.clone(), at);
                }
            }
            DirectoryChange::DeleteSubscription(id) => self.subscriptions.retain(|row| row.id != id),
            DirectoryChange::PutRoute(row) => self.routes.push(row),
            DirectoryChange::DeleteRoute(id) => self.routes.retain(|row| row.id != id),
            DirectoryChange::PutInstance(agency, instance) => self.instances.push((agency, instance)),
            DirectoryChange::KeepAnswer(answer) => self.answers.push(answer),
            DirectoryChange::PutSource(row) => {
                self.sources.retain(|old| (old.owner, old.platform) != (row.owner, row.platform));
                self.sources.push(row);
            }
            DirectoryChange::DeleteSource(owner, platform) => {
                self.sources.retain(|row| (row.owner, row.platform) != (owner, platform));
            }
            DirectoryChange::PutKeyCheck(check) => self.key_check = Some(check),
        }
    }

    fn append(&mut self, delivery: Append) -> Appended {
        let event_id = delivery.event.id;
        let same = |row: &Append| row.workspace == delivery.workspace && row.event.id == event_id;
        let duplicate = self.appended.iter().any(same);
        if !duplicate {
            self.appended.push(delivery);
        }
        Appended { event_id, duplicate }
    }

    fn routes(&self) -> HashMap<AgencyId, Arc<Routes>> {
        let of_one = |agency: &Agency| {
            let rows = self.routes.iter().filter(|row| row.agency == agency.id).cloned().collect();
            let own = self.instances.iter().filter(|(of, _)| *of == agency.id);
            let instances: BTreeSet<String> = own.map(|(_, instance)| instance.clone()).collect();
            (agency.id, Arc::new(Routes::new(rows, instances)))
        };
        self.agencies.iter().map(of_one).collect()
    }

    fn settle(&mut self, workspace: WorkspaceId, settlement: Settlement) -> Settled {
        let same = |row: &Quarantined| (row.workspace, row.id) == (workspace, settlement.id());
        let Some(place) = self.quarantined.iter().position(same) else { return Settled::NotThere };
        match settlement {
            Settlement::Stay(_, reason) => {
                self.quarantined[place].reason = reason;
                Settled::Stayed
            }
            Settlement::Discard(_) => {
                self.quarantined.remove(place);
                Settled::Discarded
            }
            Settlement::Release(_, delivery) => {
                self.quarantined.remove(place);
                Settled::Released(self.append(*delivery))
            }
        }
    }

    fn events(&self, workspace: WorkspaceId) -> impl DoubleEndedIterator<Item = StoredEvent> {
        self.appended.iter().filter(move |row| row.workspace == workspace).map(|row| StoredEvent {
            event: Arc::new(row.event.clone()),
            workspace: row.workspace,
            origin: row.origin,
            received_at: row.received_at,
            duplicates: Duplicates::default(),
            contact_id: None,
            contact_email: None,
            campaign_id: None,
            raw: Some(row.raw.clone()),
        })
    }
}

impl Store for FakeStore {
    fn append(&self, delivery: Append) -> Answer<'_, Appended> {
        answer(self.enter().map(|mut kept| kept.append(delivery)))
    }

    fn record(&self, delivery: Append, kept_answer: Option<KeptAnswer>) -> Answer<'_, Appended> {
        answer(self.enter().map(|mut kept| {
            kept.answers.extend(kept_answer);
            kept.append(delivery)
        }))
    }

    fn quarantine(&self, delivery: Quarantined) -> Answer<'_, ()> {
        answer(self.enter().map(|mut kept| kept.quarantined.push(delivery)))
    }

    fn quarantined(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Quarantined>> {
        answer(self.enter().map(|kept| {
            let place = |row: &Quarantined| (row.received_at, row.id.0.as_bytes().to_vec());
            let is_behind =
                |row: &&Quarantined| page.after.as_ref().is_none_or(|after| place(row) < (after.at, after.key.clone()));
            let own = kept.quarantined.iter().filter(|row| row.workspace == workspace).filter(is_behind);
            let mut rows: Vec<Quarantined> = own.cloned().collect();
            rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
            rows.truncate(page.limit);
            let next = rows.last().filter(|_| rows.len() == page.limit).map(Quarantined::cursor);
            Page { rows, next }
        }))
    }

    fn quarantined_one(&self, workspace: WorkspaceId, id: QuarantineId) -> Answer<'_, Option<Quarantined>> {
        answer(self.enter().map(|kept| kept.quarantined.iter().find(|row| (row.workspace, row.id) == (workspace, id)).cloned()))
    }

    fn settle(
        &self,
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        make_answer: Option<MakeAnswer>,
    ) -> Answer<'_, Vec<Settled>> {
        answer(self.enter().map(|mut kept| {
            let settled: Vec<Settled> = settlements.into_iter().map(|one| kept.settle(workspace, one)).collect();
            kept.answers.extend(make_answer.and_then(|make| make(&settled)));
            settled
        }))
    }

    fn received(&self, workspace: WorkspaceId, filter: RerunFilter, page: PageRequest) -> Answer<'_, Page<Received>> {
        self.list(workspace, &filter, &page)
    }

    fn supersede(&self, _: WorkspaceId, rerun: Rerun) -> Answer<'_, Vec<Reread>> {
        answer(self.enter().map(|mut kept| {
            let reread = vec![Reread::Same; rerun.readings.len()];
            kept.answers.extend(rerun.answer.and_then(|make| make(&reread)));
            reread
        }))
    }

    fn deliver(&self, delivery: Append, decision: Decision) -> Answer<'_, Delivered> {
        answer(self.enter().map(|mut kept| {
            let workspace = match decision {
                Decision::Workspace(workspace) => Some(workspace),
                Decision::AskKnown(_) | Decision::Wait(_) => None,
            };
            let appended = kept.append(Append { workspace: workspace.unwrap_or(delivery.workspace), ..delivery });
            Delivered { appended, workspace }
        }))
    }

    fn unplaced(&self, reserved: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Unplaced>> {
        answer(self.enter().map(|mut kept| {
            kept.asked.push(format!("{reserved} {page:?}"));
            let unplaced = |stored| Unplaced { stored, waiting: Waiting::not_tried() };
            let rows = kept.events(reserved).rev().map(|stored| unplaced(StoredEvent { raw: None, ..stored })).collect();
            Page { rows, next: None }
        }))
    }

    fn place(&self, _: WorkspaceId, placing: Placing) -> Answer<'_, Vec<Placed>> {
        answer(self.enter().map(|mut kept| {
            let placed = vec![Placed::NotThere; placing.placements.len()];
            kept.answers.extend(placing.answer.and_then(|make| make(&placed)));
            placed
        }))
    }

    fn kept_answer(&self, key: [u8; 32], now: Millis) -> Answer<'_, Option<KeptAnswer>> {
        answer(self.enter().map(|mut kept| {
            if std::mem::take(&mut kept.answers_on_their_way) {
                return None;
            }
            let found = kept.answers.iter().find(|answer| answer.key == key);
            found.filter(|answer| !answer.is_expired(now)).cloned()
        }))
    }

    fn directory(&self) -> Arc<Directory> {
        let mut kept = self.kept();
        if kept.directory.is_none() {
            let rows = (kept.agencies.clone(), kept.workspaces.clone(), kept.addresses.clone(), kept.keys.clone());
            let directory = Directory::new(rows.0, rows.1, rows.2, rows.3);
            kept.directory = Some(Arc::new(
                directory
                    .with_sources(kept.sources.clone(), kept.key_check.clone())
                    .with_subscriptions(kept.subscriptions.clone())
                    .with_routes(Arc::new(kept.routes())),
            ));
        }
        kept.directory.clone().unwrap_or_default()
    }

    fn change_directory(&self, changes: Vec<DirectoryChange>) -> Answer<'_, ()> {
        answer(self.enter().map(|mut kept| {
            kept.directory = None;
            changes.into_iter().for_each(|change| kept.apply(change));
        }))
    }

    fn event(&self, workspace: WorkspaceId, id: EventId, with_raw: bool) -> Answer<'_, Option<StoredEvent>> {
        answer(self.enter().map(|kept| {
            let found = kept.events(workspace).find(|stored| stored.event.id == id);
            found.map(|stored| StoredEvent { raw: stored.raw.filter(|_| with_raw), ..stored })
        }))
    }

    fn events(&self, workspace: WorkspaceId, filter: EventFilter, page: PageRequest) -> Answer<'_, Page<StoredEvent>> {
        answer(self.enter().map(|mut kept| {
            kept.asked.push(format!("{workspace} {filter:?} {page:?}"));
            let rows = kept.events(workspace).rev().map(|stored| StoredEvent { raw: None, ..stored }).collect();
            Page { rows, next: None }
        }))
    }

    fn contact(&self, _: WorkspaceId, _: ContactId) -> Answer<'_, Option<Contact>> {
        answer(self.enter().map(|_| None))
    }

    fn contacts(&self, workspace: WorkspaceId, filter: ContactFilter, page: PageRequest) -> Answer<'_, Page<Contact>> {
        self.list(workspace, &filter, &page)
    }

    fn campaign(&self, _: WorkspaceId, _: CampaignId) -> Answer<'_, Option<Campaign>> {
        answer(self.enter().map(|_| None))
    }

    fn campaign_keys(&self, _: WorkspaceId, _: CampaignId) -> Answer<'_, Option<Vec<CampaignKey>>> {
        answer(self.enter().map(|_| Some(campaign_keys())))
    }

    fn campaigns(&self, workspace: WorkspaceId, filter: CampaignFilter, page: PageRequest) -> Answer<'_, Page<Campaign>> {
        self.list(workspace, &filter, &page)
    }

    fn email(&self, _: WorkspaceId, _: EmailId) -> Answer<'_, Option<Email>> {
        answer(self.enter().map(|_| None))
    }

    fn emails(&self, workspace: WorkspaceId, filter: EmailFilter, page: PageRequest) -> Answer<'_, Page<Email>> {
        self.list(workspace, &filter, &page)
    }

    fn item(&self, _: WorkspaceId, id: ItemId) -> Answer<'_, Option<Item>> {
        answer(self.enter().map(|_| Some(blocked(id))))
    }

    fn items(&self, workspace: WorkspaceId, sort: ItemSort, page: PageRequest) -> Answer<'_, Page<Item>> {
        self.list(workspace, &sort, &page)
    }

    fn contact_items(&self, _: WorkspaceId, _: ContactId, _: ItemSort, _: PageRequest) -> Answer<'_, Option<Page<Item>>> {
        answer(self.enter().map(|_| None))
    }

    fn erasures(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Erasure>> {
        self.list(workspace, &"erasures", &page)
    }

    fn search_events(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EventFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<StoredEvent>> {
        answer(self.enter().map(|mut kept| {
            kept.asked.push(format!("{workspace} {query:?} {filter:?} {page:?}"));
            let rows: Vec<StoredEvent> = kept.events(workspace).rev().map(|stored| StoredEvent { raw: None, ..stored }).collect();
            let as_of = rows.iter().map(|row| row.received_at).max();
            Found { page: Page { rows, next: None }, as_of }
        }))
    }

    fn search_emails(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EmailFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<Email>> {
        let list = self.list(workspace, &(query, filter), &page);
        Box::pin(async move { Ok(Found { page: list.await?, as_of: None }) })
    }

    fn search_caught_up(&self) -> Answer<'_, ()> {
        answer(self.enter().map(|_| ()))
    }

    fn stats(&self, workspace: WorkspaceId, filter: StatsFilter, by: StatsBy) -> Answer<'_, Vec<StatsRow>> {
        answer(self.enter().map(|mut kept| {
            kept.asked.push(format!("{workspace} {filter:?}"));
            Tally::new(by, STATS_ROWS_WALKED_MAX).rows()
        }))
    }

    fn shapes(&self) -> Answer<'_, Vec<ShapesRow>> {
        answer(self.enter().map(|kept| kept.shapes.clone()))
    }

    fn keep_shapes(&self, rows: Vec<ShapesRow>, gone: Vec<AddressOwner>) -> Answer<'_, ()> {
        answer(self.enter().map(|mut kept| {
            let is_new = |old: &ShapesRow| rows.iter().any(|row| (row.owner, row.platform) == (old.owner, old.platform));
            kept.shapes.retain(|old| !gone.contains(&old.owner) && !is_new(old));
            kept.shapes.extend(rows);
        }))
    }

    fn dump(&self, _: WorkspaceId) -> Answer<'_, serde_json::Value> {
        answer(Ok(serde_json::Value::Null))
    }

    fn rebuild(&self, _: WorkspaceId, _: RebuildKeys) -> Answer<'_, u64> {
        answer(Ok(0))
    }

    fn status(&self) -> Status {
        Status::default()
    }

    fn ready(&self) -> Answer<'_, ()> {
        answer(self.enter().map(|_| ()))
    }

    fn close(&self) -> Answer<'_, ()> {
        answer(Ok(()))
    }
}
