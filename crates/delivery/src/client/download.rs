//! A `GET` whose answer is read as it comes, such as a stream of events.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::{AttemptError, Client};

/// An answer whose head is there. Dropped, its connection goes with what was not read.
#[derive(Debug)]
pub struct Download {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
}

impl Client {
    /// Asks for something. The head of the answer may take as long as `wait`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, url: &str, headers: HeaderMap, wait: Duration) -> Result<Download, AttemptError> {
        let url = self.guard.url(url).map_err(|forbidden| AttemptError::forbidden(&forbidden))?;
        let request = Request::builder().method(Method::GET).uri(url.as_str()).body(Full::new(Bytes::new()));
        let mut request = request.map_err(|error| AttemptError::unsendable(&error))?;
        *request.headers_mut() = headers;
        let answer = timeout(wait, self.http.request(request)).await.map_err(|_| AttemptError::timed_out())?;
        let (head, body) = answer.map_err(|error| AttemptError::of(&error))?.into_parts();
        Ok(Download { status: head.status.as_u16(), headers: head.headers, body })
    }
}

impl Download {
    /// The next part of the body, of whatever size came; none at its end. It may take as long as `wait`.
    ///
    /// # Errors
    /// When the connection breaks off, or nothing comes in time.
    pub async fn part(&mut self, wait: Duration) -> Result<Option<Bytes>, AttemptError> {
        loop {
            let frame = timeout(wait, self.body.frame()).await.map_err(|_| AttemptError::timed_out())?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| AttemptError::broken(&error))?;
            if let Ok(part) = frame.into_data() {
                return Ok(Some(part));
            }
        }
    }

    /// The body up to so many bytes; what is behind is dropped. Each part may take as long as `wait`.
    ///
    /// # Errors
    /// As [`Download::part`].
    pub async fn beginning(mut self, bytes_max: usize, wait: Duration) -> Result<Vec<u8>, AttemptError> {
        let mut beginning = Vec::new();
        while beginning.len() < bytes_max
            && let Some(part) = self.part(wait).await?
        {
            beginning.extend_from_slice(&part[..part.len().min(bytes_max - beginning.len())]);
        }
        Ok(beginning)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::{
        client::{ClientOptions, Dns},
        guard::Guard,
    };

    const WAIT: Duration = Duration::from_secs(30);

    /// A client, and where somebody answers once with these bytes and ends.
    async fn answered(answer: &'static [u8]) -> (Client, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/stream", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                assert_ne!(socket.read_buf(&mut head).await.expect("a head"), 0);
            }
            assert!(head.starts_with(b"GET /stream HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&head));
            socket.write_all(answer).await.expect("it is written");
        });
        let resolve = Arc::new(Dns::of_the_machine().expect("names are looked up"));
        (Client::new(ClientOptions { guard: Guard { allow_private: true, ..Guard::default() }, resolve, roots: Vec::new() }), url)
    }

    #[tokio::test]
    async fn a_body_is_read_as_it_comes_until_its_end() {
        let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let (client, url) = answered(answer).await;
        let mut download = client.get(&url, HeaderMap::new(), WAIT).await.expect("an answer");
        assert_eq!(download.status, 200);
        let mut body = Vec::new();
        while let Some(part) = download.part(WAIT).await.expect("no break") {
            body.extend_from_slice(&part);
        }
        assert_eq!(body, b"abcde");
        let (client, url) = answered(b"HTTP/1.1 404 No\r\ncontent-length: 5\r\n\r\nabcde").await;
        let download = client.get(&url, HeaderMap::new(), WAIT).await.expect("an answer");
        assert_eq!((download.status, download.beginning(3, WAIT).await), (404, Ok(b"abc".to_vec())));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_end() {
        let (client, url) = answered(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
        let mut download = client.get(&url, HeaderMap::new(), WAIT).await.expect("an answer");
        assert_eq!(download.part(WAIT).await, Ok(Some(Bytes::from_static(b"abc"))));
        assert_eq!(download.part(WAIT).await.map_err(|error| error.code), Err("broken"));
    }

    #[tokio::test]
    async fn a_body_of_which_nothing_comes_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let (client, _) = answered(b"").await;
        let (download, socket) = tokio::join!(client.get(&url, HeaderMap::new(), WAIT), async {
            let mut socket = listener.accept().await.expect("a connection").0;
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                assert_ne!(socket.read_buf(&mut head).await.expect("a head"), 0);
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.expect("it is written");
            socket
        });
        let mut download = download.expect("an answer");
        assert_eq!(download.part(Duration::ZERO).await.map_err(|error| error.code), Err("timeout"));
        drop(socket);
    }

    #[tokio::test]
    async fn what_the_guard_forbids_is_not_asked() {
        let (_, url) = answered(b"").await;
        let resolve = Arc::new(Dns::of_the_machine().expect("names are looked up"));
        let client = Client::new(ClientOptions { guard: Guard::default(), resolve, roots: Vec::new() });
        assert_eq!(client.get(&url, HeaderMap::new(), WAIT).await.err().map(|error| error.code), Some("forbidden"));
    }
}
