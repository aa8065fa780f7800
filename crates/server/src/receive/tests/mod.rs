//! Receiving through the router, on a store in memory.

mod kept;
mod proven;
mod refused;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
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
        Door::of(App::with_limits(limits)).await
    }

    async fn of(app: App) -> Door {
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

    /// Sets the source of a workspace or an agency.
    async fn connect(&self, owner: &str, platform: &str, source: Value) {
        let path = format!("/v1/{owner}/sources/{platform}");
        let answer = self.app.call(Method::PUT, &path, ADMIN, Some(source)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// The path of the workspace or of the agency in the API, behind the version.
    fn owners(&self) -> [String; 2] {
        [format!("workspaces/{}", text(&self.workspace["id"])), format!("agencies/{}", text(&self.agency["id"]))]
    }

    /// Posts a body with these headers beside the content type.
    async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.app.send(request.body(body.into()).expect("a request")).await
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
