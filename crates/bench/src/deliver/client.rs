//! The frozen no-op client: what sending costs at the least, on the HTTP client that Hookline uses too.
//!
//! It reads bodies from a file, signs each as Standard Webhooks says, sends it, and reads the answer. It keeps nothing, looks up
//! nothing and decides nothing. It is not tuned along with the product, or figures of two days could not be compared.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::Error;

/// The key that everything is signed with.
const KEY: [u8; 24] = *b"not a secret, 24 bytes..";
/// Requests that are on the wire at once, per URL: as many as Hookline has as a rule.
const AT_ONCE: usize = 8;
/// The most bytes of all bodies.
const BODIES_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// What is sent.
pub struct Sending {
    bodies: Vec<Bytes>,
    urls: Vec<axum::http::Uri>,
    /// How many each URL is sent.
    count: u64,
    /// The time that is signed, in seconds since 1970.
    timestamp: i64,
}

/// Writes bodies into a file, each behind its length.
pub(super) fn write_bodies(file: &Path, bodies: &[Vec<u8>]) -> Result<(), Error> {
    let mut all = Vec::new();
    for body in bodies {
        all.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        all.extend_from_slice(body);
    }
    std::fs::write(file, all).map_err(|error| Error::failed("write the bodies", error))
}

fn read_bodies(file: &Path) -> Result<Vec<Bytes>, Error> {
    let failed = |cause: &dyn std::fmt::Display| Error::failed(format_args!("read {}", file.display()), cause);
    let size = std::fs::metadata(file).map_err(|error| failed(&error))?.len();
    if size > BODIES_BYTES_MAX {
        return Err(failed(&format_args!("it has more than {BODIES_BYTES_MAX} bytes")));
    }
    let mut all = Bytes::from(std::fs::read(file).map_err(|error| failed(&error))?);
    let mut bodies = Vec::new();
    while !all.is_empty() {
        let length = all.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize);
        let length =
            length.filter(|length| all.len() - 4 >= *length).ok_or_else(|| failed(&"it ends in the middle of a body"))?;
        bodies.push(all.slice(4..4 + length));
        all = all.slice(4 + length..);
    }
    if bodies.is_empty() { Err(failed(&"it has no body")) } else { Ok(bodies) }
}

impl Sending {
    /// Reads what is to be sent.
    ///
    /// # Errors
    /// When the file has no bodies, or a URL is none.
    pub fn read(bodies: &Path, urls: &[String], count: u64, timestamp: i64) -> Result<Sending, Error> {
        let urls: Result<Vec<_>, Error> =
            urls.iter().map(|url| url.parse().map_err(|error| Error::Options(format!("{url} is no URL: {error}")))).collect();
        Ok(Sending { bodies: read_bodies(bodies)?, urls: urls?, count, timestamp })
    }

    /// Sends it, and ends when everything is answered.
    ///
    /// # Errors
    /// When something is not answered, or otherwise than with a 2xx.
    pub async fn run(self) -> Result<(), Error> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(connector);
        let sending = Arc::new(self);
        let mut tasks = JoinSet::new();
        for url in 0..sending.urls.len() {
            let next = Arc::new(AtomicU64::new(0));
            for _ in 0..AT_ONCE {
                tasks.spawn(Arc::clone(&sending).send(url, Arc::clone(&next), client.clone()));
            }
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|error| Error::failed("send", error))??;
        }
        Ok(())
    }

    async fn send(
        self: Arc<Sending>,
        url: usize,
        next: Arc<AtomicU64>,
        client: Client<HttpConnector, Full<Bytes>>,
    ) -> Result<(), Error> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.count {
                return Ok(());
            }
            let body = &self.bodies[usize::try_from(number % self.bodies.len() as u64).unwrap_or_default()];
            let id = format!("{:08x}-0000-5000-8000-{number:012x}", url as u32);
            let request = axum::http::Request::post(self.urls[url].clone())
                .header("content-type", "application/json")
                .header("user-agent", "no-op")
                .header("webhook-id", &id)
                .header("webhook-timestamp", self.timestamp)
                .header("webhook-signature", signature(&id, self.timestamp, body))
                .body(Full::new(body.clone()))
                .map_err(|error| Error::failed("make a request", error))?;
            let answer = client.request(request).await.map_err(|error| Error::failed("send a request", error))?;
            let status = answer.status();
            if !status.is_success() {
                return Err(Error::Failed(format!("a request was answered with {status}")));
            }
            answer.into_body().collect().await.map_err(|error| Error::failed("read an answer", error))?;
        }
    }
}

/// The signature of Standard Webhooks.
fn signature(id: &str, timestamp: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY).unwrap_or_else(|_| unreachable!("a key may have any length"));
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{
        super::receiver::{Manner, Receivers},
        *,
    };

    #[test]
    fn bodies_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("bodies");
        for bodies in [vec![b"{}".to_vec(), Vec::new(), vec![b'x'; 70_000]], vec![b"one".to_vec()]] {
            write_bodies(&file, &bodies).expect("written");
            assert_eq!(read_bodies(&file).expect("read"), bodies);
        }
        for wrong in [&b""[..], b"\x05\0\0\0abc", b"\x01\0"] {
            std::fs::write(&file, wrong).expect("written");
            assert!(read_bodies(&file).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_library_verifies_the_signature() {
        let secret = format!("whsec_{}", STANDARD.encode(KEY));
        let webhook = standardwebhooks::Webhook::new(&secret).expect("a secret");
        let now = 1_770_000_000;
        let signed = webhook.sign("some-id", now, b"{}").expect("signed");
        assert_eq!(signature("some-id", now, b"{}"), signed);
    }

    #[tokio::test]
    async fn each_url_is_sent_as_many() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("bodies");
        write_bodies(&file, &[b"first".to_vec(), b"second".to_vec()]).expect("written");
        let receivers = Receivers::start().await.expect("a port");
        receivers.keep_bodies(100);
        let urls = [receivers.url(Manner::Well, 1), receivers.url(Manner::Well, 2)];
        Sending::read(&file, &urls, 11, 1_770_000_000).expect("read").run().await.expect("sent");
        receivers.until(22).await.expect("all came");
        let mut bodies = receivers.bodies();
        bodies.sort();
        assert_eq!(bodies.iter().filter(|body| *body == b"first").count(), 12, "each in turn");
        assert!(Sending::read(&file, &["no url at all".to_owned()], 1, 0).is_err());
    }
}
