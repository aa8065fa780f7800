//! Blanks what nobody may keep: values of properties that HubSpot marks as sensitive, and the secrets that a relay or a workflow
//! carries along. HubSpot's own events hold no secret; what authenticates them is a header (HubSpot's guide).

use serde_json::value::RawValue;

use crate::{
    hubspot::property::{MARK, VALUE, is_sensitive},
    json::{Arena, BESIDE, Blanks, Fields, Keys, Names, Node, Object, blank_any, names_a_secret, sorted_values, values},
    redact_text::redact_text,
};

/// How many wrappers of a relay's are looked into.
const WRAPPERS_MAX: usize = 4;

/// Fields that may hold a secret that somebody added to a workflow's body.
pub(super) const SECRET_FIELDS: [&str; 5] = ["secret_key", "client_secret", "webhook_secret", "access_token", "hapikey"];

/// The fields that are blanked by the letter in what cannot be read.
pub(super) const TEXT_FIELDS: [&str; 8] =
    ["secret_key", "client_secret", "webhook_secret", "access_token", "hapikey", "authorization", "Authorization", "cookie"];

/// A body that is JSON and has none of these has nothing to blank.
static NAMES: Names = Names::new(&SECRET_FIELDS, &OTHERS);

/// All of these, and what holds a wrapped body.
static TOLD_BY: Keys<9> = Keys::new([
    SECRET_FIELDS[0],
    SECRET_FIELDS[1],
    SECRET_FIELDS[2],
    SECRET_FIELDS[3],
    SECRET_FIELDS[4],
    OTHERS[0],
    OTHERS[1],
    OTHERS[2],
    "body",
]);

/// Beside these fields, what says that there may be something to blank.
const OTHERS: [&str; 3] = [MARK, BESIDE[0], BESIDE[1]];

/// A body that is no JSON has nothing to blank without this.
static VALUES: Names = Names::new(&[VALUE], &[]);

/// The values of sensitive properties, and secrets.
pub(super) struct Secrets;

impl Blanks for Secrets {
    /// A text becomes as many `*` as it has bytes, anything else a zero. In what is not JSON a mark cannot be read, so every value of
    /// a property goes.
    fn blank(&self, body: &mut [u8]) {
        blank_any(body, &NAMES, |top| found(top, WRAPPERS_MAX));
        if VALUES.may_be_in(body) && serde_json::from_slice::<&RawValue>(body).is_err() {
            redact_text(body, &[VALUE]);
            // What was no UTF-8 may have been blanked, so that it is JSON now.
            blank_any(body, &NAMES, |top| found(top, WRAPPERS_MAX));
        }
    }

    /// Nearly no body has any, and of one that may, the tree does not tell: what is blanked may be no text.
    fn texts(&self, tree: Node<'_>, _: &mut dyn FnMut(&str) -> bool) -> bool {
        let is_clean = |object: Object<'_>| !TOLD_BY.are_in(object);
        tree.as_object().is_some_and(is_clean)
    }
}

/// What stands under a key.
enum Sort {
    /// A secret.
    Secret,
    /// The mark of a sensitive value.
    Mark,
    /// The value of a property.
    Value,
    /// What a relay shows beside the body.
    Shown,
    /// The body, as a relay shows it.
    Wrapped,
}

/// What is to be blanked in an object, in the objects of an array, and in what they wrap.
fn found(value: &str, wrappers: usize) -> Vec<&str> {
    let mut all = Vec::new();
    if value.starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
        let inner = |element: &&str| element.starts_with('{') || (element.starts_with('[') && wrappers > 0);
        let wrappers_of = |element: &str| if element.starts_with('[') { wrappers - 1 } else { wrappers };
        all.extend(
            elements.into_iter().map(RawValue::get).filter(inner).flat_map(|element| found(element, wrappers_of(element))),
        );
        return all;
    }
    let sort = |key: &str| match key {
        MARK => Some(Sort::Mark),
        VALUE => Some(Sort::Value),
        "body" => Some(Sort::Wrapped),
        key if BESIDE.contains(&key) => Some(Sort::Shown),
        key => SECRET_FIELDS.contains(&key).then_some(Sort::Secret),
    };
    let (mut is_marked, mut values_of) = (false, Vec::new());
    for (sort, value) in sorted_values(value, sort) {
        match sort {
            Sort::Secret => all.push(value),
            // Of a mark that is repeated the last counts, as where the event is read: what is read must not be another event
            // for it.
            Sort::Mark => is_marked = is_set(value),
            Sort::Value => values_of.push(value),
            Sort::Shown if value.starts_with('{') => all.extend(values(value, names_a_secret)),
            Sort::Wrapped if wrappers > 0 => all.extend(found(value, wrappers - 1)),
            Sort::Shown | Sort::Wrapped => {}
        }
    }
    if is_marked {
        all.extend(values_of);
    }
    all
}

/// Whether a mark is there and is not denied: read as the event is, so that what is hidden there is blanked, and nothing else is.
fn is_set(mark: &str) -> bool {
    let marked = format!("{{\"{MARK}\":{mark}}}");
    let arena = Arena::new(marked.as_bytes());
    // What cannot be read is not denied.
    arena.read(marked.as_bytes()).map_or(true, |value| value.as_object().is_none_or(|object| is_sensitive(Fields::new(object))))
}
