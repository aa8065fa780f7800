//! Every answer that is not a success: problem details after RFC 9457.
//!
//! `type` is stable and names a page that says what caller and operator should do, made from the table in [`types`]; `detail`
//! says it for this request. Nothing of the inside (texts of the disk, the database, a panic) gets into either.

mod types;

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeStruct};

pub use types::ProblemType;

/// A problem, ready to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub problem_type: ProblemType,
    /// What to do, for this request.
    pub detail: Cow<'static, str>,
    /// The field or parameter at fault.
    pub field: Option<Cow<'static, str>>,
    /// When to come again, in seconds.
    pub retry_after_s: Option<u32>,
    /// Whether the connection is closed behind the answer, because a body is left unread in it.
    pub closes: bool,
}

impl Problem {
    /// A problem of this type.
    #[must_use]
    pub fn new(problem_type: ProblemType, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem { problem_type, detail: detail.into(), field: None, retry_after_s: None, closes: false }
    }

    /// A 400 that names the field or parameter at fault.
    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem { field: Some(field.into()), ..Problem::new(ProblemType::InvalidRequest, detail) }
    }

    /// A fault of the server: what went wrong is in its log, and not in the answer.
    #[must_use]
    pub(crate) fn fault() -> Problem {
        Problem::new(ProblemType::Internal, "This is a fault of the server, written to its log. Repeating may help.")
    }

    /// A failure of the store whose conflicts are for the caller to read, such as that there are too many of something.
    pub(crate) fn told(error: hookline_store::Error) -> Problem {
        match error {
            hookline_store::Error::Conflict(why) => Problem::new(ProblemType::Conflict, why),
            error => error.into(),
        }
    }

    /// A 404 that names what is not there.
    #[must_use]
    pub fn not_found(what: &str) -> Problem {
        Problem::new(ProblemType::NotFound, format!("There is no such {what}, or the key may not see it. Check the id."))
    }

    /// The same, with a time to come again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }

    /// The same, closing the connection.
    #[must_use]
    pub fn closing(self) -> Problem {
        Problem { closes: true, ..self }
    }
}

/// A problem as it is written: RFC 9457.
#[derive(JsonSchema)]
#[schemars(rename = "Problem")]
#[expect(dead_code, reason = "describes what is written by hand below")]
pub(crate) struct ProblemShape {
    /// Which problem: a name that stays, and the path of the page that tells of it.
    #[schemars(extend("format" = "uri-reference"), example = &"/docs/errors/invalid-request")]
    r#type: String,
    /// A few words, the same for every problem of this type.
    #[schemars(example = &"The request is not valid")]
    title: String,
    /// The status of the answer.
    #[schemars(range(min = 400, max = 599), example = 400)]
    status: u16,
    /// What to do, for this request.
    #[schemars(example = &"Give a number from 1 to 500.")]
    detail: String,
    /// The field or parameter at fault, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"limit")]
    field: Option<String>,
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Problem", 5)?;
        members.serialize_field("type", &self.problem_type.path())?;
        members.serialize_field("title", self.problem_type.title())?;
        members.serialize_field("status", &self.problem_type.status().as_u16())?;
        members.serialize_field("detail", &self.detail)?;
        match &self.field {
            Some(field) => members.serialize_field("field", field)?,
            None => members.skip_field("field")?,
        }
        members.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Text and numbers only: this cannot fail, and an empty body would still carry the right status.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.problem_type.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.problem_type == ProblemType::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl From<hookline_store::Error> for Problem {
    /// A failure of the store is logged here, once, with its cause; the answer tells only what to do.
    fn from(error: hookline_store::Error) -> Problem {
        use hookline_store::{
            Error, TooMuch,
            stats::{STATS_ROWS_MAX, STATS_ROWS_WALKED_MAX},
        };
        match error {
            Error::Overloaded(_) => {
                Problem::new(ProblemType::Overloaded, "More arrives than can be written. Send it again in a moment.")
                    .retry_after(1)
            }
            Error::DiskFull(_) => {
                Problem::new(ProblemType::DiskFull, "The server's disk is full. Its operator must make room; then send it again.")
                    .retry_after(30)
            }
            Error::Behind { .. } => {
                Problem::new(ProblemType::RecordsBehind, "The records are catching up with the log. Ask again in a moment.")
                    .retry_after(1)
            }
            Error::Closed => {
                Problem::new(ProblemType::Stopping, "The server is stopping or starting. Send it again in a moment.")
                    .retry_after(5)
            }
            Error::Conflict(_) => Problem::new(
                ProblemType::Conflict,
                "It was changed by somebody else meanwhile. Read it again and repeat the change.",
            ),
            Error::SearchOff => {
                let detail = "Texts cannot be searched for in this server: its operator switched that off. Leave `q` out.";
                Problem::invalid("q", detail)
            }
            Error::TooMuch(TooMuch::Walked) => {
                let detail =
                    format!("One read adds up {STATS_ROWS_WALKED_MAX} rows at most. Narrow the period by since and until.");
                Problem::invalid("since", detail)
            }
            Error::TooMuch(TooMuch::Answered) => {
                let detail =
                    format!("One answer has {STATS_ROWS_MAX} rows at most. Narrow the period, or group by another thing.");
                Problem::invalid("by", detail)
            }
            Error::Storage { attempted, cause } => {
                tracing::error!(attempted, cause, "the store failed");
                Problem::new(ProblemType::StoreUnavailable, "The store does not answer as it should. Send it again in a moment.")
                    .retry_after(5)
            }
        }
    }
}

#[cfg(test)]
mod tests;
