//! What a platform reports is there for whoever reads after the answer.

use serde_json::{Value, json};

use crate::world::{World, sent, text};

#[tokio::test]
async fn a_send_is_an_event_a_contact_a_campaign_and_an_email() {
    let world = World::new().await;
    let answer = world.deliver(&sent(1)).await;
    assert_eq!(answer["status"], "processed");
    assert_eq!(world.deliver(&sent(1)).await, json!({"status": "duplicate", "event_id": answer["event_id"]}));

    let event = world.own(&format!("events/{}?include=raw", text(&answer["event_id"]))).await;
    assert_eq!((&event["kind"], &event["duplicates"]["count"]), (&json!("email.sent"), &json!(1)), "{event}");
    assert_eq!(event["raw"]["secret_key"], "*********");
    let contact = world.own(&format!("contacts/{}", text(&event["contact_id"]))).await;
    assert_eq!((&contact["email"], &contact["status"]), (&json!("lead1@lead.example"), &json!("contacted")));
    assert_eq!(contact["counts"]["sent"], 1);
    let campaign = world.own(&format!("campaigns/{}", text(&event["campaign_id"]))).await;
    assert_eq!((&campaign["number"], &campaign["name"]), (&json!(41), &json!("Spring")));
    let email = world.own(&format!("emails/{}", text(&event["email_id"]))).await;
    assert_eq!((&email["direction"], &email["subject"], &email["status"]), (&json!("outbound"), &json!("Hello"), &json!("sent")));
    world.close().await;
}

#[tokio::test]
async fn listings_give_every_row_once_whatever_the_page_size() {
    let world = World::new().await;
    for number in 0..7 {
        world.deliver(&sent(number)).await;
    }
    for (listing, rows) in [("events", 7), ("contacts", 7), ("emails", 7), ("campaigns", 1)] {
        let whole = world.all(listing, 500).await;
        assert_eq!(whole.len(), rows, "{listing}");
        for limit in [1, 2, 7] {
            assert_eq!(world.all(listing, limit).await, whole, "{listing} in pages of {limit}");
        }
    }
    world.close().await;
}

#[tokio::test]
async fn filters_narrow_listings() {
    let world = World::new().await;
    for number in 1..4 {
        world.deliver(&sent(number)).await;
    }
    let contact = world.own("contacts?email=LEAD2@lead.example").await["data"][0].clone();
    let campaign = world.own("campaigns").await["data"][0].clone();
    let (contact, campaign) = (text(&contact["id"]), text(&campaign["id"]));
    let cases = [
        ("events?kind=email.sent".to_owned(), 3),
        ("events?kind=email.opened".to_owned(), 0),
        ("events?platform=lemlist".to_owned(), 0),
        ("events?contact=lead2@lead.example".to_owned(), 1),
        (format!("events?contact={contact}"), 1),
        (format!("events?campaign_id={campaign}"), 3),
        ("events?campaign_id=41".to_owned(), 3),
        ("events?campaign_id=42".to_owned(), 0),
        ("events?since=2026-02-11T08:02:00Z&until=2026-02-11T08:03:00Z".to_owned(), 1),
        ("contacts?status=contacted".to_owned(), 3),
        ("contacts?status=replied".to_owned(), 0),
        ("contacts?q=lead3".to_owned(), 1),
        ("campaigns?platform=smartlead".to_owned(), 1),
        ("emails?direction=outbound&status=sent&campaign_id=41".to_owned(), 3),
        (format!("emails?contact={contact}"), 1),
        ("emails?direction=inbound".to_owned(), 0),
    ];
    for (path, rows) in cases {
        let page = world.own(&path).await;
        assert_eq!(page["data"].as_array().map(Vec::len), Some(rows), "{path} {page}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_placed_or_read_is_kept() {
    let world = World::new().await;
    let answer = world.deliver_to(text(&world.agency["webhook_urls"]["smartlead"]), &sent(1)).await;
    assert_eq!(answer["status"], "unrouted");
    let unrouted = world.get(&format!("/v1/agencies/{}/unrouted", text(&world.agency["id"]))).await;
    assert_eq!(unrouted["data"][0]["id"], answer["event_id"], "{unrouted}");
    assert_eq!(unrouted["data"][0]["data"]["subject"], "Hello");
    assert_eq!(world.own("contacts").await["data"], json!([]));

    let path = format!("/public/smartlead-webhook/{}", text(&world.workspace["address"]));
    let (status, problem) = world.call(http::Method::POST, &path, "", Some(json!([1]))).await;
    assert_eq!((status.as_u16(), &problem["type"]), (400, &json!("/docs/errors/unreadable-delivery")));
    let quarantine = world.own("quarantine").await;
    assert_eq!((&quarantine["data"][0]["body"], &quarantine["next_cursor"]), (&json!("[1]"), &Value::Null), "{quarantine}");
    world.close().await;
}
