//! Receiving through the router, on a store in memory.

mod kept;
mod refused;

use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::Value;

use crate::{
    limits::Limits,
    testing::{ADMIN, Answer, App, text},
};

/// A service with a workspace, and its two webhook addresses.
struct Door {
    app: App,
    agency: Value,
    workspace: Value,
    own: String,
    global: String,
}

impl Door {
    async fn new() -> Door {
        Door::with_limits(Limits::default()).await
    }

    async fn with_limits(limits: Limits) -> Door {
        let app = App::with_limits(limits);
        let agency = app.agency("Acme").await;
        let workspace = app.workspace(&agency, "Client").await;
        let own = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
        let global = format!("/public/global-smartlead-webhook/{}", text(&agency["address"]));
        Door { app, agency, workspace, own, global }
    }

    async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.post_as(path, "application/json", body).await
    }

    async fn post_as(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, content_type).body(body.into());
        self.app.send(request.expect("a request")).await
    }

    async fn rejections(&self) -> Vec<Value> {
        let answer = self.app.get("/v1/rejections", ADMIN).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.body["next_cursor"], Value::Null);
        for address in [&self.agency["address"], &self.workspace["address"]] {
            assert!(!answer.body.to_string().contains(text(address)), "{answer:?}");
        }
        answer.body["data"].as_array().expect("a list").clone()
    }
}
