//! `GET /v1/workspaces/{workspace_id}/events/stream`: events as they come, as server-sent events.

mod told;

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use hookline_delivery::{
    matching,
    settings::{Dialect, is_pattern},
};
use hookline_dialects::shapes::EventShape;
use hookline_model::{
    id::{ApiKeyId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    Error,
    deliveries::{Fed, Snapshot},
};

use told::Teller;

use crate::{
    api::{
        auth::WorkspaceRead,
        cursor::Listing,
        describe::CursorText,
        poll::{position_of, text_of},
        query::Query,
    },
    caller::Caller,
    openapi::{FilterText, Operation, Time},
    problem::{Problem, ProblemType},
    service::Service,
};

/// The most streams of one key, and of all together.
const STREAMS_PER_KEY_MAX: usize = 20;
const STREAMS_MAX: usize = 1_000;

/// After so long without an event something is sent, so that nobody on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many positions of the log are read at a time: what is in memory of a stream is one such part.
const PART: u64 = 64;

/// A part that has so many bytes goes out, and the rest of what was read comes in the next.
const PART_BYTES: usize = 1024 * 1024;

const EVENT_STREAM: &str = "text/event-stream";

/// The header with the secret that bodies carry.
const SECRET: &str = "Webhook-Secret";

/// The service stops: streams end. Put into requests by the listener.
#[derive(Clone)]
pub(crate) struct Stopping(pub(crate) CancellationToken);

/// How many streams each key has open; none is the admin key.
#[derive(Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<Option<ApiKeyId>, usize>>>);

/// A stream that is open, until it is dropped.
struct Place(Arc<Mutex<HashMap<Option<ApiKeyId>, usize>>>, Option<ApiKeyId>);

impl Streams {
    fn open(&self, key: Option<ApiKeyId>) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let in_all: usize = open.values().sum();
        let own = open.get(&key).copied().unwrap_or_default();
        if own >= STREAMS_PER_KEY_MAX || in_all >= STREAMS_MAX {
            return None;
        }
        open.insert(key, own + 1);
        Some(Place(Arc::clone(&self.0), key))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.1) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.remove(&self.1);
            }
        }
    }
}

crate::openapi::word_schemas! {
    /// A wire format and vocabulary.
    StreamDialect = Dialect::ALL.map(Dialect::name), such as "smartlead";
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Events as they come, as server-sent events: each has the kind as `event`, the event as the API shows it as `data`, and \
        as `id` a cursor. A client that comes back with the last `id`, in `Last-Event-ID` or as `cursor`, misses nothing and gets \
        nothing twice. Without one it begins with what comes next. Now and then an `id` comes alone, as far as the log was looked \
        through. With `dialect` the `data` is `{id, event_id, content_type, body}`: the body, as a text, that a webhook of this dialect would \
        be sent, and the id of its message, the same whenever the event is streamed; `body` is null where the dialect has no words. Events \
        are then of the origins that a webhook is sent, and whoever passes them on signs them. 20 streams for a key, 1,000 in all.";
    Operation::show::<String>("Events", "Stream events", about)
        .reads_store()
        .or_content::<String>(EVENT_STREAM, Some("id: ARkAAA\nevent: email.replied\ndata: {}\n\n".into()))
        .problems(&[ProblemType::Overloaded])
        .header::<CursorText>("Last-Event-ID", "The last `id` that arrived; it goes before `cursor`.")
        .query::<CursorText>("cursor", "The last `id` that arrived.")
        .query::<Time>("since", "Only what was received at this time or later; without a cursor it begins there.")
        .query::<StreamDialect>("dialect", "In whose words.")
        .query::<FilterText>("variant", "Which of the dialect's shapes.")
        .header::<FilterText>(SECRET, "With `dialect`: the secret that bodies of SmartLead and Breakcold carry.")
        .query::<FilterText>("kind", "Only of these kinds: names, groups such as `email.*`, separated by commas.")
}

/// Opens a stream.
pub(in crate::api) async fn stream(
    caller: Caller,
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    headers: HeaderMap,
    stopping: Option<Extension<Stopping>>,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let cursor = query.text("cursor")?;
    let kinds: Vec<String> = query.text("kind")?.iter().flat_map(|text| text.split(',')).map(ToOwned::to_owned).collect();
    let since = query.time("since")?;
    let dialect = query.named::<Dialect>("dialect", "Give one of: hookline, smartlead, instantly, breakcold, cloudevents.")?;
    let variant = query.text("variant")?;
    query.end()?;
    let teller = match dialect {
        Some(dialect) => {
            let unreadable = |_| Problem::invalid(SECRET, "Give visible ASCII characters without spaces.");
            let secret =
                headers.get(SECRET).map(|value| value.to_str().map(ToOwned::to_owned).map_err(unreadable)).transpose()?;
            Some(Teller::new(&workspace, dialect, variant, secret)?)
        }
        None if variant.is_some() => return Err(Problem::invalid("variant", "Give the dialect that it is of, or leave it out.")),
        None => None,
    };
    if !kinds.iter().all(|kind| is_pattern(kind)) {
        return Err(Problem::invalid("kind", "Give kinds such as email.replied or email.*, separated by commas."));
    }
    let bad = |name| Problem::invalid(name, "Give an `id` of this stream, unchanged.");
    let last = headers.get("last-event-id").filter(|value| !value.is_empty());
    let last = last.map(|value| value.to_str().map_err(|_| bad("Last-Event-ID"))).transpose()?;
    let committed = service.store.status().committed;
    let after = match (last, cursor.as_deref()) {
        (Some(last), _) => position_of(Listing::Stream, last).ok_or_else(|| bad("Last-Event-ID"))?,
        (None, Some(cursor)) => position_of(Listing::Stream, cursor).ok_or_else(|| bad("cursor"))?,
        (None, None) => match since {
            Some(since) => service.store.received_between(since, Millis(i64::MAX)).await?.0,
            None => committed,
        },
    };
    let place = service.streams.open(caller.key).ok_or_else(|| {
        let detail = "This key, or the server, has as many streams open as may be. Close one, or come again later.";
        Problem::new(ProblemType::Overloaded, detail).retry_after(30)
    })?;
    let following = Following {
        folded: service.store.folded(),
        stopping: stopping.map_or_else(CancellationToken::new, |Extension(Stopping(stopping))| stopping),
        // What nobody has yet is never passed by, whatever the cursor says.
        after: after.min(committed),
        workspace: workspace.id,
        of: Arc::new(HashSet::from([workspace.id])),
        begun: false,
        quiet_until: Instant::now(),
        service,
        caller,
        kinds,
        since,
        teller,
        _place: place,
    };
    let body = Body::from_stream(stream::unfold(following, |mut following| async move {
        let part = following.next().await?;
        Some((Ok::<Bytes, Infallible>(part), following))
    }));
    let content_type = HeaderValue::from_static(EVENT_STREAM);
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, content_type)], body).into_response())
}

