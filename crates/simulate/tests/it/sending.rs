//! Sending, against servers that are slow, overloaded, broken or gone.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
use hookline_model::platform::Platform;
use hookline_simulate::{Error, Pace, Retries, Schedule, SimulateOptions, Summary, simulate};
use serde_json::json;
use tokio::{sync::watch, time::Instant};

use crate::NOW;

/// Serves until the test ends; answers a webhook address.
async fn serve<F: Future<Output = Response> + Send + 'static>(
    answer: impl Fn(Bytes) -> F + Clone + Send + Sync + 'static,
) -> String {
    let post = routing::post(move |body: Bytes| answer(body)).get(|| async { "ok" });
    let router = Router::new().route("/public/{hook}/{address}", post);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/public/smartlead-webhook/c0de")
}

fn processed() -> Response {
    Json(json!({"status": "processed", "event_id": "x"})).into_response()
}

fn options(url: String) -> SimulateOptions {
    let soon = vec![Duration::from_millis(1); 3];
    SimulateOptions {
        events: 300,
        duplicates_pct: 0.0,
        pace: Pace::Rate(0.0),
        retries: Retries { schedule: Schedule::Fixed(soon), waiting_max: 1_000 },
        ..SimulateOptions::new(vec![url], NOW)
    }
}

/// Simulates; whatever happens, every delivery is counted once.
async fn run(options: SimulateOptions) -> Summary {
    let summary = simulate(options, |progress| assert!(progress.tally.settled() <= progress.tally.sent)).await;
    let summary = summary.expect("the probe is answered");
    assert_eq!(summary.tally.sent, summary.tally.settled(), "{summary}");
    assert_eq!(summary.latencies.count(), summary.tally.kept());
    summary
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_again() {
    let seen: Arc<Mutex<HashMap<Bytes, usize>>> = Arc::default();
    let url = serve(move |body| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt = seen.entry(body).or_insert(0);
        *attempt += 1;
        let answer = if *attempt <= 2 { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { processed() };
        async { answer }
    });
    let summary = run(options(url.await)).await;
    assert_eq!((summary.tally.processed, summary.tally.retries), (300, 600), "{summary}");
    assert!(summary.ledger.events_in_all() > 250);
}

#[tokio::test]
async fn what_stays_refused_is_given_up_and_not_expected_of_the_server() {
    let url = serve(|_| async { StatusCode::INTERNAL_SERVER_ERROR.into_response() }).await;
    let summary = run(options(url)).await;
    assert_eq!((summary.tally.refused, summary.tally.retries), (300, 900), "{summary}");
    assert_eq!(summary.ledger.events_in_all(), 0);
    assert!(summary.to_string().contains("sent 300 = processed 0 + duplicate 0 + refused 300 + failed 0"), "{summary}");
}

/// Faithful platforms, whose clocks run ten minutes a second; one request at a time.
fn faithful(url: String, failing: Option<Range<Duration>>) -> SimulateOptions {
    let retries = Retries { schedule: Schedule::Faithful { speed: 600, failing }, waiting_max: 1_000 };
    SimulateOptions { retries, connections: 1, ..options(url) }
}

#[tokio::test]
async fn a_faithful_platform_switches_off_a_webhook_that_fails() {
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&arrived);
    let url = serve(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        async { StatusCode::NOT_FOUND.into_response() }
    });
    let summary = run(faithful(url.await, None)).await;
    // SmartLead gives up after the fifth failure, of whichever deliveries.
    let tally = summary.tally;
    assert_eq!((arrived.load(Ordering::Relaxed), tally.refused, tally.not_sent), (5, 1, 299), "{summary}");
    assert_eq!((summary.tally.kept(), summary.tally.quarantined), (0, 0), "{summary}");
    let outcomes = summary.patience.as_ref().expect("what became of the webhook").outcomes();
    let outcome = outcomes.values().next().expect("one webhook");
    assert!(outcome.off_at.is_some() && outcome.not_sent == 300 && outcomes.len() == 1, "{summary}");
    assert!(summary.to_string().contains("switched off after"), "{summary}");
}

