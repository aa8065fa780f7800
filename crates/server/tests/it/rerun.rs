//! Stored deliveries, read again by a version whose parser learned something.

use http::Method;
use serde_json::{Value, json};

use hookline_model::{
    entry::Origin,
    event::{Change, ContactRef},
    id::EventId,
    key::EmailAddress,
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_platforms::{Delivery, ParseError, Parsed, Parser, parser};
use hookline_store::Append;

use crate::world::{ADMIN, World, sent, text};

/// SmartLead's parser of tomorrow. What it learned shows by the lead that a body is about.
struct Tomorrow;

static TOMORROW: Tomorrow = Tomorrow;

fn tomorrow(platform: Platform) -> Option<&'static dyn Parser> {
    if platform == Platform::Smartlead { Some(&TOMORROW) } else { parser(platform) }
}

fn today() -> &'static dyn Parser {
    parser(Platform::Smartlead).expect("SmartLead can be read")
}

impl Parser for Tomorrow {
    fn platform(&self) -> Platform {
        Platform::Smartlead
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        let mut parsed = today().parse(delivery)?;
        let event = &mut parsed.event;
        let address = event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(ToString::to_string);
        match address.as_deref() {
            Some("lead1@lead.example") => event.facts.company_name = Some(Change::Set("Kranwerk".to_owned())),
            Some("lead2@lead.example") => {
                // The identity was learned better, too.
                let email = EmailAddress::parse("second@lead.example").ok();
                event.contact = Some(ContactRef { email, external: None });
                event.id = EventId::derive(event.occurred_at, &[2; 32]);
                parsed.claim = None;
            }
            Some("lead3@lead.example") => return Err(ParseError::Shape("nobody sends that any more".to_owned())),
            Some("lead4@lead.example") => panic!("told to"),
            Some("lead5@lead.example") => event.kind = Kind::WebhookTest,
            _ => {}
        }
        Ok(parsed)
    }

    fn names(&self) -> Vec<(&'static str, Kind)> {
        today().names()
    }

    fn redact(&self, body: &mut [u8]) {
        today().redact(body);
    }
}

/// A day in which the clock of the world is.
const DAY: [&str; 2] = ["2026-02-12T00:00:00Z", "2026-02-13T00:00:00Z"];

fn all_day(dry_run: bool) -> Value {
    json!({"since": DAY[0], "until": DAY[1], "dry_run": dry_run})
}

impl World {
    fn rerun_path(&self) -> String {
        format!("/v1/workspaces/{}/rerun", text(&self.workspace["id"]))
    }

    async fn rerun(&self, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, &self.rerun_path(), ADMIN, Some(body)).await;
        assert_eq!(status.as_u16(), 200, "{answer}");
        answer
    }

    async fn refused(&self, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, &self.rerun_path(), ADMIN, Some(body)).await;
        assert_eq!(status.as_u16(), 400, "{answer}");
        answer["field"].clone()
    }

    /// Calls until there is no more, and answers how many each call read.
    async fn walk(&self, body: &Value) -> Vec<u64> {
        let (mut calls, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{}?cursor={cursor}", self.rerun_path());
            let (status, answer) = self.call(Method::POST, &path, ADMIN, Some(body.clone())).await;
            assert_eq!(status.as_u16(), 200, "{answer}");
            calls.push(answer["read"].as_u64().expect("a number"));
            assert_eq!(answer["more"], json!(answer["next_cursor"].is_string()));
            let Some(next) = answer["next_cursor"].as_str() else { return calls };
            next.clone_into(&mut cursor);
        }
    }
}

fn counts(answer: &Value) -> [u64; 4] {
    ["read", "same", "changed", "unreadable"].map(|name| answer[name].as_u64().expect("a number"))
}

