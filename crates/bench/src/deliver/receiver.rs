//! Receivers of webhooks on one listener, by hand: what they spend is taken from the server under test.
//!
//! The path says how a request is dealt with. The host may be any of this machine's loopback addresses, so that a thousand
//! receivers are a thousand hosts, each with connections of its own.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{JoinHandle, JoinSet, yield_now},
    time::{Instant, sleep, timeout},
};

use crate::Error;

/// How long nothing may come before the benchmark gives up.
const STALL_MAX: Duration = Duration::from_secs(60);
/// How often it is looked whether something came.
const STALL_LOOK: Duration = Duration::from_secs(1);
/// The most bytes of a request.
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most headers of a request.
const HEADERS_MAX: usize = 32;
/// From one byte to the next of an answer that drips.
const DRIP: Duration = Duration::from_secs(1);
/// How many bytes of an endless answer are written at once.
const CHUNK: usize = 4 * 1024;
/// What a receiver answers that is well.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// What the others begin with.
const BEGINNING: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n";
/// The text in front of an event's id in a body.
const ID: &[u8] = br#""id":""#;

/// How a receiver behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Answers at once.
    Well,
    /// Refuses the connection.
    Refuses,
    /// Never answers.
    Hangs,
    /// Answers a byte a second.
    Drips,
    /// Answers without an end.
    Endless,
}

impl Manner {
    /// The ways to be dead.
    pub(super) const DEAD: [Manner; 4] = [Manner::Refuses, Manner::Hangs, Manner::Drips, Manner::Endless];

    fn name(self) -> &'static str {
        match self {
            Manner::Well => "well",
            Manner::Refuses => "refuses",
            Manner::Hangs => "hangs",
            Manner::Drips => "drips",
            Manner::Endless => "endless",
        }
    }
}

/// The id of an event, as text.
pub(super) type EventText = [u8; 36];

/// A request that came to a receiver that is well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) event: EventText,
    /// The number in its path.
    pub(super) number: u32,
    /// When all of it was there.
    pub(super) at: Instant,
}

/// What is taken down.
#[derive(Default)]
struct Book {
    answered: AtomicU64,
    /// When this many are answered, somebody is told.
    target: AtomicU64,
    reached: Notify,
    /// When the last one was answered.
    last: Mutex<Option<Instant>>,
    /// Arrivals, if they are taken down.
    arrivals: Mutex<Option<Vec<Arrival>>>,
    /// Bodies, and how many are wanted.
    bodies: Mutex<(Vec<Vec<u8>>, usize)>,
}

/// The receivers; they end when this is dropped.
pub(super) struct Receivers {
    port: u16,
    /// Where nobody listens.
    closed: u16,
    book: Arc<Book>,
    serving: JoinHandle<()>,
}

