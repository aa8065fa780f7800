//! Agencies, workspaces, addresses and keys.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::testing::{ADMIN, App, delivery, text};

fn names(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn agencies_and_workspaces_have_the_shapes_of_the_contract() {
    let app = App::new();
    let agency = app.agency("  Acme  ").await;
    assert_eq!(names(&agency), ["address", "created_at", "id", "name", "reserved_workspace_id", "webhook_urls"]);
    assert_eq!(agency["name"], "Acme");
    let address = text(&agency["address"]);
    let url = format!("https://hooks.example.com/public/global-smartlead-webhook/{address}");
    assert_eq!(agency["webhook_urls"]["smartlead"], url);
    assert_ne!(agency["address"], agency["id"]);

    let workspace = app.workspace(&agency, "Client").await;
    assert_eq!(names(&workspace), ["address", "agency_id", "created_at", "id", "name", "number", "webhook_urls"]);
    let address = text(&workspace["address"]);
    let url = format!("https://hooks.example.com/public/smartlead-webhook/{address}");
    assert_eq!(workspace["webhook_urls"]["smartlead"], url);
    assert_eq!(workspace["agency_id"], agency["id"]);

    let shown = app.get(&format!("/v1/agencies/{}", text(&agency["id"])), ADMIN).await;
    assert_eq!(shown.body, agency);
    let listed = app.get("/v1/workspaces", ADMIN).await;
    assert_eq!(listed.body, json!({"data": [workspace], "next_cursor": null}), "the reserved workspace is not listed");
}

#[tokio::test]
async fn names_change_and_other_fields_are_refused() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let workspace = app.workspace(&agency, "Client").await;
    for (path, made) in [("agencies", &agency), ("workspaces", &workspace)] {
        let path = format!("/v1/{path}/{}", text(&made["id"]));
        let renamed = app.call(Method::PATCH, &path, ADMIN, Some(json!({"name": "New"}))).await;
        let mut expected = made.clone();
        expected["name"] = json!("New");
        assert_eq!((renamed.status, &renamed.body), (StatusCode::OK, &expected));
        assert_eq!(app.call(Method::PATCH, &path, ADMIN, Some(json!({}))).await.body, expected);
        for (body, field) in
            [(json!({"name": " "}), "name"), (json!({"name": "x", "id": "y"}), "id"), (json!({"name": 1}), "name")]
        {
            let refused = app.call(Method::PATCH, &path, ADMIN, Some(body)).await;
            assert_eq!((refused.problem(), &refused.body["field"]), ("invalid-request", &json!(field)));
        }
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_with_all_that_hangs_on_it() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let workspace = app.workspace(&agency, "Client").await;
    let key = app.key("workspace", Some(&workspace), "read").await;
    let path = format!("/v1/workspaces/{}", text(&workspace["id"]));
    assert_eq!(app.get(&path, &key).await.status, StatusCode::OK);
    let deleted = app.call(Method::DELETE, &format!("/v1/agencies/{}", text(&agency["id"])), ADMIN, None).await;
    assert_eq!((deleted.status, deleted.body), (StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(app.get(&path, ADMIN).await.problem(), "not-found");
    assert_eq!(app.get(&path, &key).await.problem(), "unauthorized");
}

#[tokio::test]
async fn addresses_are_exchanged_without_a_gap() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let workspace = app.workspace(&agency, "Client").await;
    for (sort, reach, made) in [("agencies", "global-", &agency), ("workspaces", "", &workspace)] {
        let path = format!("/v1/{sort}/{}/addresses", text(&made["id"]));
        let new = app.call(Method::POST, &path, ADMIN, None).await;
        assert_eq!((new.status, names(&new.body)), (StatusCode::CREATED, vec!["address", "created_at", "webhook_urls"]));
        let listed = app.get(&path, ADMIN).await;
        assert_eq!(listed.body["data"][0]["address"], made["address"]);
        assert_eq!(listed.body["data"][1], new.body);
        for address in [text(&made["address"]), text(&new.body["address"])] {
            let hook = format!("/public/{reach}smartlead-webhook/{address}");
            assert_eq!(app.call(Method::POST, &hook, "", Some(delivery(1))).await.status, StatusCode::OK);
            let revoke = format!("{path}/{address}");
            assert_eq!(app.call(Method::DELETE, &revoke, ADMIN, None).await.status, StatusCode::NO_CONTENT);
            assert_eq!(app.call(Method::DELETE, &revoke, ADMIN, None).await.problem(), "not-found");
            assert_eq!(app.call(Method::POST, &hook, "", Some(delivery(1))).await.problem(), "unknown-address");
        }
        let shown = app.get(&format!("/v1/{sort}/{}", text(&made["id"])), ADMIN).await;
        assert_eq!((&shown.body["address"], &shown.body["webhook_urls"]), (&Value::Null, &json!({})));
    }
}

#[tokio::test]
async fn an_address_is_only_found_under_its_owner() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let (one, two) = (app.workspace(&agency, "One").await, app.workspace(&agency, "Two").await);
    let path = format!("/v1/workspaces/{}/addresses/{}", text(&one["id"]), text(&two["address"]));
    assert_eq!(app.call(Method::DELETE, &path, ADMIN, None).await.problem(), "not-found");
}

#[tokio::test]
async fn a_keys_text_is_shown_once() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let body = json!({"scope": "agency", "agency_id": agency["id"], "role": "write", "name": "CRM"});
    let mut made = app.make("/v1/keys", body).await;
    let key = made.as_object_mut().and_then(|made| made.remove("key")).expect("a key");
    assert!(text(&key).starts_with("hk_") && text(&key).len() == 46, "{key}");
    assert_eq!(names(&made), ["agency_id", "created_at", "id", "name", "role", "scope", "workspace_id"]);
    let listed = app.get("/v1/keys", ADMIN).await;
    assert_eq!(listed.body, json!({"data": [made], "next_cursor": null}));
    let own = app.get("/v1/keys", text(&key)).await;
    assert_eq!(own.body, listed.body);
    let revoked = app.call(Method::DELETE, &format!("/v1/keys/{}", text(&made["id"])), text(&key), None).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("/v1/keys", text(&key)).await.problem(), "unauthorized");
}

