//! The fold: a batch of log entries becomes changed rows.
//!
//! Deltas are merged per record first, so a row is read and written once however often the batch touches it. Then, in this
//! order: links (who is the same contact now), contacts and the place of each key, campaigns and aliases, enrollments and the
//! unique counts they move, emails, rollups. Where a link or an alias changed, the unique counts it may have changed are counted
//! again from the enrollments; everywhere else they move by the difference.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    campaign::{Bits, CampaignState, EnrollmentState, Uniques},
    contact::ContactState,
    delta::Deltas,
    entry::Entry,
    key::{CampaignKey, ContactKey},
    link::{ContactLinks, Pair, PairState, campaign_component, contact_component, merge_stated},
    rows::{ContactBrief, Place, ReadRows, WriteRows},
    stamp::{Register, Stamp},
};

/// Folds a batch of entries, all of one workspace, into its rows.
///
/// # Errors
/// When rows cannot be read or written; the caller then discards its transaction.
pub fn fold<'a, R: WriteRows>(rows: &mut R, entries: impl IntoIterator<Item = &'a Entry>) -> Result<(), R::Error> {
    let deltas = Deltas::of(entries);
    let mut folding = Folding { rows, contacts: BTreeMap::new(), campaigns: BTreeMap::new(), recount: BTreeSet::new() };
    folding.contacts(deltas.contacts, &deltas.pairs)?;
    folding.campaigns(deltas.campaigns, deltas.aliases)?;
    folding.enrollments(deltas.enrollments)?;
    folding.recount()?;
    for (key, delta) in deltas.emails {
        let mut state = folding.rows.email(&key)?.unwrap_or_default();
        state.merge(delta);
        folding.rows.put_email(&key, &state)?;
    }
    for (key, amount) in &deltas.rollups {
        folding.rows.add_rollup(key, *amount)?;
    }
    Ok(())
}

/// Writes the places of contact keys and the unique counts of campaign keys again, from the other rows.
///
/// Used after rows were rebuilt by key, where states were replaced rather than merged.
///
/// # Errors
/// When rows cannot be read or written.
pub fn derive_again<R: WriteRows>(
    rows: &mut R,
    contacts: BTreeSet<ContactKey>,
    campaigns: BTreeSet<CampaignKey>,
) -> Result<(), R::Error> {
    let mut folding = Folding { rows, contacts: BTreeMap::new(), campaigns: BTreeMap::new(), recount: BTreeSet::new() };
    for key in contacts {
        folding.place(&key, &BTreeMap::new())?;
    }
    for key in campaigns {
        folding.list_campaign(&key)?;
        folding.recount.insert(key);
    }
    folding.recount()
}

/// The links of a workspace's rows.
pub struct Links<'r, R>(pub &'r mut R);

impl<R: ReadRows> ContactLinks for Links<'_, R> {
    type Error = R::Error;

    fn pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, R::Error> {
        self.0.pairs(key)
    }

    fn named_at(&mut self, address: &ContactKey, external: &ContactKey) -> Result<Option<Stamp>, R::Error> {
        let ContactKey::External(external) = external else { return Ok(None) };
        Ok(self.0.contact(address)?.and_then(|state| state.externals.stamp(external)))
    }
}

/// A campaign key and a contact key.
type EnrollmentKey = (CampaignKey, ContactKey);

struct Folding<'r, R> {
    rows: &'r mut R,
    /// Per contact key met, the keys of its contact that have events, and its head in front.
    contacts: BTreeMap<ContactKey, ContactKeys>,
    /// Per campaign key met, all keys of its campaign.
    campaigns: BTreeMap<CampaignKey, BTreeSet<CampaignKey>>,
    /// Campaign keys whose campaign is counted again.
    recount: BTreeSet<CampaignKey>,
}

#[derive(Clone)]
struct ContactKeys {
    head: ContactKey,
    touched: Vec<ContactKey>,
}

