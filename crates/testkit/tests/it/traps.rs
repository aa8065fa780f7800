//! The traps of SmartLead's webhooks, over HTTP, in every order.

use hookline_testkit::{service::TestService, traffic::smartlead};
use serde_json::{Value, json};

/// Delivery `n` with other fields.
fn changed(n: u64, fields: Value) -> Value {
    let mut body = smartlead(n);
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    body
}

fn permutations(bodies: &[Value]) -> Vec<Vec<Value>> {
    if bodies.len() <= 1 {
        return vec![bodies.to_vec()];
    }
    let mut all = Vec::new();
    for first in 0..bodies.len() {
        let mut rest = bodies.to_vec();
        let first = rest.remove(first);
        for mut order in permutations(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

/// Posts the deliveries in every order, each to a fresh service, and checks that the records come out the same. The service of
/// the given order is answered.
async fn in_every_order(bodies: &[Value]) -> TestService {
    let expected = posted(bodies).await;
    let dump = expected.dump().await;
    for order in permutations(bodies) {
        let service = posted(&order).await;
        assert_eq!(service.dump().await, dump, "{:?}", order.iter().map(|body| &body["event_type"]).collect::<Vec<_>>());
    }
    expected
}

async fn posted(bodies: &[Value]) -> TestService {
    let service = TestService::start().await;
    for body in bodies {
        let (status, answer) = service.post(body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
    }
    service
}

async fn only(service: &TestService, list: &str) -> Value {
    let page = service.read(list).await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1), "{list}: {page}");
    page["data"][0].clone()
}

#[tokio::test]
async fn a_bounce_that_repeats_its_sends_time_is_an_event_of_its_own() {
    let service = in_every_order(&[smartlead(0), smartlead(3)]).await;
    let contact = only(&service, "contacts").await;
    assert_eq!(contact["counts"], json!({"sent": 1, "opened": 0, "clicked": 0, "replied": 0, "bounced": 1}));
    assert_eq!((&contact["status"], &contact["blocked"]), (&json!("bounced"), &json!(true)));
    let email = only(&service, "emails").await;
    assert_eq!((&email["status"], &email["bounce_type"]), (&json!("bounced"), &json!("hard")));
    assert_eq!(email["sent_at"], "2026-02-11T08:00:00.000Z");
    assert_eq!(email["bounced_at"], "2026-02-11T08:00:03.003Z");
}

#[tokio::test]
async fn a_first_send_under_two_names_is_one_send() {
    let service = in_every_order(&[smartlead(6), smartlead(11)]).await;
    let contact = only(&service, "contacts").await;
    assert_eq!(contact["counts"]["sent"], 1);
    let event = only(&service, "events").await;
    assert_eq!((&event["kind"], &event["duplicates"]["count"]), (&json!("email.sent"), &json!(1)));
}

#[tokio::test]
async fn a_reply_through_two_webhooks_is_one_reply() {
    let other = json!({"webhook_id": 7, "webhook_name": "other", "secret_key": "s", "metadata": {"webhook_created_at": "2020-01-01T00:00:00Z"}, "description": "x"});
    let service = in_every_order(&[smartlead(9), changed(9, other)]).await;
    assert_eq!(only(&service, "contacts").await["counts"]["replied"], 1);
    let (status, answer) = service.post(smartlead(9).to_string()).await;
    assert_eq!((status, &answer["status"]), (200, &json!("duplicate")));
    assert_eq!(only(&service, "events").await["id"], answer["event_id"]);
}

#[tokio::test]
async fn a_second_reply_to_one_send_is_a_second_reply() {
    let second = changed(
        9,
        json!({"event_timestamp": "2026-02-12T09:00:00Z",
               "reply_message": {"message_id": "<second@mail.example>", "text": "And Wednesday?", "time": "2026-02-12T09:00:00Z"}}),
    );
    let service = in_every_order(&[smartlead(6), smartlead(9), second]).await;
    assert_eq!(only(&service, "contacts").await["counts"]["replied"], 2);
    let inbound = service.read("emails?direction=inbound").await;
    assert_eq!(inbound["data"][0]["body_text"], "And Wednesday?");
    assert_eq!(inbound["data"][1]["body_text"], "Tuesday?\n");
    let campaign = only(&service, "campaigns").await;
    assert_eq!((&campaign["counts"]["replied"], &campaign["unique"]["replied"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_reply_before_its_send_is_right_at_once_and_after() {
    let service = posted(&[smartlead(9)]).await;
    let contact = only(&service, "contacts?status=replied").await;
    assert_eq!((&contact["email"], &contact["counts"]["sent"]), (&json!("person-1@company-1.example"), &json!(0)));
    assert_eq!(only(&service, "campaigns").await["counts"]["replied"], 1);
    let service = in_every_order(&[smartlead(9), smartlead(6)]).await;
    assert_eq!(only(&service, "contacts").await["counts"]["sent"], 1);
    let outbound = only(&service, "emails?direction=outbound").await;
    assert_eq!((&outbound["status"], &outbound["sent_at"]), (&json!("replied"), &json!("2026-02-11T08:01:00.000Z")));
}

#[tokio::test]
async fn an_unsubscribe_without_a_lead_id_finds_its_contact() {
    let unsubscribe = json!({
        "event_type": "LEAD_UNSUBSCRIBED", "campaign_status": "COMPLETED", "client_id": null, "from_email": "",
        "event_timestamp": "2026-02-12T07:11:20.940Z", "lead_email": "Person-1@Company-1.example", "to_email": "person-1@company-1.example",
        "campaign_id": 2_900_000, "sent_message": {"message_id": null, "text": ""}, "unsubscribed_client_id_map": {},
    });
    let service = in_every_order(&[smartlead(6), smartlead(9), unsubscribe]).await;
    let contact = only(&service, "contacts").await;
    assert_eq!((&contact["status"], &contact["blocked"]), (&json!("unsubscribed"), &json!(true)));
    assert_eq!(contact["unsubscribed_at"], "2026-02-12T07:11:20.940Z");
    assert_eq!(contact["status_reason"], "contact.unsubscribed of 2026-02-12T07:11:20.940Z from smartlead");
    assert_eq!(only(&service, "campaigns").await["unique"]["unsubscribed"], 1);
}

#[tokio::test]
async fn a_category_corrected_later_is_the_last_one_in_time() {
    let category =
        |name: &str, at: &str| changed(10, json!({"event_timestamp": at, "lead_category": {"new_name": name, "new_id": 1}}));
    let service = in_every_order(&[
        category("Interested", "2026-02-11T10:00:00.000Z"),
        category("Not Interested", "2026-02-11T11:00:00.000Z"),
        smartlead(6),
    ])
    .await;
    let contact = only(&service, "contacts").await;
    assert_eq!((&contact["interest"], &contact["status"]), (&json!("not_interested"), &json!("not_interested")));
    assert_eq!(contact["category"], "Not Interested");
    let campaign = only(&service, "campaigns").await;
    assert_eq!((&campaign["counts"]["interested"], &campaign["unique"]["interested"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn an_event_without_a_time_repeated_within_ten_minutes_is_one_event() {
    let status = json!({"event_type": "CAMPAIGN_STATUS_CHANGED", "previous_status": "PAUSED", "current_status": "ACTIVE",
                        "campaign_id": 2_900_000, "campaign_name": "Campaign 0", "client_id": null});
    let service = posted(std::slice::from_ref(&status)).await;
    service.clock.advance_ms(9 * 60_000);
    let (_, answer) = service.post(status.to_string()).await;
    assert_eq!(answer["status"], "duplicate");
    service.clock.advance_ms(2 * 60_000);
    let (_, answer) = service.post(status.to_string()).await;
    assert_eq!(answer["status"], "processed", "eleven minutes later it is another change");
    assert_eq!(only(&service, "campaigns").await["status"], "active");
    let events = service.read("events").await;
    assert_eq!(events["data"][0]["time_source"], "received");
}

#[tokio::test]
async fn what_no_rule_places_is_kept_as_unrouted_and_makes_no_records() {
    use hookline_testkit::service::{AGENCY_ADDRESS, UNROUTED};
    let service = TestService::start().await;
    let path = format!("/public/global-smartlead-webhook/{AGENCY_ADDRESS}");
    let (status, answer) = service.post_to(&path, smartlead(9).to_string()).await;
    assert_eq!((status, &answer["status"]), (200, &json!("unrouted")));
    let (_, again) = service.post_to(&path, smartlead(9).to_string()).await;
    assert_eq!((&again["status"], &again["event_id"]), (&json!("duplicate"), &answer["event_id"]));
    assert_eq!(service.read("contacts").await["data"], json!([]), "the workspace knows nothing of it");
    use hookline_store::Store;
    assert_eq!(service.store.dump(UNROUTED).await.expect("it is read")["contacts"], json!([]));
}
