//! What becomes of a delivery that was read whole.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::json;

use hookline_model::entry::Origin;
use hookline_store::Error;

use crate::{
    receive::tests::Door,
    testing::{ADMIN, delivery, text},
};

#[tokio::test]
async fn a_delivery_is_processed_once_and_without_its_secret() {
    let door = Door::new().await;
    let first = door.post(&door.own, delivery(1).to_string()).await;
    assert_eq!((first.status, &first.body["status"]), (StatusCode::OK, &json!("processed")), "{first:?}");
    let again = door.post(&door.own, delivery(1).to_string()).await;
    assert_eq!(again.body, json!({"status": "duplicate", "event_id": first.body["event_id"]}));
    let appended = door.app.store.appended();
    assert_eq!(appended.len(), 1);
    assert_eq!(appended[0].workspace.to_string(), text(&door.workspace["id"]));
    assert_eq!(appended[0].origin, Origin::Live);
    let raw = String::from_utf8(appended[0].raw.clone()).expect("UTF-8");
    assert_eq!(raw, delivery(1).to_string().replace("topsecret", "*********"));
    assert_eq!(door.app.service.bodies.in_use(), 0);
    assert!(door.rejections().await.is_empty());
}

#[tokio::test]
async fn what_comes_to_an_agency_is_unrouted() {
    let door = Door::new().await;
    let first = door.post(&door.global, delivery(1).to_string()).await;
    assert_eq!((first.status, &first.body["status"]), (StatusCode::OK, &json!("unrouted")), "{first:?}");
    assert_eq!(door.post(&door.global, delivery(1).to_string()).await.body["status"], "duplicate");
    let path = format!("/v1/agencies/{}/unrouted", text(&door.agency["id"]));
    let unrouted = door.app.get(&path, ADMIN).await;
    assert_eq!(unrouted.body["data"][0]["id"], first.body["event_id"], "{unrouted:?}");
    assert_ne!(unrouted.body["data"][0]["workspace_id"], door.workspace["id"]);
}

