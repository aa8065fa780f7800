//! Attempts against receivers on real sockets.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicUsize, Ordering},
};

use http::HeaderValue;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, rustls};

use super::*;

const NOW: Millis = Millis(1_770_000_000_000);

/// Answers look-ups from a list, one after the other, the last for ever.
struct Scripted {
    answers: Vec<Result<Vec<IpAddr>, io::ErrorKind>>,
    asked: AtomicUsize,
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let place = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let answer = self.answers[place].clone().map_err(|kind| io::Error::new(kind, "scripted"));
        Box::pin(async move { answer })
    }
}

fn scripted(answers: Vec<Result<Vec<IpAddr>, io::ErrorKind>>) -> Arc<Scripted> {
    Arc::new(Scripted { answers, asked: AtomicUsize::new(0) })
}

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn client_of(guard: Guard, resolve: Arc<dyn Resolve>) -> Client {
    Client::new(ClientOptions { guard, resolve, roots: Vec::new() })
}

/// A client that may send to this machine, and finds every name there.
fn client() -> Client {
    client_of(Guard { allow_private: true, allow: Vec::new() }, scripted(vec![Ok(vec![HOME])]))
}

fn request(url: String) -> Request {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    Request { url, headers, body: Bytes::from_static(b"{\"a\":1}"), timeout: Duration::from_secs(20) }
}

/// Reads one request: its head and its body.
pub(crate) async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// A receiver that answers every request of every connection with the same bytes. Answers its port and how many connections and
/// requests there were.
async fn receiver(answer: &'static [u8]) -> (u16, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = (Arc::clone(&connections), Arc::clone(&requests));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            let requests = Arc::clone(&requests);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                while read_request(&mut stream).await.is_some() {
                    requests.fetch_add(1, Ordering::SeqCst);
                    if stream.write_all(answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, counted.0, counted.1)
}

#[tokio::test]
async fn a_2xx_is_a_delivery_and_its_connection_is_used_again() {
    let (port, connections, requests) = receiver(b"HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\nthank").await;
    let client = client();
    let first = client.attempt(request(format!("http://hook.example:{port}/in")), NOW).await;
    assert_eq!((first.ending, first.status, &first.answer[..]), (Ending::Delivered, Some(202), &b"thank"[..]));
    assert!(first.timing.name.is_some() && first.timing.connect.is_some() && first.timing.tls.is_none(), "{:?}", first.timing);
    let second = client.attempt(request(format!("http://hook.example:{port}/in")), NOW).await;
    assert_eq!((second.timing.name, second.timing.connect), (None, None));
    assert!(second.timing.first_byte.is_some_and(|first_byte| first_byte <= second.timing.total));
    assert_eq!((connections.load(Ordering::SeqCst), requests.load(Ordering::SeqCst)), (1, 2));
}

#[tokio::test]
async fn the_request_is_what_was_asked_for() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let received = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut stream = BufReader::new(stream);
        let received = read_request(&mut stream).await.expect("a request");
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.expect("written");
        received
    });
    let mut request = request(format!("http://hook.example:{port}/in/put?x=%20a"));
    request.headers.insert("x-secret", HeaderValue::from_static("s3"));
    assert_eq!(client().attempt(request, NOW).await.status, Some(204));
    let (head, body) = received.await.expect("received");
    assert!(head.starts_with("POST /in/put?x=%20a HTTP/1.1\r\n"), "{head}");
    let lower = head.to_lowercase();
    for line in ["x-secret: s3\r\n", "content-type: application/json\r\n", "content-length: 7\r\n"] {
        assert!(lower.contains(line), "{head}");
    }
    assert!(lower.contains(&format!("host: hook.example:{port}\r\n")), "{head}");
    assert_eq!(body, b"{\"a\":1}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let answer = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
    let (port, _, requests) = receiver(answer).await;
    let attempt = client().attempt(request(format!("http://hook.example:{port}/")), NOW).await;
    assert_eq!(attempt.ending, Ending::Answered { status: 302, retry_after: None });
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_says_when_to_come_again() {
    let (port, ..) = receiver(b"HTTP/1.1 429 Slow\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n").await;
    let attempt = client().attempt(request(format!("http://hook.example:{port}/")), NOW).await;
    assert_eq!(attempt.ending, Ending::Answered { status: 429, retry_after: Some(Duration::from_secs(90)) });
}

#[tokio::test]
async fn who_refuses_breaks_off_or_is_no_http_has_not_answered() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let closed = listener.local_addr().expect("an address").port();
    drop(listener);
    let refused = client().attempt(request(format!("http://hook.example:{closed}/")), NOW).await;
    assert_eq!((refused.ending, refused.error.map(|error| error.code)), (Ending::Unanswered, Some("connect")));
    for answer in [&b""[..], b"HTTP/1.1 20", b"SSH-2.0-OpenSSH_9.6\r\n"] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                read_request(&mut stream).await;
                stream.write_all(answer).await.expect("written");
            }
        });
        let attempt = client().attempt(request(format!("http://hook.example:{port}/")), NOW).await;
        assert_eq!((attempt.ending, attempt.error.map(|error| error.code)), (Ending::Unanswered, Some("broken")), "{answer:?}");
    }
}

