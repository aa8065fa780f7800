//! Webhooks, field for field.

use http::{Method, Request};
use serde_json::{Value, json};

use hookline_model::id::SubscriptionId;
use hookline_store::Store;

use crate::{
    subscriptions::read,
    testing::{ADMIN, Answer, App, text},
};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

const CAMPAIGN: &str = "b8d2a6f4-1c3e-4f57-8a9b-0d4e6c2f7a11";

/// A workspace, and a key of it.
struct World {
    app: App,
    workspace: Value,
    key: String,
}

impl World {
    async fn new() -> World {
        let app = App::new();
        let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
        let key = app.key("workspace", Some(&workspace), "write").await;
        World { app, workspace, key }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/v2{path}"));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        let request = match &body {
            Some(_) => request.header("content-type", "application/json"),
            None => request,
        };
        self.app.send(request.body(body.map(|body| body.to_string()).unwrap_or_default().into()).expect("a request")).await
    }

    /// What a request that is good answers.
    async fn good(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.body
    }

    async fn create(&self, body: Value) -> Value {
        self.good(POST, "/webhooks", Some(body)).await
    }

    fn native(&self, rest: &str) -> String {
        format!("/v1/workspaces/{}/webhooks{rest}", text(&self.workspace["id"]))
    }

    /// The values of a webhook's headers, as they are sent.
    fn headers(&self, webhook: &Value) -> Value {
        let id: SubscriptionId = text(&webhook["id"]).parse().expect("an id");
        let directory = self.app.service.store.directory();
        let row = directory.subscription(id).expect("it is there");
        json!(read(&self.app.service, row).expect("it opens").secrets.headers)
    }
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let world = World::new().await;
    let made = world
        .create(json!({
            "target_hook_url": "https://hooks.crm.example/in/instantly",
            "name": "CRM replies",
            "event_type": "reply_received",
            "campaign": CAMPAIGN,
            "headers": {"X-Webhook-Secret": "s3-hush"},
            "colour": "red",
        }))
        .await;
    let expected = json!({
        "id": made["id"],
        "organization": world.workspace["id"],
        "campaign": CAMPAIGN,
        "name": "CRM replies",
        "target_hook_url": "https://hooks.crm.example/in/instantly",
        "event_type": "reply_received",
        "custom_interest_value": null,
        "headers": {"X-Webhook-Secret": "********"},
        "timestamp_created": made["timestamp_created"],
        "status": 1,
        "timestamp_error": null,
    });
    assert_eq!(made, expected);
    assert!(text(&made["timestamp_created"]).ends_with('Z') && text(&made["timestamp_created"]).len() == 24, "{made}");
    let path = format!("/webhooks/{}", text(&made["id"]));
    assert_eq!(world.good(GET, &path, None).await, made);
    assert_eq!(world.good(GET, "/webhooks", None).await, json!({"items": [made]}));
    assert_eq!(world.headers(&made), json!({"x-webhook-secret": "s3-hush"}));

    // The same thing in our own words.
    let native = world.app.get(&world.native(&format!("/{}", text(&made["id"]))), ADMIN).await.body;
    assert_eq!(
        json!([native["kinds"], native["filter"]["campaigns"], native["dialect"], native["policy"]["preset"], native["headers"]]),
        json!([["email.replied"], [CAMPAIGN], "instantly", "instantly", ["x-webhook-secret"]])
    );

    let changed = world.good(PATCH, &path, Some(json!({"name": null, "campaign": null, "event_type": "lead_interested"}))).await;
    let mut expected = made.clone();
    (expected["name"], expected["campaign"], expected["event_type"]) = (Value::Null, Value::Null, json!("lead_interested"));
    assert_eq!(changed, expected);
    assert_eq!(world.headers(&made), json!({"x-webhook-secret": "s3-hush"}), "what is not sent stays");
    assert_eq!(world.good(DELETE, &path, None).await, expected);
    assert_eq!(world.send(GET, &path, None).await.status.as_u16(), 404);
    assert_eq!(world.good(GET, "/webhooks", None).await, json!({"items": []}));
}

