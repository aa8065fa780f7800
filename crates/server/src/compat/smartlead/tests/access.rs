//! Every route with every wrong key. A new endpoint fails here until it has its line in [`ROUTES`].

use axum::routing::MethodFilter;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_store::Store;

use super::{Api, DELETE, GET, POST, PUT, call};
use crate::compat::smartlead::endpoints;

/// What a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// One hook, of the first client.
    Hook,
    /// Whatever of the key's own there is: a stranger sees and changes nothing of ours.
    Own,
    /// The whole account.
    Account,
}

/// Method, path and what it is about.
const ROUTES: &[(Method, &str, About)] = &[
    (POST, "/webhook/create", About::Own),
    (POST, "/webhooks", About::Account),
    (GET, "/webhook/{webhook_id}", About::Hook),
    (PUT, "/webhook/update/{webhook_id}", About::Hook),
    (DELETE, "/webhook/delete/{webhook_id}", About::Hook),
    (GET, "/campaigns/{campaign_id}/webhooks", About::Own),
    (POST, "/campaigns/{campaign_id}/webhooks", About::Hook),
    (DELETE, "/campaigns/{campaign_id}/webhooks", About::Hook),
    (DELETE, "/campaigns/{campaign_id}/webhooks/{webhook_id}", About::Hook),
    (GET, "/campaigns/{campaign_id}/webhooks/summary", About::Own),
    (POST, "/campaigns/{campaign_id}/webhooks/retrigger-failed-events", About::Own),
    (GET, "/leads/fetch-categories", About::Own),
    (GET, "/client", About::Own),
    (GET, "/client/", About::Own),
];

const SECRET_URL: &str = "https://receiver.example/of-the-first-client";

/// An account with two clients, of which the first has a hook of a campaign, and a stranger's.
struct Tenants {
    api: Api,
    hook: u64,
    read: String,
    client_write: String,
    client_read: String,
    sibling: String,
    foreign: String,
    foreign_client: String,
}

impl Tenants {
    async fn new() -> Tenants {
        let api = Api::new().await;
        let app = &api.app;
        let sibling = app.workspace(&api.agency, "Sibling").await;
        let other = app.agency("Other").await;
        let foreign = app.workspace(&other, "Foreign").await;
        let fields = json!({
            "association_type": 3, "email_campaign_id": 41, "client_id": client_id(&api.client), "webhook_url": SECRET_URL,
            "category_id_map": {"1": true},
        });
        let hook = api.make(fields).await;
        Tenants {
            hook,
            read: app.key("agency", Some(&api.agency), "read").await,
            client_write: app.key("workspace", Some(&api.client), "write").await,
            client_read: app.key("workspace", Some(&api.client), "read").await,
            sibling: app.key("workspace", Some(&sibling), "write").await,
            foreign: app.key("agency", Some(&other), "write").await,
            foreign_client: app.key("workspace", Some(&foreign), "write").await,
            api,
        }
    }

    async fn send(&self, method: &Method, template: &str, key: &str) -> crate::testing::Answer {
        let path = template.replace("{webhook_id}", &self.hook.to_string()).replace("{campaign_id}", "41");
        let hook = json!({"name": "New", "webhook_url": "https://other.example/", "event_types": ["EMAIL_OPEN"]});
        let body = match (method, template) {
            (&POST, "/webhook/create") => {
                let mut body = hook;
                // Of the campaign, so that the key of a client can make it too.
                body["association_type"] = json!("campaign");
                body["email_campaign_id"] = json!(41);
                Some(body)
            }
            (&POST, "/campaigns/{campaign_id}/webhooks") => {
                let mut body = hook;
                body["id"] = json!(self.hook);
                Some(body)
            }
            (&DELETE, "/campaigns/{campaign_id}/webhooks") => Some(json!({"id": self.hook})),
            (&POST, "/campaigns/{campaign_id}/webhooks/retrigger-failed-events") => {
                Some(json!({"fromTime": "2026-02-11T00:00:00Z", "toTime": "2026-02-12T00:00:00.000Z"}))
            }
            (&POST | &PUT, _) => Some(hook),
            _ => None,
        };
        call(&self.api.app, method.clone(), &path, key, body).await
    }
}

fn client_id(workspace: &Value) -> u64 {
    workspace["number"].as_u64().expect("a number")
}

#[test]
fn every_endpoint_is_tried() {
    let tried: Vec<(MethodFilter, &str)> =
        ROUTES.iter().map(|(method, path, _)| (MethodFilter::try_from(method.clone()).expect("a method"), *path)).collect();
    for (method, path, _) in endpoints() {
        assert!(tried.contains(&(method, path)), "{method:?} {path} is not tried");
    }
    assert_eq!(endpoints().len(), tried.len());
}

