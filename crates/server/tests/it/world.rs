//! The service in process: a fresh store, a clock in hand, requests through the router.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use hookline_model::time::Millis;
use hookline_server::{Clock, Entropy, Limits, ServiceOptions, router};
use hookline_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};

pub(crate) const ADMIN: &str = "the-admin-key-of-this-test-0123456789";

struct Hand(AtomicI64);

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

/// The service with an agency and a workspace.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    router: Router,
    pub(crate) agency: Value,
    pub(crate) workspace: Value,
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(SqliteOptions::new(folder.path())).expect("a fresh store"));
        let router = router(ServiceOptions {
            store: Arc::clone(&store),
            clock: Arc::new(Hand(AtomicI64::new(1_770_854_400_000))),
            entropy: Arc::new(Counting(AtomicU64::new(0))),
            admin_key_hash: Sha256::digest(ADMIN).into(),
            public_url: "https://hooks.example.com".to_owned(),
            limits: Limits::default(),
            metrics: None,
            trusted_proxies: Vec::new(),
        });
        let mut world = World { _folder: folder, store, router, agency: Value::Null, workspace: Value::Null };
        world.agency = world.make("/v1/agencies", json!({"name": "Acme"})).await;
        world.workspace = world.new_workspace("Client").await;
        world
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
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("routers do not fail");
        let status = answer.status();
        let bytes = answer.into_body().collect().await.expect("a whole body").to_bytes();
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") })
    }

    /// Reads something that is there.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, ADMIN, None).await;
        assert_eq!(status, StatusCode::OK, "{path} {answer}");
        answer
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

    pub(crate) async fn close(self) {
        self.store.close().await.expect("a clean end");
    }
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
