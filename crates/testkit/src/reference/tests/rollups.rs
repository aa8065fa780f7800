//! Rollups, which are nothing but counted entries.

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    kind::Kind,
    platform::Platform,
    time::{EARLIEST_BELIEVED, Millis},
};
use serde_json::{Value, json};

use super::{aliases, at, bare, dump, forty_one, jane, of_sent, spring, stating, with, within};

const EIGHT: &str = "2026-02-11T08:00:00.000Z";

fn rollups(events: &[Event]) -> Value {
    dump(events)["rollups"].clone()
}

/// Of every rollup the named fields and the count.
fn fields(events: &[Event], names: &[&str]) -> Value {
    let rollups = rollups(events);
    let rollups = rollups.as_array().expect("an array of rollups");
    rollups.iter().map(|rollup| names.iter().chain(&["count"]).map(|name| rollup[*name].clone()).collect::<Value>()).collect()
}

/// The event, stating or clearing an interest by fact.
fn interest(event: &Event, change: Change<Interest>) -> Event {
    stating(event, |facts| facts.interest = Some(change))
}

#[test]
fn rollups_count_by_quarter_campaign_platform_kind_step_and_interest() {
    let step = |n, seconds, step| of_sent(&bare(n, Kind::EmailSent, seconds), |facts| facts.sequence_number = step);
    let events = [
        within(&step(1, 10, Some(2)), forty_one()),
        within(&step(2, 899, Some(2)), forty_one()),
        within(&step(3, 20, None), forty_one()),
        within(&step(4, 900, Some(2)), forty_one()),
        interest(&within(&step(8, 20, Some(2)), forty_one()), Change::Set(Interest::Closed)),
        bare(5, Kind::WebhookTest, 30),
        bare(6, Kind::AccountError, 30),
        with(&bare(7, Kind::WebhookTest, 30), |event| event.platform = Platform::Lemlist),
    ];
    let rollup = |quarter, campaign: Option<&str>, platform, kind, step: Option<u32>, interest: Option<&str>, count| json!({ "quarter": quarter, "campaign": campaign, "platform": platform, "kind": kind, "sequence_number": step, "interest": interest, "count": count });
    let campaign = Some("ext:smartlead::41");
    assert_eq!(
        rollups(&events),
        json!([
            rollup(EIGHT, None, "lemlist", "webhook.test", None, None, 1),
            rollup(EIGHT, None, "smartlead", "account.error", None, None, 1),
            rollup(EIGHT, None, "smartlead", "webhook.test", None, None, 1),
            rollup(EIGHT, campaign, "smartlead", "email.sent", None, None, 1),
            rollup(EIGHT, campaign, "smartlead", "email.sent", Some(2), None, 2),
            rollup(EIGHT, campaign, "smartlead", "email.sent", Some(2), Some("closed"), 1),
            rollup("2026-02-11T08:15:00.000Z", campaign, "smartlead", "email.sent", Some(2), None, 1),
        ])
    );
}

#[test]
fn a_quarter_begins_with_its_first_millisecond_and_ends_before_the_next() {
    let quarter = |millis: i64| {
        let event = with(&jane(1, Kind::EmailSent, 0), |event| event.occurred_at = Millis(at(0).0 + millis));
        rollups(&[event])[0]["quarter"].clone()
    };
    let minutes = 60_000;
    let cases = [
        (-1, "2026-02-11T07:45:00.000Z"),
        (0, EIGHT),
        (15 * minutes - 1, EIGHT),
        (15 * minutes, "2026-02-11T08:15:00.000Z"),
        (30 * minutes - 1, "2026-02-11T08:15:00.000Z"),
        (30 * minutes, "2026-02-11T08:30:00.000Z"),
        (45 * minutes - 1, "2026-02-11T08:30:00.000Z"),
        (45 * minutes, "2026-02-11T08:45:00.000Z"),
        (60 * minutes - 1, "2026-02-11T08:45:00.000Z"),
        (60 * minutes, "2026-02-11T09:00:00.000Z"),
        // The last of a day, and the first of the next.
        (16 * 60 * minutes - 1, "2026-02-11T23:45:00.000Z"),
        (16 * 60 * minutes, "2026-02-12T00:00:00.000Z"),
    ];
    for (millis, expected) in cases {
        assert_eq!(quarter(millis), json!(expected), "{millis} ms after eight");
    }
    // The earliest time there is.
    let earliest = with(&jane(1, Kind::EmailSent, 0), |event| event.occurred_at = EARLIEST_BELIEVED);
    assert_eq!(rollups(&[earliest])[0]["quarter"], json!("2000-01-01T00:00:00.000Z"));
}