#[tokio::test]
async fn the_simulator_answers_in_the_place_of_a_server_that_is_to_fail() {
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&arrived);
    let url = serve(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        async { processed() }
    });
    let url = url.await;
    let for_ever = Duration::ZERO..Duration::MAX;
    let summary = run(faithful(url.clone(), Some(for_ever))).await;
    assert_eq!((arrived.load(Ordering::Relaxed), summary.tally.kept()), (0, 0), "{summary}");
    let never = Duration::ZERO..Duration::ZERO;
    let summary = run(faithful(url, Some(never))).await;
    assert_eq!((arrived.load(Ordering::Relaxed), summary.tally.processed), (300, 300), "{summary}");
    let outcomes = summary.patience.expect("what became of the webhook").outcomes();
    assert!(outcomes.values().all(|outcome| outcome.at_once == 300 && outcome.off_at.is_none()));
}

#[tokio::test]
async fn hubspot_sends_batches_and_counts_what_became_of_each_event() {
    // Of each body the first event is new, the second cannot be read, and the others are repetitions.
    let sizes: Arc<Mutex<Vec<usize>>> = Arc::default();
    let noted = Arc::clone(&sizes);
    let url = serve(move |body| {
        let events: Vec<serde_json::Value> = serde_json::from_slice(&body).expect("an array");
        noted.lock().unwrap_or_else(PoisonError::into_inner).push(events.len());
        let results = ["processed", "quarantined"].into_iter().chain(std::iter::repeat("duplicate")).take(events.len());
        let results: Vec<_> = results.map(|status| json!({"status": status})).collect();
        async move { Json(json!({"status": "processed", "results": results})).into_response() }
    });
    let options = SimulateOptions { platforms: vec![Platform::Hubspot], batch: 100, events: 350, ..options(url.await) };
    let tally = run(options).await.tally;
    let mut sizes = sizes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100, 100]);
    assert_eq!((tally.sent, tally.processed, tally.quarantined, tally.duplicate), (350, 4, 4, 342), "{tally}");
}

#[tokio::test]
async fn what_is_refused_for_good_or_unreadable_is_not_sent_again() {
    let number = Arc::new(AtomicUsize::new(0));
    let url = serve(move |_| {
        let status = match number.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => StatusCode::NOT_FOUND,
            1 => StatusCode::BAD_REQUEST,
            _ => StatusCode::PAYLOAD_TOO_LARGE,
        };
        async move { status.into_response() }
    });
    let summary = run(options(url.await)).await;
    assert_eq!((summary.tally.refused, summary.tally.quarantined, summary.tally.retries), (200, 100, 0), "{summary}");
}

