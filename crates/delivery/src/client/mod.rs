//! Attempts: one request to somebody's receiver, judged, bounded and told in full.
//!
//! A request is sent once, follows no redirect, obeys no proxy variable, and is over when its time is. Of the answer's body a
//! bounded part is read in a bounded time, and the rest is dropped with the connection.

mod connect;
mod download;
mod fault;
mod headers;
mod resolve;
#[cfg(test)]
pub(crate) mod tests;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri, header, uri::InvalidUri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    guard::Guard,
    policy::{Ending, retry_after},
};
use hookline_model::time::Millis;

use connect::{Connector, Dialed};
pub use download::Download;
pub use fault::{AttemptError, Fault};
pub use headers::{HeaderError, receiver_header};
pub use resolve::{Dns, Resolve, Resolving};
pub use tokio_rustls::rustls::pki_types::CertificateDer;

/// How much of an answer's body is kept, in bytes.
pub const ANSWER_BYTES_KEPT: usize = 4 * 1024;

/// How much of an answer's body is read so that its connection can be used again, in bytes.
const ANSWER_BYTES_READ: usize = 16 * 1024;

/// How long the body of an answer is waited for once its head is there. The head has said how the attempt ended.
const ANSWER_BODY_WAIT: Duration = Duration::from_secs(2);

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// How many unused connections to one host are kept: as many as one webhook uses at once, which would be made anew otherwise.
const IDLE_PER_HOST: usize = crate::settings::CONCURRENCY_MAX as usize;

/// How a client is made.
pub struct ClientOptions {
    /// What may be sent to.
    pub guard: Guard,
    /// Who looks names up.
    pub resolve: Arc<dyn Resolve>,
    /// Authorities whose certificates are believed, beside those that come with the build.
    pub roots: Vec<CertificateDer<'static>>,
}

/// Sends requests to receivers. Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Client {
    http: legacy::Client<Connector, Full<Bytes>>,
    guard: Arc<Guard>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// Its headers. `content-length` and `host` are the client's own.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// How long the attempt may take.
    pub timeout: Duration,
}

/// Where requests go: a URL that was read and judged once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Target(Result<Uri, AttemptError>);

/// What is sent to a target.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its headers. `content-length` and `host` are the client's own.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// How long the attempt may take.
    pub timeout: Duration,
}

/// Where the time of an attempt went. What did not happen has no time: a connection that was there already was not made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Looking the name up.
    pub name: Option<Duration>,
    /// Connecting.
    pub connect: Option<Duration>,
    /// Agreeing on TLS.
    pub tls: Option<Duration>,
    /// From the start until the head of the answer was there.
    pub first_byte: Option<Duration>,
    /// All of it.
    pub total: Duration,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// How it ended, as far as policies care.
    pub ending: Ending,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, if there was none.
    pub error: Option<AttemptError>,
    /// Where the time went.
    pub timing: Timing,
    /// The first [`ANSWER_BYTES_KEPT`] bytes of the answer's body.
    pub answer: Bytes,
}

impl Client {
    /// A client.
    #[must_use]
    pub fn new(options: ClientOptions) -> Client {
        let guard = Arc::new(options.guard);
        let connector = Connector::new(Arc::clone(&guard), options.resolve, &options.roots);
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http1_max_buf_size(64 * 1024)
            .http2_max_header_list_size(64 * 1024)
            .build(connector);
        Client { http, guard }
    }

    /// What it may send to.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Sends a request; `now` is what a date in `Retry-After` is measured against.
    pub async fn attempt(&self, request: Request, now: Millis) -> Attempt {
        let Request { url, headers, body, timeout } = request;
        self.attempt_at(self.target(&url), Message { headers, body, timeout }, now).await
    }

    /// Reads and judges a URL, for all requests to it. Also if it was judged when it was saved: the server may have been started
    /// with other settings since.
    #[must_use]
    pub fn target(&self, url: &str) -> Target {
        let url = self.guard.url(url).map_err(|forbidden| AttemptError::forbidden(&forbidden));
        Target(url.and_then(|url| url.as_str().parse().map_err(|error: InvalidUri| AttemptError::unsendable(&error.into()))))
    }

    /// Sends a message to a target; `now` is what a date in `Retry-After` is measured against.
    pub async fn attempt_at(&self, target: Target, message: Message, now: Millis) -> Attempt {
        let started = Instant::now();
        let mut attempt = self.run(target, message, started, now).await;
        attempt.timing.total = started.elapsed();
        attempt
    }

    async fn run(&self, target: Target, message: Message, started: Instant, now: Millis) -> Attempt {
        let uri = match target.0 {
            Ok(uri) => uri,
            Err(error) => return Attempt::failed(error),
        };
        let deadline = started + message.timeout;
        let mut request = http::Request::new(Full::new(message.body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (Method::POST, uri, message.headers);
        match timeout_at(deadline, self.http.request(request)).await {
            Err(_) => Attempt::failed(AttemptError::timed_out()),
            Ok(Err(error)) => Attempt::failed(AttemptError::of(&error)),
            Ok(Ok(response)) => {
                let first_byte = started.elapsed();
                let (head, body) = response.into_parts();
                let dialed = head.extensions.get::<Dialed>().and_then(Dialed::take).unwrap_or_default();
                let answer = read(body, deadline.min(Instant::now() + ANSWER_BODY_WAIT)).await;
                let status = head.status.as_u16();
                let asked = head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                let ending = if head.status.is_success() {
                    Ending::Delivered
                } else {
                    Ending::Answered { status, retry_after: asked.and_then(|asked| retry_after(asked, now)) }
                };
                let timing = Timing { first_byte: Some(first_byte), ..dialed };
                Attempt { ending, status: Some(status), error: None, timing, answer }
            }
        }
    }
}

impl Attempt {
    fn failed(error: AttemptError) -> Attempt {
        let ending = match error.fault {
            Fault::Ours => Ending::Ours,
            Fault::Theirs => Ending::Unanswered,
        };
        Attempt { ending, status: None, error: Some(error), timing: Timing::default(), answer: Bytes::new() }
    }
}

/// The beginning of a body. Reads on for a little, so that the connection of a short answer can be used again.
async fn read(mut body: Incoming, deadline: Instant) -> Bytes {
    let (mut kept, mut seen) = (Vec::new(), 0);
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Ok(chunk) = frame.into_data() else { continue };
            let room = ANSWER_BYTES_KEPT - kept.len();
            kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
            seen += chunk.len();
            if seen > ANSWER_BYTES_READ {
                break;
            }
        }
    };
    // What is not there in time is not kept; how the attempt ended is known.
    let _ = timeout_at(deadline, reading).await;
    kept.into()
}
