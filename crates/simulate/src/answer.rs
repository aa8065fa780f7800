//! One request and what its answer means.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, Response, StatusCode, header};
use serde_json::Value;

use crate::Error;

/// The longest wait that a server can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A new event.
    Processed,
    /// An event that was there already.
    Duplicate,
    /// Kept, but no rule places it.
    Unrouted,
    /// Kept, to be applied later.
    Accepted,
    /// Kept and answered with 200, but it could not be read.
    Quarantined,
    /// Kept, but answered with 400 since it could not be read.
    Unreadable,
    /// Refused for good.
    Refused,
    /// Refused for now; with the wait that the server asks for.
    Later(Option<Duration>),
    /// No answer.
    None,
}

/// What an attempt came to, and of a batch that was taken each of its events.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    /// What it came to as a whole.
    pub(crate) whole: Answer,
    /// What each event came to, in their order; empty if that is not said.
    each: Vec<Answer>,
}

impl Answered {
    /// An answer that says nothing of single events.
    pub(crate) fn to_all(whole: Answer) -> Answered {
        Answered { whole, each: Vec::new() }
    }

    /// What the event at this place came to.
    pub(crate) fn of(&self, place: usize) -> Answer {
        self.each.get(place).copied().unwrap_or(self.whole)
    }
}

/// Posts a delivery.
pub(crate) async fn post(client: &Client, url: &str, body: Bytes) -> Answered {
    let request = client.post(url).header(header::CONTENT_TYPE, "application/json").body(body);
    match request.send().await {
        Ok(response) => read(response).await,
        Err(_) => Answered::to_all(Answer::None),
    }
}

async fn read(response: Response) -> Answered {
    let (status, wait) = (response.status(), retry_after(&response));
    // The body is read to its end, so that the connection can be used again.
    let Ok(body) = response.bytes().await else { return Answered::to_all(Answer::None) };
    meaning(status, wait, &body)
}

/// What the status and body of an answer mean.
fn meaning(status: StatusCode, wait: Option<Duration>, body: &[u8]) -> Answered {
    if status.is_success() {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let each = body["results"].as_array().map(|results| results.iter().map(taken).collect());
        return Answered { whole: taken(&body), each: each.unwrap_or_default() };
    }
    Answered::to_all(match status {
        StatusCode::BAD_REQUEST => Answer::Unreadable,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => Answer::Later(wait),
        _ if status.is_server_error() => Answer::Later(wait),
        _ => Answer::Refused,
    })
}

/// What a success says of a delivery, or of an event of a batch.
fn taken(result: &Value) -> Answer {
    match result["status"].as_str() {
        Some("duplicate") => Answer::Duplicate,
        Some("unrouted") => Answer::Unrouted,
        Some("accepted") => Answer::Accepted,
        Some("quarantined") => Answer::Quarantined,
        _ => Answer::Processed,
    }
}

/// The wait that the server asks for, in seconds.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// Looks whether an address is there, as platforms do before they save it.
///
/// # Errors
/// When it is not.
pub(crate) async fn probe(client: &Client, url: String) -> Result<(), Error> {
    match client.get(&url).send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(Error::NotReceived { status: response.status().as_u16(), url }),
        Err(error) => {
            // The cause at the bottom says it in plain words.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(source) = cause.source() {
                cause = source;
            }
            Err(Error::Unreachable { cause: cause.to_string(), url })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_the_contract_has_its_meaning() {
        let second = Some(Duration::from_secs(1));
        let cases = [
            (200, r#"{"status":"processed","event_id":"x"}"#, Answer::Processed),
            (200, r#"{"status":"duplicate","event_id":"x"}"#, Answer::Duplicate),
            (200, r#"{"status":"unrouted","event_id":"x"}"#, Answer::Unrouted),
            (200, r#"{"status":"accepted","event_id":"x"}"#, Answer::Accepted),
            (200, r#"{"status":"quarantined"}"#, Answer::Quarantined),
            (204, "", Answer::Processed),
            (400, "{}", Answer::Unreadable),
            (401, "{}", Answer::Refused),
            (404, "{}", Answer::Refused),
            (413, "{}", Answer::Refused),
            (415, "{}", Answer::Refused),
            (408, "{}", Answer::Later(second)),
            (429, "{}", Answer::Later(second)),
            (500, "", Answer::Later(second)),
            (503, "{}", Answer::Later(second)),
        ];
        for (status, body, expected) in cases {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(meaning(status, second, body.as_bytes()), Answered::to_all(expected), "{status} {body}");
        }
        let batch =
            br#"{"status":"processed","results":[{"status":"duplicate"},{"status":"quarantined"},{"status":"processed"}]}"#;
        let answered = meaning(StatusCode::OK, None, batch);
        let each = [Answer::Duplicate, Answer::Quarantined, Answer::Processed];
        assert_eq!([0, 1, 2].map(|place| answered.of(place)), each);
    }
}
