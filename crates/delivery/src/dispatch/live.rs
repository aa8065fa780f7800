//! One look at what comes, for all subscriptions that are level with the log.
//!
//! A reader that has nothing left to read leaves word here up to where it is, and is woken by the first entry that it may want; the
//! entries in front of that are not its business. So an event costs those who are told of it, and a comparison for everybody else:
//! no task of theirs runs. Who is behind reads on its own until it is level.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hookline_model::{
    id::{AgencyId, SubscriptionId},
    time::Millis,
};
use hookline_store::{Store, directory::AddressOwner};
use tokio::sync::{oneshot, watch};

use super::{
    Clock, FAULT_WAIT, Subscribed,
    feed::{Entry, Feed},
};
use crate::matching::quick::Quick;

/// Looks at what comes.
pub(super) struct Live {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    feed: Arc<Feed>,
    board: Mutex<Board>,
}

/// Who waits.
struct Board {
    /// Up to where the log was looked at.
    looked: u64,
    waiting: HashMap<SubscriptionId, Waiting>,
}

/// A reader that is level.
struct Waiting {
    subscribed: Arc<Subscribed>,
    quick: Arc<Quick>,
    /// Up to where nothing is wanted. This stays when it has been told, until it waits again or leaves.
    at: u64,
    /// When it is so far it is told, whether anything is wanted or not.
    until: u64,
    /// Tells it up to where nothing is wanted.
    tell: Option<oneshot::Sender<u64>>,
}

impl Live {
    /// Looks at what comes from now on.
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, feed: Arc<Feed>) -> Live {
        let looked = *store.folded().borrow();
        Live { store, clock, feed, board: Mutex::new(Board { looked, waiting: HashMap::new() }) }
    }

    /// Waits for something behind `at` that a subscription may want, or until the log is at `until`. Answers up to where there is
    /// nothing: that is `at` itself for one that is not level, which reads on its own.
    pub(super) async fn wait(&self, subscribed: &Arc<Subscribed>, quick: &Arc<Quick>, at: u64, until: u64) -> u64 {
        let told = {
            let mut board = self.board();
            if at < board.looked {
                return at;
            }
            let (tell, told) = oneshot::channel();
            let (subscribed, quick) = (Arc::clone(subscribed), Arc::clone(quick));
            board.waiting.insert(subscribed.row.id, Waiting { subscribed, quick, at, until, tell: Some(tell) });
            told
        };
        // Nobody tells any more when all stops: then the reader does, too.
        told.await.unwrap_or(at)
    }

    /// A reader waits no more; answers up to where nothing was wanted when it did last.
    pub(super) fn leave(&self, id: SubscriptionId) -> Option<u64> {
        self.board().waiting.remove(&id).map(|waiting| waiting.at)
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until it is dropped.
    pub(super) async fn run(self: Arc<Self>) {
        let mut folded = self.store.folded();
        loop {
            let to = *folded.borrow_and_update();
            let after = self.board().looked;
            if to > after {
                match self.step(after).await {
                    Ok(true) => continue,
                    // The page has not what the records have: it is asked for again when they go on.
                    Ok(false) => {}
                    Err(error) => {
                        tracing::warn!(%error, "the log could not be read on; it is tried again");
                        let now = self.clock.now();
                        self.clock.until(Millis(now.0 + FAULT_WAIT)).await;
                        continue;
                    }
                }
            }
            if changed(&mut folded).await.is_none() {
                return;
            }
        }
    }

    /// Looks at a page; answers whether there was one.
    async fn step(&self, after: u64) -> Result<bool, hookline_store::Error> {
        let part = self.feed.after(after).await?;
        let through = part.through;
        if through <= after {
            return Ok(false);
        }
        let directory = self.store.directory();
        let agency = |entry: &Entry| directory.workspace(entry.fed.workspace).map(|workspace| workspace.agency);
        let entries: Vec<(Arc<Entry>, Option<AgencyId>)> =
            part.entries.iter().map(|entry| (Arc::clone(entry), agency(entry))).collect();
        let mut board = self.board();
        // Somebody may wait by now for another workspace, whose entries it may not have; then it is read again.
        if self.feed.is_whole(&part) {
            board.waiting.values_mut().for_each(|waiting| waiting.looks(&entries, through));
            board.looked = through;
        }
        Ok(true)
    }
}

/// How far the subscriptions were looked on for that are level with the log. What is stored lags behind: a cursor is not written
/// down for every event of somebody else's.
#[derive(Clone)]
pub struct Level(pub(super) Arc<Live>);

impl Level {
    /// Up to which position nothing is left for a subscription, if it is level.
    #[must_use]
    pub fn of(&self, id: SubscriptionId) -> Option<u64> {
        self.0.board().waiting.get(&id).map(|waiting| waiting.at)
    }
}

