//! Timestamps of signed deliveries: one that is too old may be a replay.

use hookline_model::time::Millis;

/// How far a timestamp may be from now, back and ahead: five minutes, both ends included.
pub(super) const WINDOW_MS: i64 = 300_000;

/// The most digits that are read: milliseconds until the year 33,658.
const DIGITS_MAX: usize = 15;

/// A header's text as a number: digits only, and a bounded number of them.
pub(super) fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > DIGITS_MAX || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether a time is within the window.
pub(super) fn is_fresh(stated: Millis, now: Millis) -> bool {
    now.0.abs_diff(stated.0) <= WINDOW_MS.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_a_timestamp() {
        assert_eq!(digits(b"1767225600456"), Some(1_767_225_600_456));
        assert_eq!(digits(b"000000000000001"), Some(1));
        assert_eq!(digits(b"999999999999999"), Some(999_999_999_999_999));
        for text in ["", "+1", "-1", "1.5", "1e3", " 1", "1 ", "0x1", "NaN", "\u{661}", "9999999999999999"] {
            assert_eq!(digits(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(digits(&[b'9'; 100_000]), None);
    }

    #[test]
    fn the_window_is_five_minutes_both_ways() {
        let now = Millis(1_767_225_600_456);
        for (ahead, fresh) in
            [(0, true), (300_000, true), (-300_000, true), (300_001, false), (-300_001, false), (i64::MIN / 2, false)]
        {
            assert_eq!(is_fresh(Millis(now.0 + ahead), now), fresh, "{ahead}");
        }
    }
}