#[tokio::test]
async fn the_values_of_headers_are_in_no_answer_and_a_mask_leaves_them() {
    let world = World::new().await;
    let url = "https://hooks.crm.example/in";
    let made =
        world.create(json!({"target_hook_url": url, "headers": {"Authorization": "Bearer hush-1", "X-Other": "hush-2"}})).await;
    let path = format!("/webhooks/{}", text(&made["id"]));
    // As clients do that read a webhook and send it back.
    let back = world.good(PATCH, &path, Some(json!({"name": "New", "headers": made["headers"]}))).await;
    assert_eq!(back["headers"], json!({"Authorization": "********", "X-Other": "********"}));
    assert_eq!(world.headers(&made), json!({"authorization": "Bearer hush-1", "x-other": "hush-2"}));
    let changed = json!({"headers": {"authorization": "********", "X-New": "hush-3"}});
    let changed = world.good(PATCH, &path, Some(changed)).await;
    assert_eq!(world.headers(&made), json!({"authorization": "Bearer hush-1", "x-new": "hush-3"}));
    for answer in [&made, &back, &changed, &world.good(GET, "/webhooks", None).await, &world.good(GET, &path, None).await] {
        assert!(!answer.to_string().contains("hush"), "{answer}");
    }
    let cleared = world.good(PATCH, &path, Some(json!({"headers": null}))).await;
    assert_eq!((&cleared["headers"], world.headers(&made)), (&Value::Null, json!({})));
    let refused = world.send(PATCH, &path, Some(json!({"headers": {"X-A": "1", "x-a": "2"}}))).await;
    assert_eq!(refused.status.as_u16(), 400, "{refused:?}");
}

#[tokio::test]
async fn a_custom_label_and_nothing_are_asked_for_without_an_event_type() {
    let world = World::new().await;
    let url = "https://hooks.crm.example/in";
    for (body, kinds, data) in [
        (
            json!({"event_type": null, "custom_interest_value": 42.0}),
            json!(["contact.category_updated"]),
            json!({"label_value": 42}),
        ),
        (json!({"custom_interest_value": "42"}), json!(["contact.category_updated"]), json!({"label_value": 42})),
        (json!({}), json!(["*"]), json!({})),
        // The name goes first.
        (json!({"event_type": "email_sent", "custom_interest_value": 42}), json!(["email.sent"]), json!({})),
    ] {
        let mut sent = body.clone();
        sent["target_hook_url"] = json!(url);
        let made = world.create(sent).await;
        assert_eq!(made["event_type"], body["event_type"]);
        let value = if body.get("custom_interest_value").is_some() { json!(42) } else { Value::Null };
        assert_eq!(made["custom_interest_value"], value, "{body}");
        let native = world.app.get(&world.native(&format!("/{}", text(&made["id"]))), ADMIN).await.body;
        assert_eq!((&native["kinds"], &native["filter"]["data"]), (&kinds, &data), "{body}");
    }
}

