//! What lies under the number of a contact key, and in which order.
//!
//! | part | is |
//! |---|---|
//! | (empty) | the key and its row |
//! | 1, campaign | an enrollment |
//! | 2, id | a message |
//! | 3, time, position | an event |
//! | 4, id | a pair with another key |

use hookline_model::time::Millis;
use uuid::Uuid;

/// The key's own part.
pub(in crate::sqlite) const CONTACT: &[u8] = &[];
const ENROLLMENT: u8 = 1;
const EMAIL: u8 = 2;
const EVENT: u8 = 3;
const PAIR: u8 = 4;

/// The least and the greatest part of a sort, the latter excluded.
pub(in crate::sqlite) type Range = ([u8; 1], [u8; 1]);

/// All enrollments.
pub(in crate::sqlite) const ENROLLMENTS: Range = ([ENROLLMENT], [ENROLLMENT + 1]);
/// All messages.
pub(in crate::sqlite) const EMAILS: Range = ([EMAIL], [EMAIL + 1]);
/// All pairs.
pub(in crate::sqlite) const PAIRS: Range = ([PAIR], [PAIR + 1]);

/// The enrollment in a campaign.
pub(in crate::sqlite) fn enrollment(campaign: i64) -> [u8; 9] {
    numbered(ENROLLMENT, campaign)
}

/// The pair with the contact key that has this id.
pub(in crate::sqlite) fn pair(id: Uuid) -> [u8; 17] {
    identified(PAIR, id)
}

/// The number of an enrollment's campaign.
pub(in crate::sqlite) fn number(part: &[u8]) -> Option<i64> {
    part.get(1..)?.try_into().ok().map(i64::from_be_bytes)
}

/// A message.
pub(in crate::sqlite) fn email(id: Uuid) -> [u8; 17] {
    identified(EMAIL, id)
}

/// The id of a message's part.
pub(in crate::sqlite) fn email_id(part: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(part.get(1..)?).ok()
}

/// An event, sorted by effective time, then by position. Six bytes hold the milliseconds until the year 10889, and as many
/// hold more positions than a disk.
pub(in crate::sqlite) fn event(at: Millis, position: u64) -> [u8; 13] {
    let mut part = [EVENT; 13];
    part[1..7].copy_from_slice(&six(at.0.max(0).cast_unsigned()));
    part[7..].copy_from_slice(&six(position));
    part
}

/// Whether a part is an event.
pub(in crate::sqlite) fn is_event(part: &[u8]) -> bool {
    part.first() == Some(&EVENT)
}

/// The time and the position of an event's part.
pub(in crate::sqlite) fn event_at(part: &[u8]) -> Option<(Millis, u64)> {
    let at = number_of_six(part.get(1..7)?)?;
    Some((Millis(at.cast_signed()), number_of_six(part.get(7..13)?)?))
}

fn identified(sort: u8, id: Uuid) -> [u8; 17] {
    let mut part = [sort; 17];
    part[1..].copy_from_slice(id.as_bytes());
    part
}

fn numbered(sort: u8, number: i64) -> [u8; 9] {
    let mut part = [sort; 9];
    part[1..].copy_from_slice(&number.to_be_bytes());
    part
}

fn six(number: u64) -> [u8; 6] {
    let [_, _, rest @ ..] = number.min((1 << 48) - 1).to_be_bytes();
    rest
}

fn number_of_six(bytes: &[u8]) -> Option<u64> {
    let mut whole = [0; 8];
    whole.get_mut(2..)?.copy_from_slice(bytes);
    Some(u64::from_be_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_sort_by_time_then_position_and_read_back() {
        let parts = [event(Millis(1), 300), event(Millis(256), 2), event(Millis(256), 255), event(Millis(256), 256)];
        assert!(parts.is_sorted());
        assert_eq!(event_at(&parts[2]), Some((Millis(256), 255)));
    }

    #[test]
    fn the_parts_of_a_contact_key_lie_in_their_ranges() {
        let id = Uuid::from_u128(7);
        for (part, (from, to)) in [(enrollment(5).as_slice(), ENROLLMENTS), (&email(id), EMAILS), (&pair(id), PAIRS)] {
            assert!(part > from.as_slice() && part < to.as_slice());
        }
        assert_eq!((number(&enrollment(5)), email_id(&email(id))), (Some(5), Some(id)));
        assert!(CONTACT < ENROLLMENTS.0.as_slice());
    }
}
