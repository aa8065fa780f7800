//! Who is refused at the door, and before what.

use std::{convert::Infallible, io, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    limits::Limits,
    receive::tests::Door,
    testing::{delivery, text},
};

/// A body that whoever reads it notices.
fn unreadable() -> Body {
    Body::from_stream(stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, Infallible>>> { panic!("the body was read") }))
}

/// A body of these chunks that never ends.
fn endless(chunks: Vec<Vec<u8>>) -> Body {
    let chunks = stream::iter(chunks.into_iter().map(|chunk| Ok::<_, Infallible>(Bytes::from(chunk))));
    Body::from_stream(chunks.chain(stream::pending()))
}

fn in_chunks(chunks: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static) -> Body {
    Body::from_stream(chunks)
}

#[tokio::test]
async fn unknown_addresses_are_refused_before_the_body_is_read() {
    let door = Door::new().await;
    let (own, agencys) = (text(&door.workspace["address"]), text(&door.agency["address"]));
    let paths = [
        format!("/public/smartlead-webhook/{agencys}"),
        format!("/public/global-smartlead-webhook/{own}"),
        "/public/smartlead-webhook/00000000-0000-4000-8000-000000000000".to_owned(),
        "/public/smartlead-webhook/nonsense".to_owned(),
        format!("/public/smartlead-webhook/{}", text(&door.workspace["id"])),
        format!("/public/hookline-webhook/{own}"),
        format!("/public/unheard-webhook/{own}"),
        format!("/public/smartlead/{own}"),
        format!("/public/smartlead-webhook/%FF{own}"),
    ];
    for path in &paths {
        let answer = door.post_as(path, "text/html", unreadable()).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, "unknown-address"), "{path}");
        let probe = door.app.send(Request::get(path).body(unreadable()).expect("a request")).await;
        assert_eq!((probe.status, probe.problem()), (StatusCode::NOT_FOUND, "unknown-address"), "{path}");
    }
    let rejections = door.rejections().await;
    assert_eq!(rejections.len(), 2 * paths.len());
    let first = rejections.last().expect("rows");
    assert_eq!((&first["status"], &first["reason"]), (&json!(404), &json!("unknown-address")));
    assert_eq!((&first["platform"], &first["agency_id"]), (&json!("smartlead"), &door.agency["id"]));
}

#[tokio::test]
async fn a_platform_without_a_parser_is_told_so() {
    let without_breakcold =
        |platform| hookline_platforms::parser(platform).filter(|_| platform != hookline_model::platform::Platform::Breakcold);
    let door = Door::of(crate::testing::App::with(|options| options.parsers = without_breakcold)).await;
    let path = door.own.replace("smartlead", "breakcold");
    // Past the description: a platform that cannot be read is not in it.
    let request = Request::post(&path).body(unreadable()).expect("a request");
    let answer = door.app.router().oneshot(request).await.expect("routers do not fail");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(door.rejections().await[0]["reason"], "platform-not-received");
    assert_eq!(door.rejections().await[0]["workspace_id"], door.workspace["id"]);
}

#[tokio::test]
async fn only_json_and_forms_are_taken() {
    let door = Door::new().await;
    let cases = [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/cloudevents+json", 200),
        ("application/x-www-form-urlencoded", 200),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("application/jsonx", 415),
        ("", 415),
    ];
    for (content_type, status) in cases {
        let answer = door.post_as(&door.own, content_type, delivery(1).to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{content_type:?}");
    }
    let request = Request::post(&door.own).body(Body::from(delivery(1).to_string())).expect("a request");
    assert_eq!(door.app.send(request).await.status, StatusCode::OK);
    for (encoding, status) in [("identity", 200), ("gzip", 415), ("br", 415)] {
        let answer = door.post_with(&door.own, &[("content-encoding", encoding)], delivery(1).to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{encoding}");
    }
}

#[tokio::test]
async fn large_bodies_are_refused_by_their_stated_length_and_by_their_real_one() {
    let door = Door::with_limits(Limits { body_bytes_max: 1000, ..Limits::default() }).await;
    let stated = Request::post(&door.own).header(header::CONTENT_LENGTH, "1001").body(unreadable()).expect("a request");
    let answer = door.app.send(stated).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    assert_eq!(answer.headers[header::CONNECTION], "close");

    let answer = door.post(&door.own, endless(vec![vec![b' '; 600], vec![b' '; 401]])).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"));
    assert_eq!(door.app.service.bodies.in_use(), 0);
    let rejections = door.rejections().await;
    assert_eq!(rejections.iter().map(|row| row["status"].clone()).collect::<Vec<_>>(), [413, 413]);

    let mut body = delivery(1).to_string();
    body.push_str(&" ".repeat(1000 - body.len()));
    assert_eq!(door.post(&door.own, body).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_is_answered_after_its_time() {
    let door = Door::new().await;
    let started = tokio::time::Instant::now();
    let answer = door.post(&door.own, endless(vec![b"{".to_vec()])).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::REQUEST_TIMEOUT, "body-timeout"));
    assert_eq!(answer.headers[header::CONNECTION], "close");
    assert_eq!(started.elapsed().as_secs(), 10);
    assert_eq!(door.app.service.bodies.in_use(), 0);
    assert_eq!(door.rejections().await[0]["status"], 408);
}

#[tokio::test(start_paused = true)]
async fn a_dripping_body_gains_no_time() {
    let door = Door::new().await;
    let drips = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        Some((Ok(Bytes::from_static(b" ")), ()))
    });
    let started = tokio::time::Instant::now();
    let answer = door.post(&door.own, in_chunks(drips)).await;
    assert_eq!((answer.problem(), started.elapsed().as_secs()), ("body-timeout", 10));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_listed() {
    let door = Door::new().await;
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(io::ErrorKind::ConnectionReset.into())]);
    let answer = door.post(&door.own, in_chunks(broken)).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "incomplete-body"));
    assert_eq!(door.rejections().await[0]["reason"], "incomplete-body");
}

#[tokio::test(start_paused = true)]
async fn bodies_without_room_are_told_to_come_again_and_others_are_not() {
    let limits = Limits { body_bytes_max: 1000, bodies_bytes_in_all: 4000, ..Limits::default() };
    let door = Door::with_limits(limits).await;
    // 900 of the 1000 bytes of this workspace are taken by a body that is still on its way.
    let stalled = door.post(&door.own, endless(vec![vec![b' '; 900]]));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(door.app.service.bodies.in_use(), 900);
        let answer = door.post(&door.own, delivery(1).to_string()).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::SERVICE_UNAVAILABLE, "overloaded"));
        assert_eq!(answer.headers[header::RETRY_AFTER], "1");
        assert_eq!(door.post(&door.global, delivery(1).to_string()).await.status, StatusCode::OK);
    };
    let (stalled, ()) = tokio::join!(stalled, meanwhile);
    assert_eq!(stalled.problem(), "body-timeout");
    assert_eq!(door.post(&door.own, delivery(1).to_string()).await.status, StatusCode::OK);
    let statuses: Vec<Value> = door.rejections().await.iter().map(|row| row["status"].clone()).collect();
    assert_eq!(statuses, [408, 503]);
}