#[tokio::test]
async fn a_valid_address_can_be_probed_until_it_is_revoked() {
    let door = Door::new().await;
    for path in [&door.own, &door.global] {
        let probe = door.app.send(Request::get(path).body(Body::empty()).expect("a request")).await;
        assert_eq!((probe.status, probe.body), (StatusCode::OK, json!({"status": "ok"})));
        let other = door.app.send(Request::put(path).body(Body::empty()).expect("a request")).await;
        assert_eq!((other.status, other.problem()), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"));
        assert!(other.headers[header::ALLOW].to_str().is_ok_and(|allow| allow.contains("POST")), "{other:?}");
    }
    let (id, address) = (text(&door.workspace["id"]), text(&door.workspace["address"]));
    let revoked = door.app.call(Method::DELETE, &format!("/v1/workspaces/{id}/addresses/{address}"), ADMIN, None).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(door.post(&door.own, delivery(1).to_string()).await.problem(), "unknown-address");
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_in_quarantine_without_secrets() {
    let door = Door::new().await;
    let address = text(&door.workspace["address"]);
    let cut = r#"{"event_type":"EMAIL_SENT","secret_key":"topsecret","to_em"#;
    let nested = r#"{"data":{"secret_key":"topsecret"}}"#;
    let bodies = [r#"{"no":"event","secret_key":"topsecret"}"#, "not json", "", "[]", cut, &cut[..48], nested];
    for body in bodies {
        let request = Request::post(&door.own)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer topsecret")
            .header("x-original-uri", &door.own)
            .header("user-agent", "axios")
            .body(Body::from(body));
        let answer = door.app.send(request.expect("a request")).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "unreadable-delivery"));
        assert!(text(&answer.body["detail"]).contains("kept in quarantine"), "{answer:?}");
    }
    let kept = door.app.store.quarantined();
    assert_eq!(kept.len(), bodies.len());
    assert!(kept.iter().zip(bodies).all(|(kept, sent)| kept.body.len() == sent.len()));
    let shown = String::from_utf8(kept.iter().flat_map(|kept| kept.body.clone()).collect()).expect("UTF-8");
    assert!(!shown.contains("topsec"), "{shown}");
    assert!(!format!("{kept:?}").contains("topsec") && !format!("{kept:?}").contains(address), "{kept:?}");
    assert!(door.rejections().await.is_empty());

    let path = format!("/v1/workspaces/{}/quarantine", text(&door.workspace["id"]));
    let listed = door.app.get(&path, ADMIN).await;
    let oldest = &listed.body["data"][bodies.len() - 1];
    assert_eq!(oldest["body"], r#"{"no":"event","secret_key":"*********"}"#, "{listed:?}");
    assert_eq!((&oldest["platform"], &oldest["body_bytes"]), (&json!("smartlead"), &json!(39)));
    assert!(oldest["headers"].as_array().expect("a list").contains(&json!({"name": "user-agent", "value": "axios"})));
}

#[tokio::test]
async fn when_the_store_cannot_take_it_the_platform_is_told_to_come_again() {
    let door = Door::new().await;
    let cases = [
        (Error::Overloaded("the log"), "1", "overloaded"),
        (Error::DiskFull("9 bytes left".to_owned()), "30", "disk-full"),
        (Error::Behind { folded: 1, committed: 2 }, "1", "records-behind"),
        (Error::Closed, "5", "stopping"),
        (Error::Conflict("x".to_owned()), "5", "store-unavailable"),
        (Error::Storage { attempted: "write", cause: "disk on fire".to_owned() }, "5", "store-unavailable"),
    ];
    for (error, retry_after, reason) in &cases {
        door.app.store.fail(Some(error.clone()));
        for body in [delivery(1).to_string(), "unreadable".to_owned()] {
            let answer = door.post(&door.own, body).await;
            assert_eq!((answer.status, answer.problem()), (StatusCode::SERVICE_UNAVAILABLE, *reason));
            assert_eq!(answer.headers[header::RETRY_AFTER], *retry_after);
            assert!(!answer.body.to_string().contains("fire"), "{answer:?}");
        }
        door.app.store.fail(None);
        assert_eq!(door.rejections().await[0]["reason"], *reason);
    }
    assert_eq!(door.rejections().await.len(), 2 * cases.len());
}

#[tokio::test]
async fn a_panic_is_a_problem_and_gives_its_memory_back() {
    let door = Door::new().await;
    door.app.store.panic();
    let answer = door.post(&door.own, delivery(1).to_string()).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    assert!(!answer.body.to_string().contains("told to"), "{answer:?}");
    assert_eq!(door.app.service.bodies.in_use(), 0);
}

/// A change of a contact, as HubSpot tells of it.
fn change(event: u64, object: u64) -> serde_json::Value {
    json!({
        "eventId": event, "subscriptionId": 31, "portalId": 8_800_321, "appId": 99, "occurredAt": 1_770_700_000_000_u64 + event,
        "subscriptionType": "contact.creation", "attemptNumber": 0, "objectId": object,
    })
}

#[tokio::test]
async fn a_batch_is_answered_one_by_one_and_one_that_cannot_be_read_spoils_no_other() {
    let door = Door::new().await;
    let path = door.own.replace("smartlead", "hubspot");
    let (first, second) = (change(1, 501).to_string(), change(2, 502).to_string());
    let body = format!("[ {first} ,{second},7, {first}]");
    let answer = door.post(&path, body).await;
    assert_eq!((answer.status, &answer.body["status"]), (StatusCode::OK, &json!("processed")), "{answer:?}");
    let results = answer.body["results"].as_array().expect("results");
    let statuses: Vec<&str> = results.iter().map(|result| text(&result["status"])).collect();
    assert_eq!(statuses, ["processed", "processed", "quarantined", "duplicate"]);
    assert_eq!(results[3]["event_id"], results[0]["event_id"]);
    assert!(results[2]["event_id"].is_null() && text(&results[2]["detail"]).contains("quarantine"), "{answer:?}");
    let raw: Vec<Vec<u8>> = door.app.store.appended().into_iter().map(|append| append.raw).collect();
    assert_eq!(raw, [first.into_bytes(), second.into_bytes()], "each with its own bytes");
    let quarantined = door.app.store.quarantined();
    assert_eq!((quarantined.len(), &quarantined[0].body[..]), (1, &b"7"[..]));
    assert_eq!(door.app.service.bodies.in_use(), 0);
}

#[tokio::test]
async fn a_batch_that_cannot_be_kept_whole_comes_again_whole() {
    let door = Door::new().await;
    let path = door.own.replace("smartlead", "hubspot");
    door.app.store.fail(Some(Error::Overloaded("the workspace")));
    let answer = door.post(&path, format!("[{},{}]", change(1, 501), change(2, 502))).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::SERVICE_UNAVAILABLE, "overloaded"), "{answer:?}");
    door.app.store.fail(None);
    assert_eq!(door.rejections().await.len(), 1);
}

