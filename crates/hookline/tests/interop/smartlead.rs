//! A published client of SmartLead's API manages webhooks here: only its base address and its key are other ones.

use std::process::Stdio;

use hookline_testkit::node::ADMIN_KEY;
use serde_json::{Value, json};

use crate::{
    program::command,
    world::{World, fixture, receiver},
};

/// What the receiver verifies by.
const SECRET: &str = "a-secret-that-both-sides-know";

/// The campaign of the fixtures.
const CAMPAIGN: u64 = 3_158_824;

/// The client.
struct Client {
    base: String,
    key: String,
    home: tempfile::TempDir,
}

impl Client {
    /// Runs it: what it printed, or what it said was wrong.
    fn run(&self, arguments: &[&str]) -> Result<Value, Value> {
        let mut command = command("smartlead", "cli.py");
        let output = command
            .args(arguments)
            .env("SMARTLEAD_BASE_URL", &self.base)
            .env("SMARTLEAD_API_KEY", &self.key)
            .env("HOME", self.home.path())
            .stderr(Stdio::piped())
            .output()
            .expect("it runs");
        let read = |bytes: &[u8]| -> Value {
            let text = String::from_utf8_lossy(bytes);
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {output:?}"))
        };
        if output.status.success() { Ok(read(&output.stdout)) } else { Err(read(&output.stderr)["error"].clone()) }
    }

