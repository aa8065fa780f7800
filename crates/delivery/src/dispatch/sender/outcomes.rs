//! Writing down how attempts ended, while others go on.

use std::{future::Future, mem, pin::Pin, sync::Arc};

use hookline_model::time::Millis;
use hookline_store::{Error, Store, deliveries::Outcome};

use super::super::FAULT_WAIT;

/// What was given to the store, and what it said.
type Written = (Arc<Vec<Outcome>>, Result<(), Error>);

/// How attempts ended that is not written down yet. One write is under way at a time; what ends meanwhile goes with the next one,
/// which begins at once. So nothing waits for an attempt that takes long, and many that end together cost one transaction.
pub(super) struct Outcomes {
    store: Arc<dyn Store>,
    waiting: Vec<Outcome>,
    /// How many the store was given.
    given: usize,
    writing: Option<Pin<Box<dyn Future<Output = Written> + Send>>>,
    /// After a fault of the store: when it is asked again.
    again_at: Option<Millis>,
}

impl Outcomes {
    pub(super) fn new(store: Arc<dyn Store>) -> Outcomes {
        Outcomes { store, waiting: Vec::new(), given: 0, writing: None, again_at: None }
    }

    pub(super) fn push(&mut self, outcome: Outcome) {
        self.waiting.push(outcome);
    }

    /// How many are not written down.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.given
    }

    pub(super) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// When there is something to begin with that cannot begin now.
    pub(super) fn again_at(&self) -> Option<Millis> {
        self.again_at.filter(|_| self.writing.is_none() && !self.waiting.is_empty())
    }

    /// Begins to write what waits, if nothing is being written and no fault is waited out.
    pub(super) fn begin(&mut self, now: Millis) {
        if self.writing.is_some() || self.waiting.is_empty() || self.again_at.is_some_and(|at| at > now) {
            return;
        }
        let (store, outcomes) = (Arc::clone(&self.store), Arc::new(mem::take(&mut self.waiting)));
        self.given = outcomes.len();
        self.writing = Some(Box::pin(async move {
            let result = store.finish(Arc::clone(&outcomes)).await;
            (outcomes, result)
        }));
    }

    /// Waits until what is being written is; for ever, if nothing is. Whoever stops waiting may begin again.
    pub(super) async fn written(&mut self) -> Written {
        let Some(writing) = &mut self.writing else { return std::future::pending().await };
        let written = writing.await;
        self.writing = None;
        self.given = 0;
        written
    }

    /// What could not be written waits, in front of all else, for the fault to pass.
    pub(super) fn keep(&mut self, outcomes: Arc<Vec<Outcome>>, now: Millis) {
        let mut outcomes = Arc::unwrap_or_clone(outcomes);
        outcomes.append(&mut self.waiting);
        self.waiting = outcomes;
        self.again_at = Some(Millis(now.0.saturating_add(FAULT_WAIT)));
    }

    /// No fault is waited out: the store answered, or is to be asked whatever it said.
    pub(super) fn waits_no_more(&mut self) {
        self.again_at = None;
    }
}
