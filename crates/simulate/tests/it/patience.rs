//! What platforms would do if a server failed for a while.

use std::{ops::Range, time::Duration};

use hookline_model::platform::Platform;
use hookline_simulate::{
    Plan, PlanOptions,
    patience::{Outcome, Webhook},
    plan::PLATFORMS,
    rehearse,
};

use crate::{NOW, options};

/// Deliveries a second.
const RATE: u64 = 20;
/// How many there are: three minutes of them.
const EVENTS: u64 = 180 * RATE;

fn seconds(range: Range<u64>) -> Range<Duration> {
    Duration::from_secs(range.start)..Duration::from_secs(range.end)
}

/// What becomes of one platform's deliveries to one address.
fn outcome(platform: Platform, failing: Range<u64>) -> Outcome {
    let options = PlanOptions { platforms: vec![platform], workspaces: 1, campaigns: 1, events: EVENTS, ..options() };
    let plan = Plan::until(&options, NOW).expect("sound options");
    let patience = rehearse(plan, RATE as f64, &seconds(failing)).expect("a sound rate");
    let outcomes = patience.outcomes();
    let outcome = outcomes[&Webhook { platform, is_new: false, workspace: 0 }];
    assert_eq!(outcomes.len(), 1, "{platform}");
    assert_eq!(outcome.at_once + outcome.later + outcome.lost + outcome.not_sent, EVENTS, "{outcome}");
    outcome
}

#[test]
fn a_server_that_never_fails_is_sent_everything_once() {
    for platform in PLATFORMS {
        let expected = Outcome { at_once: EVENTS, ..Outcome::default() };
        assert_eq!(outcome(platform, 0..0), expected, "{platform}");
    }
}

#[test]
fn instantly_bridges_seconds_and_is_gone_after_half_a_minute() {
    // Twenty seconds: the second attempt helps those of the last five, the third those of the ten before, the fourth the others.
    let short = outcome(Platform::Instantly, 60..80);
    assert_eq!(
        short,
        Outcome {
            at_once: EVENTS - 20 * RATE,
            later: 20 * RATE,
            retries: 5 * RATE + 2 * 10 * RATE + 3 * 5 * RATE,
            ..Outcome::default()
        }
    );
    // A minute: the first delivery is lost half a minute after it was due, the tenth nine deliveries later.
    let long = outcome(Platform::Instantly, 60..120);
    assert_eq!(long.off_at, Some(Duration::from_millis(90_000 + 9 * 1_000 / RATE)));
    assert_eq!((long.at_once, long.later, long.lost), (60 * RATE, 0, 10));
}

#[test]
fn campaigns_are_played_for_every_platform_and_address_by_default() {
    let found =
        [(1, 1), (3, 1), (4, 1), (7, 1), (7, 2)].map(|(platforms, addresses)| PlanOptions::campaigns_for(platforms, addresses));
    assert_eq!(found, [6, 6, 8, 14, 28]);
    assert_eq!(PlanOptions::campaigns_for(usize::MAX, 2), u32::MAX);
}

#[test]
fn smartlead_is_gone_at_the_fifth_failure() {
    let outcome = outcome(Platform::Smartlead, 60..61);
    assert_eq!(outcome.off_at, Some(Duration::from_millis(60_000 + 4 * 1_000 / RATE)));
    assert_eq!((outcome.at_once, outcome.retries, outcome.not_sent), (60 * RATE, 0, EVENTS - 60 * RATE));
}

#[test]
fn hubspot_waits_for_hours() {
    let outcome = outcome(Platform::Hubspot, 60..20 * 3_600);
    assert_eq!((outcome.at_once, outcome.later, outcome.lost, outcome.off_at), (60 * RATE, 120 * RATE, 0, None));
    // Nine of its ten further attempts are before the end, or ten where the ninth just is not.
    assert!((9 * 120 * RATE..=10 * 120 * RATE).contains(&outcome.retries), "{outcome}");
}

#[test]
fn who_tries_once_loses_what_was_sent_meanwhile() {
    for platform in [Platform::Lemlist, Platform::Emailbison, Platform::Plusvibe] {
        let expected = Outcome { at_once: EVENTS - 30 * RATE, lost: 30 * RATE, ..Outcome::default() };
        assert_eq!(outcome(platform, 60..90), expected, "{platform}");
    }
    let breakcold = outcome(Platform::Breakcold, 60..90);
    assert_eq!((breakcold.lost, breakcold.not_sent), (10, EVENTS - 60 * RATE - 10));
    assert_eq!(breakcold.off_at, Some(Duration::from_millis(60_000 + 9 * 1_000 / RATE)));
}

#[test]
fn every_webhook_is_on_its_own() {
    let plan = || Plan::until(&PlanOptions { events: 4_000, ..options() }, NOW).expect("sound options");
    let patience = rehearse(plan(), 100.0, &seconds(5..15)).expect("a sound rate");
    let outcomes = patience.outcomes();
    // Seven platforms and two addresses, and Breakcold in both generations.
    assert_eq!(outcomes.len(), 16);
    assert_eq!(outcomes.values().map(|it| it.at_once + it.later + it.lost + it.not_sent).sum::<u64>(), 4_000);
    for (webhook, outcome) in &outcomes {
        let gives_up =
            matches!(webhook.platform, Platform::Smartlead) || webhook.platform == Platform::Breakcold && !webhook.is_new;
        assert_eq!(outcome.off_at.is_some(), gives_up, "{webhook}: {outcome}");
    }
    let text = patience.to_string();
    assert!(text.lines().count() == 16 && text.contains("breakcold (new), address 2: "), "{text}");
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(rehearse(plan(), rate, &seconds(0..1)).is_err());
    }
}