impl Waiting {
    /// Looks at entries up to a position, if it waits.
    fn looks(&mut self, entries: &[(Arc<Entry>, Option<AgencyId>)], through: u64) {
        // One that does not listen any more is about to leave, or has read on by itself.
        let Some(tell) = self.tell.take_if(|tell| !tell.is_closed()) else { return };
        let found = entries.iter().find(|(entry, agency)| entry.fed.position > self.at && self.may_want(entry, *agency));
        self.at = match found {
            Some((entry, _)) => self.at.max(entry.fed.position - 1),
            None => self.at.max(through),
        };
        if found.is_some() || self.at >= self.until {
            // If it stops listening just now it asks when it leaves.
            let _ = tell.send(self.at);
        } else {
            self.tell = Some(tell);
        }
    }

    fn may_want(&self, entry: &Entry, agency: Option<AgencyId>) -> bool {
        let covers = match self.subscribed.row.owner {
            AddressOwner::Workspace(id) => id == entry.fed.workspace,
            AddressOwner::Agency(id) => agency == Some(id),
        };
        covers && self.quick.may_want(&self.subscribed.settings, &entry.fed, &entry.traits)
    }
}

/// Waits for the records to go on; none if they never do.
async fn changed(folded: &mut watch::Receiver<u64>) -> Option<()> {
    folded.changed().await.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use hookline_model::{
        entry::Origin,
        id::{SubscriptionId, WorkspaceId},
        kind::Kind,
        platform::Platform,
    };
    use hookline_store::subscriptions::{Subscription, SubscriptionStatus};
    use uuid::Uuid;

    use super::*;
    use crate::{matching::quick::tests::fed, policy::Policy, settings::Secrets};

    const ACME: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const AGENCY: AgencyId = AgencyId(Uuid::from_u128(2));

    fn entry(position: u64, workspace: WorkspaceId, kind: Kind) -> (Arc<Entry>, Option<AgencyId>) {
        let fed = fed(kind, Platform::Smartlead, Some("a1"), None, Origin::Live);
        let fed = hookline_store::deliveries::Fed { position, workspace, ..fed };
        (Arc::new(Entry::new(fed, &Arc::default())), Some(AGENCY))
    }

    fn waiting(owner: AddressOwner, at: u64, until: u64) -> (Waiting, oneshot::Receiver<u64>) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let settings = r#"{"url":"https://x.example/","kinds":["email.replied"]}"#;
        let row = Subscription {
            id: SubscriptionId(Uuid::from_u128(NEXT.fetch_add(1, Ordering::SeqCst).into())),
            owner,
            status: SubscriptionStatus::Active,
            status_reason: None,
            status_at: Millis(0),
            settings: settings.to_owned(),
            secrets: Vec::new(),
            created_at: Millis(0),
            updated_at: Millis(0),
            since: 0,
        };
        let settings = serde_json::from_str(settings).expect("settings");
        let (quick, policy) = (Arc::new(Quick::new(&settings)), Policy::of(crate::policy::Preset::Standard));
        let subscribed = Subscribed { row: Arc::new(row), settings, policy, secrets: Secrets::default() };
        let (tell, told) = oneshot::channel();
        (Waiting { subscribed: Arc::new(subscribed), quick, at, until, tell: Some(tell) }, told)
    }

    #[test]
    fn who_waits_is_told_of_what_it_wants_and_of_nothing_else() {
        let other = WorkspaceId(Uuid::from_u128(9));
        let page = [
            entry(4, ACME, Kind::EmailReplied),
            entry(6, ACME, Kind::EmailSent),
            entry(7, other, Kind::EmailReplied),
            entry(9, ACME, Kind::EmailReplied),
        ];
        // What it has looked at, another kind and another workspace's are nothing to it.
        let (mut level, mut told) = waiting(AddressOwner::Workspace(ACME), 5, 1_000);
        level.looks(&page[..3], 8);
        assert!(level.at == 8 && told.try_recv().is_err());
        level.looks(&page, 12);
        assert_eq!(told.try_recv(), Ok(8), "up to in front of it");
        let (mut of_agency, mut told) = waiting(AddressOwner::Agency(AGENCY), 5, 1_000);
        of_agency.looks(&page, 12);
        assert_eq!(told.try_recv(), Ok(6));
    }

    #[test]
    fn who_waits_long_is_told_so_and_who_leaves_learns_how_far_it_is() {
        let page = [entry(6, ACME, Kind::EmailSent)];
        let (mut level, mut told) = waiting(AddressOwner::Workspace(ACME), 5, 20);
        level.looks(&page, 19);
        assert!(told.try_recv().is_err());
        level.looks(&[], 20);
        assert_eq!(told.try_recv(), Ok(20));
        // Told once: what comes is its own to read, until it waits again.
        level.looks(&[], 30);
        assert_eq!(level.at, 20);
        // What it missed of this because it was stopped it asks for: new settings do not look at it again.
        let (mut stopped, told) = waiting(AddressOwner::Workspace(ACME), 5, 1_000);
        stopped.looks(&page, 19);
        drop(told);
        stopped.looks(&page, 40);
        assert_eq!(stopped.at, 19);
    }
}
