//! Schemas of what the shapes write as texts: ids, times, names. Shapes take them by `#[schemars(with = "...")]`.
//!
//! The two macros make more of them; a crate that uses them depends on `schemars` and `serde_json`.

use hookline_model::{interest::Interest, kind::Kind, platform::Platform};

/// A type that only describes: its schema stands where it is used.
#[macro_export]
macro_rules! inline_schemas {
    ($($(#[doc = $about:literal])+ $vis:vis $name:ident $schema:tt)*) => {
        $(
            $(#[doc = $about])+
            $vis enum $name {}

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
#[macro_export]
macro_rules! word_schemas {
    ($($(#[doc = $about:literal])+ $vis:vis $name:ident = $words:expr, such as $example:literal;)*) => {
        $(
            $(#[doc = $about])+
            $vis enum $name {}

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

inline_schemas! {
    /// An id.
    pub Id {"type": "string", "format": "uuid", "examples": ["6f1c2c7e-8a54-4c0b-9d53-0f2f7c2f6d11"]}
    /// An instant.
    pub Time {"type": "string", "format": "date-time", "examples": ["2026-02-11T08:03:27.000Z"]}
    /// An e-mail address.
    pub EmailText {"type": "string", "examples": ["t.weber@kranwerk.example"]}
    /// Any JSON value.
    pub AnyJson {"examples": ["any JSON value"]}
    /// A count.
    pub Count {"type": "integer", "minimum": 0, "examples": [1]}
    /// A number below 2^53, which every JSON reader keeps exactly.
    pub ExactNumber {"type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64, "examples": [2_900_417]}
    /// Fields that are not ours to name.
    pub FreeFields {"type": "object", "additionalProperties": true, "examples": [{"fleet_size": 12}]}
}

word_schemas! {
    /// A kind of event.
    pub KindName = Kind::ALL.iter().map(|kind| kind.name()), such as "email.replied";
    /// A system that sends events.
    pub PlatformName = Platform::ALL.into_iter().map(Platform::name), such as "smartlead";
    /// What a contact wants, as last stated by a person or a classifier.
    pub InterestName = Interest::ALL.map(Interest::name), such as "interested";
}
