//! The whole service in process: a fresh store in a folder of its own, a clock in hand, chance from a seed.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use hookline_delivery::{
    client::{Client, ClientOptions, Resolve, Resolving},
    dispatch::{self, Until},
    guard::Guard,
};
use hookline_model::{
    entry::Origin,
    id::{Address, AgencyId, QuarantineId, WorkspaceId},
    platform::Platform,
    route::{Decision, Waiting},
    time::Millis,
};
use hookline_platforms::Delivery;
use hookline_server::{Clock, Entropy, Limits, MasterKey, PassingOn, Service, ServiceOptions, serve};
use hookline_store::{
    Append, Quarantined, Store,
    directory::{AddressOwner, AddressRow, Agency, DirectoryChange, Workspace},
    sqlite::{Probe, SqliteOptions, SqliteStore},
};
use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};
use reqwest::Method;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::node::ADMIN_KEY;

/// 2026-02-12T00:00:00Z: when tests begin.
pub const START: Millis = Millis(1_770_854_400_000);

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct HandClock(watch::Sender<Millis>);

impl HandClock {
    /// Moves it by this many milliseconds.
    pub fn advance_ms(&self, ms: i64) {
        self.0.send_modify(|now| now.0 += ms);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Millis {
        *self.0.borrow()
    }
}

impl dispatch::Clock for HandClock {
    fn now(&self) -> Millis {
        *self.0.borrow()
    }

    fn until(&self, at: Millis) -> Until<'_> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // Who waits holds the clock.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}

/// Chance from a seed.
#[derive(Debug)]
pub struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    /// Always the same chance.
    #[must_use]
    pub fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// The ids of the first agency and workspace, the same in every test.
pub const AGENCY: AgencyId = AgencyId(uuid::uuid!("a0000000-0000-4000-8000-000000000001"));
/// See [`AGENCY`].
pub const WORKSPACE: WorkspaceId = WorkspaceId(uuid::uuid!("b0000000-0000-4000-8000-000000000001"));
/// The agency's reserved workspace.
pub const UNROUTED: WorkspaceId = WorkspaceId(uuid::uuid!("b0000000-0000-4000-8000-000000000002"));
/// The workspace's address.
pub const ADDRESS: Address = Address(uuid::uuid!("c0000000-0000-4000-8000-000000000001"));
/// The agency's address.
pub const AGENCY_ADDRESS: Address = Address(uuid::uuid!("c0000000-0000-4000-8000-000000000002"));

/// Makes [`AGENCY`] and [`WORKSPACE`] in a store that has none.
///
/// # Panics
/// When the store does not take them.
pub async fn make_directory(store: &dyn Store) {
    if !store.directory().agencies().is_empty() {
        return;
    }
    let row = |id, reserved| Workspace { id, agency: AGENCY, name: "Kranwerk".to_owned(), created_at: START, reserved };
    let address = |address, owner| DirectoryChange::PutAddress(AddressRow { address, owner, created_at: START });
    let changes = vec![
        DirectoryChange::PutAgency(Agency { id: AGENCY, name: "Brightpath".to_owned(), created_at: START, unrouted: UNROUTED }),
        DirectoryChange::PutWorkspace(row(UNROUTED, true)),
        DirectoryChange::PutWorkspace(row(WORKSPACE, false)),
        address(ADDRESS, AddressOwner::Workspace(WORKSPACE)),
        address(AGENCY_ADDRESS, AddressOwner::Agency(AGENCY)),
    ];
    store.change_directory(changes).await.expect("a new directory takes them");
}

/// The id of the `n`-th delivery of [`fill_quarantine`].
#[must_use]
pub fn quarantine_id(n: u64) -> QuarantineId {
    QuarantineId(uuid::Uuid::from_u128(u128::from(n) + 1))
}

/// Puts the first deliveries of the traffic into [`WORKSPACE`]'s quarantine, as if the parser of then could not read them.
///
/// # Panics
/// When the store does not take them.
pub async fn fill_quarantine(store: &dyn Store, count: u64) {
    for n in 0..count {
        let kept = Quarantined {
            id: quarantine_id(n),
            workspace: WORKSPACE,
            platform: Platform::Smartlead,
            received_at: START,
            reason: "the parser of then knew no better".to_owned(),
            headers: Vec::new(),
            body: crate::traffic::smartlead_body(n),
        };
        store.quarantine(kept).await.expect("quarantine takes it");
    }
}

/// Puts the first deliveries of the traffic into [`UNROUTED`], as if they came to the agency's address and no rule placed them.
///
/// # Panics
/// When the store does not take them.
pub async fn fill_unrouted(store: &dyn Store, count: u64) {
    let parser = hookline_platforms::parser(Platform::Smartlead).expect("SmartLead can be read");
    for n in 0..count {
        let raw = crate::traffic::smartlead_body(n);
        let parsed = parser.parse(&Delivery::new(&raw, START)).expect("the traffic can be read");
        let (event, claim, origin) = (parsed.event, parsed.claim, Origin::Live);
        let delivery = Append { workspace: UNROUTED, event, claim, origin, received_at: START, raw };
        let waiting = Decision::Wait(Waiting::not_tried());
        let delivered = store.deliver(delivery, waiting).await.expect("the store takes it");
        assert!(!delivered.appended.duplicate, "each is another event");
    }
}

/// A client that sends to this machine, and finds no other: nothing gets out of a test.
#[must_use]
pub fn local_client() -> Client {
    struct Nowhere;
    impl Resolve for Nowhere {
        fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
            Box::pin(async { Err(std::io::ErrorKind::NotFound.into()) })
        }
    }
    let guard = Guard { allow_private: true, allow: Vec::new() };
    Client::new(ClientOptions { guard, resolve: Arc::new(Nowhere), roots: Vec::new() })
}

/// The service's surfaces over a store.
pub fn surfaces(store: Arc<dyn Store>, clock: Arc<dyn Clock>, limits: Limits) -> Arc<Service> {
    surfaces_seeded(store, clock, limits, 1)
}

/// The same with chance from a seed: a second life in one folder needs another one, or it makes the ids of the first again.
pub fn surfaces_seeded(store: Arc<dyn Store>, clock: Arc<dyn Clock>, limits: Limits, seed: u64) -> Arc<Service> {
    use sha2::{Digest, Sha256};
    Service::new(ServiceOptions {
        store,
        clock,
        entropy: Arc::new(Seeded::new(seed)),
        admin_key_hash: Sha256::digest(ADMIN_KEY).into(),
        public_url: "http://hookline.test".to_owned(),
        limits,
        parsers: hookline_platforms::parser,
        metrics: None,
        trusted_proxies: Vec::new(),
        master_key: Arc::new(MasterKey::new(&Seeded::new(0))),
        client: local_client(),
    })
}

/// A running service.
pub struct TestService {
    folder: tempfile::TempDir,
    /// The store behind it.
    pub store: Arc<SqliteStore>,
    /// Its clock.
    pub clock: Arc<HandClock>,
    /// Where it listens.
    pub address: SocketAddr,
    /// A client.
    pub client: reqwest::Client,
    service: Arc<Service>,
    passing_on: Option<PassingOn>,
    stop: CancellationToken,
    served: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    fatal: Arc<Mutex<Vec<String>>>,
}

impl TestService {
    /// Starts one.
    pub async fn start() -> TestService {
        TestService::start_with(Limits::default(), |_| {}).await
    }

