//! A keep-alive HTTP/1.1 client over plain TCP, by hand: what it spends is taken from the server under test.

use std::{io, net::SocketAddr, ops::Range, str::from_utf8, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The most bytes of an answer: a page of the API has 8 MiB of bodies at most.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most headers of an answer.
const HEADERS_MAX: usize = 32;
/// The longest wait that an answer can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// A connection that opens itself again after an answer that closed it.
#[derive(Debug)]
pub(crate) struct Connection {
    target: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// How long to wait before the next attempt, if it says so.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    retry_after: Option<Duration>,
    closes: bool,
    body: Range<usize>,
}

impl Connection {
    /// One that connects when it is first used.
    pub(crate) fn new(target: SocketAddr) -> Connection {
        Connection { target, stream: None, received: Vec::with_capacity(4 * 1024) }
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        // Taken out, and put back only when the answer is whole: a connection that failed, or was left in between, is gone.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.target).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.received.clear();
        let mut head: Option<Head> = None;
        let head = loop {
            if let Some(head) = head.take_if(|head| self.received.len() >= head.body.end) {
                break head;
            }
            if stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection before it answered"));
            }
            if head.is_none() {
                head = read_head(&self.received)?;
            }
            if self.received.len() > ANSWER_BYTES_MAX {
                return Err(invalid("an answer is too long"));
            }
        };
        if !head.closes {
            self.stream = Some(stream);
        }
        let body = self.received.get(head.body).unwrap_or_default();
        Ok(Answer { status: head.status, retry_after: head.retry_after, body })
    }
}

/// Reads the head of an answer; none if it is not there whole yet.
fn read_head(received: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = response.parse(received).map_err(invalid)? else { return Ok(None) };
    let status = response.code.ok_or_else(|| invalid("an answer without a status"))?;
    let (mut length, mut retry_after, mut closes) = (None, None, false);
    for header in response.headers.iter() {
        let text = from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            length = text.parse::<usize>().ok();
        } else if header.name.eq_ignore_ascii_case("retry-after") {
            retry_after = text.parse().ok().map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = text.eq_ignore_ascii_case("close");
        }
    }
    let length = length.filter(|length| *length <= ANSWER_BYTES_MAX);
    let length = length.ok_or_else(|| invalid("an answer without a length, or too long"))?;
    Ok(Some(Head { status, retry_after, closes, body: start..start + length }))
}

fn invalid(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, cause)
}

/// Writes a GET to the end of `out`.
pub(crate) fn write_get(host: SocketAddr, path: &str, key: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\r\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn heads_are_read_when_they_are_whole() {
        let text = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nRetry-After: 2\r\nConnection: close\r\n\r\nbusy";
        let start = text.len() - 4;
        assert_eq!(read_head(&text[..start - 1]).expect("so far so good"), None);
        let head = Head { status: 503, retry_after: Some(Duration::from_secs(2)), closes: true, body: start..start + 4 };
        assert_eq!(read_head(text).expect("a head"), Some(head));
        for wrong in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "SSH-2.0\r\n\r\n"] {
            assert!(read_head(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn answers_come_in_pieces_and_connections_are_opened_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let target = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            for pieces in [
                vec!["HTTP/1.1 200 OK\r\ncontent-le", "ngth: 5\r\nconnection: close\r\n\r\nfi", "rst"],
                vec!["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"],
            ] {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let mut request = [0; 4];
                stream.read_exact(&mut request).await.expect("a request");
                for piece in pieces {
                    stream.write_all(piece.as_bytes()).await.expect("it is read");
                    tokio::task::yield_now().await;
                }
                // The second connection ends without another answer.
            }
        });
        let mut connection = Connection::new(target);
        let answer = connection.exchange(b"one\n").await.expect("an answer");
        assert_eq!((answer.status, answer.body), (200, &b"first"[..]));
        let answer = connection.exchange(b"two\n").await.expect("an answer");
        assert_eq!((answer.status, answer.body), (200, &b""[..]));
        server.await.expect("no panic");
        assert!(connection.exchange(b"six\n").await.is_err());
    }
}
