//! Rollups and firsts against the records of the same dump: the one adds up to the counts of campaigns, the other to the first
//! times of enrollments. The reference model says the same of each row; this holds them to what they are sums of.

use std::collections::BTreeMap;

use hookline_model::{
    counts::Counter,
    dump::dump,
    id::{CampaignId, WorkspaceId},
    key::CampaignKey,
};
use hookline_testkit::{events::history, memory_rows::MemoryRows};
use proptest::prelude::*;
use serde_json::Value;

const WORKSPACE: WorkspaceId = WorkspaceId(uuid::uuid!("11111111-1111-4111-8111-111111111111"));

fn cases() -> ProptestConfig {
    let cases = std::env::var("HOOKLINE_PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200);
    ProptestConfig { cases, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

fn list<'d>(dump: &'d Value, name: &str) -> &'d [Value] {
    dump[name].as_array().expect("a dump lists records").as_slice()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

/// The id under which a dump shows a campaign key that is the smallest of its campaign.
fn id_of(campaign: &Value) -> String {
    let key: CampaignKey = text(campaign).parse().expect("a key");
    CampaignId::derive(WORKSPACE, &key).to_string()
}

/// Per quarter, campaign id and name of a count: the enrollments that have their first time in the quarter.
fn first_times(dump: &Value) -> BTreeMap<(String, String, String), i64> {
    let mut times = BTreeMap::new();
    for enrollment in list(dump, "enrollments") {
        for (counter, at) in enrollment["first"].as_object().expect("first times by name") {
            let Some(at) = at.as_str() else { continue };
            let at: jiff::Timestamp = at.parse().expect("a time");
            let quarter = hookline_model::time::Millis(at.as_millisecond().div_euclid(900_000) * 900_000);
            *times.entry((quarter.to_string(), text(&enrollment["campaign_id"]), counter.clone())).or_default() += 1;
        }
    }
    times
}

fn firsts(dump: &Value) -> BTreeMap<(String, String, String), i64> {
    let row = |row: &Value| ((text(&row["quarter"]), id_of(&row["campaign"]), text(&row["counter"])), number(&row["count"]));
    list(dump, "firsts").iter().map(row).collect()
}

/// What the rollups with a campaign come to, by the names of counts.
fn totals_of_rollups(dump: &Value) -> BTreeMap<&'static str, i64> {
    let mut totals = BTreeMap::new();
    for row in list(dump, "rollups").iter().filter(|row| !row["campaign"].is_null()) {
        let is_kind = |name: &str| row["kind"] == name;
        let is_raised = |counter: &Counter| match counter {
            Counter::Sent => is_kind("email.sent"),
            Counter::Opened => is_kind("email.opened"),
            Counter::Clicked => is_kind("email.clicked"),
            Counter::Replied => is_kind("email.replied"),
            Counter::Bounced => is_kind("email.bounced"),
            Counter::Unsubscribed => is_kind("contact.unsubscribed"),
            Counter::Interested => row["interest"] == "interested",
            Counter::MeetingBooked => row["interest"] == "meeting_booked",
        };
        for counter in Counter::ALL.into_iter().filter(is_raised) {
            *totals.entry(counter.name()).or_default() += number(&row["count"]);
        }
    }
    totals
}

fn totals_of_campaigns(dump: &Value) -> BTreeMap<&'static str, i64> {
    let mut totals = BTreeMap::new();
    for campaign in list(dump, "campaigns") {
        for counter in Counter::ALL {
            *totals.entry(counter.name()).or_default() += number(&campaign["counts"][counter.name()]);
        }
    }
    totals.retain(|_, total| *total != 0);
    totals
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn rollups_and_firsts_add_up_to_what_campaigns_and_enrollments_show(
        history in history(1..40).prop_shuffle(),
        batch_size in 1..20usize,
    ) {
        let mut rows = MemoryRows::default();
        history.chunks(batch_size).for_each(|batch| rows.take(WORKSPACE, batch));
        let dump = dump(&mut rows, WORKSPACE).expect("memory does not fail");
        prop_assert_eq!(firsts(&dump), first_times(&dump));
        prop_assert_eq!(totals_of_rollups(&dump), totals_of_campaigns(&dump));
    }
}
