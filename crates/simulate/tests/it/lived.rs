//! The world is a likely one: proportions, times of day, bursts, repetitions and disorder.

use std::collections::{BTreeMap, HashMap, HashSet};

use hookline_model::{kind::Kind, platform::Platform, time::Millis};
use hookline_simulate::{HELD_BACK_MAX, Plan, PlanOptions, Planned, REPEATED_AFTER_MAX};

use crate::{NOW, SENDERS, options, planned};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Events in the order of time, each once.
fn events(options: PlanOptions) -> Vec<Planned> {
    planned(&PlanOptions { duplicates_pct: 0.0, disorder_pct: 0.0, ..options })
        .into_iter()
        .filter(|it| !it.is_duplicate)
        .collect()
}

#[test]
fn proportions_are_those_of_cold_outreach() {
    // Enough for every campaign to be played to its end, more than once.
    let events = events(PlanOptions { platforms: SENDERS.to_vec(), campaigns: 8, events: 40_000, contacts: 1_200, ..options() });
    let count = |of: &dyn Fn(&Planned) -> bool| events.iter().filter(|planned| of(planned)).count() as f64;
    let kind = |kind| count(&|planned: &Planned| planned.kind == kind);
    let sent = kind(Kind::EmailSent);
    let per_mille = |part: f64| part * 1000.0 / sent;
    let bounds = [
        ("opened", per_mille(kind(Kind::EmailOpened)), 400.0..850.0),
        ("clicked", per_mille(kind(Kind::EmailClicked)), 15.0..50.0),
        ("replied", per_mille(kind(Kind::EmailReplied) + kind(Kind::EmailAutoReplied)), 35.0..85.0),
        ("bounced", per_mille(kind(Kind::EmailBounced)), 8.0..25.0),
        ("unsubscribed", per_mille(kind(Kind::ContactUnsubscribed)), 3.0..12.0),
        ("untracked", per_mille(kind(Kind::EmailReplyUntracked)), 0.3..3.0),
        ("interested", per_mille(count(&|planned| planned.interest.is_some())), 25.0..75.0),
    ];
    for (name, found, expected) in bounds {
        assert!(expected.contains(&found), "{name}: {found:.1} of 1000 mails, expected {expected:?}");
    }
}

#[test]
fn sends_happen_on_working_days_in_bursts() {
    let events = events(options());
    let mut days: BTreeMap<(String, i64), Vec<Millis>> = BTreeMap::new();
    for planned in events.iter().filter(|planned| planned.kind == Kind::EmailSent) {
        // 1970-01-05 was a Monday.
        let day = (planned.at.0 - 4 * DAY_MS).div_euclid(DAY_MS);
        assert!(day.rem_euclid(7) < 5 || planned.at.0.rem_euclid(DAY_MS) < 12 * 60 * MINUTE_MS, "{}", planned.at);
        days.entry((planned.campaign.clone().expect("a campaign"), day)).or_default().push(planned.at);
    }
    let (mut near, mut all) = (0, 0);
    for times in days.values_mut().filter(|times| times.len() >= 20) {
        times.sort();
        all += times.len() - 1;
        near += times.windows(2).filter(|pair| pair[1].0 - pair[0].0 < 5 * MINUTE_MS).count();
    }
    assert!(all > 500 && near * 100 >= all * 80, "{near} of {all} sends follow another within minutes");
}

#[test]
fn nobody_opens_mail_before_it_was_sent_and_the_world_ends_now() {
    let mut sent: HashMap<(String, String), Millis> = HashMap::new();
    let all = planned(&PlanOptions { disorder_pct: 0.0, ..options() });
    for planned in &all {
        let (Some(contact), Some(campaign)) = (planned.contact.clone(), planned.campaign.clone()) else { continue };
        if planned.kind == Kind::EmailSent {
            sent.entry((contact, campaign)).or_insert(planned.at);
        } else if planned.states_time {
            // Mails that come in are dated to the second.
            let first = sent.get(&(contact, campaign)).expect("a mail was sent first");
            assert!(planned.at.0 + 1000 > first.0, "{} {}", planned.kind, planned.at);
        }
    }
    let last = all.iter().map(|planned| planned.at).max().expect("deliveries");
    assert!(last <= NOW && last.0 > NOW.0 - 8 * DAY_MS, "{last}");
}

