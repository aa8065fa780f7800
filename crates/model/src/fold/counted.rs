//! What campaigns count by enrollment: unique counts and firsts, moved by the difference or counted again.

use std::collections::{BTreeMap, BTreeSet};

use super::Folding;
use crate::{
    campaign::{Bits, CampaignState, EnrollmentState, Uniques},
    firsts::Firsts,
    key::{CampaignKey, ContactKey},
    link::campaign_component,
    maps::{Map, Set},
    rows::{ReadRows, WriteRows},
};

/// A campaign key and a contact key.
type EnrollmentKey = (CampaignKey, ContactKey);

/// What enrollments that changed move.
#[derive(Default)]
struct Moved {
    uniques: Map<CampaignKey, Uniques>,
    firsts: Firsts,
}

impl Moved {
    /// An enrollment in this campaign was so before and is so now.
    fn count(&mut self, campaign: CampaignKey, before: Bits, after: Bits) {
        if before != after {
            self.firsts.add(&campaign, &before.marks, -1);
            self.firsts.add(&campaign, &after.marks, 1);
            let uniques = self.uniques.entry(campaign).or_default();
            uniques.add(before, -1);
            uniques.add(after, 1);
        }
    }
}

impl<R: WriteRows> Folding<'_, R> {
    /// Merges what is new of enrollments, and moves unique counts and firsts by the difference.
    pub(super) fn enrollments(&mut self, deltas: Map<EnrollmentKey, EnrollmentState>) -> Result<(), R::Error> {
        // Rows that are one enrollment are changed together, so that what they were before can be compared with what they are.
        let mut groups: Map<EnrollmentKey, Vec<(EnrollmentKey, EnrollmentState)>> = Map::default();
        let mut moved = Moved::default();
        for ((campaign, contact), delta) in deltas {
            if self.is_one_row(&campaign, &contact) {
                let head = campaign.clone();
                let state = self.rows.change_enrollment((campaign, contact))?;
                let before = state.bits();
                state.merge(&delta);
                moved.count(head, before, state.bits());
                continue;
            }
            let campaign_head = self.campaigns.get(&campaign).and_then(|keys| keys.first()).unwrap_or(&campaign).clone();
            let contact_head = self.contacts.get(&contact).map_or(&contact, |keys| &keys.head).clone();
            groups.entry((campaign_head, contact_head)).or_default().push(((campaign, contact), delta));
        }
        for ((campaign_head, contact_head), deltas) in groups {
            let mut rows = self.enrollment_rows(&campaign_head, &contact_head)?;
            let before = rows.values().fold(Bits::default(), |bits, state| bits.or(state.bits()));
            for (key, delta) in deltas {
                let state = rows.entry(key.clone()).or_default();
                state.merge(&delta);
                self.rows.put_enrollment(&key.0, &key.1, state)?;
            }
            let after = rows.values().fold(Bits::default(), |bits, state| bits.or(state.bits()));
            moved.count(campaign_head, before, after);
        }
        for (head, uniques) in moved.uniques {
            let (state, mut sum) = self.rows.campaign(&head)?.unwrap_or_default();
            sum.merge(&uniques);
            self.put_uniques(&head, &state, &sum)?;
        }
        self.add_firsts(moved.firsts)
    }

    /// Whether an enrollment is this one row: its campaign has no other key, and its contact none that has events.
    fn is_one_row(&self, campaign: &CampaignKey, contact: &ContactKey) -> bool {
        self.campaigns.get(campaign).is_some_and(|keys| keys.len() == 1)
            && self.contacts.get(contact).is_some_and(|keys| keys.head == *contact && keys.touched == [contact.clone()])
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
    pub(super) fn recount(&mut self) -> Result<(), R::Error> {
        let mut done = Set::default();
        for key in std::mem::take(&mut self.recount) {
            if done.contains(&key) {
                continue;
            }
            let component = campaign_component(&key, |key| self.rows.aliases(key))?;
            let mut contacts: Map<ContactKey, Bits> = Map::default();
            for key in &component {
                for (contact, state) in self.rows.enrollments_in(key)? {
                    let head = self.rows.contact_row(&contact)?.and_then(|row| row.head).unwrap_or(contact);
                    let bits = contacts.entry(head).or_default();
                    *bits = bits.or(state.bits());
                }
            }
            let (mut counted, mut firsts) = (Uniques::default(), Firsts::default());
            for bits in contacts.into_values() {
                counted.add(bits, 1);
                component.first().into_iter().for_each(|head| firsts.add(head, &bits.marks, 1));
            }
            // The smallest key carries the campaign's unique counts, the others none.
            for (place, key) in component.iter().enumerate() {
                self.rows.clear_firsts(key)?;
                let uniques = if place == 0 { counted } else { Uniques::default() };
                if let Some((state, _)) = self.rows.campaign(key)? {
                    self.put_uniques(key, &state, &uniques)?;
                }
            }
            self.add_firsts(firsts)?;
            done.extend(component);
        }
        Ok(())
    }

    fn add_firsts(&mut self, firsts: Firsts) -> Result<(), R::Error> {
        firsts.changes().try_for_each(|(key, amount)| self.rows.add_first(&key, amount))
    }

    fn put_uniques(&mut self, key: &CampaignKey, state: &CampaignState, uniques: &Uniques) -> Result<(), R::Error> {
        let component = campaign_component(key, |key| self.rows.aliases(key))?;
        if component.len() == 1 {
            let row = self.rows.change_campaign(key)?;
            row.uniques = *uniques;
            row.show_itself();
            return Ok(());
        }
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
