//! Firsts: enrollments, counted where they began to be sent to, to open, to reply and so on.

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use serde_json::{Value, json};

use super::{
    JANE, JOE, about, address, aliases, at, bare, dump, external, forty_one, hubspot, jane, links, spring, stating, with, within,
};

const FORTY_ONE: &str = "ext:smartlead::41";
const SPRING: &str = "name:lemlist::Spring";

/// The firsts as (time of day, campaign, counter, count).
fn firsts(events: &[Event]) -> Value {
    let dump = dump(events);
    let mut shown = Vec::new();
    for first in dump["firsts"].as_array().expect("an array of firsts") {
        let quarter =
            first["quarter"].as_str().and_then(|quarter| quarter.strip_prefix("2026-02-11T")).expect("a time of the day");
        let time = quarter.strip_suffix(":00.000Z").expect("a full minute");
        shown.push(json!([time, first["campaign"], first["counter"], first["count"]]));
    }
    Value::Array(shown)
}

/// An event about Jane in the campaign 41.
fn enrolled(n: u8, kind: Kind, seconds: i64) -> Event {
    within(&jane(n, kind, seconds), forty_one())
}

/// An event about Joe in the campaign 41.
fn joe(n: u8, kind: Kind, seconds: i64) -> Event {
    within(&about(Some(JOE), None, n, kind, seconds), forty_one())
}

#[test]
fn a_lone_event_gives_every_field() {
    assert_eq!(
        dump(&[enrolled(1, Kind::EmailSent, 10)])["firsts"],
        json!([{ "quarter": "2026-02-11T08:00:00.000Z", "campaign": FORTY_ONE, "counter": "sent", "count": 1 }])
    );
}

#[test]
fn an_enrollment_counts_once_under_each_name_in_the_quarter_of_its_first_time() {
    let events = [
        enrolled(1, Kind::EmailOpened, 10),
        enrolled(2, Kind::EmailOpened, 20),
        enrolled(3, Kind::EmailOpened, 900),
        joe(4, Kind::EmailOpened, 30),
        enrolled(5, Kind::EmailClicked, 900),
        joe(6, Kind::EmailClicked, 1800),
    ];
    let expected =
        json!([["08:00", FORTY_ONE, "opened", 2], ["08:15", FORTY_ONE, "clicked", 1], ["08:30", FORTY_ONE, "clicked", 1]]);
    assert_eq!(firsts(&events), expected);
}

#[test]
fn firsts_go_by_quarter_then_campaign_as_text_then_name() {
    // As keys, the platforms would be in the order of their declaration: SmartLead, then EmailBison.
    let bison = CampaignKey::External(external(Platform::Emailbison, "one:1", "9"));
    let names = [
        (Kind::EmailSent, "sent"),
        (Kind::EmailOpened, "opened"),
        (Kind::EmailClicked, "clicked"),
        (Kind::EmailReplied, "replied"),
        (Kind::EmailBounced, "bounced"),
        (Kind::ContactUnsubscribed, "unsubscribed"),
        (Kind::ContactInterested, "interested"),
        (Kind::ContactMeetingBooked, "meeting_booked"),
    ];
    let mut events: Vec<Event> = (1..).zip(names).map(|(n, (kind, _))| enrolled(n, kind, 10)).collect();
    events.push(within(&jane(9, Kind::EmailSent, 20), spring()));
    events.push(within(&jane(10, Kind::EmailSent, 30), bison.clone()));
    events.push(within(&joe(11, Kind::EmailSent, -1), spring()));
    events.push(within(&joe(12, Kind::EmailSent, 900), bison));
    let mut expected = vec![json!(["07:45", SPRING, "sent", 1]), json!(["08:00", "ext:emailbison:one%3A1:9", "sent", 1])];
    let mut sorted = names.map(|(_, name)| name);
    sorted.sort_unstable();
    expected.extend(sorted.map(|name| json!(["08:00", FORTY_ONE, name, 1])));
    expected.push(json!(["08:00", SPRING, "sent", 1]));
    expected.push(json!(["08:15", "ext:emailbison:one%3A1:9", "sent", 1]));
    assert_eq!(firsts(&events), json!(expected));
}

#[test]
fn a_late_event_moves_a_first_to_its_earlier_quarter() {
    let (opened, late) = (enrolled(1, Kind::EmailOpened, 1800), enrolled(2, Kind::EmailOpened, 899));
    assert_eq!(firsts(std::slice::from_ref(&opened)), json!([["08:30", FORTY_ONE, "opened", 1]]));
    assert_eq!(firsts(&[opened, late]), json!([["08:00", FORTY_ONE, "opened", 1]]));
}

#[test]
fn the_last_millisecond_of_a_quarter_is_not_the_next() {
    let opened = |millis| with(&enrolled(1, Kind::EmailOpened, 0), |event| event.occurred_at = Millis(at(0).0 + millis));
    assert_eq!(firsts(&[opened(899_999)]), json!([["08:00", FORTY_ONE, "opened", 1]]));
    assert_eq!(firsts(&[opened(900_000)]), json!([["08:15", FORTY_ONE, "opened", 1]]));
}

#[test]
fn all_variants_give_firsts_though_only_one_counts() {
    let sent = enrolled(1, Kind::EmailSent, 10);
    let opened = with(&sent, |event| {
        event.kind = Kind::EmailOpened;
        event.occurred_at = at(900);
    });
    let events = [opened, sent];
    assert_eq!(firsts(&events), json!([["08:00", FORTY_ONE, "sent", 1], ["08:15", FORTY_ONE, "opened", 1]]));
    let counted = dump(&events)["rollups"].clone();
    assert_eq!(json!([counted[0]["kind"], counted[0]["count"], counted[1]]), json!(["email.sent", 1, null]));
}

