//! Campaigns and enrollments.

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    key::CampaignKey,
    kind::Kind,
};
use serde_json::json;

use super::{
    JANE, JOE, about, aliases, at, bare, campaign, dump, forty_one, hubspot, jane, of_sent, only, smartlead, spring, stating,
    with, within,
};

#[test]
fn a_lone_event_gives_every_field() {
    let counts = json!({
        "sent": 1, "opened": 0, "clicked": 0, "replied": 0, "bounced": 0,
        "unsubscribed": 0, "interested": 0, "meeting_booked": 0,
    });
    let sent = of_sent(&within(&jane(1, Kind::EmailSent, 10), forty_one()), |facts| facts.sequence_number = Some(2));
    assert_eq!(
        campaign(std::slice::from_ref(&sent)),
        json!({
            "id": "4df0204f-b330-55ff-91eb-082bd4870ad3", "platform": "smartlead", "account": null,
            "platform_campaign_id": "41", "number": 41, "name": null, "status": null, "counts": counts,
            "unique": { "contacts": 1, "opened": 0, "clicked": 0, "replied": 0, "bounced": 0, "unsubscribed": 0, "interested": 0 },
            "first_event_at": "2026-02-11T08:00:10.000Z", "last_event_at": "2026-02-11T08:00:10.000Z",
        })
    );
    assert_eq!(
        only(&dump(&[sent])["enrollments"]),
        json!({
            "contact_id": "16dfeda2-c7e1-55bf-a403-3dda66b322d6", "campaign_id": "4df0204f-b330-55ff-91eb-082bd4870ad3",
            "counts": counts,
            "first": {
                "sent": "2026-02-11T08:00:10.000Z", "opened": null, "clicked": null, "replied": null, "bounced": null,
                "unsubscribed": null, "interested": null, "meeting_booked": null,
            },
            "step": 2,
            "first_event_at": "2026-02-11T08:00:10.000Z", "last_event_at": "2026-02-11T08:00:10.000Z",
        })
    );
}

#[test]
fn campaigns_are_joined_by_aliases_alone_and_the_last_word_decides() {
    let both = [within(&bare(1, Kind::EmailSent, 10), forty_one()), within(&bare(2, Kind::EmailSent, 10), spring())];
    let cases = [
        (vec![], 2),
        (vec![aliases(3, 20, &[true])], 1),
        (vec![aliases(4, 30, &[false]), aliases(3, 20, &[true])], 2),
        (vec![aliases(3, 20, &[true, false])], 1),
    ];
    for (aliases, expected) in cases {
        let dump = dump(&[both.to_vec(), aliases].concat());
        assert_eq!(dump["campaigns"].as_array().map(Vec::len), Some(expected));
    }
    assert_eq!(dump(&[aliases(1, 10, &[true])])["campaigns"], json!([]));
}

#[test]
fn the_smallest_key_names_an_aliased_campaign() {
    // An id is smaller than a name, and may be known from the alias alone.
    let aliased = campaign(&[within(&bare(1, Kind::EmailSent, 10), spring()), aliases(2, 20, &[true])]);
    assert_eq!(aliased["id"], json!("4df0204f-b330-55ff-91eb-082bd4870ad3"));
    assert_eq!(json!([aliased["platform"], aliased["platform_campaign_id"], aliased["number"]]), json!(["smartlead", "41", 41]));
    let named = campaign(&[within(&bare(1, Kind::EmailSent, 10), spring())]);
    assert_eq!(named["id"], json!("d60186ab-b0aa-552f-bfcf-0483bac7db35"));
    assert_eq!(json!([named["platform"], named["platform_campaign_id"]]), json!(["lemlist", null]));
    assert_eq!(named["number"], json!(3_764_832_683_362_981_u64));
}

#[test]
fn a_number_is_the_id_where_that_is_a_plain_integer() {
    let number =
        |id: &str| campaign(&[within(&bare(1, Kind::EmailSent, 10), CampaignKey::External(smartlead(id)))])["number"].clone();
    assert_eq!(number("0"), json!(0));
    assert_eq!(number("9007199254740991"), json!(9_007_199_254_740_991_u64));
    assert_eq!(number("abc"), json!(3_771_239_174_036_597_u64));
    for other in ["9007199254740992", "041", "+41", "-41", "41 ", "4.1", "", "99999999999999999999999"] {
        let number = number(other).as_u64().expect("a number");
        assert!(number > 1 << 40 && number < 1 << 52, "{other:?} gives {number}");
    }
}