#[tokio::test]
async fn an_array_that_is_no_batch_is_one_delivery() {
    let door = Door::new().await;
    let path = door.own.replace("smartlead", "hubspot");
    let empty = door.post(&path, "[]").await;
    assert_eq!((empty.status, empty.problem()), (StatusCode::BAD_REQUEST, "unreadable-delivery"));
    let cut = door.post(&path, "[{},").await;
    assert_eq!((cut.status, cut.problem()), (StatusCode::BAD_REQUEST, "unreadable-delivery"));
    let of_one = door.post(&door.own, format!("[{}]", delivery(1))).await;
    assert_eq!((of_one.status, &of_one.body["status"]), (StatusCode::OK, &json!("processed")), "a relay's wrapping");
    assert!(of_one.body["results"].is_null());
}

#[tokio::test]
async fn the_account_of_the_source_is_that_of_its_deliveries_where_they_name_none() {
    let door = Door::new().await;
    let workspace = format!("workspaces/{}", text(&door.workspace["id"]));
    let source = json!({"verification": {"method": "none"}, "account": "acme", "enabled": true});
    door.connect(&workspace, "smartlead", source).await;
    let mut named = delivery(1);
    named["client_id"] = json!(8_123);
    let mut unnamed = delivery(2);
    unnamed.as_object_mut().expect("an object").remove("client_id");
    for body in [named, unnamed] {
        let answer = door.post(&door.own, body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    let accounts: Vec<Option<String>> = door.app.store.appended().into_iter().map(|append| append.event.account).collect();
    assert_eq!(accounts, [Some("8123".to_owned()), Some("acme".to_owned())]);
}

#[tokio::test]
async fn a_text_that_was_cut_in_two_halves_of_a_character_is_kept() {
    let door = Door::new().await;
    // What `"Tue \u{1f600}".slice(0, 5)` becomes in JavaScript.
    let body = delivery(1).to_string().replace("\"Hello\"", r#""Tue \ud83d""#);
    let answer = door.post(&door.own, format!("\u{feff}{body}")).await;
    assert_eq!((answer.status, &answer.body["status"]), (StatusCode::OK, &json!("processed")), "{answer:?}");
    let appended = door.app.store.appended();
    let subject = appended[0].event.outbound.as_ref().and_then(|message| message.subject.as_deref());
    assert_eq!(subject, Some("Tue \u{fffd}"));
}

#[tokio::test]
async fn a_body_opens_no_address() {
    let door = Door::new().await;
    for (number, (path, owner)) in (1..).zip([(&door.own, &door.workspace), (&door.global, &door.agency)]) {
        let mut body = delivery(number);
        body["webhook_url"] = format!("https://hub.example{path}?x=1").into();
        assert_eq!(door.post(path, body.to_string()).await.status, StatusCode::OK);
        let broken = format!(r#"{{"webhook_url":"https:\/\/hub.example{}""#, path.replace('/', "\\/"));
        assert_eq!(door.post(path, broken).await.status, StatusCode::BAD_REQUEST);
        let (appended, quarantined) = (door.app.store.appended(), door.app.store.quarantined());
        for raw in [&appended.last().expect("it is kept").raw, &quarantined.last().expect("it is kept").body] {
            let raw = String::from_utf8_lossy(raw);
            assert!(raw.contains("webhook_url") && !raw.contains(text(&owner["address"])), "{raw}");
        }
    }
}

#[tokio::test]
async fn a_form_is_read_as_its_fields_or_as_the_delivery_in_one_of_them() {
    let door = Door::new().await;
    let form = "application/x-www-form-urlencoded";
    let whole: String = form_urlencoded::Serializer::new(String::new()).append_pair("payload", &delivery(1).to_string()).finish();
    let fields = "event_type=EMAIL_SENT&event_timestamp=2026-02-11T08%3A03%3A27.000Z&to_email=jo%40lead.example\
        &from_email=us%40sender.example&campaign_id=41&stats_id=stats-1&sequence_number=1&secret_key=topsecret";
    let first = door.post_as(&door.own, form, whole).await;
    assert_eq!((first.status, &first.body["status"]), (StatusCode::OK, &json!("processed")), "{first:?}");
    let again = door.post_as(&door.own, form, fields).await;
    assert_eq!(again.body["event_id"], first.body["event_id"], "{again:?}");
    for row in door.app.store.appended() {
        assert!(!String::from_utf8_lossy(&row.raw).contains("topsecret"));
    }
    assert_eq!(door.app.service.bodies.in_use(), 0);
}
