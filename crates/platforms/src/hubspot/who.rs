//! Ids, keys and the account.

use hookline_model::{
    event::ContactRef,
    key::{EmailAddress, ExternalId},
    platform::Platform,
};

use crate::json::Fields;

/// The names of the account's id: of an app's event and of a deal's record, of a contact's record, and as somebody picked it.
pub(super) const ACCOUNT_KEYS: [&str; 3] = ["portalId", "portal-id", "portal_id"];

/// An id of a record within an account.
pub(super) fn external(account: Option<&str>, id: String) -> ExternalId {
    ExternalId { platform: Platform::Hubspot, account: account.unwrap_or_default().to_owned(), id }
}

/// The id under the first of these keys that has one. A zero stands for none: it would make many people one.
pub(super) fn id_of(body: Fields<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| body.id(key).filter(|id| id != "0"))
}

/// The account, by its id.
pub(super) fn account(body: Fields<'_>) -> Option<String> {
    id_of(body, &ACCOUNT_KEYS)
}

/// The contact with this id, this address, or both.
pub(super) fn contact(email: Option<EmailAddress>, external: Option<ExternalId>) -> Option<ContactRef> {
    (email.is_some() || external.is_some()).then_some(ContactRef { email, external })
}
