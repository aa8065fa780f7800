//! What every parser needs of JSON: a tree of the body, lenient reading of its fields, hashing that no order of keys changes, and blanking in place.

mod address;
mod arena;
mod blank;
mod draft;
mod fields;
mod hash;
mod key_set;
mod node;
mod scalar;
mod secrets;
mod split;

pub(crate) use address::Mailbox;
pub(crate) use arena::Arena;
pub(crate) use blank::{Names, blank_any, sorted_values, values};
pub(crate) use draft::{Draft, filled};
pub(crate) use fields::Fields;
pub(crate) use hash::{object_hash, object_hash_without};
pub(crate) use key_set::{Keys, keys_of};
pub(crate) use node::{Entry, Node, Number, Object, by_name};
pub(crate) use scalar::{cut, fold, folded, id_of_text, is_present, is_scalar, is_uuid, trimmed};
pub(crate) use secrets::{BESIDE, Blanks, LookedFor, Secrets, names_a_secret};
pub(crate) use split::elements;

/// Reading a text of mailboxes.
pub(crate) mod mailbox {
    pub(crate) use super::address::{address, all, first, parse};
}

/// The tree of a value, for tests; its memory is never given back.
#[cfg(test)]
pub(crate) fn node(value: &serde_json::Value) -> Node<'static> {
    let body: &str = value.to_string().leak();
    let arena: &Arena = Box::leak(Box::new(Arena::new(body.as_bytes())));
    arena.read(body.as_bytes()).expect("JSON")
}
