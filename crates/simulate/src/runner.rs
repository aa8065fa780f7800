//! Sends a plan to a running server, as the platforms would.
//!
//! Open loop: at a given rate a delivery is due when it is due, whether or not the server has answered the ones before, and its
//! latency counts from then. What the server makes wait shows, instead of slowing the sender down unnoticed.

use std::{ops::Range, time::Duration};

use hookline_model::{platform::Platform, time::Millis};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Plan, PlanOptions, Progress, Summary, answer,
    patience::{Policy, Webhook},
    sending::Sending,
    target::Target,
};

/// The contacts of a live world, unless there are to be others.
const LIVE_CONTACTS: u32 = 2_000;

/// How fast deliveries are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many a second; 0 is as fast as the connections take them. The world ends now.
    Rate(f64),
    /// Each at the time it states: the world begins now and runs so many times faster than life, for demonstrations.
    Live {
        /// How many times faster than life.
        speed: u32,
    },
}

/// A hurried platform waits this many times shorter, if it would wait longer than [`PATIENT_MAX`].
const HURRY: u32 = 600;
/// See [`HURRY`].
const PATIENT_MAX: Duration = Duration::from_secs(30);

/// When failed attempts are repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// As the platforms do, but what takes longer than half a minute takes a six-hundredth of it, and nobody switches off.
    Hurried,
    /// As the platforms do, their clocks running so many times faster than ours, until they switch the webhook off.
    Faithful {
        /// How many times faster.
        speed: u32,
        /// From and until when, by their clocks, the simulator plays a server that answers 500. Nothing is sent meanwhile.
        failing: Option<Range<Duration>>,
    },
    /// After these waits, on every platform; nobody switches off.
    Fixed(Vec<Duration>),
}

/// What is done about failed attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retries {
    /// When they are repeated.
    pub schedule: Schedule,
    /// At most so many deliveries wait for another attempt; beyond, the delivery that failed is given up.
    pub waiting_max: usize,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries { schedule: Schedule::Hurried, waiting_max: 10_000 }
    }
}

impl Retries {
    /// How long after its so manieth failure a delivery is tried again, by our clock, where no webhook is switched off.
    pub(crate) fn delay(&self, webhook: Webhook, failures: usize) -> Option<Duration> {
        match &self.schedule {
            Schedule::Fixed(delays) => delays.get(failures).copied(),
            _ => {
                let delay = Policy::of(webhook).retries.get(failures).copied()?;
                Some(if delay > PATIENT_MAX { delay / HURRY } else { delay })
            }
        }
    }

    /// How many times faster the platforms' clocks run, if they do all that platforms do.
    pub(crate) fn speed(&self) -> Option<u32> {
        match self.schedule {
            Schedule::Faithful { speed, .. } => Some(speed.max(1)),
            _ => None,
        }
    }

    /// Whether the simulator answers instead of the server, so long after the beginning by the platforms' clocks.
    pub(crate) fn is_failing(&self, at: Duration) -> bool {
        matches!(&self.schedule, Schedule::Faithful { failing: Some(failing), .. } if failing.contains(&at))
    }
}

/// What to simulate, and where to send it.
#[derive(Clone, Debug)]
pub struct SimulateOptions {
    /// Webhook addresses, one of each workspace. See [`Target`].
    pub urls: Vec<String>,
    /// The platforms that send; none are those of the addresses.
    pub platforms: Vec<Platform>,
    /// How many deliveries are sent, repetitions among them.
    pub events: u64,
    /// How many contacts are mailed; none is as many as are played to the end once, in a live world two thousand.
    pub contacts: Option<u32>,
    /// How many campaigns mail them; none is two for each platform and address, but at least six.
    pub campaigns: Option<u32>,
    /// How many deliveries in a hundred repeat an earlier one.
    pub duplicates_pct: f64,
    /// How many deliveries in a hundred come out of order.
    pub disorder_pct: f64,
    /// The same seed gives the same bytes, if `now` is in the same week.
    pub seed: u64,
    /// How fast.
    pub pace: Pace,
    /// The time by the caller's clock.
    pub now: Millis,
    /// HubSpot sends at most so many events in one body, up to [`crate::batch::EVENTS_MAX`]; with 1 each is alone in its array.
    pub batch: usize,
    /// At most so many requests are under way.
    pub connections: usize,
    /// An attempt without an answer fails after this.
    pub timeout: Duration,
    /// What is done about failed attempts.
    pub retries: Retries,
    /// Ends the simulation early: what is under way is finished, and the summary still comes.
    pub stop: CancellationToken,
}

impl SimulateOptions {
    /// A thousand deliveries at fifty a second, with a few repetitions and a few out of order.
    #[must_use]
    pub fn new(urls: Vec<String>, now: Millis) -> SimulateOptions {
        SimulateOptions {
            urls,
            platforms: Vec::new(),
            events: 1_000,
            contacts: None,
            campaigns: None,
            duplicates_pct: 3.0,
            disorder_pct: 5.0,
            seed: 1,
            pace: Pace::Rate(50.0),
            now,
            batch: 1,
            connections: 64,
            timeout: Duration::from_secs(30),
            retries: Retries::default(),
            stop: CancellationToken::new(),
        }
    }

    fn contacts_by_default(&self) -> u32 {
        let contacts = PlanOptions::contacts_for(self.events);
        // A live world goes on and on: its contacts come round again.
        if matches!(self.pace, Pace::Live { .. }) { contacts.min(LIVE_CONTACTS) } else { contacts }
    }

    /// The plan, and the target of each of its workspaces.
    ///
    /// # Errors
    /// When the options are wrong or contradict each other.
    pub fn plan(&self) -> Result<(Plan, Vec<Target>), Error> {
        let mut platforms = self.platforms.clone();
        let mut targets = Vec::new();
        for url in &self.urls {
            let (target, platform) = Target::parse(url)?;
            if self.platforms.is_empty() && !platforms.contains(&platform) {
                platforms.push(platform);
            }
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        let workspaces = u32::try_from(targets.len()).unwrap_or(u32::MAX);
        let campaigns = PlanOptions::campaigns_for(platforms.len(), targets.len());
        let options = PlanOptions {
            platforms,
            workspaces,
            events: self.events,
            contacts: self.contacts.unwrap_or_else(|| self.contacts_by_default()),
            campaigns: self.campaigns.unwrap_or(campaigns),
            duplicates_pct: self.duplicates_pct,
            disorder_pct: self.disorder_pct,
            seed: self.seed,
        };
        let plan = match self.pace {
            Pace::Rate(rate) if !(rate.is_finite() && rate >= 0.0) => Err(Error::Options("the rate is a number from 0")),
            Pace::Rate(_) => Plan::until(&options, self.now),
            Pace::Live { speed } => Plan::live(&options, self.now, speed),
        }?;
        Ok((plan, targets))
    }
}

/// Sends the plan's deliveries and tells what became of them.
///
/// # Errors
/// When the options are wrong, or an address does not answer at the beginning. Later failures are counted.
pub async fn simulate(options: SimulateOptions, mut progress: impl FnMut(&Progress)) -> Result<Summary, Error> {
    let (plan, targets) = options.plan()?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(options.timeout)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(options.connections.max(1))
        .user_agent("axios/0.21.4");
    let client = client.build().map_err(|error| Error::Client(error.to_string()))?;
    let platforms: Vec<Platform> = plan.platforms().to_vec();
    for address in targets.iter().flat_map(|target| platforms.iter().map(|platform| target.address(*platform))) {
        answer::probe(&client, address).await?;
    }
    Ok(Sending::new(&options, client, targets).run(plan, &mut progress).await)
}