#[tokio::test]
async fn without_a_valid_key_every_route_answers_401() {
    let tenants = Tenants::new().await;
    for (method, template, _) in ROUTES {
        for key in ["", "hk_wrong", &format!("{}x", tenants.api.key), &tenants.hook.to_string()] {
            let answer = tenants.send(method, template, key).await;
            let expected = (StatusCode::UNAUTHORIZED, json!({"message": "Invalid API Key"}));
            assert_eq!((answer.status, answer.body), expected, "{method} {template} {key}");
        }
    }
    // Nowhere else than in the query is a key looked for.
    let elsewhere = tenants.api.app.get("/api/v1/client", &tenants.api.key).await;
    assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_tenants_key_finds_and_changes_nothing() {
    let tenants = Tenants::new().await;
    let before = tenants.api.shown(tenants.hook).await;
    for (method, template, about) in ROUTES {
        for key in [&tenants.foreign, &tenants.foreign_client, &tenants.sibling] {
            let answer = tenants.send(method, template, key).await;
            let case = format!("{method} {template} {answer:?}");
            match about {
                About::Hook => {
                    let expected = (StatusCode::NOT_FOUND, json!({"error": "Resource not found"}));
                    assert_eq!((answer.status, answer.body.clone()), expected, "{case}");
                }
                About::Own => assert_eq!(answer.status, StatusCode::OK, "{case}"),
                // A stranger makes one of the stranger's own account; a client cannot.
                About::Account if key == &tenants.foreign => assert_eq!(answer.status, StatusCode::OK, "{case}"),
                About::Account => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{case}"),
            }
            assert!(!answer.body.to_string().contains(SECRET_URL), "{case}");
        }
    }
    assert_eq!(tenants.api.shown(tenants.hook).await, before);
}

#[tokio::test]
async fn a_key_that_may_only_read_changes_nothing() {
    let tenants = Tenants::new().await;
    let before = tenants.api.shown(tenants.hook).await;
    let count = tenants.api.app.store.directory().subscriptions().len();
    for (method, template, _) in ROUTES {
        for key in [&tenants.read, &tenants.client_read] {
            let answer = tenants.send(method, template, key).await;
            let expected = if *method == GET { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status, expected, "{method} {template} {answer:?}");
            if *method != GET {
                assert_eq!(answer.body, json!({"message": "This API key may only read"}));
            }
        }
    }
    assert_eq!(tenants.api.shown(tenants.hook).await, before);
    assert_eq!(tenants.api.app.store.directory().subscriptions().len(), count);
}

#[tokio::test]
async fn a_clients_key_opens_what_is_the_clients_own() {
    let tenants = Tenants::new().await;
    for (method, template, about) in ROUTES {
        // What deletes the hook is tried in the end.
        if *method == DELETE {
            continue;
        }
        let answer = tenants.send(method, template, &tenants.client_write).await;
        let expected = if *about == About::Account { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(answer.status, expected, "{method} {template} {answer:?}");
    }
    let clients = call(&tenants.api.app, GET, "/client/", &tenants.client_write, None).await.body;
    assert_eq!(clients.as_array().map(Vec::len), Some(1));
    assert_eq!(clients[0]["id"], tenants.api.client["number"]);
    // Its own client is meant where none is named.
    let body = json!({"webhook_url": "https://receiver.example/", "association_type": 2, "event_types": ["EMAIL_REPLY"]});
    let made = call(&tenants.api.app, POST, "/webhook/create", &tenants.client_write, Some(body)).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_eq!(tenants.api.shown(super::number(&made.body)).await["client_id"], tenants.api.client["number"]);
    let gone = tenants.send(&DELETE, "/webhook/delete/{webhook_id}", &tenants.client_write).await;
    assert_eq!((gone.status, gone.body), (StatusCode::OK, json!({"ok": true})));
}

#[tokio::test]
async fn a_clients_key_does_not_open_what_is_the_agencys() {
    let tenants = Tenants::new().await;
    let user_level = tenants.api.make(json!({})).await;
    let update = json!({"name": "Mine", "webhook_url": "https://elsewhere.example/"});
    for (method, path, body) in [
        (GET, format!("/webhook/{user_level}"), None),
        (PUT, format!("/webhook/update/{user_level}"), Some(update)),
        (DELETE, format!("/webhook/delete/{user_level}"), None),
    ] {
        let answer = call(&tenants.api.app, method.clone(), &path, &tenants.client_write, body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path} {answer:?}");
    }
    let shown = tenants.api.shown(user_level).await;
    assert_eq!(shown["webhook_url"], "https://receiver.example/hook");
}

#[tokio::test]
async fn a_key_of_the_installation_is_that_of_the_only_agency() {
    let api = Api::new().await;
    let admin = crate::testing::ADMIN;
    let hook = api.make(json!({})).await;
    let shown = call(&api.app, GET, &format!("/webhook/{hook}"), admin, None).await;
    assert_eq!(shown.status, StatusCode::OK);
    api.app.agency("Other").await;
    let refused = call(&api.app, GET, &format!("/webhook/{hook}"), admin, None).await;
    let message = "This key opens several accounts. Use the key of one agency.";
    assert_eq!((refused.status, refused.body), (StatusCode::FORBIDDEN, json!({"message": message})));
}
