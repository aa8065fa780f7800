//! What is refused, with SmartLead's statuses and in its words.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use hookline_store::Store;

use super::{Api, DELETE, GET, POST, PUT};
use crate::{limits::Limits, testing::App};

fn error(text: &str) -> Value {
    json!({"error": text})
}

fn message(text: &str) -> Value {
    json!({"message": text})
}

#[tokio::test]
async fn a_new_hook_is_refused_by_what_is_wrong_with_it() {
    let api = Api::new().await;
    let cases = [
        (json!({"webhook_url": null}), 422, error("webhook_url is required")),
        (json!({"association_type": null}), 422, error("association_type is required")),
        (json!({"association_type": "team"}), 400, message("\"association_type\" must be one of [user, client, campaign]")),
        (json!({"association_type": 4}), 400, message("\"association_type\" must be one of [user, client, campaign]")),
        (json!({"association_type": "client"}), 422, error("client_id is required")),
        (json!({"association_type": 2, "client_id": 5}), 404, error("Client not found - Invalid client_id.")),
        (json!({"association_type": 2, "client_id": "acme"}), 400, message("\"client_id\" must be a number")),
        (json!({"association_type": 3}), 422, error("email_campaign_id is required")),
        (json!({"association_type": 3, "email_campaign_id": 0}), 404, error("Campaign not found - Invalid campaign_id.")),
        (json!({"association_type": 3, "email_campaign_id": -1}), 400, message("\"email_campaign_id\" must be a number")),
        (json!({"webhook_url": 5}), 400, message("\"webhook_url\" must be a string")),
        (json!({"event_type_map": {"EMAIL_EATEN": true}}), 400, error("Invalid event_types - EMAIL_EATEN")),
        (json!({"event_type_map": ["EMAIL_REPLY"]}), 400, message("\"event_type_map\" must be of type object")),
        (json!({"event_type_map": {"EMAIL_REPLY": 7}}), 400, message("\"event_type_map.EMAIL_REPLY\" must be a boolean")),
        (
            json!({"event_type_map": {"EMAIL_REPLY": false}}),
            400,
            message("\"event_type_map\" must have at least 1 event that is true"),
        ),
        (json!({"event_types": []}), 400, message("\"event_types\" does not contain 1 required value(s)")),
        (json!({"event_types": [5]}), 400, error("Invalid event_types - 5")),
        (json!({"category_id_map": {"77": true}}), 400, error("Invalid category - 77")),
        (json!({"category_id_map": {"x": true}}), 400, error("Invalid category - x")),
        (json!({"category_id_map": {"1": true, "Interested": true}}), 400, error("Invalid category - Interested")),
        (json!({"category_id": 77}), 400, error("Invalid category - 77")),
        (json!({"category_id": "x"}), 400, error("Invalid category - x")),
        (json!({"categories": []}), 400, message("\"categories\" does not contain 1 required value(s)")),
        (json!({"categories": [""]}), 400, error("Invalid category - ")),
        (json!({"categories": [{"id": 1}]}), 400, error("Invalid category - {\"id\":1}")),
        (json!({"force_create": "maybe"}), 400, message("\"force_create\" must be a boolean")),
        (json!({"name": "a\nb"}), 400, message("\"name\" must not contain control characters")),
        (json!({"colour": "red"}), 400, message("\"colour\" is not allowed")),
    ];
    for (fields, status, body) in cases {
        let mut request = json!({
            "webhook_url": "https://receiver.example/hook", "association_type": "user", "event_type_map": {"EMAIL_REPLY": true},
        });
        request.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        assert_eq!(api.refused(POST, "/webhook/create", request).await, (status, body), "{fields}");
    }
    assert_eq!(api.app.store.directory().subscriptions().len(), 0);
}

#[tokio::test]
async fn a_url_that_nothing_may_be_sent_to_is_refused_with_the_reason() {
    let api = Api::new().await;
    let id = api.make(json!({})).await;
    for url in [
        "no url",
        "ftp://receiver.example/",
        "https://receiver.example/a\nb",
        "http://127.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/",
    ] {
        let body = json!({"webhook_url": url, "association_type": "user", "name": "x", "event_types": ["EMAIL_SENT"]});
        let mut campaign = body.clone();
        campaign.as_object_mut().expect("an object").remove("association_type");
        let update = json!({"webhook_url": url});
        for (method, path, body) in [
            (POST, "/webhook/create".to_owned(), body),
            (POST, "/campaigns/41/webhooks".to_owned(), campaign),
            (PUT, format!("/webhook/update/{id}"), update),
        ] {
            let (status, answer) = api.refused(method, &path, body).await;
            assert_eq!((status, &answer["error"]), (400, &json!(format!("Invalid webhook_url - {url}"))), "{path}");
            assert!(answer["detail"].is_string());
        }
    }
    let long = format!("https://receiver.example/{}", "x".repeat(5_000));
    let (_, answer) = api.refused(PUT, &format!("/webhook/update/{id}"), json!({"webhook_url": long})).await;
    assert!(answer.to_string().len() < 500, "no more is repeated than anybody needs");
}

