//! Who is who: an address and the names that CRMs have for a person stand for one contact.

use std::collections::{BTreeMap, HashMap};

use hookline_model::kind::Kind;

use crate::plan::Planned;

/// What is known of a name: which it stands for, and what was told of it. Bounded by the number of names.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    /// A smaller name of the same person, for every name that has one.
    smaller: HashMap<String, String>,
    seen: BTreeMap<String, Seen>,
}

/// When something was told of a person, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// The latest deletion of its record.
    deleted: Option<i64>,
    /// The latest of anything else.
    other: Option<i64>,
}

impl Seen {
    fn and(self, other: Seen) -> Seen {
        Seen { deleted: self.deleted.max(other.deleted), other: self.other.max(other.other) }
    }

    /// Whether there is nothing after the deletion.
    fn is_gone(self) -> bool {
        self.deleted.is_some_and(|deleted| self.other.is_none_or(|other| other <= deleted))
    }
}

impl People {
    /// Notes whom a delivery is about.
    pub(crate) fn note(&mut self, planned: &Planned) {
        let Some(name) = planned.contact.as_ref().or(planned.contact_id.as_ref()) else { return };
        // Without a time of its own it is taken to be of now, which is after all the rest.
        let at = if planned.states_time { planned.at.0 } else { i64::MAX };
        let seen = match planned.kind {
            Kind::ContactDeleted => Seen { deleted: Some(at), other: None },
            _ => Seen { deleted: None, other: Some(at) },
        };
        let before = self.seen.entry(name.clone()).or_default();
        *before = before.and(seen);
        for other in planned.contact_id.iter().chain(&planned.same_as) {
            self.join(name, other);
        }
    }

    fn join(&mut self, a: &str, b: &str) {
        let (a, b) = (self.first_name(a).to_owned(), self.first_name(b).to_owned());
        if a < b {
            self.smaller.insert(b, a);
        } else if b < a {
            self.smaller.insert(a, b);
        }
    }

    /// The smallest name of whoever has this one.
    pub(crate) fn first_name<'a>(&'a self, name: &'a str) -> &'a str {
        let mut name = name;
        // Every step leads to a smaller name.
        while let Some(smaller) = self.smaller.get(name) {
            name = smaller;
        }
        name
    }

    /// How many people there are whose record was not deleted after all else.
    pub(crate) fn shown(&self) -> u64 {
        let mut people: HashMap<&str, Seen> = HashMap::new();
        for (name, seen) in &self.seen {
            let person = people.entry(self.first_name(name)).or_default();
            *person = person.and(*seen);
        }
        people.values().filter(|seen| !seen.is_gone()).count() as u64
    }
}
