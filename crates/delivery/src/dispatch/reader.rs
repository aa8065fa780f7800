//! One subscription's way through the log: from its cursors to its outbox.

use std::sync::Arc;

use hookline_model::{
    id::{AgencyId, DeliveryId},
    key::ContactKey,
    time::Millis,
};
use hookline_store::{
    Error,
    deliveries::{DeliveryKey, DeliveryRow, DeliveryStatus, Dispatch, Lane, Moved, Outgoing, Snapshot, Standing},
};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    DispatchOptions, FAULT_WAIT, Subscribed,
    feed::{Entry, Feed, Part},
    handed::Handed,
    live::Live,
    metrics::{DELIVERIES_TOTAL, LABEL_DIALECT, LABEL_OUTCOME},
};
use crate::{
    matching::{self, quick::Quick},
    priority::{Kept, Priority, can_be_muted},
};

/// From so many positions behind on, the fast lane goes ahead of the bulk.
const BEHIND: u64 = 512;

/// After so many positions a cursor is written down also if there was nothing on the way.
const WRITTEN_EVERY: u64 = 2_048;

/// How many events a reader puts into the outbox at once: while the sender works through them it reads on.
const AT_ONCE: usize = 64;

/// What goes from a reader to its sender.
pub(super) struct Queues {
    pub(super) fast: mpsc::Sender<Box<Outgoing>>,
    pub(super) bulk: mpsc::Sender<Box<Outgoing>>,
    pub(super) handed: Handed,
}

/// Reads for one subscription.
pub(super) struct Reader {
    pub(super) options: DispatchOptions,
    pub(super) subscribed: Arc<Subscribed>,
    pub(super) feed: Arc<Feed>,
    pub(super) live: Arc<Live>,
    /// Made of the settings.
    pub(super) quick: Arc<Quick>,
    /// Who takes what before others.
    pub(super) priority: Arc<Kept>,
    pub(super) folded: watch::Receiver<u64>,
    pub(super) queues: Queues,
    pub(super) stopping: CancellationToken,
    pub(super) fast: u64,
    pub(super) bulk: u64,
    /// Up to where the further of the two was written down.
    pub(super) written: u64,
}

/// What of a page is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Everything, both cursors together.
    Both,
    /// The fast lane alone.
    Fast,
    /// The bulk lane alone, up to where the fast one is.
    Bulk,
}

impl Reader {
    /// Where a subscription begins that stands so.
    pub(super) fn cursors(subscribed: &Subscribed, standing: Standing) -> (u64, u64) {
        let bulk = standing.bulk.max(subscribed.row.since);
        (standing.fast.max(bulk), bulk)
    }

    /// Reads until it is stopped, or its sender is gone.
    pub(super) async fn run(mut self) {
        let stopping = self.stopping.clone();
        // Dropped wherever it waits: what is dispatched is in the outbox, what is not is still in the log.
        stopping.run_until_cancelled(self.read()).await;
        let left = self.live.leave(self.subscribed.row.id).filter(|at| self.fast == self.bulk && *at > self.fast);
        if let Some(at) = left {
            (self.fast, self.bulk) = (at, at);
        }
        // What was looked at with these settings is not looked at again with other ones.
        let moved = vec![self.moved(0)];
        if let Err(error) = self.options.store.dispatch(Dispatch { moved, ..Dispatch::default() }).await {
            tracing::warn!(%error, subscription = %self.subscribed.row.id, "where a subscription stands could not be written down");
        }
    }

    fn moved(&self, not_expressible: u64) -> Moved {
        Moved { subscription: self.subscribed.row.id, fast: self.fast, bulk: self.bulk, not_expressible }
    }