#[test]
fn a_variant_gives_a_first_to_the_enrollment_that_it_names() {
    let sent = enrolled(1, Kind::EmailSent, 10);
    let elsewhere = with(&within(&sent, spring()), |event| event.occurred_at = at(900));
    let someone = with(&joe(1, Kind::EmailSent, 10), |event| event.occurred_at = at(1800));
    assert_eq!(
        firsts(&[someone, elsewhere, sent]),
        json!([["08:00", FORTY_ONE, "sent", 1], ["08:15", SPRING, "sent", 1], ["08:30", FORTY_ONE, "sent", 1]])
    );
}

#[test]
fn interest_is_first_where_it_is_stated_by_fact_or_by_kind() {
    let stated =
        |n, kind, seconds, change| stating(&enrolled(n, kind, seconds), |facts| facts.interest = Some(Change::Set(change)));
    let events = [
        enrolled(1, Kind::ContactInterested, 1800),
        // By fact, and earlier.
        stated(2, Kind::EmailReplied, 900, Interest::Interested),
        // The fact wins over the kind: neither interested nor a meeting.
        stated(3, Kind::ContactInterested, 10, Interest::Neutral),
        stating(&enrolled(4, Kind::ContactMeetingBooked, 20), |facts| facts.interest = Some(Change::Clear)),
        stated(5, Kind::ContactCategoryUpdated, 2700, Interest::MeetingBooked),
        // What is said later takes no first back.
        stated(6, Kind::ContactCategoryUpdated, 3600, Interest::NotInterested),
        stating(&enrolled(7, Kind::ContactCategoryUpdated, 3610), |facts| facts.interest = Some(Change::Clear)),
    ];
    let expected = json!([
        ["08:15", FORTY_ONE, "interested", 1],
        ["08:15", FORTY_ONE, "replied", 1],
        ["08:45", FORTY_ONE, "meeting_booked", 1],
    ]);
    assert_eq!(firsts(&events), expected);
}

#[test]
fn aliased_campaigns_have_one_first_under_their_smallest_key() {
    let events = [within(&jane(1, Kind::EmailSent, 900), spring()), enrolled(2, Kind::EmailSent, 1800)];
    let apart = json!([["08:15", SPRING, "sent", 1], ["08:30", FORTY_ONE, "sent", 1]]);
    let joined = json!([["08:15", FORTY_ONE, "sent", 1]]);
    let [named, by_id] = events;
    assert_eq!(firsts(&[named.clone(), by_id.clone()]), apart);
    assert_eq!(firsts(&[named.clone(), by_id.clone(), aliases(3, 30, &[true])]), joined);
    assert_eq!(firsts(&[named.clone(), by_id, aliases(3, 30, &[true]), aliases(4, 40, &[false])]), apart);
    // The smallest key may be known from the alias alone.
    assert_eq!(firsts(&[named, aliases(3, 30, &[true])]), joined);
}

#[test]
fn linked_contacts_are_one_enrollment_and_have_one_first() {
    let opened = [enrolled(1, Kind::EmailOpened, 900), joe(2, Kind::EmailOpened, 10)];
    let link = |n, seconds, linked| links(n, seconds, &[(address(JANE), address(JOE), linked)]);
    let apart = json!([["08:00", FORTY_ONE, "opened", 1], ["08:15", FORTY_ONE, "opened", 1]]);
    let joined = json!([["08:00", FORTY_ONE, "opened", 1]]);
    assert_eq!(firsts(&opened), apart);
    let linked = [opened.as_slice(), &[link(3, 20, true)]].concat();
    assert_eq!(firsts(&linked), joined);
    let unlinked = [linked.as_slice(), &[link(4, 30, false)]].concat();
    assert_eq!(firsts(&unlinked), apart);
    // Named with one id of a CRM, in two campaigns that are one.
    let events = [
        within(&about(Some(JANE), Some(hubspot("7")), 1, Kind::EmailOpened, 900), forty_one()),
        within(&about(Some(JOE), Some(hubspot("7")), 2, Kind::EmailOpened, 10), spring()),
        aliases(3, 30, &[true]),
    ];
    assert_eq!(firsts(&events), joined);
}

#[test]
fn who_is_in_no_campaign_and_what_is_about_nobody_has_no_first() {
    let events = [
        jane(1, Kind::EmailSent, 10),
        within(&bare(2, Kind::EmailSent, 10), forty_one()),
        // An enrollment, but under no name of `counts`.
        enrolled(3, Kind::CampaignStepReached, 10),
    ];
    let dump = dump(&events);
    assert_eq!(dump["firsts"], json!([]));
    assert_eq!(
        json!([dump["enrollments"][0]["contact_id"].is_string(), dump["campaigns"][0]["counts"]["sent"]]),
        json!([true, 1])
    );
    // An earlier event outside the campaign is not the enrollment's first.
    assert_eq!(
        firsts(&[jane(1, Kind::EmailSent, 10), enrolled(2, Kind::EmailSent, 900)]),
        json!([["08:15", FORTY_ONE, "sent", 1]])
    );
}

#[test]
fn a_hidden_contact_keeps_its_firsts() {
    let events = [enrolled(1, Kind::EmailSent, 10), jane(2, Kind::ContactDeleted, 20)];
    assert_eq!(dump(&events)["contacts"], json!([]));
    assert_eq!(firsts(&events), json!([["08:00", FORTY_ONE, "sent", 1]]));
}