#[tokio::test]
async fn who_never_answers_has_run_out_of_time() {
    let (port, ..) = receiver(b"").await;
    let request = Request { timeout: Duration::from_millis(150), ..request(format!("http://hook.example:{port}/")) };
    let attempt = client().attempt(request, NOW).await;
    assert_eq!((attempt.ending, attempt.error.map(|error| error.code)), (Ending::Unanswered, Some("timeout")));
}

#[tokio::test]
async fn of_an_endless_answer_the_beginning_is_kept() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let written = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut stream = BufReader::new(stream);
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("written");
        let mut written = 0_usize;
        // Until the other side has had enough.
        while stream.write_all(&[b'x'; 1_024]).await.is_ok() {
            written += 1_024;
        }
        written
    });
    let attempt = client().attempt(request(format!("http://hook.example:{port}/")), NOW).await;
    assert_eq!((attempt.ending, attempt.answer.len()), (Ending::Delivered, ANSWER_BYTES_KEPT));
    // What the sockets hold, and no more.
    assert!(written.await.expect("written") < 16 * 1024 * 1024);
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for_long() {
    let (port, ..) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nabc").await;
    let attempt = client().attempt(request(format!("http://hook.example:{port}/")), NOW).await;
    assert_eq!((attempt.ending, &attempt.answer[..]), (Ending::Delivered, &b"abc"[..]));
    assert!(attempt.timing.total < request(String::new()).timeout);
}

