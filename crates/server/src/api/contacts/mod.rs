//! Contacts.

pub(super) mod list;
mod schema;
pub(super) mod show;
