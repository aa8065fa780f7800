//! What is sent when a hook is saved.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

use hookline_delivery::{
    client::{Client, ClientOptions, Resolve, Resolving},
    guard::Guard,
};

use super::{Api, POST, PUT, number};
use crate::testing::App;

/// How long a test waits for what must come; it is never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver that answers 500, or never; its address, and what it is sent.
async fn receiver(answers: bool) -> (String, mpsc::UnboundedReceiver<Value>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (tell, told) = mpsc::unbounded_channel();
    let hook = move |Json(body): Json<Value>| {
        let has_heard = tell.send(body).is_ok();
        async move {
            if has_heard && !answers {
                std::future::pending::<()>().await;
            }
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(hook)).await });
    (url, told)
}

/// Finds no name: receivers are addresses here.
struct Nowhere;

impl Resolve for Nowhere {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(async { Err(std::io::ErrorKind::NotFound.into()) })
    }
}

async fn api() -> Api {
    let guard = Guard { allow_private: true, allow: Vec::new() };
    let client = Client::new(ClientOptions { guard, resolve: Arc::new(Nowhere), roots: Vec::new() });
    Api::of(App::with(|options| options.client = client)).await
}

async fn next(told: &mut mpsc::UnboundedReceiver<Value>, count: usize) -> Vec<Value> {
    let mut samples = Vec::new();
    while samples.len() < count {
        samples.push(tokio::time::timeout(PATIENCE, told.recv()).await.expect("in time").expect("a sample"));
    }
    samples
}

fn names(samples: &[Value], field: &str) -> Vec<String> {
    let mut names: Vec<String> = samples.iter().map(|body| body[field].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_sample_of_each_event_is_sent_and_its_failure_refuses_nothing() {
    let api = api().await;
    let (url, mut told) = receiver(true).await;
    let events = json!({"EMAIL_REPLY": true, "EMAIL_SENT": true, "FIRST_EMAIL_SENT": true, "LEAD_CATEGORY_UPDATED": true});
    let id = api.make(json!({"webhook_url": url, "name": "Ours", "event_type_map": events})).await;
    let samples = next(&mut told, 3).await;
    // A first send is a send.
    assert_eq!(names(&samples, "event_type"), ["EMAIL_REPLY", "EMAIL_SENT", "LEAD_CATEGORY_UPDATED"]);
    for sample in &samples {
        assert_eq!(
            (&sample["is_test"], &sample["webhook_id"], &sample["webhook_name"]),
            (&json!(true), &json!(id), &json!("Ours"))
        );
        assert!(sample["secret_key"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{sample}");
    }
    assert_eq!(api.shown(id).await["status"], "ACTIVE");
    api.done(
        PUT,
        &format!("/webhook/update/{id}"),
        Some(json!({"event_type_map": {"EMAIL_OPENED": true, "EMAIL_CLICKED": true}})),
    )
    .await;
    assert_eq!(names(&next(&mut told, 2).await, "event"), ["EMAIL_CLICKED", "EMAIL_OPENED"]);
    api.done(PUT, &format!("/webhook/update/{id}"), Some(json!({"event_types": ["FIRST_EMAIL_SENT"]}))).await;
    assert_eq!(names(&next(&mut told, 1).await, "event_type"), ["FIRST_EMAIL_SENT"]);
    let campaign = json!({"name": "x", "webhook_url": url, "event_types": ["EMAIL_BOUNCE"]});
    assert_eq!(api.call(POST, "/campaigns/41/webhooks", Some(campaign)).await.status, StatusCode::OK);
    assert_eq!(names(&next(&mut told, 1).await, "event_type"), ["EMAIL_BOUNCE"]);
}

#[tokio::test]
async fn nobody_waits_for_a_receiver_that_hangs() {
    let api = api().await;
    let (url, mut told) = receiver(false).await;
    // As many as may be sampled at once, and one more: all are made.
    for count in 0..=crate::compat::smartlead::samples::SAVINGS_MAX {
        let body = json!({"webhook_url": format!("{url}/{count}"), "association_type": 1, "event_types": ["EMAIL_SENT"]});
        let made = api.done(POST, "/webhook/create", Some(body)).await;
        assert!(number(&made) > 0);
    }
    let samples = next(&mut told, crate::compat::smartlead::samples::SAVINGS_MAX).await;
    assert!(samples.iter().all(|sample| sample["event_type"] == "EMAIL_SENT"));
    assert_eq!(api.app.service.smartlead.sampling.available_permits(), 0);
    assert!(told.try_recv().is_err());
}
