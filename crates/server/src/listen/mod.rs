//! The accept loop: bounded in connections, in the time of every phase of one, and in the time of stopping.
//!
//! By hand on hyper, since `axum::serve` sets no timer and so keeps half-sent heads open for ever. What hyper cannot bound (a
//! head that drips, a client that reads nothing, an answer lost in a reset) is in [`stream`].

mod stream;
#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics::gauge;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service as _;

use crate::{
    api::stream::Stopping,
    limits::Limits,
    listen::stream::{Guarded, Phase},
    metrics::OPEN_CONNECTIONS,
    problem::{Problem, ProblemType},
    remote::Peer,
};

/// How long to wait when the system has no more file descriptors: others close meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The smallest buffer that hyper takes.
const HEAD_BYTES_MIN: usize = 8 * 1024;

/// Serves `router` until `shutdown`; then stops accepting, answers what is in flight and returns, at the latest after
/// [`Limits::shutdown_timeout`].
///
/// # Errors
/// When the listener is not one.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, shutdown: CancellationToken) -> io::Result<()> {
    let (connections, abort) = (TaskTracker::new(), CancellationToken::new());
    let stop = shutdown.child_token();
    let served = shutdown.run_until_cancelled(accept_all(&listener, &router, limits, &connections, &stop, &abort)).await;
    drop(listener);
    connections.close();
    // Connections hear of it also when it was the listener that failed.
    stop.cancel();
    if timeout(limits.shutdown_timeout, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "connections were cut at the end of the time for stopping");
        abort.cancel();
        connections.wait().await;
    }
    served.unwrap_or(Ok(()))
}

/// Accepts for ever. When as many connections are open as may be, further ones wait in the listener's backlog.
async fn accept_all(
    listener: &TcpListener,
    router: &Router,
    limits: &Limits,
    connections: &TaskTracker,
    stop: &CancellationToken,
    abort: &CancellationToken,
) -> io::Result<()> {
    let permits = Arc::new(Semaphore::new(limits.connections_max));
    let limits = Arc::new(limits.clone());
    loop {
        let permit = Arc::clone(&permits).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = accept(listener).await?;
        let (router, limits) = (router.clone(), Arc::clone(&limits));
        let (stop, abort) = (stop.clone(), abort.clone());
        connections.spawn(async move {
            let _permit = permit;
            let _open = Open::count();
            abort.run_until_cancelled(connection(stream, peer, router, &limits, &stop)).await;
        });
    }
}

/// The next connection. Failures of one connection, or of the moment, are waited out.
async fn accept(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is one small write: waiting to fill a packet would only delay it. If it cannot be set, it is slower.
                let _ = stream.set_nodelay(true);
                return Ok((stream, peer));
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection until its client or `stop` ends it. Errors are the client's going away: nobody has to act on them.
async fn connection<I>(io: I, peer: SocketAddr, router: Router, limits: &Limits, stop: &CancellationToken)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let phase = Phase::default();
    let stream = Guarded::new(io, phase.clone(), limits);
    let head_bytes_max = limits.head_bytes_max.max(HEAD_BYTES_MIN);
    let stopping = Stopping(stop.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        phase.request_begins();
        request.extensions_mut().insert(Peer(peer));
        // An answer without an end of its own ends with the service.
        request.extensions_mut().insert(stopping.clone());
        // hyper looks at the size only as long as a head is not complete, so one that came in a single read gets past it.
        let answer = (head_bytes(&request) <= head_bytes_max).then(|| router.clone().call(request));
        let phase = phase.clone();
        async move {
            let answer = match answer {
                Some(answer) => answer.await,
                None => Ok(head_too_large()),
            };
            phase.request_ends();
            answer
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.idle_timeout)
        .max_headers(limits.headers_max)
        .max_buf_size(head_bytes_max);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// What a head takes, but for the few bytes of its first line and of the separators.
fn head_bytes<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    request.headers().iter().fold(target, |sum, (name, value)| sum + name.as_str().len() + value.len())
}

fn head_too_large() -> Response {
    let detail = "The address and the headers together are too large. Send fewer or shorter headers.";
    Problem::new(ProblemType::HeadTooLarge, detail).closing().into_response()
}

/// An open connection in the metrics, until it is dropped.
struct Open;

impl Open {
    fn count() -> Open {
        gauge!(OPEN_CONNECTIONS).increment(1.0);
        Open
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!(OPEN_CONNECTIONS).decrement(1.0);
    }
}
