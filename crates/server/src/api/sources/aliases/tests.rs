//! Names that are aliased: what is taken, what stays, and what is refused.

use std::collections::BTreeMap;

use http::{Method as Verb, StatusCode};
use serde_json::{Value, json};

use hookline_model::{id::WorkspaceId, platform::Platform, source::Method};
use hookline_store::{Store, directory::AddressOwner, source::Source};

use crate::testing::{ADMIN, Answer, App, text};

struct Client {
    app: App,
    agency: String,
    workspace: String,
    owner: AddressOwner,
}

impl Client {
    async fn new() -> Client {
        let app = App::new();
        let agency = app.agency("Acme").await;
        let workspace = app.workspace(&agency, "Client").await;
        let id: WorkspaceId = text(&workspace["id"]).parse().expect("an id");
        let agency = format!("/v1/agencies/{}/sources/smartlead", text(&agency["id"]));
        Client { app, agency, workspace: format!("/v1/workspaces/{id}/sources/smartlead"), owner: AddressOwner::Workspace(id) }
    }

    async fn put(&self, source: &str, body: Value) -> Answer {
        self.app.call(Verb::PUT, &format!("{source}/aliases"), ADMIN, Some(body)).await
    }

    fn stored(&self) -> Source {
        let directory = self.app.store.directory();
        directory.source(self.owner, Platform::Smartlead).expect("a source").as_ref().clone()
    }
}

#[tokio::test]
async fn a_source_that_was_never_set_up_is_made_with_the_names() {
    let client = Client::new().await;
    let path = format!("{}/aliases", client.workspace);
    assert_eq!(client.app.get(&path, ADMIN).await.body, json!({"platform": "smartlead", "names": {}, "campaigns": {}}));
    let put = client.put(&client.workspace, json!({"names": {"  Reply_Seen ": " email_reply"}})).await;
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    assert_eq!(put.body, json!({"platform": "smartlead", "names": {"reply_seen": "EMAIL_REPLY"}, "campaigns": {}}));
    assert_eq!(client.app.get(&path, ADMIN).await.body, put.body);
    let source = client.stored();
    assert_eq!((source.method, source.enabled, source.revision), (Method::None, true, 1));
    assert_eq!(source.names, BTreeMap::from([("reply_seen".to_owned(), "EMAIL_REPLY".to_owned())]));
}

#[tokio::test]
async fn a_source_keeps_everything_but_its_names() {
    let client = Client::new().await;
    let body = json!({"verification": {"method": "hmac_sha256", "secret": "12345678"}, "account": "1103", "ack": "always", "enabled": false});
    assert_eq!(client.app.call(Verb::PUT, &client.workspace, ADMIN, Some(body)).await.status, StatusCode::OK);
    let former = client.stored();
    client.put(&client.workspace, json!({"names": {"a": "EMAIL_REPLY", "b": "EMAIL_SENT"}})).await;
    client.put(&client.workspace, json!({"names": {"b": "EMAIL_OPEN"}})).await;
    let now = client.stored();
    let names = BTreeMap::from([("b".to_owned(), "EMAIL_OPEN".to_owned())]);
    assert_eq!(now, Source { names, revision: former.revision + 2, updated_at: now.updated_at, ..former.clone() });
    assert!(now.updated_at > former.updated_at);
}

#[tokio::test]
async fn the_source_of_the_agency_is_not_shadowed() {
    let client = Client::new().await;
    let put = client.put(&client.agency, json!({"names": {"a": "EMAIL_REPLY"}})).await;
    assert_eq!((put.status, put.body), (StatusCode::OK, json!({"platform": "smartlead", "names": {"a": "EMAIL_REPLY"}})));
    let shown = client.app.get(&format!("{}/aliases", client.agency), ADMIN).await;
    assert_eq!(shown.body["names"], json!({"a": "EMAIL_REPLY"}));
    // A workspace's own source without verification would open what the agency's keeps shut.
    assert_eq!(client.put(&client.workspace, json!({"names": {"a": "EMAIL_REPLY"}})).await.problem(), "conflict");
    assert!(client.app.store.directory().source(client.owner, Platform::Smartlead).is_none());
    let campaigns = client.put(&client.agency, json!({"names": {}, "campaigns": {"1": "2"}})).await;
    assert_eq!((campaigns.problem(), campaigns.problem_field()), ("invalid-request", Some("campaigns")));
}

#[tokio::test]
async fn what_is_wrong_with_aliases_is_named() {
    let client = Client::new().await;
    let many: BTreeMap<String, &str> = (0..201).map(|number| (format!("n{number}"), "EMAIL_REPLY")).collect();
    let campaigns: BTreeMap<String, &str> = (0..101).map(|number| (format!("n{number}"), "41")).collect();
    let cases = [
        (json!({}), "names"),
        (json!({"names": null}), "names"),
        (json!({"names": []}), "names"),
        (json!({"names": {"a": 5}}), "names.a"),
        (json!({"names": {"a": "REPLY_SEEN"}}), "names.a"),
        (json!({"names": {" ": "EMAIL_REPLY"}}), "names. "),
        (json!({"names": {"a\u{0}": "EMAIL_REPLY"}}), "names.a\u{0}"),
        (json!({"names": {"A": "EMAIL_REPLY", "a ": "EMAIL_REPLY"}}), "names.a "),
        (json!({"names": {"x".repeat(201): "EMAIL_REPLY"}}), &*format!("names.{}", "x".repeat(64))),
        (json!({"names": many}), "names"),
        (json!({"names": {}, "nmaes": {}}), "nmaes"),
        (json!({"names": {}, "campaigns": {"1": ""}}), "campaigns.1"),
        (json!({"names": {}, "campaigns": {"1": 2}}), "campaigns.1"),
        (json!({"names": {}, "campaigns": {"1": " 1 "}}), "campaigns.1"),
        (json!({"names": {}, "campaigns": campaigns}), "campaigns"),
        (json!({"names": {}, "account": 5}), "account"),
    ];
    for (body, field) in cases {
        let answer = client.put(&client.workspace, body.clone()).await;
        assert_eq!((answer.problem(), answer.problem_field()), ("invalid-request", Some(field)), "{body}");
    }
    assert!(client.app.store.directory().sources().next().is_none());
    let full: BTreeMap<String, &str> = (0..200).map(|number| (format!("n{number}"), "EMAIL_REPLY")).collect();
    assert_eq!(client.put(&client.workspace, json!({"names": full})).await.status, StatusCode::OK);
    assert_eq!(client.stored().names.len(), 200);
}

#[tokio::test]
async fn a_name_that_is_known_stays_what_it_is() {
    let client = Client::new().await;
    for known in ["EMAIL_SENT", " email_reply ", "EmailBounce"] {
        let answer = client.put(&client.workspace, json!({"names": {known: "EMAIL_OPEN"}})).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "invalid-request"), "{known} {answer:?}");
    }
    assert!(client.app.store.directory().source(client.owner, Platform::Smartlead).is_none());
}
