//! `POST /public/{hook}/{address}`: one delivery, kept before it is answered.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use metrics::histogram;
use serde_json::{Value, json};
use tokio::time::Instant;

use hookline_model::{
    id::{EventId, QuarantineId},
    source::Ack,
    time::Millis,
};
use hookline_platforms::{Parsed, Settings, redact_text::redact_text, verify::Rule};
use hookline_store::{Append, Appended, Error, Quarantined, directory::AddressOwner, routing::Delivered};

use crate::{
    chance::uuid_v7,
    drift::{self, Seen},
    mend::mend,
    metrics::INGEST_SECONDS,
    problem::{Problem, ProblemType},
    reading,
    receive::{
        body::{self, ReadError},
        door::Door,
        form, mask, proof,
    },
    routing,
    service::Service,
};

/// The status of a delivery that is in quarantine, in metrics.
const QUARANTINED: &str = "quarantined";

/// The status of a delivery that is kept.
const PROCESSED: &str = "processed";

/// What became of a delivery, or of one event of a batch.
enum Outcome {
    /// In the log, with the status that says how.
    Kept { status: &'static str, event_id: EventId },
    /// In quarantine, and how that is answered.
    Quarantined(Problem, Ack),
    /// Refused: nothing of it is kept, the refusal is listed.
    Refused(Problem),
    /// A batch, of which nothing was refused: what became of each, in their order.
    Batch(Vec<Outcome>),
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
        Outcome::Batch(outcomes) => {
            histogram!(INGEST_SECONDS).record(started.elapsed().as_secs_f64());
            let results: Vec<Value> = outcomes.into_iter().map(|outcome| result(&door, outcome)).collect();
            Json(json!({"status": PROCESSED, "results": results})).into_response()
        }
    }
}

/// What became of one event of a batch, told and counted.
fn result(door: &Door, outcome: Outcome) -> Value {
    match outcome {
        Outcome::Kept { status, event_id } => {
            door.visitor.count(status);
            json!({"status": status, "event_id": event_id})
        }
        Outcome::Quarantined(problem, _) | Outcome::Refused(problem) => {
            door.visitor.count(QUARANTINED);
            json!({"status": QUARANTINED, "detail": problem.detail})
        }
        // A batch has no batches in it.
        Outcome::Batch(_) => Value::Null,
    }
}

/// The way of a delivery. What its body takes stays reserved until this returns, that is until the answer is known.
async fn receive(service: &Service, door: &Door, request: Request, started: Instant) -> Outcome {
    let (head, body) = request.into_parts();
    let rule = match proof::rule(service, door) {
        Ok(rule) => rule,
        Err(problem) => return Outcome::Refused(problem),
    };
    let form = match acceptable(&head.headers, service.limits.body_bytes_max) {
        Ok(form) => form,
        Err(problem) => return Outcome::Refused(problem.closing()),
    };
    let mut reservation = service.bodies.reserve(door.workspace);
    let deadline = started + service.limits.body_timeout;
    let mut body = match body::read(body, service.limits.body_bytes_max, deadline, &mut reservation).await {
        Ok(body) => body,
        Err(error) => return Outcome::Refused(unread(service, error)),
    };
    let received_at = service.clock.now();
    let mut sent = None;
    if form == Form::UrlEncoded {
        let json = form::as_json(&body);
        if reservation.grow(json.capacity()).is_err() {
            return Outcome::Refused(unread(service, ReadError::NoRoom));
        }
        sent = Some(std::mem::replace(&mut body, json));
    }
    if let Some(rule) = &rule
        && let Err(problem) = proof::prove(service, door, rule, &head, sent.as_deref(), &body, received_at)
    {
        return Outcome::Refused(problem);
    }
    drop(sent);
    // Before parsing, so that no parser takes a secret for something to keep, or fails for what can be mended.
    mend(&mut body);
    if let Some(rule) = &rule {
        rule.blank(&mut body);
    }
    mask::body(&mut body, &door.token);
    let settings = reading::settings(door.source.as_deref());
    let mut way = Way {
        service,
        door,
        rule: rule.as_deref(),
        headers: &head.headers,
        settings: settings.as_ref(),
        received_at,
        is_watched: false,
    };
    match reading::split(door.parser, &body) {
        Ok(None) => {
            way.is_watched = body.len() <= drift::BODY_BYTES_MAX && reservation.grow_spare(body.len()).is_ok();
            way.one(body).await
        }
        Ok(Some(elements)) => {
            // The elements lie beside the body until that is let go.
            if reservation.grow(body.len()).is_err() {
                return Outcome::Refused(unread(service, ReadError::NoRoom));
            }
            way.is_watched = reservation.grow_spare(body.len()).is_ok();
            drop(body);
            way.batch(elements).await
        }
        Err(reason) => way.unread(body, reason).await,
    }
}