#[test]
fn the_interest_is_what_the_event_states_by_fact_or_by_kind() {
    let shown = |event: &Event| fields(std::slice::from_ref(event), &["kind", "interest"]);
    let (interested, updated) = (jane(1, Kind::ContactInterested, 10), jane(1, Kind::ContactCategoryUpdated, 10));
    assert_eq!(shown(&updated), json!([["contact.category_updated", null, 1]]));
    assert_eq!(shown(&interested), json!([["contact.interested", "interested", 1]]));
    assert_eq!(shown(&interest(&updated, Change::Set(Interest::NoShow))), json!([["contact.category_updated", "no_show", 1]]));
    // A fact wins over the kind, also when it clears.
    assert_eq!(shown(&interest(&interested, Change::Set(Interest::Closed))), json!([["contact.interested", "closed", 1]]));
    assert_eq!(shown(&interest(&interested, Change::Clear)), json!([["contact.interested", null, 1]]));
}

#[test]
fn an_interest_cleared_and_none_are_one_rollup_and_names_order_the_others() {
    let updated = |n| jane(n, Kind::ContactCategoryUpdated, 10);
    let events = [
        updated(1),
        interest(&updated(2), Change::Clear),
        // In the order of their declaration, which is not that of their names.
        interest(&updated(3), Change::Set(Interest::MeetingBooked)),
        interest(&updated(4), Change::Set(Interest::Closed)),
        interest(&updated(5), Change::Set(Interest::Neutral)),
        interest(&updated(6), Change::Set(Interest::Closed)),
    ];
    assert_eq!(fields(&events, &["interest"]), json!([[null, 2], ["closed", 2], ["meeting_booked", 1], ["neutral", 1]]));
}

#[test]
fn only_the_canonical_variant_is_counted_with_its_own_quarter_kind_step_campaign_and_interest() {
    let sent = of_sent(&within(&jane(1, Kind::EmailSent, 1000), forty_one()), |facts| facts.sequence_number = Some(3));
    // One identity: the same number and time it was made of.
    let later = interest(&within(&jane(1, Kind::EmailOpened, 1000), spring()), Change::Set(Interest::Closed));
    let later = with(&later, |event| event.occurred_at = at(2000));
    let names = ["quarter", "campaign", "kind", "sequence_number", "interest"];
    let expected = json!([["2026-02-11T08:15:00.000Z", "ext:smartlead::41", "email.sent", 3, null, 1]]);
    assert_eq!(fields(&[later.clone(), sent.clone()], &names), expected);
    // An earlier one takes the count away, wherever the others were counted.
    let earlier = with(&later, |event| event.occurred_at = at(899));
    let expected = json!([[EIGHT, "name:lemlist::Spring", "email.opened", null, "closed", 1]]);
    assert_eq!(fields(&[later, sent, earlier], &names), expected);
}

#[test]
fn the_campaign_is_the_key_of_the_entry_whatever_is_aliased() {
    let sent = |n, key| within(&jane(n, Kind::EmailSent, 10), key);
    let events = [sent(1, forty_one()), sent(2, spring()), sent(3, spring()), aliases(4, 20, &[true])];
    assert_eq!(
        fields(&events, &["campaign", "kind"]),
        json!(
            [[null, "campaign.aliased", 1], ["ext:smartlead::41", "email.sent", 1], ["name:lemlist::Spring", "email.sent", 2],]
        )
    );
}
