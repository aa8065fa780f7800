use std::{collections::HashSet, sync::Mutex};

use axum::{Router, extract::State, response::IntoResponse, routing::post};
use http_body_util::BodyExt;
use tokio::net::TcpListener;

use super::*;

/// Numbers, posted; every answer but an empty one with 200 is wrong.
struct Numbers;

impl Requests for Numbers {
    fn write(&self, index: u64, out: &mut Vec<u8>) {
        let body = index.to_string();
        out.extend_from_slice(format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn is_right(&self, answer: &Answer<'_>) -> bool {
        answer.status == 200
    }

    fn kinds(&self) -> usize {
        2
    }

    fn kind(&self, index: u64) -> usize {
        usize::from(index.is_multiple_of(5))
    }
}

/// What a server saw, and the numbers that it answers with 503 once.
#[derive(Default)]
struct Seen {
    numbers: Mutex<Vec<u64>>,
    refused_once: Mutex<HashSet<u64>>,
    refused_ever: Option<u64>,
}

async fn take(State(seen): State<Arc<Seen>>, request: axum::extract::Request) -> impl IntoResponse {
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let number: u64 = std::str::from_utf8(&body).expect("text").parse().expect("a number");
    seen.numbers.lock().expect("no panic").push(number);
    if seen.refused_ever == Some(number) {
        return (axum::http::StatusCode::CONFLICT, [("retry-after", "0")]);
    }
    if seen.refused_once.lock().expect("no panic").remove(&number) {
        return (axum::http::StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]);
    }
    (axum::http::StatusCode::OK, [("retry-after", "0")])
}

async fn server(seen: Arc<Seen>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address");
    let router = Router::new().route("/", post(take)).with_state(seen);
    let limits = hookline_server::Limits::default();
    tokio::spawn(async move { hookline_server::serve(listener, router, &limits, CancellationToken::new()).await });
    target
}

fn load(target: SocketAddr, pace: Pace, until: Until) -> Load {
    Load { target, requests: Arc::new(Numbers), connections: 3, pace, until }
}

fn count(outcome: &Outcome) -> Vec<u64> {
    outcome.latencies.iter().map(|latencies| latencies.percentiles().count).collect()
}

#[tokio::test]
async fn every_request_is_sent_once_and_again_after_a_503() {
    let schedule = Schedule::new(10_000.0).expect("a rate");
    for pace in [Pace::Closed, Pace::Open(schedule)] {
        let seen = Arc::new(Seen { refused_once: Mutex::new([3, 50].into()), ..Seen::default() });
        let outcome = load(server(Arc::clone(&seen)).await, pace, Until::Count(100)).run(&|_| ()).await.expect("it ends");
        assert_eq!((outcome.answered, outcome.retried, count(&outcome)), (100, 2, vec![80, 20]));
        let mut numbers = seen.numbers.lock().expect("no panic").clone();
        numbers.sort_unstable();
        let expected: Vec<u64> =
            (0..100).flat_map(|number| vec![number; if [3, 50].contains(&number) { 2 } else { 1 }]).collect();
        assert_eq!(numbers, expected);
    }
}

#[tokio::test]
async fn in_the_open_loop_waiting_for_a_connection_counts() {
    const COUNT: u64 = 2_000;
    let target = server(Arc::new(Seen::default())).await;
    // All are due at once, and one connection takes them in turn: the middle one has waited for half of them.
    let pace = Pace::Open(Schedule::new(1_000_000.0).expect("a rate"));
    let load = Load { connections: 1, ..load(target, pace, Until::Count(COUNT)) };
    let outcome = load.run(&|_| ()).await.expect("it ends");
    let exchange_ms = outcome.elapsed.as_secs_f64() * 1_000.0 / COUNT as f64;
    let middle_ms = outcome.latencies[0].percentiles().p50_ms;
    // Counted from when each was sent, the middle one could not be above twice the mean.
    assert!(middle_ms > 4.0 * exchange_ms, "{middle_ms} {exchange_ms}");
}

#[tokio::test]
async fn a_wrong_answer_ends_it_and_is_shown() {
    let seen = Arc::new(Seen { refused_ever: Some(7), ..Seen::default() });
    let failed = load(server(seen).await, Pace::Closed, Until::Count(1_000)).run(&|_| ()).await.expect_err("it is wrong");
    assert!(failed.to_string().contains("request 7 was answered with 409"), "{failed}");
}

#[tokio::test]
async fn what_is_told_to_end_still_sends_the_least_it_should() {
    let stop = CancellationToken::new();
    stop.cancel();
    let seen = Arc::new(Seen::default());
    let pace = Pace::Open(Schedule::new(0.01).expect("a rate"));
    let outcome = load(server(Arc::clone(&seen)).await, pace, Until::Told { stop, at_least: 4 }).run(&|_| ()).await;
    assert_eq!(outcome.expect("it ends").answered, 4);
    assert_eq!(seen.numbers.lock().expect("no panic").len(), 4);
}

#[tokio::test]
async fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let target = listener.local_addr().expect("an address");
    drop(listener);
    let failed = load(target, Pace::Closed, Until::Count(1)).run(&|_| ()).await.expect_err("nobody is there");
    assert!(failed.to_string().contains("send a request"), "{failed}");
}
