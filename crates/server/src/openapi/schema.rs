//! Schemas of what the shapes write as texts: ids, times, names. Shapes take them by `#[schemars(with = "...")]`. Those that
//! subscribers are sent as well are of the crate `hookline-dialects`.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use hookline_model::key::ADDRESS_BYTES_MAX;

/// A schema that is asked for later, when the whole document is put together.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub(crate) fn of<T: JsonSchema>() -> SchemaOf {
    SchemaGenerator::subschema_for::<T>
}

/// A type that only describes: its schema stands where it is used.
macro_rules! inline_schemas {
    ($($(#[doc = $about:literal])+ $name:ident $schema:tt)*) => {
        hookline_dialects::inline_schemas! { $($(#[doc = $about])+ pub(crate) $name $schema)* }
    };
}

/// A type that only describes a closed set of words: a schema of its own name.
macro_rules! word_schemas {
    ($($(#[doc = $about:literal])+ $name:ident = $words:expr, such as $example:literal;)*) => {
        hookline_dialects::word_schemas! { $($(#[doc = $about])+ pub(crate) $name = $words, such as $example;)* }
    };
}
pub(crate) use {inline_schemas, word_schemas};

inline_schemas! {
    /// An e-mail address to filter by.
    AddressText {"type": "string", "minLength": 1, "maxLength": ADDRESS_BYTES_MAX, "examples": ["t.weber@kranwerk.example"]}
    /// A contact's id or address.
    ContactText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["t.weber@kranwerk.example"]}
    /// A campaign's id, ours or the platform's.
    CampaignText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["2900417"]}
    /// Text to filter by: 1 to 500 bytes.
    FilterText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["crane"]}
    /// Webhook addresses by platform.
    WebhookUrls {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "examples": [{"smartlead": "https://hooks.example.com/public/smartlead-webhook/2f0e6d0c-5b1e-4a53-8f2f-3c1f0a9b7e21"}],
    }
}
