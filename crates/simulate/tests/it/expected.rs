//! The ledger against a naive count of what the parsers read, each event once by its id.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    event::{Change, Event},
    id::EventId,
    identity::Claim,
    interest::Interest,
    kind::Kind,
    platform::Platform,
};
use hookline_platforms::{Delivery, parser};
use hookline_simulate::{
    Ledger, PlanOptions, Planned,
    ledger::{CampaignCounts, Counts, Unique},
};

use crate::{NOW, options, planned, readable};

/// Reads the deliveries as a server would that keeps one event of each id, and of each claim.
fn kept(all: &[Planned], workspace: u32) -> Vec<Event> {
    let mut ids: BTreeSet<EventId> = BTreeSet::new();
    let mut claims: BTreeSet<[u8; 16]> = BTreeSet::new();
    let mut kept = Vec::new();
    for planned in all.iter().filter(|planned| planned.workspace == workspace) {
        let parser = parser(planned.platform).expect("only readable platforms are planned");
        let parsed = parser.parse(&Delivery::new(&planned.body, NOW)).expect("a readable body");
        let is_claimed = parsed.claim.as_ref().is_some_and(|claim: &Claim| !claims.insert(*claim.hash()));
        let is_known = !ids.insert(parsed.event.id) || is_claimed;
        assert_eq!(is_known, planned.is_duplicate, "{} {}", planned.kind, String::from_utf8_lossy(&planned.body));
        if !is_known {
            kept.push(parsed.event);
        }
    }
    kept
}

fn states(event: &Event, interest: Interest) -> bool {
    event.stated_interest() == Some(Change::Set(interest))
}

fn counts(events: &[&Event]) -> CampaignCounts {
    let of_kind = |kind: Kind| events.iter().filter(move |event| event.kind == kind);
    let number = |kind| of_kind(kind).count() as u64;
    let names = |events: &mut dyn Iterator<Item = &&Event>| -> u64 {
        events.filter_map(|event| event.contact_key()).collect::<BTreeSet<_>>().len() as u64
    };
    let people = |kind| names(&mut of_kind(kind));
    let interested = |interest| events.iter().filter(move |event| states(event, interest));
    CampaignCounts {
        counts: Counts {
            sent: number(Kind::EmailSent),
            opened: number(Kind::EmailOpened),
            clicked: number(Kind::EmailClicked),
            replied: number(Kind::EmailReplied),
            bounced: number(Kind::EmailBounced),
            unsubscribed: number(Kind::ContactUnsubscribed),
            interested: interested(Interest::Interested).count() as u64,
            meeting_booked: interested(Interest::MeetingBooked).count() as u64,
        },
        unique: Unique {
            contacts: names(&mut events.iter()),
            opened: people(Kind::EmailOpened),
            clicked: people(Kind::EmailClicked),
            replied: people(Kind::EmailReplied),
            bounced: people(Kind::EmailBounced),
            unsubscribed: people(Kind::ContactUnsubscribed),
            interested: names(&mut interested(Interest::Interested)),
        },
    }
}

fn judge(options: &PlanOptions) {
    let all = planned(options);
    let ledger = Ledger::of(&all);
    for workspace in 0..options.workspaces {
        let events = kept(&all, workspace);
        assert_eq!(ledger.events(workspace), events.len() as u64);
        let contacts: BTreeSet<_> = events.iter().filter_map(Event::contact_key).collect();
        assert_eq!(ledger.contacts(workspace), contacts.len() as u64);
        let mut campaigns: BTreeMap<(Platform, String), Vec<&Event>> = BTreeMap::new();
        for event in &events {
            if let Some(key) = event.campaign_key() {
                let key = key.to_string();
                let id = key.rsplit(':').next().expect("an id").to_owned();
                campaigns.entry((event.platform, id)).or_default().push(event);
            }
        }
        let expected: BTreeMap<_, _> = campaigns.into_iter().map(|(key, events)| (key, counts(&events))).collect();
        assert_eq!(ledger.campaigns(workspace), expected);
    }
}

#[test]
fn the_ledger_is_a_count_of_what_the_parsers_read() {
    let options = PlanOptions { platforms: readable(), ..options() };
    judge(&options);
    // Contacts who go through every campaign, and through the same one again.
    judge(&PlanOptions { contacts: 40, campaigns: 4, duplicates_pct: 40.0, disorder_pct: 100.0, ..options.clone() });
    judge(&PlanOptions {
        contacts: 30,
        campaigns: 1,
        workspaces: 1,
        platforms: vec![Platform::Smartlead],
        events: 5_000,
        ..options
    });
}

#[test]
fn the_order_of_noting_does_not_matter() {
    let mut all = planned(&PlanOptions { events: 3_000, ..options() });
    let forward = Ledger::of(&all);
    all.reverse();
    let backward = Ledger::of(all.iter().chain(&all));
    for workspace in 0..2 {
        assert_eq!(forward.campaigns(workspace), backward.campaigns(workspace));
        assert_eq!(forward.events(workspace), backward.events(workspace));
        assert_eq!(forward.contacts(workspace), backward.contacts(workspace));
    }
    assert_eq!(forward.events_in_all(), forward.events(0) + forward.events(1));
}
