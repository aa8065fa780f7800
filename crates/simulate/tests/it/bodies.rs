//! Every body is what its platform sends: the product's parsers read out of it what was planned.

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Event},
    key::EmailAddress,
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_platforms::{Delivery, parser};
use hookline_simulate::Planned;
use serde_json::Value;

use crate::{NOW, PLANNED, options, planned, readable};

fn parsed(planned: &Planned) -> Event {
    let parser = parser(planned.platform).expect("only platforms with a parser are asked");
    let delivery = Delivery::new(&planned.body, NOW);
    let text = || String::from_utf8_lossy(&planned.body).into_owned();
    parser.parse(&delivery).unwrap_or_else(|error| panic!("{error}: {}", text())).event
}

#[test]
fn every_body_parses_to_what_was_planned() {
    let readable = readable();
    let all = &*PLANNED;
    assert_eq!(all.len(), 20_000);
    for planned in all.iter().filter(|planned| readable.contains(&planned.platform)) {
        let event = parsed(planned);
        let text = String::from_utf8_lossy(&planned.body);
        assert_eq!(event.kind, planned.kind, "{text}");
        let contact = event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(EmailAddress::as_str);
        assert_eq!(contact, planned.contact.as_deref(), "{text}");
        let campaign = event.campaign_key().map(ToString::to_string);
        let expected = planned.campaign.as_ref().map(|id| format!("ext:{}::{id}", planned.platform));
        assert_eq!(campaign, expected, "{text}");
        match planned.states_time {
            true => assert_eq!((event.occurred_at, event.time_source), (planned.at, TimeSource::Stated), "{text}"),
            false => assert_eq!(event.time_source, TimeSource::Received, "{text}"),
        }
        let interest = match event.stated_interest() {
            Some(Change::Set(interest)) => Some(interest),
            _ => None,
        };
        assert_eq!(interest, planned.interest, "{text}");
    }
}

#[test]
fn every_sort_of_event_is_there() {
    let all = &*PLANNED;
    let kinds = |platform| all.iter().filter(|planned| planned.platform == platform).map(|planned| planned.kind).collect();
    let smartlead: BTreeSet<Kind> = kinds(Platform::Smartlead);
    let instantly: BTreeSet<Kind> = kinds(Platform::Instantly);
    let both = [
        Kind::EmailSent,
        Kind::EmailOpened,
        Kind::EmailClicked,
        Kind::EmailReplied,
        Kind::EmailBounced,
        Kind::ContactUnsubscribed,
        Kind::ContactCategoryUpdated,
    ];
    let only_smartlead = [Kind::EmailReplyUntracked, Kind::CampaignStatusChanged, Kind::CampaignStepReached];
    let only_instantly = [
        Kind::EmailAutoReplied,
        Kind::ContactInterested,
        Kind::ContactNotInterested,
        Kind::ContactNeutral,
        Kind::ContactMeetingBooked,
        Kind::ContactMeetingCompleted,
        Kind::ContactOutOfOffice,
        Kind::ContactWrongPerson,
        Kind::CampaignCompleted,
        Kind::AccountError,
    ];
    for kind in both.into_iter().chain(only_smartlead) {
        assert!(smartlead.contains(&kind), "SmartLead has no {kind}");
    }
    for kind in both.into_iter().chain(only_instantly) {
        assert!(instantly.contains(&kind), "Instantly has no {kind}");
    }
    assert!(!smartlead.contains(&Kind::Other) && !instantly.contains(&Kind::Other));
}

#[test]
fn smartlead_bounces_repeat_the_time_of_their_send() {
    let all = &*PLANNED;
    let of = |kind| all.iter().filter(move |planned| planned.platform == Platform::Smartlead && planned.kind == kind);
    let (mut bounces, mut matched) = (0, 0);
    let sends: BTreeSet<(String, String)> = of(Kind::EmailSent).map(|planned| when_of(&planned.body)).collect();
    for bounce in of(Kind::EmailBounced) {
        bounces += 1;
        matched += usize::from(sends.contains(&when_of(&bounce.body)));
        assert!(bounce.is_duplicate || when_of(&bounce.body).1 < bounce.at.to_string());
    }
    // All but those whose send is still held back at the end.
    assert!(bounces > 30 && matched * 100 >= bounces * 98, "{matched} of {bounces}");
}

fn when_of(body: &[u8]) -> (String, String) {
    let body: Value = serde_json::from_slice(body).expect("JSON");
    let text = |key: &str| body[key].as_str().expect("a text").to_owned();
    (text("stats_id"), text("event_timestamp"))
}

#[test]
fn instantly_repeats_replies_in_status_events_and_has_custom_labels() {
    let all = &*PLANNED;
    let bodies: Vec<Value> = all
        .iter()
        .filter(|planned| planned.platform == Platform::Instantly)
        .map(|planned| serde_json::from_slice(&planned.body).expect("JSON"))
        .collect();
    let texts_of = |name: &str| -> BTreeSet<&str> {
        bodies.iter().filter(|body| body["event_type"] == name).filter_map(|body| body["reply_text"].as_str()).collect()
    };
    let replies = texts_of("reply_received");
    let repeated = texts_of("lead_interested");
    assert!(!repeated.is_empty() && repeated.intersection(&replies).count() * 10 >= repeated.len() * 9);
    assert!(bodies.iter().any(|body| body["event_type"] == "Budget next year"));
    assert!(bodies.iter().all(|body| body["event_type"] != "email_link_clicked"), "that is a subscription's name");
}

#[test]
fn replies_come_in_many_scripts_and_quote_what_they_answer() {
    let all = &*PLANNED;
    let replies: Vec<String> = all
        .iter()
        .filter(|planned| planned.kind == Kind::EmailReplied)
        .map(|planned| serde_json::from_slice::<Value>(&planned.body).expect("JSON").to_string())
        .collect();
    let some = |what: &str| replies.iter().any(|reply| reply.contains(what));
    for what in ["ü", "ł", "ñ", "é", "å", "ございます", "Дякую", "👍", "gmail_quote", "\u{202f}", "\\r\\n"] {
        assert!(some(what), "no reply has {what:?}");
    }
}

#[test]
fn all_domains_are_examples() {
    let mut addresses = 0;
    for planned in PLANNED.iter() {
        let text = std::str::from_utf8(&planned.body).expect("UTF-8");
        for (place, _) in text.match_indices('@') {
            let domain: String =
                text[place + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
            assert!(domain.trim_end_matches('.').to_lowercase().ends_with(".example"), "{domain}: {text}");
            addresses += 1;
        }
    }
    assert!(addresses > 20_000);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let options = hookline_simulate::PlanOptions { events: 2_000, ..options() };
    let (first, second) = (planned(&options), planned(&options));
    assert!(first == second);
    let other = planned(&hookline_simulate::PlanOptions { seed: 43, ..options });
    assert!(first.iter().zip(&other).all(|(one, other)| one.body != other.body));
}
