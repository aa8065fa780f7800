//! Whatever an event says: no panic, JSON in UTF-8, a bounded size, the same every time, and nothing hostile taken for ours.

use hookline_dialects::{BODY_BYTES_MAX, Dialect, NotExpressible, names::sent_as};
use hookline_model::{
    event::{CampaignRef, Change, ContactRef, Event, Facts, MessageFacts},
    id::{CampaignId, ContactId, EmailId},
    interest::Interest,
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_store::deliveries::Snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    given::{self, AT, event, forms, snapshot, tell},
    round,
};

/// Texts that somebody may have written to break a reader.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => prop::sample::select(vec![
            "",
            " ",
            "null",
            "\"}],\"event_type\":\"email_sent\",\"x\":[{\"",
            "</script><script>alert(1)</script>",
            "\u{0}\u{1}\u{1f}\u{7f}",
            "\u{202e}desrever\u{2028}\u{feff}",
            "a\r\nX-Injected: 1",
            "../../etc/passwd",
            "𝄞ü🙂",
            "event_type",
            "reply_received",
            "EMAIL_REPLY",
            "{{constructor.constructor('x')()}}",
            "2026-02-11T08:03:27.500Z",
            "a@b.example, c@d.example",
        ])
        .prop_map(ToOwned::to_owned),
        10 => ".{0,40}",
        1 => ("[\\x00-\\x7f\u{e4}\u{1f642}]{1,3}", 1..200_000usize).prop_map(|(unit, times)| unit.repeat(times)),
    ]
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(value: impl Strategy<Value = T> + 'static) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.7, value)
}

fn external(platform: impl Strategy<Value = Platform>) -> impl Strategy<Value = ExternalId> {
    let id = prop_oneof![Just("4170220119".to_owned()), "[a-z0-9-]{1,36}", "\\PC{1,20}"];
    (platform, id).prop_map(|(platform, id)| ExternalId { platform, account: String::new(), id })
}

fn platforms() -> impl Strategy<Value = Platform> {
    prop::sample::select(Platform::ALL.to_vec())
}

fn contact_ref() -> impl Strategy<Value = Option<ContactRef>> {
    let address = prop::sample::select(vec!["ann@a.example", "o'hara+x@b.example", "ü@ö.example"]);
    let address = address.prop_map(|text| EmailAddress::parse(text).expect("an address"));
    maybe((maybe(address), external(platforms()), any::<bool>())).prop_map(|contact| {
        contact.map(|(email, external, both)| ContactRef { external: (both || email.is_none()).then_some(external), email })
    })
}

