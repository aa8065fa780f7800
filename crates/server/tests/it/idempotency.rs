//! A write under an idempotency key, on disk: while it runs, when nobody waits for it, after a restart, after a day.

use http::Method;
use serde_json::{Value, json};

use crate::world::{World, call_once, text};

async fn names(world: &World) -> Vec<String> {
    let agencies = world.get("/v1/agencies").await;
    agencies["data"].as_array().expect("a list").iter().map(|agency| text(&agency["name"]).to_owned()).collect()
}

/// Begins to make an agency, and returns once its change is with the log's writer.
async fn begin(world: &World, name: &str) -> tokio::task::JoinHandle<(u16, Value, bool)> {
    world.gate.shut();
    let (router, body) = (world.router.clone(), json!({"name": name}));
    let running = tokio::spawn(call_once(router, Method::POST, "/v1/agencies".to_owned(), "k".to_owned(), body));
    world.gate.writer_waits().await;
    running
}

async fn make(world: &World, name: &str) -> (u16, Value, bool) {
    world.call_once(Method::POST, "/v1/agencies", "k", json!({"name": name})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_while_the_first_runs_is_told_to_come_again() {
    let world = World::new().await;
    let running = begin(&world, "Second").await;
    for name in ["Second", "Other"] {
        let (status, problem, _) = make(&world, name).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/docs/errors/request-running")), "{problem}");
    }
    world.gate.open();
    let (status, made, replayed) = running.await.expect("no panic");
    assert_eq!((status, replayed), (201, false));
    assert_eq!(make(&world, "Second").await, (201, made, true));
    assert_eq!(names(&world).await, ["Acme", "Second"]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_try_that_nobody_waited_for_is_found_by_the_second() {
    let world = World::new().await;
    let abandoned = begin(&world, "Second").await;
    abandoned.abort();
    assert!(abandoned.await.is_err(), "the client hung up");
    // The key is free in memory, and the first change is not yet on disk: the second finds out only when it is.
    let (router, body) = (world.router.clone(), json!({"name": "Second"}));
    let second = tokio::spawn(call_once(router, Method::POST, "/v1/agencies".to_owned(), "k".to_owned(), body));
    while world.store.status().queued == 0 {
        tokio::task::yield_now().await;
    }
    world.gate.open();
    let (status, made, replayed) = second.await.expect("no panic");
    assert_eq!((status, replayed, &made["name"]), (201, true, &json!("Second")), "{made}");
    assert_eq!(world.get(&format!("/v1/agencies/{}", text(&made["id"]))).await, made);
    assert_eq!(names(&world).await, ["Acme", "Second"]);
    world.close().await;
}

#[tokio::test]
async fn an_answer_outlives_a_restart_and_goes_after_a_day() {
    let world = World::new().await;
    let (status, made, _) = make(&world, "Second").await;
    assert_eq!(status, 201);
    let world = world.restarted().await;
    assert_eq!(make(&world, "Second").await, (201, made.clone(), true));
    assert_eq!(make(&world, "Third").await.0, 422);
    world.clock.advance_ms(24 * 60 * 60 * 1_000);
    let (status, third, replayed) = make(&world, "Third").await;
    assert_eq!((status, replayed), (201, false), "the key is free again");
    assert_ne!(third["id"], made["id"]);
    assert_eq!(names(&world).await, ["Acme", "Second", "Third"]);
    world.close().await;
}

#[tokio::test]
async fn the_text_of_a_key_is_nowhere_on_disk() {
    let world = World::new().await;
    let body = json!({"scope": "installation", "role": "write", "name": "CRM"});
    let (status, made, _) = world.call_once(Method::POST, "/v1/keys", "k", body.clone()).await;
    assert_eq!(status, 201, "{made}");
    let (_, again, replayed) = world.call_once(Method::POST, "/v1/keys", "k", body).await;
    assert!(replayed && again["key"].is_null() && again["id"] == made["id"], "{again}");
    let secret = text(&made["key"]).as_bytes();
    for file in std::fs::read_dir(world.folder()).expect("the folder is there") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("it can be read");
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
    }
    world.close().await;
}
