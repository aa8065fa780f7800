//! The service in process: a fresh store, a clock in hand, requests through the router. Every answer is held against the API's
//! description, which the service itself gives.

#[path = "../../src/testing/contract.rs"]
mod contract;

use std::{
    path::Path,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use tower::ServiceExt;

use hookline_delivery::{
    client::{Client, ClientOptions, Resolve, Resolving},
    guard::Guard,
};
use hookline_model::time::Millis;
use hookline_server::{Clock, Entropy, FindParser, Limits, MasterKey, ServiceOptions, router};
use hookline_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};

use contract::Contract;

pub(crate) const ADMIN: &str = "the-admin-key-of-this-test-0123456789";

/// A clock that moves by a millisecond whenever it is looked at.
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Millis {
        Millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let digest = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes.copy_from_slice(&digest[..bytes.len()]);
    }
}

/// Holds the log's writer between taking what waits and writing it.
#[derive(Default)]
pub(crate) struct Gate {
    is_shut: Mutex<bool>,
    moved: Condvar,
    waiting: Notify,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_shut.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shut(&self) {
        *self.lock() = true;
    }

    pub(crate) fn open(&self) {
        *self.lock() = false;
        self.moved.notify_all();
    }

    /// Returns once the writer waits at the shut gate.
    pub(crate) async fn writer_waits(&self) {
        self.waiting.notified().await;
    }

    fn pass(&self) {
        let shut = self.lock();
        if *shut {
            self.waiting.notify_one();
            drop(self.moved.wait_while(shut, |is_shut| *is_shut));
        }
    }
}

/// The service with an agency and a workspace.
pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<Hand>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) router: Router,
    contract: Contract,
    pub(crate) agency: Value,
    pub(crate) workspace: Value,
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Hand(AtomicI64::new(1_770_854_400_000)));
        let (gate, chance) = (Arc::new(Gate::default()), Arc::new(Counting(AtomicU64::new(0))));
        let (store, router) = open(folder.path(), &clock, &gate, chance, hookline_platforms::parser);
        let contract = Contract::new(description(router.clone()).await);
        let mut world = World { folder, store, clock, gate, router, contract, agency: Value::Null, workspace: Value::Null };
        world.agency = world.make("/v1/agencies", json!({"name": "Acme"})).await;
        world.workspace = world.new_workspace("Client").await;
        world
    }

    /// The same after the service ended and started again.
    pub(crate) async fn restarted(self) -> World {
        self.upgraded(hookline_platforms::parser).await
    }

    /// The same after the service ended and a version with other parsers started.
    pub(crate) async fn upgraded(self, parsers: FindParser) -> World {
        self.store.close().await.expect("a clean end");
        let World { folder, store, clock, gate, router, contract, agency, workspace } = self;
        drop((store, router));
        let (store, router) = open(folder.path(), &clock, &gate, Arc::new(Counting(AtomicU64::new(1 << 40))), parsers);
        World { folder, store, clock, gate, router, contract, agency, workspace }
    }

    pub(crate) async fn new_workspace(&self, name: &str) -> Value {
        self.make(&format!("/v1/agencies/{}/workspaces", text(&self.agency["id"])), json!({"name": name})).await
    }

    pub(crate) async fn make(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, ADMIN, Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer
    }

    pub(crate) async fn call(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string())));
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("routers do not fail");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.expect("a whole body").to_bytes();
        self.contract.check_answer(&method, path, status, &headers, &bytes);
        if let Some(body) = &body {
            self.contract.check_request(&method, path, status, body);
        }
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") })
    }

    /// Calls the API with the admin key under an idempotency key; also whether the answer is one of before.
    pub(crate) async fn call_once(&self, method: Method, path: &str, once: &str, body: Value) -> (u16, Value, bool) {
        call_once(self.router.clone(), method, path.to_owned(), once.to_owned(), body).await
    }

    /// Reads something that is there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, ADMIN, None).await;
        assert_eq!(status, StatusCode::OK, "{path} {answer}");
        answer
    }

    /// Reads a page as lines.
    pub(crate) async fn lines(&self, path: &str) -> (StatusCode, Vec<Value>) {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {ADMIN}")).body(Body::empty());
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("routers do not fail");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.into_body().collect().await.expect("a whole body").to_bytes();
        self.contract.check_answer(&Method::GET, path, status, &headers, &bytes);
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        (status, lines.map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect())
    }

    /// Reads something of the workspace.
    pub(crate) async fn own(&self, path: &str) -> Value {
        self.get(&format!("/v1/workspaces/{}/{path}", text(&self.workspace["id"]))).await
    }

    /// Every row of a listing of the workspace, read in pages of `limit`.
    pub(crate) async fn all(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = self.own(&format!("{path}{join}limit={limit}&cursor={cursor}")).await;
            let data = page["data"].as_array().expect("a list");
            assert!(data.len() <= limit);
            rows.extend(data.iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return rows };
            next.clone_into(&mut cursor);
        }
    }

    /// Delivers to the workspace's SmartLead address.
    pub(crate) async fn deliver(&self, body: &Value) -> Value {
        self.deliver_to(text(&self.workspace["webhook_urls"]["smartlead"]), body).await
    }

    /// Delivers to a webhook address.
    pub(crate) async fn deliver_to(&self, url: &str, body: &Value) -> Value {
        let path = url.strip_prefix("https://hooks.example.com").expect("an address of this service");
        let (status, answer) = self.call(Method::POST, path, "", Some(body.clone())).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Where everything is kept.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn close(self) {
        self.store.close().await.expect("a clean end");
    }
}

