//! The load generator: requests over a fixed number of connections, each checked.
//!
//! In the *closed loop* each connection sends the next request when it has its answer. In the *open loop* requests are due by a
//! schedule, whatever the server does, and a latency counts from when its request was due: a stall makes every request wait that
//! falls into it, and none of that is hidden.

mod deliveries;
pub(crate) mod http;
mod latency;
mod reads;
mod schedule;
mod ticker;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

pub use self::latency::Percentiles;
use self::ticker::Ticker;
pub(crate) use self::{
    deliveries::Deliveries,
    http::{Answer, Connection},
    latency::Latencies,
    reads::{READS, Reads},
    schedule::Schedule,
};
use crate::Error;

/// How long nothing may be answered before the benchmark gives up.
const STALL_MAX: Duration = Duration::from_secs(60);
/// How often one request is tried again after a 503.
const ATTEMPTS_MAX: u32 = 100;
/// How long to wait after a 503 that does not say.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How much of an answer that is wrong is shown.
const SHOWN_BYTES: usize = 300;

/// What is sent, by index from 0.
pub(crate) trait Requests: Send + Sync + 'static {
    /// Writes a whole request to the end of `out`.
    fn write(&self, index: u64, out: &mut Vec<u8>);
    /// Whether an answer is the right one.
    fn is_right(&self, answer: &Answer<'_>) -> bool;
    /// How many kinds of requests are told apart in the latencies.
    fn kinds(&self) -> usize {
        1
    }
    /// Which kind a request is of.
    fn kind(&self, _index: u64) -> usize {
        0
    }
}

/// When requests are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// When the one before is answered.
    Closed,
    /// By a schedule.
    Open(Schedule),
}

/// When it ends.
#[derive(Clone, Debug)]
pub(crate) enum Until {
    /// No request is sent, or due, after this time.
    Elapsed(Duration),
    /// After so many requests.
    Count(u64),
    /// When told to, but not before so many requests were due. In the open loop only.
    Told { stop: CancellationToken, at_least: u64 },
}

/// A load.
pub(crate) struct Load {
    /// Where to.
    pub(crate) target: SocketAddr,
    /// What.
    pub(crate) requests: Arc<dyn Requests>,
    /// Over how many connections.
    pub(crate) connections: usize,
    /// When.
    pub(crate) pace: Pace,
    /// For how long.
    pub(crate) until: Until,
}

/// What came of a load.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Requests that were answered rightly: all that were sent.
    pub(crate) answered: u64,
    /// Further attempts after a 503.
    pub(crate) retried: u64,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How long answers took, by kind.
    pub(crate) latencies: Vec<Latencies>,
}

/// What the connections of a load share.
struct Run {
    requests: Arc<dyn Requests>,
    pace: Pace,
    started: Instant,
    /// The index of the next request.
    next: AtomicU64,
    /// Requests of an index from here on are not sent.
    end: AtomicU64,
    /// Nor is one after this, in the closed loop.
    deadline: Option<Instant>,
    /// Requests that are due and not taken by a connection.
    due: Semaphore,
    settled: AtomicU64,
}

/// One connection's part.
struct Share {
    answered: u64,
    retried: u64,
    latencies: Vec<Latencies>,
}

impl Load {
    /// Sends it. `each_second` is told how many were answered so far.
    pub(crate) async fn run(self, each_second: &dyn Fn(u64)) -> Result<Outcome, Error> {
        let started = Instant::now();
        let (end, deadline) = match (&self.until, self.pace) {
            (Until::Count(count), _) => (*count, None),
            (Until::Elapsed(time), Pace::Closed) => (u64::MAX, Some(started + *time)),
            (Until::Elapsed(time), Pace::Open(schedule)) => (schedule.within(*time), None),
            (Until::Told { .. }, Pace::Open(_)) => (u64::MAX, None),
            (Until::Told { .. }, Pace::Closed) => return Err(Error::Options("a closed loop needs an end".to_owned())),
        };
        let run = Arc::new(Run {
            requests: Arc::clone(&self.requests),
            pace: self.pace,
            started,
            next: AtomicU64::new(0),
            end: AtomicU64::new(end),
            deadline,
            due: Semaphore::new(0),
            settled: AtomicU64::new(0),
        });
        // Dropped with this future: then every connection ends.
        let mut tasks = JoinSet::new();
        if let Pace::Open(schedule) = self.pace {
            tasks.spawn(pace(Arc::clone(&run), schedule, self.until, self.connections));
        }
        for _ in 0..self.connections {
            tasks.spawn(send(Arc::clone(&run), Connection::new(self.target)));
        }
        let mut all = Share::new(self.requests.kinds())?;
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        let (mut seen, mut moved) = (0, started);
        loop {
            tokio::select! {
                joined = tasks.join_next() => match joined {
                    Some(share) => all.add(&share.map_err(|error| Error::failed("run a connection", error))??)?,
                    None => break,
                },
                now = seconds.tick() => {
                    let settled = run.settled.load(Ordering::Relaxed);
                    if settled > seen {
                        (seen, moved) = (settled, now);
                    } else if now.duration_since(moved) > STALL_MAX {
                        return Err(Error::Failed(format!("no answer for {} s, after {settled}", STALL_MAX.as_secs())));
                    }
                    each_second(settled);
                }
            }
        }
        let Share { answered, retried, latencies } = all;
        Ok(Outcome { answered, retried, elapsed: started.elapsed(), latencies })
    }
}

