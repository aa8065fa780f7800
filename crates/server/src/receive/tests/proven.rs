//! Deliveries of sources: verified before they are read, refused without a trace, answered as the source says.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use hookline_platforms::smartlead::Smartlead;

use crate::{
    receive::tests::Door,
    remote::Peer,
    testing::{ADMIN, App, delivery, text},
};

const SECRET: &str = "s3cret-of-ours-01";
const BEFORE: &str = "s3cret-of-before-01";

/// A source verified by a header, with this besides.
fn by_header(more: &Value) -> Value {
    let mut source =
        json!({"verification": {"method": "header_secret", "secret": SECRET, "secret_previous": BEFORE}, "enabled": true});
    source.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    source
}

const PROOF: (&str, &str) = ("x-webhook-secret", SECRET);

#[tokio::test]
async fn what_is_not_proven_is_refused_before_it_is_read() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    door.connect(&own, "smartlead", by_header(&json!({"ack": "always"}))).await;
    // Whether it could be read or not: it is not looked at.
    let mut details = Vec::new();
    for body in [delivery(1).to_string(), "not json".to_owned(), String::new()] {
        for headers in [&[][..], &[("x-webhook-secret", "s3cret-of-others")], &[PROOF, PROOF]] {
            let answer = door.post_with(&door.own, headers, body.clone()).await;
            assert_eq!((answer.status, answer.problem()), (StatusCode::UNAUTHORIZED, "unproven-delivery"), "{headers:?}");
            details.push(answer.body.to_string());
        }
    }
    details.dedup();
    assert_eq!(details.len(), 1, "nobody learns why: {details:?}");
    assert!(door.app.store.appended().is_empty() && door.app.store.quarantined().is_empty());
    assert_eq!(door.app.service.bodies.in_use(), 0);
    let rejections = door.rejections().await;
    assert_eq!(rejections.len(), 9);
    for row in rejections {
        assert_eq!((&row["status"], &row["reason"]), (&json!(401), &json!("unproven-delivery")));
        assert_eq!((&row["platform"], &row["workspace_id"]), (&json!("smartlead"), &door.workspace["id"]));
    }
    for secret in [SECRET, BEFORE] {
        let answer = door.post_with(&door.own, &[("x-webhook-secret", secret)], delivery(1).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    assert_eq!(door.app.store.appended().len(), 1);
}

#[tokio::test]
async fn a_secret_that_is_exchanged_counts_at_once() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    let put = async |secrets: Value| {
        let mut verification = secrets;
        verification["method"] = json!("header_secret");
        door.connect(&own, "smartlead", json!({"verification": verification, "enabled": true})).await;
    };
    let told = async |secret: &str| {
        door.post_with(&door.own, &[("x-webhook-secret", secret)], delivery(1).to_string()).await.status.as_u16()
    };
    put(json!({"secret": BEFORE})).await;
    assert_eq!((told(BEFORE).await, told(SECRET).await), (200, 401));
    put(json!({"secret": SECRET, "secret_previous": BEFORE})).await;
    assert_eq!((told(BEFORE).await, told(SECRET).await), (200, 200));
    put(json!({"secret_previous": null})).await;
    assert_eq!((told(BEFORE).await, told(SECRET).await), (401, 200));
}

