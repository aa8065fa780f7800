//! What holds for every parser.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::*;

const RECEIVED: Millis = Millis(1_770_000_000_000);

/// Per platform a body that names no account, with `{name}` where the name of the event stands, of any kind that has a contact.
pub(crate) fn body(platform: Platform, name: &str) -> Vec<u8> {
    let body = match platform {
        Platform::Smartlead => json!({"event_type": name, "to_email": "a@x.example", "campaign_id": 7}),
        Platform::Instantly => {
            json!({"event_type": name, "lead_email": "a@x.example", "campaign_id": "9f0f5f3e-0000-4000-8000-000000000001"})
        }
        Platform::Emailbison => json!({
            "event": {"type": name},
            "data": {"lead": {"id": 5512, "email": "a@x.example"}, "scheduled_email": {"id": 90211}, "sender_email": {"id": 88}},
        }),
        Platform::Breakcold => json!({"event": name, "payload": {"id": 7, "email": "a@x.example"}}),
        Platform::Hubspot => json!({"subscriptionType": name, "objectId": 55_012_340_001_u64, "eventId": 70_010_001}),
        Platform::Lemlist => json!({"type": name, "leadEmail": "a@x.example", "campaignId": "cam_Kq3vT8nWz5RbYx2Lp"}),
        Platform::Plusvibe => json!({"webhook_event": name, "email": "a@x.example", "campaign_id": "67cc4f1e0a7b2d9c3e58f601"}),
        other => panic!("say here what a body of {other} looks like"),
    };
    body.to_string().into_bytes()
}

/// Every platform that is read, with its parser.
pub(crate) fn read() -> impl Iterator<Item = (Platform, &'static dyn Parser)> {
    Platform::ALL.into_iter().filter_map(|platform| Some((platform, parser(platform)?)))
}

fn parse(parser: &dyn Parser, body: &[u8], settings: &Settings) -> Event {
    let delivery = Delivery { body, received_at: RECEIVED, settings };
    parser.parse(&delivery).unwrap_or_else(|error| panic!("{}: {error}", parser.platform())).event
}

#[test]
fn a_name_that_is_aliased_is_read_as_the_name_it_stands_for() {
    for (platform, parser) in read() {
        let names = parser.names();
        let (known, kind) = *names.iter().find(|(_, kind)| *kind == Kind::EmailOpened).unwrap_or_else(|| &names[0]);
        let renamed = body(platform, "Thing_Nobody_Knew");
        let settings = Settings { account: None, names: BTreeMap::from([("thing_nobody_knew".to_owned(), known.to_owned())]) };
        assert_ne!(parse(parser, &renamed, &Settings::default()).kind, kind, "{platform}");
        let aliased = parse(parser, &renamed, &settings);
        assert_eq!(aliased.kind, kind, "{platform}");
        let original = parse(parser, &body(platform, known), &settings);
        assert_eq!(aliased.id.hash_part(), original.id.hash_part(), "{platform}: the same event under two names is one");
    }
}

#[test]
fn the_account_of_the_source_is_taken_where_a_body_names_none() {
    for (platform, parser) in read() {
        let (known, _) = parser.names()[0];
        let body = body(platform, known);
        let settings = Settings { account: Some("account-1".to_owned()), ..Settings::default() };
        assert_eq!(parse(parser, &body, &settings).account.as_deref(), Some("account-1"), "{platform}");
        assert_eq!(parse(parser, &body, &Settings::default()).account, None, "{platform}");
    }
}

#[test]
fn every_platform_names_its_events_once() {
    for (platform, parser) in read() {
        let names = parser.names();
        let mut folded: Vec<String> = names.iter().map(|(name, _)| name.to_lowercase()).collect();
        folded.sort();
        folded.dedup();
        assert_eq!((folded.len(), folded.is_empty()), (names.len(), false), "{platform}");
    }
}

/// Holds `fixtures/seeds` to a platform's fixtures: what is fuzzed and measured begins with them, outside of this crate. One body
/// a line. With `HOOKLINE_WRITE_SEEDS` in the environment the file is written.
pub(crate) fn hold_seeds<'n>(platform: Platform, fixtures: impl IntoIterator<Item = (&'n str, Value)>) {
    let lines: Vec<String> = fixtures.into_iter().map(|(name, body)| format!("{}: {body}", Value::from(name))).collect();
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/seeds/{platform}.json"));
    if std::env::var_os("HOOKLINE_WRITE_SEEDS").is_some() {
        fs::write(&file, &text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{} differs from the fixtures: run this test with HOOKLINE_WRITE_SEEDS=1", file.display());
}
