//! Methods and media types: what is answered to those that an endpoint does not have.

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::{
    openapi,
    testing::{ADMIN, App},
};

/// Every path that is described, with nobody's ids in it, and its methods in upper case.
fn paths() -> Vec<(String, Vec<String>)> {
    let document: serde_json::Value = serde_json::from_slice(&openapi::bytes()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let methods = |item: &serde_json::Value| -> Vec<String> {
        let mut methods: Vec<String> =
            item.as_object().expect("a path").keys().map(|method| method.to_ascii_uppercase()).collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".to_owned());
        }
        methods.sort();
        methods
    };
    paths.map(|(path, item)| (path.clone(), methods(item))).collect()
}

fn allowed(headers: &HeaderMap) -> Vec<&str> {
    let mut allowed: Vec<&str> = headers[header::ALLOW].to_str().expect("ascii").split(',').map(str::trim).collect();
    allowed.sort_unstable();
    allowed
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_a_problem_that_names_those_it_has() {
    let app = App::new();
    for (path, methods) in paths() {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"] {
            if methods.iter().any(|has| has == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let answer = app.call(method.clone(), &path, ADMIN, None).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(allowed(&answer.headers), methods, "{method} {path}");
            if method != Method::HEAD {
                assert_eq!(answer.problem(), "method-not-allowed", "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn options_needs_no_key_and_names_the_methods() {
    let app = App::new();
    for (path, methods) in paths() {
        let answer = app.call(Method::OPTIONS, &path, "", None).await;
        assert_eq!(
            (answer.status, allowed(&answer.headers)),
            (StatusCode::NO_CONTENT, methods.iter().map(String::as_str).collect())
        );
        assert!(answer.body.is_null(), "{path}");
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{path} {answer:?}");
    }
    assert_eq!(app.call(Method::OPTIONS, "/v1/unheard", ADMIN, None).await.problem(), "not-found");
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let own = format!("/v1/agencies/{}", agency["id"].as_str().expect("an id"));
    let wrong = format!("{own}/addresses?limit=0");
    for path in ["/healthz", "/v1/agencies?limit=1", &own, &wrong, "/v1/unheard", "/nowhere", "/docs/errors", "/v1/openapi.json"]
    {
        let mut answers = Vec::new();
        for method in [Method::GET, Method::HEAD] {
            let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {ADMIN}"));
            let request = request.body(Body::empty()).expect("a request");
            let answer = app.router().oneshot(request).await.expect("an answer");
            let (parts, body) = answer.into_parts();
            answers.push((parts.status, parts.headers, body.collect().await.expect("a body").to_bytes()));
        }
        let [(get_status, get_headers, get_body), (status, headers, body)] = &answers[..] else { unreachable!("two answers") };
        assert_eq!(
            (status, headers[header::CONTENT_TYPE].clone()),
            (get_status, get_headers[header::CONTENT_TYPE].clone()),
            "{path}"
        );
        assert!(body.is_empty() && !get_body.is_empty(), "{path}");
        assert_eq!(headers[header::CONTENT_LENGTH], get_body.len().to_string(), "{path}");
    }
}

#[tokio::test]
async fn what_a_client_accepts_is_never_held_against_it() {
    let app = App::new();
    for (path, status) in [("/v1/agencies", 200), ("/v1/unheard", 404), ("/healthz", 200), ("/v1/openapi.json", 200)] {
        for accept in ["application/xml", "text/html;q=0.1", "image/png", "nonsense", "application/json;q=0"] {
            let request =
                Request::get(path).header(header::AUTHORIZATION, format!("Bearer {ADMIN}")).header(header::ACCEPT, accept);
            let answer = app.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {accept}");
            assert!(answer.headers[header::CONTENT_TYPE].to_str().is_ok_and(|text| text.contains("json")), "{path} {accept}");
        }
    }
}