/// Lets requests go when they are due.
async fn pace(run: Arc<Run>, schedule: Schedule, until: Until, connections: usize) -> Result<Share, Error> {
    let failed = |error| Error::failed("keep the time of the schedule", error);
    let mut ticker = Ticker::new(schedule.tick()).map_err(failed)?;
    let mut let_go = 0;
    loop {
        let mut due = schedule.due_by(run.started.elapsed());
        if let Until::Told { stop, at_least } = &until
            && stop.is_cancelled()
        {
            due = let_go.max(*at_least);
            run.end.store(due, Ordering::Relaxed);
        }
        let end = run.end.load(Ordering::Relaxed);
        due = due.min(end);
        run.due.add_permits(usize::try_from(due - let_go).unwrap_or_default());
        let_go = due;
        if let_go == end {
            break;
        }
        ticker.tick().await.map_err(failed)?;
    }
    // One more for each connection, to see that this was all.
    run.due.add_permits(connections);
    Share::new(run.requests.kinds())
}

/// One connection.
async fn send(run: Arc<Run>, mut connection: Connection) -> Result<Share, Error> {
    let mut share = Share::new(run.requests.kinds())?;
    let mut request = Vec::with_capacity(4 * 1024);
    while let Some(index) = run.next().await? {
        request.clear();
        run.requests.write(index, &mut request);
        let due = run.due_at(index);
        let mut attempts = 0;
        loop {
            let answer = connection.exchange(&request).await.map_err(|error| Error::failed("send a request", error))?;
            if run.requests.is_right(&answer) {
                break;
            }
            attempts += 1;
            if answer.status != 503 || attempts >= ATTEMPTS_MAX {
                let shown = String::from_utf8_lossy(&answer.body[..answer.body.len().min(SHOWN_BYTES)]).into_owned();
                return Err(Error::Failed(format!("request {index} was answered with {}: {shown}", answer.status)));
            }
            share.retried += 1;
            tokio::time::sleep(answer.retry_after.unwrap_or(RETRY_AFTER)).await;
        }
        share.latencies[run.requests.kind(index)].record(due.elapsed());
        share.answered += 1;
        run.settled.fetch_add(1, Ordering::Relaxed);
    }
    Ok(share)
}

impl Run {
    /// The next request to send, when it is due; none after the last.
    async fn next(&self) -> Result<Option<u64>, Error> {
        match self.pace {
            Pace::Closed if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) => return Ok(None),
            Pace::Closed => {}
            Pace::Open(_) => self.due.acquire().await.map_err(|error| Error::failed("wait for the schedule", error))?.forget(),
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        Ok((index < self.end.load(Ordering::Relaxed)).then_some(index))
    }

    /// From when a request's latency counts.
    fn due_at(&self, index: u64) -> Instant {
        match self.pace {
            Pace::Closed => Instant::now(),
            Pace::Open(schedule) => self.started + schedule.due(index),
        }
    }
}

impl Share {
    fn new(kinds: usize) -> Result<Share, Error> {
        let latencies = (0..kinds).map(|_| Latencies::new()).collect::<Result<_, _>>()?;
        Ok(Share { answered: 0, retried: 0, latencies })
    }

    fn add(&mut self, other: &Share) -> Result<(), Error> {
        self.answered += other.answered;
        self.retried += other.retried;
        self.latencies.iter_mut().zip(&other.latencies).try_for_each(|(all, part)| all.add(part))
    }
}

#[cfg(test)]
mod tests;
