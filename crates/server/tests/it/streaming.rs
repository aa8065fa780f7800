//! Streams of events: what is lost in no way, what bounds them, and what ends them.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use hookline_server::{Limits, serve};

use crate::world::{ADMIN, World, sent, text};

/// Nothing here takes this long unless something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// One that is heard of.
#[derive(Clone, Debug, PartialEq)]
struct Heard {
    cursor: String,
    kind: String,
    data: Value,
}

/// A stream that is open.
struct Stream {
    body: BodyDataStream,
    /// The last id.
    cursor: String,
}

impl Stream {
    /// The events of the next part; none if it ends.
    async fn part(&mut self) -> Option<Vec<Heard>> {
        let part = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("it comes in time")?.expect("no error");
        let (mut heard, mut kind) = (Vec::new(), String::new());
        for line in std::str::from_utf8(&part).expect("text").lines() {
            match line.split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut self.cursor),
                Some(("event", name)) => name.clone_into(&mut kind),
                Some(("data", data)) => heard.push(Heard {
                    cursor: self.cursor.clone(),
                    kind: kind.clone(),
                    data: serde_json::from_str(data).expect("JSON"),
                }),
                _ => assert!(line.is_empty() || line == ":", "{line}"),
            }
        }
        Some(heard)
    }

    /// So many events.
    async fn hear(&mut self, count: usize) -> Vec<Heard> {
        let hearing = async {
            let mut heard = Vec::new();
            while heard.len() < count {
                heard.extend(self.part().await.expect("it goes on"));
            }
            heard
        };
        let heard = tokio::time::timeout(PATIENCE, hearing).await.expect("they come in time");
        assert_eq!(heard.len(), count, "{heard:?}");
        heard
    }
}

fn path(world: &World) -> String {
    format!("/v1/workspaces/{}/events/stream", text(&world.workspace["id"]))
}

