//! Sources: what is taken, what stays, and that no answer has a secret.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_model::{id::WorkspaceId, platform::Platform};
use hookline_store::{Store, directory::AddressOwner};

use crate::{
    secrets::{Field, Place},
    testing::{ADMIN, Answer, App, text},
};

const SECRET: &str = "7b0e2d5c-0000-4000-8000-0a1b2c3d4e5f";
const OTHER: &str = "Bearer 0a1b2c3d";

struct Client {
    app: App,
    path: String,
    owner: AddressOwner,
}

impl Client {
    async fn new() -> Client {
        let app = App::new();
        let agency = app.agency("Acme").await;
        let workspace = app.workspace(&agency, "Client").await;
        let id: WorkspaceId = text(&workspace["id"]).parse().expect("an id");
        Client { app, path: format!("/v1/workspaces/{id}/sources"), owner: AddressOwner::Workspace(id) }
    }

    async fn put(&self, platform: &str, body: Value) -> Answer {
        let answer = self.app.call(Method::PUT, &format!("{}/{platform}", self.path), ADMIN, Some(body)).await;
        for secret in [SECRET, OTHER] {
            assert!(!answer.body.to_string().contains(secret), "{answer:?}");
        }
        answer
    }

    /// Sets SmartLead's HMAC with these secrets, and answers what is shown of them.
    async fn put_secrets(&self, mut secrets: Value) -> (bool, bool) {
        secrets["method"] = json!("hmac_sha256");
        let answer = self.put("smartlead", json!({"verification": secrets, "enabled": true})).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let shown = |name: &str| answer.body["verification"][name].as_bool().expect("a truth value");
        (shown("has_secret"), shown("has_secret_previous"))
    }