#[test]
fn a_status_stated_beats_any_mentioned() {
    let mentioned = |n, seconds, status: &str| {
        with(&within(&bare(n, Kind::EmailSent, seconds), forty_one()), |event| {
            if let Some(campaign) = &mut event.campaign {
                campaign.status_mentioned = Some(status.to_owned());
                campaign.name = Some(format!("Name {n}"));
            }
        })
    };
    let (early, late) = (mentioned(1, 10, "DRAFTED"), mentioned(2, 20, "ACTIVE"));
    let shown = campaign(&[late.clone(), early.clone()]);
    assert_eq!(json!([shown["status"], shown["name"]]), json!(["ACTIVE", "Name 2"]));
    let stated = within(&bare(3, Kind::CampaignStatusChanged, 5), forty_one());
    let stated = stating(&stated, |facts| facts.campaign_status = Some("PAUSED".to_owned()));
    let shown = campaign(&[late, early, stated]);
    assert_eq!(json!([shown["status"], shown["name"]]), json!(["PAUSED", "Name 2"]));
}

#[test]
fn counts_count_events_and_unique_counts_people() {
    let joe = |n, kind, seconds| about(Some(JOE), None, n, kind, seconds);
    let booked =
        stating(&joe(8, Kind::ContactCategoryUpdated, 80), |facts| facts.interest = Some(Change::Set(Interest::MeetingBooked)));
    let events = [
        jane(1, Kind::EmailOpened, 10),
        jane(2, Kind::EmailOpened, 20),
        joe(3, Kind::EmailOpened, 30),
        jane(4, Kind::EmailClicked, 40),
        jane(5, Kind::ContactInterested, 50),
        jane(6, Kind::ContactInterested, 60),
        joe(7, Kind::ContactUnsubscribed, 70),
        booked,
        // Nobody's event counts, and enrolls nobody.
        bare(9, Kind::EmailReplied, 90),
    ];
    let events = events.map(|event| within(&event, forty_one()));
    let shown = campaign(&events);
    assert_eq!(
        shown["counts"],
        json!({
            "sent": 0, "opened": 3, "clicked": 1, "replied": 1, "bounced": 0,
            "unsubscribed": 1, "interested": 2, "meeting_booked": 1,
        })
    );
    assert_eq!(
        shown["unique"],
        json!({ "contacts": 2, "opened": 2, "clicked": 1, "replied": 0, "bounced": 0, "unsubscribed": 1, "interested": 1 })
    );
    assert_eq!(shown["last_event_at"], json!("2026-02-11T08:01:30.000Z"));
}

#[test]
fn joined_people_and_campaigns_are_one_enrollment() {
    let events = [
        within(&about(Some(JANE), Some(hubspot("7")), 1, Kind::EmailOpened, 10), forty_one()),
        within(&about(Some(JOE), Some(hubspot("7")), 2, Kind::EmailOpened, 20), spring()),
        aliases(3, 30, &[true]),
    ];
    let enrollment = only(&dump(&events)["enrollments"]);
    assert_eq!(enrollment["counts"]["opened"], json!(2));
    assert_eq!(enrollment["first"]["opened"], json!("2026-02-11T08:00:10.000Z"));
    assert_eq!(campaign(&events)["unique"]["opened"], json!(1));
}

#[test]
fn marks_and_steps_come_from_all_variants() {
    let step = |event: &Event, step| of_sent(event, |facts| facts.sequence_number = step);
    let sent = step(&within(&jane(1, Kind::EmailSent, 10), forty_one()), Some(3));
    let opened = with(&step(&sent, Some(5)), |event| {
        event.kind = Kind::EmailOpened;
        event.occurred_at = at(20);
    });
    let enrollment = only(&dump(&[opened, sent, step(&within(&jane(2, Kind::EmailSent, 5), forty_one()), None)])["enrollments"]);
    assert_eq!(enrollment["counts"]["sent"], json!(2));
    assert_eq!(enrollment["counts"]["opened"], json!(0));
    assert_eq!(enrollment["first"]["sent"], json!("2026-02-11T08:00:05.000Z"));
    assert_eq!(enrollment["first"]["opened"], json!("2026-02-11T08:00:20.000Z"));
    assert_eq!(enrollment["step"], json!(5));
}
