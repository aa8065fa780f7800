//! A platform renames an event: it is kept, noted, aliased, and read again.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_model::{id::WorkspaceId, platform::Platform};
use hookline_store::{directory::AddressOwner, shapes::ShapesRow};

use crate::world::{ADMIN, World, sent, text};

impl World {
    async fn put_aliases(&self, body: Value) -> (StatusCode, Value) {
        let path = format!("/v1/workspaces/{}/sources/smartlead/aliases", text(&self.workspace["id"]));
        self.call(Method::PUT, &path, ADMIN, Some(body)).await
    }

    async fn rerun_all(&self, is_dry: bool) -> Value {
        let path = format!("/v1/workspaces/{}/rerun", text(&self.workspace["id"]));
        let body = json!({"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "dry_run": is_dry});
        let (status, answer) = self.call(Method::POST, &path, ADMIN, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    async fn status_of(&self, address: &str) -> Value {
        self.own(&format!("contacts?email={address}")).await["data"][0]["status"].clone()
    }
}

#[tokio::test]
async fn a_renamed_event_is_read_as_before_without_a_release() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let mut reply = sent(1);
    reply["event_type"] = json!("LEAD_ANSWERED");
    reply["event_timestamp"] = json!("2026-02-11T09:30:00.000Z");
    reply["reply_message"] = json!({"message_id": "<x@lead.example>", "text": "Gerne", "time": "2026-02-11T09:30:00+00:00"});
    let id = world.deliver(&reply).await["event_id"].clone();

    // It is kept as `other`, and noted.
    assert_eq!(world.own(&format!("events/{}", text(&id))).await["kind"], "other");
    assert_eq!(world.status_of("lead1@lead.example").await, "contacted");
    let drift = world.own("drift").await;
    let row = &drift["data"][0];
    assert_eq!((drift["data"].as_array().map(Vec::len), &row["event_id"]), (Some(1), &id), "{drift}");
    let told = ["platform", "event_name", "what", "is"].map(|name| text(&row[name]).to_owned());
    assert_eq!(told, ["smartlead", "LEAD_ANSWERED", "new_name", "other"]);

    // Somebody says what it is.
    let (status, aliases) = world.put_aliases(json!({"names": {"Lead_Answered": "email_reply"}})).await;
    assert_eq!((status, &aliases["names"]), (StatusCode::OK, &json!({"lead_answered": "EMAIL_REPLY"})));

    // The difference shows before anything changes.
    let plan = world.rerun_all(true).await;
    assert_eq!((&plan["read"], &plan["changed"]), (&json!(2), &json!(1)), "{plan}");
    let change = &plan["changes"][0];
    let shown = [&change["event_id"], &change["kind"], &change["new_kind"]];
    assert_eq!(shown, [&id, &json!("other"), &json!("email.replied")]);
    assert_eq!(world.status_of("lead1@lead.example").await, "contacted");

    assert_eq!(world.rerun_all(false).await["changes"], plan["changes"]);
    assert_eq!(world.status_of("lead1@lead.example").await, "replied");
    assert_eq!(world.own("emails?direction=inbound").await["data"][0]["body_text"], "Gerne");
    assert_eq!(world.rerun_all(true).await["changed"], 0);

    // And what comes from now on is read so at the door.
    let mut next = reply.clone();
    next["to_email"] = json!("lead2@lead.example");
    next["reply_message"]["message_id"] = json!("<y@lead.example>");
    world.deliver(&next).await;
    assert_eq!(world.status_of("lead2@lead.example").await, "replied");
    world.close().await;
}

#[tokio::test]
async fn campaigns_are_aliased_with_the_names() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let mut anew = sent(2);
    anew["campaign_id"] = json!(42);
    world.deliver(&anew).await;
    assert_eq!(world.own("campaigns").await["data"].as_array().map(Vec::len), Some(2));
    let body = json!({"names": {}, "campaigns": {"42": "41", "43": " 41 "}});
    let (status, aliases) = world.put_aliases(body.clone()).await;
    assert_eq!((status, &aliases["campaigns"]), (StatusCode::OK, &json!({"42": "41", "43": "41"})), "{aliases}");
    let campaigns = world.own("campaigns").await;
    let one = &campaigns["data"][0];
    assert_eq!((campaigns["data"].as_array().map(Vec::len), &one["counts"]["sent"]), (Some(1), &json!(2)));

    // What is stated already is not stated again.
    assert_eq!(world.put_aliases(body).await, (StatusCode::OK, aliases.clone()));
    assert_eq!(world.own("events?kind=campaign.aliased").await["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.own("sources/smartlead/aliases").await, aliases);
    assert_eq!(world.own("sources/smartlead/aliases?account=7").await["campaigns"], json!({}));
    let (status, problem) = world.put_aliases(json!({"names": {}, "campaigns": {"44": "999"}})).await;
    assert_eq!((status.as_u16(), &problem["field"]), (400, &json!("campaigns.44")), "nobody has seen 999");

    // Taken back where aliases of a campaign are.
    let alias = world.own("events?kind=campaign.aliased").await;
    assert_eq!(alias["data"][0]["platform"], "hookline");
    let path = format!("/v1/workspaces/{}/campaigns/{}/aliases", text(&world.workspace["id"]), text(&one["id"]));
    let other = json!({"platform": "smartlead", "platform_campaign_id": "45"});
    let (_, made) = world.call(Method::POST, &path, ADMIN, Some(other)).await;
    let (status, _) = world.call(Method::DELETE, &format!("{path}/{}", text(&made["id"])), ADMIN, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(world.own("sources/smartlead/aliases").await["campaigns"].get("45").is_none());
    world.close().await;
}

#[tokio::test]
async fn what_is_known_of_shapes_is_there_after_a_restart() {
    let world = World::new().await;
    let workspace: WorkspaceId = text(&world.workspace["id"]).parse().expect("an id");
    let agency = AddressOwner::Agency(text(&world.agency["id"]).parse().expect("an id"));
    let row = |owner, platform, data: &[u8]| ShapesRow { owner, platform, data: data.to_vec() };
    let own = AddressOwner::Workspace(workspace);
    let rows =
        vec![row(own, Platform::Smartlead, b"1"), row(own, Platform::Hubspot, b"2"), row(agency, Platform::Smartlead, b"3")];
    world.store.keep_shapes(rows, Vec::new()).await.expect("they are kept");
    world.store.keep_shapes(vec![row(own, Platform::Smartlead, b"4")], Vec::new()).await.expect("it is kept");
    let world = world.restarted().await;
    let mut kept = world.store.shapes().await.expect("rows");
    kept.sort_by(|a, b| a.data.cmp(&b.data));
    let expected =
        [row(own, Platform::Hubspot, b"2"), row(agency, Platform::Smartlead, b"3"), row(own, Platform::Smartlead, b"4")];
    assert_eq!(kept, expected);
    world.store.keep_shapes(Vec::new(), vec![own]).await.expect("they are forgotten");
    assert_eq!(world.store.shapes().await.expect("rows"), [row(agency, Platform::Smartlead, b"3")]);

    // A file that cannot be used is started anew.
    let file = world.folder().join("shapes.db");
    std::fs::write(file.with_extension("db-wal"), b"").expect("no write-ahead log");
    world.store.close().await.expect("a clean end");
    std::fs::write(&file, b"what nobody can read").expect("a damaged file");
    let world = world.restarted().await;
    assert_eq!(world.store.shapes().await.expect("rows"), []);
    world.close().await;
}
