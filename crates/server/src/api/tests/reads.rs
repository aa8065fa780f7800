//! Events and records as they are asked for, and what is answered where nothing is.

use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testing::{ADMIN, App, body_json, delivery, text};

#[tokio::test]
async fn an_event_has_the_shape_of_the_contract() {
    let app = App::new();
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let hook = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
    let kept = app.call(Method::POST, &hook, "", Some(delivery(1))).await;
    let path = format!("/v1/workspaces/{}/events/{}", text(&workspace["id"]), text(&kept.body["event_id"]));
    let mut event = app.get(&path, ADMIN).await.body;
    let data = event["data"].take();
    let email_id = event["email_id"].take();
    assert_eq!(
        event,
        json!({
            "id": kept.body["event_id"], "kind": "email.sent", "platform": "smartlead", "account": null, "origin": "live",
            "occurred_at": "2026-02-11T08:03:27.000Z", "time_source": "stated", "received_at": event["received_at"],
            "duplicates": {"count": 0, "last_at": null}, "workspace_id": workspace["id"], "contact_email": "jo@lead.example",
            "contact_id": null, "campaign_id": null, "platform_campaign_id": "41", "campaign_name": "Spring", "email_id": null,
            "sending_account": "us@sender.example", "data": null,
        })
    );
    assert!(email_id.is_string() && data["subject"] == "Hello" && data["sequence_number"] == 1, "{data}");
    let with_raw = app.get(&format!("{path}?include=raw"), ADMIN).await;
    assert_eq!(
        (&with_raw.body["raw"]["stats_id"], &with_raw.body["raw"]["secret_key"]),
        (&json!("stats-1"), &json!("*********"))
    );
    assert_eq!(app.get(&format!("{path}?include=all"), ADMIN).await.body["field"], "include");
    let listed = app.get(&format!("/v1/workspaces/{}/events", text(&workspace["id"])), ADMIN).await;
    assert_eq!((&listed.body["data"][0]["id"], listed.body["data"][0].get("raw")), (&kept.body["event_id"], None));
}

#[tokio::test]
async fn filters_reach_the_store_and_wrong_ones_are_named() {
    let app = App::new();
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let id = text(&workspace["id"]);
    let right = [
        (
            "events?kind=email.replied&platform=smartlead&since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00+00:00",
            "kind: Some(EmailReplied), platform: Some(Smartlead), contact: None, campaign: None, \
             since: Some(Millis(1767225600000)), until: Some(Millis(1769904000000))",
        ),
        (
            "events?contact=JO@x.example&campaign_id=41&limit=7",
            "contact: Some(Email(\"jo@x.example\")), campaign: Some(PlatformId(\"41\")), since: None, until: None } \
             PageRequest { limit: 7, after: None }",
        ),
        (
            "contacts?email=JO@x.example&status=replied&interest=not_interested&tag=a&list=b&q=c",
            "email: Some(\"jo@x.example\"), status: Some(\"replied\"), interest: Some(NotInterested), tag: Some(\"a\"), \
             list: Some(\"b\"), q: Some(\"c\")",
        ),
        ("campaigns?platform=lemlist&status=ACTIVE", "platform: Some(Lemlist), status: Some(\"ACTIVE\")"),
        (
            "emails?direction=inbound&status=received",
            "inbound: Some(true), contact: None, campaign: None, status: Some(\"received\")",
        ),
        (
            "events?q=crane+%22hire+now%22*&kind=email.sent&limit=7",
            "SearchQuery { terms: [SearchTerm { text: \"crane\", is_prefix: false }, SearchTerm { text: \"hire now\", is_prefix: \
             true }] } EventFilter { kind: Some(EmailSent), platform: None",
        ),
        (
            "emails?q=crane&direction=inbound&contact=JO@x.example&limit=7",
            "(SearchQuery { terms: [SearchTerm { text: \"crane\", is_prefix: false }] }, EmailFilter { inbound: Some(true), \
             contact: Some(Email(\"jo@x.example\")), campaign: None, status: None }) PageRequest { limit: 7, after: None }",
        ),
        ("emails?direction=outbound&cursor=", "inbound: Some(false), contact: None, campaign: None, status: None"),
    ];
    for (path, expected) in right {
        let answer = app.get(&format!("/v1/workspaces/{id}/{path}"), ADMIN).await;
        assert_eq!(answer.body["next_cursor"], Value::Null, "{path} {answer:?}");
        assert!(app.store.asked().contains(expected), "{path}: {}", app.store.asked());
        assert!(app.store.asked().starts_with(id));
    }
    let wrong = [
        "events?kind=email.eaten",
        "events?platform=outlook",
        "events?since=yesterday",
        "events?until=2026-13-01T00:00:00Z",
        "events?contact=jo",
        "events?limit=0",
        "events?limit=501",
        "events?limit=x",
        "events?cursor=x",
        "events?kind=",
        "contacts?status=happy",
        "contacts?interest=some",
        "contacts?email=jo",
        "events?q=",
        "events?q=%20-%20",
        "events?q=ab*",
        "emails?q=%22%22",
        "emails?q=a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t+u",
        "emails?direction=up",
        "emails?status=new",
        "campaigns?platform=x",
    ];
    for path in wrong {
        let answer = app.get(&format!("/v1/workspaces/{id}/{path}"), ADMIN).await;
        let field = path.split(['?', '=']).nth(1).expect("a parameter");
        assert_eq!((answer.problem(), &answer.body["field"]), ("invalid-request", &json!(field)), "{path}");
    }
}

