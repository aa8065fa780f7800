//! Cursors as text: opaque to clients, refused where they do not belong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use hookline_model::time::Millis;
use hookline_store::query::Cursor;

/// What a cursor's bytes look like; another number if that ever changes.
const VERSION: u8 = 1;

/// The longest key that a listing may sort by: a campaign known only by its name sorts by that. As text it still fits a head.
const KEY_BYTES_MAX: usize = 16 * 1024;

/// The longest cursor as text: four characters for three bytes of version, listing, time and key.
pub(super) const TEXT_CHARACTERS_MAX: usize = (2 + 8 + KEY_BYTES_MAX).div_ceil(3) * 4;

/// Which listing a cursor is of, so that one of another listing is refused instead of misread. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    Agencies = 1,
    Workspaces = 2,
    Addresses = 3,
    Keys = 4,
    Events = 5,
    Contacts = 6,
    Campaigns = 7,
    Emails = 8,
    Quarantine = 9,
    Rejections = 10,
    Rerun = 11,
    Sources = 12,
    Routes = 13,
    Routing = 14,
    Lists = 15,
    Statuses = 16,
    Tags = 17,
    Notes = 18,
    Tasks = 19,
    Messages = 20,
    Erasures = 21,
    Drift = 22,
    Webhooks = 23,
    Deliveries = 24,
    Recover = 25,
    Stream = 26,
    Pull = 27,
    Blocklist = 28,
}

impl Listing {
    /// What is listed, in one word of the alphabet: a part of a file's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Listing::Agencies => "agencies",
            Listing::Workspaces => "workspaces",
            Listing::Addresses => "addresses",
            Listing::Keys => "keys",
            Listing::Events => "events",
            Listing::Contacts => "contacts",
            Listing::Campaigns => "campaigns",
            Listing::Emails => "emails",
            Listing::Quarantine => "quarantine",
            Listing::Rejections => "rejections",
            Listing::Rerun => "rerun",
            Listing::Sources => "sources",
            Listing::Routes => "routes",
            Listing::Routing => "routing",
            Listing::Lists => "lists",
            Listing::Statuses => "statuses",
            Listing::Tags => "tags",
            Listing::Notes => "notes",
            Listing::Tasks => "tasks",
            Listing::Messages => "messages",
            Listing::Erasures => "erasures",
            Listing::Drift => "drift",
            Listing::Webhooks => "webhooks",
            Listing::Deliveries => "deliveries",
            Listing::Recover => "recover",
            Listing::Stream => "stream",
            Listing::Pull => "pull",
            Listing::Blocklist => "blocklist",
        }
    }
}

/// A cursor as text.
pub(super) fn encode(listing: Listing, cursor: &Cursor) -> String {
    let mut bytes = vec![VERSION, listing as u8];
    bytes.extend_from_slice(&cursor.at.0.to_be_bytes());
    bytes.extend_from_slice(&cursor.key);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor in a text, if it is one of this listing.
pub(super) fn decode(listing: Listing, text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let rest = bytes.strip_prefix(&[VERSION, listing as u8])?;
    let (at, key) = rest.split_first_chunk::<8>()?;
    (key.len() <= KEY_BYTES_MAX).then(|| Cursor { at: Millis(i64::from_be_bytes(*at)), key: key.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_were() {
        for (at, key) in [(0, vec![]), (i64::MIN, vec![0]), (i64::MAX, vec![255; 40]), (-1, b"key".to_vec())] {
            let cursor = Cursor { at: Millis(at), key };
            let text = encode(Listing::Events, &cursor);
            assert_eq!(decode(Listing::Events, &text), Some(cursor.clone()), "{text}");
            assert_eq!(decode(Listing::Contacts, &text), None, "{text}");
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_cursors() {
        let future_version = URL_SAFE_NO_PAD.encode([2, Listing::Events as u8, 0, 0, 0, 0, 0, 0, 0, 0]);
        let longest = encode(Listing::Events, &Cursor { at: Millis(0), key: vec![0; KEY_BYTES_MAX] });
        assert!(decode(Listing::Events, &longest).is_some() && longest.len() <= TEXT_CHARACTERS_MAX);
        let long = encode(Listing::Events, &Cursor { at: Millis(0), key: vec![0; KEY_BYTES_MAX + 1] });
        for text in ["", "AQ", "AQUAAAAA", "not a cursor", "%%%%", future_version.as_str(), long.as_str()] {
            assert_eq!(decode(Listing::Events, text), None, "{text:?}");
        }
    }
}
