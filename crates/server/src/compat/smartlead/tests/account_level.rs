//! `/webhook/...`: making, showing, changing and deleting.

use http::StatusCode;
use serde_json::{Value, json};

use hookline_store::Store;

use super::{Api, DELETE, GET, POST, PUT, number};
use crate::{passing_on, testing::text};

#[tokio::test]
async fn the_documents_example_is_answered_as_documented() {
    let api = Api::new().await;
    // As the page of the endpoint has it.
    let made = api
        .done(
            POST,
            "/webhook/create",
            Some(json!({
                "name": "Reply Notifications", "webhook_url": "https://your-domain.example/webhook", "email_campaign_id": 123,
                "association_type": "campaign", "event_type_map": {"EMAIL_REPLY": true, "EMAIL_OPEN": true, "EMAIL_SENT": false},
            })),
        )
        .await;
    let id = number(&made);
    assert!(id < 1 << 53);
    let expected = json!({"ok": true, "id": id, "webhook_id": id, "webhook_url": "https://your-domain.example/webhook"});
    assert_eq!(made, expected);
    let shown = api.shown(id).await;
    let expected = json!({
        "id": id, "email_campaign_id": 123, "name": "Reply Notifications", "webhook_url": "https://your-domain.example/webhook",
        "event_type_map": {"EMAIL_OPEN": true, "EMAIL_REPLY": true}, "category_id_map": {},
        "created_at": shown["created_at"], "updated_at": shown["updated_at"],
        "association_type": "campaign", "client_id": null, "status": "ACTIVE", "muted_by": {},
    });
    assert_eq!(shown, expected);
    let is_time = |text: &str| text.len() == 24 && text.ends_with('Z');
    assert!(is_time(text(&shown["created_at"])) && is_time(text(&shown["updated_at"])));
}

