use std::collections::BTreeSet;

use http::{HeaderMap, StatusCode, header};

use crate::{
    problem::ProblemType,
    testing::{Answer, App},
};

/// A page's text, whose headers are as strict as they should be.
fn page(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    is_locked_up(&answer.headers);
    answer.body.as_str().expect("a text")
}

fn is_locked_up(headers: &HeaderMap) {
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii");
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    for (name, value) in
        [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::X_FRAME_OPTIONS, "DENY"), (header::REFERRER_POLICY, "no-referrer")]
    {
        assert_eq!(headers[&name], value);
    }
    assert!(!headers.contains_key(header::SET_COOKIE));
}

/// What a page refers to: the values of `href` and `src`.
fn references(page: &str) -> BTreeSet<&str> {
    let after = |mark: &'static str| page.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
    after("href=\"").chain(after("src=\"")).collect()
}

#[tokio::test]
async fn every_type_of_problem_has_a_page_that_tells_of_it() {
    let app = App::new();
    let listed = app.get("/docs/errors", "").await;
    let listed = page(&listed);
    for problem_type in ProblemType::ALL {
        let path = problem_type.path();
        assert!(references(listed).contains(path), "{path}");
        let answer = app.get(path, "").await;
        let text = page(&answer);
        let first_words = |text: &str| text.split(['&', '\'', '"', '<']).next().unwrap_or("").to_owned();
        for said in [problem_type.title(), problem_type.meaning(), problem_type.remedy()] {
            assert!(said.len() > 10 && text.contains(&first_words(said)), "{path}: {said}");
        }
        assert!(text.contains(problem_type.status().as_str()), "{path}");
        assert!(problem_type.meaning().ends_with('.') && problem_type.remedy().ends_with(['.', '?']), "{path}");
        assert!(!problem_type.meaning().contains("  ") && !problem_type.remedy().contains("  "), "{path}");
    }
    assert_eq!(references(listed).len(), ProblemType::ALL.len());
}

#[tokio::test]
async fn there_is_no_page_of_a_problem_that_is_none() {
    let app = App::new();
    for name in ["unheard", "Not-Found", "not-found/", "not-found.html", "%FF", "%3Cscript%3E", "..%2F..", ""] {
        let answer = app.get(&format!("/docs/errors/{name}"), "").await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "not-found"), "{name}");
        assert!(!answer.body.to_string().contains("script"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_problem_leads_to_its_page_on_every_listener() {
    let app = App::new();
    let refused = app.get("/v1/agencies", "").await;
    let path = refused.body["type"].as_str().expect("a type").to_owned();
    for router in [app.service.router(), app.service.router_public(), app.service.router_admin()] {
        let request = http::Request::get(&path).body(axum::body::Body::empty()).expect("a request");
        let answer = tower::ServiceExt::oneshot(router, request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_pages_of_the_api_load_only_what_is_here() {
    let app = App::new();
    let answer = app.get("/docs", "").await;
    let index = page(&answer);
    assert!(
        !index.contains("<style")
            && !index.contains("style=")
            && index.matches("<script").count() == index.matches("<script src=").count()
    );
    for reference in references(index) {
        if reference == "data:," {
            continue;
        }
        assert!(reference.starts_with('/') && !reference.starts_with("//"), "{reference}");
        let asset = app.get(reference, "").await;
        assert_eq!(asset.status, StatusCode::OK, "{reference}");
        is_locked_up(&asset.headers);
    }
    let bundle = app.get("/docs/assets/swagger-ui-bundle.js", "").await;
    assert_eq!(bundle.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(bundle.headers[header::CONTENT_ENCODING], "gzip");
    for name in ["index.html", "oauth2-redirect.html", "swagger-initializer.js", "..%2Fembed.rs", "%FF", "unheard"] {
        assert_eq!(app.get(&format!("/docs/assets/{name}"), "").await.problem(), "not-found", "{name}");
    }
}
