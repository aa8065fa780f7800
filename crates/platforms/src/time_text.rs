//! Times as platforms write them, read leniently into [`Millis`].
//!
//! Webhooks carry database text (`2026-03-04 09:15:22.4+00`), JavaScript text (`2026-03-04T09:15:22.418Z`) and, through relays,
//! epoch numbers; the forms mix inside one body. A time is read or it is not: whether it is *believed* is the business of
//! [`hookline_model::time::effective`].
//!
//! The offset is split off by hand, because jiff's `civil::DateTime` reads past an offset without applying it.

use jiff::civil::DateTime;

use hookline_model::time::Millis;

use crate::json::{Node, Number, trimmed};

/// An epoch number beyond this is milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973.
const EPOCH_SECONDS_MAX: i64 = 100_000_000_000;

/// The longest text that is looked at.
const TEXT_BYTES_MAX: usize = 64;

/// The largest offset from UTC, in seconds, beyond which a text is not a time.
const OFFSET_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Reads a time from a JSON value: a text that [`parse`] reads, or an epoch number. Any other value is no time.
#[must_use]
pub(crate) fn from_node(value: Node<'_>) -> Option<Millis> {
    match value {
        Node::Text(text) => parse(text),
        Node::Number(Number::Unsigned(number)) => i64::try_from(number).ok().map(epoch_whole),
        Node::Number(number) => epoch(&number.text()),
        _ => None,
    }
}

/// Reads a time from text, cut to the millisecond towards the past.
///
/// A date and a time of day with `T` or a space between them, up to nine fractional digits, and `Z`, `UTC`, `+00`, `+0000`,
/// `+00:00` or nothing (which is UTC) behind; or seconds or milliseconds since 1970 in digits. A date alone is no time.
#[must_use]
pub fn parse(text: &str) -> Option<Millis> {
    let text = trimmed(text);
    if text.is_empty() || text.len() > TEXT_BYTES_MAX || !text.is_ascii() {
        return None;
    }
    usual(text).or_else(|| epoch(text)).or_else(|| written(text))
}

