//! Stamps and the registers they order: how single values, maps and sets merge whatever the order of arrival.
//!
//! Everything here is a commutative, associative merge with an identity (`Default`); registers, maps and sets are idempotent too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    event::{Change, Event, SetChange},
    kind::Kind,
    platform::Platform,
    time::Millis,
};

/// The place of a log entry in the order that decides single values. The derived order is that order; the greatest wins.
///
/// Serialised by [`crate::packed`], which writes each distinct stamp of a state once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Effective time.
    pub at: Millis,
    /// Kind rank, see [`Kind::rank`].
    pub rank: u8,
    /// The time-less part of the event id.
    pub hash: [u8; 10],
    /// Content digest, which tells variants of one event apart.
    pub digest: u64,
    /// Who reported it; decides nothing, shown in reasons.
    pub platform: Platform,
}

impl Stamp {
    /// The stamp of an event whose content digest is `digest`.
    #[must_use]
    pub fn of(event: &Event, digest: u64) -> Stamp {
        Stamp { at: event.occurred_at, rank: event.kind.rank(), hash: event.id.hash_part(), digest, platform: event.platform }
    }

    /// `email.replied of 2026-02-11T13:20:44.000Z from smartlead`.
    #[must_use]
    pub fn reason(&self) -> String {
        let kind = Kind::from_rank(self.rank).map_or("?", Kind::name);
        format!("{kind} of {} from {}", self.at, self.platform)
    }
}

/// Keeps the smaller of two optional values.
pub fn keep_min<T: Ord + Copy>(mine: &mut Option<T>, other: Option<T>) {
    if let Some(other) = other {
        *mine = Some(mine.map_or(other, |mine| mine.min(other)));
    }
}

/// Keeps the greater of two optional values.
pub fn keep_max<T: Ord + Copy>(mine: &mut Option<T>, other: Option<T>) {
    if let Some(other) = other {
        *mine = Some(mine.map_or(other, |mine| mine.max(other)));
    }
}

/// A single value: the one with the greatest stamp. `None` inside means explicitly cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T>(Option<Box<(Stamp, Option<T>)>>);

impl<T> Default for Register<T> {
    fn default() -> Self {
        Register(None)
    }
}

impl<T: Clone> Register<T> {
    /// Sets the value as of `stamp`.
    pub fn set(&mut self, stamp: Stamp, value: T) {
        self.write(stamp, Some(value));
    }

    /// Applies a stated change, if any.
    pub fn change(&mut self, stamp: Stamp, change: Option<&Change<T>>) {
        match change {
            Some(Change::Set(value)) => self.write(stamp, Some(value.clone())),
            Some(Change::Clear) => self.write(stamp, None),
            None => {}
        }
    }

    fn write(&mut self, stamp: Stamp, value: Option<T>) {
        if self.0.as_ref().is_none_or(|held| stamp > held.0) {
            self.0 = Some(Box::new((stamp, value)));
        }
    }

    /// Merges another register into this one.
    pub fn merge(&mut self, other: Register<T>) {
        if let Some(other) = other.0
            && self.0.as_ref().is_none_or(|held| other.0 > held.0)
        {
            self.0 = Some(other);
        }
    }

    /// The value, unless absent or cleared.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().and_then(|held| held.1.as_ref())
    }

    /// The stamp of the value, unless absent or cleared.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.0.as_ref().filter(|held| held.1.is_some()).map(|held| held.0)
    }

    /// Whether anything ever set or cleared it.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.0.is_none()
    }
}

/// A map whose every element is a register, cut to the `N` elements with the greatest stamps.
///
/// The cut does not depend on order: an element that is cut can only matter again with a greater stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "K: Serialize, V: Serialize", deserialize = "K: Deserialize<'de> + Ord, V: Deserialize<'de>"))]
pub struct StampedMap<K, V, const N: usize>(BTreeMap<K, (Stamp, V)>);

impl<K, V, const N: usize> Default for StampedMap<K, V, N> {
    fn default() -> Self {
        StampedMap(BTreeMap::new())
    }
}

impl<K: Ord + Clone, V, const N: usize> StampedMap<K, V, N> {
    /// Sets an element as of `stamp`.
    pub fn set(&mut self, stamp: Stamp, key: K, value: V) {
        self.keep(stamp, key, value);
        self.cut();
    }

