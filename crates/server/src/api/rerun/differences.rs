//! What two readings of a body say differently, by name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use hookline_model::event::Event;

/// The names of what differs, sorted: those of the event's stored form, such as `kind`, and within its parts of the part, such as
/// `contact.email`. They are all ours, whatever a platform or customer calls its own fields. Ids are not looked at.
pub(super) fn between(old: &Event, new: &Event) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (object(old), object(new));
    let mut names = Vec::new();
    for name in names_of(&old, &new) {
        match (old.get(name), new.get(name)) {
            (old, new) if old == new => {}
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let inner = names_of(old, new).into_iter().filter(|inner| old.get(*inner) != new.get(*inner));
                names.extend(inner.map(|inner| format!("{name}.{inner}")));
            }
            _ => names.push(name.clone()),
        }
    }
    names
}

fn names_of<'v>(old: &'v Map<String, Value>, new: &'v Map<String, Value>) -> BTreeSet<&'v String> {
    old.keys().chain(new.keys()).collect()
}

fn object(event: &Event) -> Map<String, Value> {
    match serde_json::to_value(event) {
        Ok(Value::Object(object)) => object,
        // No event of ours is written as anything else.
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(more: &Value) -> Event {
        let mut value = json!({
            "kind": "email.sent", "platform": "smartlead", "occurred_at": 1_770_796_800_000_i64, "time_source": "stated",
            "contact": {"email": "ann@a.example"},
        });
        let fields = value.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        serde_json::from_value(value).expect("an event")
    }

    #[test]
    fn what_differs_is_named_by_its_part() {
        let base = || event(&json!({}));
        let cases = [
            (json!({}), vec![]),
            (json!({"kind": "email.opened"}), vec!["kind"]),
            (json!({"contact": {"email": "bob@a.example"}}), vec!["contact.email"]),
            (json!({"contact": null}), vec!["contact"]),
            (json!({"account": "7", "occurred_at": 1_770_796_800_001_i64}), vec!["account", "occurred_at"]),
            (json!({"facts": {"custom_fields": {"My Field": {"set": 1}}}}), vec!["facts.custom_fields"]),
        ];
        for (more, names) in cases {
            let other = event(&more);
            assert_eq!(between(&base(), &other), names, "{more}");
            assert_eq!(between(&other, &base()), names, "{more}, the other way round");
        }
    }
}
