//! Every route with every wrong key. A new endpoint fails here until it has its line in [`ROUTES`].

use axum::routing::MethodFilter;
use http::Method;
use serde_json::{Value, json};

use crate::{
    compat::instantly::{PREFIX, endpoints, events},
    testing::{ADMIN, Answer, App, failed_delivery, text},
};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Method, path, and a body.
#[rustfmt::skip]
const ROUTES: &[(Method, &str, Option<&str>)] = &[
    (GET, "/webhooks", None),
    (POST, "/webhooks", Some(r#"{"target_hook_url": "https://receiver.example/new", "event_type": "email_sent"}"#)),
    (GET, "/webhooks/event-types", None),
    (GET, "/webhooks/{id}", None),
    (PATCH, "/webhooks/{id}", Some(r#"{"name": "New"}"#)),
    (DELETE, "/webhooks/{id}", None),
    (POST, "/webhooks/{id}/test", None),
    (POST, "/webhooks/{id}/resume", None),
    (GET, "/webhook-events", None),
    (GET, "/webhook-events/summary", None),
    (GET, "/webhook-events/summary-by-date", None),
    (GET, "/webhook-events/{id}", None),
    (GET, "/block-lists-entries", None),
    (POST, "/block-lists-entries", Some(r#"{"bl_value": "halden.example"}"#)),
    (DELETE, "/block-lists-entries", None),
    (POST, "/block-lists-entries/bulk-create", Some(r#"{"bl_values": ["halden.example"]}"#)),
    (POST, "/block-lists-entries/bulk-delete", Some(r#"{"ids": ["019c4cc9-8080-7263-a2ae-8e72768a0941"]}"#)),
    (GET, "/block-lists-entries/download", None),
    (GET, "/block-lists-entries/{id}", None),
    (PATCH, "/block-lists-entries/{id}", Some(r#"{"bl_value": "vik.example"}"#)),
    (DELETE, "/block-lists-entries/{id}", None),
    (GET, "/campaigns/analytics", None),
    (GET, "/campaigns/analytics/overview", None),
    (GET, "/campaigns/analytics/daily", None),
];

/// Two agencies, the first with two workspaces, a webhook in each of the first's, and keys of every sort.
struct Tenants {
    app: App,
    workspace: Value,
    webhook: String,
    sibling_webhook: String,
    agency_write: String,
    workspace_write: String,
    workspace_read: String,
    agency_read: String,
    sibling: String,
    foreign_agency: String,
    foreign_workspace: String,
}

impl Tenants {
    async fn new() -> Tenants {
        let app = App::new();
        let (agency, other) = (app.agency("Acme").await, app.agency("Other").await);
        let workspace = app.workspace(&agency, "Client").await;
        let sibling = app.workspace(&agency, "Sibling").await;
        let foreign = app.workspace(&other, "Foreign").await;
        let hook = json!({"name": "All", "url": "https://receiver.example/hook", "kinds": ["*"], "dialect": "instantly"});
        let mut webhooks = Vec::new();
        for owner in [&workspace, &sibling] {
            let made = app.make(&format!("/v1/workspaces/{}/webhooks", text(&owner["id"])), hook.clone()).await;
            webhooks.push(text(&made["id"]).to_owned());
        }
        Tenants {
            sibling_webhook: webhooks.remove(1),
            webhook: webhooks.remove(0),
            agency_write: app.key("agency", Some(&agency), "write").await,
            agency_read: app.key("agency", Some(&agency), "read").await,
            workspace_write: app.key("workspace", Some(&workspace), "write").await,
            workspace_read: app.key("workspace", Some(&workspace), "read").await,
            sibling: app.key("workspace", Some(&sibling), "write").await,
            foreign_agency: app.key("agency", Some(&other), "write").await,
            foreign_workspace: app.key("workspace", Some(&foreign), "write").await,
            app,
            workspace,
        }
    }

    /// The path with the ids of a webhook's things.
    fn path(template: &str, webhook: &str) -> String {
        let id = if template.starts_with("/webhook-events") {
            events::marked(failed_delivery(webhook.parse().expect("an id")), 1).to_string()
        } else {
            webhook.to_owned()
        };
        format!("{PREFIX}{}", template.replace("{id}", &id))
    }

    async fn send(&self, route: &(Method, &str, Option<&str>), key: &str, as_workspace: Option<&str>) -> Answer {
        self.send_of(route, &self.webhook, key, as_workspace).await
    }

    async fn send_of(
        &self,
        (method, template, body): &(Method, &str, Option<&str>),
        webhook: &str,
        key: &str,
        as_workspace: Option<&str>,
    ) -> Answer {
        let request = http::Request::builder().method(method).uri(Tenants::path(template, webhook));
        let request = if key.is_empty() { request } else { request.header("authorization", format!("Bearer {key}")) };
        let request = as_workspace.into_iter().fold(request, |request, id| request.header("x-as-workspace", id));
        let request = if body.is_some() { request.header("content-type", "application/json") } else { request };
        self.app.send(request.body(body.unwrap_or_default().to_owned().into()).expect("a request")).await
    }
}

/// An error as Instantly has it, with exactly its fields.
fn refused(answer: &Answer, status: u16, error: &str, message: &str) {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.body, json!({"statusCode": status, "error": error, "message": message}));
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[test]
fn every_endpoint_is_tried() {
    let tried: Vec<(MethodFilter, &str)> =
        ROUTES.iter().map(|(method, path, _)| (MethodFilter::try_from(method.clone()).expect("a method"), *path)).collect();
    for endpoint in endpoints() {
        assert!(tried.contains(&(endpoint.method, endpoint.path)), "{:?} {} is not tried", endpoint.method, endpoint.path);
    }
    assert_eq!(endpoints().len(), tried.len());
}

#[tokio::test]
async fn without_a_valid_key_every_route_answers_401() {
    let tenants = Tenants::new().await;
    for route in ROUTES {
        refused(&tenants.send(route, "", None).await, 401, "Unauthorized", "Missing Authorization header");
        for key in ["hk_wrong", &format!("{ADMIN}x"), &tenants.webhook] {
            let answer = tenants.send(route, key, None).await;
            refused(&answer, 401, "Unauthorized", "Invalid API key");
        }
    }
}

#[tokio::test]
async fn another_workspaces_key_finds_nothing_of_this_one() {
    let tenants = Tenants::new().await;
    let own = text(&tenants.workspace["id"]);
    for route in ROUTES {
        for key in [&tenants.foreign_agency, &tenants.foreign_workspace, &tenants.sibling] {
            let answer = tenants.send(route, key, Some(own)).await;
            refused(&answer, 403, "Forbidden", "The API key does not open this workspace");
            // In a workspace of its own there are no things of this one.
            if route.1.contains("{id}") && !route.1.starts_with("/block") && *key != tenants.foreign_agency {
                refused(&tenants.send(route, key, None).await, 404, "Not Found", "Resource not found");
            } else if *key != tenants.foreign_agency {
                let answer = tenants.send(route, key, None).await;
                // The store in memory has every entry of a block list that it is asked for.
                let is_there = answer.body.to_string().contains(&tenants.webhook);
                assert!(!is_there || route.1.starts_with("/block"), "{route:?} {answer:?}");
                assert!(!answer.body.to_string().contains(own), "{route:?} {answer:?}");
            }
        }
        // Nor does a key of this one find what is another's.
        if route.1.starts_with("/webhook") && route.1.contains("{id}") {
            let answer = tenants.send_of(route, &tenants.sibling_webhook, &tenants.workspace_write, None).await;
            refused(&answer, 404, "Not Found", "Resource not found");
        }
    }
}

#[tokio::test]
async fn a_key_that_may_only_read_changes_nothing() {
    let tenants = Tenants::new().await;
    let own = text(&tenants.workspace["id"]);
    for route in ROUTES.iter().filter(|(method, ..)| *method != GET) {
        for (key, named) in [(&tenants.workspace_read, None), (&tenants.agency_read, Some(own))] {
            let answer = tenants.send(route, key, named).await;
            let message = "The API key has no scope to change anything; use one with the role write";
            refused(&answer, 403, "Forbidden", message);
        }
    }
    assert!(tenants.app.store.appended().is_empty());
}

#[tokio::test]
async fn the_right_key_opens_every_route() {
    for route in ROUTES {
        let tenants = Tenants::new().await;
        let own = text(&tenants.workspace["id"]).to_owned();
        let mut keys = vec![
            (tenants.workspace_write.as_str(), None),
            (&tenants.workspace_write, Some(own.as_str())),
            (&tenants.agency_write, Some(&own)),
            (ADMIN, Some(&own)),
        ];
        if route.0 == GET {
            keys.extend([(tenants.workspace_read.as_str(), None), (&tenants.agency_read, Some(own.as_str()))]);
        }
        for (key, named) in keys {
            // Anew each time: some of these routes remove what the next would ask for.
            let fresh = if route.0 == DELETE { Some(Tenants::new().await) } else { None };
            let answer = match &fresh {
                // Keys are the same: chance is seeded.
                Some(fresh) => fresh.send(route, key, named).await,
                None => tenants.send(route, key, named).await,
            };
            assert_eq!(answer.status.as_u16(), 200, "{route:?} {answer:?}");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    }
}

#[tokio::test]
async fn a_key_of_many_workspaces_has_to_name_one() {
    let tenants = Tenants::new().await;
    for route in ROUTES {
        for key in [ADMIN, &tenants.agency_write] {
            let answer = tenants.send(route, key, None).await;
            let message = "This key is of no single workspace; name one in the header x-as-workspace";
            refused(&answer, 403, "Forbidden", message);
            for named in ["", "nonsense", "019c4cc9-8080-7263-a2ae-8e72768a0941", "\u{e9}"] {
                let answer = tenants.send(route, key, Some(named)).await;
                refused(&answer, 403, "Forbidden", "The API key does not open this workspace");
            }
        }
    }
}