#[tokio::test]
async fn what_a_parser_learned_is_told_first_and_then_made() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 1..=6 {
        ids.push(world.deliver(&sent(number)).await["event_id"].clone());
    }
    let before = world.own(&format!("events/{}", text(&ids[0]))).await;
    assert_eq!(counts(&world.rerun(all_day(false)).await), [6, 6, 0, 0], "by the parser that read it first");

    let world = world.upgraded(tomorrow).await;
    let (contacts, committed) = (world.own("contacts").await, world.store.status().committed);
    let told = world.rerun(all_day(true)).await;
    assert_eq!(counts(&told), [6, 1, 3, 2]);
    assert_eq!((world.own("contacts").await, world.store.status().committed), (contacts, committed), "a dry run changes nothing");
    let change = |id: &Value| {
        let changes = told["changes"].as_array().expect("a list").iter();
        changes.clone().find(|change| change["event_id"] == *id).expect("the change is told").clone()
    };
    let first = json!({"event_id": ids[0], "new_event_id": ids[0], "kind": "email.sent", "new_kind": "email.sent",
        "fields": ["facts.company_name"]});
    assert_eq!(change(&ids[0]), first);
    let second = change(&ids[1]);
    assert_ne!(second["new_event_id"], ids[1]);
    assert_eq!(second["fields"], json!(["contact.email"]));
    assert_eq!((change(&ids[4])["new_kind"].clone(), told["changes"].as_array().map(Vec::len)), (json!("webhook.test"), Some(3)));

    let made = world.rerun(all_day(false)).await;
    assert_eq!(made, told);
    let event = world.own(&format!("events/{}?include=raw", text(&ids[0]))).await;
    assert_eq!((&event["origin"], &event["received_at"]), (&json!("rerun"), &before["received_at"]));
    assert_eq!(event["raw"]["secret_key"], "*********");
    let lead = |address: &str| format!("contacts?email={address}@lead.example");
    assert_eq!(world.own(&lead("lead1")).await["data"][0]["company_name"], "Kranwerk");
    assert_eq!(world.own(&lead("lead2")).await["data"], json!([]), "as if it had never been there");
    assert_eq!(world.own(&lead("second")).await["data"][0]["counts"]["sent"], 1);
    assert_eq!(world.own(&lead("lead5")).await["data"], json!([]), "a sample after all");
    assert_eq!(world.own(&format!("events/{}", text(&change(&ids[4])["new_event_id"]))).await["origin"], "test");
    for lead_that_stays in ["lead3", "lead4", "lead6"] {
        assert_eq!(world.own(&lead(lead_that_stays)).await["data"][0]["counts"]["sent"], 1, "{lead_that_stays}");
    }
    let gone = format!("/v1/workspaces/{}/events/{}", text(&world.workspace["id"]), text(&ids[1]));
    assert_eq!(world.call(Method::GET, &gone, ADMIN, None).await.0.as_u16(), 404);
    assert_eq!(world.own("campaigns").await["data"][0]["counts"]["sent"], 5);

    assert_eq!(counts(&world.rerun(all_day(false)).await), [6, 4, 0, 2], "once");
    assert_eq!(world.deliver(&sent(2)).await["status"], "duplicate", "who comes later is read as tomorrow, too");
    // And back again: the body is still there.
    let world = world.restarted().await;
    assert_eq!(counts(&world.rerun(all_day(false)).await), [6, 3, 3, 0]);
    assert_eq!(world.own(&format!("events/{}", text(&ids[1]))).await["contact_email"], "lead2@lead.example");
    assert_eq!(world.own("campaigns").await["data"][0]["counts"]["sent"], 6);
    world.close().await;
}

