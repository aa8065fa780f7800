use super::*;
use crate::time::EARLIEST_BELIEVED;

fn at(text: &str) -> Millis {
    Millis(text.parse::<Timestamp>().expect("a time").as_millisecond())
}

fn calendar(zone: &str, unit: Unit) -> Calendar {
    Calendar::of(zone, unit).expect("a time zone")
}

/// Names and lengths in minutes of the spans of a period.
fn spans(zone: &str, unit: Unit, since: &str, until: &str) -> Vec<(String, i64)> {
    let calendar = calendar(zone, unit);
    let minutes = |span: Span| (span.end.0 - span.start.0) / 60_000;
    calendar.spans(at(since), at(until)).map(|span| (calendar.name(span.start), minutes(span))).collect()
}

/// A zone, a period, and the spans that it has.
type Case = (&'static str, &'static str, &'static str, &'static [(&'static str, i64)]);

fn named(names: &[(&str, i64)]) -> Vec<(String, i64)> {
    names.iter().map(|(name, minutes)| ((*name).to_owned(), *minutes)).collect()
}

#[test]
fn days_are_those_of_the_zone_across_its_changes() {
    let cases: [Case; 6] = [
        ("UTC", "2026-02-11T00:00:00Z", "2026-02-12T00:00:00Z", &[("2026-02-11", 1440)]),
        ("UTC", "2026-02-11T23:59:00Z", "2026-02-12T00:01:00Z", &[("2026-02-11", 1440), ("2026-02-12", 1440)]),
        (
            "Europe/Berlin",
            "2026-03-27T23:00:00Z",
            "2026-03-30T00:00:00Z",
            &[("2026-03-28", 1440), ("2026-03-29", 1380), ("2026-03-30", 1440)],
        ),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:59:00Z", &[("2026-10-25", 1500)]),
        // Midnight is skipped: the day begins at one.
        ("Africa/Cairo", "2026-04-23T21:00:00Z", "2026-04-24T21:00:00Z", &[("2026-04-23", 1440), ("2026-04-24", 1380)]),
        // A whole day is skipped.
        ("Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-31T09:00:00Z", &[("2011-12-29", 1440), ("2011-12-31", 1440)]),
    ];
    for (zone, since, until, expected) in cases {
        assert_eq!(spans(zone, Unit::Day, since, until), named(expected), "{zone} {since}");
    }
}

#[test]
fn hours_are_those_of_the_zone_and_a_repeated_one_is_two() {
    let cases: [Case; 5] = [
        ("UTC", "2026-02-11T08:15:00Z", "2026-02-11T09:00:00Z", &[("2026-02-11T08:00:00+00:00", 60)]),
        (
            "Asia/Kathmandu",
            "2026-02-11T08:00:00Z",
            "2026-02-11T08:30:00Z",
            &[("2026-02-11T13:00:00+05:45", 60), ("2026-02-11T14:00:00+05:45", 60)],
        ),
        (
            "Europe/Berlin",
            "2026-03-29T00:00:00Z",
            "2026-03-29T02:00:00Z",
            &[("2026-03-29T01:00:00+01:00", 60), ("2026-03-29T03:00:00+02:00", 60)],
        ),
        (
            "America/New_York",
            "2026-11-01T05:00:00Z",
            "2026-11-01T07:00:00Z",
            &[("2026-11-01T01:00:00-04:00", 60), ("2026-11-01T01:00:00-05:00", 60)],
        ),
        // Half an hour is repeated.
        (
            "Australia/Lord_Howe",
            "2026-04-04T14:00:00Z",
            "2026-04-04T16:00:00Z",
            &[("2026-04-05T01:00:00+11:00", 60), ("2026-04-05T01:30:00+10:30", 30), ("2026-04-05T02:00:00+10:30", 60)],
        ),
    ];
    for (zone, since, until, expected) in cases {
        assert_eq!(spans(zone, Unit::Hour, since, until), named(expected), "{zone} {since}");
    }
}

#[test]
fn in_no_zone_do_spans_overlap_or_leave_a_gap_around_its_changes() {
    let mut changes = 0;
    for zone in jiff::tz::db().available() {
        let days = calendar(zone.as_str(), Unit::Day);
        let hours = Calendar { unit: Unit::Hour, ..days.clone() };
        let since = Timestamp::from_millisecond(EARLIEST_BELIEVED.0).expect("a time");
        for change in days.zone.clone().following(since).take(60) {
            assert_eq!(change.offset().seconds() % 900, 0, "{} at {}", zone.as_str(), change.timestamp());
            let around = Millis(change.timestamp().as_millisecond()).quarter_start();
            let mut names = std::collections::BTreeSet::new();
            for calendar in [&days, &hours] {
                let (since, until) = (Millis(around.0 - 12 * QUARTER_MS), Millis(around.0 + 12 * QUARTER_MS));
                let mut edge = calendar.span(since).start;
                for span in calendar.spans(since, until) {
                    assert_eq!((span.start, span.start.quarter_start()), (edge, edge), "{} {edge}", zone.as_str());
                    assert!(span.start < span.end && names.insert(calendar.name(span.start)), "{} {edge}", zone.as_str());
                    edge = span.end;
                    for quarter in (span.start.max(since).0..span.end.min(until).0).step_by(QUARTER_MS as usize) {
                        assert_eq!(calendar.span(Millis(quarter)), span, "{} {}", zone.as_str(), Millis(quarter));
                    }
                }
            }
            changes += 1;
        }
    }
    assert!(changes > 1_000, "the zones are there: {changes}");
}

#[test]
fn zones_are_found_by_their_names_alone() {
    assert_eq!(calendar("europe/berlin", Unit::Day).zone_name(), "Europe/Berlin");
    assert_eq!(calendar("UTC", Unit::Day).zone_name(), "UTC");
    for name in ["", "Berlin", "Europe/Atlantis", "+02:00", "local", "../etc/passwd"] {
        assert!(Calendar::of(name, Unit::Day).is_err(), "{name}");
    }
}

#[test]
fn the_ends_of_time_are_in_some_span() {
    for at in [Millis(i64::MIN), Millis(-1), Millis(0), Millis(i64::MAX)] {
        for unit in [Unit::Day, Unit::Hour] {
            let calendar = calendar("Asia/Kolkata", unit);
            let span = calendar.span(at);
            assert!(span.start <= at && at <= span.end, "{at} {span:?}");
            assert!(!calendar.name(span.start).is_empty());
        }
    }
}
