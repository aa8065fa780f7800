use std::{io, time::Duration};

use axum::{
    body::Bytes,
    extract::Request,
    response::IntoResponse,
    routing::{get, post},
};
use http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::mpsc,
    task::JoinHandle,
    time::Instant,
};

use super::*;

fn peer() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 1))
}

/// A router whose answers are short.
fn short() -> Router {
    let refuse = |_: Request| async { StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let read = |body: Bytes| async move { body.len().to_string() };
    Router::new().route("/", get(|| async { "ok" })).route("/refuse", post(refuse)).route("/read", post(read))
}

/// One connection to `router`, in memory.
fn connect(router: Router, limits: Limits) -> (DuplexStream, JoinHandle<()>) {
    let (client, server) = duplex(64 * 1024);
    let serving = async move { connection(server, peer(), router, &limits, &CancellationToken::new()).await };
    (client, tokio::spawn(serving))
}

/// Reads an answer with a body of `body` and nothing behind it.
async fn read_answer(client: &mut (impl AsyncRead + Unpin), body: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(format!("\r\n\r\n{body}").as_bytes()) {
        let mut byte = [0];
        client.read_exact(&mut byte).await.expect("an answer");
        text.push(byte[0]);
    }
    String::from_utf8(text).expect("UTF-8")
}

/// How long a connection stays open, in seconds, from now on.
async fn closes_after(client: &mut DuplexStream) -> u64 {
    let started = Instant::now();
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.expect("an end");
    assert_eq!(String::from_utf8_lossy(&rest), "");
    started.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn heads_that_do_not_come_in_time_close_the_connection() {
    let half = "GET / HTTP/1.1\r\nhost: x\r\n";
    for sent in ["", "G", half] {
        let (mut client, serving) = connect(short(), Limits::default());
        client.write_all(sent.as_bytes()).await.expect("written");
        assert_eq!(closes_after(&mut client).await, 5, "{sent:?}");
        serving.await.expect("no panic");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dripping_head_gains_no_time() {
    let (mut client, serving) = connect(short(), Limits::default());
    let started = Instant::now();
    while client.write_all(b"a").await.is_ok() {
        sleep(Duration::from_millis(900)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    serving.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn between_requests_a_connection_may_stay_open_longer_than_a_head_may_take() {
    let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut client, _serving) = connect(short(), Limits::default());
    for _ in 0..3 {
        client.write_all(request).await.expect("written");
        read_answer(&mut client, "ok").await;
        sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(closes_after(&mut client).await, 15);

    let (mut client, _serving) = connect(short(), Limits::default());
    client.write_all(request).await.expect("written");
    read_answer(&mut client, "ok").await;
    sleep(Duration::from_secs(60)).await;
    client.write_all(&request[..9]).await.expect("written");
    assert_eq!(closes_after(&mut client).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_let_go() {
    let large = Router::new().route("/", get(|| async { "x".repeat(1_000_000) }));
    let (mut client, serving) = connect(large, Limits::default());
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let started = Instant::now();
    serving.await.expect("no panic");
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn heads_are_bounded_in_headers_and_in_bytes() {
    let many = "x: y\r\n".repeat(65);
    let large = format!("x: {}\r\n", "y".repeat(40_000));
    for (headers, status) in [("x: y\r\n".repeat(64), "200"), (many, "431"), (large, "431")] {
        let (mut client, _serving) = connect(short(), Limits::default());
        client.write_all(format!("GET / HTTP/1.1\r\n{headers}\r\n").as_bytes()).await.expect("written");
        let mut start = [0; 12];
        client.read_exact(&mut start).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&start), format!("HTTP/1.1 {status}"));
    }
}

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    shutdown: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(router: Router, limits: Limits) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let serving = tokio::spawn(async move { serve(listener, router, &limits, stop).await });
        Server { address, shutdown, serving }
    }

    async fn connect(&self) -> (OwnedReadHalf, OwnedWriteHalf) {
        TcpStream::connect(self.address).await.expect("a connection").into_split()
    }
}

/// A router whose one answer waits until it is told to go.
fn waiting() -> (Router, mpsc::UnboundedReceiver<CancellationToken>) {
    let (entered, requests) = mpsc::unbounded_channel();
    let wait = move || {
        let go = CancellationToken::new();
        entered.send(go.clone()).expect("the test listens");
        async move {
            go.cancelled().await;
            "ok"
        }
    };
    (Router::new().route("/", get(wait)), requests)
}

#[tokio::test]
async fn a_refusal_is_read_although_the_body_was_not() {
    let server = Server::start(short(), Limits::default()).await;
    let (mut reader, mut writer) = server.connect().await;
    let body_bytes = 8 * 1024 * 1024;
    let head = format!("POST /refuse HTTP/1.1\r\nhost: x\r\ncontent-length: {body_bytes}\r\n\r\n");
    writer.write_all(head.as_bytes()).await.expect("written");
    // A client that writes everything before it reads: a reset would break the writing, or destroy the answer.
    writer.write_all(&vec![b'x'; body_bytes]).await.expect("written");
    let mut answer = String::new();
    reader.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn stopping_answers_what_is_in_flight_and_takes_no_more() {
    let (router, mut requests) = waiting();
    let server = Server::start(router, Limits::default()).await;
    let (mut reader, mut writer) = server.connect().await;
    writer.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let go = requests.recv().await.expect("a request");
    server.shutdown.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go.cancel();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close") && answer.ends_with("ok"), "{answer}");
    drop(writer);
    server.serving.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn stopping_ends_in_time_whatever_is_in_flight() {
    let (router, mut requests) = waiting();
    let server = Server::start(router, Limits::default()).await;
    let (mut reader, mut writer) = server.connect().await;
    writer.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let _go = requests.recv().await.expect("a request");
    tokio::time::pause();
    let started = Instant::now();
    server.shutdown.cancel();
    server.serving.await.expect("no panic").expect("no error");
    assert_eq!(started.elapsed().as_secs(), 8);
    let mut answer = String::new();
    // Cut, cleanly or not.
    let _ = reader.read_to_string(&mut answer).await;
    assert_eq!(answer, "");
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_for_their_turn() {
    let server = Server::start(short(), Limits { connections_max: 1, ..Limits::default() }).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut reader, mut writer) = server.connect().await;
    writer.write_all(request).await.expect("written");
    read_answer(&mut reader, "ok").await;
    let (mut second_reader, mut second_writer) = server.connect().await;
    second_writer.write_all(request).await.expect("written");
    writer.write_all(request).await.expect("written");
    read_answer(&mut reader, "ok").await;
    let mut early = [0];
    assert!(second_reader.try_read(&mut early).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
    drop((reader, writer));
    read_answer(&mut second_reader, "ok").await;
}

#[tokio::test]
async fn whole_bodies_are_read_and_connections_reused() {
    let server = Server::start(short(), Limits::default()).await;
    let (mut reader, mut writer) = server.connect().await;
    for bytes in [0, 5, 200_000] {
        let head = format!("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
        writer.write_all(head.as_bytes()).await.expect("written");
        writer.write_all(&vec![b'x'; bytes]).await.expect("written");
        read_answer(&mut reader, &bytes.to_string()).await;
    }
}
