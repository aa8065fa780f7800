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

#[tokio::test]
async fn a_test_is_of_the_kind_that_is_asked_for() {
    let client = Client::new().await;
    let made = client.make(json!({"kinds": ["email.replied", "contact.*"], "dialect": "smartlead"})).await;
    let test = |body: Value| client.call(Method::POST, &made, "/test", Some(body));
    for kind in ["email.replied", "contact.unsubscribed", "contact.interested"] {
        let tested = test(json!({"kind": kind})).await;
        assert_eq!((tested.status, &tested.body["kind"]), (StatusCode::OK, &json!(kind)), "{tested:?}");
    }
    for body in [json!({}), json!({"kind": null})] {
        assert_eq!(test(body.clone()).await.body["kind"], "email.replied", "{body}");
    }
    for (body, field) in [
        (json!({"kind": "email.bounced"}), "kind"),
        (json!({"kind": "contact.*"}), "kind"),
        (json!({"kind": "email.eaten"}), "kind"),
        (json!({"kind": 5}), "kind"),
        (json!({"kinds": ["email.replied"]}), "kinds"),
    ] {
        let refused = test(body.clone()).await;
        assert_eq!((refused.status, refused.problem_field()), (StatusCode::BAD_REQUEST, Some(field)), "{body} {refused:?}");
    }
    // SmartLead has no word for lists.
    let mute = test(json!({"kind": "contact.lists_updated"})).await;
    assert_eq!(mute.problem(), "conflict");
    assert!(text(&mute.body["detail"]).contains("this kind"), "{mute:?}");
}

#[tokio::test]
async fn a_status_that_is_an_interest_can_be_tried_out_in_every_dialect_that_tells_it() {
    let client = Client::new().await;
    for (dialect, name) in
        [("smartlead", "LEAD_CATEGORY_UPDATED"), ("instantly", "lead_interested"), ("breakcold", "lead.status.update")]
    {
        let made = client.make(json!({"dialect": dialect, "kinds": ["contact.status_updated"]})).await;
        let tested = client.call(Method::POST, &made, "/test", None).await;
        assert_eq!((tested.status, &tested.body["kind"]), (StatusCode::OK, &json!("contact.status_updated")), "{tested:?}");
        assert!(text(&tested.body["request_body"]).contains(name), "{dialect}: {tested:?}");
    }
}
