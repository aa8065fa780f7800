//! One subscription's deliveries, from its outbox to its receiver.

mod outbox;
mod outcomes;

use std::{
    any::Any,
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use hookline_model::{id::DeliveryId, time::Millis};
use hookline_store::{
    Error,
    deliveries::{AttemptRow, DeliveryKey, DeliveryStatus, Outcome, Outgoing},
    directory::DirectoryChange,
    subscriptions::SubscriptionStatus,
};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use self::outcomes::Outcomes;
use super::{
    DispatchOptions, Rendered, Subscribed, breaker::Breaker, handed::Handed, metrics::Meters, pace::Pace, warning::Failing,
};
use crate::{
    client::{Attempt, Client, Fault, Message, Target},
    policy::{Ending, Next},
    settings::CONCURRENCY,
};

/// How many deliveries of one subscription wait to be tried again; with more, its reader stops.
pub(super) const RETRYING_MAX: usize = 10_000;

/// How many outcomes wait to be written down; with more, nothing new is tried.
const OUTCOMES_MAX: usize = 1_000;

/// How many deliveries of one contact's that are held back for its order are kept in memory.
const HELD_MAX: usize = 1_000;

/// Sends for one subscription.
pub(super) struct Sender {
    options: DispatchOptions,
    subscribed: Arc<Subscribed>,
    fast: mpsc::Receiver<Box<Outgoing>>,
    bulk: mpsc::Receiver<Box<Outgoing>>,
    /// Of replays: behind all others.
    replayed: mpsc::Receiver<Box<Outgoing>>,
    handed: Handed,
    /// Somebody else changed the outbox.
    wake: Arc<Notify>,
    stopping: CancellationToken,
    /// On the wire.
    in_flight: FuturesUnordered<InFlight>,
    client: Arc<Client>,
    target: Target,
    meters: Meters,
    /// What is on the wire, due or held, or ended and not written down.
    known: HashSet<DeliveryKey>,
    /// Of when the last is due that was read of the outbox, if that has more.
    read_to: Option<Millis>,
    /// When the outbox is to be read again, after a fault.
    reread_at: Option<Millis>,
    /// To be tried again, by when.
    retrying: BTreeSet<(Millis, DeliveryKey)>,
    /// Read back from the outbox, due.
    due: VecDeque<Outgoing>,
    /// How it went lately.
    breaker: Breaker,
    /// Where the order of contacts is kept: whose delivery has not ended and which that is, and what waits behind it.
    busy: HashMap<u64, DeliveryKey>,
    held: HashMap<u64, VecDeque<Outgoing>>,
    held_count: usize,
    outcomes: Outcomes,
    failing: Failing,
    pace: Pace,
    is_stopped: bool,
    /// And that is written down.
    has_stopped: bool,
}

/// Where deliveries come from.
pub(super) struct Inlets {
    pub(super) fast: mpsc::Receiver<Box<Outgoing>>,
    pub(super) bulk: mpsc::Receiver<Box<Outgoing>>,
    pub(super) replayed: mpsc::Receiver<Box<Outgoing>>,
    pub(super) handed: Handed,
    pub(super) wake: Arc<Notify>,
}

/// What comes of an attempt, or of its panic.
type Joined = Result<(Outgoing, Attempt, AttemptRow), Box<dyn Any + Send>>;

/// An attempt on the wire. It is driven by its sender's task, so that an answer wakes nobody else.
type InFlight = Pin<Box<dyn Future<Output = Joined> + Send>>;

/// What happens next.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is moved once")]
enum Event {
    /// An attempt ended.
    Ended(Joined),
    /// How these attempts ended is written down, or is not.
    Written(Arc<Vec<Outcome>>, Result<(), Error>),
    /// A delivery is to be tried, or held.
    Came(Box<Outgoing>),
    /// Something that was waited for by the clock.
    Time,
    /// The outbox is to be looked at.
    Woken,
    /// The reader is gone. It holds two of the three inlets; the replayer, which holds the third, is stopped along with it.
    Closed,
    /// Told to stop.
    Stop,
}

impl Sender {
    pub(super) fn new(
        options: DispatchOptions,
        subscribed: Arc<Subscribed>,
        inlets: Inlets,
        stopping: CancellationToken,
        failing: Failing,
    ) -> Sender {
        Sender {
            outcomes: Outcomes::new(Arc::clone(&options.store)),
            pace: Pace::new(subscribed.settings.rate),
            target: options.client.target(&subscribed.settings.url),
            client: Arc::new(options.client.clone()),
            meters: Meters::new(subscribed.settings.dialect.name()),
            options,
            subscribed,
            fast: inlets.fast,
            bulk: inlets.bulk,
            replayed: inlets.replayed,
            handed: inlets.handed,
            wake: inlets.wake,
            stopping,
            known: HashSet::new(),
            read_to: None,
            reread_at: None,
            in_flight: FuturesUnordered::new(),
            retrying: BTreeSet::new(),
            due: VecDeque::new(),
            breaker: Breaker::default(),
            busy: HashMap::new(),
            held: HashMap::new(),
            held_count: 0,
            failing,
            is_stopped: false,
            has_stopped: false,
        }
    }

    /// Sends until it is stopped, or its reader is gone and nothing is left; then lets what is on the wire end. Answers whether it
    /// stopped its subscription, and that is written down.
    pub(super) async fn run(mut self) -> bool {
        self.take_up().await;
        while !self.is_stopped {
            // Of attempts that ended together, together.
            while let Some(Some(ended)) = self.in_flight.next().now_or_never() {
                self.joined(ended).await;
            }
            if self.is_stopped {
                // One of them was one too many: nothing that is due goes out any more.
                break;
            }
            self.outcomes.begin(self.options.clock.now());
            match self.next().await {
                Event::Ended(ended) => self.joined(ended).await,
                Event::Written(outcomes, result) => self.written(outcomes, result),
                Event::Came(outgoing) => self.start_or_hold(*outgoing),
                Event::Time => self.read_due().await,
                Event::Woken => self.reread().await,
                Event::Closed | Event::Stop => break,
            }
        }
        self.fast.close();
        self.bulk.close();
        self.replayed.close();
        self.let_end().await;
        self.has_stopped
    }

    /// Waits until nothing is on the wire. What ends is written down meanwhile: whoever waits may be killed.
    async fn let_end(&mut self) {
        loop {
            self.outcomes.begin(self.options.clock.now());
            tokio::select! {
                biased;
                (outcomes, result) = self.outcomes.written(), if self.outcomes.is_writing() => self.written(outcomes, result),
                Some(ended) = self.in_flight.next() => self.joined(ended).await,
                else => break,
            }
        }
        self.write_all().await;
    }

    /// An attempt ended.
    async fn joined(&mut self, ended: Joined) {
        match ended {
            Ok((outgoing, attempt, row)) => self.ended(outgoing, &attempt, row).await,
            // A fault of ours: what it had is in the outbox, and is taken up when somebody starts anew.
            Err(_) => tracing::error!(subscription = %self.subscribed.row.id, "an attempt panicked and was lost"),
        }
    }

    fn limit(&self) -> usize {
        usize::from(self.subscribed.settings.concurrency.unwrap_or(CONCURRENCY))
    }

    /// Waits for whatever comes first.
    async fn next(&mut self) -> Event {
        let now = self.options.clock.now();
        let has_room = self.in_flight.len() < self.limit() && self.outcomes.len() < OUTCOMES_MAX;
        let may_send = has_room && now >= self.pace.next_at();
        if may_send && let Some(outgoing) = self.due.pop_front() {
            return Event::Came(Box::new(outgoing));
        }
        let is_to_reread = self.is_behind() || self.reread_at.is_some_and(|at| at <= now);
        if is_to_reread && self.reread_at.is_none_or(|at| at <= now) {
            return Event::Woken;
        }
        let is_due = self.retrying.first().is_some_and(|(due, _)| *due <= now);
        if may_send && is_due {
            return Event::Time;
        }
        let takes_new = may_send
            && self.breaker.lets(now, self.in_flight.len())
            && self.retrying.len() < RETRYING_MAX
            && self.held_count < HELD_MAX;
        let wake = [
            has_room.then_some(self.pace.next_at()).filter(|at| *at > now),
            has_room.then(|| self.breaker.probe_at()).flatten().filter(|at| *at > now && self.in_flight.is_empty()),
            self.retrying.first().map(|(due, _)| *due).filter(|due| has_room && *due > now),
            self.reread_at,
            self.outcomes.again_at(),
        ];
        let wake = wake.into_iter().flatten().min();
        let clock = Arc::clone(&self.options.clock);
        let timer = async move {
            match wake {
                Some(at) => clock.until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.stopping.cancelled() => Event::Stop,
            () = self.wake.notified() => Event::Woken,
            (outcomes, result) = self.outcomes.written(), if self.outcomes.is_writing() => Event::Written(outcomes, result),
            Some(ended) = self.in_flight.next() => Event::Ended(ended),
            Some(outgoing) = self.fast.recv(), if takes_new => Event::Came(outgoing),
            // The reader's two inlets are closed together: the second says so for both. The replayer's says nothing.
            outgoing = self.bulk.recv(), if takes_new => outgoing.map_or(Event::Closed, Event::Came),
            Some(outgoing) = self.replayed.recv(), if takes_new => Event::Came(outgoing),
            () = timer => Event::Time,
        }
    }

    /// Tries a delivery, or holds it behind another of its contact's that has not ended.
    fn start_or_hold(&mut self, outgoing: Outgoing) {
        self.known.insert(outgoing.key);
        self.handed.take([&outgoing]);
        if let Some(contact) = outgoing.contact.filter(|_| outgoing.charged == 0 && outgoing.attempts.is_empty()) {
            if self.busy.get(&contact).is_some_and(|first| *first != outgoing.key) {
                self.held.entry(contact).or_default().push_back(outgoing);
                self.held_count += 1;
                return;
            }
            self.busy.insert(contact, outgoing.key);
        }
        self.start(outgoing);
    }

    fn start(&mut self, mut outgoing: Outgoing) {
        let now = self.options.clock.now();
        self.pace.took(now);
        let message_id = message_id(&self.subscribed, &outgoing);
        let body = self.options.voice.reveal(&self.subscribed, std::mem::take(&mut outgoing.body));
        let rendered = Rendered { content_type: outgoing.content_type.clone(), body };
        let headers = self.options.voice.headers(&self.subscribed, &message_id, now, &rendered);
        let message = Message { headers: headers.sent, body: rendered.body, timeout: self.subscribed.policy.timeout };
        let (client, target) = (Arc::clone(&self.client), self.target.clone());
        let number = outgoing.attempts.last().map_or(0, |attempt| attempt.number) + 1;
        let on_the_wire = self.meters.on_the_wire();
        let attempt = async move {
            let _on_the_wire = on_the_wire;
            let attempt = client.attempt_at(target, message, now).await;
            let row = attempt_row(number, now, headers.kept, &attempt);
            (outgoing, attempt, row)
        };
        self.in_flight.push(Box::pin(AssertUnwindSafe(attempt).catch_unwind()));
    }

    /// Decides what follows from an attempt.
    async fn ended(&mut self, outgoing: Outgoing, attempt: &Attempt, mut row: AttemptRow) {
        self.subscribed.secrets.blank(&mut row.answer);
        let now = self.options.clock.now();
        self.meters.attempted(&row);
        let charged = outgoing.charged + u32::from(row.is_charged);
        // Chance comes from the system, and is only asked where something is to be tried again.
        let chance = if attempt.ending == Ending::Delivered { 0.0 } else { (self.options.chance)() };
        let next = self.subscribed.policy.next(attempt.ending, charged, now, chance);
        match next {
            Next::Delivered => self.breaker.succeeded(),
            _ if row.is_charged => self.breaker.failed(now),
            _ => {}
        }
        let (subscription, key) = (outgoing.subscription, outgoing.key);
        let attempt = Some(Box::new(row));
        let status = match next {
            Next::RetryAt(due_at) => {
                self.outcomes.push(Outcome::Again { subscription, key, due_at, charged, attempt });
                return;
            }
            Next::Delivered => DeliveryStatus::Delivered,
            Next::Failed | Next::Gone => DeliveryStatus::Failed,
        };
        self.meters.ended(status);
        let stops = self.failing.ended(next, &self.subscribed.policy);
        let warning = attempt.as_deref().filter(|_| !self.is_stopped).and_then(|attempt| {
            let (directory, stops) = (self.options.store.directory(), stops.as_ref().map(|(status, _)| *status));
            self.failing.warning(&self.subscribed, &directory, (&outgoing, attempt), stops)
        });
        self.outcomes.push(Outcome::Ended { subscription, key, status, reason: None, at: now, attempt, warning });
        if let Some(contact) = outgoing.contact {
            self.release(contact, key);
        }
        if let Some((status, reason)) = stops {
            self.stop(status, reason).await;
        }
    }

    /// Lets the next delivery of a contact go, if it was this one that it waited for.
    fn release(&mut self, contact: u64, key: DeliveryKey) {
        if self.busy.get(&contact) != Some(&key) {
            return;
        }
        self.busy.remove(&contact);
        let Some(held) = self.held.get_mut(&contact) else { return };
        let next = held.pop_front();
        if held.is_empty() {
            self.held.remove(&contact);
        }
        if let Some(next) = next {
            self.held_count -= 1;
            self.due.push_front(next);
        }
    }

    /// Stops the subscription: nothing new is sent from now on.
    async fn stop(&mut self, status: SubscriptionStatus, reason: String) {
        if self.is_stopped {
            return;
        }
        self.is_stopped = true;
        // First what it is stopped for: whoever reads that it is stopped reads that too.
        self.write_all().await;
        let (id, at) = (self.subscribed.row.id, self.options.clock.now());
        tracing::warn!(subscription = %id, ?status, %reason, "a subscription was stopped");
        let change = DirectoryChange::SetSubscriptionStatus { id, status, reason: Some(reason), at };
        match self.options.store.change_directory(vec![change]).await {
            Ok(()) => self.has_stopped = true,
            // It stays active for the supervisor, which starts it anew; the next failure stops it.
            Err(error) => {
                tracing::error!(%error, subscription = %id, "that a subscription was stopped could not be written down");
            }
        }
    }
}

/// The id that a receiver knows a delivery by: the event's to this subscription, also when it is replayed.
fn message_id(subscribed: &Subscribed, outgoing: &Outgoing) -> String {
    match outgoing.key.run {
        0 => outgoing.id.to_string(),
        _ => DeliveryId::derive(subscribed.row.id, outgoing.event_id, 0).to_string(),
    }
}

/// An attempt, as it is kept.
#[must_use]
pub fn attempt_row(number: u32, started_at: Millis, request_headers: Vec<(String, String)>, attempt: &Attempt) -> AttemptRow {
    let micros = |time: Option<std::time::Duration>| time.and_then(|time| u64::try_from(time.as_micros()).ok());
    let timing = attempt.timing;
    AttemptRow {
        number,
        started_at,
        status: attempt.status,
        error: attempt.error.as_ref().map(|error| (error.code.to_owned(), error.text.clone())),
        is_charged: attempt.error.as_ref().is_none_or(|error| error.fault == Fault::Theirs),
        timing: [timing.name, timing.connect, timing.tls, timing.first_byte, Some(timing.total)].map(micros),
        request_headers,
        answer: attempt.answer.to_vec(),
    }
}
