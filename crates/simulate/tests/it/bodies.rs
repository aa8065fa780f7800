//! Every body is what its platform sends: the product's parsers read out of it what was planned.

use std::collections::{BTreeSet, HashMap};

use hookline_model::{
    event::{Change, Event},
    key::EmailAddress,
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_platforms::{Delivery, parser};
use hookline_simulate::{
    PlanOptions, Planned,
    batch::{batches, body},
};
use serde_json::Value;

use crate::{NOW, PLANNED, PLANNED_EVENTS, options, planned};

fn parsed(planned: &Planned) -> Event {
    let parser = parser(planned.platform).expect("only platforms with a parser are asked");
    let delivery = Delivery::new(&planned.body, NOW);
    let text = || String::from_utf8_lossy(&planned.body).into_owned();
    parser.parse(&delivery).unwrap_or_else(|error| panic!("{error}: {}", text())).event
}

#[test]
fn every_body_parses_to_what_was_planned() {
    let all = &*PLANNED;
    assert_eq!(all.len() as u64, PLANNED_EVENTS);
    // Names in the plan and keys in the product: one of each for the other.
    let mut keys: HashMap<String, String> = HashMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut pair = |name: String, key: String, text: &str| {
        assert_eq!(keys.entry(name.clone()).or_insert_with(|| key.clone()), &key, "{name}: {text}");
        assert_eq!(names.entry(key).or_insert_with(|| name.clone()), &name, "{text}");
    };
    for planned in all {
        let event = parsed(planned);
        let text = String::from_utf8_lossy(&planned.body);
        assert_eq!(event.kind, planned.kind, "{text}");
        let contact = event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(EmailAddress::as_str);
        assert_eq!(contact, planned.contact.as_deref(), "{text}");
        let campaign = event.campaign_key().map(ToString::to_string);
        // Some platforms' ids are of an account.
        let campaign = campaign.as_ref().and_then(|key| key.rsplit_once(':')).map(|(_, id)| id.to_owned());
        assert_eq!(campaign, planned.campaign, "{text}");
        let contact_id = event.contact.as_ref().and_then(|contact| contact.external.as_ref());
        let contact_id = contact_id.filter(|_| planned.platform.ids_join_people());
        assert_eq!(contact_id.is_some(), planned.contact_id.is_some(), "{text}");
        if let (Some(name), Some(key)) = (&planned.contact_id, contact_id) {
            pair(name.clone(), key.to_string(), &text);
        }
        assert_eq!(event.facts.links.len(), planned.same_as.len(), "{text}");
        let mails = [&event.outbound, &event.inbound].into_iter().flatten().filter_map(|facts| facts.key.as_ref());
        let mails: Vec<String> = mails.map(ToString::to_string).collect();
        assert_eq!(mails.len(), planned.mails.len(), "{mails:?} {:?} {text}", planned.mails);
        for (name, key) in planned.mails.iter().zip(mails) {
            // What is known by the event only has its time in its name, and each workspace is an account of its own.
            pair(format!("{} {} {name}", planned.workspace, planned.platform), format!("{} {key}", planned.workspace), &text);
        }
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

/// What each platform tells of, beside what is told of by every sender.
const SORTS: [(Platform, &[Kind]); 7] = [
    (
        Platform::Smartlead,
        &[
            Kind::EmailOpened,
            Kind::EmailClicked,
            Kind::ContactUnsubscribed,
            Kind::ContactCategoryUpdated,
            Kind::EmailReplyUntracked,
            Kind::CampaignStatusChanged,
            Kind::CampaignStepReached,
        ],
    ),
    (
        Platform::Instantly,
        &[
            Kind::EmailOpened,
            Kind::EmailClicked,
            Kind::ContactUnsubscribed,
            Kind::ContactCategoryUpdated,
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
        ],
    ),
    (
        Platform::Lemlist,
        &[
            Kind::EmailOpened,
            Kind::EmailClicked,
            Kind::ContactUnsubscribed,
            Kind::ContactInterested,
            Kind::ContactNotInterested,
            Kind::CampaignCompleted,
            Kind::AccountError,
        ],
    ),
    (
        Platform::Emailbison,
        &[
            Kind::EmailOpened,
            Kind::EmailAutoReplied,
            Kind::EmailReplyUntracked,
            Kind::ContactUnsubscribed,
            Kind::ContactInterested,
            Kind::AccountError,
        ],
    ),
    (
        Platform::Plusvibe,
        &[
            Kind::EmailAutoReplied,
            Kind::ContactInterested,
            Kind::ContactNotInterested,
            Kind::ContactMeetingBooked,
            Kind::ContactOutOfOffice,
            Kind::ContactCategoryUpdated,
            // A label that says so.
            Kind::ContactUnsubscribed,
        ],
    ),
    (
        Platform::Hubspot,
        &[
            Kind::ContactCreated,
            Kind::ContactUpdated,
            Kind::ContactDeleted,
            Kind::ContactUnsubscribed,
            Kind::NoteCreated,
            Kind::NoteUpdated,
            Kind::NoteDeleted,
            Kind::TaskCreated,
            Kind::TaskUpdated,
            // What is put to a contact, and what is written in a conversation.
            Kind::Other,
        ],
    ),
    (
        Platform::Breakcold,
        &[
            Kind::EmailOpened,
            Kind::EmailClicked,
            Kind::ContactUnsubscribed,
            Kind::ContactCreated,
            Kind::ContactUpdated,
            Kind::ContactDeleted,
            Kind::ContactListsUpdated,
            Kind::ContactTagsUpdated,
            Kind::ContactStatusUpdated,
            Kind::NoteCreated,
            Kind::NoteDeleted,
            Kind::TaskCreated,
            Kind::TaskUpdated,
            Kind::MessageLinkedin,
            Kind::ActivityRecorded,
            Kind::CampaignCreated,
            Kind::ListCreated,
            Kind::TagCreated,
        ],
    ),
];

#[test]
fn every_sort_of_event_is_there() {
    let all = &*PLANNED;
    for (platform, sorts) in SORTS {
        let kinds: BTreeSet<Kind> =
            all.iter().filter(|planned| planned.platform == platform).map(|planned| planned.kind).collect();
        // HubSpot sends no mails; it is told of what comes of them.
        let mails = [Kind::EmailReplied, Kind::EmailBounced, Kind::EmailSent];
        let mails = if platform == Platform::Hubspot { &mails[..2] } else { &mails[..] };
        for kind in sorts.iter().chain(mails) {
            assert!(kinds.contains(kind), "{platform} has no {kind}");
        }
        assert!(platform == Platform::Hubspot || !kinds.contains(&Kind::Other), "{platform}");
    }
}

#[test]
fn no_platform_tells_of_what_it_has_no_webhook_for() {
    let never: [(Platform, &[Kind]); 4] = [
        (Platform::Plusvibe, &[Kind::EmailOpened, Kind::EmailClicked]),
        (Platform::Emailbison, &[Kind::EmailClicked, Kind::ContactNotInterested, Kind::CampaignCompleted]),
        (Platform::Lemlist, &[Kind::EmailAutoReplied, Kind::ContactMeetingBooked]),
        (Platform::Hubspot, &[Kind::EmailSent, Kind::EmailOpened, Kind::EmailClicked, Kind::ContactListsUpdated]),
    ];
    for planned in PLANNED.iter() {
        let unknown = never.iter().find(|(platform, kinds)| *platform == planned.platform && kinds.contains(&planned.kind));
        assert!(unknown.is_none(), "{}: {}", planned.platform, planned.kind);
        let has_campaign = planned.platform != Platform::Hubspot && !planned.is_new;
        assert!(has_campaign || planned.campaign.is_none(), "{}", String::from_utf8_lossy(&planned.body));
    }
}

#[test]
fn what_has_two_names_or_two_generations_is_there_in_both() {
    let names = |platform: Platform| -> BTreeSet<String> {
        let all = PLANNED.iter().filter(|planned| planned.platform == platform);
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let name = |body: Value| match platform {
            Platform::Emailbison => text(&body["event"]["type"]),
            Platform::Plusvibe => text(&body["webhook_event"]),
            Platform::Lemlist => text(&body["type"]),
            Platform::Hubspot => text(&body[0]["subscriptionType"]),
            _ => text(&body["event"]),
        };
        all.map(|planned| name(serde_json::from_slice(&planned.body).expect("JSON")).expect("a name")).collect()
    };
    let pairs = [
        (Platform::Emailbison, ["EMAIL_SENT", "LEAD_FIRST_CONTACTED"]),
        (Platform::Plusvibe, ["ALL_EMAIL_REPLIES", "FIRST_EMAIL_REPLIES"]),
        (Platform::Lemlist, ["emailsInterested", "interested"]),
        (Platform::Lemlist, ["emailsUnsubscribed", "entityUnsubscribed"]),
        (Platform::Hubspot, ["contact.creation", "object.creation"]),
        (Platform::Hubspot, ["contact.merge", "contact.deletion"]),
        (Platform::Breakcold, ["lead.create", "record.created"]),
        (Platform::Breakcold, ["lead.delete", "record.deleted"]),
    ];
    for (platform, both) in pairs {
        let names = names(platform);
        assert!(both.iter().all(|name| names.contains(*name)), "{both:?}: {names:?}");
    }
}

#[test]
fn hubspot_sends_batches_that_come_apart_into_its_events() {
    let parser = parser(Platform::Hubspot).expect("HubSpot can be read");
    let mut sizes = BTreeSet::new();
    let crms = PlanOptions { platforms: vec![Platform::Hubspot, Platform::Breakcold], events: 4_000, ..options() };
    for batch in batches(planned(&crms), 100) {
        let body = body(&batch);
        match batch[0].platform {
            Platform::Hubspot => {
                let parts = parser.split(&body).expect("a batch").expect("an array");
                let one_by_one: Vec<Event> = batch.iter().map(parsed).collect();
                let together: Vec<Event> =
                    parts.iter().map(|part| parser.parse(&Delivery::new(part, NOW)).expect("a readable event").event).collect();
                assert_eq!(together, one_by_one);
                assert!(batch.iter().all(|planned| planned.workspace == batch[0].workspace));
                sizes.insert(batch.len());
            }
            _ => assert_eq!(body, batch[0].body),
        }
    }
    assert!(sizes.len() > 3 && sizes.last() <= Some(&100), "{sizes:?}");
    let alone = PlanOptions { platforms: vec![Platform::Hubspot], workspaces: 1, ..crms };
    assert!(batches(planned(&alone), 1_000_000).all(|batch| batch.len() == 100), "forty times a hundred");
    assert!(batches(planned(&alone), 0).all(|batch| batch.len() == 1));
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
