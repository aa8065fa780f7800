//! Requests as SmartLead's documents and clients shape them, and the answers that these expect.

mod access;
mod account_level;
mod campaign_level;
mod native;
mod refused;
mod samples;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::testing::{Answer, App, text};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// An account: an agency with a client, and its key.
struct Api {
    app: App,
    agency: Value,
    client: Value,
    key: String,
}

impl Api {
    async fn new() -> Api {
        Api::of(App::new()).await
    }

    async fn of(app: App) -> Api {
        let agency = app.agency("Acme").await;
        let client = app.workspace(&agency, "Client").await;
        let key = app.key("agency", Some(&agency), "write").await;
        Api { app, agency, client, key }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        call(&self.app, method, path, &self.key, body).await
    }

    /// The answer to what is done.
    async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// The status and body of what is refused.
    async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let answer = self.call(method, path, Some(body)).await;
        assert!(answer.headers[header::CONTENT_TYPE] == "application/json", "{answer:?}");
        (answer.status.as_u16(), answer.body)
    }

    /// Makes a hook of the account level; its number.
    async fn make(&self, fields: Value) -> u64 {
        let mut body = json!({
            "webhook_url": "https://receiver.example/hook", "association_type": "user", "event_type_map": {"EMAIL_REPLY": true},
        });
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        number(&self.done(POST, "/webhook/create", Some(body)).await)
    }

    async fn shown(&self, number: u64) -> Value {
        self.done(GET, &format!("/webhook/{number}"), None).await
    }

    /// The hook as the native API shows it, under an agency or a workspace.
    async fn native(&self, owner: &str, number: u64) -> Value {
        let of = if owner == "agencies" { &self.agency } else { &self.client };
        let listed = self.app.get(&format!("/v1/{owner}/{}/webhooks", text(&of["id"])), crate::testing::ADMIN).await.body;
        let found = listed["data"].as_array().expect("a list").iter().find(|hook| hook["number"] == number);
        found.unwrap_or_else(|| panic!("{number} in {listed}")).clone()
    }
}

/// Calls the API with a key in the query, as it is the only place for one.
async fn call(app: &App, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
    let sign = if path.contains('?') { '&' } else { '?' };
    let request = Request::builder().method(method).uri(format!("/api/v1{path}{sign}api_key={key}"));
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    let answer = app.send(request.expect("a request")).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    answer
}

fn number(answer: &Value) -> u64 {
    answer["id"].as_u64().expect("a number")
}