    async fn read(&mut self) {
        loop {
            match self.step().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let subscription = self.subscribed.row.id;
                    tracing::warn!(%error, %subscription, "a subscription could not be read on for; it is tried again");
                    let now = self.options.clock.now();
                    self.options.clock.until(Millis(now.0 + FAULT_WAIT)).await;
                }
            }
        }
    }

    /// Looks at one page, or waits for the log to go on; answers whether to go on.
    async fn step(&mut self) -> Result<bool, Error> {
        let folded = *self.folded.borrow_and_update();
        let Some((pass, from)) = self.pass(folded) else {
            let at = self.live.wait(&self.subscribed, &self.quick, self.fast, self.written + WRITTEN_EVERY).await;
            (self.fast, self.bulk) = (at, at);
            if at - self.written >= WRITTEN_EVERY {
                self.options.store.dispatch(Dispatch { moved: vec![self.moved(0)], ..Dispatch::default() }).await?;
                self.written = at;
            }
            return Ok(true);
        };
        let Part { mut entries, mut through, .. } = self.feed.after(from).await?;
        if through == from {
            // The page has not what the records have: it is asked for again when they go on.
            return Ok(self.folded.changed().await.is_ok());
        }
        if pass == Pass::Bulk && through > self.fast {
            entries.retain(|entry| entry.fed.position <= self.fast);
            through = self.fast;
        }
        self.pass_on(pass, entries, through).await
    }

    /// What is looked at next, and behind which position.
    fn pass(&self, folded: u64) -> Option<(Pass, u64)> {
        let is_level = self.fast == self.bulk;
        if is_level && folded <= self.fast {
            None
        } else if is_level && (self.subscribed.settings.ordered || folded - self.fast <= BEHIND) {
            Some((Pass::Both, self.bulk))
        } else if folded > self.fast {
            Some((Pass::Fast, self.fast))
        } else {
            Some((Pass::Bulk, self.bulk))
        }
    }

    /// Puts what is wanted of these entries into the outbox, moves the cursors behind them, and hands the deliveries on. What
    /// comes next is read meanwhile.
    async fn pass_on(&mut self, pass: Pass, entries: Vec<Arc<Entry>>, mut through: u64) -> Result<bool, Error> {
        let mut wanted = self.wanted(pass, &entries);
        // Whoever waits for a receiver holds no page.
        drop(entries);
        let mut ahead = wanted.split_off(wanted.len().min(AT_ONCE));
        // Behind what is looked at next there is no more of these.
        let behind = (ahead.len() <= AT_ONCE).then_some(through);
        ahead.truncate(AT_ONCE);
        if let Some((_, next)) = ahead.first() {
            through = next.fed.position - 1;
        }
        self.feed.snapshots(&only(&wanted)).await?;

        let directory = self.options.store.directory();
        let now = self.options.clock.now();
        let mut dispatch = Dispatch::default();
        let mut not_expressible = 0;
        let priority = self.subscribed.agency(&directory).filter(|_| can_be_muted(&self.subscribed.settings));
        let priority = priority.map(|agency| (agency, self.priority.of(&directory)));
        for (lane, entry) in wanted {
            match self.deliver(lane, &entry, priority.as_ref(), now) {
                Delivered::Outgoing(outgoing) => dispatch.outgoing.push(*outgoing),
                Delivered::Skipped(row) => dispatch.skipped.push(*row),
                Delivered::NotExpressible => not_expressible += 1,
                Delivered::Unwanted => {}
            }
        }
        let (fast, bulk) = match pass {
            Pass::Both => (through, through),
            Pass::Fast => (through, self.bulk),
            Pass::Bulk => (self.fast, through),
        };
        // Without anything wanted the cursor is written down with the next that is: looking at it again costs less.
        let is_news = !dispatch.outgoing.is_empty() || !dispatch.skipped.is_empty() || not_expressible > 0;
        let mut goes_on = true;
        if is_news || fast.max(bulk) - self.written >= WRITTEN_EVERY {
            dispatch.moved.push(Moved { subscription: self.subscribed.row.id, fast, bulk, not_expressible });
            let handed_on = tokio::join!(self.hand_on(dispatch), self.look_ahead(pass, ahead, behind)).0;
            goes_on = handed_on?;
            self.written = fast.max(bulk);
        }
        (self.fast, self.bulk) = (fast, bulk);
        Ok(goes_on)
    }

    /// Writes down what is to be sent, and hands it to the sender as it takes it; answers whether that is there.
    async fn hand_on(&self, dispatch: Dispatch) -> Result<bool, Error> {
        let (outgoing, skipped) = (dispatch.outgoing.clone(), dispatch.skipped.len() as u64);
        let not_expressible = dispatch.moved.iter().map(|moved| moved.not_expressible).sum();
        self.queues.handed.put(&outgoing);
        if let Err(error) = self.options.store.dispatch(dispatch).await {
            self.queues.handed.take(&outgoing);
            return Err(error);
        }
        let dialect = self.subscribed.settings.dialect.name();
        for (outcome, count) in [("skipped", skipped), ("not_expressible", not_expressible)] {
            if count > 0 {
                metrics::counter!(DELIVERIES_TOTAL, LABEL_DIALECT => dialect, LABEL_OUTCOME => outcome).increment(count);
            }
        }
        for delivery in outgoing {
            let queue = if delivery.lane == Lane::Fast { &self.queues.fast } else { &self.queues.bulk };
            if queue.send(Box::new(delivery)).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Has what is put into the outbox next read, and the page behind that, if that is known.
    async fn look_ahead(&self, pass: Pass, ahead: Vec<(Lane, Arc<Entry>)>, behind: Option<u64>) {
        let page = async {
            match behind.filter(|through| *self.folded.borrow() > *through) {
                Some(through) => self.feed.after(through).await.map(|part| part.entries),
                None => Ok(Vec::new()),
            }
        };
        let (only_page, ahead) = (ahead.is_empty(), only(&ahead));
        let looking = async {
            let (looked, page) = tokio::join!(self.feed.snapshots(&ahead), page);
            looked?;
            let page = page?;
            if only_page {
                let mut first = self.wanted(pass, &page);
                first.truncate(AT_ONCE);
                self.feed.snapshots(&only(&first)).await?;
            }
            Ok::<_, Error>(())
        };
        // It is asked for again, and whoever does hears of the fault.
        drop(looking.await);
    }

    /// What of these entries is wanted, by what is known of them without their records.
    fn wanted(&self, pass: Pass, entries: &[Arc<Entry>]) -> Vec<(Lane, Arc<Entry>)> {
        let (directory, settings) = (self.options.store.directory(), &self.subscribed.settings);
        entries
            .iter()
            .filter(|entry| self.quick.may_want(settings, &entry.fed, &entry.traits))
            .filter(|entry| self.subscribed.covers(entry.fed.workspace, &directory))
            .filter(|entry| matching::matches_event(settings, &entry.fed))
            .map(|entry| (if settings.ordered { Lane::Bulk } else { matching::lane(&entry.fed.event) }, Arc::clone(entry)))
            .filter(|(lane, _)| match pass {
                Pass::Both => true,
                Pass::Fast => *lane == Lane::Fast,
                Pass::Bulk => *lane == Lane::Bulk,
            })
            .collect()
    }

    /// One event, on its way to the receiver or not.
    fn deliver(&self, lane: Lane, entry: &Entry, priority: Option<&(AgencyId, Arc<Priority>)>, now: Millis) -> Delivered {
        let Some(snapshot) = entry.snapshot() else { return Delivered::Unwanted };
        let Subscribed { row, settings, .. } = &*self.subscribed;
        if !matching::matches_records(settings, snapshot, || self.options.voice.data(snapshot)) {
            return Delivered::Unwanted;
        }
        let Some(outgoing) = outgoing(&self.options, &self.subscribed, snapshot, entry, (lane, 0), now) else {
            return Delivered::NotExpressible;
        };
        let fed = &entry.fed;
        let age = now.0.saturating_sub(fed.received_at.0);
        let is_old = settings.max_age().is_some_and(|max| age > i64::try_from(max.as_millis()).unwrap_or(i64::MAX));
        let muted_by = priority.and_then(|(agency, priority)| priority.muted_by(*agency, settings, &fed.event, fed.position));
        let reason = muted_by.map(|by| format!("muted by the user-level webhook {by}"));
        let reason = reason.or_else(|| is_old.then(|| "older than max_age when it could have been sent".to_owned()));
        if reason.is_some() {
            return Delivered::Skipped(Box::new(DeliveryRow {
                id: outgoing.id,
                subscription: row.id,
                key: outgoing.key,
                workspace: fed.workspace,
                event_id: fed.event.id,
                kind: fed.event.kind,
                status: DeliveryStatus::Skipped,
                reason,
                created_at: now,
                at: now,
                tries: 0,
                attempts: Vec::new(),
                body: None,
                content_type: outgoing.content_type.into_owned(),
            }));
        }
        Delivered::Outgoing(Box::new(outgoing))
    }
}

/// The delivery of an event, in a lane and of a run (0 as it came, else a replay's); `None` if the dialect has no words for it.
pub(super) fn outgoing(
    options: &DispatchOptions,
    subscribed: &Subscribed,
    snapshot: &Snapshot,
    entry: &Entry,
    (lane, run): (Lane, u32),
    now: Millis,
) -> Option<Outgoing> {
    let (fed, id) = (&entry.fed, subscribed.row.id);
    // What a receiver knows it by is the same in every replay.
    let message_id = DeliveryId::derive(id, fed.event.id, 0);
    let render = || options.voice.render(subscribed, snapshot, &message_id.to_string());
    let rendered = match options.voice.sort(subscribed) {
        // A replay renders anew.
        Some(sort) if run == 0 => entry.rendered(sort, render)?,
        _ => render()?,
    };
    let is_ordered = subscribed.settings.ordered;
    Some(Outgoing {
        id: if run == 0 { message_id } else { DeliveryId::derive(id, fed.event.id, run) },
        subscription: id,
        key: DeliveryKey { position: fed.position, run },
        workspace: fed.workspace,
        event_id: fed.event.id,
        kind: fed.event.kind,
        lane,
        contact: fed.event.contact_key().filter(|_| is_ordered).map(|key| contact_hash(fed.workspace.0, &key)),
        created_at: now,
        due_at: now,
        charged: 0,
        attempts: Vec::new(),
        content_type: rendered.content_type,
        body: rendered.body,
    })
}

/// Entries without their lanes.
fn only(wanted: &[(Lane, Arc<Entry>)]) -> Vec<Arc<Entry>> {
    wanted.iter().map(|(_, entry)| Arc::clone(entry)).collect()
}

/// What becomes of an event that is wanted.
enum Delivered {
    Outgoing(Box<Outgoing>),
    Skipped(Box<DeliveryRow>),
    NotExpressible,
    Unwanted,
}

/// What tells contacts apart whose order is kept. Two that share it by chance wait for each other, no more.
fn contact_hash(workspace: uuid::Uuid, key: &ContactKey) -> u64 {
    let hash: [u8; 32] = Sha256::new().chain_update(workspace).chain_update(key.to_string()).finalize().into();
    u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}
