//! `POST /public/{hook}/{address}`: one delivery, kept before it is answered.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use metrics::histogram;
use serde_json::json;
use tokio::time::Instant;

use hookline_model::{
    id::{EventId, QuarantineId},
    source::Ack,
    time::Millis,
};
use hookline_platforms::{Parsed, redact_text::redact_text};
use hookline_store::{Append, Appended, Error, Quarantined, directory::AddressOwner, routing::Delivered};

use crate::{
    chance::uuid_v7,
    metrics::INGEST_SECONDS,
    problem::{Problem, ProblemType},
    reading,
    receive::{
        body::{self, ReadError},
        door::Door,
        mask, proof,
    },
    routing,
    service::Service,
};

/// The status of a delivery that is in quarantine, in metrics.
const QUARANTINED: &str = "quarantined";

/// What became of a delivery.
enum Outcome {
    /// In the log, with the status that says how.
    Kept { status: &'static str, event_id: EventId },
    /// In quarantine, and how that is answered.
    Quarantined(Problem, Ack),
    /// Refused: nothing of it is kept, the refusal is listed.
    Refused(Problem),
}

pub(super) async fn deliver(State(service): State<Arc<Service>>, door: Door, request: Request) -> Response {
    let started = Instant::now();
    match receive(&service, &door, request, started).await {
        Outcome::Kept { status, event_id } => {
            door.visitor.count(status);
            histogram!(INGEST_SECONDS).record(started.elapsed().as_secs_f64());
            Json(json!({"status": status, "event_id": event_id})).into_response()
        }
        Outcome::Quarantined(problem, ack) => {
            door.visitor.count(QUARANTINED);
            histogram!(INGEST_SECONDS).record(started.elapsed().as_secs_f64());
            match ack {
                Ack::Strict => problem.into_response(),
                Ack::Always => Json(json!({"status": QUARANTINED})).into_response(),
            }
        }
        Outcome::Refused(problem) => door.visitor.refuse(&service, problem),
    }
}

/// The way of a delivery. What its body takes stays reserved until this returns, that is until the answer is known.
async fn receive(service: &Service, door: &Door, request: Request, started: Instant) -> Outcome {
    let (head, body) = request.into_parts();
    let rule = match proof::rule(service, door) {
        Ok(rule) => rule,
        Err(problem) => return Outcome::Refused(problem),
    };
    if let Err(problem) = acceptable(&head.headers, service.limits.body_bytes_max) {
        return Outcome::Refused(problem.closing());
    }
    let mut reservation = service.bodies.reserve(door.workspace);
    let deadline = started + service.limits.body_timeout;
    let mut body = match body::read(body, service.limits.body_bytes_max, deadline, &mut reservation).await {
        Ok(body) => body,
        Err(error) => return Outcome::Refused(unread(service, error)),
    };
    let received_at = service.clock.now();
    if let Some(rule) = &rule {
        if let Err(problem) = proof::prove(service, door, rule, &head, &body, received_at) {
            return Outcome::Refused(problem);
        }
        // Before parsing, so that no parser takes the secret for something to keep.
        rule.blank(&mut body);
    }
    let parsed = reading::read(door.parser, &body, received_at);
    // In place and only after parsing, so that there is one copy and the parser may look at the secret.
    door.parser.redact(&mut body);
    match parsed {
        Ok(parsed) => keep(service, door, parsed, received_at, body).await,
        Err(reason) => {
            // By the letter too: what could not be read may be no JSON, or have its secret where nobody expects it.
            redact_text(&mut body, door.parser.secret_fields());
            let headers = mask::headers(&head.headers, &door.token, rule.as_deref());
            quarantine(service, door, reason, headers, received_at, body).await
        }
    }
}

/// What the head says against reading the body.
fn acceptable(headers: &HeaderMap, body_bytes_max: usize) -> Result<(), Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    if !content_type.is_none_or(is_json) {
        let detail = "Send JSON, with the content type application/json.";
        return Err(Problem::new(ProblemType::UnsupportedMediaType, detail));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > body_bytes_max as u64) {
        return Err(too_large(body_bytes_max));
    }
    Ok(())
}

/// Whether a content type is JSON: `application/json`, or any type ending in `+json`.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

fn too_large(body_bytes_max: usize) -> Problem {
    Problem::new(
        ProblemType::BodyTooLarge,
        format!("A delivery has at most {body_bytes_max} bytes. Its operator can raise the limit of the server."),
    )
}

/// Why a body was not read, as an answer. The rest of it is still on its way, so the connection goes.
fn unread(service: &Service, error: ReadError) -> Problem {
    let problem = match error {
        ReadError::TooLarge => too_large(service.limits.body_bytes_max),
        ReadError::Timeout => Problem::new(
            ProblemType::BodyTimeout,
            format!("The body must be here {} s after its head. Send it again.", service.limits.body_timeout.as_secs()),
        ),
        ReadError::NoRoom => {
            let detail = "More bodies are on their way than the server has memory for. Send it again in a moment.";
            Problem::new(ProblemType::Overloaded, detail).retry_after(1)
        }
        ReadError::BrokeOff => {
            Problem::new(ProblemType::IncompleteBody, "The body ended before its stated length. Send it again.")
        }
    };
    problem.closing()
}

async fn keep(service: &Service, door: &Door, parsed: Parsed, received_at: Millis, raw: Vec<u8>) -> Outcome {
    let origin = reading::origin(&parsed.event);
    let Parsed { event, claim } = parsed;
    let delivery = Append { workspace: door.workspace, event, claim, origin, received_at, raw };
    let delivered = match door.owner {
        AddressOwner::Agency(agency) => routing::deliver(service, agency, delivery).await,
        AddressOwner::Workspace(workspace) => {
            let appended = service.store.append(delivery).await;
            appended.map(|appended| Delivered { appended, workspace: Some(workspace) })
        }
    };
    match delivered {
        Ok(Delivered { appended: Appended { event_id, duplicate }, workspace }) => {
            let status = match (duplicate, workspace) {
                (true, _) => "duplicate",
                (false, Some(_)) => "processed",
                (false, None) => "unrouted",
            };
            Outcome::Kept { status, event_id }
        }
        Err(error) => Outcome::Refused(not_taken(error)),
    }
}

async fn quarantine(
    service: &Service,
    door: &Door,
    reason: String,
    headers: Vec<(String, String)>,
    received_at: Millis,
    body: Vec<u8>,
) -> Outcome {
    let detail = format!("The delivery could not be read: {reason}. It is kept in quarantine; sending it again changes nothing.");
    let quarantined = Quarantined {
        id: QuarantineId(uuid_v7(&*service.entropy, received_at)),
        workspace: door.workspace,
        platform: door.platform,
        received_at,
        reason,
        headers,
        body,
    };
    match service.store.quarantine(quarantined).await {
        Ok(()) => {
            let ack = door.source.as_ref().map_or(Ack::Strict, |source| source.ack);
            Outcome::Quarantined(Problem::new(ProblemType::UnreadableDelivery, detail), ack)
        }
        Err(error) => Outcome::Refused(not_taken(error)),
    }
}

/// Why the store did not take a delivery, as an answer that makes the platform come again.
fn not_taken(error: Error) -> Problem {
    Problem::from(match error {
        // Nothing of a delivery can conflict; if it does, it is a failure like any other, and not the platform's.
        Error::Conflict(cause) => Error::Storage { attempted: "keep a delivery", cause },
        error => error,
    })
}