#[tokio::test]
async fn what_was_made_in_our_own_words_is_shown_where_there_are_words_for_it() {
    let world = World::new().await;
    let hook = |rest: Value| {
        let mut hook = json!({"name": "Native", "url": "https://receiver.example/hook"});
        hook.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        hook
    };
    let campaigns = |ids: &[&str]| json!({"campaigns": ids});
    for (rest, shown) in [
        (json!({"kinds": ["*"]}), Some((json!("all_events"), Value::Null))),
        (json!({"kinds": ["email.clicked"], "dialect": "smartlead"}), Some((json!("email_link_clicked"), Value::Null))),
        (json!({"kinds": ["email.replied"], "filter": campaigns(&[CAMPAIGN])}), Some((json!("reply_received"), json!(CAMPAIGN)))),
        (json!({"kinds": ["account.disconnected", "account.error"]}), Some((json!("account_error"), Value::Null))),
        (json!({"kinds": ["email.replied", "email.sent"]}), None),
        (json!({"kinds": ["email.*"]}), None),
        (json!({"kinds": ["note.created"]}), None),
        (json!({"kinds": ["email.replied"], "filter": {"tags": ["vip"]}}), None),
        (json!({"kinds": ["email.replied"], "filter": campaigns(&["41"])}), None),
        (json!({"kinds": ["*"], "filter": campaigns(&[CAMPAIGN, "41"])}), None),
    ] {
        let made = world.app.make(&world.native(""), hook(rest.clone())).await;
        let path = format!("/webhooks/{}", text(&made["id"]));
        let answer = world.send(GET, &path, None).await;
        let seen = (answer.status.as_u16() == 200).then(|| (answer.body["event_type"].clone(), answer.body["campaign"].clone()));
        assert_eq!(seen, shown, "{rest}");
        let listed = world.good(GET, "/webhooks?limit=100", None).await;
        let is_listed = listed["items"].as_array().into_iter().flatten().any(|item| item["id"] == made["id"]);
        assert_eq!(is_listed, shown.is_some(), "{rest}");
    }
    // One of Instantly's that somebody sets to something else.
    let made = world.create(json!({"target_hook_url": "https://receiver.example/hook", "event_type": "email_sent"})).await;
    let (native, path) = (world.native(&format!("/{}", text(&made["id"]))), format!("/webhooks/{}", text(&made["id"])));
    assert_eq!(made["name"], Value::Null);
    let renewed = world.app.call(PATCH, &native, ADMIN, Some(json!({"kinds": ["email.opened"]}))).await;
    assert_eq!(renewed.body["name"], "Made through Instantly's API", "our own words want one: {renewed:?}");
    assert_eq!(world.good(GET, &path, None).await["event_type"], "email_opened");
    world.app.call(PATCH, &native, ADMIN, Some(json!({"kinds": ["email.opened", "task.created"]}))).await;
    assert_eq!(world.send(GET, &path, None).await.status.as_u16(), 404);
}

#[tokio::test]
async fn pages_give_each_webhook_once_also_when_one_goes_meanwhile() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..5 {
        let event_type = if number % 2 == 0 { "email_sent" } else { "reply_received" };
        let body = json!({"target_hook_url": format!("https://x.example/{number}"), "event_type": event_type});
        expected.insert(0, world.create(body).await);
    }
    let walked = async |query: &str, limit: usize| {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = world.good(GET, &format!("/webhooks?limit={limit}&starting_after={after}{query}"), None).await;
            found.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page.get("next_starting_after") else { return found };
            assert_eq!(Some(next), found.last().map(|last: &Value| &last["id"]), "the cursor is the last one's id");
            text(next).clone_into(&mut after);
        }
    };
    for limit in [1, 2, 4, 5, 100] {
        assert_eq!(walked("", limit).await, expected, "{limit}");
        let sent: Vec<Value> = expected.iter().filter(|hook| hook["event_type"] == "email_sent").cloned().collect();
        assert_eq!(walked("&event_type=email_sent", limit).await, sent, "{limit}");
        assert_eq!(walked(&format!("&campaign={CAMPAIGN}"), limit).await, Vec::<Value>::new(), "{limit}");
    }
    let first = world.good(GET, "/webhooks?limit=2", None).await;
    let last = text(&first["items"][1]["id"]).to_owned();
    world.good(DELETE, &format!("/webhooks/{last}"), None).await;
    let rest = world.good(GET, &format!("/webhooks?starting_after={last}"), None).await;
    assert_eq!(rest["items"], json!(expected[2..]));
}