/// The API's description.
async fn description(router: Router) -> Value {
    let request = Request::get("/v1/openapi.json").body(Body::empty()).expect("a request");
    let answer = router.oneshot(request).await.expect("routers do not fail");
    serde_json::from_slice(&answer.into_body().collect().await.expect("a whole body").to_bytes()).expect("JSON")
}

fn open(
    folder: &Path,
    clock: &Arc<Hand>,
    gate: &Arc<Gate>,
    chance: Arc<Counting>,
    parsers: FindParser,
) -> (Arc<dyn Store>, Router) {
    let mut options = SqliteOptions::new(folder);
    let passing = Arc::clone(gate);
    options.probe = Arc::new(move |step| {
        if step == "taken" {
            passing.pass();
        }
    });
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options).expect("the folder opens"));
    let router = router(ServiceOptions {
        store: Arc::clone(&store),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: chance,
        admin_key_hash: Sha256::digest(ADMIN).into(),
        public_url: "https://hooks.example.com".to_owned(),
        limits: Limits::default(),
        parsers,
        metrics: None,
        trusted_proxies: Vec::new(),
        master_key: Arc::new(MasterKey::from_hex(&"5a".repeat(32)).expect("a key")),
        client: nowhere(),
    });
    (store, router)
}

/// A client that finds no name: nothing gets out of a test.
pub(crate) fn nowhere() -> Client {
    struct Nowhere;
    impl Resolve for Nowhere {
        fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
            Box::pin(async { Err(std::io::ErrorKind::NotFound.into()) })
        }
    }
    Client::new(ClientOptions { guard: Guard::default(), resolve: Arc::new(Nowhere), roots: Vec::new() })
}

/// See [`World::call_once`]; can be given to a task.
pub(crate) async fn call_once(router: Router, method: Method, path: String, once: String, body: Value) -> (u16, Value, bool) {
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {ADMIN}"));
    let request = request.header(header::CONTENT_TYPE, "application/json").header("idempotency-key", once);
    let answer = router.oneshot(request.body(Body::from(body.to_string())).expect("a request")).await;
    let answer = answer.expect("routers do not fail");
    let (status, replayed) = (answer.status().as_u16(), answer.headers().contains_key("idempotent-replayed"));
    let bytes = answer.into_body().collect().await.expect("a whole body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null), replayed)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A send to lead `number`, as SmartLead reports it.
pub(crate) fn sent(number: u32) -> Value {
    json!({
        "event_type": "EMAIL_SENT",
        "event_timestamp": format!("2026-02-11T08:{:02}:00.000Z", number % 60),
        "to_email": format!("lead{number}@lead.example"),
        "to_name": format!("Lead {number}"),
        "from_email": "us@sender.example",
        "campaign_id": 41,
        "campaign_name": "Spring",
        "stats_id": format!("00000000-0000-4000-8000-{number:012}"),
        "subject": "Hello",
        "sequence_number": 1,
        "secret_key": "topsecret",
    })
}
