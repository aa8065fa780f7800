//! A receiver of webhooks on a socket of its own: it answers as it is told, and dies when it is told.

use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// Nothing here takes this long unless something hangs.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Received {
    /// The value of a header.
    ///
    /// # Panics
    /// When it is not there, or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("a text")
    }

    /// The body, read.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// What survives the receiver's death: what it took down, and what it is to answer.
#[derive(Clone)]
pub struct Book {
    received: watch::Sender<Vec<Received>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    /// What is answered when there is nothing left of that.
    otherwise: Arc<AtomicU16>,
}

/// A receiver that listens.
pub struct Receiver {
    /// Where.
    pub address: SocketAddr,
    /// What came.
    pub book: Book,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// One that answers with these statuses, and 200 from then on.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn answering(answers: &[u16]) -> Receiver {
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let book = Book { received: watch::Sender::new(Vec::new()), answers, otherwise: Arc::new(AtomicU16::new(200)) };
        Receiver::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), book).await
    }

    /// One that takes up a book, on a port that is free.
    ///
    /// # Panics
    /// When it is not.
    pub async fn listen(address: SocketAddr, book: Book) -> Receiver {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("an address");
        let own = book.clone();
        let serving = tokio::spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let book = own.clone();
                connections.spawn(async move { book.serve(BufReader::new(stream)).await });
            }
        });
        Receiver { address, book, serving }
    }

    /// Dies at once, whatever it was about to answer, and comes back on the same port.
    pub async fn die_and_come_back(self) -> Receiver {
        let (address, book) = self.die().await;
        Receiver::listen(address, book).await
    }

    /// Dies at once; where it was, and its book.
    ///
    /// # Panics
    /// When it died before.
    pub async fn die(self) -> (SocketAddr, Book) {
        self.serving.abort();
        // Ended: its sockets are closed.
        assert!(self.serving.await.is_err_and(|error| error.is_cancelled()));
        (self.address, self.book)
    }

    /// Where deliveries go.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }
}

impl Book {
    async fn serve(&self, mut stream: BufReader<TcpStream>) -> Option<()> {
        loop {
            let (mut headers, mut first) = (HeaderMap::new(), true);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.ok()? == 0 {
                    return None;
                }
                match line.trim_end().split_once(':') {
                    None if line == "\r\n" => break,
                    Some((name, value)) if !first => {
                        let name: HeaderName = name.parse().expect("a name");
                        headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
                    }
                    _ => first = false,
                }
            }
            let length = headers["content-length"].to_str().ok()?.parse().ok()?;
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok()?;
            self.received.send_modify(|received| received.push(Received { headers, body }));
            let status = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let status = status.unwrap_or_else(|| self.otherwise.load(Ordering::Relaxed));
            let answer = format!("HTTP/1.1 {status} Told\r\ncontent-length: 2\r\n\r\nok");
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    /// Answers this from now on.
    pub fn answer(&self, status: u16) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.otherwise.store(status, Ordering::Relaxed);
    }

    /// Everything so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// Waits until what came is enough.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn wait_until(&self, is_enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let mut received = self.received.subscribe();
        let waiting = received.wait_for(|received| is_enough(received));
        let enough = tokio::time::timeout(PATIENCE, waiting).await.expect("it comes in time");
        enough.expect("the book is open").clone()
    }
}