#[tokio::test]
async fn a_campaigns_hook_is_refused_by_what_is_wrong_with_it() {
    let api = Api::new().await;
    let cases = [
        (json!({"name": null}), message("\"name\" is required")),
        (json!({"webhook_url": null}), message("\"webhook_url\" is required")),
        (json!({"event_types": null}), message("\"event_types\" is required")),
        (json!({"event_types": []}), message("\"event_types\" does not contain 1 required value(s)")),
        (json!({"event_types": ["EMAIL_EATEN"]}), error("Invalid event_types - EMAIL_EATEN")),
        (json!({"categories": []}), message("\"categories\" does not contain 1 required value(s)")),
        (json!({"categories": "Interested"}), message("\"categories\" must be an array")),
        (json!({"id": "x"}), message("\"id\" must be a number")),
        (json!({"association_type": "user"}), message("\"association_type\" is not allowed")),
    ];
    for (fields, body) in cases {
        let mut request = json!({"name": "x", "webhook_url": "https://receiver.example/hook", "event_types": ["EMAIL_SENT"]});
        request.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        assert_eq!(api.refused(POST, "/campaigns/41/webhooks", request).await, (400, body), "{fields}");
    }
    let no_campaign = (404, error("Campaign not found - Invalid campaign_id."));
    for campaign in ["x", "0", "-1", "99999999999999999999"] {
        assert_eq!(api.refused(POST, &format!("/campaigns/{campaign}/webhooks"), json!({})).await, no_campaign);
        assert_eq!(api.refused(GET, &format!("/campaigns/{campaign}/webhooks"), json!({})).await, no_campaign);
    }
    let period = |since: &str, until: &str| json!({"fromTime": since, "toTime": until});
    let path = "/campaigns/41/webhooks/retrigger-failed-events";
    let wrong = api.refused(POST, path, period("yesterday", "2026-02-12T00:00:00Z")).await;
    assert_eq!(wrong, (400, message("\"fromTime\" must be in ISO 8601 date format")));
    let wrong = api.refused(POST, path, period("2026-02-12T00:00:00Z", "2026-02-11T00:00:00Z")).await;
    assert_eq!(wrong, (400, message("\"toTime\" must be later than \"fromTime\"")));
    assert_eq!(api.refused(POST, path, json!({})).await, (400, message("\"fromTime\" is required")));
    let wrong = api.call(GET, "/campaigns/41/webhooks/summary?fromTime=x", None).await;
    assert_eq!((wrong.status.as_u16(), wrong.body), (400, message("\"fromTime\" must be in ISO 8601 date format")));
    assert_eq!(api.refused(DELETE, "/campaigns/41/webhooks", json!({})).await, (400, message("\"id\" is required")));
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_answered_alike() {
    let api = Api::new().await;
    let missing = (StatusCode::NOT_FOUND, error("Resource not found"));
    for (method, path) in [
        (GET, "/webhook"),
        (GET, "/webhooks"),
        (GET, "/nothing"),
        (GET, ""),
        (POST, "/webhook/5"),
        (PUT, "/webhook/create"),
        (Method::PATCH, "/campaigns/41/webhooks"),
        (Method::OPTIONS, "/webhook/create"),
    ] {
        let answer = api.call(method.clone(), path, None).await;
        assert_eq!((answer.status, answer.body), missing, "{method} {path}");
    }
    for (method, path) in [(GET, "/webhook/all"), (PUT, "/webhook/update/all"), (DELETE, "/webhook/delete/all")] {
        let answer = api.call(method, path, None).await;
        assert_eq!((answer.status.as_u16(), answer.body), (400, message("\"id\" must be a number")));
    }
    for (method, path) in [(GET, "/webhook/5"), (PUT, "/webhook/update/5"), (DELETE, "/webhook/delete/5")] {
        let answer = api.call(method, path, None).await;
        assert_eq!((answer.status, answer.body), missing);
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_in_the_same_form() {
    let app = App::with_limits(Limits { api_body_bytes_max: 1_000, ..Limits::default() });
    let api = Api::of(app).await;
    let send = async |content_type: &str, body: String| {
        let uri = format!("/api/v1/webhook/create?api_key={}", api.key);
        let request = Request::post(uri).header(header::CONTENT_TYPE, content_type).body(Body::from(body));
        let answer = api.app.send(request.expect("a request")).await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(answer.headers[header::CONNECTION], "close");
        assert!(answer.body["error"].is_string() || answer.body["message"].is_string(), "{answer:?}");
        answer.status.as_u16()
    };
    assert_eq!(send("application/json", "{".to_owned()).await, 400);
    assert_eq!(send("application/json", "[]".to_owned()).await, 400);
    assert_eq!(send("text/plain", "{}".to_owned()).await, 415);
    assert_eq!(send("application/json", format!("{{\"name\": \"{}\"}}", "x".repeat(1_000))).await, 413);
    assert_eq!(send("application/json; charset=utf-8", "{}".to_owned()).await, 422);
    // As one that is empty.
    let answer = api.call(POST, "/webhook/create", None).await;
    assert_eq!((answer.status.as_u16(), answer.body), (422, error("webhook_url is required")));
}
