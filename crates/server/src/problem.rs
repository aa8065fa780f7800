//! Every answer that is not a success: problem details after RFC 9457.
//!
//! `type` is stable and names a page that says what caller and operator should do; `detail` says it for this request. Nothing of
//! the inside (texts of the disk, the database, a panic) gets into either.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Serialize, Serializer, ser::SerializeStruct};

macro_rules! problem_types {
    ($($(#[$doc:meta])* $variant:ident = $status:ident, $slug:literal, $title:literal;)*) => {
        /// The kinds of problem. Names are append-only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $($(#[$doc])* $variant,)*
        }

        impl ProblemType {
            /// Every type.
            pub const ALL: &'static [ProblemType] = &[$(ProblemType::$variant,)*];

            /// The name in the type's address and in metrics.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => $slug,)*
                }
            }

            /// A few words that are the same for every problem of this type.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(ProblemType::$variant => $title,)*
                }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self {
                    $(ProblemType::$variant => StatusCode::$status,)*
                }
            }
        }
    };
}

problem_types! {
    /// No valid address of this kind has this text.
    UnknownAddress = NOT_FOUND, "unknown-address", "This webhook address is not known";
    /// The platform is known, its webhooks cannot be read yet.
    PlatformNotReceived = NOT_FOUND, "platform-not-received", "This platform's webhooks cannot be received";
    /// The delivery could not be read; it is in quarantine.
    UnreadableDelivery = BAD_REQUEST, "unreadable-delivery", "The delivery could not be read";
    /// The body broke off.
    IncompleteBody = BAD_REQUEST, "incomplete-body", "The body broke off";
    /// The body did not arrive in time.
    BodyTimeout = REQUEST_TIMEOUT, "body-timeout", "The body took too long";
    /// The body is too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large";
    /// The head is too large.
    HeadTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "The head of the request is too large";
    /// The body is not JSON by its content type.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not supported";
    /// Too much at once: come again in a moment.
    Overloaded = SERVICE_UNAVAILABLE, "overloaded", "Too much at once";
    /// The disk is full.
    DiskFull = SERVICE_UNAVAILABLE, "disk-full", "The disk is full";
    /// The records are catching up with the log.
    RecordsBehind = SERVICE_UNAVAILABLE, "records-behind", "The records are catching up";
    /// The server is stopping.
    Stopping = SERVICE_UNAVAILABLE, "stopping", "The server is stopping";
    /// The store failed.
    StoreUnavailable = SERVICE_UNAVAILABLE, "store-unavailable", "The store is not available";
    /// The answer took too long.
    AnswerTimeout = SERVICE_UNAVAILABLE, "answer-timeout", "The answer took too long";
    /// A field or parameter of the request is wrong.
    InvalidRequest = BAD_REQUEST, "invalid-request", "The request is not valid";
    /// No valid key.
    Unauthorized = UNAUTHORIZED, "unauthorized", "A valid key is needed";
    /// The key may not do this.
    Forbidden = FORBIDDEN, "forbidden", "The key may not do this";
    /// Nothing is here, or nothing the key may see.
    NotFound = NOT_FOUND, "not-found", "Nothing is here";
    /// The path exists, the method does not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not allowed here";
    /// Somebody else changed the same thing.
    Conflict = CONFLICT, "conflict", "The change conflicts with another one";
    /// The first request under the same idempotency key is still running.
    RequestRunning = CONFLICT, "request-running", "The same request is still running";
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "The idempotency key belongs to another request";
    /// A fault of ours.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong here";
}

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

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Problem", 5)?;
        members.serialize_field("type", &format_args!("/docs/errors/{}", self.problem_type.slug()))?;
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
