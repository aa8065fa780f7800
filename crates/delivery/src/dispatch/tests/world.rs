//! What the tests work in: a store with a workspace, a clock and a plain voice.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hookline_model::{
    entry::Origin,
    event::{ContactRef, Event, Facts},
    id::{AgencyId, DeliveryId, EventId, SubscriptionId, WorkspaceId},
    identity::Identity,
    key::EmailAddress,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use hookline_store::{
    Append, Store,
    deliveries::{DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStatus, Lane, Outgoing, Snapshot},
    directory::{AddressOwner, Agency, DirectoryChange, Workspace},
    query::PageRequest,
    sqlite::{SqliteOptions, SqliteStore},
    subscriptions::{Subscription, SubscriptionStatus},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub(super) use super::receiver::Receiver;

use super::super::{Clock, DispatchOptions, Dispatcher, Headers, KEEP, Rendered, Subscribed, Until, Voice};
use crate::{
    client::{Client, ClientOptions, Resolve, Resolving},
    guard::Guard,
    settings::Secrets,
};

pub(super) const ACME: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb1));
pub(super) const BETA: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb2));
pub(super) const UNROUTED: WorkspaceId = WorkspaceId(Uuid::from_u128(0xbf));
pub(super) const AGENCY: AgencyId = AgencyId(Uuid::from_u128(0xa1));
pub(super) const START: Millis = Millis(1_770_000_000_000);

/// How long a test waits for what must come; it is never waited out when all is well.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Looks again and again until something is so, and no longer than it may take.
pub(super) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let look = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, look).await.is_ok(), "not in time: {what}");
}

/// A clock that goes on when it is told to.
pub(super) struct Hand(watch::Sender<Millis>);

impl Clock for Hand {
    fn now(&self) -> Millis {
        *self.0.borrow()
    }

    fn until(&self, at: Millis) -> Until<'_> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // The hand outlives whoever waits.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}

/// Says an event in the fewest words; of clicks it has none. A counter in the body tells how often a body was made.
pub(super) struct Plain(pub(super) Mutex<u32>);

impl Voice for Plain {
    fn render(&self, _: &Subscribed, snapshot: &Snapshot, message_id: &str) -> Option<Rendered> {
        let event = &snapshot.event.event;
        if event.kind == Kind::EmailClicked {
            return None;
        }
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *made += 1;
        let contact = snapshot.contact.as_ref().and_then(|contact| contact.email.clone());
        let status = snapshot.contact.as_ref().map(|contact| contact.status);
        let body = json!({"id": message_id, "kind": event.kind, "contact": contact, "status": status, "made": *made});
        Some(Rendered { content_type: "application/json".into(), body: body.to_string().into() })
    }

    fn headers(&self, _: &Subscribed, message_id: &str, at: Millis, _: &Rendered) -> Headers {
        let pairs = [("webhook-id", message_id.to_owned()), ("webhook-timestamp", (at.0 / 1_000).to_string())];
        let sent =
            pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")));
        let sent: HeaderMap = sent.collect();
        Headers { sent, kept: pairs.map(|(name, value)| (name.to_owned(), value)).to_vec() }
    }

    fn data(&self, snapshot: &Snapshot) -> Value {
        json!({"category": snapshot.contact.as_ref().and_then(|contact| contact.category.clone())})
    }
}

/// Every name is this machine.
struct Home;

impl Resolve for Home {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

pub(super) struct World {
    temp: TempDir,
    pub(super) store: Arc<dyn Store>,
    clock: Arc<Hand>,
    changed: Arc<Notify>,
    dispatcher: Option<Dispatcher>,
}

impl World {
    /// A fresh store with a workspace, and a dispatcher at work.
    pub(super) async fn new() -> World {
        let temp = tempfile::tempdir().expect("a folder");
        let store = open(temp.path());
        let workspace = |id, reserved| {
            DirectoryChange::PutWorkspace(Workspace { id, agency: AGENCY, name: "w".to_owned(), created_at: START, reserved })
        };
        let agency = Agency { id: AGENCY, name: "a".to_owned(), created_at: START, unrouted: UNROUTED };
        let changes =
            vec![DirectoryChange::PutAgency(agency), workspace(ACME, false), workspace(BETA, false), workspace(UNROUTED, true)];
        store.change_directory(changes).await.expect("the directory changes");
        let clock = Arc::new(Hand(watch::Sender::new(START)));
        let mut world = World { temp, store, clock, changed: Arc::default(), dispatcher: None };
        world.start();
        world
    }

