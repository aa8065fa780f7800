//! Instantly's API on the embedded store: what came of webhooks, the block list, and what campaigns came to.

mod events;

use axum::body::Body;
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use hookline_model::id::SubscriptionId;

use crate::world::{World, sent, text};

/// The service and a key of its workspace.
struct Client {
    world: World,
    key: String,
}

impl Client {
    async fn new() -> Client {
        let world = World::new().await;
        let body = json!({"scope": "workspace", "workspace_id": world.workspace["id"], "role": "write", "name": "x"});
        let key = text(&world.make("/v1/keys", body).await["key"]).to_owned();
        Client { world, key }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let request = Request::builder().method(method).uri(format!("/api/v2{path}"));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        let request = if body.is_some() { request.header("content-type", "application/json") } else { request };
        let request = request.body(Body::from(body.map(|body| body.to_string()).unwrap_or_default())).expect("a request");
        let answer = self.world.router.clone().oneshot(request).await.expect("routers do not fail");
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.expect("a whole body").to_bytes();
        (status, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    async fn good(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method, path, body).await;
        assert_eq!(status, 200, "{path} {answer}");
        serde_json::from_str(&answer).expect("JSON")
    }

    async fn get(&self, path: &str) -> Value {
        self.good(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.good(Method::POST, path, Some(body)).await
    }

    /// Every item of a listing, read in pages.
    async fn all(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&format!("{path}{join}limit={limit}&starting_after={after}")).await;
            found.extend(page["items"].as_array().expect("items").clone());
            let Some(next) = page.get("next_starting_after") else { return found };
            text(next).clone_into(&mut after);
        }
    }

    async fn webhook(&self, url: &str) -> SubscriptionId {
        let made = self.post("/webhooks", json!({"target_hook_url": url, "event_type": "email_sent"})).await;
        text(&made["id"]).parse().expect("an id")
    }
}