#[test]
fn repetitions_and_disorder_are_as_many_as_asked_for() {
    for (duplicates, disorder) in [(0.0, 0.0), (20.0, 100.0), (50.0, 10.0), (3.0, 5.0)] {
        let all = planned(&PlanOptions { duplicates_pct: duplicates, disorder_pct: disorder, ..options() });
        let share = |count: usize, of: usize| 100.0 * count as f64 / of as f64;
        let mut last_seen: HashMap<u64, usize> = HashMap::new();
        let (mut repeated, mut identical) = (0, 0);
        let mut bodies = HashSet::new();
        for (place, planned) in all.iter().enumerate() {
            let seen = last_seen.insert(planned.event, place);
            assert_eq!(planned.is_duplicate, seen.is_some(), "{place}");
            let is_new_body = bodies.insert(planned.body.clone());
            // A first mail under its other name is no repetition, unless that name was there as well.
            if seen.is_some() && (!planned.is_twin || !is_new_body) {
                repeated += 1;
                identical += usize::from(!is_new_body);
            }
        }
        let twins = all.iter().filter(|planned| planned.is_twin).count();
        let found = share(repeated, all.len());
        let slack = share(twins, all.len()) + 1.0;
        assert!((found - duplicates).abs() <= slack, "{found} of 100 repeat, expected {duplicates}");
        assert!(duplicates == 0.0 || share(identical, repeated) > 35.0, "{identical} of {repeated} are the same bytes");
        let firsts = all.iter().filter(|planned| !planned.is_duplicate).count();
        let held = all.iter().filter(|planned| !planned.is_duplicate && planned.is_held_back).count();
        assert!((share(held, firsts) - disorder).abs() < 1.5, "{held} of {firsts} were held back, expected {disorder} of 100");
    }
}

#[test]
fn disorder_is_real_and_bounded() {
    let disorder = |disorder_pct| {
        let all = planned(&PlanOptions { disorder_pct, ..options() });
        let firsts: Vec<u64> = all.iter().filter(|planned| !planned.is_duplicate).map(|planned| planned.event).collect();
        let mut newest = 0;
        let mut late = 0;
        for event in &firsts {
            // Every event before the newest that is out by less than the window.
            assert!(newest < event + 2 * HELD_BACK_MAX, "{event} after {newest}");
            late += usize::from(*event < newest);
            newest = newest.max(*event);
        }
        late * 100 / firsts.len()
    };
    assert_eq!(disorder(0.0), 0);
    assert!((20..40).contains(&disorder(30.0)));
    assert!(disorder(100.0) > 90);
}

#[test]
fn what_states_no_time_is_repeated_soon() {
    let all = planned(&PlanOptions { duplicates_pct: 60.0, ..options() });
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut repeated = 0;
    for (place, planned) in all.iter().enumerate() {
        let before = seen.entry(planned.event).or_insert(place);
        assert!(place - *before <= REPEATED_AFTER_MAX * 20);
        if !planned.states_time && place > *before {
            repeated += 1;
            assert!(place - *before <= 300, "{} deliveries later", place - *before);
        }
    }
    assert!(repeated > 0);
}

#[test]
fn live_deliveries_state_the_time_at_which_they_are_due() {
    let mut plan = Plan::live(&options(), NOW, 2_000).expect("sound options");
    let first = plan.next().expect("a delivery");
    assert!(first.at >= Millis(NOW.0 - 1_000) && first.at <= Millis(NOW.0 + 60_000), "{}", first.at);
    let last = plan.last().expect("a delivery");
    // Two months in two thousandths of them.
    assert!(last.at.0 - NOW.0 < 90 * DAY_MS / 2_000, "{}", last.at);
}

#[test]
fn contradictions_are_refused() {
    let good = PlanOptions { events: 10, ..options() };
    assert!(Plan::until(&good, NOW).is_ok());
    let wrong = [
        PlanOptions { platforms: Vec::new(), ..good.clone() },
        PlanOptions { platforms: vec![Platform::Hookline], ..good.clone() },
        PlanOptions { contacts: 0, ..good.clone() },
        PlanOptions { campaigns: 0, ..good.clone() },
        PlanOptions { campaigns: 3, ..good.clone() },
        PlanOptions { workspaces: 0, ..good.clone() },
        PlanOptions { duplicates_pct: 100.0, ..good.clone() },
        PlanOptions { duplicates_pct: f64::NAN, ..good.clone() },
        PlanOptions { disorder_pct: 101.0, ..good.clone() },
        PlanOptions { disorder_pct: -1.0, ..good.clone() },
        PlanOptions { events: 200_000, contacts: 1, ..good.clone() },
    ];
    for options in wrong {
        assert!(Plan::until(&options, NOW).is_err(), "{options:?}");
    }
    assert!(Plan::live(&good, NOW, 0).is_err() && Plan::live(&good, NOW, 1_000_000).is_err());
}
