//! The fold: a batch of log entries becomes changed rows.
//!
//! Deltas are merged per record first, so a row is read and written once however often the batch touches it. Then, in this
//! order: links (who is the same contact now), contacts and the place of each key, campaigns and aliases, enrollments and the
//! unique counts and firsts they move, emails, items, rollups. Where a link or an alias changed, the unique counts and firsts it may have
//! changed are counted again from the enrollments; everywhere else they move by the difference.

mod counted;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    buffer::Buffer,
    campaign::{CampaignState, Uniques},
    contact::ContactState,
    delta::Deltas,
    entry::Entry,
    key::{CampaignKey, ContactKey},
    link::{ContactLinks, Pair, PairState, campaign_component, contact_component, merge_stated},
    maps::{Map, Set},
    rows::{Listed, ReadRows, WriteRows},
    stamp::{Register, Stamp},
};

/// Folds a batch of entries, all of one workspace, into its rows.
///
/// # Errors
/// When rows cannot be read or written; the caller then discards its transaction.
pub fn fold<'a, R: WriteRows>(rows: &mut R, entries: impl IntoIterator<Item = &'a Entry>) -> Result<(), R::Error> {
    let deltas = Deltas::of(entries);
    let mut folding = Folding::over(rows);
    folding.contacts(deltas.contacts, deltas.pairs)?;
    folding.campaigns(deltas.campaigns, deltas.aliases)?;
    folding.enrollments(deltas.enrollments)?;
    folding.recount()?;
    folding.rows.flush()?;
    for (key, delta) in deltas.emails {
        let mut state = rows.email_near(&key, delta.contact.get())?.unwrap_or_default();
        state.merge(delta);
        rows.put_email(&key, &state)?;
    }
    for (key, delta) in deltas.items {
        let mut state = rows.item(&key)?.unwrap_or_default();
        state.merge(delta);
        rows.put_item(&key, &state)?;
    }
    for (key, amount) in deltas.rollups {
        rows.add_rollup(&key, amount)?;
    }
    Ok(())
}

/// Writes the places of contact keys and the unique counts and firsts of campaign keys again, from the other rows.
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
    let mut folding = Folding::over(rows);
    for key in contacts {
        folding.place(&key)?;
    }
    for key in campaigns {
        folding.list_campaign(&key)?;
        folding.recount.insert(key);
    }
    folding.recount()?;
    folding.rows.flush()
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

struct Folding<'r, R> {
    rows: Buffer<'r, R>,
    /// Per contact key met, the keys of its contact that have events, and its head in front.
    contacts: Map<ContactKey, ContactKeys>,
    /// Per campaign key met, all keys of its campaign.
    campaigns: Map<CampaignKey, BTreeSet<CampaignKey>>,
    /// Campaign keys whose campaign is counted again.
    recount: Set<CampaignKey>,
}

/// Keys whose links changed in this fold.
#[derive(Default)]
struct Relinked {
    /// Every key of the contacts that they were part of before.
    keys: Set<ContactKey>,
    /// Those of them that had events and were one contact with others that had.
    were_joined: Set<ContactKey>,
}

/// The external ids that were named with a contact.
fn named_with(state: &ContactState) -> Vec<ContactKey> {
    state.externals.iter().map(|(external, ..)| ContactKey::External(external.clone())).collect()
}

#[derive(Clone)]
struct ContactKeys {
    head: ContactKey,
    touched: Vec<ContactKey>,
}

