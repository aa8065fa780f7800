//! A write under an idempotency key: once, and answered alike.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use hookline_store::Error;

use crate::{
    limits::Limits,
    testing::{ADMIN, Answer, App, text},
};

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// Makes an agency under a key.
async fn make(app: &App, key: &str, name: &str) -> Answer {
    app.call_once(Method::POST, "/v1/agencies", ADMIN, key, Some(json!({"name": name}))).await
}

fn agencies(app: &App) -> usize {
    use hookline_store::Store;
    app.store.directory().agencies().len()
}

#[tokio::test]
async fn a_repetition_gets_the_answer_and_changes_nothing() {
    let app = App::new();
    let first = make(&app, "k-1", "Acme").await;
    assert_eq!((first.status, is_replayed(&first)), (StatusCode::CREATED, false));
    for _ in 0..2 {
        let again = make(&app, "k-1", "Acme").await;
        assert_eq!((again.status, is_replayed(&again), &again.body), (StatusCode::CREATED, true, &first.body));
        assert_eq!(again.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(again.headers[header::CACHE_CONTROL], "no-store");
    }
    assert_eq!(agencies(&app), 1);
    let other = make(&app, "k-1", "Other").await;
    assert_eq!((other.status, other.problem()), (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"));
    assert_eq!(other.body["field"], "Idempotency-Key");
    assert_eq!(make(&app, "k-2", "Other").await.status, StatusCode::CREATED);
    assert_eq!(make(&app, "K-1", "Acme").await.status, StatusCode::CREATED, "case tells keys apart");
    assert_eq!(agencies(&app), 3);
}

#[tokio::test]
async fn a_deletion_can_be_repeated_though_nothing_is_there_any_more() {
    let app = App::new();
    let path = format!("/v1/agencies/{}", text(&app.agency("Acme").await["id"]));
    for replayed in [false, true] {
        let deleted = app.call_once(Method::DELETE, &path, ADMIN, "k", None).await;
        assert_eq!((deleted.status, is_replayed(&deleted), &deleted.body), (StatusCode::NO_CONTENT, replayed, &Value::Null));
        assert!(!deleted.headers.contains_key(header::CONTENT_TYPE), "{deleted:?}");
    }
    assert_eq!(app.call_once(Method::DELETE, &path, ADMIN, "other", None).await.problem(), "not-found");
}

#[tokio::test]
async fn a_refusal_that_comes_of_the_first_try_is_answered_as_the_first_time() {
    let app = App::new();
    let path = format!("/v1/agencies/{}", text(&app.agency("Acme").await["id"]));
    assert_eq!(app.call_once(Method::DELETE, &path, ADMIN, "k", None).await.status, StatusCode::NO_CONTENT);
    app.store.delay_answer();
    let again = app.call_once(Method::DELETE, &path, ADMIN, "k", None).await;
    assert_eq!((again.status, is_replayed(&again)), (StatusCode::NO_CONTENT, true), "{again:?}");
    app.store.delay_answer();
    let other = app.call_once(Method::DELETE, &path, ADMIN, "k", Some(json!({}))).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
}

#[tokio::test]
async fn keys_of_callers_methods_and_paths_are_apart() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let workspace = app.workspace(&agency, "Client").await;
    let keys =
        [ADMIN.to_owned(), app.key("agency", Some(&agency), "write").await, app.key("agency", Some(&agency), "write").await];
    let own = format!("/v1/workspaces/{}", text(&workspace["id"]));
    let requests = [
        (Method::POST, format!("{own}/addresses")),
        (Method::POST, format!("/v1/agencies/{}/workspaces", text(&agency["id"]))),
        (Method::PATCH, format!("/v1/agencies/{}", text(&agency["id"]))),
        (Method::PATCH, own),
    ];
    for replayed in [false, true] {
        for key in &keys {
            for (method, path) in &requests {
                let answer = app.call_once(method.clone(), path, key, "same", Some(json!({"name": "x"}))).await;
                assert!(answer.status.is_success(), "{method} {path} {answer:?}");
                assert_eq!(is_replayed(&answer), replayed, "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_refused_can_be_sent_again_under_its_key() {
    let app = App::new();
    assert_eq!(make(&app, "k", " ").await.problem(), "invalid-request");
    app.store.fail(Some(Error::Overloaded("the log")));
    let overloaded = app.call_once(Method::POST, "/v1/agencies", ADMIN, "k", Some(json!({"name": "x"}))).await;
    assert_eq!(overloaded.problem(), "overloaded");
    app.store.fail(None);
    let made = make(&app, "k", "Acme").await;
    assert_eq!((made.status, is_replayed(&made)), (StatusCode::CREATED, false));
}

#[tokio::test]
async fn the_text_of_a_key_is_not_kept() {
    let app = App::new();
    let body = json!({"scope": "installation", "role": "write", "name": "CRM"});
    let made = app.call_once(Method::POST, "/v1/keys", ADMIN, "k", Some(body.clone())).await;
    let secret = text(&made.body["key"]).to_owned();
    let again = app.call_once(Method::POST, "/v1/keys", ADMIN, "k", Some(body)).await;
    assert!(is_replayed(&again), "{again:?}");
    let mut expected = made.body.clone();
    expected["key"] = Value::Null;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &expected));
    let kept = app.store.answers();
    assert_eq!(kept.len(), 1);
    assert!(!String::from_utf8_lossy(&kept[0].body).contains(&secret));
    assert_eq!(app.get("/v1/keys", &secret).await.status, StatusCode::OK, "the key that was shown is the one that was made");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_before_anything_is_done() {
    let app = App::new();
    for key in ["", " ", "a b", &"x".repeat(256)] {
        let refused = make(&app, key, "Acme").await;
        assert_eq!((refused.status, refused.problem()), (StatusCode::BAD_REQUEST, "invalid-request"), "{key:?}");
        assert_eq!(refused.body["field"], "Idempotency-Key", "{key:?}");
    }
    let twice = Request::post("/v1/agencies").header(header::AUTHORIZATION, format!("Bearer {ADMIN}"));
    let twice = twice.header("idempotency-key", "a").header("idempotency-key", "a").body(Body::from("{\"name\":\"x\"}"));
    assert_eq!(app.send(twice.expect("a request")).await.body["field"], "Idempotency-Key");
    let nobody = app.call_once(Method::POST, "/v1/agencies", "hk_wrong", "a b", None).await;
    assert_eq!(nobody.problem(), "unauthorized");
    let read = app.call_once(Method::GET, "/v1/agencies", ADMIN, "a b", None).await;
    assert_eq!(read.status, StatusCode::OK, "reads need no key and look at none");
    assert_eq!(agencies(&app), 0);
}

#[tokio::test]
async fn bodies_are_bounded_under_a_key_too() {
    let app = App::with_limits(Limits { api_body_bytes_max: 40, ..Limits::default() });
    let large = make(&app, "k", &"x".repeat(100)).await;
    assert_eq!((large.status, large.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    assert_eq!(make(&app, "k", "Acme").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_query_is_part_of_what_is_sent() {
    let app = App::new();
    assert_eq!(make(&app, "k", "Acme").await.status, StatusCode::CREATED);
    let path = "/v1/agencies?name=x";
    let other = app.call_once(Method::POST, path, ADMIN, "k", Some(json!({"name": "Acme"}))).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
}
