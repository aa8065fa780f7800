//! What every parser needs of JSON: lenient reading, hashing that no order of keys changes, and blanking in place.

mod address;
mod blank;
mod fields;
mod hash;
mod key_set;
mod scalar;
mod split;

pub(crate) use address::Mailbox;
pub(crate) use blank::{Names, blank, blank_any, sorted_values, values};
pub(crate) use fields::Fields;
pub(crate) use hash::{object_hash, object_hash_without};
pub(crate) use key_set::KeySet;
pub(crate) use scalar::{cut, fold, id_of_text, is_present, is_scalar, is_uuid};
pub(crate) use split::elements;

/// Reading a text of mailboxes.
pub(crate) mod mailbox {
    pub(crate) use super::address::{address, all, first, parse};
}