    /// Starts one with other limits and other settings of the store.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(limits: Limits, change: impl FnOnce(&mut SqliteOptions)) -> TestService {
        let folder = tempfile::tempdir().expect("a folder");
        let fatal = Arc::new(Mutex::new(Vec::new()));
        let mut options = SqliteOptions::new(folder.path());
        let noted = Arc::clone(&fatal);
        options.on_fatal = Arc::new(move |reason| noted.lock().unwrap_or_else(PoisonError::into_inner).push(reason.to_owned()));
        change(&mut options);
        let store = Arc::new(SqliteStore::open(options).expect("a fresh folder opens"));
        make_directory(store.as_ref()).await;
        let clock = Arc::new(HandClock(watch::Sender::new(START)));
        let service = surfaces(Arc::clone(&store) as Arc<dyn Store>, Arc::clone(&clock) as Arc<dyn Clock>, limits.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let router = service.router();
        let served = Some(tokio::spawn(async move { serve(listener, router, &limits, stopped).await }));
        let (client, passing_on) = (crate::node::client(), None);
        TestService { folder, store, clock, address, client, service, passing_on, stop, served, fatal }
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The workspace's SmartLead address.
    #[must_use]
    pub fn webhook(&self) -> String {
        format!("http://{}/public/smartlead-webhook/{ADDRESS}", self.address)
    }

    /// Posts a delivery to the workspace's SmartLead address.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        self.post_to(&format!("/public/smartlead-webhook/{ADDRESS}"), body).await
    }

    /// Posts a body to a path.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn post_to(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let request = self.client.post(format!("http://{}{path}", self.address)).header("content-type", "application/json");
        read(request.body(body).send().await.expect("an answer")).await
    }

    /// Reads a path of the API with the admin key.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(ADMIN_KEY);
        read(request.send().await.expect("an answer")).await
    }

    /// Calls the API with the admin key.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method, format!("http://{}{path}", self.address)).bearer_auth(ADMIN_KEY);
        read(request.json(body).send().await.expect("an answer")).await
    }

    /// Passes events on from now on, by the clock in hand and without chance.
    pub fn pass_on(&mut self) {
        let clock = Arc::clone(&self.clock) as Arc<dyn dispatch::Clock>;
        self.passing_on = Some(self.service.pass_on(clock, Arc::new(|| 0.0)));
    }

    /// Reads a path of the workspace, which must answer 200.
    ///
    /// # Panics
    /// When it does not.
    pub async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(&format!("/v1/workspaces/{WORKSPACE}/{path}")).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Every record of the workspace.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn dump(&self) -> Value {
        self.store.dump(WORKSPACE).await.expect("the records are read")
    }

    /// Stops serving and closes the store; answers the data folder, which lives as long as what is answered.
    ///
    /// # Panics
    /// When serving or closing failed.
    pub async fn close(mut self) -> ClosedService {
        if let Some(passing_on) = self.passing_on.take() {
            passing_on.stop().await;
        }
        self.stop.cancel();
        if let Some(served) = self.served.take() {
            served.await.expect("the server did not panic").expect("the server stopped well");
        }
        self.store.close().await.expect("the store closes");
        let path = self.folder.path().to_path_buf();
        let kept = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        ClosedService { path, _folder: kept }
    }
}

/// A service that was closed, and its data.
pub struct ClosedService {
    /// The data folder.
    pub path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.stop.cancel();
        let fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::thread::panicking() {
            assert!(fatal.is_empty(), "the store gave up: {fatal:?}");
        }
    }
}

async fn read(answer: reqwest::Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a whole answer");
    (status, serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())))
}

/// A probe that ends the process when a step is taken for the `n`-th time, as a crash between two steps would.
#[must_use]
pub fn die_at_step(step: &str, n: u64) -> Probe {
    let (step, taken) = (step.to_owned(), AtomicU64::new(0));
    Arc::new(move |reached| {
        if reached == step && taken.fetch_add(1, Ordering::Relaxed) + 1 == n {
            std::process::abort();
        }
    })
}