#[tokio::test]
async fn a_source_that_is_switched_off_takes_nothing() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    door.connect(&own, "smartlead", by_header(&json!({"enabled": false}))).await;
    let answer = door.post_with(&door.own, &[PROOF], delivery(1).to_string()).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "source-disabled"));
    assert_eq!(answer.headers["connection"], "close");
    let rejections = door.rejections().await;
    assert_eq!((&rejections[0]["status"], &rejections[0]["reason"]), (&json!(403), &json!("source-disabled")));
    assert!(door.app.store.appended().is_empty());
    door.connect(&own, "smartlead", by_header(&json!({"enabled": true}))).await;
    assert_eq!(door.post_with(&door.own, &[PROOF], delivery(1).to_string()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_workspace_has_its_agencys_source_until_it_has_its_own() {
    let door = Door::new().await;
    let [own, agency] = door.owners();
    let told =
        async |path: &str, headers: &[(&str, &str)]| door.post_with(path, headers, delivery(1).to_string()).await.status.as_u16();
    assert_eq!((told(&door.own, &[]).await, told(&door.global, &[]).await), (200, 200), "no source: the address is enough");
    // Of another platform: it counts for that one.
    door.connect(&agency, "instantly", by_header(&json!({}))).await;
    assert_eq!((told(&door.own, &[]).await, told(&door.global, &[]).await), (200, 200));
    door.connect(&agency, "smartlead", by_header(&json!({}))).await;
    assert_eq!((told(&door.own, &[]).await, told(&door.global, &[]).await), (401, 401));
    assert_eq!((told(&door.own, &[PROOF]).await, told(&door.global, &[PROOF]).await), (200, 200));
    door.connect(&own, "smartlead", json!({"verification": {"method": "none"}, "enabled": true})).await;
    assert_eq!((told(&door.own, &[]).await, told(&door.global, &[]).await), (200, 401));
}

#[tokio::test]
async fn whoever_always_acknowledges_answers_200_for_what_is_in_quarantine() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    for (ack, status) in [("strict", 400), ("always", 200)] {
        door.connect(&own, "smartlead", by_header(&json!({"ack": ack}))).await;
        let answer = door.post_with(&door.own, &[PROOF], "not json").await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        if status == 200 {
            assert_eq!(answer.body, json!({"status": "quarantined"}));
        }
    }
    assert_eq!(door.app.store.quarantined().len(), 2);
    // What the store could not keep is not acknowledged.
    door.app.store.fail(Some(hookline_store::Error::Overloaded("the log")));
    assert_eq!(door.post_with(&door.own, &[PROOF], "not json").await.problem(), "overloaded");
}

#[tokio::test]
async fn a_secret_that_cannot_be_opened_lets_the_platform_come_again() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    door.connect(&own, "smartlead", by_header(&json!({}))).await;
    let directory = hookline_store::Store::directory(&*door.app.store);
    let mut spoilt = directory.sources().next().expect("a source").as_ref().clone();
    (spoilt.secret, spoilt.revision) = (spoilt.secret_previous.clone(), spoilt.revision + 1);
    let change = vec![hookline_store::directory::DirectoryChange::PutSource(spoilt)];
    hookline_store::Store::change_directory(&*door.app.store, change).await.expect("it is kept");
    let answer = door.post_with(&door.own, &[PROOF], delivery(1).to_string()).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::SERVICE_UNAVAILABLE, "store-unavailable"));
    assert!(answer.headers.contains_key("retry-after") && door.app.store.appended().is_empty());
}

#[tokio::test]
async fn a_signed_address_is_ours_with_the_target_as_it_came_or_what_a_trusted_proxy_says() {
    let app = App::with(|options| {
        // Whoever reads it: what counts is the address.
        options.parsers = |_| Some(&Smartlead);
        options.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    });
    let door = Door::of(app).await;
    let [own, _] = door.owners();
    door.connect(&own, "hubspot", json!({"verification": {"method": "hubspot_v3", "secret": SECRET}, "enabled": true})).await;
    let target = format!("/public/hubspot-webhook/{}?b=%2F&a=x%40y&b=1", text(&door.workspace["address"]));
    let body = delivery(1).to_string();
    let told = async |signed: String, peer: &str| {
        // Version 2, which has no time in it.
        let signature: String =
            Sha256::digest(format!("{SECRET}POST{signed}{body}")).iter().map(|byte| format!("{byte:02x}")).collect();
        let request = Request::post(&target)
            .header("content-type", "application/json")
            .header("x-hubspot-signature-version", "v2")
            .header("x-hubspot-signature", signature)
            .header("x-forwarded-host", "inside.example");
        let mut request = request.body(Body::from(body.clone())).expect("a request");
        request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
        // Past the description, which has no such parameters: an address takes whatever stands behind it.
        door.app.router().oneshot(request).await.expect("routers do not fail").status().as_u16()
    };
    let (proxy, stranger) = ("10.0.0.1:1", "203.0.113.9:1");
    assert_eq!(told(format!("https://hooks.example.com{target}"), stranger).await, 200);
    assert_eq!(told(format!("https://hooks.example.com{target}"), proxy).await, 200);
    assert_eq!(told(format!("https://inside.example{target}"), proxy).await, 200);
    assert_eq!(told(format!("https://inside.example{target}"), stranger).await, 401);
    assert_eq!(told(format!("http://hooks.example.com{target}"), proxy).await, 401);
    assert_eq!(told(format!("https://hooks.example.com{}", target.replace("%40", "@")), proxy).await, 401);
    assert_eq!(told("https://hooks.example.com".to_owned(), proxy).await, 401);
}

