//! The block list as it is kept: entries, the contacts they are about, and the events that say so.

use http::Method;
use serde_json::{Value, json};

use hookline_model::{
    item::{ItemKey, ItemSort},
    key::ExternalId,
    platform::Platform,
};
use hookline_store::RebuildKeys;

use crate::world::{ADMIN, World, sent, text};

impl World {
    fn blocklist(&self) -> String {
        format!("/v1/workspaces/{}/blocklist", text(&self.workspace["id"]))
    }

    async fn block(&self, body: Value) -> Value {
        self.make(&self.blocklist(), body).await
    }

    async fn unblock(&self, id: &Value) -> u16 {
        let path = format!("{}/{}", self.blocklist(), text(id));
        self.call(Method::DELETE, &path, ADMIN, None).await.0.as_u16()
    }

    /// Whether the contact with this address is blocked.
    async fn is_blocked(&self, email: &str) -> Value {
        self.own(&format!("contacts?email={email}")).await["data"][0]["blocked"].clone()
    }
}

#[tokio::test]
async fn an_address_on_the_list_blocks_its_contact_until_it_is_taken_off() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    assert_eq!(world.is_blocked("lead1@lead.example").await, json!(false));
    let made = world.block(json!({"email": " Lead1@Lead.Example ", "reason": "asked by phone"})).await;
    assert_eq!(made["email"], "lead1@lead.example");
    assert_eq!((&made["domain"], &made["reason"]), (&Value::Null, &json!("asked by phone")));
    assert_eq!(world.is_blocked("lead1@lead.example").await, json!(true));
    let listed = world.own("blocklist").await;
    assert_eq!(listed["data"], json!([made]));
    let path = format!("blocklist/{}", text(&made["id"]));
    assert_eq!(world.own(&path).await, made);
    assert_eq!(world.own("contacts").await["data"].as_array().map(Vec::len), Some(1), "no second contact");

    assert_eq!(world.unblock(&made["id"]).await, 204);
    assert_eq!(world.is_blocked("lead1@lead.example").await, json!(false));
    assert_eq!(world.own("blocklist").await["data"], json!([]));
    assert_eq!(world.unblock(&made["id"]).await, 404);
    let (status, _) = world.call(Method::GET, &format!("{}/{}", world.blocklist(), text(&made["id"])), ADMIN, None).await;
    assert_eq!(status.as_u16(), 404);
    let events = world.own("events?platform=hookline").await;
    let told: Vec<Value> = events["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| json!([event["kind"], event["contact_email"], event["origin"], event["data"]["item"]["sort"]]))
        .collect();
    let told_of = |kind: &str| json!([kind, "lead1@lead.example", "manual", "block"]);
    assert_eq!(told, [told_of("contact.unblocked"), told_of("contact.blocked")]);
    world.close().await;
}