#[tokio::test]
async fn the_period_is_of_receipt_and_the_platform_tells_apart() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    world.clock.advance_ms(24 * 60 * 60 * 1_000);
    world.deliver(&sent(6)).await;
    let world = world.upgraded(tomorrow).await;
    let of = |since: &str, until: &str| json!({"since": since, "until": until, "dry_run": true});
    assert_eq!(counts(&world.rerun(of(DAY[0], DAY[1])).await), [1, 0, 1, 0]);
    assert_eq!(counts(&world.rerun(of(DAY[1], "2026-02-14T00:00:00+00:00")).await), [1, 1, 0, 0]);
    assert_eq!(counts(&world.rerun(of("2026-02-14T00:00:00Z", "2026-02-15T00:00:00Z")).await), [0, 0, 0, 0]);
    let mut body = of(DAY[0], "2026-02-14T00:00:00Z");
    for (platform, read) in [("smartlead", 2), ("instantly", 0)] {
        body["platform"] = json!(platform);
        assert_eq!(world.rerun(body.clone()).await["read"], read, "{platform}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_request_that_is_not_clear_is_refused() {
    let world = World::new().await;
    let with = |field: &str, value: Value| {
        let mut body = all_day(true);
        body[field] = value;
        body
    };
    for field in ["since", "until", "dry_run"] {
        assert_eq!(world.refused(with(field, Value::Null)).await, field, "it has no default");
        assert_eq!(world.refused(with(field, json!("soon"))).await, field);
    }
    assert_eq!(world.refused(with("until", json!(DAY[0]))).await, "until");
    assert_eq!(world.refused(with("platform", json!("pigeon"))).await, "platform");
    assert_eq!(world.refused(with("dryrun", json!(true))).await, "dryrun");
    let path = format!("{}?cursor=AQUAAAAAAAAAAA", world.rerun_path());
    let (status, answer) = world.call(Method::POST, &path, ADMIN, Some(all_day(true))).await;
    assert_eq!((status.as_u16(), &answer["field"]), (400, &json!("cursor")));
    world.close().await;
}

#[tokio::test]
async fn a_repeated_rerun_is_answered_as_the_first_time() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    let world = world.upgraded(tomorrow).await;
    let path = world.rerun_path();
    let (status, first, replayed) = world.call_once(Method::POST, &path, "k", all_day(false)).await;
    assert_eq!((status, &first["changed"], replayed), (200, &json!(1), false));
    assert_eq!(world.call_once(Method::POST, &path, "k", all_day(false)).await, (200, first, true));
    assert_eq!(world.call_once(Method::POST, &path, "k", all_day(true)).await.0, 422);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_is_bounded_in_number_and_the_next_goes_on() {
    let world = World::new().await;
    let workspace = text(&world.workspace["id"]).parse().expect("an id");
    let received_at = Millis(1_770_854_400_000);
    let mut appends = tokio::task::JoinSet::new();
    for number in 0..5_003_i64 {
        let mut body = sent(1);
        body["stats_id"] = json!(format!("00000000-0000-4000-8000-{number:012}"));
        let raw = body.to_string().into_bytes();
        let Parsed { mut event, claim } = today().parse(&Delivery::new(&raw, received_at)).expect("it is read");
        event.occurred_at = Millis(event.occurred_at.0 + number % 7);
        let store = std::sync::Arc::clone(&world.store);
        let origin = Origin::Live;
        appends.spawn(async move {
            store
                .append(Append { workspace, event, claim, origin, received_at, raw })
                .await
                .map(|appended| assert!(!appended.duplicate))
        });
    }
    for appended in appends.join_all().await {
        appended.expect("an append is answered");
    }
    let world = world.upgraded(tomorrow).await;
    assert_eq!(world.walk(&all_day(true)).await, [5_000, 3]);
    let (status, answer) = world.call(Method::POST, &world.rerun_path(), ADMIN, Some(all_day(false))).await;
    assert_eq!((status.as_u16(), counts(&answer)), (200, [5_000, 0, 5_000, 0]));
    assert_eq!(answer["changes"].as_array().map(Vec::len), Some(100));
    assert_eq!(
        world.walk(&all_day(false)).await,
        [5_000, 3],
        "what was made is read again as often as what it took the place of"
    );
    let contact = world.own("contacts?email=lead1@lead.example").await["data"][0].clone();
    assert_eq!((&contact["counts"]["sent"], &contact["company_name"]), (&json!(5_003), &json!("Kranwerk")));
    world.close().await;
}

#[tokio::test]
async fn one_call_is_bounded_in_bytes() {
    let world = World::new().await;
    for number in 0..20 {
        let mut body = sent(number);
        body["sent_message"] = json!({"html": "x".repeat(900_000)});
        world.deliver(&body).await;
    }
    let calls = world.walk(&all_day(true)).await;
    assert!(calls.len() > 1 && calls.iter().all(|read| *read <= 18), "{calls:?}");
    assert_eq!(calls.iter().sum::<u64>(), 20);
    world.close().await;
}
