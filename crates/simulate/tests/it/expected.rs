//! The ledger against the reference model, which is given all that the parsers read.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    event::Event,
    id::{EventId, WorkspaceId},
    platform::Platform,
};
use hookline_platforms::{Delivery, parser};
use hookline_simulate::{Ledger, PlanOptions, Planned};
use hookline_testkit::reference;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{NOW, options, planned};

/// Reads the deliveries as a server would that keeps one event of each id, and of each claim, in every variant.
fn read(all: &[Planned], workspace: u32) -> Vec<Event> {
    let mut ids: BTreeSet<EventId> = BTreeSet::new();
    let mut claims: BTreeMap<[u8; 16], EventId> = BTreeMap::new();
    let mut read = Vec::new();
    for planned in all.iter().filter(|planned| planned.workspace == workspace) {
        let parser = parser(planned.platform).expect("only readable platforms are planned");
        let parsed = parser.parse(&Delivery::new(&planned.body, NOW)).expect("a readable body");
        let mut event = parsed.event;
        if let Some(claim) = &parsed.claim {
            event.id = *claims.entry(*claim.hash()).or_insert(event.id);
        }
        let is_known = !ids.insert(event.id);
        assert_eq!(is_known, planned.is_duplicate, "{} {}", planned.kind, String::from_utf8_lossy(&planned.body));
        read.push(event);
    }
    read
}

/// The counts of every campaign with events of its own.
fn campaigns(records: &Value) -> BTreeMap<(String, String), Value> {
    let row = |campaign: &Value| {
        let text = |name: &str| campaign[name].as_str().expect("a text").to_owned();
        let counts = json!({"counts": campaign["counts"], "unique": campaign["unique"]});
        ((text("platform"), text("platform_campaign_id")), counts)
    };
    records["campaigns"].as_array().expect("a list").iter().map(row).collect()
}

fn judge(options: &PlanOptions) {
    let all = planned(options);
    let ledger = Ledger::of(&all);
    for workspace in 0..options.workspaces {
        let events = read(&all, workspace);
        let ids: BTreeSet<EventId> = events.iter().map(|event| event.id).collect();
        assert_eq!(ledger.events(workspace), ids.len() as u64);
        let records = reference::records(WorkspaceId(Uuid::nil()), &events);
        let number = |list: &str| records[list].as_array().expect("a list").len() as u64;
        assert_eq!(ledger.contacts(workspace), number("contacts"));
        assert_eq!(ledger.emails(workspace), number("emails"));
        let expected: BTreeMap<(String, String), Value> = ledger
            .campaigns(workspace)
            .into_iter()
            .map(|((platform, id), counts)| ((platform.to_string(), id), json!(counts)))
            .collect();
        assert_eq!(campaigns(&records), expected);
    }
}

#[test]
fn the_ledger_is_what_the_reference_model_makes_of_what_the_parsers_read() {
    let few = PlanOptions { events: 4_000, contacts: 200, ..options() };
    judge(&few);
    // Contacts who go through every campaign, and through the same one again.
    judge(&PlanOptions { contacts: 40, duplicates_pct: 40.0, disorder_pct: 100.0, ..few.clone() });
    for platform in hookline_simulate::plan::PLATFORMS {
        let alone = PlanOptions { contacts: 30, campaigns: 2, workspaces: 1, platforms: vec![platform], ..few.clone() };
        judge(&PlanOptions { events: 1_200, ..alone });
    }
}

#[test]
fn people_of_crms_are_joined_merged_and_deleted() {
    let crms = vec![Platform::Hubspot, Platform::Breakcold];
    let options = PlanOptions { platforms: crms, workspaces: 1, campaigns: 6, contacts: 200, events: 4_000, ..options() };
    let all = planned(&options);
    let ledger = Ledger::of(&all);
    let names: BTreeSet<&String> =
        all.iter().filter_map(|planned| planned.contact.as_ref().or(planned.contact_id.as_ref())).collect();
    assert!(ledger.contacts(0) * 2 < names.len() as u64, "{} contacts of {} names", ledger.contacts(0), names.len());
    // Deleted for the time being, or for good.
    let without: Vec<Planned> =
        all.iter().filter(|planned| planned.kind != hookline_model::kind::Kind::ContactDeleted).cloned().collect();
    assert!(Ledger::of(&without).contacts(0) > ledger.contacts(0));
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
        assert_eq!(forward.emails(workspace), backward.emails(workspace));
    }
    assert_eq!(forward.events_in_all(), forward.events(0) + forward.events(1));
}