#[tokio::test]
async fn the_servers_wait_is_honoured() {
    let first: Arc<Mutex<Option<Instant>>> = Arc::default();
    let waited: Arc<Mutex<Option<Duration>>> = Arc::default();
    let noted = Arc::clone(&waited);
    let url = serve(move |_| {
        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match *first {
            None => {
                *first = Some(Instant::now());
                (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response()
            }
            Some(first) => {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(first.elapsed());
                processed()
            }
        };
        async { answer }
    });
    let summary = run(SimulateOptions { events: 1, ..options(url.await) }).await;
    assert_eq!((summary.tally.processed, summary.tally.retries), (1, 1), "{summary}");
    let waited = waited.lock().unwrap_or_else(PoisonError::into_inner).expect("a second attempt");
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn no_answer_in_time_is_a_failure() {
    let url = serve(|_| std::future::pending()).await;
    let summary = run(SimulateOptions { events: 20, timeout: Duration::from_millis(20), ..options(url) }).await;
    assert_eq!((summary.tally.failed, summary.tally.retries), (20, 60), "{summary}");
}

#[tokio::test]
async fn the_queue_of_further_attempts_is_bounded() {
    let url = serve(|_| async { StatusCode::SERVICE_UNAVAILABLE.into_response() }).await;
    let mut options = options(url);
    options.retries.schedule = Schedule::Fixed(vec![Duration::from_secs(3_600)]);
    options.retries.waiting_max = 7;
    let stop = options.stop.clone();
    let mut waiting = 0;
    let summary = simulate(options, |progress| {
        waiting = waiting.max(progress.waiting);
        if progress.tally.sent == 300 && progress.in_flight == 0 {
            stop.cancel();
        }
    });
    let tally = summary.await.expect("the probe is answered").tally;
    assert_eq!((tally.refused, tally.failed, waiting), (293, 7, 7), "{tally}");
}

#[tokio::test]
async fn connections_are_bounded_and_used() {
    // Nothing is answered before the progress has been told once, when all connections are busy.
    let (gate, _) = watch::channel(false);
    let gate = Arc::new(gate);
    let opener = Arc::clone(&gate);
    let url = serve(move |_| {
        let mut gate = gate.subscribe();
        async move {
            drop(gate.wait_for(|is_open| *is_open).await);
            processed()
        }
    });
    let mut busy = Vec::new();
    let summary = simulate(SimulateOptions { connections: 5, ..options(url.await) }, |progress| {
        busy.push(progress.in_flight);
        opener.send_replace(true);
    });
    let summary = summary.await.expect("the probe is answered");
    assert!(summary.tally.is_clean() && busy[0] == 5, "{busy:?}");
}

#[tokio::test]
async fn a_server_that_stalls_does_not_slow_the_sender_down() {
    // Nothing is answered before forty deliveries are under way: a sender that waits for answers would wait for ever.
    let (arrived, _) = watch::channel(0usize);
    let arrived = Arc::new(arrived);
    let url = serve(move |_| {
        let arrived = Arc::clone(&arrived);
        async move {
            arrived.send_modify(|count| *count += 1);
            drop(arrived.subscribe().wait_for(|count| *count >= 40).await);
            processed()
        }
    });
    let options = SimulateOptions { events: 80, pace: Pace::Rate(400.0), ..options(url.await) };
    let summary = run(options).await;
    assert!(summary.tally.is_clean());
    assert!(summary.elapsed >= Duration::from_millis(79 * 1000 / 400), "{:?}", summary.elapsed);
    // The first waited for the fortieth, and its latency says so.
    let slowest = summary.latencies.per_mille(1000).expect("latencies");
    assert!(slowest >= Duration::from_millis(39 * 1000 / 400), "{slowest:?}");
}

#[tokio::test]
async fn stopping_early_finishes_what_is_under_way() {
    let url = serve(|_| async { processed() }).await;
    let options = SimulateOptions { events: 1_000_000_000, pace: Pace::Live { speed: 10_000 }, ..options(url) };
    let stop = options.stop.clone();
    let summary = simulate(options, move |progress| {
        if progress.tally.settled() > 0 {
            stop.cancel();
        }
    });
    let summary = summary.await.expect("the probe is answered");
    assert!(summary.tally.sent > 0 && summary.tally.sent < 1_000_000);
    assert_eq!(summary.tally.sent, summary.tally.settled());
}

#[tokio::test]
async fn addresses_are_tried_before_anything_is_sent() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address")
    };
    let unreachable = simulate(options(format!("http://{gone}/public/smartlead-webhook/c0de")), |_| {}).await;
    assert!(matches!(unreachable, Err(Error::Unreachable { .. })), "{unreachable:?}");

    let router = Router::new().fallback(|_: Request| async { StatusCode::NOT_FOUND });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    let unknown = simulate(options(format!("http://{address}/public/smartlead-webhook/c0de")), |_| {}).await;
    assert!(matches!(unknown, Err(Error::NotReceived { status: 404, .. })), "{unknown:?}");
}
