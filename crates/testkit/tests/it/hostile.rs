//! Bad input gets a clear problem and costs nothing else.

use std::time::Duration;

use hookline_server::Limits;
use hookline_store::Store;
use hookline_testkit::{
    node::ADMIN_KEY,
    service::{ADDRESS, TestService, WORKSPACE},
    traffic::smartlead,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A problem has every member, of the right media type, and says something.
fn check_problem(body: &Value, status: u16) {
    assert_eq!(body["status"], json!(status), "{body}");
    for member in ["type", "title", "detail"] {
        assert!(body[member].as_str().is_some_and(|text| text.len() > 3), "{member}: {body}");
    }
}

fn reply(fields: Value) -> Value {
    let mut body = smartlead(9);
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    body
}

/// What cannot be read: each is a 400 and is kept in quarantine.
fn unreadable() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let nested = |open: &str, close: &str| [open.repeat(10_000), close.repeat(10_000)].concat().into_bytes();
    let long = format!("{}@company.example", "a".repeat(300));
    let deep_field = format!("{{\"event_type\":\"EMAIL_SENT\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes();
    let mut latin = reply(json!({})).to_string().into_bytes();
    latin.splice(2..2, [0xff, 0xfe]);
    vec![
        ("not JSON", b"event_type=EMAIL_SENT".to_vec(), "JSON"),
        ("nothing", Vec::new(), "JSON"),
        ("cut short", reply(json!({})).to_string().into_bytes()[..200].to_vec(), "JSON"),
        ("a number", b"42".to_vec(), "object"),
        ("no event", b"{\"hello\":\"world\"}".to_vec(), "event_type"),
        ("10,000 deep", nested("[", "]"), "JSON"),
        ("10,000 objects deep", nested("{\"a\":", "}"), "JSON"),
        ("a field 10,000 deep", deep_field, "JSON"),
        ("invalid UTF-8", latin, "JSON"),
        (
            "an address of 300 bytes",
            reply(json!({"to_email": long, "sl_lead_email": null, "sl_email_lead_id": null})).to_string().into_bytes(),
            "254",
        ),
    ]
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_and_is_kept() {
    let service = TestService::start().await;
    let cases = unreadable();
    for (what, body, named) in &cases {
        let (status, problem) = service.post(body.clone()).await;
        assert_eq!(status, 400, "{what}: {problem}");
        check_problem(&problem, 400);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(named)), "{what}: {problem}");
    }
    let quarantine = service.read("quarantine?limit=500").await;
    assert_eq!(quarantine["data"].as_array().map(Vec::len), Some(cases.len()), "each is kept");
    assert_eq!(service.read("events").await["data"], json!([]));
    let (status, answer) = service.post(smartlead(9).to_string()).await;
    assert_eq!(status, 200, "the next good delivery is none the worse: {answer}");
}

