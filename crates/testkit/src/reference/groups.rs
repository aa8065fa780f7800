//! Which keys are one contact, and which are one campaign.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    event::{Change, Event},
    id::{CampaignId, ContactId, WorkspaceId},
    key::{CampaignKey, ContactKey},
};

use super::entries::{Entry, single_value};

/// A contact, hidden or not: its keys and its entries.
pub(super) struct Person<'a> {
    pub(super) id: ContactId,
    pub(super) keys: BTreeSet<ContactKey>,
    pub(super) entries: Vec<Entry<'a>>,
}

impl Person<'_> {
    /// The smallest key's address.
    pub(super) fn email(&self) -> Option<String> {
        self.keys.first().and_then(ContactKey::email).map(ToString::to_string)
    }
}

/// Whom a message or an item is about: the contact of the last contact key that its entries have, and the key's address, else the
/// contact's.
pub(super) fn whom(entries: &[Entry], people: &[Person]) -> (Option<ContactId>, Option<String>) {
    let Some(key) = single_value(entries, |entry| entry.event.contact_key().map(Change::Set)) else { return (None, None) };
    let person = people.iter().find(|person| person.keys.contains(&key));
    let address = key.email().map(ToString::to_string);
    (person.map(|person| person.id), address.or_else(|| person.and_then(Person::email)))
}

/// A campaign: its keys and its entries.
pub(super) struct Campaign<'a> {
    pub(super) id: CampaignId,
    pub(super) keys: BTreeSet<CampaignKey>,
    pub(super) entries: Vec<Entry<'a>>,
}

/// Every contact, hidden ones too, sorted by id.
pub(super) fn people<'a>(workspace: WorkspaceId, entries: &[Entry<'a>]) -> Vec<Person<'a>> {
    let mut people = Vec::new();
    for keys in components(&contact_vertices(entries), &contact_edges(entries)) {
        let own = |entry: &&Entry| entry.event.contact_key().is_some_and(|key| keys.contains(&key));
        let entries: Vec<Entry> = entries.iter().filter(own).copied().collect();
        if let Some(best) = keys.first()
            && !entries.is_empty()
        {
            people.push(Person { id: ContactId::derive(workspace, best), keys, entries });
        }
    }
    people.sort_by_key(|person| person.id);
    people
}

/// Every campaign, sorted by id.
pub(super) fn campaigns<'a>(workspace: WorkspaceId, entries: &[Entry<'a>]) -> Vec<Campaign<'a>> {
    let decided = aliases(entries);
    let mut vertices: BTreeSet<CampaignKey> = decided.keys().flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
    vertices.extend(entries.iter().filter_map(|entry| entry.event.campaign_key().cloned()));
    let edges = decided.into_iter().filter(|(_, aliased)| *aliased).map(|(pair, _)| pair).collect();
    let mut campaigns = Vec::new();
    for keys in components(&vertices, &edges) {
        let own = |entry: &&Entry| entry.event.campaign_key().is_some_and(|key| keys.contains(key));
        let entries: Vec<Entry> = entries.iter().filter(own).copied().collect();
        if let Some(best) = keys.first()
            && !entries.is_empty()
        {
            campaigns.push(Campaign { id: CampaignId::derive(workspace, best), keys, entries });
        }
    }
    campaigns.sort_by_key(|campaign| campaign.id);
    campaigns
}

/// Every contact key that any entry mentions.
fn contact_vertices(entries: &[Entry]) -> BTreeSet<ContactKey> {
    let mut vertices = BTreeSet::new();
    for entry in entries {
        vertices.extend(entry.event.contact_key());
        vertices.extend(named_pair(entry.event).map(|(_, external)| external));
        for link in &entry.event.facts.links {
            vertices.insert(link.a.clone());
            vertices.insert(link.b.clone());
        }
    }
    vertices
}

/// The pairs of contact keys that are the same contact.
fn contact_edges(entries: &[Entry]) -> BTreeSet<(ContactKey, ContactKey)> {
    let explicit = links(entries);
    let mut edges = BTreeSet::new();
    // Per stand-in the pair that its last naming leaves. Entries come in the order of their stamps.
    let mut stand_ins = BTreeMap::new();
    for entry in entries {
        let Some((address, external)) = named_pair(entry.event) else { continue };
        let pair = ordered(address, external.clone());
        if explicit.get(&pair) == Some(&false) {
            continue;
        }
        if external.is_stand_in() {
            stand_ins.insert(external, pair);
        } else {
            edges.insert(pair);
        }
    }
    edges.extend(stand_ins.into_values());
    edges.extend(explicit.into_iter().filter(|(_, linked)| *linked).map(|(pair, _)| pair));
    edges
}

/// The address and the external id, of an entry whose contact has both.
fn named_pair(event: &Event) -> Option<(ContactKey, ContactKey)> {
    let contact = event.contact.as_ref()?;
    Some((ContactKey::Email(contact.email.clone()?), ContactKey::External(contact.external.clone()?)))
}

/// What the explicit links say in the end, per unordered pair: linked or unlinked.
fn links(entries: &[Entry]) -> BTreeMap<(ContactKey, ContactKey), bool> {
    let mut decided = BTreeMap::new();
    for entry in entries {
        // Within one entry linked wins, so it comes last.
        for linked in [false, true] {
            for link in entry.event.facts.links.iter().filter(|link| link.linked == linked && link.a != link.b) {
                decided.insert(ordered(link.a.clone(), link.b.clone()), linked);
            }
        }
    }
    decided
}

/// What the aliases say in the end, per unordered pair: aliased or not.
fn aliases(entries: &[Entry]) -> BTreeMap<(CampaignKey, CampaignKey), bool> {
    let mut decided = BTreeMap::new();
    for entry in entries {
        // Within one entry aliased wins, so it comes last.
        for aliased in [false, true] {
            for alias in entry.event.facts.aliases.iter().filter(|alias| alias.aliased == aliased && alias.a != alias.b) {
                decided.insert(ordered(alias.a.clone(), alias.b.clone()), aliased);
            }
        }
    }
    decided
}

/// An unordered pair, written in the one order that makes equal pairs equal.
fn ordered<K: Ord>(a: K, b: K) -> (K, K) {
    if a < b { (a, b) } else { (b, a) }
}

/// The connected components: every vertex starts alone, every edge joins the components of its ends.
fn components<K: Ord + Clone>(vertices: &BTreeSet<K>, edges: &BTreeSet<(K, K)>) -> Vec<BTreeSet<K>> {
    let mut components: Vec<BTreeSet<K>> = vertices.iter().map(|vertex| BTreeSet::from([vertex.clone()])).collect();
    for (a, b) in edges {
        let (joined, mut rest): (Vec<_>, Vec<_>) =
            components.into_iter().partition(|component| component.contains(a) || component.contains(b));
        rest.push(joined.into_iter().flatten().collect());
        components = rest;
    }
    components
}
