//! A published client of Instantly's API does its work here, with nothing but the base address and the key changed.

use serde_json::{Value, json};

use hookline_testkit::node::ADMIN_KEY;

use crate::{
    program::command,
    world::{World, fixture, receiver},
};

/// What the receiver is proven to by.
const SECRET: &str = "6d1f0c0a-hush";

/// The client, as whoever has a key of the workspace runs it.
struct Client<'w> {
    world: &'w World,
    key: String,
    home: tempfile::TempDir,
}

impl Client<'_> {
    async fn new(world: &World) -> Client<'_> {
        let body = json!({"scope": "workspace", "workspace_id": world.node.workspace, "role": "write", "name": "Instantly"});
        let request = world.node.client.post(format!("{}/v1/keys", world.node.base)).bearer_auth(ADMIN_KEY).json(&body);
        let made: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        let key = made["key"].as_str().expect("a key").to_owned();
        Client { world, key, home: tempfile::tempdir().expect("a folder") }
    }

    /// Runs it; whether it did well, and what it wrote.
    fn run(&self, arguments: &[&str]) -> (bool, Value) {
        let mut client = command("instantly", "client.mjs");
        client.args(arguments).env("BASE", &self.world.node.base).env("INSTANTLY_API_KEY", &self.key);
        // It looks for settings there.
        client.env("HOME", self.home.path());
        let output = client.output().expect("it runs");
        let is_good = output.status.success();
        let written = if is_good { &output.stdout } else { &output.stderr };
        let text = String::from_utf8_lossy(written).into_owned();
        (is_good, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// What it writes when it does well.
    fn good(&self, arguments: &[&str]) -> Value {
        let (is_good, written) = self.run(arguments);
        assert!(is_good, "{arguments:?}: {written}");
        written
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instantlys_client_keeps_webhooks_and_reads_what_came_of_them() {
    let world = World::new().await;
    let client = Client::new(&world).await;
    let (_receiver, url) = receiver("express_instantly.js", &[("SECRET", SECRET), ("SHAPE", "data")]).await;
    let types = client.good(&["webhooks", "event-types"]);
    assert_eq!(types["event_types"].as_array().map(Vec::len), Some(19));
    let made = client.good(&["webhooks", "create", "--url", &url, "--event-type", "reply_received", "--name", "CRM"]);
    let id = text(&made["id"]);
    assert_eq!(json!([made["event_type"], made["status"], made["name"]]), json!(["reply_received", 1, "CRM"]));
    let changed = client.good(&["webhooks", "update", id, "--event-type", "email_sent"]);
    assert_eq!(changed["event_type"], "email_sent");
    assert_eq!(client.good(&["webhooks", "get", id]), changed);
    assert_eq!(client.good(&["webhooks", "list", "--event-type", "email_sent"])["items"], json!([changed]));

    // The receiver wants a header, which this client cannot set.
    let tried = client.good(&["webhooks", "test", id]);
    assert_eq!(json!([tried["success"], tried["status_code"]]), json!([false, 401]), "{tried}");
    let header = json!({"headers": {"authorization": format!("Bearer {SECRET}")}});
    assert_eq!(world.call(http::Method::PATCH, &format!("webhooks/{id}"), header).await.0, 200);
    let tried = client.good(&["webhooks", "test", id]);
    assert_eq!(json!([tried["success"], tried["message"]]), json!([true, "Webhook test successful"]), "{tried}");
    assert_eq!(client.good(&["webhooks", "resume", id])["status"], 1);

    world.tell("instantly", &fixture("instantly/email_sent.json")).await;
    world.tell("smartlead", &fixture("smartlead/email_sent.json")).await;
    world.ended(&made, 2).await;
    let events = client.good(&["webhook-events", "list", "--search", &url]);
    let items = events["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{events}");
    assert!(items.iter().all(|item| item["success"] == true && item["webhook_url"] == url.as_str()), "{events}");
    assert_eq!(client.good(&["webhook-events", "get", text(&items[0]["id"])]), items[0]);
    let first = client.good(&["webhook-events", "list", "--limit", "1"]);
    let rest = client.good(&["webhook-events", "list", "--limit", "1", "--starting-after", text(&first["next_starting_after"])]);
    assert_eq!(json!([first["items"][0], rest["items"][0]]), json!([items[0], items[1]]));
    let sums = client.good(&["webhook-events", "summary"]);
    assert_eq!(json!([sums["total_events"], sums["success_rate"]]), json!([2, 100]));
    assert_eq!(client.good(&["webhook-events", "summary-by-date"])["items"][0]["successful_events"], 2);

    let campaigns = client.good(&["analytics", "campaign"]);
    let ids: Vec<&str> = campaigns.as_array().expect("a list").iter().map(|campaign| text(&campaign["campaign_id"])).collect();
    assert_eq!(ids.len(), 2, "{campaigns}");
    assert!(ids.contains(&"d47c0e12-93ab-4f6a-b2d8-71e5c09f4a36"), "Instantly's own campaign has its own id: {ids:?}");
    assert_eq!(client.good(&["analytics", "campaign", "--ids", &ids.join(",")]), campaigns);
    assert_eq!(client.good(&["analytics", "campaign-overview"])["emails_sent_count"], 2);
    let days = client.good(&["analytics", "daily-campaign", "--campaign-id", "d47c0e12-93ab-4f6a-b2d8-71e5c09f4a36"]);
    assert_eq!(json!([days[0]["date"], days[0]["sent"]]), json!(["2026-03-03", 1]));

    client.good(&["webhooks", "delete", id]);
    let (is_good, error) = client.run(&["webhooks", "get", id]);
    assert_eq!((is_good, &error["error"], &error["code"]), (false, &json!("Resource not found"), &json!("NOT_FOUND")), "{error}");
    let wrong = Client { key: "hk_wrong".to_owned(), ..client };
    let (is_good, error) = wrong.run(&["webhooks", "list"]);
    assert_eq!((is_good, &error["code"]), (false, &json!("AUTH_ERROR")), "{error}");
    assert!(text(&error["error"]).starts_with("Invalid API key"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instantlys_client_keeps_the_block_list() {
    let world = World::new().await;
    let client = Client::new(&world).await;
    let made = client.good(&["blocklist", "create", "--value", "Nobody@halden.example"]);
    assert_eq!(json!([made["bl_value"], made["is_domain"]]), json!(["nobody@halden.example", false]));
    let contact = world.node.get_of_workspace("contacts?email=nobody@halden.example").await;
    assert_eq!(contact["data"][0]["blocked"], true);
    assert_eq!(client.good(&["blocklist", "get", text(&made["id"])]), made);
    let bulk = client.good(&["blocklist", "bulk-create", "--values", "vik.example,jo@vik.example,nonsense"]);
    assert_eq!(json!([bulk["valid_count"], bulk["invalid_count"]]), json!([2, 1]));
    let domains = client.good(&["blocklist", "list", "--domains-only"]);
    assert_eq!(domains["items"][0]["bl_value"], "vik.example");
    let found = client.good(&["blocklist", "list", "--search", "jo@"]);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let first = client.good(&["blocklist", "list", "--limit", "2"]);
    let rest = client.good(&["blocklist", "list", "--limit", "2", "--starting-after", text(&first["next_starting_after"])]);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1), "{first} {rest}");
    let changed = client.good(&["blocklist", "update", text(&made["id"]), "--value", "halden.example"]);
    assert_eq!(changed["is_domain"], true);
    let ids: Vec<&str> = first["items"].as_array().expect("items").iter().map(|item| text(&item["id"])).collect();
    client.good(&["blocklist", "bulk-delete", "--ids", &ids.join(",")]);
    client.good(&["blocklist", "delete", text(&changed["id"])]);
    let native = world.node.get_of_workspace("blocklist").await;
    assert_eq!(native["data"], json!([]));
    let contact = world.node.get_of_workspace("contacts?email=nobody@halden.example").await;
    assert_eq!(contact["data"][0]["blocked"], false);
}