#[tokio::test]
async fn keys_open_no_more_than_the_key_that_makes_them() {
    let app = App::new();
    let (agency, other) = (app.agency("Acme").await, app.agency("Other").await);
    let (own, foreign) = (app.workspace(&agency, "Client").await, app.workspace(&other, "Foreign").await);
    let key = app.key("agency", Some(&agency), "write").await;
    let (own, foreign, agency, other) = (&own["id"], &foreign["id"], &agency["id"], &other["id"]);
    let cases = [
        (json!({"scope": "workspace", "workspace_id": own}), 201, None),
        (json!({"scope": "workspace", "workspace_id": own, "agency_id": agency}), 201, None),
        (json!({"scope": "workspace", "workspace_id": own, "agency_id": other}), 400, Some("agency_id")),
        (json!({"scope": "workspace", "workspace_id": foreign}), 404, Some("workspace_id")),
        (json!({"scope": "workspace"}), 400, Some("workspace_id")),
        (json!({"scope": "workspace", "workspace_id": "x"}), 400, Some("workspace_id")),
        (json!({"scope": "agency", "agency_id": agency}), 201, None),
        (json!({"scope": "agency", "agency_id": other}), 404, Some("agency_id")),
        (json!({"scope": "agency", "agency_id": agency, "workspace_id": own}), 400, Some("workspace_id")),
        (json!({"scope": "installation"}), 403, None),
        (json!({"scope": "installation", "agency_id": agency}), 400, Some("agency_id")),
        (json!({"scope": "everything"}), 400, Some("scope")),
        (json!({}), 400, Some("scope")),
        (json!({"scope": "installation", "role": "admin"}), 400, Some("role")),
    ];
    for (mut body, status, field) in cases {
        for (name, value) in [("role", "read"), ("name", "x")] {
            body.as_object_mut().expect("an object").entry(name).or_insert(json!(value));
        }
        let answer = app.call(Method::POST, "/v1/keys", &key, Some(body.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.body["field"].as_str()), (status, field), "{body} {answer:?}");
    }
}

#[tokio::test]
async fn listings_are_paged_by_their_cursor() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    for number in 0..5 {
        app.workspace(&agency, &format!("W{number}")).await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = app.get(&format!("/v1/workspaces{query}"), ADMIN).await;
        seen.extend(page.body["data"].as_array().expect("a list").iter().map(|row| text(&row["name"]).to_owned()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        let elsewhere = app.get(&format!("/v1/agencies?cursor={cursor}"), ADMIN).await;
        assert_eq!((elsewhere.problem(), &elsewhere.body["field"]), ("invalid-request", &json!("cursor")));
        query = format!("?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["W0", "W1", "W2", "W3", "W4"]);
}