impl<'r, R: WriteRows> Folding<'r, R> {
    fn over(rows: &'r mut R) -> Folding<'r, R> {
        Folding { rows: Buffer::new(rows), contacts: Map::default(), campaigns: Map::default(), recount: Set::default() }
    }

    fn contacts(
        &mut self,
        deltas: Map<ContactKey, ContactState>,
        pairs: Map<Pair<ContactKey>, PairState>,
    ) -> Result<(), R::Error> {
        let relinked = self.link(pairs)?;
        let mut to_place = relinked.keys.clone();
        for (key, delta) in deltas {
            let (row, listed) = self.rows.change_contact(&key)?;
            row.state.merge(delta);
            if row.alone && !relinked.keys.contains(&key) {
                *listed = Listed::of([&key], &row.state);
                self.contacts.insert(key.clone(), ContactKeys { head: key.clone(), touched: vec![key] });
            } else {
                // Changed before components are looked for: which address a stand-in stands for is read from these rows.
                *listed = None;
                to_place.insert(key);
            }
        }
        for key in &to_place {
            self.place(key)?;
        }
        self.recount_campaigns_of(&relinked)
    }

    /// Writes the pairs that changed; answers every key whose contact may be another one from now on, by its links before.
    fn link(&mut self, pairs: Map<Pair<ContactKey>, PairState>) -> Result<Relinked, R::Error> {
        let mut relinked = Relinked::default();
        let mut changed = Vec::new();
        for (pair, delta) in pairs {
            if self.is_old_news(&pair, &delta)? {
                continue;
            }
            let before = self.rows.pair(&pair)?;
            let mut after = before.clone().unwrap_or_default();
            after.merge(delta);
            if before.as_ref() != Some(&after) {
                self.extend_with_component(&mut relinked, pair.keys().0)?;
                self.extend_with_component(&mut relinked, pair.keys().1)?;
                changed.push((pair, after));
            } else if let Some(stand_in) = self.contested_stand_in(&pair)? {
                // Named again with one of several addresses: it may stand for another one from now on.
                self.extend_with_component(&mut relinked, &stand_in)?;
                self.extend_with_component(&mut relinked, pair.keys().0)?;
            }
        }
        for (pair, after) in changed {
            self.rows.put_pair(&pair, &after)?;
        }
        Ok(relinked)
    }

    /// Whether a pair only names an external id with a contact that is alone and has it already.
    fn is_old_news(&mut self, pair: &Pair<ContactKey>, delta: &PairState) -> Result<bool, R::Error> {
        let (address, ContactKey::External(external)) = pair.keys() else { return Ok(false) };
        if !delta.stated.is_untouched() || address.email().is_none() {
            return Ok(false);
        }
        let row = self.rows.peek_contact(address)?;
        Ok(row.is_some_and(|row| row.alone && row.state.externals.stamp(external).is_some()))
    }

    fn extend_with_component(&mut self, relinked: &mut Relinked, key: &ContactKey) -> Result<(), R::Error> {
        if relinked.keys.contains(key) {
            return Ok(());
        }
        let component = contact_component(&mut Links(&mut self.rows), key)?;
        let mut touched = Vec::new();
        for key in &component {
            if self.rows.peek_contact(key)?.is_some_and(|row| row.state.is_touched()) {
                touched.push(key.clone());
            }
        }
        if touched.len() > 1 {
            relinked.were_joined.extend(touched);
        }
        relinked.keys.extend(component);
        Ok(())
    }

    /// The stand-in of a pair, if it was named with more than one address.
    fn contested_stand_in(&mut self, pair: &Pair<ContactKey>) -> Result<Option<ContactKey>, R::Error> {
        let (a, b) = pair.keys();
        let Some(stand_in) = [a, b].into_iter().find(|key| key.is_stand_in()) else { return Ok(None) };
        Ok(self.is_contested(stand_in)?.then(|| stand_in.clone()))
    }

    fn is_contested(&mut self, external: &ContactKey) -> Result<bool, R::Error> {
        Ok(self.rows.count_named(external)? > 1)
    }

    /// Finds the contact of a key and writes where each of its keys stands.
    fn place(&mut self, key: &ContactKey) -> Result<(), R::Error> {
        if self.contacts.contains_key(key) {
            return Ok(());
        }
        let component = contact_component(&mut Links(&mut self.rows), key)?;
        let Some(head) = component.first().cloned() else { return Ok(()) };
        let mut known = Vec::new();
        for key in &component {
            if self.rows.peek_contact(key)?.is_some() {
                known.push(key);
            }
        }
        if known == [&head] {
            return self.place_only(&head, &component);
        }
        let mut merged = ContactState::default();
        let mut held = BTreeMap::new();
        for key in &component {
            if let Some(row) = self.rows.contact_row(key)? {
                merged.merge(row.state.clone());
                held.insert(key.clone(), row);
            }
        }
        let touched: Vec<ContactKey> =
            held.iter().filter(|(_, row)| row.state.is_touched()).map(|(key, _)| key.clone()).collect();
        if !touched.is_empty() {
            // The best key may never have had an event of its own; its row carries the contact all the same.
            held.entry(head.clone()).or_default();
        }
        let alone = touched == [head.clone()] && !self.is_any_contested(&named_with(&merged))?;
        let listed = Listed::of(&component, &merged);
        for (key, mut row) in held {
            let is_head = key == head;
            row.head = (!is_head).then(|| head.clone());
            row.alone = alone && is_head;
            self.rows.put_contact(&key, &row, listed.as_ref().filter(|_| is_head))?;
        }
        for key in component {
            self.contacts.insert(key, ContactKeys { head: head.clone(), touched: touched.clone() });
        }
        Ok(())
    }

    /// The same of a contact that has a row under its head and under no other key: the row is changed where it is.
    fn place_only(&mut self, head: &ContactKey, component: &BTreeSet<ContactKey>) -> Result<(), R::Error> {
        let (row, _) = self.rows.change_contact(head)?;
        let (is_touched, named) = (row.state.is_touched(), named_with(&row.state));
        let alone = is_touched && !self.is_any_contested(&named)?;
        let (row, listed) = self.rows.change_contact(head)?;
        row.head = None;
        row.alone = alone;
        *listed = Listed::of(component, &row.state);
        let touched = if is_touched { vec![head.clone()] } else { Vec::new() };
        for key in component {
            self.contacts.insert(key.clone(), ContactKeys { head: head.clone(), touched: touched.clone() });
        }
        Ok(())
    }

    /// Whether any of these external ids, named with a contact, was named with another address, too.
    fn is_any_contested(&mut self, named: &[ContactKey]) -> Result<bool, R::Error> {
        for external in named {
            if self.is_contested(external)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where links changed and several keys with events are one contact now, or were before, their campaigns are counted again.
    fn recount_campaigns_of(&mut self, relinked: &Relinked) -> Result<(), R::Error> {
        let mut joined = relinked.were_joined.clone();
        for key in &relinked.keys {
            if let Some(keys) = self.contacts.get(key).filter(|keys| keys.touched.len() > 1) {
                joined.extend(keys.touched.iter().cloned());
            }
        }
        for key in &joined {
            self.recount.extend(self.rows.campaigns_of(key)?);
        }
        Ok(())
    }

    fn campaigns(
        &mut self,
        deltas: Map<CampaignKey, CampaignState>,
        aliases: Map<Pair<CampaignKey>, Register<bool>>,
    ) -> Result<(), R::Error> {
        let mut to_list: Set<CampaignKey> = deltas.keys().cloned().collect();
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
            self.rows.change_campaign(&key)?.state.merge(delta);
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
        if component.len() == 1 {
            if let Some(row) = self.rows.held_campaign(key)? {
                row.show_itself();
            }
            self.campaigns.insert(key.clone(), component);
            return Ok(());
        }
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
}
