//! Webhooks: what they are made of, what is refused, and that secrets are shown once and stored sealed.

mod tried;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_delivery::settings::Secrets;
use hookline_store::{Store, subscriptions::SubscriptionStatus};

use crate::{
    passing_on,
    testing::{ADMIN, Answer, App, text},
};

const OWN: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

struct Client {
    app: App,
    path: String,
}

fn plain() -> Value {
    json!({"name": "Replies", "url": "https://receiver.example/hook", "kinds": ["email.replied"]})
}

/// The plain one with these fields.
fn with(fields: &Value) -> Value {
    let mut body = plain();
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

impl Client {
    async fn new() -> Client {
        let app = App::new();
        let agency = app.agency("Acme").await;
        let workspace = app.workspace(&agency, "Client").await;
        let path = format!("/v1/workspaces/{}/webhooks", text(&workspace["id"]));
        Client { app, path }
    }

    async fn post(&self, body: Value) -> Answer {
        self.app.call(Method::POST, &self.path, ADMIN, Some(body)).await
    }

    async fn make(&self, fields: Value) -> Value {
        self.app.make(&self.path, with(&fields)).await
    }

    async fn call(&self, method: Method, webhook: &Value, rest: &str, body: Option<Value>) -> Answer {
        self.app.call(method, &format!("{}/{}{rest}", self.path, text(&webhook["id"])), ADMIN, body).await
    }

    async fn patch(&self, webhook: &Value, body: Value) -> Answer {
        self.call(Method::PATCH, webhook, "", Some(body)).await
    }

    async fn shown(&self, webhook: &Value) -> Value {
        self.call(Method::GET, webhook, "", None).await.body
    }

    /// What is stored of the only webhook, opened.
    fn stored(&self) -> Secrets {
        let directory = self.app.store.directory();
        let row = directory.subscriptions().first().expect("a webhook");
        passing_on::open(&self.app.service.master_key, row).expect("it opens")
    }
}

#[tokio::test]
async fn a_webhook_is_shown_as_it_was_made_without_its_secrets() {
    let client = Client::new().await;
    let made = client
        .make(json!({
            "kinds": ["email.*", "contact.interested"], "campaign_id": "41", "filter": {"tags": ["vip"]}, "dialect": "smartlead",
            "variant": "nested", "headers": {"Authorization": "Bearer hush-hush"}, "policy": "instantly", "secret": "s3cr3t-of-ours",
            "max_age": 60, "rate": 5, "concurrency": 2, "ordered": true, "origins": ["live", "import"],
            "signature": {"header": "X-Sig", "bare": true},
        }))
        .await;
    let expected = json!({
        "name": "Replies", "url": "https://receiver.example/hook", "kinds": ["email.*", "contact.interested"],
        "dialect": "smartlead", "variant": "nested", "headers": ["authorization"], "max_age": 60, "rate": 5, "concurrency": 2,
        "ordered": true, "origins": ["live", "import"], "signature": {"header": "X-Sig", "bare": true}, "status": "active", "status_reason": null, "has_secret": true,
        "secret": null, "secret_previous_until": null, "delivered": 0, "failed": 0, "skipped": 0, "not_expressible": 0,
        "backlog": 0,
        "policy": {"preset": "instantly", "timeout_ms": 30_000, "schedule": [5, 10, 15], "pause_after": 10},
        "muted_by": {},
        "filter": {
            "platforms": [], "campaigns": ["41"], "categories": [], "category_changes_only": false, "sending_accounts": [],
            "tags": ["vip"], "data": {},
        },
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(client.shown(&made).await, made);
    let listed = client.app.get(&client.path, ADMIN).await.body;
    assert_eq!(listed["data"], json!([made]));
    let stored = client.stored();
    assert_eq!(stored.secret.as_deref(), Some("s3cr3t-of-ours"));
    assert_eq!(stored.headers["authorization"], "Bearer hush-hush");
    let directory = client.app.store.directory();
    let row = &directory.subscriptions()[0];
    for secret in ["hush-hush", "s3cr3t"] {
        assert!(!made.to_string().contains(secret) && !row.settings.contains(secret));
        assert!(!row.secrets.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
}

#[tokio::test]
async fn a_secret_that_was_made_is_shown_once() {
    let client = Client::new().await;
    let made = client.make(json!({})).await;
    let secret = text(&made["secret"]).to_owned();
    let key = hookline_dialects::authenticity::key(&secret).expect("a secret of Standard Webhooks");
    assert_eq!(key.len(), 32);
    assert_eq!(client.stored().secret, Some(secret.clone()));
    let shown = client.shown(&made).await;
    assert_eq!((&shown["has_secret"], &shown["secret"]), (&json!(true), &Value::Null));
    let patched = client.patch(&made, json!({"name": "Other"})).await;
    assert_eq!((&patched.body["secret"], client.stored().secret), (&Value::Null, Some(secret)));
    // Nobody signs for Instantly.
    let unsigned = client.make(json!({"dialect": "instantly"})).await;
    assert_eq!((&unsigned["has_secret"], &unsigned["secret"]), (&json!(false), &Value::Null));
    let signed = client.patch(&unsigned, json!({"dialect": "hookline"})).await;
    assert!(signed.body["secret"].is_string() && signed.body["has_secret"] == true, "{signed:?}");
}

#[tokio::test]
async fn bad_settings_are_refused_by_the_name_of_their_field() {
    let client = Client::new().await;
    let long = "x".repeat(3_000);
    let many: Vec<String> = (0..201).map(|number| number.to_string()).collect();
    let headers: Value = (0..33).map(|number| (format!("x-{number}"), json!("x"))).collect::<serde_json::Map<_, _>>().into();
    let cases = [
        (json!({"name": null}), "name"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"url": null}), "url"),
        (json!({"url": "ftp://receiver.example/"}), "url"),
        (json!({"url": "https://receiver.example/a\nb"}), "url"),
        (json!({"url": "  "}), "url"),
        (json!({"url": "http://127.0.0.1/"}), "url"),
        (json!({"url": "http://[::ffff:10.0.0.1]/"}), "url"),
        (json!({"url": "http://0x7f.1/"}), "url"),
        (json!({"url": "https://user:pass@receiver.example/"}), "url"),
        (json!({"url": "https://receiver.example/#a"}), "url"),
        (json!({"url": format!("https://receiver.example/{long}")}), "url"),
        (json!({"kinds": null}), "kinds"),
        (json!({"kinds": []}), "kinds"),
        (json!({"kinds": "email.replied"}), "kinds"),
        (json!({"kinds": ["email.eaten"]}), "kinds"),
        (json!({"filter": {"campaign": ["41"]}}), "filter"),
        (json!({"filter": {"platforms": ["nobody"]}}), "filter"),
        (json!({"filter": {"tags": many}}), "filter"),
        (json!({"filter": []}), "filter"),
        (json!({"dialect": "esperanto"}), "dialect"),
        (json!({"variant": "flat"}), "variant"),
        (json!({"dialect": "instantly", "variant": "nested"}), "variant"),
        (json!({"signature": {"bare": true}}), "signature"),
        (json!({"dialect": "smartlead", "signature": {"header": "webhook-id"}}), "signature"),
        (json!({"dialect": "smartlead", "signature": {"name": "X-Sig"}}), "signature"),
        (json!({"dialect": "smartlead", "signature": ["X-Sig", true]}), "signature"),
        (json!({"headers": {"Host": "x"}}), "headers"),
        (json!({"headers": {"webhook-signature": "x"}}), "headers"),
        (json!({"dialect": "smartlead", "headers": {"X-Smartlead-Signature": "x"}}), "headers"),
        (json!({"dialect": "smartlead", "headers": {"X-Request-Id": "x"}}), "headers"),
        (json!({"dialect": "smartlead", "signature": {"header": "X-Sig"}, "headers": {"x-sig": "x"}}), "headers"),
        (json!({"headers": {"x-a": "a\r\nx-b: c"}}), "headers"),
        (json!({"headers": {"x-a": 5}}), "headers"),
        (json!({"headers": {"x-a": "1", "X-A": "2"}}), "headers"),
        (json!({"headers": headers}), "headers"),
        (json!({"headers": ["x-a"]}), "headers"),
        (json!({"policy": "never"}), "policy"),
        (json!({"policy": 3}), "policy"),
        (json!({"policy": {"retries": 3}}), "policy"),
        (json!({"policy": {"timeout_ms": 99}}), "policy"),
        (json!({"secret": "too simple"}), "secret"),
        (json!({"secret": "whsec_c2hvcnQ="}), "secret"),
        (json!({"dialect": "smartlead", "secret": "short"}), "secret"),
        (json!({"dialect": "instantly", "secret": OWN}), "secret"),
        (json!({"max_age": 0}), "max_age"),
        (json!({"max_age": -1}), "max_age"),
        (json!({"rate": 0}), "rate"),
        (json!({"concurrency": 65}), "concurrency"),
        (json!({"ordered": "yes"}), "ordered"),
        (json!({"origins": []}), "origins"),
        (json!({"origins": ["mars"]}), "origins"),
        (json!({"campaign_id": ""}), "campaign_id"),
        (json!({"campaign_id": 4.5}), "campaign_id"),
        (json!({"campaign_id": -5}), "campaign_id"),
        (json!({"campaign_id": "5", "filter": {"campaigns": ["6"]}}), "campaign_id"),
        (json!({"campaign_id": "5", "filter": {"campaigns": ["5", "6"]}}), "campaign_id"),
        (json!({"filter": {"campaigns": [4.5]}}), "filter"),
        (json!({"status": "paused"}), "status"),
    ];
    for (fields, field) in cases {
        let answer = client.post(with(&fields)).await;
        assert_eq!((answer.status, answer.problem_field()), (StatusCode::BAD_REQUEST, Some(field)), "{fields} {answer:?}");
        assert!(answer.body.to_string().len() < 2_000, "{fields}");
    }
    assert_eq!(client.app.store.directory().subscriptions().len(), 0);
    assert_eq!(client.post(with(&json!({"secret": OWN}))).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_not_sent_stays_and_null_is_as_new() {
    let client = Client::new().await;
    let made = client
        .make(json!({"rate": 5, "headers": {"x-a": "1"}, "policy": {"preset": "breakcold", "pause_after": 3}, "max_age": 60}))
        .await;
    let patched = client.patch(&made, json!({"rate": null, "kinds": ["*"]})).await.body;
    assert_eq!((&patched["rate"], &patched["max_age"], &patched["kinds"]), (&Value::Null, &json!(60), &json!(["*"])));
    assert_eq!((&patched["headers"], &patched["policy"]), (&json!(["x-a"]), &made["policy"]));
    assert_ne!(patched["updated_at"], made["updated_at"]);
    assert_eq!(patched["created_at"], made["created_at"]);
    let patched = client.patch(&made, json!({"headers": {}, "policy": null})).await.body;
    assert_eq!((&patched["headers"], &patched["policy"]["preset"]), (&json!([]), &json!("standard")));
    let patched =
        client.patch(&made, json!({"dialect": "smartlead", "variant": "nested", "signature": {"header": "X-Sig"}})).await.body;
    assert_eq!((&patched["dialect"], &patched["variant"]), (&json!("smartlead"), &json!("nested")));
    assert_eq!(patched["signature"], json!({"header": "X-Sig", "bare": false}));
    let patched = client.patch(&made, json!({"signature": null})).await.body;
    assert_eq!(patched["signature"], Value::Null);
    client.patch(&made, json!({"signature": {"bare": true}})).await;
    // A variant and a signature are of their dialect.
    let patched = client.patch(&made, json!({"dialect": "cloudevents"})).await.body;
    assert_eq!((&patched["dialect"], &patched["variant"]), (&json!("cloudevents"), &Value::Null));
    assert_eq!(patched["signature"], Value::Null);
    let refused = client.patch(&made, json!({"url": "http://169.254.169.254/latest"})).await;
    assert_eq!(refused.problem_field(), Some("url"));
    assert_eq!(client.shown(&made).await, patched);
}

#[tokio::test]
async fn a_secret_of_another_dialect_is_not_signed_with() {
    let client = Client::new().await;
    let made = client.make(json!({"dialect": "smartlead", "secret": "any-text-will-do"})).await;
    let refused = client.patch(&made, json!({"dialect": "hookline"})).await;
    assert_eq!((refused.problem(), refused.problem_field()), ("invalid-request", Some("secret")));
    let taken = client.patch(&made, json!({"dialect": "hookline", "secret": OWN})).await;
    assert_eq!((taken.status, &taken.body["secret"]), (StatusCode::OK, &Value::Null));
}

#[tokio::test]
async fn pausing_and_resuming_say_how_it_stands() {
    let client = Client::new().await;
    let made = client.make(json!({})).await;
    let paused = client.call(Method::POST, &made, "/pause", None).await.body;
    assert_eq!((&paused["status"], &paused["status_reason"]), (&json!("paused"), &json!("paused through the API")));
    assert_eq!(client.shown(&made).await, paused);
    let changed = client.patch(&made, json!({"name": "Still paused"})).await.body;
    assert_eq!(changed["status"], "paused");
    let resumed = client.call(Method::POST, &made, "/resume", None).await.body;
    assert_eq!((&resumed["status"], &resumed["status_reason"]), (&json!("active"), &Value::Null));
    assert_eq!(client.app.store.directory().subscriptions()[0].status, SubscriptionStatus::Active);
}

#[tokio::test]
async fn null_is_what_a_new_one_has_but_for_what_every_webhook_has() {
    let client = Client::new().await;
    let made = client.make(json!({"dialect": "smartlead", "variant": "nested", "campaign_id": "41", "rate": 5})).await;
    let changed = client.patch(&made, json!({"dialect": null, "campaign_id": null, "rate": null})).await.body;
    assert_eq!(json!([changed["dialect"], changed["variant"], changed["rate"]]), json!(["hookline", null, null]), "{changed}");
    assert_eq!(changed["filter"]["campaigns"], json!([]));
    let kept = client.stored().secret;
    assert!(kept.is_some());
    let same = client.patch(&made, json!({"name": null, "url": null, "secret": null})).await.body;
    assert_eq!((&same["name"], &same["url"], &same["secret"]), (&made["name"], &made["url"], &Value::Null));
    assert_eq!(client.stored().secret, kept);
}

#[tokio::test]
async fn a_rotated_secret_leaves_the_former_valid_for_a_while() {
    let client = Client::new().await;
    let made = client.make(json!({"secret": OWN})).await;
    let path = "/rotate-secret";
    let rotated = client.call(Method::POST, &made, path, Some(json!({"overlap_s": 3_600}))).await.body;
    let second = text(&rotated["secret"]).to_owned();
    let stored = client.stored();
    assert_eq!((stored.secret.as_deref(), stored.previous.map(|(secret, _)| secret)), (Some(&*second), Some(OWN.to_owned())));
    assert!(text(&rotated["secret_previous_until"]) > text(&rotated["updated_at"]), "{rotated}");
    assert_eq!(client.shown(&made).await["secret"], Value::Null);
    // Without a body it is a day, and with 0 the former is out at once.
    let third = client.call(Method::POST, &made, path, None).await.body;
    assert_eq!(client.stored().previous.map(|(secret, _)| secret), Some(second));
    assert_ne!(third["secret"], rotated["secret"]);
    let fourth = client.call(Method::POST, &made, path, Some(json!({"overlap_s": 0}))).await.body;
    assert_eq!((&fourth["secret_previous_until"], client.stored().previous), (&Value::Null, None));
    // Where there is room for one, the new one holds at once.
    let bodily = client.make(json!({"dialect": "smartlead"})).await;
    let rotated = client.call(Method::POST, &bodily, path, Some(json!({"overlap_s": 3_600}))).await.body;
    assert_eq!((rotated["secret"].is_string(), &rotated["secret_previous_until"]), (true, &Value::Null));
    let other = client.patch(&bodily, json!({"dialect": "hookline"})).await.body;
    assert_eq!(other["secret_previous_until"], Value::Null, "the former does not come back");
    let both = client.call(Method::POST, &made, path, None).await.body;
    assert!(both["secret_previous_until"].is_string());
    let other = client.patch(&made, json!({"dialect": "breakcold"})).await.body;
    assert_eq!(other["secret_previous_until"], Value::Null);
    for overlap in [json!(2_592_001), json!(-1), json!("1h")] {
        let refused = client.call(Method::POST, &made, path, Some(json!({"overlap_s": overlap}))).await;
        assert_eq!(refused.problem_field(), Some("overlap_s"), "{refused:?}");
    }
    let unsigned = client.make(json!({"dialect": "instantly"})).await;
    let refused = client.call(Method::POST, &unsigned, path, None).await;
    assert_eq!(refused.problem(), "invalid-request");
}

#[tokio::test]
async fn a_signature_is_sent_as_it_is_set() {
    let client = Client::new().await;
    let made = client.make(json!({"dialect": "smartlead", "secret": "any-text-will-do"})).await;
    for (signature, header, length) in [
        (json!(null), "x-smartlead-signature", "sha256=".len() + 64),
        (json!({"bare": true}), "x-smartlead-signature", 64),
        (json!({"header": "X-Sig"}), "x-sig", "sha256=".len() + 64),
    ] {
        client.patch(&made, json!({"signature": signature})).await;
        let tested = client.call(Method::POST, &made, "/test", None).await.body;
        let sent = tested["request_headers"].as_array().expect("headers");
        let sent: Vec<(&str, usize)> = sent.iter().map(|pair| (text(&pair["name"]), text(&pair["value"]).len())).collect();
        assert!(sent.contains(&(header, length)), "{signature}: {sent:?}");
        assert_eq!(sent.iter().filter(|(name, _)| name.contains("sig")).count(), 1, "{sent:?}");
    }
}

#[tokio::test]
async fn a_header_that_the_dialect_sets_is_refused_with_what_there_is() {
    let client = Client::new().await;
    let made = client.make(json!({"headers": {"X-Request-Id": "1"}})).await;
    let refused = client.patch(&made, json!({"dialect": "smartlead"})).await;
    assert_eq!((refused.status, refused.problem_field()), (StatusCode::BAD_REQUEST, Some("headers")), "{refused:?}");
    let changed = client.patch(&made, json!({"dialect": "smartlead", "headers": {"X-Sig": "1"}})).await;
    assert_eq!((changed.status, &changed.body["headers"]), (StatusCode::OK, &json!(["x-sig"])), "{changed:?}");
    let refused = client.patch(&made, json!({"signature": {"header": "X-Sig"}})).await;
    assert_eq!(refused.problem_field(), Some("headers"), "{refused:?}");
}

#[tokio::test]
async fn a_campaign_is_a_text_or_a_number_and_said_once() {
    let client = Client::new().await;
    for (given, campaigns) in [
        (json!({"campaign_id": 2_900_417}), json!(["2900417"])),
        (json!({"campaign_id": u64::MAX}), json!([u64::MAX.to_string()])),
        (json!({"filter": {"campaigns": [5, "6"]}}), json!(["5", "6"])),
        (json!({"campaign_id": 5, "filter": {"campaigns": ["5"]}}), json!(["5"])),
        (json!({"campaign_id": "5", "filter": {"tags": ["vip"], "campaigns": []}}), json!(["5"])),
        (json!({"campaign_id": null, "filter": {"campaigns": ["6"]}}), json!(["6"])),
    ] {
        assert_eq!(client.make(given.clone()).await["filter"]["campaigns"], campaigns, "{given}");
    }
    // What there was is no second statement.
    let made = client.make(json!({"filter": {"campaigns": ["6"], "tags": ["vip"]}})).await;
    let changed = client.patch(&made, json!({"campaign_id": 5})).await.body;
    assert_eq!((&changed["filter"]["campaigns"], &changed["filter"]["tags"]), (&json!(["5"]), &json!(["vip"])));
}

#[tokio::test]
async fn a_url_is_shown_as_it_is_sent_to() {
    let client = Client::new().await;
    let made = client.make(json!({"url": " https://receiver.example/hook \r\n"})).await;
    assert_eq!(made["url"], "https://receiver.example/hook");
    let changed = client.patch(&made, json!({"url": "\thttps://receiver.example/other\n"})).await.body;
    assert_eq!(changed["url"], "https://receiver.example/other");
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let client = Client::new().await;
    let made = client.make(json!({})).await;
    assert_eq!(client.call(Method::DELETE, &made, "", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(client.call(Method::GET, &made, "", None).await.problem(), "not-found");
    assert_eq!(client.call(Method::POST, &made, "/resume", None).await.problem(), "not-found");
}

#[tokio::test]
async fn another_owners_webhook_is_not_found_under_ones_own_path() {
    let client = Client::new().await;
    let agency = client.app.agency("Other").await;
    let other = client.app.workspace(&agency, "Foreign").await;
    let foreign = client.app.make(&format!("/v1/workspaces/{}/webhooks", text(&other["id"])), plain()).await;
    let of_agency = client.app.make(&format!("/v1/agencies/{}/webhooks", text(&agency["id"])), plain()).await;
    for webhook in [&foreign, &of_agency] {
        assert_eq!(client.call(Method::GET, webhook, "", None).await.problem(), "not-found");
        assert_eq!(client.patch(webhook, json!({"name": "Mine"})).await.problem(), "not-found");
        assert_eq!(client.call(Method::POST, webhook, "/test", None).await.problem(), "not-found");
    }
    assert_eq!(client.app.get(&client.path, ADMIN).await.body["data"], json!([]));
}
