//! The body of a request to an API, whichever surface it is to.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::{
    problem::{Problem, ProblemType},
    service::Service,
};

/// Reads the body of an API request, in bounded time and memory.
pub(crate) async fn read(body: Body, service: &Service) -> Result<Bytes, Problem> {
    read_up_to(body, service, service.limits.api_body_bytes_max).await
}

/// The same for a body of at most so many bytes.
pub(crate) async fn read_up_to(body: Body, service: &Service, bytes_max: usize) -> Result<Bytes, Problem> {
    let reading = Limited::new(body, bytes_max).collect();
    match timeout(service.limits.body_timeout, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => Err(unread(&*error, bytes_max)),
        Err(_) => Err(Problem::new(ProblemType::BodyTimeout, "The body took too long. Send it again.").closing()),
    }
}

/// Why a body was not read.
fn unread(error: &(dyn std::error::Error + 'static), bytes_max: usize) -> Problem {
    let problem = if error.is::<LengthLimitError>() {
        Problem::new(ProblemType::BodyTooLarge, format!("The body of an API request has at most {bytes_max} bytes."))
    } else {
        Problem::new(ProblemType::IncompleteBody, "The body ended before its stated length. Send it again.")
    };
    problem.closing()
}