impl Drop for Receivers {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receivers {
    pub(super) async fn start() -> Result<Receivers, Error> {
        let failed = |error| Error::failed("listen for webhooks", error);
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let closed = nobody.local_addr().map_err(failed)?.port();
        // On all addresses, since there is no way to listen on all of the loopback's; who comes from elsewhere is not served.
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        drop(nobody);
        let book = Arc::new(Book::default());
        let own = Arc::clone(&book);
        let serving = tokio::spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = JoinSet::new();
            loop {
                while connections.try_join_next().is_some() {}
                match listener.accept().await {
                    Ok((stream, peer)) if peer.ip().is_loopback() => {
                        let book = Arc::clone(&own);
                        connections.spawn(async move { book.serve(stream).await });
                    }
                    Ok(_) => {}
                    // No file descriptors left: those who hold them let go.
                    Err(_) => sleep(Duration::from_millis(10)).await,
                }
            }
        });
        Ok(Receivers { port, closed, book, serving })
    }

    /// The URL of a receiver.
    pub(super) fn url(&self, manner: Manner, number: u32) -> String {
        let [_, _, high, low] = number.to_be_bytes();
        let port = if manner == Manner::Refuses { self.closed } else { self.port };
        format!("http://{}/{}/{number}", SocketAddr::from((Ipv4Addr::new(127, 1, high, low), port)), manner.name())
    }

    /// How many were answered so far, by receivers that are well.
    pub(super) fn answered(&self) -> u64 {
        self.book.answered.load(Ordering::Relaxed)
    }

    /// Waits until so many were answered; answers when the last of them was.
    pub(super) async fn until(&self, count: u64) -> Result<Instant, Error> {
        self.book.target.store(count, Ordering::Relaxed);
        let mut seen = (self.answered(), Instant::now());
        while self.answered() < count {
            // Who is told of nothing looks for itself: it may have been reached in between.
            drop(timeout(STALL_LOOK, self.book.reached.notified()).await);
            let answered = self.answered();
            if answered > seen.0 {
                seen = (answered, Instant::now());
            } else if seen.1.elapsed() > STALL_MAX {
                return Err(Error::Failed(format!(
                    "{answered} of {count} webhooks came, and no more for {} s",
                    STALL_MAX.as_secs()
                )));
            }
        }
        let answered = self.answered();
        if answered > count {
            return Err(Error::Failed(format!("{answered} webhooks came where {count} were expected")));
        }
        let last = *self.book.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.ok_or_else(|| Error::Failed("no webhook was expected".to_owned()))
    }

    /// From now on arrivals are taken down; answers those so far.
    pub(super) fn take_arrivals(&self) -> Vec<Arrival> {
        self.book.arrivals.lock().unwrap_or_else(PoisonError::into_inner).replace(Vec::new()).unwrap_or_default()
    }

    /// From now on the next so many bodies are kept.
    pub(super) fn keep_bodies(&self, count: usize) {
        *self.book.bodies.lock().unwrap_or_else(PoisonError::into_inner) = (Vec::new(), count);
    }

    /// The bodies that were kept.
    pub(super) fn bodies(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.book.bodies.lock().unwrap_or_else(PoisonError::into_inner)).0
    }
}

/// What of a head matters.
struct Head {
    manner: Manner,
    number: u32,
    /// Where the body is.
    body: std::ops::Range<usize>,
}

/// Reads a head; none if it is not there whole yet.
fn read_head(received: &[u8]) -> Option<io::Result<Head>> {
    let invalid = |why: &str| Some(Err(io::Error::new(io::ErrorKind::InvalidData, why.to_owned())));
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let start = match request.parse(received) {
        Ok(httparse::Status::Complete(start)) => start,
        Ok(httparse::Status::Partial) => return None,
        Err(error) => return invalid(&error.to_string()),
    };
    let mut parts = request.path.unwrap_or_default().split('/').skip(1);
    let all = [Manner::Well, Manner::Hangs, Manner::Drips, Manner::Endless];
    let manner = parts.next().and_then(|name| all.into_iter().find(|manner| manner.name() == name));
    let number = parts.next().and_then(|number| number.parse().ok());
    let length = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
    match (manner, number, length.filter(|length| *length <= REQUEST_BYTES_MAX)) {
        (Some(manner), Some(number), Some(length)) => Some(Ok(Head { manner, number, body: start..start + length })),
        _ => invalid("a request to no receiver, or without a length"),
    }
}