    fn raw(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Value> {
        let body = body.map(|body| body.to_string());
        let mut arguments = vec!["raw", "request", "--method", method, "--path", path];
        arguments.extend(body.iter().flat_map(|body| ["--body-json", body.as_str()]));
        self.run(&arguments)
    }
}

/// The installation's only agency.
async fn agency(world: &World) -> Value {
    let listed = world.node.client.get(format!("{}/v1/agencies", world.node.base)).bearer_auth(ADMIN_KEY);
    listed.send().await.expect("an answer").json::<Value>().await.expect("JSON")["data"][0].clone()
}

async fn client(world: &World) -> Client {
    let body = json!({"scope": "agency", "agency_id": agency(world).await["id"], "role": "write", "name": "client"});
    let made = world.node.client.post(format!("{}/v1/keys", world.node.base)).bearer_auth(ADMIN_KEY).json(&body);
    let made: Value = made.send().await.expect("an answer").json().await.expect("JSON");
    let key = made["key"].as_str().expect("a key").to_owned();
    Client { base: format!("{}/api/v1", world.node.base), key, home: tempfile::tempdir().expect("a folder") }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_command_line_manages_a_campaigns_webhooks_and_its_receiver_is_told() {
    let world = World::new().await;
    let client = client(&world).await;
    let campaign = CAMPAIGN.to_string();
    assert_eq!(client.run(&["webhooks", "list", &campaign]), Ok(json!([])));

    let (receiver, url) = receiver("flask_smartlead.py", &[("SECRET", SECRET)]).await;
    let body = json!({
        "id": null, "name": "Reply webhook", "webhook_url": url,
        "event_types": ["EMAIL_REPLY", "EMAIL_SENT", "LEAD_CATEGORY_UPDATED"], "categories": ["Information Request"],
    });
    let made = client.run(&["webhooks", "upsert", &campaign, "--body-json", &body.to_string()]).expect("it is made");
    let id = made["id"].as_u64().expect("a number");
    let listed = client.run(&["webhooks", "list", &campaign]).expect("a list");
    let expected = json!([{
        "id": id, "name": "Reply webhook", "webhook_url": url, "email_campaign_id": CAMPAIGN,
        "event_types": ["EMAIL_SENT", "EMAIL_REPLY", "LEAD_CATEGORY_UPDATED"], "categories": ["Information Request"],
        "created_at": made["created_at"], "updated_at": made["updated_at"],
    }]);
    assert_eq!(listed, expected);

    // The samples, of a secret that the receiver does not know yet: that it refuses them refuses nothing.
    let count = |lines: &[Value], name: &str, value: Value| lines.iter().filter(|line| line[name] == value).count();
    receiver.wait_until(|lines| count(lines, "status", json!(401)) == 3).await;
    let hooks = format!("{}/v1/agencies/{}/webhooks", world.node.base, agency(&world).await["id"].as_str().expect("an id"));
    let native: Value =
        world.node.client.get(&hooks).bearer_auth(ADMIN_KEY).send().await.expect("an answer").json().await.expect("JSON");
    let native = native["data"].as_array().expect("a list").iter().find(|hook| hook["number"] == id).expect("the hook").clone();
    let own = format!("{hooks}/{}", native["id"].as_str().expect("an id"));
    let changed = world.node.client.patch(&own).bearer_auth(ADMIN_KEY).json(&json!({"secret": SECRET})).send().await;
    assert_eq!(changed.expect("an answer").status().as_u16(), 200);

    for told in ["lead_category_updated", "email_reply"] {
        world.tell("smartlead", &fixture(&format!("smartlead/{told}.json"))).await;
    }
    let lines = receiver.wait_until(|lines| count(lines, "understood", json!(true)) == 2).await;
    let mut understood: Vec<(&str, &Value)> = lines
        .iter()
        .filter(|line| line["understood"] == true)
        .map(|line| (line["what"].as_str().expect("a text"), &line["campaign"]))
        .collect();
    // Nobody asked for an order: both may be on the wire at once, and a reply goes ahead of what is less urgent.
    understood.sort_by_key(|(what, _)| *what);
    assert_eq!(understood, [("EMAIL_REPLY", &json!(CAMPAIGN)), ("LEAD_CATEGORY_UPDATED", &json!(CAMPAIGN))]);

    // It was taken before that is written down.
    let path = format!("/campaigns/{campaign}/webhooks/summary");
    let mut summaries = (0..100).map(|_| client.raw("GET", &path, None).expect("a summary"));
    let summary = summaries.find(|summary| summary["success"] == 2).expect("both are written down as delivered");
    assert_eq!((&summary["total"], &summary["failed"]), (&json!(2), &json!(0)));
    let period = json!({"fromTime": "2026-01-01T00:00:00Z", "toTime": "2096-01-01T00:00:00Z"});
    let again = client.raw("POST", &format!("/campaigns/{campaign}/webhooks/retrigger-failed-events"), Some(period));
    assert_eq!(again, Ok(json!({"ok": true, "message": "0 failed events are sent again."})));

    let gone = client.run(&["webhooks", "delete", &campaign, "--webhook-id", &id.to_string(), "--yes"]);
    assert_eq!(gone, Ok(json!({"ok": true})));
    assert_eq!(client.run(&["webhooks", "list", &campaign]), Ok(json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_command_line_manages_webhooks_of_the_account() {
    let world = World::new().await;
    let client = client(&world).await;
    let create = |fields: Value| {
        let mut body = json!({"webhook_url": "http://127.0.0.1:9/hook", "event_type_map": {"EMAIL_REPLY": true}});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        client.raw("POST", "/webhook/create", Some(body))
    };
    let clients = client.raw("GET", "/client/", None).expect("clients");
    let of_client = create(json!({"association_type": 2, "client_id": clients[0]["id"], "category_id_map": {"1": true}}));
    let of_client = of_client.expect("it is made")["id"].clone();
    let of_user = create(json!({"association_type": "user", "name": "All"})).expect("it is made")["id"].clone();
    let shown = client.raw("GET", &format!("/webhook/{of_client}"), None).expect("the hook");
    assert_eq!((&shown["muted_by"], &shown["category_id_map"]), (&json!({"EMAIL_REPLY": of_user}), &json!({"1": true})));
    let update = json!({"name": "Opens", "event_types": ["EMAIL_OPENED"]});
    let saved = client.raw("PUT", &format!("/webhook/update/{of_user}"), Some(update));
    assert_eq!(saved, Ok(json!({"ok": true, "id": of_user, "message": "Webhook saved successfully"})));
    let shown = client.raw("GET", &format!("/webhook/{of_client}"), None).expect("the hook");
    assert_eq!(shown["muted_by"], json!({}));

    let again = create(json!({"association_type": 1})).expect_err("there is one");
    assert_eq!((&again["type"], &again["status_code"]), (&json!("api_error"), &json!(422)));
    assert!(create(json!({"association_type": 1, "force_create": true})).is_ok());
    let wrong = create(json!({"association_type": 1, "colour": "red"})).expect_err("no such field");
    assert_eq!((&wrong["type"], &wrong["message"]), (&json!("validation_error"), &json!("\"colour\" is not allowed")));
    assert_eq!(client.raw("DELETE", &format!("/webhook/delete/{of_user}"), None), Ok(json!({"ok": true})));
    let gone = client.raw("GET", &format!("/webhook/{of_user}"), None).expect_err("it is gone");
    assert_eq!(gone["type"], "not_found");
    let stranger = Client { key: "hk_wrong".to_owned(), home: tempfile::tempdir().expect("a folder"), ..client };
    assert_eq!(stranger.raw("GET", "/client/", None).expect_err("no key")["type"], "auth_error");
}
