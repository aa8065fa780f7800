//! Searching over HTTP, on the real store.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADMIN, World, sent, text};

/// An answer of lead 1, as SmartLead reports it.
fn reply() -> Value {
    let mut body = sent(1);
    let fields = body.as_object_mut().expect("an object");
    fields.insert("event_type".to_owned(), json!("EMAIL_REPLY"));
    fields.insert("event_timestamp".to_owned(), json!("2026-02-11T10:00:00.000Z"));
    fields.insert(
        "reply_message".to_owned(),
        json!({
            "message_id": "<r-1@lead.example>", "text": "Schöne Grüße aus der Königstraße", "html": "<td>Montag</td><td>zehn</td>",
            "time": "2026-02-11T10:00:00.000Z",
        }),
    );
    body
}

async fn count(world: &World, path: &str) -> usize {
    world.store.search_caught_up().await.expect("search catches up");
    let page = world.own(path).await;
    assert!(page["as_of"].is_string(), "{page}");
    page["data"].as_array().expect("a list").len()
}

#[tokio::test]
async fn what_was_delivered_is_found_by_its_words() {
    let world = World::new().await;
    for number in 1..=5 {
        world.deliver(&sent(number)).await;
    }
    world.deliver(&reply()).await;
    let cases = [
        ("events?q=hello", 6),
        ("events?q=hello&kind=email.replied", 1),
        ("events?q=hello&since=2026-02-11T08:04:00Z&until=2026-02-11T09:00:00Z", 2),
        ("events?q=hello&contact=lead1@lead.example", 2),
        ("events?q=spring+lead3@lead.example", 1),
        ("events?q=%22lead+4%22", 1),
        ("events?q=gr%C3%BC%C3%9Fe", 1),
        ("events?q=grusse+konigstrasse", 1),
        ("events?q=replied", 1),
        ("events?q=topsecret", 0),
        ("emails?q=hello&direction=outbound", 5),
        ("emails?q=hello&direction=outbound&campaign_id=41&status=sent", 4),
        ("emails?q=montag+zehn", 1),
        ("emails?q=k%C3%B6nigs*&direction=inbound&contact=lead1@lead.example", 1),
        ("emails?q=replied", 0),
        ("emails?q=hello+OR+montag", 0),
    ];
    for (path, expected) in cases {
        assert_eq!(count(&world, path).await, expected, "{path}");
    }
    let other = world.new_workspace("Other").await;
    let found = world.get(&format!("/v1/workspaces/{}/events?q=hello", text(&other["id"]))).await;
    assert_eq!((found["data"].as_array().map(Vec::len), &found["as_of"]), (Some(0), &Value::Null));
    world.close().await;
}

#[tokio::test]
async fn pages_and_lines_of_a_search_lead_through_all_of_it() {
    let world = World::new().await;
    for number in 1..=7 {
        world.deliver(&sent(number)).await;
    }
    world.store.search_caught_up().await.expect("search catches up");
    for list in ["events", "emails"] {
        let whole = world.own(&format!("{list}?limit=500")).await["data"].as_array().expect("a list").clone();
        assert_eq!(whole.len(), 7);
        for limit in [1, 3, 7, 8] {
            assert_eq!(world.all(&format!("{list}?q=hello+spring"), limit).await, whole, "{list} {limit}");
        }
        let path = format!("/v1/workspaces/{}/{list}?q=hello&format=jsonl", text(&world.workspace["id"]));
        assert_eq!(world.lines(&path).await, (StatusCode::OK, whole), "{list}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_is_no_search_is_refused_and_harms_nothing() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let id = text(&world.workspace["id"]).to_owned();
    for q in ["%22", "*", "%00", "-+-", "ab*", "%22x%22*", &vec!["a"; 21].join("+"), &"x".repeat(501)] {
        for list in ["events", "emails"] {
            let path = format!("/v1/workspaces/{id}/{list}?q={q}");
            let (status, problem) = world.call(Method::GET, &path, ADMIN, None).await;
            assert_eq!((status, &problem["field"]), (StatusCode::BAD_REQUEST, &json!("q")), "{path} {problem}");
        }
    }
    for q in
        ["a%22b", "hello)", "(hello", "who:hello", "hello%00world", "%F0%9F%A6%80hello", "NEAR(hello", "hello^2", "hello%27--"]
    {
        for list in ["events", "emails"] {
            let path = format!("/v1/workspaces/{id}/{list}?q={q}");
            let (status, answer) = world.call(Method::GET, &path, ADMIN, None).await;
            assert_eq!(status, StatusCode::OK, "{path} {answer}");
        }
    }
    world.close().await;
}
