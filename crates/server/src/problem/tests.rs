use http::StatusCode;
use serde_json::json;

use super::*;
use crate::testing::body_json;

#[tokio::test]
async fn a_problem_is_answered_as_rfc_9457_says() {
    let response = Problem::invalid("limit", "Give a number from 1 to 500.").into_response();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(
        body_json(response).await,
        json!({
            "type": "/docs/errors/invalid-request",
            "title": "The request is not valid",
            "status": 400,
            "detail": "Give a number from 1 to 500.",
            "field": "limit",
        })
    );
    let plain = body_json(Problem::not_found("contact").into_response()).await;
    assert!(plain.get("field").is_none(), "{plain}");
}

#[test]
fn failures_of_the_store_say_when_to_come_again_and_nothing_of_the_inside() {
    use hookline_store::{Error, TooMuch};
    let cases = [
        (Error::Overloaded("secret"), 503, Some(1)),
        (Error::DiskFull("secret".to_owned()), 503, Some(30)),
        (Error::Behind { folded: 1, committed: 2 }, 503, Some(1)),
        (Error::Closed, 503, Some(5)),
        (Error::Conflict("secret".to_owned()), 409, None),
        (Error::SearchOff, 400, None),
        (Error::TooMuch(TooMuch::Walked), 400, None),
        (Error::TooMuch(TooMuch::Answered), 400, None),
        (Error::Storage { attempted: "secret", cause: "secret".to_owned() }, 503, Some(5)),
    ];
    for (error, status, retry_after_s) in cases {
        let problem = Problem::from(error);
        assert_eq!((problem.problem_type.status().as_u16(), problem.retry_after_s), (status, retry_after_s), "{problem:?}");
        assert!(!problem.detail.contains("secret"), "{problem:?}");
        let response = problem.into_response();
        let header = response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().expect("ascii").to_owned());
        assert_eq!(header, retry_after_s.map(|seconds| seconds.to_string()));
    }
}

#[test]
fn names_of_problems_are_unique_and_fit_an_address() {
    let mut slugs: Vec<&str> = ProblemType::ALL.iter().map(|problem_type| problem_type.slug()).collect();
    assert!(slugs.iter().all(|slug| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), ProblemType::ALL.len());
}

#[test]
fn a_missing_key_is_told_the_scheme_and_an_unread_body_closes() {
    let response = Problem::new(ProblemType::Unauthorized, "").closing().into_response();
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    assert_eq!(response.headers()[header::CONNECTION], "close");
}