fn message() -> impl Strategy<Value = MessageFacts> {
    let texts = (maybe(hostile()), maybe(hostile()), maybe(hostile()), maybe(hostile()), maybe(hostile()));
    (texts, maybe(1..5u32), maybe(0..9u64)).prop_map(|((message_id, from, subject, text, html), step, opened)| MessageFacts {
        key: None,
        message_id,
        from,
        to: None,
        subject,
        body_text: text,
        body_html: html,
        sequence_number: step,
        at: Some(AT),
        opened_total: opened,
        first_opened_at: None,
        last_opened_at: Some(AT),
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let change = |value: BoxedStrategy<String>| prop_oneof![2 => Just(None), 3 => value.prop_map(|text| Some(Change::Set(text))), 1 => Just(Some(Change::Clear))];
    let interest = prop::sample::select(Interest::ALL.to_vec());
    let interest = prop_oneof![2 => Just(None), 3 => interest.prop_map(|interest| Some(Change::Set(interest))), 1 => Just(Some(Change::Clear))];
    let value =
        prop_oneof![hostile().prop_map(Value::from), Just(json!(1.5)), Just(json!({"event_type": "forged"})), Just(Value::Null)];
    let fields = prop::collection::btree_map(hostile(), value.clone(), 0..6);
    let extra = prop::collection::btree_map(
        prop::sample::select(vec!["stats_id", "cc_emails", "category_id", "is_first", "event_name", "app_url", "reason", "step"])
            .prop_map(ToOwned::to_owned),
        value,
        0..4,
    );
    let links = prop::collection::btree_set(hostile(), 0..3);
    (change(hostile().boxed()), change(hostile().boxed()), interest, fields, extra, links, maybe(hostile())).prop_map(
        |(full_name, category, interest, fields, extra, clicked_links, campaign_status)| Facts {
            full_name,
            category,
            interest,
            custom_fields: fields.into_iter().map(|(name, value)| (name, Change::Set(value))).collect(),
            extra: extra.into_iter().collect(),
            clicked_links,
            campaign_status,
            ..Facts::default()
        },
    )
}

fn events() -> impl Strategy<Value = Event> {
    let campaign = (external(platforms()), any::<bool>(), maybe(hostile())).prop_map(|(id, named, name)| CampaignRef {
        key: if named { CampaignKey::Named(id) } else { CampaignKey::External(id) },
        name,
        status_mentioned: None,
    });
    let about = (contact_ref(), maybe(campaign), maybe(hostile()), maybe(message()), maybe(message()));
    let time = prop_oneof![Just(AT), (0..4_000_000_000_000i64).prop_map(Millis)];
    (prop::sample::select(Kind::ALL.to_vec()), platforms(), about, facts(), time).prop_map(
        |(kind, platform, (contact, campaign, mailbox, outbound, inbound), facts, occurred_at)| {
            let key = ExternalId { platform, account: String::new(), id: "s-1".to_owned() };
            Event {
                platform,
                occurred_at,
                contact,
                campaign,
                sending_account: mailbox,
                outbound: outbound.map(|facts| Box::new(MessageFacts { key: Some(EmailKey::Sent(key)), ..facts })),
                inbound: inbound
                    .map(|facts| Box::new(MessageFacts { key: Some(EmailKey::Inbound("r-1@x".to_owned())), ..facts })),
                facts,
                ..event(kind, platform)
            }
        },
    )
}

/// The event, with records or without, which may say something else.
fn snapshots() -> impl Strategy<Value = Snapshot> {
    let fields = prop::collection::btree_map(hostile(), hostile().prop_map(Value::from), 0..5);
    (events(), any::<bool>(), fields).prop_map(|(event, has_records, fields)| {
        let mut whole = snapshot(event);
        if !has_records {
            (whole.contact, whole.campaign, whole.email) = (None, None, None);
            (whole.event.contact_id, whole.event.campaign_id) = (None, None);
        } else if let Some(contact) = &mut whole.contact {
            contact.custom_fields.extend(fields);
        }
        whole
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_an_event_says_it_is_told_in_bounds_and_as_what_it_is(snapshot in snapshots()) {
        let event = &snapshot.event.event;
        for (dialect, variant) in forms() {
            let told = tell(dialect, variant, &snapshot);
            prop_assert_eq!(&tell(dialect, variant, &snapshot), &told);
            let name = sent_as(dialect, variant, event);
            let rendered = match told {
                Ok(rendered) => rendered,
                Err(NotExpressible::Unnamed(_)) => {
                    prop_assert!(name.is_some() && !matches!(dialect, Dialect::Hookline | Dialect::Cloudevents));
                    continue;
                }
                Err(NotExpressible::NoWord) => {
                    prop_assert_eq!(name, None);
                    continue;
                }
                Err(other) => return Err(TestCaseError::fail(format!("{dialect}: {other}"))),
            };
            prop_assert!(rendered.body.len() <= BODY_BYTES_MAX, "{} bytes in {dialect}", rendered.body.len());
            let body: Value = serde_json::from_slice(std::str::from_utf8(&rendered.body).expect("UTF-8").as_bytes()).expect("JSON");
            let stated = ["event_type", "event", "type"].into_iter().find_map(|key| body.get(key)?.as_str());
            // A label may be as long as any text; names are ours.
            if name.as_ref().is_some_and(|name| name.len() < 1_000) {
                prop_assert_eq!(stated, name.as_deref(), "{}", dialect);
            }
            if dialect == Dialect::Instantly {
                prop_assert_eq!(&body["timestamp"], &json!(event.occurred_at.to_string()));
                prop_assert_eq!(&body["workspace"], &json!(given::WORKSPACE));
                if let Some(email) = event.contact.as_ref().and_then(|contact| contact.email.as_ref()) {
                    prop_assert!(body.get("lead_email").is_none_or(|told| told == email.as_str()));
                }
            }
        }
    }

    #[test]
    fn whatever_a_message_says_it_is_read_as_the_same(
        kind in prop::sample::select(vec![Kind::EmailSent, Kind::EmailOpened, Kind::EmailClicked, Kind::EmailReplied, Kind::EmailBounced, Kind::ContactUnsubscribed]),
        origin in prop::sample::select(given::ORIGINS.to_vec()),
        facts in facts(),
        texts in (hostile(), hostile(), hostile()),
    ) {
        let mut event = event(kind, origin);
        let (subject, text, html) = texts;
        for message in [&mut event.outbound, &mut event.inbound].into_iter().flatten() {
            (message.subject, message.body_text, message.body_html) = (Some(subject.clone()), Some(text.clone()), Some(html.clone()));
        }
        event.facts = Facts { full_name: facts.full_name, custom_fields: facts.custom_fields, clicked_links: facts.clicked_links, ..event.facts };
        for (dialect, platform, reader) in round::readers() {
            for variant in dialect.variants().iter().copied().map(Some).chain(dialect.variants().is_empty().then_some(None)) {
                round::check(dialect, variant, platform, reader, &snapshot(event.clone()));
            }
        }
    }
}

#[test]
fn ids_of_keys_stay_what_they_are() {
    // The property above derives them from random keys; these are the ones that subscribers may have stored.
    let key = ContactKey::Email(EmailAddress::parse(given::LEAD).expect("an address"));
    let contact = ContactId::derive(given::WORKSPACE, &key);
    let campaign = CampaignId::derive(given::WORKSPACE, &given::campaign_key(Platform::Instantly));
    let step = EmailKey::Step { campaign: given::campaign_key(Platform::Instantly), contact: key, step: 1 };
    let body = given::body(Dialect::Smartlead, None, &snapshot(event(Kind::EmailSent, Platform::Instantly)));
    assert_eq!(body["sl_email_lead_id"], (contact.0.as_u64_pair().0 >> 12).to_string());
    assert_eq!(body["campaign_id"], campaign.number());
    assert_eq!(body["stats_id"], json!(EmailId::derive(given::WORKSPACE, &step)));
}