/// The way of a body that was read whole and is believed.
struct Way<'a> {
    service: &'a Service,
    door: &'a Door,
    rule: Option<&'a Rule>,
    headers: &'a HeaderMap,
    settings: Option<&'a Settings>,
    received_at: Millis,
    /// Whether drift looks at what is kept: at a copy, which has its own room in the budget. Where there is none, the next
    /// delivery of the shape is looked at instead.
    is_watched: bool,
}

impl Way<'_> {
    /// One event.
    async fn one(&self, mut body: Vec<u8>) -> Outcome {
        // In place, so that there is one copy; the parser has looked at the secret by then.
        match reading::receive(self.door.parser, &mut body, self.received_at, self.settings) {
            Ok(parsed) => self.keep(parsed, body).await,
            Err(reason) => self.unread(body, reason).await,
        }
    }

    /// What was read goes to the log.
    async fn keep(&self, parsed: Parsed, raw: Vec<u8>) -> Outcome {
        let Way { service, door, received_at, .. } = *self;
        let origin = reading::origin(&parsed.event);
        let Parsed { event, claim } = parsed;
        let kind = event.kind;
        // The log takes the body; what it is like is looked at when it is known whose it became.
        let body = (self.is_watched && raw.len() <= drift::BODY_BYTES_MAX).then(|| raw.clone());
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
                if let Some(body) = &body {
                    let owner = workspace.map_or(door.owner, AddressOwner::Workspace);
                    service.drift.see(&Seen { owner, parser: door.parser, body, kind, event_id, received_at });
                }
                let status = match (duplicate, workspace) {
                    (true, _) => "duplicate",
                    (false, Some(_)) => PROCESSED,
                    (false, None) => "unrouted",
                };
                Outcome::Kept { status, event_id }
            }
            Err(error) => Outcome::Refused(not_taken(error)),
        }
    }

    /// What could not be read.
    async fn unread(&self, mut body: Vec<u8>, reason: String) -> Outcome {
        self.door.parser.redact(&mut body);
        // By the letter too: what could not be read may be no JSON, or have its secret where nobody expects it.
        redact_text(&mut body, self.door.parser.secret_fields());
        let headers = mask::headers(self.headers, &self.door.token, self.rule);
        quarantine(self.service, self.door, reason, headers, self.received_at, body).await
    }

    /// Several events, kept together: they meet in the batches of the log. One that cannot be read spoils no other. If one
    /// cannot be kept the platform must come again with all, and finds the others there.
    async fn batch(&self, elements: Vec<Vec<u8>>) -> Outcome {
        let outcomes = futures_util::future::join_all(elements.into_iter().map(|element| self.one(element))).await;
        let mut kept = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Outcome::Refused(problem) => return Outcome::Refused(problem),
                outcome => kept.push(outcome),
            }
        }
        Outcome::Batch(kept)
    }
}

/// What a body is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    UrlEncoded,
}

/// What the body is written in by its head, or what that says against reading it.
fn acceptable(headers: &HeaderMap, body_bytes_max: usize) -> Result<Form, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| essence(value.to_str().unwrap_or("?")));
    let form = match content_type.as_deref() {
        None => Form::Json,
        Some(essence) if is_json(essence) => Form::Json,
        Some("application/x-www-form-urlencoded") => Form::UrlEncoded,
        Some(_) => {
            let detail = "Send JSON, with the content type application/json, or a form as application/x-www-form-urlencoded.";
            return Err(Problem::new(ProblemType::UnsupportedMediaType, detail));
        }
    };
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if !encodings.all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let detail = "Send the body as it is, without a content encoding such as gzip.";
        return Err(Problem::new(ProblemType::UnsupportedMediaType, detail));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > body_bytes_max as u64) {
        return Err(too_large(body_bytes_max));
    }
    Ok(form)
}

/// A content type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether a content type is JSON: `application/json`, or any type ending in `+json`.
fn is_json(essence: &str) -> bool {
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
