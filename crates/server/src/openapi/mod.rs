//! The API's description, OpenAPI 3.1.
//!
//! Schemas are derived from the shapes that are answered. Operations are described beside their handlers, as [`Operation`]s;
//! [`document`] adds what their method and path say already (parameters in the path, the key) and makes examples of the schemas.

mod document;
mod example;
mod operation;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use bytes::Bytes;

pub(crate) use document::LINES;
pub(crate) use hookline_dialects::shapes::words::{
    AnyJson, Count, EmailText, ExactNumber, FreeFields, Id, InterestName, KindName, PlatformName, Time,
};
pub(crate) use operation::Operation;
pub(crate) use schema::{AddressText, CampaignText, ContactText, FilterText, WebhookUrls, inline_schemas, word_schemas};

use crate::{api, docs, health, receive};

/// An operation with its name, its place, and whether it needs a key.
pub(crate) struct Described {
    /// Unique, for programs that make clients from this.
    pub(crate) id: String,
    /// In lower case.
    pub(crate) method: &'static str,
    /// With its parameters in braces.
    pub(crate) path: String,
    /// Whether it needs a key.
    pub(crate) needs_key: bool,
    /// What it is.
    pub(crate) operation: Operation,
}

impl Described {
    /// An operation that needs no key.
    pub(crate) fn open(id: impl Into<String>, method: &'static str, path: impl Into<String>, operation: Operation) -> Described {
        Described { id: id.into(), method, path: path.into(), needs_key: false, operation }
    }
}

/// Every operation there is.
fn operations() -> Vec<Described> {
    [receive::described(), api::described(), health::described(), docs::described()].into_iter().flatten().collect()
}

/// The document. It is the same for every installation of this version, so it is made once.
pub(crate) fn bytes() -> Bytes {
    static BYTES: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document::of(&operations()).to_string()));
    BYTES.clone()
}
