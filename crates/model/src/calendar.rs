//! Days and hours of a time zone, as runs of quarters of an hour: what statistics are grouped by.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::time::{Millis, QUARTER_MS};

const HOUR_S: i64 = 60 * 60;

/// What a calendar cuts time into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days: 24 hours, or what a change of the offset makes of them.
    Day,
    /// Hours of the clock on the wall. Where the offset changes, an hour ends; one that is repeated is two.
    Hour,
}

/// The days or hours of a time zone. They are cut at quarters of an hour (UTC), cover all time and never overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    unit: Unit,
}

/// A day or an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first instant.
    pub start: Millis,
    /// The first instant behind it.
    pub end: Millis,
}

impl Span {
    /// Whether it holds this instant.
    #[must_use]
    pub fn holds(&self, at: Millis) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// A name that is not a time zone's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {0:?}")]
pub struct UnknownZone(pub String);

impl Calendar {
    /// The calendar of a time zone by its IANA name, such as `Europe/Berlin`, in any case. The rules are those of this build.
    ///
    /// # Errors
    /// When there is no such time zone.
    pub fn of(zone: &str, unit: Unit) -> Result<Calendar, UnknownZone> {
        let zone = TimeZone::get(zone).map_err(|_| UnknownZone(zone.to_owned()))?;
        Ok(Calendar { zone, unit })
    }

    /// The time zone's name.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The day or hour that holds the quarter of an hour of an instant.
    #[must_use]
    pub fn span(&self, at: Millis) -> Span {
        match self.unit {
            Unit::Day => self.day(at.quarter_start()),
            Unit::Hour => self.hour(at.quarter_start()),
        }
    }

    /// The spans of a period, in order: those that hold any instant from `since` on and before `until`.
    pub fn spans(&self, since: Millis, until: Millis) -> impl Iterator<Item = Span> {
        let first = (since < until).then(|| self.span(since));
        std::iter::successors(first, move |span| (span.end < until).then(|| self.span(span.end)))
    }

    /// The name of the span that starts here: a date such as `2026-02-11`, or a time such as `2026-02-11T08:00:00+01:00`.
    #[must_use]
    pub fn name(&self, start: Millis) -> String {
        let local = self.zone.to_offset(instant(start)).to_datetime(instant(start));
        match self.unit {
            Unit::Day => local.date().to_string(),
            Unit::Hour => {
                let minutes = i64::from(self.zone.to_offset(instant(start)).seconds()) / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                format!("{}{sign}{:02}:{:02}", local.strftime("%FT%T"), minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }

    fn day(&self, quarter: Millis) -> Span {
        let offset = self.zone.to_offset(instant(quarter));
        let mut date = Some(offset.to_datetime(instant(quarter)).date());
        let (mut start, mut end) = (self.first_of(date), self.first_of(tomorrow(date)));
        // Where midnight is skipped or repeated, the date of an instant and the day by its first instant can be one apart.
        while quarter >= end && date.is_some() {
            date = tomorrow(date);
            (start, end) = (end, self.first_of(tomorrow(date)));
        }
        while quarter < start && date.is_some() {
            date = date.and_then(|date| date.yesterday().ok());
            (start, end) = (date.map_or(Millis(i64::MIN), |date| self.first_of(Some(date))), start);
        }
        Span { start, end }
    }

    /// The first quarter of a date; the end of time behind the last one.
    fn first_of(&self, date: Option<Date>) -> Millis {
        let midnight = date.and_then(|date| date.to_zoned(self.zone.clone()).ok());
        midnight.map_or(Millis(i64::MAX), |midnight| Millis(midnight.timestamp().as_millisecond()).quarter_start())
    }

    fn hour(&self, quarter: Millis) -> Span {
        let same = self.hour_of(quarter);
        let (mut start, mut end) = (quarter, Millis(quarter.0.saturating_add(QUARTER_MS)));
        // An hour has four quarters at most, so this goes three steps at most.
        for _ in 0..3 {
            let before = Millis(start.0.saturating_sub(QUARTER_MS));
            start = if self.hour_of(before) == same { before } else { start };
            end = if self.hour_of(end) == same { Millis(end.0.saturating_add(QUARTER_MS)) } else { end };
        }
        Span { start, end }
    }

    /// What the quarters of one hour have in common: the offset in seconds, and the hours since 1970 of the clock on the wall.
    fn hour_of(&self, quarter: Millis) -> (i32, i64) {
        let offset = self.zone.to_offset(instant(quarter)).seconds();
        (offset, (quarter.0.div_euclid(1_000)).saturating_add(i64::from(offset)).div_euclid(HOUR_S))
    }
}

fn tomorrow(date: Option<Date>) -> Option<Date> {
    date.and_then(|date| date.tomorrow().ok())
}

/// The instant, or the nearest that a calendar has.
fn instant(at: Millis) -> Timestamp {
    let nearest = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(nearest)
}

#[cfg(test)]
mod tests;
