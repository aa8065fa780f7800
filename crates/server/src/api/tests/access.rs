//! Every route with every wrong key. A new endpoint fails here until it has its line in [`ROUTES`].

use axum::routing::MethodFilter;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_model::id::CampaignId;

use crate::{
    api::endpoints,
    problem::Problem,
    testing::{ADMIN, Answer, App, campaign_keys, delivery, failed_delivery, text},
};

/// Whose things a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Only the installation's keys.
    Installation,
    /// An agency in the path.
    Agency,
    /// A workspace in the path.
    Workspace,
    /// A listing that shows each key its own.
    Own,
    /// A key named in the path, of the first workspace.
    Key,
    /// A key to be made for the first workspace.
    NewKey,
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// Method, path, whose, and the answer to the right key.
#[rustfmt::skip]
const ROUTES: &[(Method, &str, Scope, u16)] = &[
    (POST, "/v1/agencies", Scope::Installation, 201),
    (GET, "/v1/agencies", Scope::Own, 200),
    (GET, "/v1/agencies/{agency_id}", Scope::Agency, 200),
    (PATCH, "/v1/agencies/{agency_id}", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}", Scope::Agency, 204),
    (POST, "/v1/agencies/{agency_id}/addresses", Scope::Agency, 201),
    (GET, "/v1/agencies/{agency_id}/addresses", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/addresses/{address}", Scope::Agency, 204),
    (GET, "/v1/agencies/{agency_id}/quarantine", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/quarantine/reprocess", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", Scope::Agency, 204),
    (POST, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}/reprocess", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/routes", Scope::Agency, 201),
    (GET, "/v1/agencies/{agency_id}/routes", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/routes/{route_id}", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/routes/{route_id}", Scope::Agency, 204),
    (GET, "/v1/agencies/{agency_id}/unrouted", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/unrouted/route", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/workspaces", Scope::Agency, 201),
    (GET, "/v1/workspaces", Scope::Own, 200),
    (GET, "/v1/workspaces/{workspace_id}", Scope::Workspace, 200),
    (PATCH, "/v1/workspaces/{workspace_id}", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}", Scope::Workspace, 204),
    (POST, "/v1/workspaces/{workspace_id}/addresses", Scope::Workspace, 201),
    (GET, "/v1/workspaces/{workspace_id}/addresses", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/addresses/{address}", Scope::Workspace, 204),
    (GET, "/v1/workspaces/{workspace_id}/events", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/events/{event_id}", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/contacts", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}", Scope::Workspace, 404),
    (GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/notes", Scope::Workspace, 404),
    (GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/tasks", Scope::Workspace, 404),
    (GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/messages", Scope::Workspace, 404),
    (GET, "/v1/workspaces/{workspace_id}/erasures", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/lists", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/statuses", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/tags", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/blocklist", Scope::Workspace, 201),
    (GET, "/v1/workspaces/{workspace_id}/blocklist", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/blocklist/{blocked_id}", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/blocklist/{blocked_id}", Scope::Workspace, 204),
    (GET, "/v1/workspaces/{workspace_id}/campaigns", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}", Scope::Workspace, 404),
    (POST, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases", Scope::Workspace, 201),
    (DELETE, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases/{alias_id}", Scope::Workspace, 204),
    (GET, "/v1/workspaces/{workspace_id}/emails", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/emails/{email_id}", Scope::Workspace, 404),
    (GET, "/v1/workspaces/{workspace_id}/stats", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/quarantine", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/quarantine/reprocess", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", Scope::Workspace, 204),
    (POST, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}/reprocess", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/rerun", Scope::Workspace, 200),
    (GET, "/v1/agencies/{agency_id}/drift", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/sources", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/sources/{platform}", Scope::Agency, 200),
    (PUT, "/v1/agencies/{agency_id}/sources/{platform}", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/sources/{platform}/aliases", Scope::Agency, 200),
    (PUT, "/v1/agencies/{agency_id}/sources/{platform}/aliases", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/sources/{platform}", Scope::Agency, 204),
    (GET, "/v1/workspaces/{workspace_id}/drift", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/sources", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/sources/{platform}", Scope::Workspace, 200),
    (PUT, "/v1/workspaces/{workspace_id}/sources/{platform}", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/sources/{platform}/aliases", Scope::Workspace, 200),
    (PUT, "/v1/workspaces/{workspace_id}/sources/{platform}/aliases", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/sources/{platform}", Scope::Workspace, 204),
    (POST, "/v1/agencies/{agency_id}/webhooks", Scope::Agency, 201),
    (GET, "/v1/agencies/{agency_id}/webhooks", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", Scope::Agency, 200),
    (PATCH, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", Scope::Agency, 204),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/pause", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/resume", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/rotate-secret", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/test", Scope::Agency, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks", Scope::Workspace, 201),
    (GET, "/v1/workspaces/{workspace_id}/webhooks", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", Scope::Workspace, 200),
    (PATCH, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", Scope::Workspace, 204),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/pause", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/resume", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/rotate-secret", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/test", Scope::Workspace, 200),
    (GET, "/v1/agencies/{agency_id}/webhooks/summary", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/webhooks/summary-by-date", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/deliveries", Scope::Agency, 200),
    (GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/poll", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/recover", Scope::Agency, 200),
    (POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replay", Scope::Agency, 201),
    (GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replays", Scope::Agency, 200),
    (DELETE, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replays/{run}", Scope::Agency, 204),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/summary", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/summary-by-date", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/poll", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/recover", Scope::Workspace, 200),
    (POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replay", Scope::Workspace, 201),
    (GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replays", Scope::Workspace, 200),
    (DELETE, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replays/{run}", Scope::Workspace, 204),
    (GET, "/v1/deliveries/{delivery_id}", Scope::Workspace, 200),
    (POST, "/v1/deliveries/{delivery_id}/retry", Scope::Workspace, 200),
    (GET, "/v1/workspaces/{workspace_id}/events/stream", Scope::Workspace, 200),
    (GET, "/v1/rejections", Scope::Installation, 200),
    (POST, "/v1/keys", Scope::NewKey, 201),
    (GET, "/v1/keys", Scope::Own, 200),
    (DELETE, "/v1/keys/{key_id}", Scope::Key, 204),
];

/// Two agencies, the first with two workspaces, and keys of every sort.
struct Tenants {
    app: App,
    agency: Value,
    workspace: Value,
    event_id: String,
    /// In the workspace's quarantine, and in the agency's.
    quarantined: Vec<String>,
    route_id: String,
    /// The workspace's webhook, and the agency's.
    webhooks: Vec<String>,
    key_id: String,
    installation_read: String,
    agency_write: String,
    agency_read: String,
    workspace_write: String,
    workspace_read: String,
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
        let path = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
        let event = app.call(POST, &path, "", Some(delivery(1))).await;
        let global = format!("/public/global-smartlead-webhook/{}", text(&agency["address"]));
        let mut quarantined = Vec::new();
        for path in [&path, &global] {
            assert_eq!(app.call(POST, path, "", Some(json!([]))).await.problem(), "unreadable-delivery");
            quarantined.extend(app.store.quarantined().last().map(|row| row.id.to_string()));
        }
        for (of, owner) in [("workspaces", &workspace), ("agencies", &agency)] {
            let path = format!("/v1/{of}/{}/sources/hubspot", text(&owner["id"]));
            let made = app.call(PUT, &path, ADMIN, Some(json!({"verification": {"method": "none"}, "enabled": true}))).await;
            assert_eq!(made.status, StatusCode::OK, "{made:?}");
        }
        let mut webhooks = Vec::new();
        for (of, owner) in [("workspaces", &workspace), ("agencies", &agency)] {
            let made = app.make(&format!("/v1/{of}/{}/webhooks", text(&owner["id"])), webhook("Replies")).await;
            webhooks.push(text(&made["id"]).to_owned());
        }
        let key =
            app.make("/v1/keys", json!({"scope": "workspace", "workspace_id": workspace["id"], "role": "read", "name": "x"}));
        let rules = format!("/v1/agencies/{}/routes", text(&agency["id"]));
        let rule = json!({"match": {"campaign_id": "41"}, "workspace_id": workspace["id"]});
        let route_id = text(&app.make(&rules, rule).await["id"]).to_owned();
        Tenants {
            route_id,
            webhooks,
            key_id: text(&key.await["id"]).to_owned(),
            quarantined,
            event_id: text(&event.body["event_id"]).to_owned(),
            installation_read: app.key("installation", None, "read").await,
            agency_write: app.key("agency", Some(&agency), "write").await,
            agency_read: app.key("agency", Some(&agency), "read").await,
            workspace_write: app.key("workspace", Some(&workspace), "write").await,
            workspace_read: app.key("workspace", Some(&workspace), "read").await,
            sibling: app.key("workspace", Some(&sibling), "write").await,
            foreign_agency: app.key("agency", Some(&other), "write").await,
            foreign_workspace: app.key("workspace", Some(&foreign), "write").await,
            app,
            agency,
            workspace,
        }
    }

    fn path(&self, template: &str) -> String {
        let of_agency = template.starts_with("/v1/agencies");
        let owner = if of_agency { &self.agency } else { &self.workspace };
        template
            .replace("{agency_id}", text(&self.agency["id"]))
            .replace("{workspace_id}", text(&self.workspace["id"]))
            .replace("{address}", text(&owner["address"]))
            .replace("{quarantine_id}", &self.quarantined[usize::from(of_agency)])
            .replace("{event_id}", &self.event_id)
            .replace("{delivery_id}", &failed_delivery(self.webhooks[0].parse().expect("an id")).to_string())
            .replace("{run}", "1")
            .replace("{route_id}", &self.route_id)
            .replace("{webhook_id}", &self.webhooks[usize::from(of_agency)])
            .replace("{alias_id}", &self.alias_id().to_string())
            .replace("{key_id}", &self.key_id)
            .replace("{platform}", "hubspot")
            .replace("{blocked_id}", &self.key_id)
            .replace("{contact_id}", &self.key_id)
            .replace("{campaign_id}", &self.key_id)
            .replace("{email_id}", &self.key_id)
    }

    /// An alias of every campaign of the workspace.
    fn alias_id(&self) -> CampaignId {
        CampaignId::derive(text(&self.workspace["id"]).parse().expect("an id"), &campaign_keys()[1])
    }

    fn body(&self, template: &str) -> Value {
        match template {
            "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases" => {
                json!({"platform": "smartlead", "platform_campaign_id": "43"})
            }
            "/v1/keys" => json!({"scope": "workspace", "workspace_id": self.workspace["id"], "role": "read", "name": "New"}),
            "/v1/agencies/{agency_id}/routes" => {
                json!({"platform": "smartlead", "match": {"platform_client": "7"}, "workspace_id": self.workspace["id"]})
            }
            "/v1/workspaces/{workspace_id}/blocklist" => json!({"email": "nobody@halden.example", "reason": "a rival"}),
            "/v1/agencies/{agency_id}/unrouted/route" => json!({"dry_run": true}),
            "/v1/workspaces/{workspace_id}/rerun" => {
                json!({"since": "2026-02-11T00:00:00Z", "until": "2026-02-12T00:00:00Z", "dry_run": false})
            }
            _ if template.ends_with("/sources/{platform}/aliases") => json!({"names": {"reply_seen": "contact.creation"}}),
            _ if template.ends_with("/recover") => json!({"since": "2026-02-11T00:00:00Z"}),
            _ if template.ends_with("/replay") => {
                json!({"since": "2026-02-11T00:00:00Z", "until": "2026-02-12T00:00:00Z", "dry_run": false})
            }
            _ if template.ends_with("/sources/{platform}") => json!({"verification": {"method": "none"}, "enabled": false}),
            _ if template.ends_with("/webhooks") => webhook("New"),
            _ if template.ends_with("/rotate-secret") => json!({"overlap_s": 60}),
            _ if template.ends_with("/test") => json!({"kind": "email.replied"}),
            _ => json!({"name": "New"}),
        }
    }

    async fn send(&self, method: &Method, template: &str, query: &str, key: &str) -> Answer {
        let body = [POST, PATCH, PUT].contains(method).then_some(self.body(template));
        self.app.call(method.clone(), &format!("{}{query}", self.path(template)), key, body).await
    }

    /// Keys that open what a route of this scope is about, with every role.
    fn opening(&self, scope: Scope) -> (Vec<&str>, Vec<&str>) {
        let (mut write, mut read) = (vec![ADMIN], vec![self.installation_read.as_str()]);
        if scope != Scope::Installation {
            write.push(&self.agency_write);
            read.push(&self.agency_read);
        }
        if !matches!(scope, Scope::Installation | Scope::Agency) {
            write.push(&self.workspace_write);
            read.push(&self.workspace_read);
        }
        (write, read)
    }
}

/// What a webhook is made of; nothing gets out of a test.
fn webhook(name: &str) -> Value {
    json!({"name": name, "url": "https://receiver.example/hook", "kinds": ["email.replied"]})
}

#[test]
fn every_endpoint_is_tried() {
    let mut tried: Vec<(MethodFilter, &str)> = Vec::new();
    for (method, path, ..) in ROUTES {
        tried.push((MethodFilter::try_from(method.clone()).expect("a method"), path));
    }
    for endpoint in endpoints() {
        assert!(tried.contains(&(endpoint.method, endpoint.path)), "{:?} {} is not tried", endpoint.method, endpoint.path);
    }
    assert_eq!(endpoints().len(), tried.len());
}

#[tokio::test]
async fn without_a_valid_key_every_route_answers_401() {
    let tenants = Tenants::new().await;
    for (method, template, ..) in ROUTES {
        for key in ["", "hk_wrong", &format!("{ADMIN}x"), &tenants.key_id] {
            let answer = tenants.send(method, template, "", key).await;
            assert_eq!(
                (answer.status, answer.problem()),
                (StatusCode::UNAUTHORIZED, "unauthorized"),
                "{method} {template} {key}"
            );
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
}

#[tokio::test]
async fn another_tenants_key_finds_nothing() {
    let tenants = Tenants::new().await;
    for (method, template, scope, _) in ROUTES {
        let mut keys = vec![&tenants.foreign_agency, &tenants.foreign_workspace, &tenants.sibling];
        if matches!(scope, Scope::Agency | Scope::Installation) {
            keys.push(&tenants.workspace_write);
        }
        if *scope == Scope::Installation {
            keys.push(&tenants.agency_write);
        }
        for key in keys {
            let answer = tenants.send(method, template, "", key).await;
            let case = format!("{method} {template}: {answer:?}");
            match scope {
                Scope::Installation => assert_eq!(answer.problem(), "forbidden", "{case}"),
                Scope::Own => {
                    assert_eq!(answer.status, StatusCode::OK, "{case}");
                    for id in [&tenants.workspace["id"], &tenants.workspace["address"], &tenants.agency["address"]] {
                        assert!(!answer.body.to_string().contains(text(id)), "{case}");
                    }
                }
                _ => assert_eq!(answer.problem(), "not-found", "{case}"),
            }
        }
    }
}

#[tokio::test]
async fn a_key_that_may_only_read_changes_nothing() {
    let tenants = Tenants::new().await;
    for (method, template, scope, _) in ROUTES.iter().filter(|(method, ..)| *method != GET) {
        for key in tenants.opening(*scope).1 {
            let answer = tenants.send(method, template, "", key).await;
            assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "forbidden"), "{method} {template}");
        }
    }
}

#[tokio::test]
async fn the_right_key_opens_every_route() {
    for (method, template, scope, status) in ROUTES {
        let mut number = 0;
        loop {
            // Anew each time: some of these routes remove what the next would ask for.
            let tenants = Tenants::new().await;
            let (mut keys, read) = tenants.opening(*scope);
            if *method == GET {
                keys.extend(read);
            }
            let Some(key) = keys.get(number) else { break };
            let answer = tenants.send(method, template, "", key).await;
            assert_eq!(answer.status.as_u16(), *status, "{method} {template} {answer:?}");
            assert_eq!(answer.headers["cache-control"], "no-store");
            number += 1;
        }
    }
}

/// Whether the answer to a write has a secret in it.
fn makes_a_secret(method: &Method, template: &str) -> bool {
    let made = ["/v1/keys", "/webhooks", "/rotate-secret"];
    *method == POST && made.iter().any(|end| template.ends_with(end))
}

#[tokio::test]
async fn every_write_is_made_once_under_its_key() {
    for (method, template, _, status) in ROUTES.iter().filter(|(method, ..)| *method != GET) {
        // Anew each time: some of these routes remove what the next would ask for.
        let tenants = Tenants::new().await;
        let (path, body) = (tenants.path(template), tenants.body(template));
        let mut answers = Vec::new();
        for replayed in [false, true] {
            let answer = tenants.app.call_once(method.clone(), &path, ADMIN, "the key", Some(body.clone())).await;
            assert_eq!(answer.problem(), "invalid-request", "{method} {template}");
            let mut answer = tenants.app.call_once(method.clone(), &path, ADMIN, "the-key", Some(body.clone())).await;
            assert_eq!(answer.status.as_u16(), *status, "{method} {template} {answer:?}");
            assert_eq!(answer.headers.contains_key("idempotent-replayed"), replayed, "{method} {template}");
            // Secrets are shown once.
            for once in ["key", "secret"] {
                if let Some(shown) = answer.body.get_mut(once) {
                    assert_eq!(shown.is_null(), replayed || !makes_a_secret(method, template), "{method} {template}");
                    shown.take();
                }
            }
            answers.push(answer.body);
        }
        assert_eq!(answers[0], answers[1], "{method} {template}");
        assert_eq!(tenants.app.store.answers().len(), 1, "{method} {template}");
        let other = tenants.app.call_once(method.clone(), &path, ADMIN, "the-key", Some(json!({}))).await;
        assert_eq!(other.problem(), "idempotency-key-reused", "{method} {template}");
        // Whoever may not do it is not told what came of it.
        for key in [&tenants.foreign_agency, &tenants.workspace_read, &"hk_wrong".to_owned()] {
            let refused = tenants.app.call_once(method.clone(), &path, key, "the-key", Some(body.clone())).await;
            assert!([401, 403, 404].contains(&refused.status.as_u16()), "{method} {template} {refused:?}");
        }
    }
}

#[tokio::test]
async fn unknown_parameters_are_named_on_every_route() {
    let tenants = Tenants::new().await;
    for (method, template, ..) in ROUTES {
        let answer = tenants.send(method, template, "?limitt=5", ADMIN).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "invalid-request"), "{method} {template}");
        assert_eq!(answer.body["field"], "limitt", "{method} {template}");
    }
}

#[tokio::test]
async fn every_failure_of_the_store_is_described() {
    use hookline_store::Error;
    let tenants = Tenants::new().await;
    let records = ["events", "contacts", "campaigns", "emails", "unrouted", "erasures", "lists", "statuses", "tags", "blocklist"];
    for (method, template, ..) in ROUTES {
        let mut errors =
            vec![Error::Closed, Error::Storage { attempted: "x", cause: String::new() }, Error::Conflict(String::new())];
        if *method != GET {
            errors.extend([Error::Overloaded("x"), Error::DiskFull(String::new())]);
        }
        if records.iter().any(|records| template.contains(records)) && !template.ends_with("/route") {
            errors.push(Error::Behind { folded: 1, committed: 2 });
        }
        for error in errors {
            tenants.app.store.fail(Some(error.clone()));
            // What is not described fails in here.
            let answer = tenants.send(method, template, "", ADMIN).await;
            assert!(answer.status.is_success() || answer.problem() == Problem::from(error).problem_type.slug(), "{answer:?}");
        }
        tenants.app.store.fail(None);
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_on_every_route_that_takes_one() {
    let tenants = Tenants::new().await;
    let bodiless = ["/addresses", "/reprocess", "/pause", "/resume", "/retry"];
    let takes_one = |path: &str| !bodiless.iter().any(|end| path.ends_with(end));
    for (method, template, ..) in
        ROUTES.iter().filter(|(method, path, ..)| [POST, PATCH, PUT].contains(method) && takes_one(path))
    {
        let path = tenants.path(template);
        let unknown = tenants.app.call(method.clone(), &path, ADMIN, Some(json!({"nmae": "x", "name": "x"}))).await;
        assert_eq!(unknown.problem(), "invalid-request", "{method} {template}");
        let large = tenants.app.call(method.clone(), &path, ADMIN, Some(json!({"name": "x".repeat(70_000)}))).await;
        assert_eq!((large.status, large.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"), "{method} {template}");
        let request = http::Request::builder().method(method).uri(&path).header("authorization", format!("Bearer {ADMIN}"));
        let broken = tenants.app.send(request.body("{\"name\":".into()).expect("a request")).await;
        assert_eq!((broken.status, broken.problem()), (StatusCode::BAD_REQUEST, "invalid-request"), "{method} {template}");
    }
}
