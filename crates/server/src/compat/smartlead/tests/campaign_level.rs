//! `/campaigns/{campaign_id}/webhooks`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Api, DELETE, GET, POST, number};

fn body() -> Value {
    json!({
        "id": null, "name": "Reply webhook", "webhook_url": "https://example.example/webhook",
        "event_types": ["LEAD_CATEGORY_UPDATED", "EMAIL_SENT", "EMAIL_REPLY"], "categories": ["Interested", "Demo wanted"],
    })
}

#[tokio::test]
async fn a_hook_is_made_listed_changed_and_deleted() {
    let api = Api::new().await;
    let path = "/campaigns/2900417/webhooks";
    assert_eq!(api.done(GET, path, None).await, json!([]));
    let made = api.done(POST, path, Some(body())).await;
    let id = number(&made);
    let expected = json!({
        "ok": true, "id": id, "name": "Reply webhook", "created_at": made["created_at"], "updated_at": made["updated_at"],
        "webhook_url": "https://example.example/webhook", "email_campaign_id": 2_900_417,
        // As the keys of a map in a database: the shortest first.
        "event_types": ["EMAIL_SENT", "EMAIL_REPLY", "LEAD_CATEGORY_UPDATED"], "categories": ["Interested", "Demo wanted"],
    });
    assert_eq!(made, expected);
    let mut listed = expected.clone();
    listed.as_object_mut().expect("an object").remove("ok");
    assert_eq!(api.done(GET, path, None).await, json!([listed]));
    assert_eq!(api.done(GET, "/campaigns/2900418/webhooks", None).await, json!([]));
    let filter = &api.native("agencies", id).await["filter"];
    assert_eq!((&filter["campaigns"], &filter["category_changes_only"]), (&json!(["2900417"]), &json!(false)));

    // The same again is another one: here is no force_create.
    let second = number(&api.done(POST, path, Some(body())).await);
    let mut update = body();
    update["id"] = json!(id);
    update["event_types"] = json!(["EMAIL_LINK_CLICK"]);
    update.as_object_mut().expect("an object").remove("categories");
    let updated = api.done(POST, path, Some(update)).await;
    assert_eq!((number(&updated), &updated["event_types"]), (id, &json!(["EMAIL_LINK_CLICK"])));
    assert_eq!(updated["categories"], json!(["Interested", "Demo wanted"]), "what is not sent stays");
    let ids = |listed: Value| -> Vec<u64> { listed.as_array().expect("a list").iter().map(number).collect() };
    assert_eq!(ids(api.done(GET, path, None).await), [id, second]);

    assert_eq!(api.done(DELETE, path, Some(json!({"id": id}))).await, json!({"ok": true}));
    assert_eq!(api.done(DELETE, &format!("{path}/{second}"), None).await, json!({"ok": true}));
    assert_eq!(api.done(GET, path, None).await, json!([]));
}

#[tokio::test]
async fn a_hook_is_of_its_campaign_only() {
    let api = Api::new().await;
    let id = number(&api.done(POST, "/campaigns/41/webhooks", Some(body())).await);
    let account = api.make(json!({})).await;
    for wrong in [id, account] {
        for (method, path, body) in [
            (
                POST,
                "/campaigns/42/webhooks".to_owned(),
                Some(json!({"id": wrong, "name": "x", "webhook_url": "https://a.example/", "event_types": ["EMAIL_SENT"]})),
            ),
            (DELETE, "/campaigns/42/webhooks".to_owned(), Some(json!({"id": wrong}))),
            (DELETE, format!("/campaigns/42/webhooks/{wrong}"), None),
        ] {
            let answer = api.call(method, &path, body).await;
            assert_eq!((answer.status, answer.body), (StatusCode::NOT_FOUND, json!({"error": "Resource not found"})), "{path}");
        }
    }
    // The account level sees it too.
    assert_eq!(api.shown(id).await["email_campaign_id"], 41);
}

#[tokio::test]
async fn nothing_to_sum_up_or_to_send_again_is_answered_so() {
    let api = Api::new().await;
    api.done(POST, "/campaigns/41/webhooks", Some(body())).await;
    let empty = json!({"ok": true, "total": 0, "success": 0, "failed": 0, "scheduled_for_retry": 0, "event_types": {}});
    let path = "/campaigns/41/webhooks/summary";
    assert_eq!(api.done(GET, path, None).await, empty);
    let period = "?fromTime=2026-02-11T00:00:00Z&toTime=2026-02-12T00:00:00.000%2B00:00";
    assert_eq!(api.done(GET, &format!("{path}{period}"), None).await, empty);
    let period = json!({"fromTime": "2026-02-11T00:00:00Z", "toTime": "2026-02-12T00:00:00Z"});
    let again = api.done(POST, "/campaigns/41/webhooks/retrigger-failed-events", Some(period)).await;
    assert_eq!(again, json!({"ok": true, "message": "0 failed events are sent again."}));
}
