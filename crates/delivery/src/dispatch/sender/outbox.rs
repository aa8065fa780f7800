//! What the sender reads of the outbox, and writes into it.

use std::{collections::HashSet, sync::Arc};

use hookline_model::time::Millis;
use hookline_store::{
    Error,
    deliveries::{DeliveryKey, Outcome, Outgoing},
};

use super::{super::FAULT_WAIT, RETRYING_MAX, Sender};

impl Sender {
    /// Takes up what is in the outbox since before.
    pub(super) async fn take_up(&mut self) {
        while !self.read_outbox(true).await {
            let again = Millis(self.options.clock.now().0 + FAULT_WAIT);
            let clock = Arc::clone(&self.options.clock);
            if self.stopping.run_until_cancelled(clock.until(again)).await.is_none() {
                self.is_stopped = true;
                return;
            }
        }
    }

    /// Whether what comes first may lie in the outbox and not in memory: all is tried that was read of it, or comes later than that.
    pub(super) fn is_behind(&self) -> bool {
        let first = self.retrying.first().map(|(due, _)| *due);
        self.read_to.is_some_and(|read_to| first.is_none_or(|due| due > read_to))
    }

    /// Looks at the outbox again, which somebody else has changed, or of which there is more.
    pub(super) async fn reread(&mut self) {
        // What has ended here is in it until that is written down, and would be taken for something new.
        self.write_all().await;
        let is_read = self.outcomes.len() == 0 && self.read_outbox(false).await;
        self.reread_at = (!is_read).then(|| Millis(self.options.clock.now().0 + FAULT_WAIT));
    }

    /// Reads what waits in the outbox, but for what is in memory or on its way here; answers whether that went well.
    async fn read_outbox(&mut self, is_first: bool) -> bool {
        let waiting = match self.options.store.waiting(self.subscribed.row.id, RETRYING_MAX).await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::warn!(%error, subscription = %self.subscribed.row.id, "an outbox could not be read; it is tried again");
                return false;
            }
        };
        self.read_to = waiting.last().filter(|_| waiting.len() >= RETRYING_MAX).map(|last| last.due_at);
        let there: HashSet<DeliveryKey> = waiting.iter().map(|row| row.key).collect();
        let before = std::mem::take(&mut self.retrying);
        for row in waiting.iter().filter(|row| !self.known.contains(&row.key) && !self.handed.has(&row.key)) {
            // A try moves when it is due, also one that the receiver is not charged with. Later on that is known here, and what looks
            // so was brought back by somebody: those behind it have gone out.
            let is_tried = row.charged > 0 || is_first && row.due_at > row.created_at;
            if let Some(contact) = row.contact.filter(|_| is_tried) {
                self.busy.entry(contact).or_insert(row.key);
            }
            self.retrying.insert((row.due_at, row.key));
        }
        if self.read_to.is_none() {
            self.drop_gone(&there);
            let gone = before.into_iter().filter(|(_, key)| !there.contains(key));
            gone.for_each(|(_, key)| self.let_go(key));
        }
        true
    }

    /// What is held or due here and not in the outbox any more was skipped: its replay is cancelled.
    fn drop_gone(&mut self, there: &HashSet<DeliveryKey>) {
        let is_there = |row: &Outgoing| there.contains(&row.key);
        let mut gone: Vec<DeliveryKey> = Vec::new();
        self.held.retain(|_, held| {
            gone.extend(held.iter().filter(|row| !is_there(row)).map(|row| row.key));
            held.retain(is_there);
            !held.is_empty()
        });
        self.held_count -= gone.len();
        gone.extend(self.due.iter().filter(|row| !is_there(row)).map(|row| row.key));
        self.due.retain(is_there);
        for key in gone {
            self.known.remove(&key);
            self.let_go(key);
        }
    }

    /// A delivery is not in the outbox any more: nothing of its contact waits for it.
    fn let_go(&mut self, key: DeliveryKey) {
        let contact = self.busy.iter().find(|(_, busy)| **busy == key).map(|(contact, _)| *contact);
        if let Some(contact) = contact {
            self.release(contact, key);
        }
    }

    /// Reads back what is due, as much as may be sent now.
    pub(super) async fn read_due(&mut self) {
        let now = self.options.clock.now();
        let room = self.limit().saturating_sub(self.in_flight.len() + self.due.len());
        let mut keys = Vec::new();
        while keys.len() < room
            && let Some((due, key)) = self.retrying.first().copied()
            && due <= now
        {
            self.retrying.pop_first();
            keys.push(key);
        }
        if keys.is_empty() {
            return;
        }
        match self.options.store.outgoing(self.subscribed.row.id, keys.clone()).await {
            Ok(found) => {
                let there: HashSet<DeliveryKey> = found.iter().map(|row| row.key).collect();
                keys.retain(|key| !there.contains(key));
                keys.into_iter().for_each(|key| self.let_go(key));
                self.known.extend(there);
                self.due.extend(found);
            }
            Err(error) => {
                tracing::warn!(%error, subscription = %self.subscribed.row.id, "an outbox could not be read; it is tried again");
                self.retrying.extend(keys.into_iter().map(|key| (Millis(now.0 + FAULT_WAIT), key)));
            }
        }
    }

    /// Outcomes are written down, or could not be.
    pub(super) fn written(&mut self, outcomes: Arc<Vec<Outcome>>, result: Result<(), Error>) {
        let now = self.options.clock.now();
        if let Err(error) = result {
            // If they never can be, the deliveries are made again one day, under the same ids.
            if !matches!(error, Error::Closed) {
                tracing::warn!(%error, subscription = %self.subscribed.row.id, "outcomes could not be written down");
            }
            self.outcomes.keep(outcomes, now);
            return;
        }
        self.outcomes.waits_no_more();
        for outcome in &*outcomes {
            match outcome {
                // Not before: what is due is read back with the tries that are written down.
                Outcome::Again { key, due_at, .. } => {
                    self.known.remove(key);
                    self.retrying.insert((*due_at, *key));
                }
                Outcome::Ended { key, warning, .. } => {
                    self.known.remove(key);
                    if warning.is_some() {
                        // The supervisor brings it into the log.
                        self.options.changed.notify_one();
                    }
                }
            }
        }
    }

    /// Writes everything down that has ended, or tries to.
    pub(super) async fn write_all(&mut self) {
        self.outcomes.waits_no_more();
        loop {
            self.outcomes.begin(self.options.clock.now());
            if !self.outcomes.is_writing() {
                return;
            }
            let (outcomes, result) = self.outcomes.written().await;
            self.written(outcomes, result);
        }
    }
}
