//! The dispatcher: from the log to receivers, each at its own pace.
//!
//! Every subscription that is active has tasks of its own. Its *reader* goes through the log behind the subscription's cursors, finds what
//! it wants, has it put into words, and moves the cursors in the transaction that puts the deliveries into the outbox. Its *sender*
//! takes them from there, tries them, and writes down how that ended. Between the two is a bounded queue: a receiver that takes
//! nothing stops its reader, and nobody else. Readers that are level share the pages they read (`feed`), and
//! are woken by what they may want alone (`live`).
//!
//! Beside the two is a *replayer*, which goes through parts of the log again that somebody asked for; what it finds goes out when
//! nothing live waits. Who changes an outbox from outside, by a retry or a replay, has the store tell the supervisor, and that the
//! subscription's tasks.
//!
//! What is on its way is in the store and nowhere else that matters: whatever stops, is killed or started anew goes on from there,
//! with the same ids and bytes.

mod breaker;
mod feed;
mod handed;
mod live;
pub mod metrics;
mod pace;
mod reader;
mod replayer;
mod sender;
mod supervisor;
#[cfg(test)]
mod tests;
mod tidy;
mod warning;

use std::{borrow::Cow, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use hookline_model::{
    id::{AgencyId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    Store,
    deliveries::Snapshot,
    directory::{AddressOwner, Directory},
    subscriptions::Subscription,
};
use http::HeaderMap;
use serde_json::Value;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use live::Level;
pub use sender::attempt_row;

use crate::{
    client::Client,
    policy::Policy,
    settings::{Secrets, Settings},
};

pub use tidy::KEEP;

/// Waiting for a time, eventually.
pub type Until<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What time it is, and waiting for another: the wall clock in the binary, a hand in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;

    /// Waits until it is that late.
    fn until(&self, at: Millis) -> Until<'_>;
}

/// Chance: a number from 0 to 1, another one each time.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// A body in a subscription's dialect. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Its content type.
    pub content_type: Cow<'static, str>,
    /// Its bytes.
    pub body: Bytes,
}

/// The headers of an attempt.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    /// As they are sent.
    pub sent: HeaderMap,
    /// As they are kept: secrets masked.
    pub kept: Vec<(String, String)>,
}

/// Puts events into words, and signs them. Pure: the same arguments, the same bytes.
pub trait Voice: Send + Sync {
    /// An event in a subscription's dialect, as it is stored until it is taken; `None` if that has no words for it. `message_id` is
    /// the same on every try. Nothing secret of the subscription is in it.
    fn render(&self, subscription: &Subscribed, snapshot: &Snapshot, message_id: &str) -> Option<Rendered>;

    /// A stored body as it goes out: with the secret that the dialect carries there, the one of today.
    fn reveal(&self, _: &Subscribed, body: Bytes) -> Bytes {
        body
    }

    /// The headers of an attempt at `at`, with a body as it goes out.
    fn headers(&self, subscription: &Subscribed, message_id: &str, at: Millis, rendered: &Rendered) -> Headers;

    /// The sort of subscriptions that are sent the same bodies, whatever else they are set to, if this is of one: then an event is put
    /// into words once for all of the sort.
    fn sort(&self, _: &Subscribed) -> Option<&'static str> {
        None
    }

    /// An event's `data` as it is shown, for filters.
    fn data(&self, snapshot: &Snapshot) -> Value;
}

/// Opens what is secret of a subscription; the text says why it cannot be opened.
pub type OpenSecrets = Arc<dyn Fn(&Subscription) -> Result<Secrets, String> + Send + Sync>;

/// A subscription, read.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// As it is stored.
    pub row: Arc<Subscription>,
    /// What it is set to.
    pub settings: Settings,
    /// How its receiver is treated.
    pub policy: Policy,
    /// What is secret of it.
    pub secrets: Secrets,
}

impl Subscribed {
    /// Reads a stored subscription.
    ///
    /// # Errors
    /// A text that says why it cannot be served.
    pub fn read(row: &Arc<Subscription>, open: &OpenSecrets) -> Result<Subscribed, String> {
        let settings: Settings = serde_json::from_str(&row.settings).map_err(|error| format!("its settings: {error}"))?;
        let policy = settings.check().map_err(|error| format!("its settings: {error}"))?;
        let secrets = open(row)?;
        Ok(Subscribed { row: Arc::clone(row), settings, policy, secrets })
    }

    /// The agency that it belongs to, with its workspace if it is one's; none if that is gone.
    #[must_use]
    pub fn agency(&self, directory: &Directory) -> Option<AgencyId> {
        match self.row.owner {
            AddressOwner::Agency(id) => Some(id),
            AddressOwner::Workspace(id) => directory.workspace(id).map(|workspace| workspace.agency),
        }
    }

    /// Whether it is told of a workspace's events.
    fn covers(&self, workspace: WorkspaceId, directory: &Directory) -> bool {
        match self.row.owner {
            AddressOwner::Workspace(id) => id == workspace,
            AddressOwner::Agency(id) => directory.workspace(workspace).is_some_and(|workspace| workspace.agency == id),
        }
    }
}

/// How long a fault of the store is waited out before it is asked again, in ms.
const FAULT_WAIT: i64 = 1_000;

/// What a dispatcher is given.
#[derive(Clone)]
pub struct DispatchOptions {
    /// The log, the records, subscriptions and deliveries.
    pub store: Arc<dyn Store>,
    /// Sends.
    pub client: Client,
    /// Puts into words.
    pub voice: Arc<dyn Voice>,
    /// Opens secrets.
    pub open_secrets: OpenSecrets,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Chance,
    /// For how long deliveries that ended are kept, such as [`KEEP`].
    pub keep: Duration,
    /// Notified by whoever changes subscriptions. They are looked at now and then anyway; this only makes it sooner.
    pub changed: Arc<Notify>,
}

/// Passes events on until it is stopped.
pub struct Dispatcher {
    stopping: CancellationToken,
    level: Level,
    supervisor: JoinHandle<()>,
}

impl Dispatcher {
    /// Starts it, inside of a runtime.
    #[must_use]
    pub fn start(options: DispatchOptions) -> Dispatcher {
        let stopping = CancellationToken::new();
        let work = supervisor::Supervisor::new(options, stopping.clone());
        Dispatcher { stopping, level: work.level(), supervisor: tokio::spawn(work.run()) }
    }

    /// How far the subscriptions were looked on for that are level with the log.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level.clone()
    }

    /// Begins nothing new, lets what is on the wire end, and writes down how it did.
    pub async fn stop(self) {
        self.stopping.cancel();
        if let Err(error) = self.supervisor.await {
            tracing::error!(%error, "the dispatcher did not stop as it should");
        }
    }
}
