//! Hooks that the native API made or changed, and what it shows of who mutes whom.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Api, DELETE, GET, PUT};
use crate::testing::{ADMIN, text};

fn plain(fields: &Value) -> Value {
    let mut body =
        json!({"name": "Native", "url": "https://native.example/hook", "kinds": ["email.replied"], "dialect": "smartlead"});
    body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    body
}

impl Api {
    async fn make_native(&self, owner: &str, fields: Value) -> u64 {
        let of = if owner == "agencies" { &self.agency } else { &self.client };
        let path = format!("/v1/{owner}/{}/webhooks", text(&of["id"]));
        self.app.make(&path, plain(&fields)).await["number"].as_u64().expect("a number")
    }
}

#[tokio::test]
async fn a_native_webhook_is_shown_where_the_api_has_words_for_it() {
    let api = Api::new().await;
    let client = api.client["number"].clone();
    let cases = [
        ("agencies", json!({}), json!("user"), Value::Null, Value::Null),
        ("workspaces", json!({}), json!("client"), client.clone(), Value::Null),
        ("workspaces", json!({"campaign_id": "41"}), json!("campaign"), client, json!(41)),
    ];
    for (owner, fields, level, client, campaign) in cases {
        let shown = api.shown(api.make_native(owner, fields).await).await;
        assert_eq!(shown["event_type_map"], json!({"EMAIL_REPLY": true}));
        assert_eq!([&shown["association_type"], &shown["client_id"], &shown["email_campaign_id"]], [&level, &client, &campaign]);
    }
    assert_eq!(api.done(GET, "/campaigns/41/webhooks", None).await.as_array().map(Vec::len), Some(1));
    let all = api.shown(api.make_native("agencies", json!({"kinds": ["*"]})).await).await;
    assert_eq!(all["event_type_map"].as_object().map(serde_json::Map::len), Some(11), "{all}");
    for fields in [
        json!({"dialect": "hookline"}),
        json!({"filter": {"tags": ["vip"]}}),
        json!({"filter": {"platforms": ["instantly"]}}),
        json!({"filter": {"campaigns": ["41", "42"]}}),
        json!({"campaign_id": "spring"}),
    ] {
        let id = api.make_native("workspaces", fields.clone()).await;
        assert_eq!(api.call(GET, &format!("/webhook/{id}"), None).await.status, StatusCode::NOT_FOUND, "{fields}");
    }
}

#[tokio::test]
async fn a_native_webhook_can_be_changed_and_deleted() {
    let api = Api::new().await;
    let id = api.make_native("workspaces", json!({"policy": "standard", "kinds": ["contact.interested"]})).await;
    api.done(PUT, &format!("/webhook/update/{id}"), Some(json!({"name": "Renamed"}))).await;
    let native = api.native("workspaces", id).await;
    assert_eq!((&native["name"], &native["kinds"]), (&json!("Renamed"), &json!(["contact.interested"])));
    assert_eq!(native["policy"]["preset"], "standard");
    assert_eq!(api.shown(id).await["event_type_map"], json!({"LEAD_CATEGORY_UPDATED": true}));
    assert_eq!(api.done(DELETE, &format!("/webhook/delete/{id}"), None).await, json!({"ok": true}));
}

#[tokio::test]
async fn kinds_that_are_set_natively_go_before_the_names_that_it_was_made_with() {
    let api = Api::new().await;
    let id = api.make(json!({"event_type_map": {"FIRST_EMAIL_SENT": true}})).await;
    let path = format!("/v1/agencies/{}/webhooks/{}", text(&api.agency["id"]), text(&api.native("agencies", id).await["id"]));
    let patch = async |body: Value| {
        let answer = api.app.call(http::Method::PATCH, &path, ADMIN, Some(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        api.shown(id).await["event_type_map"].clone()
    };
    assert_eq!(patch(json!({"name": "Other", "kinds": ["email.sent"]})).await, json!({"FIRST_EMAIL_SENT": true}));
    assert_eq!(patch(json!({"kinds": ["email.sent", "email.opened"]})).await, json!({"EMAIL_SENT": true, "EMAIL_OPEN": true}));
}

#[tokio::test]
async fn a_muted_webhook_says_by_whom_as_long_as_that_is_active() {
    let api = Api::new().await;
    let client = api.client["number"].clone();
    let events = json!({"EMAIL_REPLIED": true, "EMAIL_OPEN": true});
    let muted = api.make(json!({"association_type": 2, "client_id": client, "event_type_map": events})).await;
    assert_eq!(api.shown(muted).await["muted_by"], json!({}));
    let user = api.make(json!({"webhook_url": "https://user.example/"})).await;
    let id = api.native("agencies", user).await["id"].clone();
    let expect = async |is_muted: bool| {
        let (compat, native) = (api.shown(muted).await, api.native("workspaces", muted).await);
        let expected =
            if is_muted { (json!({"EMAIL_REPLIED": user}), json!({"email.replied": id})) } else { (json!({}), json!({})) };
        assert_eq!((compat["muted_by"].clone(), native["muted_by"].clone()), expected);
        let own = format!("/v1/workspaces/{}/webhooks/{}", text(&api.client["id"]), text(&native["id"]));
        assert_eq!(api.app.get(&own, ADMIN).await.body["muted_by"], expected.1);
    };
    expect(true).await;
    assert_eq!(api.shown(user).await["muted_by"], json!({}));
    let path = format!("/v1/agencies/{}/webhooks/{}", text(&api.agency["id"]), text(&id));
    api.app.call(http::Method::POST, &format!("{path}/pause"), ADMIN, None).await;
    expect(false).await;
    api.done(PUT, &format!("/webhook/update/{user}"), Some(json!({}))).await;
    expect(true).await;
    api.done(DELETE, &format!("/webhook/delete/{user}"), None).await;
    expect(false).await;
}
