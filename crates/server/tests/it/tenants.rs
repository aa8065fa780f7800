//! Two workspaces of one service, with the same lead in both.

use http::Method;
use serde_json::{Value, json};

use crate::world::{ADMIN, World, sent, text};

#[tokio::test]
async fn the_records_of_one_workspace_are_nothing_in_another() {
    let world = World::new().await;
    let other = world.new_workspace("Other").await;
    let own = world.deliver(&sent(1)).await;
    let others = world.deliver_to(text(&other["webhook_urls"]["smartlead"]), &sent(1)).await;
    assert_eq!((&own["status"], &others["status"]), (&json!("processed"), &json!("processed")));
    assert_eq!(own["event_id"], others["event_id"], "an event's id does not depend on where it went");

    let event = world.own(&format!("events/{}", text(&own["event_id"]))).await;
    let elsewhere = format!("/v1/workspaces/{}", text(&other["id"]));
    for (listing, id) in [("contacts", "contact_id"), ("campaigns", "campaign_id"), ("emails", "email_id")] {
        let path = format!("{elsewhere}/{listing}/{}", text(&event[id]));
        let (status, problem) = world.call(Method::GET, &path, ADMIN, None).await;
        assert_eq!(status.as_u16(), 404, "{path} {problem}");
    }
    let seen = world.get(&format!("{elsewhere}/events/{}", text(&others["event_id"]))).await;
    assert_ne!(seen["contact_id"], event["contact_id"]);
    assert_eq!(seen["workspace_id"], other["id"]);
    world.close().await;
}

#[tokio::test]
async fn a_deleted_workspace_takes_its_addresses_and_keys_with_it() {
    let world = World::new().await;
    let workspace = world.new_workspace("Short").await;
    let body = json!({"scope": "workspace", "workspace_id": workspace["id"], "role": "read", "name": "x"});
    let key = world.make("/v1/keys", body).await;
    let path = format!("/v1/workspaces/{}", text(&workspace["id"]));
    let hook = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
    assert_eq!(world.call(Method::GET, &path, text(&key["key"]), None).await.0.as_u16(), 200);
    assert_eq!(world.call(Method::DELETE, &path, ADMIN, None).await, (http::StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(world.call(Method::GET, &path, ADMIN, None).await.0.as_u16(), 404);
    assert_eq!(world.call(Method::GET, &path, text(&key["key"]), None).await.0.as_u16(), 401);
    assert_eq!(world.call(Method::POST, &hook, "", Some(sent(1))).await.0.as_u16(), 404);
    let rejections = world.get("/v1/rejections").await;
    assert_eq!(rejections["data"][0]["reason"], "unknown-address");
    world.close().await;
}
