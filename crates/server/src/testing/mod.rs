//! The surfaces on a store in memory, with a clock in hand and counted instead of random bytes. Every answer is held against the
//! API's description.

mod contract;
mod deliveries;
mod store;

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::{Router, body::Body, response::Response};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use hookline_delivery::{
    client::{Client, ClientOptions, Resolve, Resolving},
    guard::Guard,
};
use hookline_model::time::Millis;

use crate::{
    chance::Entropy,
    limits::Limits,
    openapi,
    secrets::MasterKey,
    service::{Clock, Service, ServiceOptions},
};

pub(crate) use contract::Contract;
pub(crate) use deliveries::failed_delivery;
pub(crate) use store::{FakeStore, campaign_keys};

/// The API's description.
pub(crate) static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(serde_json::from_slice(&openapi::bytes()).expect("JSON")));

/// The admin key of every test service.
pub(crate) const ADMIN: &str = "admin-key-of-the-test-service-0123456789";

/// Entropy that never repeats, and is the same in every run.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&Sha256::digest(number.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// A clock that moves when it is told to.
pub(crate) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Millis {
        Millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
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

/// A service under test.
pub(crate) struct App {
    pub(crate) store: Arc<FakeStore>,
    pub(crate) service: Arc<Service>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The last part of the problem's type.
    pub(crate) fn problem(&self) -> &str {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16(), "{self:?}");
        assert!(self.body["title"].is_string() && self.body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
        self.body["type"].as_str().and_then(|uri| uri.strip_prefix("/docs/errors/")).expect("a problem type")
    }

    /// The field that a problem names.
    pub(crate) fn problem_field(&self) -> Option<&str> {
        self.body["field"].as_str()
    }
}

impl App {
    pub(crate) fn new() -> App {
        App::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> App {
        App::with(|options| options.limits = limits)
    }

    /// A service with other options than the usual.
    pub(crate) fn with(change: impl FnOnce(&mut ServiceOptions)) -> App {
        let store = Arc::new(FakeStore::default());
        let mut options = ServiceOptions {
            store: store.clone(),
            clock: Arc::new(Hand(AtomicI64::new(1_770_797_007_000))),
            entropy: Arc::new(Counting::default()),
            admin_key_hash: Sha256::digest(ADMIN.as_bytes()).into(),
            public_url: "https://hooks.example.com/".to_owned(),
            limits: Limits::default(),
            parsers: hookline_platforms::parser,
            metrics: None,
            trusted_proxies: Vec::new(),
            master_key: Arc::new(MasterKey::new(&Counting::default())),
            client: nowhere(),
        };
        change(&mut options);
        App { store, service: Service::new(options) }
    }

    pub(crate) fn router(&self) -> Router {
        self.service.router()
    }

    /// Sends a request through the router, and holds the answer against the API's description.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, uri) = (request.method().clone(), request.uri().to_string());
        let response = self.router().oneshot(request).await.expect("routers do not fail");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.expect("a whole body").to_bytes();
        CONTRACT.check_answer(&method, &uri, status, &headers, &body);
        Answer { status, headers, body: json_of(&body) }
    }

    /// Calls the API.
    pub(crate) async fn call(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        let request = match &body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let request = request.expect("a request");
        let (method, uri) = (request.method().clone(), request.uri().to_string());
        let answer = self.send(request).await;
        if let Some(body) = body {
            CONTRACT.check_request(&method, &uri, answer.status, &body);
        }
        answer
    }

    /// Calls the API under an idempotency key.
    pub(crate) async fn call_once(&self, method: Method, path: &str, key: &str, once: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        let request = request.header("idempotency-key", once).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).expect("a request")).await
    }

    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        self.call(Method::GET, path, key, None).await
    }

    /// Makes something and returns it.
    pub(crate) async fn make(&self, path: &str, body: Value) -> Value {
        let answer = self.call(Method::POST, path, ADMIN, Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }

    /// Makes an agency and returns it.
    pub(crate) async fn agency(&self, name: &str) -> Value {
        self.make("/v1/agencies", json!({"name": name})).await
    }

    /// Makes a workspace and returns it.
    pub(crate) async fn workspace(&self, agency: &Value, name: &str) -> Value {
        self.make(&format!("/v1/agencies/{}/workspaces", text(&agency["id"])), json!({"name": name})).await
    }

    /// Makes a key and returns its text.
    pub(crate) async fn key(&self, scope: &str, of: Option<&Value>, role: &str) -> String {
        let mut body = json!({"scope": scope, "role": role, "name": format!("{scope} {role}")});
        if let Some(of) = of {
            body[format!("{scope}_id")] = of["id"].clone();
        }
        text(&self.make("/v1/keys", body).await["key"]).to_owned()
    }
}

/// A JSON text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The body of a response; null if it has none, a text if it is no JSON.
pub(crate) async fn body_json(response: Response) -> Value {
    json_of(&response.into_body().collect().await.expect("a whole body").to_bytes())
}

fn json_of(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// A delivery that SmartLead's parser reads; `number` tells events apart.
pub(crate) fn delivery(number: u32) -> Value {
    json!({
        "event_type": "EMAIL_SENT",
        "event_timestamp": "2026-02-11T08:03:27.000Z",
        "to_email": "jo@lead.example",
        "from_email": "us@sender.example",
        "campaign_id": 41,
        "campaign_name": "Spring",
        "stats_id": format!("stats-{number}"),
        "subject": "Hello",
        "sequence_number": 1,
        "secret_key": "topsecret",
    })
}
