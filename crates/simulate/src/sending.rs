//! The loop that sends: what is due goes out while there is a free connection, what failed waits for its next attempt.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use hookline_model::time::Millis;
use reqwest::Client;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    Ledger, Pace, Plan, Planned, Progress, SimulateOptions, Summary, Tally, Target,
    answer::{self, Answer, Answered},
    batch::{self, batches},
    latency::Latencies,
    patience::{Next, Patience, Webhook},
};

/// The progress is told this often, also while nothing happens, and at the end.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// A delivery on its way, or several that travel together.
struct Job {
    /// At least one. Without their bodies: what is sent is shared by all attempts.
    batch: Vec<Planned>,
    webhook: Webhook,
    body: Bytes,
    /// Attempts that failed.
    failures: usize,
    /// When this attempt was due.
    due: Instant,
    /// When it was answered.
    answered: Instant,
}

/// A simulation under way.
pub(crate) struct Sending<'a> {
    options: &'a SimulateOptions,
    client: Client,
    targets: Vec<Target>,
    began: Instant,
    told: Instant,
    /// The next delivery of the plan.
    next: Option<Job>,
    /// When the latest of the plan was due.
    latest_due: Instant,
    in_flight: JoinSet<(Job, Answered)>,
    /// What waits for another attempt, by when it is due.
    waiting: BTreeMap<(Instant, u64), Job>,
    /// Distinguishes what is due at the same time.
    waited: u64,
    tally: Tally,
    latencies: Latencies,
    ledger: Ledger,
    patience: Patience,
}