impl Book {
    /// Serves a connection for as long as it lives.
    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut received = Vec::with_capacity(8 * 1024);
        loop {
            let mut head = None;
            let head = loop {
                if head.is_none() {
                    head = read_head(&received).transpose()?;
                }
                if let Some(head) = head.take_if(|head: &mut Head| received.len() >= head.body.end) {
                    break head;
                }
                if received.len() > 2 * REQUEST_BYTES_MAX || stream.read_buf(&mut received).await? == 0 {
                    return Ok(());
                }
            };
            match head.manner {
                Manner::Well => {
                    self.came(head.number, &received[head.body.clone()]);
                    received.drain(..head.body.end);
                    stream.write_all(ANSWER).await?;
                    self.answered();
                }
                Manner::Drips => {
                    for byte in BEGINNING.iter().cycle() {
                        stream.write_all(&[*byte]).await?;
                        sleep(DRIP).await;
                    }
                }
                Manner::Endless => {
                    stream.write_all(BEGINNING).await?;
                    loop {
                        stream.write_all(&[b'x'; CHUNK]).await?;
                        // What fills the buffers of sockets is time that who posts events does not have.
                        yield_now().await;
                    }
                }
                // Until the other side has had enough.
                Manner::Hangs | Manner::Refuses => {
                    received.clear();
                    while stream.read_buf(&mut received).await? > 0 {
                        received.clear();
                    }
                    return Ok(());
                }
            }
        }
    }

    fn came(&self, number: u32, body: &[u8]) {
        if let Some(arrivals) = &mut *self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
            && let Some(event) = text_behind(body, ID)
        {
            arrivals.push(Arrival { event, number, at: Instant::now() });
        }
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        if bodies.0.len() < bodies.1 {
            bodies.0.push(body.to_vec());
        }
    }

    fn answered(&self) {
        let answered = self.answered.fetch_add(1, Ordering::Relaxed) + 1;
        if answered >= self.target.load(Ordering::Relaxed) {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            self.reached.notify_one();
        }
    }
}

/// The text of an id's length behind the first occurrence of another.
pub(super) fn text_behind(text: &[u8], what: &[u8]) -> Option<EventText> {
    let start = text.windows(what.len()).position(|window| window == what)? + what.len();
    text.get(start..start + size_of::<EventText>())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Connection;

    #[test]
    fn heads_say_who_is_meant_and_how_long_the_body_is() {
        let text = b"POST /hangs/77 HTTP/1.1\r\nhost: x\r\nContent-Length: 3\r\n\r\nabc";
        assert!(read_head(&text[..text.len() - 4]).is_none());
        let head = read_head(text).expect("whole").expect("a head");
        assert_eq!((head.manner, head.number, &text[head.body]), (Manner::Hangs, 77, &b"abc"[..]));
        for wrong in ["POST /nobody/1 HTTP/1.1\r\ncontent-length: 1\r\n\r\n", "POST /well/1 HTTP/1.1\r\n\r\n", "SSH-2.0\r\n\r\n"]
        {
            assert!(read_head(wrong.as_bytes()).is_some_and(|read| read.is_err()), "{wrong}");
        }
    }

    #[tokio::test]
    async fn what_comes_is_answered_counted_and_kept() {
        let receivers = Receivers::start().await.expect("a port");
        assert!(receivers.take_arrivals().is_empty());
        receivers.keep_bodies(1);
        let url = receivers.url(Manner::Well, 258);
        assert!(url.starts_with("http://127.1.1.2:") && url.ends_with("/well/258"), "{url}");
        assert!(!receivers.url(Manner::Refuses, 1).contains(&receivers.port.to_string()));
        let target = SocketAddr::from((Ipv4Addr::new(127, 1, 1, 2), receivers.port));
        let mut connection = Connection::new(target);
        let body = r#"{"type":"x","id":"00000000-0000-4000-8000-00000000000a"}"#;
        let request = format!("POST /well/258 HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        for _ in 0..2 {
            assert_eq!(connection.exchange(request.as_bytes()).await.expect("an answer").status, 200);
        }
        let last = receivers.until(2).await.expect("both came");
        let arrivals = receivers.take_arrivals();
        assert_eq!((arrivals.len(), arrivals[1].number), (2, 258));
        assert_eq!(&arrivals[1].event, b"00000000-0000-4000-8000-00000000000a");
        assert!(arrivals[1].at <= last);
        assert_eq!(receivers.bodies(), [body.as_bytes()]);
        assert!(receivers.until(1).await.is_err(), "more came than were expected");
    }
}
