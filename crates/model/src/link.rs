//! Links: which keys are the same person, which campaign keys are the same campaign.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    key::{CampaignKey, ContactKey},
    stamp::{Register, Stamp},
};

/// Two different keys, without order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair<K>(K, K);

impl<K: Ord> Pair<K> {
    /// The pair of two keys, unless they are the same.
    #[must_use]
    pub fn of(a: K, b: K) -> Option<Pair<K>> {
        match a.cmp(&b) {
            std::cmp::Ordering::Less => Some(Pair(a, b)),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Pair(b, a)),
        }
    }

    /// The smaller key, then the greater.
    #[must_use]
    pub fn keys(&self) -> (&K, &K) {
        (&self.0, &self.1)
    }
}

/// What is known of a pair of contact keys.
///
/// When a stand-in was last named with an address is not kept here but with the address, whose record changes with every event
/// anyway: a steady stream of events about a known lead never writes its pair again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairState {
    /// Some event named the two together.
    pub named: bool,
    /// Some event said that they are the same, or not.
    pub stated: Register<bool>,
}

impl PairState {
    /// An event named the two together.
    #[must_use]
    pub fn named() -> PairState {
        PairState { named: true, stated: Register::default() }
    }

    /// An event said that the two are the same, or not.
    #[must_use]
    pub fn stated(stamp: Stamp, linked: bool) -> PairState {
        PairState { named: false, stated: stated(stamp, linked) }
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: PairState) {
        self.named |= other.named;
        merge_stated(&mut self.stated, other.stated);
    }
}

/// A register that states whether two keys are the same.
#[must_use]
pub fn stated(stamp: Stamp, same: bool) -> Register<bool> {
    let mut register = Register::default();
    register.set(stamp, same);
    register
}

/// Merges two such registers. Within one entry (equal stamps) "the same" wins.
pub fn merge_stated(mine: &mut Register<bool>, other: Register<bool>) {
    if mine.stamp() == other.stamp() && other.get() == Some(&true) {
        *mine = other;
    } else {
        mine.merge(other);
    }
}

/// What the graph of contact keys is read from.
pub trait ContactLinks {
    /// What may go wrong when reading.
    type Error;

    /// The pairs that a key is part of, with the other key.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Self::Error>;

    /// The stamp of the last entry that named this external id together with this address.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn named_at(&mut self, address: &ContactKey, external: &ContactKey) -> Result<Option<Stamp>, Self::Error>;
}

/// All keys that are the same contact as `key`, itself included.
///
/// # Errors
/// When the rows cannot be read.
pub fn contact_component<L: ContactLinks>(links: &mut L, key: &ContactKey) -> Result<BTreeSet<ContactKey>, L::Error> {
    let mut component = BTreeSet::from([key.clone()]);
    let mut to_visit = vec![key.clone()];
    while let Some(key) = to_visit.pop() {
        for (other, pair) in links.pairs(&key)? {
            if !component.contains(&other) && is_edge(links, &key, &other, &pair)? {
                component.insert(other.clone());
                to_visit.push(other);
            }
        }
    }
    Ok(component)
}

fn is_edge<L: ContactLinks>(links: &mut L, a: &ContactKey, b: &ContactKey, pair: &PairState) -> Result<bool, L::Error> {
    if let Some(linked) = pair.stated.get() {
        // "Linked" makes an edge outright; "unlinked" overrules the naming too.
        return Ok(*linked);
    }
    if !pair.named {
        return Ok(false);
    }
    match (a.is_stand_in(), b.is_stand_in()) {
        (false, false) => Ok(true),
        (true, _) => Ok(stands_for(links, a)?.as_ref() == Some(b)),
        (false, true) => Ok(stands_for(links, b)?.as_ref() == Some(a)),
    }
}

/// The address that a stand-in stands for: the last one it was named with, of those not explicitly unlinked from it.
fn stands_for<L: ContactLinks>(links: &mut L, stand_in: &ContactKey) -> Result<Option<ContactKey>, L::Error> {
    let named = links.pairs(stand_in)?.into_iter().filter(|(_, pair)| pair.named && pair.stated.get() != Some(&false));
    let mut candidates: Vec<ContactKey> = named.map(|(other, _)| other).collect();
    if candidates.len() <= 1 {
        return Ok(candidates.pop());
    }
    let mut latest: Option<(Option<Stamp>, ContactKey)> = None;
    for candidate in candidates {
        let named_at = links.named_at(&candidate, stand_in)?;
        if latest.as_ref().is_none_or(|latest| (named_at, &candidate) > (latest.0, &latest.1)) {
            latest = Some((named_at, candidate));
        }
    }
    Ok(latest.map(|latest| latest.1))
}

/// All campaign keys that are the same campaign as `key`, itself included. `aliases` gives the pairs a key is part of.
///
/// # Errors
/// When the rows cannot be read.
pub fn campaign_component<E>(
    key: &CampaignKey,
    mut aliases: impl FnMut(&CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, E>,
) -> Result<BTreeSet<CampaignKey>, E> {
    let mut component = BTreeSet::from([key.clone()]);
    let mut to_visit = vec![key.clone()];
    while let Some(key) = to_visit.pop() {
        for (other, aliased) in aliases(&key)? {
            if aliased.get() == Some(&true) && component.insert(other.clone()) {
                to_visit.push(other);
            }
        }
    }
    Ok(component)
}