#[tokio::test]
async fn nothing_inside_is_reached_by_a_name_however_it_answers() {
    let (port, connections, _) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let public: IpAddr = "192.0.32.8".parse().expect("an address");
    // Public when it was saved, private when it is connected to.
    let flipping = scripted(vec![Ok(vec![public]), Ok(vec![HOME])]);
    assert!(flipping.resolve("hook.example").await.is_ok_and(|found| found == [public]));
    let attempt = client_of(Guard::default(), flipping).attempt(request(format!("http://hook.example:{port}/")), NOW).await;
    let error = attempt.error.expect("forbidden");
    assert_eq!((error.code, attempt.ending), ("forbidden", Ending::Unanswered));
    assert!(!error.text.contains("127.0.0.1"), "{}", error.text);
    for mapped in ["::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1"] {
        let resolve = scripted(vec![Ok(vec![mapped.parse().expect("an address")])]);
        let attempt = client_of(Guard::default(), resolve).attempt(request(format!("http://hook.example:{port}/")), NOW).await;
        assert_eq!(attempt.error.map(|error| error.code), Some("forbidden"), "{mapped}");
    }
    let literal = client_of(Guard::default(), scripted(vec![Ok(vec![HOME])]));
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"] {
        let attempt = literal.attempt(request(format!("http://{host}:{port}/")), NOW).await;
        assert_eq!(attempt.error.map(|error| error.code), Some("forbidden"), "{host}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_of_the_inside_is_reached_in_the_networks_that_are_allowed_only() {
    let (port, connections, _) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let guard = Guard { allow_private: false, allow: vec!["127.0.0.0/30".parse().expect("a network")] };
    let outside: IpAddr = "127.0.0.9".parse().expect("an address");
    for host in ["localhost", "host.docker.internal", "n8n.local"] {
        let before = connections.load(Ordering::SeqCst);
        // In the network at first, and not any more when the name is looked up again.
        let resolve = scripted(vec![Ok(vec![HOME]), Ok(vec![outside])]);
        let url = format!("http://{host}:{port}/");
        let attempt = client_of(guard.clone(), Arc::clone(&resolve) as _).attempt(request(url.clone()), NOW).await;
        assert_eq!((attempt.ending, connections.load(Ordering::SeqCst)), (Ending::Delivered, before + 1), "{host}");
        let attempt = client_of(guard.clone(), resolve).attempt(request(url), NOW).await;
        let error = attempt.error.expect("forbidden");
        assert_eq!((error.code, attempt.ending), ("forbidden", Ending::Unanswered), "{host}");
        assert!(error.text.contains(host) && !error.text.contains("127.0.0.9"), "{}", error.text);
        assert_eq!(connections.load(Ordering::SeqCst), before + 1, "{host}");
    }
}

#[tokio::test]
async fn of_a_public_and_a_private_address_the_public_one_is_taken() {
    let (port, connections, _) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // Allowed by name of network: it plays the public one.
    let guard = Guard { allow_private: false, allow: vec!["127.0.0.1/32".parse().expect("a network")] };
    let private: IpAddr = "127.0.0.2".parse().expect("an address");
    let attempt = client_of(guard, scripted(vec![Ok(vec![private, HOME])]))
        .attempt(request(format!("http://hook.example:{port}/")), NOW)
        .await;
    assert_eq!((attempt.ending, connections.load(Ordering::SeqCst)), (Ending::Delivered, 1));
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_the_receivers_fault_and_no_resolver_is_ours() {
    for (kind, ending, code) in
        [(io::ErrorKind::NotFound, Ending::Unanswered, "name"), (io::ErrorKind::TimedOut, Ending::Ours, "own_fault")]
    {
        let client = client_of(Guard::default(), scripted(vec![Err(kind)]));
        let attempt = client.attempt(request("https://hook.example/".to_owned()), NOW).await;
        assert_eq!((attempt.ending, attempt.error.map(|error| error.code)), (ending, Some(code)));
    }
    let client = client_of(Guard::default(), scripted(vec![Ok(Vec::new())]));
    let attempt = client.attempt(request("https://hook.example/".to_owned()), NOW).await;
    assert_eq!(attempt.error.map(|error| error.code), Some("name"));
}

/// A receiver with TLS, that agrees on the first of `protocols` that the client has. Answers its port and its certificate.
async fn tls_receiver(protocols: &[&[u8]]) -> (u16, CertificateDer<'static>) {
    let certified = rcgen::generate_simple_self_signed(["hook.example".to_owned()]).expect("a certificate");
    let certificate = certified.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
    let builder = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let mut config = builder
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a configuration");
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = hyper::service::service_fn(|request: http::Request<Incoming>| async move {
                    let version = format!("{:?}", request.version());
                    Ok::<_, std::convert::Infallible>(http::Response::new(Full::new(Bytes::from(version))))
                });
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                // The client is gone when it is gone.
                let _ = server.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
            });
        }
    });
    (port, certificate)
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered() {
    for (protocols, spoken) in [(&[&b"h2"[..], b"http/1.1"][..], "HTTP/2.0"), (&[&b"http/1.1"[..]][..], "HTTP/1.1")] {
        let (port, certificate) = tls_receiver(protocols).await;
        let guard = Guard { allow_private: true, allow: Vec::new() };
        let resolve = scripted(vec![Ok(vec![HOME])]);
        let client = Client::new(ClientOptions { guard, resolve, roots: vec![certificate] });
        let attempt = client.attempt(request(format!("https://hook.example:{port}/")), NOW).await;
        assert_eq!(attempt.error, None);
        assert_eq!(String::from_utf8_lossy(&attempt.answer), spoken);
        assert!(attempt.timing.tls.is_some());
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    let (port, _) = tls_receiver(&[b"http/1.1"]).await;
    let attempt = client().attempt(request(format!("https://hook.example:{port}/")), NOW).await;
    assert_eq!((attempt.ending, attempt.error.map(|error| error.code)), (Ending::Unanswered, Some("tls")));
}