/// Opens a stream; the problem if it does not open.
async fn open(world: &World, key: &str, query: &str, headers: &[(&str, &str)]) -> Result<Stream, (StatusCode, Value)> {
    let request = Request::get(format!("{}{query}", path(world))).header("authorization", format!("Bearer {key}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = world.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let status = answer.status();
    let is_overloaded = status == StatusCode::SERVICE_UNAVAILABLE;
    assert_eq!(answer.headers().contains_key("retry-after"), is_overloaded, "{status}");
    let mut body = answer.into_body().into_data_stream();
    if status != StatusCode::OK {
        let problem = body.next().await.expect("a problem").expect("no error");
        return Err((status, serde_json::from_slice(&problem).expect("JSON")));
    }
    let mut stream = Stream { body, cursor: String::new() };
    assert_eq!(stream.part().await, Some(Vec::new()), "it begins with where it is");
    Ok(stream)
}

async fn opened(world: &World, query: &str, headers: &[(&str, &str)]) -> Stream {
    open(world, ADMIN, query, headers).await.unwrap_or_else(|problem| panic!("{query}: {problem:?}"))
}

async fn deliver(world: &World, numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    let mut ids = Vec::new();
    for number in numbers {
        ids.push(text(&world.deliver(&sent(number)).await["event_id"]).to_owned());
    }
    ids
}

fn ids(heard: &[Heard]) -> Vec<String> {
    heard.iter().map(|one| text(&one.data["id"]).to_owned()).collect()
}

async fn make_key(world: &World, scope: Value) -> Value {
    world.make("/v1/keys", scope).await
}

#[tokio::test]
async fn whoever_comes_back_misses_nothing_and_gets_nothing_twice() {
    let world = World::new().await;
    let mut stream = opened(&world, "", &[]).await;
    let own = deliver(&world, 1..=150).await;
    // Cut after each part, wherever that is, and after the first few of the next.
    let (mut heard, mut parts, began) = (Vec::new(), 0, Instant::now());
    while heard.len() < own.len() {
        let mut part = stream.part().await.expect("it goes on");
        assert!(began.elapsed() < PATIENCE, "only {} came", heard.len());
        assert!(part.len() <= 64, "a part is bounded: {}", part.len());
        part.truncate(40);
        let last = part.last().map_or_else(|| stream.cursor.clone(), |last| last.cursor.clone());
        heard.extend(part);
        parts += 1;
        stream = if parts % 2 == 0 {
            opened(&world, "", &[("last-event-id", &last)]).await
        } else {
            // The header goes before the parameter, as browsers send both.
            opened(&world, "?cursor=nonsense", &[("last-event-id", &last)]).await
        };
    }
    assert_eq!(ids(&heard), own);
    drop(stream);
    world.close().await;
}

#[tokio::test]
async fn a_cursor_from_beyond_the_log_passes_by_nothing() {
    let world = World::new().await;
    let mut stream = opened(&world, "", &[]).await;
    let own = deliver(&world, 1..=3).await;
    let last = stream.hear(3).await[2].cursor.clone();
    drop(stream);
    world.close().await;
    // Another server, or the same from an older backup: its log is shorter.
    let other = World::new().await;
    let mut stream = opened(&other, "", &[("last-event-id", &last)]).await;
    let first = deliver(&other, 1..=1).await;
    assert_eq!(ids(&stream.hear(1).await), first);
    assert_eq!(first, own[..1], "an id is what happened");
    drop(stream);
    other.close().await;
}

#[tokio::test]
async fn what_came_since_a_time_is_streamed_from_there() {
    let world = World::new().await;
    let early = deliver(&world, 1..=2).await;
    world.clock.advance_ms(3 * 60 * 60 * 1_000);
    let since = world.own("events?limit=1").await["data"][0]["received_at"].clone();
    let late = deliver(&world, 3..=4).await;
    let between = text(&since).parse::<jiff::Timestamp>().expect("a time") + jiff::SignedDuration::from_hours(1);
    assert_eq!(ids(&opened(&world, &format!("?since={between}"), &[]).await.hear(2).await), late);
    let all = opened(&world, "?since=1970-01-01T00:00:00Z", &[]).await.hear(4).await;
    assert_eq!(ids(&all), [early, late].concat());
    // Behind a cursor it goes on there.
    let behind = opened(&world, &format!("?since=1970-01-01T00:00:00Z&cursor={}", all[2].cursor), &[]).await.hear(1).await;
    assert_eq!(behind, all[3..]);
    world.close().await;
}

#[tokio::test]
async fn a_dialect_tells_what_a_webhook_would_be_sent() {
    let world = World::new().await;
    let own = deliver(&world, 1..=1).await;
    let untracked = json!({
        "event_type": "UNTRACKED_REPLIES", "event_timestamp": "2026-02-13T05:24:33.353Z", "subject": "Cranes",
        "sender_detail": "Jo Brandt <jo@kranwerk.example>", "recipient_detail": "us@sender.example",
        "reply_message": {"message_id": "<CAJ9@mail.example>", "html": "", "text": "Hello", "time": "2026-02-13T05:24:33.353Z"},
    });
    world.deliver(&untracked).await;
    let tell = async |query: &str| {
        let query = format!("?since=1970-01-01T00:00:00Z&{query}");
        opened(&world, &query, &[("webhook-secret", "hush-0123456789")]).await.hear(2).await
    };
    let body = |heard: &Heard| serde_json::from_str::<Value>(text(&heard.data["body"])).expect("JSON");
    let flat = tell("dialect=smartlead").await;
    assert_eq!((flat[0].kind.as_str(), &flat[0].data["event_id"]), ("email.sent", &json!(own[0])));
    assert_eq!(flat[0].data["content_type"], "application/json");
    let told = body(&flat[0]);
    assert_eq!((&told["event_type"], &told["to_email"]), (&json!("EMAIL_SENT"), &json!("lead1@lead.example")));
    assert_eq!(told["secret_key"], "hush-0123456789");
    let nested = tell("dialect=smartlead&variant=nested").await;
    assert_eq!(body(&nested[0])["lead"]["email"], "lead1@lead.example");
    assert_eq!(body(&tell("dialect=breakcold").await[0])["secret"], "hush-0123456789");
    // The same message whenever, and in whatever words, it is told.
    assert_eq!((&nested[0].data["id"], &nested[1].data["id"]), (&flat[0].data["id"], &flat[1].data["id"]));
    assert_eq!(tell("dialect=smartlead").await, flat);
    let wordless = tell("dialect=instantly").await;
    assert_eq!((&wordless[1].data["body"], &wordless[1].data["content_type"]), (&Value::Null, &Value::Null));
    assert!(wordless[0].data["body"].is_string() && !wordless[0].data["body"].to_string().contains("hush"));
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_streamed_is_refused_by_its_name() {
    let world = World::new().await;
    for (query, header, field) in [
        ("?dialect=esperanto", "hush-0123456789", "dialect"),
        ("?variant=flat", "hush-0123456789", "variant"),
        ("?dialect=smartlead&variant=data", "hush-0123456789", "variant"),
        ("?dialect=smartlead", "short", "Webhook-Secret"),
        ("?dialect=smartlead", "a b c d e f g h i", "Webhook-Secret"),
        ("?kind=email.eaten", "hush-0123456789", "kind"),
        ("?since=yesterday", "hush-0123456789", "since"),
        ("?cursor=nonsense", "hush-0123456789", "cursor"),
        ("?colour=red", "hush-0123456789", "colour"),
    ] {
        let (status, problem) = open(&world, ADMIN, query, &[("webhook-secret", header)]).await.err().expect("it is refused");
        assert_eq!((status.as_u16(), &problem["field"]), (400, &json!(field)), "{query} {header}: {problem}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_part_of_large_events_is_bounded_in_bytes() {
    let world = World::new().await;
    let long = "x".repeat(230 * 1024);
    for number in 1..=8 {
        let mut reply = sent(number);
        reply["event_type"] = json!("EMAIL_REPLY");
        reply["reply_message"] = json!({"message_id": format!("<{number}@lead.example>"), "text": long, "html": long});
        world.deliver(&reply).await;
    }
    let mut stream = opened(&world, "?since=1970-01-01T00:00:00Z", &[]).await;
    let (mut heard, mut parts, began) = (Vec::new(), 0, Instant::now());
    while heard.len() < 8 {
        let part = stream.part().await.expect("it goes on");
        assert!(began.elapsed() < PATIENCE, "only {} came", heard.len());
        // Once there is a MiB of them, no further one is begun.
        assert!(part.len() <= 3, "{} of half a MiB", part.len());
        heard.extend(part);
        parts += 1;
    }
    assert!(parts >= 3, "{parts}");
    let mut all = ids(&heard);
    all.dedup();
    assert_eq!(all.len(), 8, "each once");
    drop(stream);
    world.close().await;
}

#[tokio::test]
async fn a_quiet_stream_says_every_fifteen_seconds_where_it_is() {
    let world = World::new().await;
    let mut stream = opened(&world, "?kind=email.replied", &[]).await;
    let begin = stream.cursor.clone();
    // Not asked for, and yet it is said that it lies behind.
    deliver(&world, 1..=1).await;
    let committed = world.store.status().committed;
    world.store.folded().wait_for(|folded| *folded >= committed).await.expect("the store is open");
    tokio::time::pause();
    let started = Instant::now();
    for round in 1..=3 {
        assert_eq!(stream.part().await, Some(Vec::new()));
        let waited = started.elapsed().as_secs_f64();
        assert!((waited - 15.0 * f64::from(round)).abs() < 1.0, "{waited}");
        assert_ne!(stream.cursor, begin);
    }
    tokio::time::resume();
    drop(stream);
    world.close().await;
}

#[tokio::test]
async fn streams_are_counted_for_each_key_and_in_all() {
    let world = World::new().await;
    let workspace = text(&world.workspace["id"]);
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(opened(&world, "", &[]).await);
    }
    let (status, problem) = open(&world, ADMIN, "", &[]).await.err().expect("one too many");
    assert_eq!((status, &problem["type"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("/docs/errors/overloaded")));
    // One that ends makes room.
    streams.pop();
    streams.push(opened(&world, "", &[]).await);
    assert!(open(&world, ADMIN, "", &[]).await.is_err());
    // Another key has its own, until there are 1,000 in all.
    for number in 0..49 {
        let key = make_key(
            &world,
            json!({"scope": "workspace", "workspace_id": workspace, "role": "read", "name": format!("key {number}")}),
        )
        .await;
        for _ in 0..20 {
            streams.push(open(&world, text(&key["key"]), "", &[]).await.unwrap_or_else(|problem| panic!("{problem:?}")));
        }
    }
    assert_eq!(streams.len(), 1_000);
    let key = make_key(&world, json!({"scope": "installation", "role": "read", "name": "the last"})).await;
    assert!(open(&world, text(&key["key"]), "", &[]).await.is_err());
    streams.truncate(999);
    streams.push(open(&world, text(&key["key"]), "", &[]).await.unwrap_or_else(|problem| panic!("{problem:?}")));
    drop(streams);
    world.close().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_key_and_with_its_workspace() {
    let world = World::new().await;
    let workspace = world.new_workspace("Doomed").await;
    let doomed = format!("/v1/workspaces/{}", text(&workspace["id"]));
    let key = make_key(&world, json!({"scope": "installation", "role": "read", "name": "short-lived"})).await;
    let mut by_key = open(&world, text(&key["key"]), "", &[]).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    let request = Request::get(format!("{doomed}/events/stream")).header("authorization", format!("Bearer {ADMIN}"));
    let answer = world.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let mut of_workspace = Stream { body: answer.into_body().into_data_stream(), cursor: String::new() };
    assert_eq!(of_workspace.part().await, Some(Vec::new()));
    let (status, _) = world.call(Method::DELETE, &format!("/v1/keys/{}", text(&key["id"])), ADMIN, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = world.call(Method::DELETE, &doomed, ADMIN, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    deliver(&world, 1..=1).await;
    assert_eq!(by_key.part().await, None, "nothing is told to a key that is gone");
    assert_eq!(of_workspace.part().await, None);
    world.close().await;
}

#[tokio::test]
async fn a_stream_ends_cleanly_when_the_service_stops() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let (router, stopping) = (world.router.clone(), stop.clone());
    let serving = tokio::spawn(async move { serve(listener, router, &Limits::default(), stopping).await });
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN}\r\n\r\n", path(&world));
    socket.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("id: ") {
        assert_ne!(socket.read_buf(&mut answer).await.expect("no reset"), 0, "it goes on");
    }
    let own = deliver(&world, 1..=1).await;
    while !String::from_utf8_lossy(&answer).contains(&own[0]) {
        assert_ne!(socket.read_buf(&mut answer).await.expect("no reset"), 0, "it goes on");
    }
    stop.cancel();
    let began = Instant::now();
    socket.read_to_end(&mut answer).await.expect("no reset");
    assert!(answer.ends_with(b"\r\n0\r\n\r\n"), "the body has its end: {}", String::from_utf8_lossy(&answer));
    serving.await.expect("no panic").expect("it served");
    assert!(began.elapsed() < Limits::default().shutdown_timeout, "nobody was waited for: {:?}", began.elapsed());
    world.close().await;
}

#[tokio::test]
async fn a_slow_client_holds_nothing_up() {
    let world = World::new().await;
    // Opened, and never read from.
    let slow = opened(&world, "", &[]).await;
    let mut quick = opened(&world, "", &[]).await;
    let own = deliver(&world, 1..=30).await;
    assert_eq!(ids(&quick.hear(30).await), own);
    // It gets all of it when it reads at last.
    let mut slow = slow;
    assert_eq!(ids(&slow.hear(30).await), own);
    drop((slow, quick));
    world.close().await;
}
