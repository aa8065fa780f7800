//! Schemas of what the shapes write as texts: ids, times, names. Shapes take them by `#[schemars(with = "...")]`.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use hookline_model::{interest::Interest, key::ADDRESS_BYTES_MAX, kind::Kind, platform::Platform};

/// A schema that is asked for later, when the whole document is put together.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub(crate) fn of<T: JsonSchema>() -> SchemaOf {
    SchemaGenerator::subschema_for::<T>
}

/// A type that only describes: its schema stands where it is used.
macro_rules! inline_schemas {
    ($($(#[doc = $about:literal])+ $name:ident $schema:tt)*) => {
        $(
            $(#[doc = $about])+
            pub(crate) enum $name {}

            impl schemars::JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!($schema)
                }
            }
        )*
    };
}

/// A type that only describes a closed set of words: a schema of its own name.
macro_rules! word_schemas {
    ($($(#[doc = $about:literal])+ $name:ident = $words:expr, such as $example:literal;)*) => {
        $(
            $(#[doc = $about])+
            pub(crate) enum $name {}

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    let about: &[&str] = &[$($about.trim_ascii()),+];
                    let words: Vec<serde_json::Value> = $words.into_iter().map(serde_json::Value::from).collect();
                    schemars::json_schema!({"type": "string", "enum": words, "examples": [$example], "description": about.join(" ")})
                }
            }
        )*
    };
}
pub(crate) use {inline_schemas, word_schemas};

inline_schemas! {
    /// An id.
    Id {"type": "string", "format": "uuid", "examples": ["6f1c2c7e-8a54-4c0b-9d53-0f2f7c2f6d11"]}
    /// An instant.
    Time {"type": "string", "format": "date-time", "examples": ["2026-02-11T08:03:27.000Z"]}
    /// An e-mail address.
    EmailText {"type": "string", "examples": ["t.weber@kranwerk.example"]}
    /// An e-mail address to filter by.
    AddressText {"type": "string", "minLength": 1, "maxLength": ADDRESS_BYTES_MAX, "examples": ["t.weber@kranwerk.example"]}
    /// A contact's id or address.
    ContactText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["t.weber@kranwerk.example"]}
    /// A campaign's id, ours or the platform's.
    CampaignText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["2900417"]}
    /// Text to filter by: 1 to 500 bytes.
    FilterText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["crane"]}
    /// Any JSON value.
    AnyJson {"examples": ["any JSON value"]}
    /// A count.
    Count {"type": "integer", "minimum": 0, "examples": [1]}
    /// A number below 2^53, which every JSON reader keeps exactly.
    ExactNumber {"type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64, "examples": [2_900_417]}
    /// Webhook addresses by platform.
    WebhookUrls {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "examples": [{"smartlead": "https://hooks.example.com/public/smartlead-webhook/2f0e6d0c-5b1e-4a53-8f2f-3c1f0a9b7e21"}],
    }
    /// Fields that are not ours to name.
    FreeFields {"type": "object", "additionalProperties": true, "examples": [{"fleet_size": 12}]}
}

word_schemas! {
    /// A kind of event.
    KindName = Kind::ALL.iter().map(|kind| kind.name()), such as "email.replied";
    /// A system that sends events.
    PlatformName = Platform::ALL.into_iter().map(Platform::name), such as "smartlead";
    /// What a contact wants, as last stated by a person or a classifier.
    InterestName = Interest::ALL.map(Interest::name), such as "interested";
}
