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
    answer::{self, Answer},
    latency::Latencies,
    patience::{Next, Patience},
};

/// The progress is told this often, also while nothing happens, and at the end.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// A delivery on its way.
struct Job {
    /// Without its body, which is shared by all attempts.
    planned: Planned,
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
    in_flight: JoinSet<(Job, Answer)>,
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
    pub(crate) async fn run(mut self, mut plan: Plan, progress: &mut impl FnMut(&Progress)) -> Summary {
        self.began = Instant::now();
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
                    Ok((job, answer)) => self.settle(job, answer),
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
    fn advance(&mut self, plan: &mut Plan) {
        self.next = plan.next().map(|mut planned| {
            let body = Bytes::from(std::mem::take(&mut planned.body));
            let due = self.intended(planned.at);
            self.latest_due = due;
            Job { planned, body, failures: 0, due, answered: due }
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
    fn send(&mut self, plan: &mut Plan) {
        let retry = self.waiting.first_key_value().map(|((due, _), _)| *due);
        let is_retry = match (retry, &self.next) {
            (Some(retry), Some(next)) => retry <= next.due,
            (retry, _) => retry.is_some(),
        };
        let job = if is_retry {
            self.waiting.pop_first().map(|(_, job)| job)
        } else {
            self.tally.sent += 1;
            let mut job = self.next.take();
            if let Some(job) = job.as_mut().filter(|_| self.options.pace == Pace::Rate(0.0)) {
                job.due = Instant::now();
            }
            self.advance(plan);
            job
        };
        let Some(mut job) = job else { return };
        if !self.patience.begins(job.planned.webhook(), job.failures) {
            self.tally.not_sent += 1;
            return;
        }
        self.tally.retries += u64::from(job.failures > 0);
        if self.options.retries.is_failing(self.simulated(Instant::now())) {
            job.answered = Instant::now();
            return self.settle(job, Answer::Later(None));
        }
        let url = self.targets[job.planned.workspace as usize].address(job.planned.platform);
        let client = self.client.clone();
        self.in_flight.spawn(async move {
            let answer = answer::post(&client, &url, job.body.clone()).await;
            job.answered = Instant::now();
            (job, answer)
        });
    }

    /// Counts an answer, or plans another attempt.
    fn settle(&mut self, job: Job, answer: Answer) {
        let kept = match answer {
            Answer::Processed => &mut self.tally.processed,
            Answer::Duplicate => &mut self.tally.duplicate,
            Answer::Unrouted => &mut self.tally.unrouted,
            Answer::Accepted => &mut self.tally.accepted,
            Answer::Unreadable | Answer::Refused if self.options.retries.speed().is_some() => {
                // To a platform one failure is like another.
                return self.retry(job, Duration::ZERO, true);
            }
            Answer::Quarantined => {
                self.patience.taken(job.planned.webhook(), job.failures);
                return self.tally.quarantined += 1;
            }
            Answer::Unreadable => return self.tally.quarantined += 1,
            Answer::Refused => return self.tally.refused += 1,
            Answer::Later(wait) => return self.retry(job, wait.unwrap_or_default(), true),
            Answer::None => return self.retry(job, Duration::ZERO, false),
        };
        *kept += 1;
        self.patience.taken(job.planned.webhook(), job.failures);
        self.latencies.record(job.answered.saturating_duration_since(job.due));
        // What no rule places makes no records.
        if answer != Answer::Unrouted {
            self.ledger.note(&job.planned);
        }
    }

    /// Plans another attempt as the platform would, but not before the server wants it; or gives the delivery up.
    fn retry(&mut self, mut job: Job, at_least: Duration, was_answered: bool) {
        let webhook = job.planned.webhook();
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
            *given_up += 1;
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
        self.waiting.values().for_each(|job| self.patience.gave_up(job.planned.webhook()));
        self.tally.failed += self.waiting.len() as u64;
        self.waiting.clear();
    }
}
