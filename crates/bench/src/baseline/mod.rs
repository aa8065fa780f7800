//! The baselines: frozen programs to compare with, on Hookline's own accept loop and HTTP settings.
//!
//! Each is as simple and as quick as it can honestly be. They are not tuned along with the product: what they do is what makes
//! figures of different days and machines comparable.

mod append;
mod commit;
mod queue;

use std::{fmt, path::Path, str::FromStr, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use hookline_model::{event::Event, platform::Platform, time::Millis};
use hookline_platforms::{Delivery, Parser, parser};
use hookline_server::Limits;
use http_body_util::BodyExt;
use serde_json::json;
use tokio::{
    net::TcpListener,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use self::queue::Queue;
use crate::Error;

/// A baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Reads the body and parses it with the platform's parser; keeps nothing.
    Parse,
    /// Reads the body and appends it to a bare file; one `fdatasync` for all that wait, then all are answered.
    Append,
    /// Parses the body and updates three indexed SQLite tables, with one commit per event and a full sync.
    Commit,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Baseline; 3] = [Baseline::Parse, Baseline::Append, Baseline::Commit];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Baseline::Parse => "parse",
            Baseline::Append => "append",
            Baseline::Commit => "commit",
        }
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Baseline {
    type Err = Error;

    fn from_str(text: &str) -> Result<Baseline, Error> {
        Baseline::ALL
            .into_iter()
            .find(|baseline| baseline.name() == text)
            .ok_or_else(|| Error::Options(format!("{text} is no baseline: give parse, append or commit")))
    }
}

/// What a baseline's handlers share.
struct Program {
    limits: Limits,
    parser: &'static dyn Parser,
    /// Stands for the time of receipt, by which the parser judges stated times.
    now: Millis,
    keep: Keep,
}

/// What becomes of a body.
enum Keep {
    Nothing,
    Bytes(Queue<Vec<u8>>),
    Rows(Queue<(Event, Vec<u8>)>),
}

/// Serves a baseline until `stop`. It keeps what it keeps in `folder`, which is there and empty.
///
/// # Errors
/// When its file cannot be made, or the listener is not one.
pub async fn serve(
    baseline: Baseline,
    folder: &Path,
    listener: TcpListener,
    now: Millis,
    stop: CancellationToken,
) -> Result<(), Error> {
    let parser = parser(Platform::Smartlead).ok_or_else(|| Error::Failed("there is no parser for SmartLead".to_owned()))?;
    let keep = match baseline {
        Baseline::Parse => Keep::Nothing,
        Baseline::Append => Keep::Bytes(append::open(&folder.join("bodies"))?),
        Baseline::Commit => Keep::Rows(commit::open(&folder.join("rows.db"))?),
    };
    let limits = Limits::default();
    let program = Arc::new(Program { limits: limits.clone(), parser, now, keep });
    let router = Router::new().route("/public/{hook}/{address}", post(deliver)).with_state(program);
    hookline_server::serve(listener, router, &limits, stop).await.map_err(|error| Error::failed("serve", error))
}

async fn deliver(State(program): State<Arc<Program>>, request: Request) -> Response {
    match program.take(request.into_body()).await {
        Ok(id) => Json(json!({"status": "processed", "event_id": id})).into_response(),
        Err((status, text)) => (status, text).into_response(),
    }
}

impl Program {
    async fn take(&self, body: Body) -> Result<String, (StatusCode, String)> {
        let deadline = Instant::now() + self.limits.body_timeout;
        let body = timeout_at(deadline, read(body, self.limits.body_bytes_max)).await;
        let body = body.unwrap_or_else(|_| Err((StatusCode::REQUEST_TIMEOUT, "too slow".to_owned())))?;
        match &self.keep {
            Keep::Nothing => Ok(self.parse(&body)?.id.to_string()),
            Keep::Bytes(queue) => queue.keep(body).await.map(|number| number.to_string()),
            Keep::Rows(queue) => {
                let event = self.parse(&body)?;
                let id = event.id.to_string();
                queue.keep((event, body)).await.map(|_| id)
            }
        }
    }

    fn parse(&self, body: &[u8]) -> Result<Event, (StatusCode, String)> {
        let parsed = self.parser.parse(&Delivery::new(body, self.now));
        parsed.map(|parsed| parsed.event).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
    }
}

/// Reads a body into one piece, as the receiving addresses do.
async fn read(mut body: Body, bytes_max: usize) -> Result<Vec<u8>, (StatusCode, String)> {
    let stated = axum::body::HttpBody::size_hint(&body).lower();
    let mut kept = Vec::with_capacity(usize::try_from(stated).unwrap_or(bytes_max).min(bytes_max));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
        if let Ok(chunk) = frame.into_data() {
            if kept.len() + chunk.len() > bytes_max {
                return Err((StatusCode::PAYLOAD_TOO_LARGE, "too large".to_owned()));
            }
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests;
