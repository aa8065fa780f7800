//! Small things that an event says beside its facts, by our names for them.

use std::{borrow::Cow, fmt, ops::Index};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

/// Values by name, sorted by name, each name once. There are few of them, so they lie side by side; how many and how large they
/// are is bounded by whoever puts them in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extra(Vec<(Cow<'static, str>, Value)>);

impl Extra {
    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Puts a value under a name, in the place of the one that it had.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        let name = name.into();
        match self.place(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// Whether there is a value of this name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names with their values, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Where a name is, else where it would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Value)> for Extra {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(values: I) -> Extra {
        let mut extra = Extra::default();
        values.into_iter().for_each(|(name, value)| extra.insert(name, value));
        extra
    }
}

impl Index<&str> for Extra {
    type Output = Value;

    /// The value of this name, `null` if there is none.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Extra, D::Error> {
        deserializer.deserialize_map(Reading)
    }
}

/// Reads the stored form.
struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Extra;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of small things by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra, A::Error> {
        let mut extra = Extra::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            extra.insert(name, value);
        }
        Ok(extra)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection, prelude::*};
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_map(values in collection::vec(("[a-c]{0,2}", 0..9), 0..12), asked in "[a-d]{0,2}") {
            let map: BTreeMap<String, Value> = values.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let extra: Extra = values.into_iter().map(|(name, value)| (name, json!(value))).collect();
            prop_assert_eq!((extra.len(), extra.is_empty()), (map.len(), map.is_empty()));
            prop_assert_eq!((extra.get(&asked), extra.contains_key(&asked)), (map.get(&asked), map.contains_key(&asked)));
            prop_assert_eq!(&extra[asked.as_str()], map.get(&asked).unwrap_or(&Value::Null));
            prop_assert!(extra.iter().eq(map.iter().map(|(name, value)| (name.as_str(), value))));
            let stored = json!(extra).to_string();
            prop_assert_eq!(&stored, &json!(map).to_string());
            prop_assert_eq!(serde_json::from_str::<Extra>(&stored).ok(), Some(extra));
        }
    }

    #[test]
    fn of_a_name_that_is_stored_twice_the_last_counts() {
        let read: Extra = serde_json::from_str(r#"{"b":1,"a":2,"b":3}"#).expect("an object");
        assert_eq!(json!(read), json!({"a": 2, "b": 3}));
        assert!(serde_json::from_str::<Extra>("[]").is_err());
    }
}
