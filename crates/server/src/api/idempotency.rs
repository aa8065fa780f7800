//! `Idempotency-Key`: a write that is repeated under its key is answered as the first time, and changes nothing.
//!
//! The answer is on disk in the transaction of its change (see [`Once`]). What this adds is looking it up: before the handler
//! runs, since what it was about may be gone; and after a refusal, since a first try that nobody waited for may have been on its
//! way to the disk.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::{
    api::once::{Identity, Once, Reply},
    body,
    caller::Caller,
    problem::{Problem, ProblemType},
    service::Service,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The name as people write it.
const KEY_SHOWN: &str = "Idempotency-Key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key.
const KEY_BYTES_MAX: usize = 255;

/// Keys whose first request is still running: as many as there are requests at most, and connections bound these.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashSet<[u8; 32]>>);

impl Running {
    fn keys(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        // Nothing panics between the halves of a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a turn, unless one under this key is taken.
    fn begin(&self, key: [u8; 32]) -> Option<Turn<'_>> {
        let is_free = self.keys().insert(key);
        // Made only if it is ours: a turn that is dropped gives the key back.
        is_free.then(|| Turn { running: self, key })
    }
}

/// A running request; ends when dropped, also by a client that hangs up.
struct Turn<'a> {
    running: &'a Running,
    key: [u8; 32],
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.running.keys().remove(&self.key);
    }
}

/// Answers a repetition; lets everything else through.
pub(super) async fn once(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    run(&service, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn run(service: &Arc<Service>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, service).await?;
    let key = key(&parts.headers)?;
    let body = body::read(body, service).await?;
    let owner = caller.key.map(|key| *key.0.as_bytes());
    let identity = Identity {
        key: hash(&[
            owner.as_ref().map_or(b"admin", |id| id.as_slice()),
            parts.method.as_str().as_bytes(),
            parts.uri.path().as_bytes(),
            key.as_bytes(),
        ]),
        request: hash(&[parts.uri.query().unwrap_or("").as_bytes(), &body]),
    };
    let running = "The first request under this Idempotency-Key is still running. Send it again in a moment.";
    let running = || Problem::new(ProblemType::RequestRunning, running).retry_after(1);
    let _turn = service.running.begin(identity.key).ok_or_else(running)?;
    if let Some(answer) = replay(service, identity).await? {
        return Ok(answer);
    }
    parts.extensions.insert(Once(Some(identity)));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status().is_client_error()
        && let Some(answer) = replay(service, identity).await?
    {
        return Ok(answer);
    }
    Ok(response)
}

/// The key of a request: 1 to 255 visible ASCII characters, once.
fn key(headers: &HeaderMap) -> Result<&HeaderValue, Problem> {
    let mut keys = headers.get_all(KEY).iter();
    let is_good =
        |key: &&HeaderValue| key.len() <= KEY_BYTES_MAX && !key.is_empty() && key.as_bytes().iter().all(u8::is_ascii_graphic);
    match (keys.next().filter(is_good), keys.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(Problem::invalid(
            KEY_SHOWN,
            format!("Give one key of 1 to {KEY_BYTES_MAX} visible ASCII characters, such as a UUID."),
        )),
    }
}

/// A hash of several parts, each with its length: no two lists of parts are alike.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The answer of before to the same request.
async fn replay(service: &Service, identity: Identity) -> Result<Option<Response>, Problem> {
    let Some(answer) = service.store.kept_answer(identity.key, service.clock.now()).await? else { return Ok(None) };
    if answer.request != identity.request {
        let detail = "Another body was sent under this Idempotency-Key before. Take a new key for a new request.";
        return Err(Problem { field: Some(KEY_SHOWN.into()), ..Problem::new(ProblemType::IdempotencyKeyReused, detail) });
    }
    let mut response = Reply::kept(answer).into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_bounded_length_and_given_once() {
        let cases: [(&[u8], bool); 8] = [
            (b"a", true),
            (b"8e03978e-40d5-43e8-bc93-6894a57f9324", true),
            (b"!~", true),
            (&[b'x'; 255], true),
            (&[b'x'; 256], false),
            (b"", false),
            (b"a b", false),
            ("é".as_bytes(), false),
        ];
        for (text, good) in cases {
            let mut headers = HeaderMap::new();
            headers.append(KEY, HeaderValue::from_bytes(text).expect("a header's value"));
            assert_eq!(key(&headers).is_ok(), good, "{text:?}");
            headers.append(KEY, HeaderValue::from_static("b"));
            let twice = key(&headers).expect_err("two keys are none");
            assert_eq!((twice.problem_type, twice.field.as_deref()), (ProblemType::InvalidRequest, Some(KEY_SHOWN)));
        }
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"a"]), hash(&[b"a", b""]));
        assert_eq!(hash(&[b"a", b"b"]), hash(&[b"a", b"b"]));
    }

    #[test]
    fn a_turn_is_taken_once_and_given_back() {
        let running = Running::default();
        let turn = running.begin([1; 32]);
        assert!(turn.is_some() && running.begin([1; 32]).is_none() && running.begin([2; 32]).is_some());
        drop(turn);
        assert!(running.begin([1; 32]).is_some());
    }
}
