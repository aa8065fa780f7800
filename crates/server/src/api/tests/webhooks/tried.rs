//! Trying a webhook out.

use super::*;

#[tokio::test]
async fn a_test_says_why_nobody_answered() {
    let client = Client::new().await;
    let made = client.make(json!({"kinds": ["email.clicked", "*"], "headers": {"x-token": "hush-hush"}})).await;
    let tested = client.call(Method::POST, &made, "/test", None).await;
    assert_eq!((tested.status, &tested.body["kind"]), (StatusCode::OK, &json!("email.clicked")), "{tested:?}");
    assert_eq!((&tested.body["delivered"], &tested.body["error"]["code"]), (&json!(false), &json!("name")));
    let names: Vec<&str> =
        tested.body["request_headers"].as_array().expect("headers").iter().map(|header| text(&header["name"])).collect();
    let expected = ["content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "x-token"];
    assert_eq!(names, expected);
    assert!(!tested.body.to_string().contains("hush-hush"), "{tested:?}");
    let body: Value = serde_json::from_str(text(&tested.body["request_body"])).expect("JSON");
    assert_eq!((&body["type"], &body["test"]), (&json!("email.clicked"), &json!(true)), "{body}");
    // Instantly has no word for a list.
    let mute = client.make(json!({"dialect": "instantly", "kinds": ["list.created"]})).await;
    assert_eq!(client.call(Method::POST, &mute, "/test", None).await.problem(), "conflict");
}

#[tokio::test]
async fn every_kind_has_a_sample_that_its_dialects_can_tell() {
    let client = Client::new().await;
    for kind in hookline_model::kind::Kind::ALL {
        let made = client.make(json!({"kinds": [kind.name()]})).await;
        let tested = client.call(Method::POST, &made, "/test", None).await;
        assert_eq!((tested.status, &tested.body["kind"]), (StatusCode::OK, &json!(kind.name())), "{tested:?}");
    }
}