/// Reads what nearly all times are, `2026-02-11T08:03:27`, perhaps with a fraction and in UTC, without looking for anything else.
/// None tells nothing.
fn usual(text: &str) -> Option<Millis> {
    let (date_and_clock, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T' | b' ', h1, h2, b':', mi1, mi2, b':', s1, s2] = *date_and_clock
    else {
        return None;
    };
    let mut are_digits = true;
    let mut pair = |tens: u8, ones: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        are_digits &= tens < 10 && ones < 10;
        tens.wrapping_mul(10).wrapping_add(ones)
    };
    let (century, year, month, day) = (pair(y1, y2), pair(y3, y4), pair(mo1, mo2), pair(d1, d2));
    let (hour, minute, second) = (pair(h1, h2), pair(mi1, mi2), pair(s1, s2));
    if !are_digits {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(i64::from(century) * 100 + i64::from(year), month, day)?;
    let (fraction, zone) = match rest.strip_prefix(b".") {
        Some(behind) => behind.split_at(behind.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(behind.len())),
        None => (&[][..], rest),
    };
    if !matches!(zone, b"" | b"Z" | b"+00:00" | b"+00") {
        return None;
    }
    let digit = |at: usize| fraction.get(at).map_or(0, |digit| i64::from(digit - b'0'));
    let milliseconds = digit(0) * 100 + digit(1) * 10 + digit(2);
    let seconds = days * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
    Some(Millis(seconds * 1_000 + milliseconds))
}

/// How many days lie between 1970 and a day of the Gregorian calendar, in a year that is not negative; none if there is no such day.
fn days_since_1970(year: i64, month: u8, day: u8) -> Option<i64> {
    // How many days of a year that is no leap year are before each month.
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let at = usize::from(month.checked_sub(1)?);
    let (before, behind) = (*BEFORE.get(at)?, *BEFORE.get(at + 1)?);
    let length = behind - before + i64::from(is_leap && month == 2);
    let day = i64::from(day);
    if day < 1 || day > length {
        return None;
    }
    // The leap days of all years before this one, and of this one.
    let leaps = (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 + i64::from(is_leap && month > 2);
    /// The days from the first of the year 0 to 1970.
    const DAYS_TO_1970: i64 = 719_528;
    Some(year * 365 + leaps + before + day - 1 - DAYS_TO_1970)
}

/// Seconds, or milliseconds if there are too many of them.
fn epoch_whole(number: i64) -> Millis {
    Millis(if number.unsigned_abs() > EPOCH_SECONDS_MAX.unsigned_abs() { number } else { number * 1000 })
}

/// Seconds, or milliseconds if there are too many of them, with an optional fraction.
fn epoch(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let negative = whole.starts_with('-');
    let number: i64 = whole.parse().ok()?;
    // What the fraction is worth, in billionths: nine digits of it, and whatever follows rounds towards the past.
    let billionths: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let rest = fraction.bytes().skip(9).any(|byte| byte != b'0');
    let unit_ms: i128 = if number.unsigned_abs() > EPOCH_SECONDS_MAX.unsigned_abs() { 1 } else { 1000 };
    let fraction = i128::from(billionths) * unit_ms;
    let signed_fraction = if negative { -fraction - i128::from(rest) } else { fraction };
    let billionths_of_ms = i128::from(number) * unit_ms * 1_000_000_000 + signed_fraction;
    i64::try_from(billionths_of_ms.div_euclid(1_000_000_000)).ok().map(Millis)
}

/// A date and a time of day, with or without an offset.
fn written(text: &str) -> Option<Millis> {
    let date = text.get(..10)?;
    let rest = text.get(10..)?;
    let rest = match rest.as_bytes().first()? {
        b'T' | b't' => &rest[1..],
        b' ' => rest.trim_start(),
        _ => return None,
    };
    let clock_end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock_end);
    if clock.len() < 5 || clock.as_bytes()[2] != b':' || clock.ends_with(':') {
        return None;
    }
    let offset_seconds = offset_seconds(offset.trim())?;
    // Nine fractional digits at most are understood; more say nothing in milliseconds.
    let clock = match clock.split_once('.') {
        Some((seconds, fraction)) if !fraction.is_empty() => format!("{seconds}.{}", fraction.get(..9).unwrap_or(fraction)),
        Some((seconds, _)) => seconds.to_owned(),
        None => clock.to_owned(),
    };
    let civil: DateTime = format!("{date}T{clock}").parse().ok()?;
    // Counted without jiff's `Timestamp`, whose range ends a day before the year 9999 does.
    let since_1970 = civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    let milliseconds = since_1970.as_nanos().div_euclid(1_000_000) - i128::from(offset_seconds) * 1000;
    i64::try_from(milliseconds).ok().map(Millis)
}

/// What stands behind the time of day, in seconds east of UTC. Go's `+0000 UTC` counts by its number.
fn offset_seconds(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let named = ["UTC", "GMT", "Z"].iter().find_map(|name| upper.strip_suffix(name));
    let number = named.unwrap_or(&upper).trim();
    let (sign, digits) = match number.as_bytes().first() {
        None => return Some(0),
        Some(b'+') => (1, &number[1..]),
        Some(b'-') => (-1, &number[1..]),
        Some(_) => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (digits, "0"),
        4 => digits.split_at(2),
        5 => digits.split_once(':').filter(|(hours, _)| hours.len() == 2)?,
        _ => return None,
    };
    let read = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten();
    let (hours, minutes) = (read(hours)?, read(minutes)?);
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds <= OFFSET_SECONDS_MAX).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::json::node;

    #[test]
    fn times_in_every_spelling_are_read() {
        let cases = [
            ("2026-02-11T08:03:27Z", 1_770_797_007_000),
            ("2026-02-11t08:03:27z", 1_770_797_007_000),
            ("2026-02-11T08:03:27.5+00:00", 1_770_797_007_500),
            ("2026-02-11T08:03:27.418Z", 1_770_797_007_418),
            ("2026-02-11T08:03:27.118204+00:00", 1_770_797_007_118),
            ("2026-02-11T08:03:27.999999999Z", 1_770_797_007_999),
            ("2026-02-11T08:03:27.9999999999Z", 1_770_797_007_999),
            ("2026-02-11T08:03:27.Z", 1_770_797_007_000),
            ("2026-02-11T10:03:27+02:00", 1_770_797_007_000),
            ("2026-02-11T10:03:27+0200", 1_770_797_007_000),
            ("2026-02-11T10:03:27+02", 1_770_797_007_000),
            ("2026-02-11T02:33:27-05:30", 1_770_797_007_000),
            ("2026-02-11 08:03:27", 1_770_797_007_000),
            ("2026-02-11 08:03:27.5", 1_770_797_007_500),
            ("2026-02-11 08:03:27+00", 1_770_797_007_000),
            ("2026-02-11 08:03:27+0000", 1_770_797_007_000),
            ("2026-02-11 08:03:27 +00:00", 1_770_797_007_000),
            ("2026-02-11 08:03:27 UTC", 1_770_797_007_000),
            ("2026-02-11 08:03:27.5 utc", 1_770_797_007_500),
            ("2026-02-11 08:03:27 +0000 UTC", 1_770_797_007_000),
            ("2026-02-11T08:03:27", 1_770_797_007_000),
            ("2026-02-11T08:03", 1_770_796_980_000),
            ("  2026-02-11T08:03:27Z\n", 1_770_797_007_000),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("9999-12-31T23:59:59-12:00", 253_402_343_999_000),
            ("1770797007", 1_770_797_007_000),
            ("1770797007.5", 1_770_797_007_500),
            ("1770797007.1239999999", 1_770_797_007_123),
            ("1770797007500", 1_770_797_007_500),
            ("1770797007500.9", 1_770_797_007_500),
            ("100000000000", 100_000_000_000_000),
            ("100000000001", 100_000_000_001),
            ("0", 0),
            ("-1", -1000),
            ("-0.5", -500),
            ("-1.0001", -1001),
            ("-0.0000000001", -1),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(Millis(expected)), "{text:?}");
        }
    }

    #[test]
    fn what_nearly_all_times_look_like_is_usual() {
        for text in
            ["2026-02-11T08:03:27.000Z", "2026-02-11 08:03:27", "2026-02-11T08:03:27.418204+00:00", "1969-12-31T23:59:59.9999Z"]
        {
            assert!(usual(text).is_some(), "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_times_are_none() {
        for text in [
            "",
            " ",
            "null",
            "yesterday",
            "2026-02-11",
            "2026-02-11T",
            "2026-02-11T08",
            "2026-02-11T08:",
            "2026-02-11T0803",
            "2026-02-30T08:03:27Z",
            "2026-13-11T08:03:27Z",
            "202x-02-11T08:03:27Z",
            "2x26-02-11T08:03:27Z",
            "2026-0:-11T08:03:27Z",
            "2026-02-11T25:03:27Z",
            "2026-02-11T08:61:27Z",
            "08:03:27",
            "2026-02-11T08:03:27 Berlin",
            "2026-02-11T08:03:27+25:00",
            "2026-02-11T08:03:27+1",
            "2026-02-11T08:03:27+2:000",
            "2026-02-11T08:03:27+00:60",
            "2026-02-11T08:03:27ZZZ",
            "2026-02-11x08:03:27Z",
            "12e3",
            "+5",
            "-",
            ".5",
            "1.2.3",
            "--1",
            "99999999999999999999",
            "٢٠٢٦-٠٢-١١T08:03:27Z",
            "2026-02-11T08:03:27Z[Europe/Berlin]",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(&"1".repeat(10_000)), None);
    }

    #[test]
    fn values_of_other_types_are_no_times() {
        let read = |value: &Value| from_node(node(value));
        assert_eq!(read(&json!("2026-02-11T08:03:27Z")), Some(Millis(1_770_797_007_000)));
        assert_eq!(read(&json!(1_770_797_007)), Some(Millis(1_770_797_007_000)));
        assert_eq!(read(&json!(1_770_797_007.123)), Some(Millis(1_770_797_007_123)));
        assert_eq!(read(&json!(1_770_797_007_500_i64)), Some(Millis(1_770_797_007_500)));
        for value in [json!(null), json!(true), json!([]), json!({}), json!(1e300), json!(u64::MAX)] {
            assert_eq!(read(&value), None, "{value}");
        }
    }

    #[test]
    fn every_day_is_counted_and_no_other() {
        // The calendar repeats itself after 400 years.
        for first in [0, 1800, 9599] {
            let mut day = Date::constant(first, 1, 1);
            let mut days = day.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
            while let Ok(next) = day.tomorrow()
                && day.year() <= first + 400
            {
                let [month, of_month] = [day.month(), day.day()].map(i8::unsigned_abs);
                assert_eq!(days_since_1970(day.year().into(), month, of_month), Some(days), "{day}");
                if next.day() == 1 {
                    assert_eq!(days_since_1970(day.year().into(), month, of_month + 1), None, "behind {day}");
                }
                (day, days) = (next, days + 1);
            }
        }
        for (year, month, day) in [(2026, 0, 1), (2026, 13, 1), (2026, 99, 1), (2026, 1, 0), (2026, 12, 99)] {
            assert_eq!(days_since_1970(year, month, day), None, "{year} {month} {day}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn near_times_are_read_without_panic(text in "[-+0-9TZ:. UTC]{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_usual_time_is_what_it_is_read_as_in_the_long_way(
            text in "(19|20|00|99)[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9.]{0,11})?(Z|\\+00|\\+00:00|\\+01|z)?",
        ) {
            let usual = usual(&text);
            prop_assert!(usual.is_none() || usual == written(&text), "{} {:?} {:?}", text, usual, written(&text));
        }

        #[test]
        fn what_is_printed_is_read_again(at in -62_135_596_800_000_i64..253_402_200_000_000) {
            prop_assert_eq!(parse(&Millis(at).to_string()), Some(Millis(at)));
        }
    }
}