#[tokio::test]
async fn odd_but_readable_values_are_taken() {
    let service = TestService::start().await;
    let numbers = reply(json!({"campaign_id": "2900000", "sequence_number": "1", "sl_email_lead_id": 4_170_220_001_u64}));
    let (status, answer) = service.post(numbers.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    let id = answer["event_id"].clone();
    let (_, same) = service.post(smartlead(9).to_string()).await;
    assert_eq!((&same["status"], &same["event_id"]), (&json!("duplicate"), &id), "numbers as strings are the same event");
    for (year, message) in [("0001", "first"), ("9999", "last")] {
        let body = reply(json!({
            "event_timestamp": format!("{year}-01-01T00:00:00Z"), "time_replied": null,
            "reply_message": {"message_id": format!("<{message}@x.example>"), "text": "x", "time": format!("{year}-01-01T00:00:00Z")},
        }));
        let (status, answer) = service.post(body.to_string()).await;
        assert_eq!(status, 200, "{year}: {answer}");
        let event = service.read(&format!("events/{}", answer["event_id"].as_str().expect("an id"))).await;
        assert_eq!(
            (&event["time_source"], &event["occurred_at"]),
            (&json!("received"), &json!("2026-02-12T00:00:00.000Z")),
            "{year}"
        );
    }
}

#[tokio::test]
async fn who_is_refused_at_the_door_is_listed() {
    let service = TestService::start().await;
    let unknown = "/public/smartlead-webhook/00000000-0000-4000-8000-000000000000";
    for path in
        [unknown, "/public/smartlead-webhook/nonsense", "/public/global-smartlead-webhook/00000000-0000-4000-8000-000000000000"]
    {
        let (status, problem) = service.post_to(path, smartlead(9).to_string()).await;
        assert_eq!(status, 404, "{path}");
        check_problem(&problem, 404);
    }
    let (status, problem) = service.post(vec![b' '; 2 * 1024 * 1024]).await;
    assert_eq!(status, 413);
    check_problem(&problem, 413);
    let form =
        service.client.post(service.webhook()).header("content-type", "text/plain").body("x").send().await.expect("an answer");
    assert_eq!(form.status().as_u16(), 415);
    let (status, rejections) = service.get("/v1/rejections").await;
    assert_eq!(status, 200);
    let statuses: Vec<u64> =
        rejections["data"].as_array().expect("a list").iter().filter_map(|row| row["status"].as_u64()).collect();
    assert_eq!(statuses, [415, 413, 404, 404, 404], "newest first");
    assert!(!rejections.to_string().contains(&ADDRESS.to_string()), "an address is nobody's to read there");
    assert_eq!(service.read("quarantine").await["data"], json!([]));
}

fn impatient() -> Limits {
    Limits { head_timeout: Duration::from_millis(200), body_timeout: Duration::from_millis(200), ..Limits::default() }
}

/// Sends bytes on a connection of their own and reads until the server closes it.
async fn raw(service: &TestService, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(service.address).await.expect("a connection");
    stream.write_all(bytes).await.expect("it is written");
    let mut answer = Vec::new();
    // A reset is a way of closing, too.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn half_sent_heads_and_stalled_bodies_are_closed() {
    let service = TestService::start_with(impatient(), |_| {}).await;
    let path = format!("/public/smartlead-webhook/{ADDRESS}");
    for half in ["", "POST ", &format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-le")] {
        let answer = raw(&service, half.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{half:?}: {answer}");
    }
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"event");
    let answer = raw(&service, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    let (status, _) = service.post(smartlead(9).to_string()).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let service = TestService::start().await;
    let path = format!("/public/smartlead-webhook/{ADDRESS}");
    let long = format!("POST {path} HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(100_000));
    let many = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-a: 1\r\n".repeat(1_000));
    for head in [long, many] {
        let answer = raw(&service, head.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let (status, _) = service.post(smartlead(9).to_string()).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_with_a_megabyte_each_stay_within_the_bounds() {
    // As long as it takes: how quick this machine is says nothing about the bounds.
    let patient = Duration::from_secs(3_600);
    let limits = Limits { head_timeout: patient, body_timeout: patient, ..Limits::default() };
    let service = TestService::start_with(limits, |_| {}).await;
    let mut body = smartlead(9);
    body["reply_message"]["html"] = "a".repeat(1024 * 1024 - 3_000).into();
    let bound = 64 * 1024 * 1024;
    let clients: Vec<_> = (0..1_000)
        .map(|n| {
            let mut body = body.clone();
            body["reply_message"]["message_id"] = format!("<big-{n}@mail.example>").into();
            let (client, webhook) = (service.client.clone(), service.webhook());
            tokio::spawn(async move { hookline_testkit::node::post(&client, &webhook, body.to_string().into_bytes()).await })
        })
        .collect();
    let mut answered = 0;
    let mut refused = 0;
    for client in clients {
        let status = service.store.status();
        assert!(status.queued_bytes <= bound, "{status:?}");
        match client.await.expect("no panic") {
            Some((200, _)) => answered += 1,
            Some((503, problem)) => {
                check_problem(&problem, 503);
                refused += 1;
            }
            // A connection that is refused in the middle of a megabyte may look cut to the client.
            None => refused += 1,
            Some((status, answer)) => panic!("{status}: {answer}"),
        }
    }
    assert_eq!(answered + refused, 1_000);
    assert!(answered > 0, "some get through");
    let contact = service.read("contacts").await["data"][0].clone();
    assert_eq!(contact["counts"]["replied"], json!(answered), "each that was answered is there, and no other");
    let path = format!("/v1/workspaces/{WORKSPACE}/events");
    let small = service.client.get(format!("http://{}{path}", service.address)).bearer_auth(ADMIN_KEY).send().await;
    assert_eq!(small.expect("an answer").status().as_u16(), 200);
}
