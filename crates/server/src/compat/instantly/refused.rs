//! Every answer that is not a success: `{"statusCode", "error", "message"}`.

use std::borrow::Cow;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

use crate::problem::{Problem, ProblemType};

/// A refusal, ready to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    status: StatusCode,
    message: Cow<'static, str>,
    retry_after_s: Option<u32>,
    /// Whether there is the message only, as analytics have it.
    is_bare: bool,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Refused {
        Refused { status, message: message.into(), retry_after_s: None, is_bare: false }
    }

    /// Something of the request is wrong: which, in the words of the validator.
    pub(super) fn bad(message: impl Into<Cow<'static, str>>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<Cow<'static, str>>) -> Refused {
        Refused::new(StatusCode::NOT_FOUND, message)
    }

    /// Nothing has this id, or it is another workspace's.
    pub(super) fn absent() -> Refused {
        Refused::not_found("Resource not found")
    }

    /// The same with the message only, if it is a 400.
    pub(super) fn bare(self) -> Refused {
        Refused { is_bare: self.status == StatusCode::BAD_REQUEST, ..self }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'r> {
    status_code: u16,
    error: &'r str,
    message: &'r str,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = self.status.canonical_reason().unwrap_or("Error");
        let mut response = if self.is_bare {
            (self.status, Json(json!({"message": self.message}))).into_response()
        } else {
            let shape = Shape { status_code: self.status.as_u16(), error, message: &self.message };
            (self.status, Json(shape)).into_response()
        };
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        let message = match problem.field {
            Some(field) if problem.problem_type == ProblemType::InvalidRequest => format!("{field}: {}", problem.detail).into(),
            // Fastify's own words.
            _ if problem.problem_type == ProblemType::BodyTooLarge => "Request body is too large".into(),
            _ => problem.detail,
        };
        Refused { retry_after_s: problem.retry_after_s, ..Refused::new(problem.problem_type.status(), message) }
    }
}

impl From<hookline_store::Error> for Refused {
    fn from(error: hookline_store::Error) -> Refused {
        if let hookline_store::Error::TooMuch(_) = error {
            let message = "There is too much to add up; give a shorter period by start_date and end_date, or one campaign";
            return Refused::bad(message);
        }
        Problem::from(error).into()
    }
}