    /// Starts the dispatcher.
    pub(super) fn start(&mut self) {
        self.dispatcher = Some(Dispatcher::start(self.options()));
    }

    /// What a dispatcher is given.
    pub(super) fn options(&self) -> DispatchOptions {
        let guard = Guard { allow_private: true, allow: Vec::new() };
        let client = Client::new(ClientOptions { guard, resolve: Arc::new(Home), roots: Vec::new() });
        DispatchOptions {
            store: Arc::clone(&self.store),
            client,
            voice: Arc::new(Plain(Mutex::new(0))),
            open_secrets: Arc::new(|_| Ok(Secrets::default())),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            chance: Arc::new(|| 0.0),
            keep: KEEP,
            changed: Arc::clone(&self.changed),
        }
    }

    /// Stops the dispatcher.
    pub(super) async fn stop(&mut self) {
        if let Some(dispatcher) = self.dispatcher.take() {
            tokio::time::timeout(PATIENCE, dispatcher.stop()).await.expect("it stops");
        }
    }

    /// From now on, or no more, the store cannot write down that a delivery ended.
    pub(super) fn break_outcomes(&self, broken: bool) {
        self.tamper(match broken {
            true => "CREATE TRIGGER broken BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'broken'); END",
            false => "DROP TRIGGER broken",
        });
    }

    /// Does something to the file of deliveries behind the store's back.
    pub(super) fn tamper(&self, sql: &str) {
        let file = rusqlite::Connection::open(self.temp.path().join("deliveries.db")).expect("the file opens");
        // The store may be writing at this moment.
        file.busy_timeout(PATIENCE).expect("it waits");
        file.execute_batch(sql).expect("the file is broken, or mended");
    }

    /// Lets the clock go on.
    pub(super) fn pass(&self, time: Duration) {
        let now = self.clock.now();
        self.clock.0.send_replace(Millis(now.0 + i64::try_from(time.as_millis()).expect("not so long")));
    }

    /// Makes a subscription of a workspace; `rest` is what is set beside its URL and kinds.
    pub(super) async fn subscribe(&self, number: u128, port: u16, rest: Value) -> SubscriptionId {
        self.subscribe_as(AddressOwner::Workspace(ACME), number, port, rest).await
    }

    pub(super) async fn subscribe_as(&self, owner: AddressOwner, number: u128, port: u16, rest: Value) -> SubscriptionId {
        let mut settings = json!({"url": format!("http://hook.example:{port}/{number}"), "kinds": ["*"]});
        settings.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        let id = SubscriptionId(Uuid::from_u128(0xc000 + number));
        let row = Subscription {
            id,
            owner,
            status: SubscriptionStatus::Active,
            status_reason: None,
            status_at: START,
            settings: settings.to_string(),
            secrets: Vec::new(),
            created_at: START,
            updated_at: self.clock.now(),
            since: self.store.status().committed,
        };
        self.change(DirectoryChange::PutSubscription(Box::new(row))).await;
        id
    }

    /// Changes the directory, and says so.
    pub(super) async fn change(&self, change: DirectoryChange) {
        self.store.change_directory(vec![change]).await.expect("the directory changes");
        self.changed.notify_one();
    }

    pub(super) async fn resume(&self, id: SubscriptionId) {
        self.store.forgive(id).await.expect("it is forgiven");
        let (status, at) = (SubscriptionStatus::Active, self.clock.now());
        self.change(DirectoryChange::SetSubscriptionStatus { id, status, reason: None, at }).await;
    }