#[tokio::test]
async fn one_that_is_stopped_says_so_and_is_resumed_by_nothing_else() {
    let world = World::new().await;
    let made = world.create(json!({"target_hook_url": "https://x.example/", "event_type": "email_sent"})).await;
    let path = format!("/webhooks/{}", text(&made["id"]));
    world.app.call(POST, &world.native(&format!("/{}/pause", text(&made["id"]))), ADMIN, None).await;
    let stopped = world.good(GET, &path, None).await;
    assert_eq!(stopped["status"], -1);
    assert_eq!(text(&stopped["timestamp_error"]).len(), 24, "{stopped}");
    assert_eq!(world.good(PATCH, &path, Some(json!({"name": "x"}))).await["status"], -1);
    let resumed = world.good(POST, &format!("{path}/resume"), None).await;
    assert_eq!((&resumed["status"], &resumed["timestamp_error"], &resumed["name"]), (&json!(1), &Value::Null, &json!("x")));
    assert_eq!(world.good(GET, &path, None).await, resumed);
}

#[tokio::test]
async fn a_test_tells_how_it_went() {
    let world = World::new().await;
    let made = world.create(json!({"target_hook_url": "https://nowhere.example/", "event_type": "reply_received"})).await;
    let tried = world.good(POST, &format!("/webhooks/{}/test", text(&made["id"])), None).await;
    assert_eq!(tried["success"], false, "nobody has this name here");
    assert!(tried["error"].is_string() && tried["response_time_ms"].is_u64() && tried.get("message").is_none(), "{tried}");
    let made =
        world.create(json!({"target_hook_url": "https://x.example/", "event_type": "supersearch_enrichment_completed"})).await;
    let tried = world.good(POST, &format!("/webhooks/{}/test", text(&made["id"])), None).await;
    assert_eq!(tried, json!({"success": false, "error": "There is no sample of this event"}));
}

#[tokio::test]
async fn every_type_of_event_is_listed() {
    let world = World::new().await;
    let listed = world.good(GET, "/webhooks/event-types", None).await;
    let types = listed["event_types"].as_array().expect("types");
    assert_eq!(types.len(), 19);
    assert_eq!(types[1], json!({"id": "email_sent", "label": "Email Sent", "type": "standard"}));
    for kind in types {
        let made = world.create(json!({"target_hook_url": "https://x.example/", "event_type": kind["id"]})).await;
        assert_eq!(made["event_type"], kind["id"]);
    }
}

#[tokio::test]
async fn names_of_another_api_go_with_the_kinds_that_they_stood_for() {
    let world = World::new().await;
    let body =
        json!({"webhook_url": "https://crm.example/in", "association_type": "client", "event_type_map": {"EMAIL_OPEN": true}});
    let path = format!("/api/v1/webhook/create?api_key={}", world.key);
    let request = Request::post(path).header("content-type", "application/json").body(body.to_string().into());
    let made = world.app.send(request.expect("a request")).await;
    assert_eq!(made.status.as_u16(), 200, "{made:?}");
    let id = text(&world.app.get(&world.native(""), ADMIN).await.body["data"][0]["id"]).to_owned();
    // Without the filter that SmartLead's API sets, Instantly has words for it.
    world.app.call(PATCH, &world.native(&format!("/{id}")), ADMIN, Some(json!({"filter": null}))).await;
    let webhook = world.good(GET, "/webhooks", None).await["items"][0].clone();
    assert_eq!(webhook["event_type"], "email_opened");
    let path = format!("/webhooks/{}", text(&webhook["id"]));
    let settings = || {
        let id: SubscriptionId = text(&webhook["id"]).parse().expect("an id");
        let row = world.app.store.directory().subscription(id).cloned().expect("it is there");
        read(&world.app.service, &row).expect("it can be read").settings
    };
    world.good(PATCH, &path, Some(json!({"name": "Ours"}))).await;
    assert_eq!(settings().names().collect::<Vec<_>>(), ["EMAIL_OPEN"], "what it asks for is as it was");
    let changed = world.good(PATCH, &path, Some(json!({"event_type": "email_sent"}))).await;
    assert_eq!((&changed["event_type"], settings().kinds), (&json!("email_sent"), vec!["email.sent".to_owned()]));
    assert_eq!(settings().names().count(), 0, "no event of email.sent is called EMAIL_OPEN");
}
