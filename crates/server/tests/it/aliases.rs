//! Campaigns that were made anew, stated to be the old ones.

use http::Method;
use serde_json::{Value, json};

use hookline_model::{
    entry::Origin,
    event::{AliasFact, Event},
    id::EventId,
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_store::Append;

use crate::world::{ADMIN, World, sent, text};

impl World {
    async fn campaign_ids(&self) -> Vec<String> {
        let page = self.own("campaigns").await;
        page["data"].as_array().expect("a list").iter().map(|row| text(&row["id"]).to_owned()).collect()
    }

    fn aliases(&self, campaign: &str) -> String {
        format!("/v1/workspaces/{}/campaigns/{campaign}/aliases", text(&self.workspace["id"]))
    }

    async fn alias(&self, campaign: &str, id: &str) -> Value {
        self.make(&self.aliases(campaign), json!({"platform": "smartlead", "platform_campaign_id": id})).await
    }

    async fn unalias(&self, campaign: &str, alias: &Value) -> u16 {
        let path = format!("{}/{}", self.aliases(campaign), text(&alias["id"]));
        self.call(Method::DELETE, &path, ADMIN, None).await.0.as_u16()
    }

    /// How many messages each campaign has sent.
    async fn counts(&self) -> Vec<(String, Value)> {
        let page = self.own("campaigns").await;
        let row = |row: &Value| (text(&row["platform_campaign_id"]).to_owned(), row["counts"]["sent"].clone());
        let mut rows: Vec<_> = page["data"].as_array().expect("a list").iter().map(row).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    }
}

fn in_campaign(n: u32, campaign: u32) -> Value {
    let mut body = sent(n);
    body["campaign_id"] = json!(campaign);
    body
}

#[tokio::test]
async fn aliases_join_campaigns_and_part_them_again() {
    let world = World::new().await;
    for (n, campaign) in [(1, 41), (2, 41), (3, 42), (4, 43)] {
        world.deliver(&in_campaign(n, campaign)).await;
    }
    let page = world.own("campaigns").await;
    let rows = page["data"].as_array().expect("a list");
    let old = rows.iter().find(|row| row["platform_campaign_id"] == "42").expect("it is there");
    let old = text(&old["id"]).to_owned();
    assert_eq!(rows.len(), 3);
    let (first, third) = (world.alias(&old, "41").await, world.alias(&old, "43").await);
    assert_eq!(world.counts().await, [("41".to_owned(), json!(4))]);
    assert_eq!((&first["campaign_id"], &third["campaign_id"]), (&first["id"], &first["id"]), "41 is the best key");
    let shown = world.own(&format!("campaigns/{old}")).await;
    assert_eq!(shown["id"], first["id"], "the old id leads to it");

    // Both were stated to be 41 by then.
    assert_eq!(world.unalias(&old, &first).await, 204);
    assert_eq!(world.counts().await, [("41".to_owned(), json!(2)), ("42".to_owned(), json!(2))], "the others stay one");
    assert_eq!(world.unalias(&old, &first).await, 404, "it is none any more");
    assert_eq!(world.unalias(text(&first["id"]), &first).await, 404, "a campaign is no alias of itself");
    assert_eq!(world.unalias(&old, &third).await, 204);
    assert_eq!(world.counts().await, [("41".to_owned(), json!(2)), ("42".to_owned(), json!(1)), ("43".to_owned(), json!(1))]);
    let events = world.own("events?kind=campaign.aliased").await;
    assert_eq!((events["data"].as_array().map(Vec::len), &events["data"][0]["origin"]), (Some(2), &json!("manual")));
    assert_eq!(events["data"][0]["platform"], "hookline");
    world.close().await;
}

#[tokio::test]
async fn aliases_that_cannot_be_are_refused() {
    let world = World::new().await;
    world.deliver(&in_campaign(1, 41)).await;
    let id = world.campaign_ids().await.remove(0);
    let cases = [
        (json!({"platform_campaign_id": "42"}), 400, json!("platform")),
        (json!({"platform": "smartled", "platform_campaign_id": "42"}), 400, json!("platform")),
        (json!({"platform": "smartlead"}), 400, json!("platform_campaign_id")),
        (json!({"platform": "smartlead", "platform_campaign_id": "42", "name": "x"}), 400, json!("name")),
        (json!({"platform": "smartlead", "platform_campaign_id": "41"}), 409, Value::Null),
    ];
    for (body, expected, field) in cases {
        let (status, problem) = world.call(Method::POST, &world.aliases(&id), ADMIN, Some(body.clone())).await;
        assert_eq!((status.as_u16(), &problem["field"]), (expected, &field), "{body} {problem}");
    }
    for n in 0..99 {
        world.alias(&id, &format!("{}", 1_000 + n)).await;
    }
    let body = json!({"platform": "smartlead", "platform_campaign_id": "2000"});
    assert_eq!(world.call(Method::POST, &world.aliases(&id), ADMIN, Some(body)).await.0, 409, "100 are enough");
    world.close().await;
}

#[tokio::test]
async fn aliases_under_a_key_are_stated_once_and_the_last_one_holds() {
    let world = World::new().await;
    world.deliver(&in_campaign(1, 41)).await;
    world.deliver(&in_campaign(2, 42)).await;
    // A statement of a clock that was ahead by an hour.
    let key =
        |id: &str| CampaignKey::External(ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.into() });
    let (ahead, workspace) = (Millis(1_770_854_400_000 + 3_600_000), text(&world.workspace["id"]).parse().expect("an id"));
    let stored = json!({"kind": "campaign.aliased", "platform": "hookline", "occurred_at": ahead.0, "time_source": "stated"});
    let mut event: Event = serde_json::from_value(stored).expect("an event");
    event.facts.aliases = vec![AliasFact { a: key("41"), b: key("42"), aliased: true }];
    event.id = EventId::derive(ahead, &[9; 32]);
    assert_eq!(event.kind, Kind::CampaignAliased);
    let origin = Origin::Manual;
    let delivery = Append { workspace, event, claim: None, origin, received_at: ahead, raw: b"[]".to_vec() };
    world.store.append(delivery).await.expect("it is appended");
    let joined = world.campaign_ids().await;
    assert_eq!(joined.len(), 1);

    let alias = world.own("campaigns").await["data"][0]["id"].clone();
    assert_eq!(world.unalias(&joined[0], &json!({"id": alias})).await, 204);
    assert_eq!(world.campaign_ids().await.len(), 2, "what is stated last holds");
    let (path, body) = (world.aliases(&joined[0]), json!({"platform": "smartlead", "platform_campaign_id": "42"}));
    let (status, first, _) = world.call_once(Method::POST, &path, "k", body.clone()).await;
    assert_eq!(status, 201);
    let (status, again, replayed) = world.call_once(Method::POST, &path, "k", body).await;
    assert_eq!((status, again, replayed), (201, first, true));
    assert_eq!(world.campaign_ids().await.len(), 1);
    let events = world.own("events?kind=campaign.aliased").await;
    assert_eq!(events["data"].as_array().map(Vec::len), Some(2));
    world.close().await;
}
