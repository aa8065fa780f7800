//! Every answer that is not a success, in SmartLead's words: `message` for keys and for bodies that are not of the right form,
//! `error` for the rest.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::problem::{Problem, ProblemType};

/// How much of what was sent is repeated, in characters.
const SHOWN_MAX: usize = 200;

/// A refusal, ready to be answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
    /// When to come again, in seconds.
    retry_after_s: Option<u32>,
}

impl Refusal {
    fn new(status: StatusCode, body: Value) -> Refusal {
        Refusal { status, body, retry_after_s: None }
    }

    /// No valid key.
    pub(super) fn key() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, json!({"message": "Invalid API Key"}))
    }

    /// A valid key that may not do this.
    pub(super) fn forbidden(message: &str) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, json!({"message": message}))
    }

    /// A body that is not of the right form, in the words of SmartLead's validator: `"name" must be a string`.
    pub(super) fn form(field: &str, what: &str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, json!({"message": format!("\"{}\" {what}", short(field))}))
    }

    /// A field that the account level needs.
    pub(super) fn required(field: &str) -> Refusal {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, json!({"error": format!("{field} is required")}))
    }

    /// A value that cannot be: `Invalid event_types - EMAIL_EATEN`. `detail` says what could.
    pub(super) fn invalid(field: &str, value: &str, detail: Option<&str>) -> Refusal {
        let mut body = json!({"error": format!("Invalid {field} - {}", short(value))});
        if let Some(detail) = detail {
            body["detail"] = json!(detail);
        }
        Refusal::new(StatusCode::BAD_REQUEST, body)
    }

    /// A similar hook is there.
    pub(super) fn similar(id: u64) -> Refusal {
        let error = format!("A similar webhook already exists - {id}. Set force_create to true to create another one.");
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, json!({"error": error}))
    }

    /// Not there, or another account's.
    pub(super) fn not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, json!({"error": "Resource not found"}))
    }

    /// No campaign has such an id.
    pub(super) fn no_campaign() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, json!({"error": "Campaign not found - Invalid campaign_id."}))
    }

    /// No client has such an id.
    pub(super) fn no_client() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, json!({"error": "Client not found - Invalid client_id."}))
    }

    /// A fault of ours.
    pub(super) fn fault() -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, json!({"error": "Internal server error occurred"}))
    }
}

/// The beginning of a text that somebody sent.
fn short(text: &str) -> String {
    text.chars().take(SHOWN_MAX).collect()
}

/// What goes wrong in what all surfaces share.
impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        let status = problem.problem_type.status();
        let refusal = match (&problem.problem_type, &problem.field) {
            (ProblemType::Internal, _) => Refusal::fault(),
            (ProblemType::InvalidRequest, Some(field)) => {
                Refusal::new(status, json!({"error": format!("Invalid {field} - {}", problem.detail)}))
            }
            _ => Refusal::new(status, json!({"error": problem.detail})),
        };
        Refusal { retry_after_s: problem.retry_after_s, ..refusal }
    }
}

impl From<hookline_store::Error> for Refusal {
    fn from(error: hookline_store::Error) -> Refusal {
        Problem::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