impl<R: WriteRows> Folding<'_, R> {
    fn contacts(
        &mut self,
        deltas: BTreeMap<ContactKey, ContactState>,
        pairs: &BTreeMap<Pair<ContactKey>, PairState>,
    ) -> Result<(), R::Error> {
        let mut relinked = BTreeSet::new();
        let mut changed = Vec::new();
        for (pair, delta) in pairs {
            let before = self.rows.pair(pair)?;
            let mut after = before.clone().unwrap_or_default();
            after.merge(delta.clone());
            if before.as_ref() != Some(&after) {
                self.extend_with_component(&mut relinked, pair.keys().0)?;
                self.extend_with_component(&mut relinked, pair.keys().1)?;
                changed.push((pair, after));
            } else if let Some(stand_in) = self.contested_stand_in(pair)? {
                // Named again with one of several addresses: it may stand for another one from now on.
                self.extend_with_component(&mut relinked, &stand_in)?;
                self.extend_with_component(&mut relinked, pair.keys().0)?;
            }
        }
        for (pair, after) in changed {
            self.rows.put_pair(pair, &after)?;
        }
        let mut states = BTreeMap::new();
        for (key, delta) in deltas {
            let mut state = self.rows.contact(&key)?.unwrap_or_default();
            state.merge(delta);
            // Written before components are looked for: which address a stand-in stands for is read from these rows.
            self.rows.put_contact(&key, &state, &Place { head: &key, listed: None })?;
            states.insert(key, state);
        }
        let keys: BTreeSet<ContactKey> = states.keys().chain(&relinked).cloned().collect();
        for key in &keys {
            self.place(key, &states)?;
        }
        self.recount_campaigns_of(&relinked)
    }

    fn extend_with_component(&mut self, keys: &mut BTreeSet<ContactKey>, key: &ContactKey) -> Result<(), R::Error> {
        if !keys.contains(key) {
            keys.extend(contact_component(&mut Links(self.rows), key)?);
        }
        Ok(())
    }

    /// The stand-in of a pair, if it was named with more than one address.
    fn contested_stand_in(&mut self, pair: &Pair<ContactKey>) -> Result<Option<ContactKey>, R::Error> {
        let (a, b) = pair.keys();
        let Some(stand_in) = [a, b].into_iter().find(|key| key.is_stand_in()) else { return Ok(None) };
        let named = self.rows.pairs(stand_in)?.iter().filter(|(_, pair)| pair.named).count();
        Ok((named > 1).then(|| stand_in.clone()))
    }

    /// Finds the contact of a key and writes the place of each of its keys.
    fn place(&mut self, key: &ContactKey, states: &BTreeMap<ContactKey, ContactState>) -> Result<(), R::Error> {
        if self.contacts.contains_key(key) {
            return Ok(());
        }
        let component = contact_component(&mut Links(self.rows), key)?;
        let mut merged = ContactState::default();
        let mut held = Vec::new();
        for key in &component {
            let state = match states.get(key) {
                Some(state) => Some(state.clone()),
                None => self.rows.contact(key)?,
            };
            if let Some(state) = state {
                merged.merge(state.clone());
                held.push((key.clone(), state));
            }
        }
        let Some(head) = component.first().cloned() else { return Ok(()) };
        let touched: Vec<ContactKey> = held.iter().filter(|(_, state)| state.is_touched()).map(|(key, _)| key.clone()).collect();
        let mut listed = merged.is_touched().then(|| brief(&component, &merged)).filter(|_| !merged.is_hidden());
        if !touched.is_empty() && held.iter().all(|(key, _)| *key != head) {
            // The best key never had an event of its own; its row carries the contact all the same.
            let place = Place { head: &head, listed: listed.take() };
            self.rows.put_contact(&head, &ContactState::default(), &place)?;
        }
        for (key, state) in &held {
            let place = Place { head: &head, listed: if *key == head { listed.take() } else { None } };
            self.rows.put_contact(key, state, &place)?;
        }
        for key in component {
            self.contacts.insert(key, ContactKeys { head: head.clone(), touched: touched.clone() });
        }
        Ok(())
    }

    /// Where links changed between keys that have events, the campaigns of these keys are counted again.
    fn recount_campaigns_of(&mut self, relinked: &BTreeSet<ContactKey>) -> Result<(), R::Error> {
        let mut touched: BTreeSet<ContactKey> = BTreeSet::new();
        for key in relinked {
            if let Some(keys) = self.contacts.get(key) {
                touched.extend(keys.touched.iter().cloned());
            }
        }
        if touched.len() > 1 {
            for key in &touched {
                self.recount.extend(self.rows.campaigns_of(key)?);
            }
        }
        Ok(())
    }

    fn campaigns(
        &mut self,
        deltas: BTreeMap<CampaignKey, CampaignState>,
        aliases: BTreeMap<Pair<CampaignKey>, Register<bool>>,
    ) -> Result<(), R::Error> {
        let mut to_list: BTreeSet<CampaignKey> = deltas.keys().cloned().collect();
        for (pair, delta) in aliases {
            let (a, b) = (pair.keys().0.clone(), pair.keys().1.clone());
            let before = self.rows.aliases(&a)?.get(&b).cloned().unwrap_or_default();
            let mut after = before.clone();
            merge_stated(&mut after, delta);
            if after == before {
                continue;
            }
            for key in [&a, &b] {
                let former = campaign_component(key, |key| self.rows.aliases(key))?;
                to_list.extend(former.iter().cloned());
                self.recount.extend(former);
            }
            self.rows.put_alias(&pair, &after)?;
        }
        for (key, delta) in deltas {
            let (mut state, uniques) = self.rows.campaign(&key)?.unwrap_or_default();
            state.merge(delta);
            self.rows.put_campaign(&key, &state, &uniques, None)?;
        }
        for key in &to_list {
            self.list_campaign(key)?;
        }
        Ok(())
    }

    /// Finds the campaign of a key and writes which of its rows is listed.
    fn list_campaign(&mut self, key: &CampaignKey) -> Result<(), R::Error> {
        if self.campaigns.contains_key(key) {
            return Ok(());
        }
        let component = campaign_component(key, |key| self.rows.aliases(key))?;
        let mut merged = CampaignState::default();
        let mut held = Vec::new();
        for key in &component {
            if let Some((state, uniques)) = self.rows.campaign(key)? {
                merged.merge(state.clone());
                held.push((key, state, uniques));
            }
        }
        let head = component.first();
        if merged.is_touched()
            && let Some(head) = head
            && held.iter().all(|(key, ..)| *key != head)
        {
            self.rows.put_campaign(head, &CampaignState::default(), &Uniques::default(), Some(&merged))?;
        }
        for (key, state, uniques) in &held {
            let listed = (Some(*key) == head && merged.is_touched()).then_some(&merged);
            self.rows.put_campaign(key, state, uniques, listed)?;
        }
        for key in &component {
            self.campaigns.insert(key.clone(), component.clone());
        }
        Ok(())
    }

    fn enrollments(&mut self, deltas: BTreeMap<EnrollmentKey, EnrollmentState>) -> Result<(), R::Error> {
        // Rows that are one enrollment are changed together, so that what they were before can be compared with what they are.
        let mut groups: BTreeMap<EnrollmentKey, Vec<(EnrollmentKey, EnrollmentState)>> = BTreeMap::new();
        for ((campaign, contact), delta) in deltas {
            let campaign_head = self.campaigns.get(&campaign).and_then(|keys| keys.first()).unwrap_or(&campaign).clone();
            let contact_head = self.contacts.get(&contact).map_or(&contact, |keys| &keys.head).clone();
            groups.entry((campaign_head, contact_head)).or_default().push(((campaign, contact), delta));
        }
        let mut moved: BTreeMap<CampaignKey, Uniques> = BTreeMap::new();
        for ((campaign_head, contact_head), deltas) in groups {
            let mut rows = self.enrollment_rows(&campaign_head, &contact_head)?;
            let before = rows.values().fold(Bits::default(), |bits, state| bits.or(state.bits()));
            for (key, delta) in deltas {
                let state = rows.entry(key.clone()).or_default();
                state.merge(&delta);
                self.rows.put_enrollment(&key.0, &key.1, state)?;
            }
            let after = rows.values().fold(Bits::default(), |bits, state| bits.or(state.bits()));
            if before != after {
                let uniques = moved.entry(campaign_head).or_default();
                uniques.add(before, -1);
                uniques.add(after, 1);
            }
        }
        for (head, moved) in moved {
            let (state, mut uniques) = self.rows.campaign(&head)?.unwrap_or_default();
            uniques.merge(&moved);
            self.put_uniques(&head, &state, &uniques)?;
        }
        Ok(())
    }

    /// The rows that are one enrollment: every key of the campaign with every key of the contact that has events.
    fn enrollment_rows(
        &mut self,
        campaign_head: &CampaignKey,
        contact_head: &ContactKey,
    ) -> Result<BTreeMap<EnrollmentKey, EnrollmentState>, R::Error> {
        let campaigns = self.campaigns.get(campaign_head).cloned().unwrap_or_else(|| BTreeSet::from([campaign_head.clone()]));
        let contacts = self.contacts.get(contact_head).map_or_else(Vec::new, |keys| keys.touched.clone());
        let mut rows = BTreeMap::new();
        for campaign in &campaigns {
            for contact in &contacts {
                if let Some(state) = self.rows.enrollment(campaign, contact)? {
                    rows.insert((campaign.clone(), contact.clone()), state);
                }
            }
        }
        Ok(rows)
    }

    /// Counts the marked campaigns again from their enrollments.
    fn recount(&mut self) -> Result<(), R::Error> {
        let mut done = BTreeSet::new();
        for key in std::mem::take(&mut self.recount) {
            if done.contains(&key) {
                continue;
            }
            let component = campaign_component(&key, |key| self.rows.aliases(key))?;
            let mut contacts: BTreeMap<ContactKey, Bits> = BTreeMap::new();
            for key in &component {
                for (contact, state) in self.rows.enrollments_in(key)? {
                    let head = self.rows.head_of(&contact)?.unwrap_or(contact);
                    let bits = contacts.entry(head).or_default();
                    *bits = bits.or(state.bits());
                }
            }
            let mut counted = Uniques::default();
            for bits in contacts.into_values() {
                counted.add(bits, 1);
            }
            // The smallest key carries the campaign's unique counts, the others none.
            for (place, key) in component.iter().enumerate() {
                let uniques = if place == 0 { counted } else { Uniques::default() };
                if let Some((state, _)) = self.rows.campaign(key)? {
                    self.put_uniques(key, &state, &uniques)?;
                }
            }
            done.extend(component);
        }
        Ok(())
    }

    fn put_uniques(&mut self, key: &CampaignKey, state: &CampaignState, uniques: &Uniques) -> Result<(), R::Error> {
        let component = campaign_component(key, |key| self.rows.aliases(key))?;
        let mut merged = CampaignState::default();
        for key in &component {
            if let Some((state, _)) = self.rows.campaign(key)? {
                merged.merge(state);
            }
        }
        let listed = (component.first() == Some(key) && merged.is_touched()).then_some(&merged);
        self.rows.put_campaign(key, state, uniques, listed)
    }
}

fn brief(component: &BTreeSet<ContactKey>, merged: &ContactState) -> ContactBrief {
    let (first_name, last_name) = merged.names();
    let mut search: Vec<String> = component.iter().filter_map(|key| key.email()).map(ToString::to_string).collect();
    search.extend([first_name, last_name, merged.company_name.get().cloned()].into_iter().flatten());
    ContactBrief {
        status: merged.status().0,
        interest: merged.interest.get().map(|interest| interest.name()),
        search: search.join(" ").to_lowercase(),
        tags: merged.tags.members(),
        lists: merged.lists.members(),
        updated_at: merged.last_event_at.unwrap_or_default(),
    }
}