#[tokio::test]
async fn a_hook_is_a_webhook_like_every_other() {
    let api = Api::new().await;
    let id = api.make(json!({"name": "Ours", "category_id_map": {"1": true, "77": false}})).await;
    let native = api.native("agencies", id).await;
    let expected = json!({
        "name": "Ours", "url": "https://receiver.example/hook", "kinds": ["email.replied"], "dialect": "smartlead", "variant": "flat",
        "status": "active", "has_secret": true, "secret": null, "muted_by": {},
        "policy": {"preset": "smartlead", "timeout_ms": 30_000, "schedule": [60, 300, 900, 3_600, 21_600], "pause_after": 1},
        "filter": {
            "platforms": [], "campaigns": [], "categories": ["Interested"], "category_changes_only": true,
            "sending_accounts": [], "tags": [], "data": {},
        },
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(native[name], *value, "{name}");
    }
    // The secret that its bodies carry is in no answer.
    let directory = api.app.store.directory();
    let secret = passing_on::open(&api.app.service.master_key, &directory.subscriptions()[0]).expect("it opens").secret;
    let secret = secret.expect("a secret");
    assert!(!api.shown(id).await.to_string().contains(&secret) && !native.to_string().contains(&secret));
}

#[tokio::test]
async fn both_generations_of_levels_and_names_are_understood() {
    let api = Api::new().await;
    let client = api.client["number"].clone();
    let cases = [
        (json!({"association_type": "user"}), "user", Value::Null, Value::Null),
        (json!({"association_type": 1}), "user", Value::Null, Value::Null),
        (json!({"association_type": "client", "client_id": client}), "client", client.clone(), Value::Null),
        (json!({"association_type": "2", "client_id": client.to_string()}), "client", client.clone(), Value::Null),
        (json!({"association_type": "campaign", "email_campaign_id": 41}), "campaign", Value::Null, json!(41)),
        (json!({"association_type": 3, "email_campaign_id": "41"}), "campaign", Value::Null, json!(41)),
        (json!({"association_type": 3, "email_campaign_id": 41, "client_id": client}), "campaign", client.clone(), json!(41)),
    ];
    for (mut fields, level, client, campaign) in cases {
        fields["force_create"] = json!(true);
        let shown = api.shown(api.make(fields.clone()).await).await;
        assert_eq!(
            (&shown["association_type"], &shown["client_id"], &shown["email_campaign_id"]),
            (&json!(level), &client, &campaign)
        );
    }
    let category = [
        "contact.unsubscribed",
        "contact.interested",
        "contact.not_interested",
        "contact.neutral",
        "contact.meeting_booked",
        "contact.meeting_completed",
        "contact.no_show",
        "contact.closed",
        "contact.out_of_office",
        "contact.wrong_person",
        "contact.category_updated",
        "contact.status_updated",
    ];
    let cases = [
        (
            json!({"event_type_map": {"EMAIL_OPENED": true, "EMAIL_REPLIED": "true"}}),
            "nested",
            json!(["email.opened", "email.replied"]),
        ),
        (json!({"event_type_map": {"EMAIL_OPEN": true, "EMAIL_REPLY": true}}), "flat", json!(["email.opened", "email.replied"])),
        (json!({"event_type_map": {"OPENED": true, "REPLIED": true}}), "flat", json!(["email.opened", "email.replied"])),
        (json!({"event_type_map": {"email_sent": true, "FIRST_EMAIL_SENT": true}}), "flat", json!(["email.sent"])),
        (json!({"event_type_map": null, "event_type": "EMAIL_REPLY"}), "flat", json!(["email.replied"])),
        (
            json!({"event_type_map": null, "event_types": ["CAMPAIGN_STATUS_CHANGED", "UNTRACKED_REPLIES"]}),
            "flat",
            json!(["email.reply_untracked", "campaign.completed", "campaign.status_changed"]),
        ),
        (json!({"event_type_map": {"LEAD_CATEGORY_UPDATED": true, "EMAIL_UNSUBSCRIBED": true}}), "nested", json!(category)),
    ];
    for (mut fields, variant, kinds) in cases {
        fields["force_create"] = json!(true);
        let native = api.native("agencies", api.make(fields.clone()).await).await;
        let sorted = |kinds: &Value| {
            let mut kinds: Vec<String> = kinds.as_array().expect("a list").iter().map(|kind| text(kind).to_owned()).collect();
            kinds.sort();
            kinds
        };
        assert_eq!((text(&native["variant"]), sorted(&native["kinds"])), (variant, sorted(&kinds)), "{fields}");
    }
}

#[tokio::test]
async fn without_events_all_are_asked_for() {
    let api = Api::new().await;
    let shown = api.shown(api.make(json!({"event_type_map": null})).await).await;
    let expected = json!({
        "CAMPAIGN_STATUS_CHANGED": true, "EMAIL_BOUNCE": true, "EMAIL_LINK_CLICK": true, "EMAIL_OPEN": true, "EMAIL_REPLY": true,
        "EMAIL_SENT": true, "LEAD_CATEGORY_UPDATED": true, "LEAD_UNSUBSCRIBED": true, "MANUAL_STEP_REACHED": true,
        "UNTRACKED_REPLIES": true,
    });
    assert_eq!(shown["event_type_map"], expected);
    // Its name is that of its receiver.
    assert_eq!(shown["name"], "receiver.example");
}

#[tokio::test]
async fn a_similar_hook_is_made_only_if_that_is_forced() {
    let api = Api::new().await;
    let client = api.client["number"].clone();
    let first = api.make(json!({})).await;
    let again = json!({
        "webhook_url": "https://RECEIVER.example:443/hook", "association_type": 1, "event_type_map": {"EMAIL_OPEN": true}, "name": "Else",
    });
    let error = format!("A similar webhook already exists - {first}. Set force_create to true to create another one.");
    assert_eq!(api.refused(POST, "/webhook/create", again.clone()).await, (422, json!({"error": error})));
    // Another URL, level, client or campaign is not similar.
    api.make(json!({"webhook_url": "https://receiver.example/other"})).await;
    api.make(json!({"association_type": "client", "client_id": client})).await;
    for campaign in [41, 42] {
        api.make(json!({"association_type": "campaign", "email_campaign_id": campaign})).await;
    }
    let (status, _) = api
        .refused(POST, "/webhook/create", {
            let mut body = again.clone();
            body["association_type"] = json!("campaign");
            body["email_campaign_id"] = json!(41);
            body["webhook_url"] = json!("https://receiver.example/hook");
            body
        })
        .await;
    assert_eq!(status, 422);
    let mut forced = again;
    forced["force_create"] = json!(true);
    let second = api.done(POST, "/webhook/create", Some(forced)).await;
    assert_ne!(number(&second), first);
}

#[tokio::test]
async fn an_update_changes_what_is_sent_and_enables_again() {
    let api = Api::new().await;
    let id = api.make(json!({"name": "Ours", "event_type_map": {"EMAIL_OPENED": true}, "category_id_map": {"1": true}})).await;
    let path = format!("/v1/agencies/{}/webhooks/{}", text(&api.agency["id"]), text(&api.native("agencies", id).await["id"]));
    api.app.call(POST, &format!("{path}/pause"), crate::testing::ADMIN, None).await;
    assert_eq!(api.shown(id).await["status"], "PAUSED");
    let update = format!("/webhook/update/{id}");
    let body =
        json!({"name": "Theirs", "event_types": ["EMAIL_REPLY", "LEAD_CATEGORY_UPDATED"], "categories": ["Demo wanted", "2"]});
    let saved = api.done(PUT, &update, Some(body)).await;
    assert_eq!(saved, json!({"ok": true, "id": id, "message": "Webhook saved successfully"}));
    let shown = api.shown(id).await;
    assert_eq!((&shown["status"], &shown["name"]), (&json!("ACTIVE"), &json!("Theirs")));
    assert_eq!(shown["webhook_url"], "https://receiver.example/hook");
    assert_eq!(shown["event_type_map"], json!({"EMAIL_REPLY": true, "LEAD_CATEGORY_UPDATED": true}));
    let native = api.native("agencies", id).await;
    assert_eq!(
        (&native["variant"], &native["filter"]["categories"]),
        (&json!("flat"), &json!(["Demo wanted", "Meeting Request"]))
    );
    assert_eq!(native["status"], "active");
    // A category of the account's own has a number from now on, and can be asked for by it.
    let categories = api.done(GET, "/leads/fetch-categories", None).await;
    let own = categories.as_array().expect("a list").last().expect("one").clone();
    assert_eq!((&own["name"], &own["sentiment_type"]), (&json!("Demo wanted"), &Value::Null));
    api.done(PUT, &update, Some(json!({"category_id_map": {own["id"].to_string(): true}}))).await;
    assert_eq!(api.shown(id).await["category_id_map"], json!({own["id"].to_string(): true}));
    api.done(PUT, &update, Some(json!({"category_id_map": {}}))).await;
    let cleared = api.shown(id).await;
    assert_eq!((&cleared["category_id_map"], &cleared["event_type_map"]), (&json!({}), &shown["event_type_map"]));
}

#[tokio::test]
async fn a_hook_that_is_deleted_is_gone() {
    let api = Api::new().await;
    let id = api.make(json!({})).await;
    assert_eq!(api.done(DELETE, &format!("/webhook/delete/{id}"), None).await, json!({"ok": true}));
    let answer = api.call(GET, &format!("/webhook/{id}"), None).await;
    assert_eq!((answer.status, answer.body), (StatusCode::NOT_FOUND, json!({"error": "Resource not found"})));
    assert_eq!(api.app.store.directory().subscriptions().len(), 0);
}

#[tokio::test]
async fn the_older_guide_is_understood() {
    let api = Api::new().await;
    let body = json!({
        "webhook_url": "https://yourapp.example/webhooks/smartlead",
        "event_types": ["EMAIL_SENT", "EMAIL_OPENED", "EMAIL_REPLIED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED"], "is_active": false,
    });
    let made = api.done(POST, "/webhooks", Some(body)).await;
    let shown = api.shown(number(&made)).await;
    assert_eq!((&shown["association_type"], &shown["status"]), (&json!("user"), &json!("PAUSED")));
    assert_eq!(api.native("agencies", number(&made)).await["variant"], "nested");
}

#[tokio::test]
async fn clients_and_categories_have_the_numbers_that_hooks_are_made_with() {
    let api = Api::new().await;
    let clients = api.done(GET, "/client/", None).await;
    let expected = json!([{
        "id": api.client["number"], "name": "Client", "email": null, "uuid": api.client["id"], "created_at": api.client["created_at"],
        "user_id": null, "logo": null, "logo_url": null, "client_permision": {"permission": [], "retricted_category": []},
    }]);
    assert_eq!(clients, expected);
    let categories = api.done(GET, "/leads/fetch-categories", None).await;
    assert_eq!(categories[0], json!({"id": 1, "name": "Interested", "sentiment_type": "positive"}));
    assert_eq!(categories[8], json!({"id": 9, "name": "Sender Originated Bounce", "sentiment_type": null}));
    // SmartLead's own client, for whom the agency has a rule.
    let rules = format!("/v1/agencies/{}/routes", text(&api.agency["id"]));
    let rule = json!({"platform": "smartlead", "match": {"platform_client": "8123"}, "workspace_id": api.client["id"]});
    api.app.make(&rules, rule).await;
    let shown = api.shown(api.make(json!({"association_type": 2, "client_id": 8123})).await).await;
    assert_eq!(shown["client_id"], api.client["number"]);
}

#[tokio::test]
async fn the_body_that_made_a_hook_changes_it_where_it_is() {
    let api = Api::new().await;
    let client = api.client["number"].as_u64().expect("a number");
    let bodies = [
        json!({"association_type": "user", "client_id": null}),
        json!({"association_type": 2, "client_id": client}),
        json!({"association_type": "campaign", "email_campaign_id": 41, "client_id": client}),
    ];
    for scope in bodies {
        let number = api.make(scope.clone()).await;
        let mut body = json!({"name": "Renamed", "webhook_type": "anything", "force_create": true});
        body.as_object_mut().expect("an object").extend(scope.as_object().expect("an object").clone());
        let path = format!("/webhook/update/{number}");
        api.done(PUT, &path, Some(body)).await;
        let shown = api.shown(number).await;
        assert_eq!((&shown["name"], &shown["email_campaign_id"]), (&json!("Renamed"), &scope["email_campaign_id"]));
        for (field, value) in [("association_type", json!("nobody")), ("email_campaign_id", json!(42)), ("colour", json!("red"))]
        {
            let mut body = scope.clone();
            body[field] = value;
            let (status, refused) = api.refused(PUT, &path, body).await;
            assert!(status == 400 && text(&refused["message"]).contains(field), "{scope} {field}: {refused}");
        }
    }
    let number = api.make(json!({"force_create": true})).await;
    for (field, value) in [("association_type", json!("client")), ("client_id", json!(client)), ("email_campaign_id", json!(41))]
    {
        let (status, refused) = api.refused(PUT, &format!("/webhook/update/{number}"), json!({field: value})).await;
        let message = format!("\"{field}\" must be what it is: make another webhook instead");
        assert_eq!((status, refused), (400, json!({"message": message})));
    }
}
