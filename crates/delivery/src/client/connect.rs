//! Connecting: name, address, guard, TLS, and how long each took, in one place.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
    },
};

use crate::{
    client::{Timing, resolve::Resolve},
    guard::{Forbidden, Guard},
};

/// How long one address is tried.
const CONNECT_WAIT: Duration = Duration::from_secs(5);

/// How many addresses of a name are tried.
const ADDRESSES_TRIED: usize = 4;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error(transparent)]
    Forbidden(Forbidden),
    #[error("the name: {0}")]
    Name(io::Error),
    #[error("connecting: {0}")]
    Connect(io::Error),
    #[error("TLS: {0}")]
    Tls(io::Error),
    #[error("timed out")]
    TimedOut,
    #[error("no host")]
    NoHost,
}

/// Makes connections.
#[derive(Clone)]
pub(super) struct Connector {
    guard: Arc<Guard>,
    resolve: Arc<dyn Resolve>,
    tls: TlsConnector,
}

/// What a connection took to make, for the first request on it.
#[derive(Clone)]
pub(super) struct Dialed(Arc<Mutex<Option<Timing>>>);

impl Dialed {
    /// The times, once: a request that found the connection there has not waited for it.
    pub(super) fn take(&self) -> Option<Timing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Connector {
    pub(super) fn new(guard: Arc<Guard>, resolve: Arc<dyn Resolve>, roots: &[CertificateDer<'static>]) -> Connector {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        store.add_parsable_certificates(roots.iter().cloned());
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let mut config = builder
            .with_safe_default_protocol_versions()
            .unwrap_or_else(|error| unreachable!("the provider has the protocols it was built with: {error}"))
            .with_root_certificates(store)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Connector { guard, resolve, tls: TlsConnector::from(Arc::new(config)) }
    }

    async fn connect(self, uri: Uri) -> Result<Stream, ConnectError> {
        let host = uri.host().ok_or(ConnectError::NoHost)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let mut timing = Timing::default();

        let started = Instant::now();
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => {
                let found = self.resolve.resolve(host).await.map_err(ConnectError::Name)?;
                timing.name = Some(started.elapsed());
                found
            }
        };
        let addresses = self.allowed(host, &addresses)?;

        let started = Instant::now();
        let tcp = dial(&addresses, port).await?;
        timing.connect = Some(started.elapsed());
        // Judged once more, on what the connection was made to.
        let peer = tcp.peer_addr().map_err(ConnectError::Connect)?;
        self.guard.address(peer.ip()).map_err(ConnectError::Forbidden)?;
        tcp.set_nodelay(true).map_err(ConnectError::Connect)?;

        let io = if is_tls {
            let started = Instant::now();
            let name = ServerName::try_from(host.to_owned()).map_err(|error| ConnectError::Tls(io::Error::other(error)))?;
            let tls = timeout(CONNECT_WAIT, self.tls.connect(name, tcp)).await.map_err(|_| ConnectError::TimedOut)?;
            let tls = tls.map_err(ConnectError::Tls)?;
            timing.tls = Some(started.elapsed());
            let is_h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
            Stream { io: TokioIo::new(Box::new(tls)), is_h2, dialed: Dialed(Arc::default()) }
        } else {
            Stream { io: TokioIo::new(Box::new(tcp)), is_h2: false, dialed: Dialed(Arc::default()) }
        };
        *io.dialed.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(timing);
        Ok(io)
    }

    /// The addresses that may be connected to: a name with a public and a private address leads to the public one only.
    fn allowed(&self, host: &str, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, ConnectError> {
        let allowed: Vec<IpAddr> =
            addresses.iter().copied().filter(|address| self.guard.address(*address).is_ok()).take(ADDRESSES_TRIED).collect();
        match (allowed.is_empty(), addresses.is_empty()) {
            (false, _) => Ok(allowed),
            (true, true) => Err(ConnectError::Name(io::Error::new(io::ErrorKind::NotFound, "no address"))),
            // The address behind a name is not told: who typed the name need not learn of the inside.
            (true, false) => Err(ConnectError::Forbidden(Forbidden::Address(host.to_owned()))),
        }
    }
}

/// Connects to the first address that answers.
async fn dial(addresses: &[IpAddr], port: u16) -> Result<TcpStream, ConnectError> {
    let mut failed = ConnectError::TimedOut;
    for address in addresses {
        match timeout(CONNECT_WAIT, TcpStream::connect(SocketAddr::new(*address, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = ConnectError::Connect(error),
            Err(_) => {}
        }
    }
    Err(failed)
}

impl tower::Service<Uri> for Connector {
    type Response = Stream;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// What bytes go over.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection, with TLS or without.
pub(super) struct Stream {
    io: TokioIo<Box<dyn Io>>,
    is_h2: bool,
    dialed: Dialed,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.dialed.clone());
        if self.is_h2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