    /// Appends an event of a kind about somebody.
    pub(super) async fn append(&self, kind: Kind, who: &str) -> EventId {
        self.append_as(ACME, Origin::Live, kind, who).await
    }

    pub(super) async fn append_as(&self, workspace: WorkspaceId, origin: Origin, kind: Kind, who: &str) -> EventId {
        self.append_raw(workspace, origin, kind, who, b"{}".to_vec()).await
    }

    /// Appends an event that came with this body.
    pub(super) async fn append_raw(
        &self,
        workspace: WorkspaceId,
        origin: Origin,
        kind: Kind,
        who: &str,
        raw: Vec<u8>,
    ) -> EventId {
        let at = Millis(START.0 + i64::try_from(self.store.status().committed).expect("not so many"));
        let digest = Identity::new(Platform::Instantly, "", kind).part("contact", who).digest();
        let email = EmailAddress::parse(&format!("{who}@x.example")).ok();
        let event = Event {
            id: EventId::derive(at, &digest),
            kind,
            platform: Platform::Instantly,
            account: None,
            occurred_at: at,
            time_source: TimeSource::Stated,
            contact: Some(ContactRef { email, external: None }),
            campaign: None,
            sending_account: None,
            outbound: None,
            inbound: None,
            facts: Facts::default(),
        };
        let id = event.id;
        let received_at = self.clock.now();
        let append = Append { workspace, event, claim: None, origin, received_at, raw };
        self.store.append(append).await.expect("it is appended");
        id
    }

    /// The deliveries of a subscription, once so many stand so.
    pub(super) async fn deliveries(&self, id: SubscriptionId, status: DeliveryStatus, count: usize) -> Vec<DeliveryRow> {
        let filter = DeliveryFilter { status: Some(status), ..DeliveryFilter::default() };
        let look = async {
            loop {
                let page = PageRequest { limit: 500, after: None };
                let rows = self.store.deliveries(id, filter.clone(), page).await.expect("they are listed").rows;
                if rows.len() >= count {
                    return rows;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("so many stand so")
    }

    /// Waits until the one delivery of a subscription that is to be tried again was tried so often, and that is written down.
    pub(super) async fn tried(&self, id: SubscriptionId, tries: u32) {
        until("it was tried so often", async || self.deliveries(id, DeliveryStatus::Retrying, 1).await[0].tries >= tries).await;
    }

    /// Waits until a subscription stands so.
    pub(super) async fn stands(&self, id: SubscriptionId, status: SubscriptionStatus) -> Arc<Subscription> {
        let look = async {
            loop {
                if let Some(row) = self.store.directory().subscription(id).filter(|row| row.status == status) {
                    return Arc::clone(row);
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("it stands so")
    }
}

fn open(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(SqliteOptions { search: None, ..SqliteOptions::new(folder) }).expect("the folder opens"))
}

/// Who the received bodies are about.
pub(super) fn whom(received: &[Value]) -> Vec<String> {
    let name = |body: &Value| body["contact"].as_str().and_then(|text| text.split('@').next()).unwrap_or_default().to_owned();
    received.iter().map(name).collect()
}

/// A delivery about somebody, at a position and of a run, that is due from the start on.
pub(super) fn outgoing(subscription: SubscriptionId, (position, run): (u64, u32), who: &str) -> Outgoing {
    let event_id = EventId(Uuid::from_u128(position.into()));
    Outgoing {
        id: DeliveryId::derive(subscription, event_id, run),
        subscription,
        key: DeliveryKey { position, run },
        workspace: ACME,
        event_id,
        kind: Kind::EmailSent,
        lane: Lane::Bulk,
        contact: None,
        created_at: START,
        due_at: START,
        charged: 0,
        attempts: Vec::new(),
        content_type: "application/json".into(),
        body: json!({"contact": format!("{who}@x.example")}).to_string().into(),
    }
}
