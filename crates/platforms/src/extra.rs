//! Small things worth showing, as parsers put them together.

use serde_json::Value;

use hookline_model::extra::Extra as Values;

use crate::json::{Fields, is_scalar};

/// The longest text, in bytes; a longer one is left out.
pub(crate) const TEXT_BYTES_MAX: usize = 2_048;

/// Small things by our names for them, where a thing that is absent or too long is left out.
#[derive(Debug, Default)]
pub(crate) struct Extra(pub(crate) Values);

impl Extra {
    /// Puts one, if it is there.
    pub(crate) fn put(&mut self, name: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.keep(name, value.into());
        }
    }

    /// Puts a list, unless it is empty.
    pub(crate) fn put_list(&mut self, name: &'static str, values: Vec<impl Into<Value>>) {
        self.put(name, (!values.is_empty()).then_some(values));
    }

    /// Puts the scalar under a key of the body.
    pub(crate) fn copy(&mut self, name: &'static str, body: Fields<'_>, key: &str) {
        self.put(name, body.find(key, |value| is_scalar(value).then(|| value.to_value())));
    }

    fn keep(&mut self, name: &'static str, value: Value) {
        if is_short(&value) {
            self.0.insert(name, value);
        }
    }
}

/// Whether a value is no text that is too long.
pub(crate) fn is_short(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.len() <= TEXT_BYTES_MAX)
}