#[tokio::test]
async fn the_block_list_is_that_of_the_workspace() {
    let client = Client::new().await;
    client.world.deliver(&sent(1)).await;
    let made = client.post("/block-lists-entries", json!({"bl_value": "Lead1@lead.example"})).await;
    let expected = json!({
        "id": made["id"],
        "timestamp_created": made["timestamp_created"],
        "organization_id": client.world.workspace["id"],
        "bl_value": "lead1@lead.example",
        "is_domain": false,
    });
    assert_eq!(made, expected);
    assert_eq!(client.world.own("contacts?email=lead1@lead.example").await["data"][0]["blocked"], true);
    assert_eq!(client.post("/block-lists-entries", json!({"bl_value": "lead1@lead.example"})).await, made, "it is there already");
    let native = client.world.own("blocklist").await;
    assert_eq!((&native["data"][0]["id"], &native["data"][0]["email"]), (&made["id"], &json!("lead1@lead.example")));
    let path = format!("/block-lists-entries/{}", text(&made["id"]));
    assert_eq!(client.get(&path).await, made);

    let changed = client.good(Method::PATCH, &path, Some(json!({"bl_value": "halden.example"}))).await;
    assert_eq!((&changed["bl_value"], &changed["is_domain"]), (&json!("halden.example"), &json!(true)));
    assert_eq!(client.send(Method::GET, &path, None).await.0, 404, "another value is another entry");
    assert_eq!(client.world.own("contacts?email=lead1@lead.example").await["data"][0]["blocked"], false);
    let path = format!("/block-lists-entries/{}", text(&changed["id"]));
    assert_eq!(
        client.good(Method::PATCH, &path, Some(json!({"bl_value": "HALDEN.example"}))).await,
        changed,
        "the same is the same"
    );

    let values = json!(["a@x.example", "b@x.example", "vik.example", "no value", "a@X.example", "@vik.example"]);
    let bulk = client.post("/block-lists-entries/bulk-create", json!({"bl_values": values})).await;
    assert_eq!(json!([bulk["valid_count"], bulk["invalid_count"], bulk["items"].as_array().map(Vec::len)]), json!([5, 1, 3]));
    let listed = client.all("/block-lists-entries", 1).await;
    assert_eq!(listed.len(), 4);
    for limit in [2, 3, 100] {
        assert_eq!(client.all("/block-lists-entries", limit).await, listed, "{limit}");
    }
    let values = async |query: &str| -> Vec<String> {
        let items = client.all(&format!("/block-lists-entries?{query}"), 1).await;
        let mut values: Vec<String> = items.iter().map(|item| text(&item["bl_value"]).to_owned()).collect();
        values.sort();
        values
    };
    assert_eq!(values("domains_only=true").await, ["halden.example", "vik.example"]);
    assert_eq!(values("search=X.example").await, ["a@x.example", "b@x.example"]);
    let (status, table) = client.send(Method::GET, "/block-lists-entries/download?search=a@x", None).await;
    let date = text(&bulk["items"][0]["timestamp_created"]);
    assert_eq!((status, table), (200, format!("Blocked Email,Date\r\na@x.example,{date}\r\n")));

    // Page by page, each taken off before the next one is asked for.
    let page = client.get("/block-lists-entries?limit=2").await;
    let ids: Vec<Value> = page["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
    let gone = client.post("/block-lists-entries/bulk-delete", json!({"ids": [ids[0], ids[1], made["id"]]})).await;
    assert_eq!(gone.as_array().map(Vec::len), Some(2), "what is not there is left out");
    let rest = client.get(&format!("/block-lists-entries?starting_after={}", text(&page["next_starting_after"]))).await;
    assert_eq!(rest["items"], json!(listed[2..]));
    assert_eq!(client.good(Method::DELETE, "/block-lists-entries", None).await.as_array().map(Vec::len), Some(2));
    assert_eq!(client.get("/block-lists-entries").await, json!({"items": []}));
    client.world.close().await;
}

#[tokio::test]
async fn campaigns_come_to_what_was_counted() {
    let client = Client::new().await;
    for number in 1..=3 {
        client.world.deliver(&sent(number)).await;
    }
    let reply = json!({
        "event_type": "reply_received", "timestamp": "2026-02-12T12:40:10.771Z", "workspace": "3f0b7c1e-52a4-4d0b-9a3e-6c1d5b7e9f20",
        "campaign_id": "b8d2a6f4-1c3e-4f57-8a9b-0d4e6c2f7a11", "campaign_name": "Nordic fintech Q1", "email_account": "ana@try-lumen.example",
        "lead_email": "erik@halden.example", "step": 1, "reply_subject": "Re: close of books", "reply_text": "Friday.",
    });
    client.world.deliver_to(text(&client.world.workspace["webhook_urls"]["instantly"]), &reply).await;
    let all = client.get("/campaigns/analytics").await;
    let own = json!({
        "campaign_name": "Nordic fintech Q1", "campaign_id": "b8d2a6f4-1c3e-4f57-8a9b-0d4e6c2f7a11", "campaign_status": 1,
        "campaign_is_evergreen": false, "leads_count": 1, "contacted_count": 0, "emails_sent_count": 0,
        "new_leads_contacted_count": 0, "open_count": 0, "open_count_unique": 0, "reply_count": 1, "reply_count_unique": 1,
        "link_click_count": 0, "link_click_count_unique": 0, "bounced_count": 0, "unsubscribed_count": 0, "completed_count": 0,
        "total_opportunities": 0, "total_opportunity_value": 0,
    });
    assert_eq!((&all[0], all.as_array().map(Vec::len)), (&own, Some(2)));
    let other = &all[1];
    assert_eq!(json!([other["campaign_name"], other["emails_sent_count"], other["contacted_count"]]), json!(["Spring", 3, 3]));
    let ours = text(&client.world.own("campaigns?platform=smartlead").await["data"][0]["id"]).to_owned();
    assert_eq!(other["campaign_id"], json!(ours), "a campaign of another platform has our id");

    let named = "b8d2a6f4-1c3e-4f57-8a9b-0d4e6c2f7a11";
    assert_eq!(client.get(&format!("/campaigns/analytics?id={named}")).await, json!([own]));
    assert_eq!(client.get(&format!("/campaigns/analytics?ids={named}&ids={ours}")).await, all);
    assert_eq!(client.get(&format!("/campaigns/analytics?ids={named},%20{ours}")).await, all);
    let without = client.get(&format!("/campaigns/analytics?id={named}&exclude_total_leads_count=true")).await;
    assert!(without[0].get("leads_count").is_none());
    let early = client.get("/campaigns/analytics?start_date=2026-02-01&end_date=2026-02-11").await;
    assert_eq!(json!([early[0]["reply_count"], early[1]["emails_sent_count"]]), json!([0, 3]), "the last day is in it");
    let late = client.get("/campaigns/analytics?start_date=2026-02-12T00:00:00Z").await;
    assert_eq!(json!([late[0]["reply_count"], late[1]["emails_sent_count"]]), json!([1, 0]));

    let sums = client.get("/campaigns/analytics/overview").await;
    let short =
        |sums: &Value| json!([sums["emails_sent_count"], sums["reply_count"], sums["contacted_count"], sums["total_closed"]]);
    assert_eq!(short(&sums), json!([3, 1, 3, 0]));
    assert_eq!(short(&client.get(&format!("/campaigns/analytics/overview?id={named}")).await), json!([0, 1, 0, 0]));
    assert_eq!(short(&client.get("/campaigns/analytics/overview?campaign_status=3").await), json!([0, 0, 0, 0]));
    let days = client.get("/campaigns/analytics/daily").await;
    let shown: Vec<Value> =
        days.as_array().expect("days").iter().map(|day| json!([day["date"], day["sent"], day["replies"]])).collect();
    assert_eq!(shown, [json!(["2026-02-11", 3, 0]), json!(["2026-02-12", 0, 1])]);
    let days = client.get(&format!("/campaigns/analytics/daily?campaign_id={named}")).await;
    assert_eq!(days.as_array().map(Vec::len), Some(1));

    // Two that are stated to be one are found by the ids of both.
    let alias = json!({"platform": "instantly", "platform_campaign_id": named});
    let path = format!("/v1/workspaces/{}/campaigns/{ours}/aliases", text(&client.world.workspace["id"]));
    let alias = text(&client.world.make(&path, alias).await["id"]).to_owned();
    let one = client.get("/campaigns/analytics").await;
    assert_eq!(json!([one.as_array().map(Vec::len), one[0]["emails_sent_count"], one[0]["reply_count"]]), json!([1, 3, 1]));
    for id in [named, &named.to_uppercase(), &ours, &alias] {
        assert_eq!(client.get(&format!("/campaigns/analytics?id={id}")).await, one, "{id}");
        assert_eq!(short(&client.get(&format!("/campaigns/analytics/overview?id={id}")).await), json!([3, 1, 3, 0]), "{id}");
        assert_eq!(client.get(&format!("/campaigns/analytics/daily?campaign_id={id}")).await.as_array().map(Vec::len), Some(2));
    }
    assert_eq!(client.get(&format!("/campaigns/analytics?ids={named},{ours},{alias}")).await, one, "once");
    let nobodys = "019c4cdc-7c58-7303-8303-030303030303";
    assert_eq!(client.get(&format!("/campaigns/analytics?id={nobodys}")).await, json!([]));
    for (query, name) in [("id=zz", "id"), (&*format!("ids={named}&ids=zz"), "ids")] {
        for path in ["/campaigns/analytics", "/campaigns/analytics/overview"] {
            let refused = client.send(Method::GET, &format!("{path}?{query}"), None).await;
            let message = format!("querystring/{name} must match format \"uuid\"");
            assert_eq!(refused, (400, json!({"message": message}).to_string()), "{path}?{query}");
        }
    }
    client.world.close().await;
}

#[tokio::test]
async fn of_two_changes_of_a_webhook_at_once_both_hold() {
    let client = Client::new().await;
    let path = format!("/webhooks/{}", client.webhook("https://crm.example/a").await);
    let patch = async |body: Value| client.good(Method::PATCH, &path, Some(body)).await;
    client.world.gate.shut();
    // The writer has the first change alone, and the second, made of what the webhook was before, waits for it.
    let then_second = async {
        client.world.gate.writer_waits().await;
        let both_wait = async {
            while client.world.store.status().queued == 0 {
                tokio::task::yield_now().await;
            }
            client.world.gate.open();
        };
        tokio::join!(patch(json!({"target_hook_url": "https://crm.example/b"})), both_wait);
    };
    tokio::join!(patch(json!({"name": "Ours"})), then_second);
    let shown = client.get(&path).await;
    assert_eq!((&shown["name"], &shown["target_hook_url"]), (&json!("Ours"), &json!("https://crm.example/b")));
    client.world.close().await;
}