#[tokio::test]
async fn what_was_taken_off_comes_back_anew_whatever_the_clock_does() {
    let world = World::new().await;
    let first = world.block(json!({"email": "jo@halden.example", "reason": "first"})).await;
    let again = world.block(json!({"email": "jo@halden.example"})).await;
    assert_eq!(again, first, "it stays since when it was, with its reason");
    let other = world.block(json!({"email": "jo@halden.example", "reason": "second"})).await;
    assert_eq!((&other["id"], &other["created_at"], &other["reason"]), (&first["id"], &first["created_at"], &json!("second")));
    // Each of these is said at an earlier time than what it takes back.
    for turn in 0..3 {
        world.clock.advance_ms(-60_000);
        assert_eq!(world.unblock(&first["id"]).await, 204, "{turn}");
        assert_eq!(world.is_blocked("jo@halden.example").await, json!(false), "{turn}");
        world.clock.advance_ms(-60_000);
        let back = world.block(json!({"email": "jo@halden.example"})).await;
        assert_eq!((&back["id"], &back["reason"]), (&first["id"], &Value::Null), "{turn}");
        assert_ne!(back["created_at"], first["created_at"], "{turn}");
        assert_eq!(world.own("blocklist").await["data"], json!([back]), "{turn}");
        assert_eq!(world.is_blocked("jo@halden.example").await, json!(true), "{turn}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_a_platform_says_of_a_time_to_come_is_taken_back_too() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let mut category = sent(1);
    category["event_type"] = json!("LEAD_CATEGORY_UPDATED");
    // Nine hours ahead of the clock.
    category["event_timestamp"] = json!("2026-02-12T09:00:00.000Z");
    category["lead_category"] = json!({"new_id": 5, "new_name": "Do Not Contact"});
    let mut bounced = sent(2);
    bounced["event_type"] = json!("EMAIL_BOUNCE");
    bounced["event_timestamp"] = json!("2026-02-12T09:30:00.000Z");
    bounced["bounce_message"] = json!({"text": "550 5.1.1 no such user"});
    for (says_so, email) in [(category, "lead1@lead.example"), (bounced, "lead2@lead.example")] {
        world.deliver(&says_so).await;
        assert_eq!(world.is_blocked(email).await, json!(true), "{email}");
        let made = world.block(json!({"email": email})).await;
        assert_eq!(world.unblock(&made["id"]).await, 204);
        assert_eq!(world.is_blocked(email).await, json!(false), "{email}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_domain_is_on_the_list_and_about_nobody() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let made = world.block(json!({"domain": "Lead.Example."})).await;
    assert_eq!(made["id"].as_str().map(str::len), Some(36));
    let both = json!({"domain": "lead.example", "email": "a@b.example"});
    let (_, wrong) = world.call(Method::POST, &world.blocklist(), ADMIN, Some(both)).await;
    assert_eq!(wrong["field"], "email");
    assert_eq!(made["domain"], "lead.example");
    assert_eq!(world.is_blocked("lead1@lead.example").await, json!(false));
    assert_eq!(world.own("contacts").await["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.own("events?kind=contact.blocked").await["data"][0]["contact_id"], Value::Null);
    for body in [json!({}), json!({"domain": "lead"}), json!({"email": "lead.example"}), json!({"domain": "jo@lead.example"})] {
        let (status, problem) = world.call(Method::POST, &world.blocklist(), ADMIN, Some(body.clone())).await;
        assert_eq!(status.as_u16(), 400, "{body} {problem}");
    }
    world.close().await;
}

#[tokio::test]
async fn the_list_is_paged_survives_a_rebuild_and_is_the_workspaces_own() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..7 {
        let body = if number % 2 == 0 {
            json!({"email": format!("n{number}@a.example")})
        } else {
            json!({"domain": format!("d{number}.example")})
        };
        expected.insert(0, world.block(body).await);
    }
    for limit in [1, 3, 500] {
        assert_eq!(world.all("blocklist", limit).await, expected, "{limit}");
    }
    let other = world.new_workspace("Other").await;
    let foreign = format!("/v1/workspaces/{}/blocklist", text(&other["id"]));
    assert_eq!(world.get(&foreign).await["data"], json!([]));
    let path = format!("{foreign}/{}", text(&expected[0]["id"]));
    assert_eq!(world.call(Method::GET, &path, ADMIN, None).await.0.as_u16(), 404);
    let world = world.restarted().await;
    assert_eq!(world.all("blocklist", 500).await, expected);
    let key = |text: &str| ItemKey {
        sort: ItemSort::Block,
        id: ExternalId { platform: Platform::Hookline, account: String::new(), id: text.to_owned() },
    };
    let items = ["n0@a.example", "n2@a.example", "d1.example", "d3.example"].map(key);
    let keys = RebuildKeys { items: items.into(), ..RebuildKeys::default() };
    let workspace = text(&world.workspace["id"]).parse().expect("an id");
    assert_eq!(world.store.rebuild(workspace, keys).await.expect("a rebuild"), 0);
    assert_eq!(world.all("blocklist", 500).await, expected);
    world.close().await;
}

#[tokio::test]
async fn a_change_is_made_once_under_its_key() {
    let world = World::new().await;
    let body = json!({"email": "jo@halden.example"});
    let (status, first, replayed) = world.call_once(Method::POST, &world.blocklist(), "one", body.clone()).await;
    assert_eq!((status, replayed), (201, false));
    let (status, again, replayed) = world.call_once(Method::POST, &world.blocklist(), "one", body).await;
    assert_eq!((status, &again, replayed), (201, &first, true));
    assert_eq!(world.own("events").await["data"].as_array().map(Vec::len), Some(1));
    world.close().await;
}
