//! What is wrong, in Instantly's words.

use http::{Method, Request};
use serde_json::{Value, json};

use hookline_store::{Error, TooMuch};

use crate::testing::{Answer, App};

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// A workspace, and a key of it.
async fn world() -> (App, String) {
    let app = App::new();
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let key = app.key("workspace", Some(&workspace), "write").await;
    (app, key)
}

async fn send(app: &App, key: &str, method: Method, path: &str, content_type: Option<&str>, body: &str) -> Answer {
    let request =
        Request::builder().method(method).uri(format!("/api/v2{path}")).header("authorization", format!("Bearer {key}"));
    let request = content_type.into_iter().fold(request, |request, content_type| request.header("content-type", content_type));
    app.send(request.body(body.to_owned().into()).expect("a request")).await
}

fn shape(status: u16, error: &str, message: &str) -> Value {
    json!({"statusCode": status, "error": error, "message": message})
}

#[tokio::test]
async fn bodies_are_refused_in_the_validators_words() {
    let (app, key) = world().await;
    let json_type = Some("application/json");
    let long = format!(r#"{{"target_hook_url": "https://x.example/{}"}}"#, "x".repeat(600_000));
    for (content_type, body, status, error, message) in [
        (json_type, "{}", 400, "Bad Request", "body must have required property 'target_hook_url'"),
        (json_type, "[]", 400, "Bad Request", "body must be object"),
        (None, "", 400, "Bad Request", "body must be object"),
        (json_type, "", 400, "Bad Request", "Body cannot be empty when content-type is set to 'application/json'"),
        (json_type, "{", 400, "Bad Request", "Body is not valid JSON but content-type is set to 'application/json'"),
        (Some("text/plain"), "{}", 415, "Unsupported Media Type", "Unsupported Media Type"),
        (json_type, &long, 413, "Payload Too Large", "Request body is too large"),
        (
            json_type,
            r#"{"target_hook_url": "ftp://x"}"#,
            400,
            "Bad Request",
            "body/target_hook_url must match pattern \"^https?://\"",
        ),
        (json_type, r#"{"target_hook_url": null}"#, 400, "Bad Request", "body/target_hook_url must match pattern \"^https?://\""),
        (json_type, r#"{"target_hook_url": []}"#, 400, "Bad Request", "body/target_hook_url must be string"),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "event_type": "EMAIL_SENT"}"#,
            400,
            "Bad Request",
            "body/event_type must be equal to one of the allowed values",
        ),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "campaign": "41"}"#,
            400,
            "Bad Request",
            "body/campaign must match format \"uuid\"",
        ),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "custom_interest_value": "high"}"#,
            400,
            "Bad Request",
            "body/custom_interest_value must be number",
        ),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "headers": []}"#,
            400,
            "Bad Request",
            "body/headers must be object",
        ),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "headers": {"X-A": 1}}"#,
            400,
            "Bad Request",
            "body/headers/X-A must be string",
        ),
        (
            json_type,
            r#"{"target_hook_url": "https://x.example/", "headers": {"X-A": "********"}}"#,
            400,
            "Bad Request",
            "body/headers/X-A is the mask of a value that is not there",
        ),
    ] {
        let answer = send(&app, &key, POST, "/webhooks", content_type, body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body),
            (status, &shape(status, error, message)),
            "{content_type:?} {message}"
        );
    }
    let typed = send(&app, &key, POST, "/webhooks", json_type, r#"{"target_hook_url": " https://x.example/a\n"}"#).await;
    assert_eq!((typed.status.as_u16(), &typed.body["target_hook_url"]), (200, &json!("https://x.example/a")), "{typed:?}");
    let broken = send(&app, &key, POST, "/webhooks", json_type, r#"{"target_hook_url": "https://x.example/a\nb"}"#).await;
    let message = "body/target_hook_url: Give a URL without line breaks and other control characters.";
    assert_eq!(broken.body, shape(400, "Bad Request", message));
    let inside = send(&app, &key, POST, "/webhooks", json_type, r#"{"target_hook_url": "http://10.0.0.1/"}"#).await;
    assert_eq!(inside.status.as_u16(), 400, "{inside:?}");
    for (path, body, message) in [
        ("/block-lists-entries", r#"{"bl_value": "halden"}"#, "body/bl_value must be an email address or a domain"),
        ("/block-lists-entries/bulk-create", r#"{"bl_values": []}"#, "body/bl_values must NOT have fewer than 1 items"),
        ("/block-lists-entries/bulk-create", r#"{"bl_values": [[]]}"#, "body/bl_values/0 must be string"),
        ("/block-lists-entries/bulk-delete", r#"{"ids": "x"}"#, "body/ids must be array"),
        (
            "/block-lists-entries/bulk-delete",
            r#"{"ids": ["019c4cdc-7c58-8303-8303-030303030303", "zz"]}"#,
            "body/ids/1 must match format \"uuid\"",
        ),
    ] {
        let answer = send(&app, &key, POST, path, json_type, body).await;
        assert_eq!(answer.body, shape(400, "Bad Request", message), "{path}");
    }
    let many = json!({"bl_values": vec!["a.example"; 1_001]}).to_string();
    let answer = send(&app, &key, POST, "/block-lists-entries/bulk-create", json_type, &many).await;
    assert_eq!(answer.body, shape(400, "Bad Request", "body/bl_values must NOT have more than 1000 items"));
}

#[tokio::test]
async fn parameters_are_refused_in_the_validators_words() {
    let (app, key) = world().await;
    for (path, message) in [
        ("/webhooks?limit=0", "querystring/limit must be >= 1"),
        ("/webhooks?limit=-3", "querystring/limit must be >= 1"),
        ("/webhooks?limit=101", "querystring/limit must be <= 100"),
        ("/webhook-events?limit=ten", "querystring/limit must be integer"),
        ("/webhooks?starting_after=41", "querystring/starting_after must match format \"uuid\""),
        ("/webhooks?event_type=EMAIL_SENT", "querystring/event_type must be equal to one of the allowed values"),
        ("/webhook-events?success=maybe", "querystring/success must be boolean"),
        ("/webhook-events?from=2026-02-30", "querystring/from must match format \"date\""),
        ("/webhook-events/summary?to=yesterday", "querystring/to must match format \"date\""),
        ("/webhooks/41", "params/id must match format \"uuid\""),
    ] {
        let answer = send(&app, &key, GET, path, None, "").await;
        assert_eq!(answer.body, shape(400, "Bad Request", message), "{path}");
    }
    // Those of analytics have the message only.
    for (path, message) in [
        ("/campaigns/analytics?start_date=2026-02-12&end_date=2026-02-11", "Start Date must be earlier than End Date"),
        ("/campaigns/analytics/overview?start_date=x", "querystring/start_date must be a date"),
        ("/campaigns/analytics/daily?campaign_id=41", "querystring/campaign_id must match format \"uuid\""),
    ] {
        let answer = send(&app, &key, GET, path, None, "").await;
        assert_eq!((answer.status.as_u16(), answer.body), (400, json!({"message": message})), "{path}");
    }
    for path in ["/webhooks?colour=red&limit=", "/webhook-events?starting_after="] {
        let answer = send(&app, &key, GET, path, None, "").await;
        assert_eq!((answer.status.as_u16(), answer.body), (200, json!({"items": []})), "{path}");
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_not_found_in_instantlys_words() {
    let (app, key) = world().await;
    for (method, path) in [
        (Method::PUT, "/webhooks"),
        (POST, "/webhooks/event-types"),
        (GET, "/leads"),
        (GET, ""),
        (GET, "/webhooks/"),
        (Method::OPTIONS, "/webhooks"),
        (GET, "/campaigns/analytics/steps"),
    ] {
        for key in [key.as_str(), "hk_wrong"] {
            let answer = send(&app, key, method.clone(), path, None, "").await;
            let message = format!("Route {method}:/api/v2{path} not found");
            assert_eq!(answer.body, shape(404, "Not Found", &message), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_is_told_in_instantlys_words() {
    let (app, key) = world().await;
    for (error, status) in [
        (Error::Closed, 503),
        (Error::Storage { attempted: "x", cause: "a secret of the disk".to_owned() }, 503),
        (Error::Behind { folded: 1, committed: 2 }, 503),
        (Error::Overloaded("x"), 503),
        (Error::DiskFull(String::new()), 503),
    ] {
        app.store.fail(Some(error.clone()));
        let body = r#"{"bl_value": "halden.example"}"#;
        let answer = send(&app, &key, POST, "/block-lists-entries", Some("application/json"), body).await;
        assert_eq!(answer.status.as_u16(), status, "{error} {answer:?}");
        assert_eq!((&answer.body["statusCode"], &answer.body["error"]), (&json!(503), &json!("Service Unavailable")));
        assert!(answer.headers.contains_key("retry-after"), "{error}");
        assert!(!answer.body.to_string().contains("secret"), "{answer:?}");
    }
    for (too_much, path) in [(TooMuch::Walked, ""), (TooMuch::Answered, "/daily"), (TooMuch::Walked, "/overview")] {
        app.store.fail(Some(Error::TooMuch(too_much)));
        let answer = send(&app, &key, GET, &format!("/campaigns/analytics{path}"), None, "").await;
        let message = "There is too much to add up; give a shorter period by start_date and end_date, or one campaign";
        assert_eq!((answer.status.as_u16(), answer.body), (400, json!({"message": message})), "{path}");
    }
    app.store.fail(None);
    app.store.panic();
    let answer = send(&app, &key, GET, "/campaigns/analytics", None, "").await;
    let message = "This is a fault of the server, written to its log. Repeating may help.";
    assert_eq!(answer.body, shape(500, "Internal Server Error", message));
}