/// Where a stream is. It is asked for the next part when the one before was taken: a slow client slows it down.
struct Following {
    service: Arc<Service>,
    caller: Caller,
    workspace: WorkspaceId,
    of: Arc<HashSet<WorkspaceId>>,
    kinds: Vec<String>,
    since: Option<Millis>,
    /// Who puts events into words; without, they are as the API shows them.
    teller: Option<Teller>,
    folded: watch::Receiver<u64>,
    stopping: CancellationToken,
    after: u64,
    begun: bool,
    /// When something is sent at the latest.
    quiet_until: Instant,
    _place: Place,
}

impl Following {
    /// The next part of the body; `None` ends it.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(self.mark());
        }
        let stopping = self.stopping.clone();
        loop {
            // A key may be revoked, and a workspace deleted, while a stream is open.
            if !self.is_open() {
                return None;
            }
            let folded = *self.folded.borrow_and_update();
            if folded > self.after {
                match stopping.run_until_cancelled(self.read()).await? {
                    Ok(part) if part.is_empty() => {}
                    Ok(part) => return Some(part),
                    Err(error) => {
                        tracing::warn!(%error, workspace = %self.workspace, "a stream of events ends; its client comes back");
                        return None;
                    }
                }
            }
            let is_level = folded <= self.after;
            match stopping.run_until_cancelled(timeout_at(self.quiet_until, self.grown(is_level))).await? {
                Ok(true) => {}
                Ok(false) => return None,
                Err(_) => return Some(self.mark()),
            }
        }
    }

    /// Waits until the log goes on, if all of it was looked at; `false` if the store is closed.
    async fn grown(&mut self, is_level: bool) -> bool {
        if is_level {
            return self.folded.changed().await.is_ok();
        }
        // Who has much to look through lets others have their turn, and keeps its time.
        tokio::task::yield_now().await;
        true
    }

    fn is_open(&self) -> bool {
        let directory = self.service.store.directory();
        let has_key = self.caller.key.is_none_or(|id| directory.has_key(id));
        has_key && directory.workspace(self.workspace).is_some()
    }

    /// An id without an event: the client comes back behind it.
    fn mark(&mut self) -> Bytes {
        self.quiet_until = Instant::now() + KEEP_ALIVE;
        Bytes::from(format!(":\nid: {}\n\n", text_of(Listing::Stream, self.after)))
    }

    /// The events of a part of the log.
    async fn read(&mut self) -> Result<Bytes, Error> {
        let page = self.service.store.feed(self.after, self.after + PART, Some(Arc::clone(&self.of))).await?;
        let mut wanted = page.entries;
        wanted.retain(|fed| self.wants(fed));
        let found = self.service.store.snapshots(wanted.clone()).await?;
        let (mut part, mut through) = (String::new(), page.through);
        for (fed, snapshot) in wanted.iter().zip(found) {
            if part.len() >= PART_BYTES {
                // The rest is read again, behind what is in this part.
                break;
            }
            if let Some(snapshot) = snapshot {
                let kind = fed.event.kind;
                let data = self.data(snapshot)?;
                part.push_str(&format!("id: {}\nevent: {kind}\ndata: {data}\n\n", text_of(Listing::Stream, fed.position)));
            }
            through = if part.len() >= PART_BYTES { fed.position } else { page.through };
        }
        self.after = through.max(self.after);
        self.quiet_until = if part.is_empty() { self.quiet_until } else { Instant::now() + KEEP_ALIVE };
        Ok(Bytes::from(part))
    }

    /// Whether an entry is of those that were asked for.
    fn wants(&self, fed: &Fed) -> bool {
        (self.kinds.is_empty() || matching::matches_kinds(&self.kinds, &fed.event))
            && self.since.is_none_or(|since| since <= fed.received_at)
            && self.teller.as_ref().is_none_or(|teller| teller.takes(fed.origin))
    }

    /// An event as it is written. Shapes are texts and numbers under names, written without line breaks.
    fn data(&self, snapshot: Snapshot) -> Result<String, Error> {
        let written = match &self.teller {
            Some(teller) => serde_json::to_string(&teller.tell(&snapshot)),
            None => serde_json::to_string(&EventShape::new(snapshot.event)),
        };
        written.map_err(|error| Error::Storage { attempted: "write an event", cause: error.to_string() })
    }
}
