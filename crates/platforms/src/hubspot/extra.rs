//! The map of small things that are worth showing.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::{Fields, is_scalar};

/// The longest text, in bytes; a longer one is left out.
const TEXT_BYTES_MAX: usize = 2_048;

/// The most ids in a list.
pub(super) const IDS_MAX: usize = 100;

/// Small things by our names for them, where a thing that is absent or too long is left out.
#[derive(Debug, Default)]
pub(super) struct Extra(pub(super) BTreeMap<String, Value>);

impl Extra {
    /// Sets one.
    pub(super) fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        let value = value.map(Into::into).filter(|value| value.as_str().is_none_or(|text| text.len() <= TEXT_BYTES_MAX));
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }

    /// Sets one to the scalar under a key of the body.
    pub(super) fn copy(&mut self, name: &str, body: Fields<'_>, key: &str) {
        self.put(name, body.find(key, |value| is_scalar(value).then(|| value.to_value())));
    }
}