impl<'a> Sending<'a> {
    pub(crate) fn new(options: &'a SimulateOptions, client: Client, targets: Vec<Target>) -> Sending<'a> {
        let now = Instant::now();
        Sending {
            options,
            client,
            targets,
            began: now,
            told: now,
            next: None,
            latest_due: now,
            in_flight: JoinSet::new(),
            waiting: BTreeMap::new(),
            waited: 0,
            tally: Tally::default(),
            latencies: Latencies::default(),
            ledger: Ledger::default(),
            patience: Patience::default(),
        }
    }

    /// Sends everything.
    pub(crate) async fn run(mut self, plan: Plan, progress: &mut impl FnMut(&Progress)) -> Summary {
        self.began = Instant::now();
        let mut plan = batches(plan, self.options.batch);
        self.advance(&mut plan);
        let stop = self.options.stop.clone();
        loop {
            let is_under_way = self.due().is_some() || !self.in_flight.is_empty();
            let due = self.due().filter(|_| self.in_flight.len() < self.options.connections.max(1));
            let has_due = due.is_some();
            let tell_at = self.told + PROGRESS_EVERY;
            tokio::select! {
                biased;
                () = stop.cancelled(), if self.due().is_some() => self.give_up(),
                Some(done) = self.in_flight.join_next() => match done {
                    Ok((job, answered)) => self.settle(job, &answered),
                    // A request that panicked got no answer.
                    Err(_) => self.tally.failed += 1,
                },
                () = sleep_until(due.unwrap_or(self.began)), if has_due => self.send(&mut plan),
                () = sleep_until(tell_at), if is_under_way => {}
                else => break,
            }
            if Instant::now() >= tell_at {
                self.told = Instant::now();
                progress(&self.progress());
            }
        }
        progress(&self.progress());
        // Only what does all that platforms do has something to say of it.
        let patience = self.options.retries.speed().map(|_| self.patience);
        Summary { tally: self.tally, latencies: self.latencies, elapsed: self.began.elapsed(), ledger: self.ledger, patience }
    }

    fn progress(&self) -> Progress {
        Progress {
            events: self.options.events,
            tally: self.tally,
            in_flight: self.in_flight.len(),
            waiting: self.waiting.len(),
            elapsed: self.began.elapsed(),
        }
    }

    /// When the next attempt is due, if there is any.
    fn due(&self) -> Option<Instant> {
        let retry = self.waiting.first_key_value().map(|((due, _), _)| *due);
        let next = self.next.as_ref().map(|job| job.due);
        [retry, next].into_iter().flatten().min()
    }

    /// Takes the next delivery from the plan.
    fn advance(&mut self, plan: &mut impl Iterator<Item = Vec<Planned>>) {
        self.next = plan.next().and_then(|mut batch| {
            let body = Bytes::from(batch::body(&batch));
            batch.iter_mut().for_each(|planned| planned.body = Vec::new());
            // What travels together waits for the last of it.
            let last = batch.last()?;
            let (due, webhook) = (self.intended(last.at), last.webhook());
            self.latest_due = due;
            Some(Job { batch, webhook, body, failures: 0, due, answered: due })
        });
    }

    /// When the delivery after those that were sent is due.
    fn intended(&self, at: Millis) -> Instant {
        match self.options.pace {
            Pace::Rate(rate) if rate > 0.0 => self.began + Duration::from_secs_f64(self.tally.sent as f64 / rate),
            // As soon as a connection is free.
            Pace::Rate(_) => Instant::now(),
            Pace::Live { .. } => {
                let after = at.0.saturating_sub(self.options.now.0);
                // What is held back or repeated is due with what it comes behind.
                (self.began + Duration::from_millis(u64::try_from(after).unwrap_or(0))).max(self.latest_due)
            }
        }
    }

    /// Sends what is due first.
    fn send(&mut self, plan: &mut impl Iterator<Item = Vec<Planned>>) {
        let retry = self.waiting.first_key_value().map(|((due, _), _)| *due);
        let is_retry = match (retry, &self.next) {
            (Some(retry), Some(next)) => retry <= next.due,
            (retry, _) => retry.is_some(),
        };
        let job = if is_retry {
            self.waiting.pop_first().map(|(_, job)| job)
        } else {
            let mut job = self.next.take();
            self.tally.sent += job.as_ref().map_or(0, |job| job.batch.len() as u64);
            if let Some(job) = job.as_mut().filter(|_| self.options.pace == Pace::Rate(0.0)) {
                job.due = Instant::now();
            }
            self.advance(plan);
            job
        };
        let Some(mut job) = job else { return };
        if !self.patience.begins(job.webhook, job.failures) {
            self.tally.not_sent += job.batch.len() as u64;
            return;
        }
        self.tally.retries += u64::from(job.failures > 0);
        if self.options.retries.is_failing(self.simulated(Instant::now())) {
            job.answered = Instant::now();
            return self.settle(job, &Answered::to_all(Answer::Later(None)));
        }
        let url = self.targets[job.webhook.workspace as usize].address(job.webhook.platform);
        let client = self.client.clone();
        self.in_flight.spawn(async move {
            let answer = answer::post(&client, &url, job.body.clone()).await;
            job.answered = Instant::now();
            (job, answer)
        });
    }

    /// Counts an answer, or plans another attempt.
    fn settle(&mut self, job: Job, answered: &Answered) {
        match answered.whole {
            Answer::Later(wait) => return self.retry(job, wait.unwrap_or_default(), true),
            Answer::None => return self.retry(job, Duration::ZERO, false),
            // To a platform one failure is like another.
            Answer::Unreadable | Answer::Refused if self.options.retries.speed().is_some() => {
                return self.retry(job, Duration::ZERO, true);
            }
            Answer::Unreadable | Answer::Refused => {}
            _ => self.patience.taken(job.webhook, job.failures),
        }
        let latency = job.answered.saturating_duration_since(job.due);
        for (place, planned) in job.batch.iter().enumerate() {
            self.count(planned, answered.of(place), latency);
        }
    }

    /// Counts what one delivery came to in the end.
    fn count(&mut self, planned: &Planned, answer: Answer, latency: Duration) {
        let kept = match answer {
            Answer::Processed => &mut self.tally.processed,
            Answer::Duplicate => &mut self.tally.duplicate,
            Answer::Unrouted => &mut self.tally.unrouted,
            Answer::Accepted => &mut self.tally.accepted,
            Answer::Quarantined | Answer::Unreadable => return self.tally.quarantined += 1,
            // What is tried again does not come here.
            Answer::Refused | Answer::Later(_) | Answer::None => return self.tally.refused += 1,
        };
        *kept += 1;
        self.latencies.record(latency);
        // What no rule places makes no records.
        if answer != Answer::Unrouted {
            self.ledger.note(planned);
        }
    }

    /// Plans another attempt as the platform would, but not before the server wants it; or gives the delivery up.
    fn retry(&mut self, mut job: Job, at_least: Duration, was_answered: bool) {
        let webhook = job.webhook;
        let has_room = self.waiting.len() < self.options.retries.waiting_max && !self.options.stop.is_cancelled();
        let delay = match self.options.retries.speed() {
            Some(speed) => match self.patience.failed(webhook, job.failures, self.simulated(job.answered)) {
                Next::Again(delay) if has_room => Some(delay / speed),
                Next::Again(_) => {
                    self.patience.gave_up(webhook);
                    None
                }
                Next::Lost => None,
            },
            None => self.options.retries.delay(webhook, job.failures).filter(|_| has_room),
        };
        let Some(delay) = delay else {
            let given_up = if was_answered { &mut self.tally.refused } else { &mut self.tally.failed };
            *given_up += job.batch.len() as u64;
            return;
        };
        job.failures += 1;
        job.due = job.answered + delay.max(at_least);
        self.waited += 1;
        self.waiting.insert((job.due, self.waited), job);
    }

    /// How late it is by the clocks of the platforms.
    fn simulated(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.began).saturating_mul(self.options.retries.speed().unwrap_or(1))
    }

    /// Sends nothing more. What waited for another attempt has failed.
    fn give_up(&mut self) {
        self.next = None;
        for job in self.waiting.values() {
            self.patience.gave_up(job.webhook);
            self.tally.failed += job.batch.len() as u64;
        }
        self.waiting.clear();
    }
}