#[tokio::test]
async fn only_a_search_says_how_far_it_is() {
    let app = App::new();
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let path = |rest: &str| format!("/v1/workspaces/{}/{rest}", text(&workspace["id"]));
    let before = app.get(&path("events?q=hello"), ADMIN).await;
    assert_eq!((&before.body["as_of"], before.headers.get("search-as-of")), (&Value::Null, None));
    assert!(before.body.as_object().is_some_and(|members| members.contains_key("as_of")), "{before:?}");
    let hook = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
    app.call(Method::POST, &hook, "", Some(delivery(1))).await;
    let found = app.get(&path("events?q=hello"), ADMIN).await;
    let received_at = found.body["data"][0]["received_at"].clone();
    assert!(received_at.is_string());
    assert_eq!(found.body["as_of"], received_at);
    assert_eq!(found.headers["search-as-of"], text(&received_at));
    let lines = app.get(&path("events?q=hello&format=jsonl&download=1"), ADMIN).await;
    assert_eq!(lines.headers["content-type"], "application/jsonl");
    assert_eq!(lines.headers["search-as-of"], text(&received_at));
    let listed = app.get(&path("events"), ADMIN).await;
    assert_eq!((listed.body.get("as_of"), listed.headers.get("search-as-of")), (None, None));
    app.store.fail(Some(hookline_store::Error::SearchOff));
    for list in ["events", "emails"] {
        let off = app.get(&path(&format!("{list}?q=hello")), ADMIN).await;
        assert_eq!((off.status, off.problem(), off.problem_field()), (StatusCode::BAD_REQUEST, "invalid-request", Some("q")));
        assert!(text(&off.body["detail"]).contains("switched that off"), "{off:?}");
    }
}

#[tokio::test]
async fn where_nothing_is_there_is_a_problem() {
    let app = App::new();
    for path in ["/", "/v1", "/v1/unheard", "/public", "/public/a", "/public/a/b/c", "/v1/agencies/"] {
        let answer = app.get(path, ADMIN).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "not-found"), "{path}");
    }
    for (method, path) in [(Method::PUT, "/v1/agencies"), (Method::POST, "/healthz"), (Method::DELETE, "/v1/workspaces")] {
        let answer = app.call(method, path, ADMIN, None).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"), "{path}");
        assert!(answer.headers.contains_key("allow"), "{path}");
    }
    let bad_path = app.get("/v1/workspaces/%FF", ADMIN).await;
    assert_eq!((bad_path.status, bad_path.problem()), (StatusCode::BAD_REQUEST, "invalid-request"));
    assert_eq!(app.get("/v1/workspaces/nonsense", ADMIN).await.problem(), "not-found");
    app.store.panic();
    let panicked = app.call(Method::POST, "/v1/agencies", ADMIN, Some(json!({"name": "x"}))).await;
    assert_eq!((panicked.status, panicked.problem()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
}

#[tokio::test]
async fn health_follows_the_store_and_metrics_are_rendered() {
    let app = App::new();
    assert_eq!(app.get("/healthz", "").await.body, json!({"status": "ok"}));
    assert_eq!(app.get("/readyz", "").await.body, json!({"status": "ok"}));
    assert_eq!(app.get("/metrics", "").await.problem(), "not-found");
    app.store.fail(Some(hookline_store::Error::Closed));
    assert_eq!(app.get("/healthz", "").await.status, StatusCode::OK);
    assert_eq!(app.get("/readyz", "").await.status, StatusCode::SERVICE_UNAVAILABLE);

    let mut service = Arc::into_inner(app.service).expect("nobody else has it");
    service.metrics = Some(Arc::new(|| "hookline_up 1\n".to_owned()));
    let router = Arc::new(service).router();
    // The store fails still: what it can tell without reading is told all the same.
    let answer = router.oneshot(Request::get("/metrics").body(Body::empty()).expect("a request")).await.expect("an answer");
    assert!(answer.headers()["content-type"].to_str().is_ok_and(|text| text.starts_with("text/plain; version=0.0.4")));
    assert_eq!((answer.status(), body_json(answer).await), (StatusCode::OK, json!("hookline_up 1\n")));
}

#[tokio::test]
async fn the_two_surfaces_can_be_had_apart() {
    let app = App::new();
    let cases =
        [("/healthz", 200, 200), ("/readyz", 404, 200), ("/v1/agencies", 404, 401), ("/public/smartlead-webhook/x", 404, 404)];
    for (path, public, admin) in cases {
        for (router, status) in [(app.service.router_public(), public), (app.service.router_admin(), admin)] {
            let answer = router.oneshot(Request::get(path).body(Body::empty()).expect("a request")).await.expect("an answer");
            assert_eq!(answer.status().as_u16(), status, "{path}");
        }
    }
}