    fn keep(&mut self, stamp: Stamp, key: K, value: V) {
        match self.0.entry(key) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert((stamp, value));
            }
            std::collections::btree_map::Entry::Occupied(mut held) => {
                if stamp > held.get().0 {
                    held.insert((stamp, value));
                }
            }
        }
    }

    fn cut(&mut self) {
        while self.0.len() > N {
            let smallest = self.0.iter().min_by(|a, b| (a.1.0, a.0).cmp(&(b.1.0, b.0))).map(|(key, _)| key.clone());
            match smallest {
                Some(key) => self.0.remove(&key),
                None => break,
            };
        }
    }

    /// Merges another map into this one.
    pub fn merge(&mut self, other: Self) {
        for (key, (stamp, value)) in other.0 {
            self.keep(stamp, key, value);
        }
        self.cut();
    }

    /// The stamp of an element.
    #[must_use]
    pub fn stamp(&self, key: &K) -> Option<Stamp> {
        self.0.get(key).map(|held| held.0)
    }

    /// The elements in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, Stamp, &V)> {
        self.0.iter().map(|(key, (stamp, value))| (key, *stamp, value))
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A set of names: the latest word on each element plus the latest snapshot of the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetState {
    elements: StampedMap<String, bool, SET_ELEMENTS_MAX>,
    snapshot: Register<Vec<String>>,
}

/// How many elements of a set (tags, lists) of one contact key are remembered.
pub const SET_ELEMENTS_MAX: usize = 500;

impl SetState {
    /// Applies a stated change, if any. Within one entry adding wins over removing.
    pub fn change(&mut self, stamp: Stamp, change: Option<&SetChange>) {
        let Some(change) = change else { return };
        for name in &change.remove {
            if !change.add.contains(name) {
                self.elements.keep(stamp, name.clone(), false);
            }
        }
        for name in &change.add {
            self.elements.keep(stamp, name.clone(), true);
        }
        self.elements.cut();
        if let Some(snapshot) = &change.snapshot {
            self.snapshot.set(stamp, snapshot.iter().take(SET_ELEMENTS_MAX).cloned().collect());
        }
    }

    /// Merges another set into this one.
    pub fn merge(&mut self, other: SetState) {
        self.elements.merge(other.elements);
        self.snapshot.merge(other.snapshot);
    }

    /// The elements that are in, sorted.
    #[must_use]
    pub fn members(&self) -> Vec<String> {
        let snapshot_at = self.snapshot.stamp();
        let mut members: std::collections::BTreeSet<&String> = self.snapshot.get().into_iter().flatten().collect();
        for (name, stamp, is_in) in self.elements.iter() {
            if snapshot_at.is_some_and(|snapshot_at| snapshot_at > stamp) {
                continue;
            }
            if *is_in {
                members.insert(name);
            } else {
                members.remove(name);
            }
        }
        members.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(at: i64) -> Stamp {
        Stamp { at: Millis(at), rank: 0, hash: [0; 10], digest: 0, platform: Platform::Smartlead }
    }

    #[test]
    fn a_cut_map_keeps_the_greatest_stamps_in_any_order() {
        let mut forwards = StampedMap::<u32, (), 3>::default();
        let mut backwards = forwards.clone();
        for at in 0..10 {
            forwards.set(stamp(i64::from(at)), at % 5, ());
            backwards.set(stamp(i64::from(9 - at)), (9 - at) % 5, ());
        }
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.iter().map(|(key, ..)| *key).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn a_cleared_register_is_empty_until_a_later_value() {
        let mut register = Register::default();
        register.change(stamp(2), Some(&Change::Clear));
        register.set(stamp(1), 7);
        assert_eq!(register.get(), None);
        register.set(stamp(3), 8);
        assert_eq!(register.get(), Some(&8));
    }

    #[test]
    fn a_later_snapshot_overrides_single_changes_and_an_earlier_one_does_not() {
        let add = |name: &str| SetChange { add: [name.to_owned()].into(), ..SetChange::default() };
        let snapshot = |name: &str| SetChange { snapshot: Some([name.to_owned()].into()), ..SetChange::default() };
        let mut set = SetState::default();
        set.change(stamp(1), Some(&add("early")));
        set.change(stamp(2), Some(&snapshot("all")));
        set.change(stamp(3), Some(&add("late")));
        assert_eq!(set.members(), ["all", "late"]);
    }
}
