//! Forwarding one event to the local address.

use std::time::Duration;

use bytes::Bytes;
use hookline_delivery::client::{Attempt, Client, Request, receiver_header};
use hookline_dialects::{Dialect, Secrets, authenticity::SignError, sign};
use hookline_model::time::Millis;
use hookline_server::Clock;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{WrongUsage, ambient::WallClock, listen::show::Show};

/// How long the local address may take to answer.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// What is waited before the second try, twice as long before each further one, and no longer than that.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Who we say we are.
const USER_AGENT: &str = concat!("Hookline/", env!("CARGO_PKG_VERSION"), " listen");

/// An event in the words of a dialect, as the stream tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Told {
    /// The id of the message.
    pub(super) id: String,
    /// The id of the event.
    pub(super) event_id: String,
    /// What the body is.
    pub(super) content_type: Option<String>,
    /// The body; none if the dialect has no words for the event.
    pub(super) body: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    /// The HTTP status.
    pub(super) status: u16,
    /// How often it was tried.
    pub(super) tries: u32,
    /// How long the last try took.
    pub(super) latency: Duration,
}

/// Why an event was not forwarded.
#[derive(Debug)]
pub(super) enum NotForwarded {
    /// Nobody was there for as long as was to be waited.
    NobodyThere(String),
    /// It cannot be signed.
    Unsigned(SignError),
}

/// Forwards to an address.
pub(super) struct Forwarder {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) dialect: Dialect,
    pub(super) secret: String,
    /// The receiver's own.
    pub(super) headers: Vec<(String, String)>,
    /// How long somebody is waited for who is not there.
    pub(super) patience: Duration,
}

impl Forwarder {
    /// Forwards an event. While nobody is there it is tried again; an answer is an answer, whatever its status, but for one that
    /// a proxy gives when nobody is there behind it.
    pub(super) async fn forward(&self, told: &Told, body: &str, show: &Show) -> Result<Answered, NotForwarded> {
        let (began, mut pause, mut tries) = (Instant::now(), PAUSE, 0);
        loop {
            tries += 1;
            let now = WallClock.now();
            let headers = self.headers(told, body, now).map_err(NotForwarded::Unsigned)?;
            let request = Request { url: self.url.clone(), headers, body: Bytes::from(body.to_owned()), timeout: ANSWER_WAIT };
            let attempt = self.client.attempt(request, now).await;
            let why = match outcome(&attempt) {
                Ok(status) => return Ok(Answered { status, tries, latency: attempt.timing.total }),
                Err(why) => why,
            };
            if began.elapsed() + pause > self.patience {
                return Err(NotForwarded::NobodyThere(why));
            }
            show.waiting(&why, pause);
            // Nobody tells that a port is open again; the pause grows, so that a machine left alone is not kept busy.
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// The headers of a try: signed for the time of this try, as a webhook's.
    fn headers(&self, told: &Told, body: &str, now: Millis) -> Result<HeaderMap, SignError> {
        let signing = [self.secret.clone()];
        let secrets = Secrets { signing: &signing, headers: &self.headers, ..Secrets::default() };
        let signed = sign(self.dialect, &secrets, &told.id, now, body.as_bytes())?;
        let content_type = told.content_type.clone().unwrap_or_else(|| "application/json".to_owned());
        let usual = [(header::CONTENT_TYPE, content_type), (header::USER_AGENT, USER_AGENT.to_owned())];
        let usual = usual.into_iter().map(|(name, value)| (name.as_str().to_owned(), value));
        let pairs = usual.chain(signed).filter_map(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
        });
        Ok(pairs.collect())
    }
}

/// The status of an answer; else why nobody was there.
fn outcome(attempt: &Attempt) -> Result<u16, String> {
    match (attempt.status, &attempt.error) {
        (Some(status @ (502..=504)), _) => Err(format!("answered {status}")),
        (Some(status), _) => Ok(status),
        (None, Some(error)) => Err(error.text.clone()),
        (None, None) => Err("no answer".to_owned()),
    }
}

/// The receiver's own headers, from `Name: value`.
pub(super) fn own_headers(texts: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let read = |text: &String| {
        let wrong = |why: String| WrongUsage(format!("--header {text}: {why}"));
        let (name, value) = text.split_once(':').ok_or_else(|| wrong("give a name, a colon and a value".to_owned()))?;
        let (name, value) = (name.trim(), value.trim());
        receiver_header(name, value).map_err(|error| wrong(error.to_string()))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(read).collect()
}