    /// What is stored, opened.
    fn stored(&self) -> [Option<String>; 2] {
        let directory = self.app.store.directory();
        let source = directory.source(self.owner, Platform::Smartlead).expect("a source");
        let sealed = [(Field::Secret, &source.secret), (Field::SecretPrevious, &source.secret_previous)];
        sealed.map(|(field, sealed)| {
            let place = Place::Source(self.owner, Platform::Smartlead, field);
            let opened = self.app.service.master_key.open(&place, sealed.as_ref()?).expect("it opens");
            Some(String::from_utf8(opened.expose().to_vec()).expect("a text"))
        })
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn a_source_is_shown_as_it_was_put_but_for_its_secrets() {
    let client = Client::new().await;
    let body = json!({
        "verification": {"method": "body_secret", "secret": SECRET, "secret_previous": OTHER},
        "account": " 1103 ", "ack": "always", "enabled": false,
    });
    let put = client.put("smartlead", body).await;
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    let expected = json!({
        "method": "body_secret", "header": null, "field": "secret_key", "has_secret": true, "has_secret_previous": true,
    });
    assert_eq!(put.body["verification"], expected);
    assert_eq!(
        (&put.body["account"], &put.body["ack"], &put.body["enabled"], &put.body["platform"]),
        (&json!("1103"), &json!("always"), &json!(false), &json!("smartlead"))
    );
    let shown = client.app.get(&format!("{}/smartlead", client.path), ADMIN).await;
    assert_eq!(shown.body, put.body);
    assert_eq!(client.stored(), [some(SECRET), some(OTHER)]);

    let hubspot =
        client.put("hubspot", json!({"verification": {"method": "hubspot_v3", "secret": SECRET}, "enabled": true})).await;
    let listed = client.app.get(&client.path, ADMIN).await;
    assert_eq!(listed.body["data"], json!([put.body, hubspot.body]));
    let first = client.app.get(&format!("{}?limit=1", client.path), ADMIN).await;
    let cursor = text(&first.body["next_cursor"]);
    let second = client.app.get(&format!("{}?limit=1&cursor={cursor}", client.path), ADMIN).await;
    assert_eq!((&second.body["data"], &second.body["next_cursor"]), (&json!([hubspot.body]), &Value::Null));

    let path = format!("{}/smartlead", client.path);
    assert_eq!(client.app.call(Method::DELETE, &path, ADMIN, None).await.status, StatusCode::NO_CONTENT);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(client.app.call(method, &path, ADMIN, None).await.problem(), "not-found");
    }
}

#[tokio::test]
async fn secrets_stay_are_exchanged_and_go_as_is_said() {
    let client = Client::new().await;
    let cases = [
        (json!({"secret": SECRET}), [some(SECRET), None]),
        (json!({}), [some(SECRET), None]),
        (json!({"secret": null}), [some(SECRET), None]),
        (json!({"secret": OTHER, "secret_previous": SECRET}), [some(OTHER), some(SECRET)]),
        (json!({}), [some(OTHER), some(SECRET)]),
        (json!({"secret_previous": null}), [some(OTHER), None]),
        (json!({"secret_previous": SECRET}), [some(OTHER), some(SECRET)]),
        (json!({"secret": SECRET}), [some(SECRET), None]),
    ];
    for (sent, expected) in cases {
        let shown = client.put_secrets(sent.clone()).await;
        assert_eq!(client.stored(), expected, "{sent}");
        assert_eq!(shown, (true, expected[1].is_some()), "{sent}");
    }
    // Without a method nothing is kept, so that a later method needs a secret again.
    client.put("smartlead", json!({"verification": {"method": "none"}, "enabled": true})).await;
    assert_eq!(client.stored(), [None, None]);
    let answer = client.put("smartlead", json!({"verification": {"method": "hmac_sha256"}, "enabled": true})).await;
    assert_eq!((answer.problem(), answer.problem_field()), ("invalid-request", Some("verification.secret")));
}

#[tokio::test]
async fn what_a_put_leaves_out_is_as_usual_again_but_for_names() {
    let client = Client::new().await;
    let body = json!({
        "verification": {"method": "header_secret", "secret": SECRET, "header": "X-Our-Proof"},
        "account": "1103", "ack": "always", "enabled": true,
    });
    assert_eq!(client.put("smartlead", body).await.body["verification"]["header"], "x-our-proof");
    let directory = client.app.store.directory();
    let mut named = directory.source(client.owner, Platform::Smartlead).expect("a source").as_ref().clone();
    named.names.insert("Hot".to_owned(), "lead_interested".to_owned());
    named.revision += 1;
    let change = hookline_store::directory::DirectoryChange::PutSource(named.clone());
    client.app.store.change_directory(vec![change]).await.expect("it is kept");

    let put = client.put("smartlead", json!({"verification": {"method": "header_secret"}, "enabled": true})).await;
    assert_eq!((&put.body["account"], &put.body["ack"]), (&Value::Null, &json!("strict")));
    assert_eq!(put.body["verification"]["header"], "x-webhook-secret");
    assert_eq!(put.body["created_at"], named.created_at.to_string());
    assert_ne!(put.body["updated_at"], named.updated_at.to_string());
    let directory = client.app.store.directory();
    let stored = directory.source(client.owner, Platform::Smartlead).expect("a source");
    assert_eq!((&stored.names, stored.revision), (&named.names, named.revision + 1));
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_named() {
    let client = Client::new().await;
    let long = "x".repeat(513);
    let cases = [
        (json!({"enabled": true}), "verification"),
        (json!({"verification": "none", "enabled": true}), "verification"),
        (json!({"verification": {}, "enabled": true}), "verification.method"),
        (json!({"verification": {"method": "magic"}, "enabled": true}), "verification.method"),
        (json!({"verification": {"method": "hubspot_v3", "secret": SECRET}, "enabled": true}), "verification.method"),
        (json!({"verification": {"method": "breakcold_v2", "secret": SECRET}, "enabled": true}), "verification.method"),
        (json!({"verification": {"method": "hmac_sha256"}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret_previous": SECRET}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": "short"}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": long}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": " 12345678"}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": "12345678\n"}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": "1234567é"}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "hmac_sha256", "secret": 12_345_678}, "enabled": true}), "verification.secret"),
        (
            json!({"verification": {"method": "hmac_sha256", "secret": SECRET, "secret_previous": ""}, "enabled": true}),
            "verification.secret_previous",
        ),
        (json!({"verification": {"method": "none", "secret": SECRET}, "enabled": true}), "verification.secret"),
        (json!({"verification": {"method": "none", "secret_previous": SECRET}, "enabled": true}), "verification.secret_previous"),
        (
            json!({"verification": {"method": "header_secret", "secret": SECRET, "header": "a b"}, "enabled": true}),
            "verification.header",
        ),
        (
            json!({"verification": {"method": "header_secret", "secret": SECRET, "header": "x".repeat(101)}, "enabled": true}),
            "verification.header",
        ),
        (
            json!({"verification": {"method": "body_secret", "secret": SECRET, "header": "x-proof"}, "enabled": true}),
            "verification.header",
        ),
        (
            json!({"verification": {"method": "body_secret", "secret": SECRET, "field": ""}, "enabled": true}),
            "verification.field",
        ),
        (
            json!({"verification": {"method": "hmac_sha256", "secret": SECRET, "field": "secret"}, "enabled": true}),
            "verification.field",
        ),
        (json!({"verification": {"method": "none", "secrte": SECRET}, "enabled": true}), "verification.secrte"),
        (json!({"verification": {"method": "none"}}), "enabled"),
        (json!({"verification": {"method": "none"}, "enabled": "yes"}), "enabled"),
        (json!({"verification": {"method": "none"}, "enabled": true, "ack": "never"}), "ack"),
        (json!({"verification": {"method": "none"}, "enabled": true, "account": "x".repeat(201)}), "account"),
        (json!({"verification": {"method": "none"}, "enabled": true, "names": {}}), "names"),
    ];
    for (body, field) in cases {
        let answer = client.put("smartlead", body.clone()).await;
        assert_eq!((answer.problem(), answer.problem_field()), ("invalid-request", Some(field)), "{body}");
    }
    assert!(client.app.store.directory().sources().next().is_none());
    for platform in ["hookline", "unheard", "SmartLead"] {
        let answer = client.put(platform, json!({"verification": {"method": "none"}, "enabled": true})).await;
        assert_eq!(answer.problem(), "not-found", "{platform}");
    }
}