#[tokio::test]
async fn secrets_are_in_nothing_that_is_kept() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    let source = |method: &str, more: Value| {
        let mut verification = json!({"method": method, "secret": SECRET, "secret_previous": BEFORE});
        verification.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({"verification": verification, "enabled": true})
    };
    let with = |name: &str, value: &str| {
        let mut body = delivery(1);
        body[name] = json!(value);
        body
    };
    door.connect(&own, "smartlead", source("body_secret", json!({"field": "our_proof"}))).await;
    let repeated = with("subject", &format!("{SECRET} and {BEFORE}"));
    for (number, mut body) in [with("our_proof", SECRET), with("our_proof", BEFORE), repeated.clone()].into_iter().enumerate() {
        body["our_proof"] = json!(body["our_proof"].as_str().unwrap_or(SECRET));
        body["stats_id"] = json!(format!("stats-{number}"));
        let answer = door.post(&door.own, body.to_string()).await;
        assert_eq!((answer.status, &answer.body["status"]), (StatusCode::OK, &json!("processed")), "{answer:?}");
    }
    // In quarantine, in the field, beside it, and in headers that a relay added.
    let unreadable = json!({"our_proof": SECRET, "headers": {"x-anything": SECRET}, "note": format!("was {BEFORE}")});
    let headers = [("referer", "https://relay.example/?key=s3cret-of-ours-01")];
    assert_eq!(door.post_with(&door.own, &headers, unreadable.to_string()).await.problem(), "unreadable-delivery");
    door.connect(&own, "smartlead", source("header_secret", json!({"header": "x-our-proof"}))).await;
    for body in ["not json s3cret-of-ours-01", r#"{"cut":"s3cret-of-before-01"#] {
        let answer = door.post_with(&door.own, &[("x-our-proof", SECRET), ("user-agent", "axios")], body).await;
        assert_eq!(answer.problem(), "unreadable-delivery");
    }
    let (appended, quarantined) = (door.app.store.appended(), door.app.store.quarantined());
    assert_eq!((appended.len(), quarantined.len()), (3, 3));
    let raw = appended.iter().map(|row| &row.raw).chain(quarantined.iter().map(|row| &row.body));
    let mut kept: Vec<String> = raw.map(|raw| String::from_utf8(raw.clone()).expect("a text")).collect();
    kept.extend([format!("{appended:?}"), format!("{quarantined:?}")]);
    let lists = ["events", "quarantine", "sources", "sources/smartlead"];
    for list in lists {
        let answer = door.app.get(&format!("/v1/{own}/{list}"), ADMIN).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        kept.push(answer.body.to_string());
    }
    kept.push(json!(door.rejections().await).to_string());
    for text in &kept {
        assert!(!text.contains(SECRET) && !text.contains(BEFORE) && !text.contains("s3cret-of"), "{text}");
    }
    let shown = door.app.get(&format!("/v1/{own}/quarantine"), ADMIN).await;
    let newest = shown.body["data"][0]["headers"].as_array().expect("headers");
    assert!(newest.contains(&json!({"name": "x-our-proof", "value": "***"})), "{shown:?}");
    assert!(newest.contains(&json!({"name": "user-agent", "value": "axios"})), "{shown:?}");
    assert_eq!(text(&shown.body["data"][2]["body"]).len(), unreadable.to_string().len());
}

/// HMAC-SHA256 by the letter of RFC 2104, of a key that is no longer than a block.
fn hmac(key: &str, message: &str) -> String {
    let pad = |byte: u8| -> Vec<u8> { (0..64).map(|at| key.as_bytes().get(at).copied().unwrap_or(0) ^ byte).collect() };
    let inner = Sha256::digest([pad(0x36), message.as_bytes().to_vec()].concat());
    hex::encode(Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
}

#[tokio::test]
async fn a_form_is_signed_as_it_was_sent_and_has_its_secret_as_any_field() {
    let door = Door::new().await;
    let [own, _] = door.owners();
    let form = "application/x-www-form-urlencoded";
    let body = format!("event_type=EMAIL_SENT&to_email=jo%40lead.example&campaign_id=41&stats_id=s-1&secret_key={SECRET}");
    for (method, headers) in [("body_secret", vec![]), ("hmac_sha256", vec![("x-smartlead-signature", hmac(SECRET, &body))])] {
        door.connect(&own, "smartlead", json!({"verification": {"method": method, "secret": SECRET}, "enabled": true})).await;
        for (body, status) in [(body.clone(), 200), (body.replace(SECRET, "s3cret-of-others"), 401)] {
            let request = Request::post(&door.own).header("content-type", form);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
            let answer = door.app.send(request.body(Body::from(body)).expect("a request")).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {answer:?}");
        }
    }
}
