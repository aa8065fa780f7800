//! Rows in front of rows: within one fold a row is read once and written once, however often it is looked at and changed.

use std::collections::BTreeMap;

use crate::{
    campaign::{CampaignState, EnrollmentState, Uniques},
    delta::RollupKey,
    email::EmailState,
    firsts::FirstKey,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{Pair, PairState},
    maps::Map,
    rows::{ContactRow, Listed, ReadRows, WriteRows},
    stamp::Register,
};

/// What was read, and whether it was changed since.
struct Slot<T> {
    row: Option<T>,
    changed: bool,
}

impl<T> Slot<T> {
    fn read(row: Option<T>) -> Slot<T> {
        Slot { row, changed: false }
    }

    fn written(row: T) -> Slot<T> {
        Slot { row: Some(row), changed: true }
    }
}

/// The changed slots; from now on they count as written.
fn changed<K, T>(slots: &mut Map<K, Slot<T>>) -> impl Iterator<Item = (&K, &Slot<T>)> {
    slots.iter_mut().filter_map(|(key, slot)| std::mem::take(&mut slot.changed).then_some((key, &*slot)))
}

/// A contact key's row, and how it is listed.
type ContactSlot = Slot<(ContactRow, Option<Listed>)>;

type EnrollmentKey = (CampaignKey, ContactKey);

/// How a campaign key's row is listed.
#[derive(Clone, Default)]
enum Shown {
    /// Not: it is not the smallest key of a campaign, or no event touched it.
    #[default]
    No,
    /// As its own state, which is the campaign's only one.
    Itself,
    /// As the merged state of several keys.
    Merged(CampaignState),
}

/// A campaign's row as it will be written.
#[derive(Clone, Default)]
pub struct CampaignSlot {
    /// What is known under the key.
    pub state: CampaignState,
    /// The unique counts kept with it.
    pub uniques: Uniques,
    shown: Shown,
}

impl CampaignSlot {
    /// Lists the row of a campaign that has no other key.
    pub fn show_itself(&mut self) {
        self.shown = if self.state.is_touched() { Shown::Itself } else { Shown::No };
    }

    fn listed(&self) -> Option<&CampaignState> {
        match &self.shown {
            Shown::No => None,
            Shown::Itself => Some(&self.state),
            Shown::Merged(merged) => Some(merged),
        }
    }
}

/// Rows buffered for one fold. Nothing is written until [`Buffer::flush`].
pub struct Buffer<'r, R> {
    inner: &'r mut R,
    contacts: Map<ContactKey, ContactSlot>,
    pairs: Map<ContactKey, BTreeMap<ContactKey, PairState>>,
    changed_pairs: Map<Pair<ContactKey>, PairState>,
    campaigns: Map<CampaignKey, Slot<CampaignSlot>>,
    aliases: Map<CampaignKey, BTreeMap<CampaignKey, Register<bool>>>,
    enrollments: Map<EnrollmentKey, Slot<EnrollmentState>>,
}

impl<'r, R: WriteRows> Buffer<'r, R> {
    /// A buffer in front of these rows.
    pub fn new(inner: &'r mut R) -> Buffer<'r, R> {
        Buffer {
            inner,
            contacts: Map::default(),
            pairs: Map::default(),
            changed_pairs: Map::default(),
            campaigns: Map::default(),
            aliases: Map::default(),
            enrollments: Map::default(),
        }
    }

    /// Writes what was changed.
    ///
    /// # Errors
    /// When the rows cannot be written.
    pub fn flush(mut self) -> Result<(), R::Error> {
        self.write_changed()
    }

    /// Writes what was changed so far. Also done before enrollments are read by campaign or by contact: the rows below may go
    /// through contacts and campaigns for it.
    fn write_changed(&mut self) -> Result<(), R::Error> {
        for (key, slot) in changed(&mut self.contacts) {
            if let Some((row, listed)) = &slot.row {
                self.inner.put_contact(key, row, listed.as_ref())?;
            }
        }
        for (pair, state) in std::mem::take(&mut self.changed_pairs) {
            self.inner.put_pair(&pair, &state)?;
        }
        for (key, slot) in changed(&mut self.campaigns) {
            if let Some(row) = &slot.row {
                self.inner.put_campaign(key, &row.state, &row.uniques, row.listed())?;
            }
        }
        for ((campaign, contact), slot) in changed(&mut self.enrollments) {
            if let Some(state) = &slot.row {
                self.inner.put_enrollment(campaign, contact, state)?;
            }
        }
        Ok(())
    }

    fn contact_slot(&mut self, key: &ContactKey) -> Result<&mut ContactSlot, R::Error> {
        let place = match self.contacts.get_index_of(key) {
            Some(place) => place,
            None => {
                let row = self.inner.contact_row(key)?;
                self.contacts.insert_full(key.clone(), Slot::read(row.map(|row| (row, None)))).0
            }
        };
        Ok(&mut self.contacts[place])
    }

    /// The row of a contact key, to look at.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn peek_contact(&mut self, key: &ContactKey) -> Result<Option<&ContactRow>, R::Error> {
        Ok(self.contact_slot(key)?.row.as_ref().map(|(row, _)| row))
    }

    /// The row of a contact key and how it is listed, to change in place.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn change_contact(&mut self, key: &ContactKey) -> Result<(&mut ContactRow, &mut Option<Listed>), R::Error> {
        let slot = self.contact_slot(key)?;
        slot.changed = true;
        let (row, listed) = slot.row.get_or_insert_default();
        Ok((row, listed))
    }

    fn campaign_slot(&mut self, key: &CampaignKey) -> Result<&mut Slot<CampaignSlot>, R::Error> {
        let place = match self.campaigns.get_index_of(key) {
            Some(place) => place,
            None => {
                let row = self.inner.campaign(key)?;
                let row = row.map(|(state, uniques)| CampaignSlot { state, uniques, shown: Shown::No });
                self.campaigns.insert_full(key.clone(), Slot::read(row)).0
            }
        };
        Ok(&mut self.campaigns[place])
    }

    /// The row of a campaign key, to change in place, if there is one. Whoever changes one says how it is listed.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn held_campaign(&mut self, key: &CampaignKey) -> Result<Option<&mut CampaignSlot>, R::Error> {
        let slot = self.campaign_slot(key)?;
        slot.changed |= slot.row.is_some();
        Ok(slot.row.as_mut())
    }

    /// The row of a campaign key, to change in place; a new one if there is none.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn change_campaign(&mut self, key: &CampaignKey) -> Result<&mut CampaignSlot, R::Error> {
        let slot = self.campaign_slot(key)?;
        slot.changed = true;
        Ok(slot.row.get_or_insert_default())
    }

    /// The row of an enrollment, to change in place; a new one if there is none.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn change_enrollment(&mut self, key: EnrollmentKey) -> Result<&mut EnrollmentState, R::Error> {
        let place = match self.enrollments.get_index_of(&key) {
            Some(place) => place,
            None => {
                let row = self.inner.enrollment(&key.0, &key.1)?;
                self.enrollments.insert_full(key, Slot::read(row)).0
            }
        };
        let slot = &mut self.enrollments[place];
        slot.changed = true;
        Ok(slot.row.get_or_insert_default())
    }

    /// With how many other keys a contact key was named.
    ///
    /// # Errors
    /// When the pairs cannot be read.
    pub fn count_named(&mut self, key: &ContactKey) -> Result<usize, R::Error> {
        Ok(self.loaded_pairs(key)?.values().filter(|pair| pair.named).count())
    }

    fn loaded_pairs(&mut self, key: &ContactKey) -> Result<&mut BTreeMap<ContactKey, PairState>, R::Error> {
        if !self.pairs.contains_key(key) {
            // Whoever changes a pair loads both of its keys first, so none of the changed ones is missed here.
            let pairs = self.inner.pairs(key)?.into_iter().collect();
            self.pairs.insert(key.clone(), pairs);
        }
        Ok(self.pairs.entry(key.clone()).or_default())
    }
}

impl<R: WriteRows> ReadRows for Buffer<'_, R> {
    type Error = R::Error;

    fn contact_row(&mut self, key: &ContactKey) -> Result<Option<ContactRow>, R::Error> {
        Ok(self.peek_contact(key)?.cloned())
    }

    fn pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, R::Error> {
        Ok(self.loaded_pairs(key)?.iter().map(|(other, state)| (other.clone(), state.clone())).collect())
    }

    fn pair(&mut self, pair: &Pair<ContactKey>) -> Result<Option<PairState>, R::Error> {
        let (a, b) = pair.keys();
        Ok(self.loaded_pairs(a)?.get(b).cloned())
    }

    fn campaign(&mut self, key: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, R::Error> {
        Ok(self.campaign_slot(key)?.row.as_ref().map(|row| (row.state.clone(), row.uniques)))
    }

    fn aliases(&mut self, key: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, R::Error> {
        if let Some(aliases) = self.aliases.get(key) {
            return Ok(aliases.clone());
        }
        let aliases = self.inner.aliases(key)?;
        self.aliases.insert(key.clone(), aliases.clone());
        Ok(aliases)
    }

    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<Option<EnrollmentState>, R::Error> {
        let key = (campaign.clone(), contact.clone());
        if let Some(slot) = self.enrollments.get(&key) {
            return Ok(slot.row.clone());
        }
        let row = self.inner.enrollment(campaign, contact)?;
        self.enrollments.insert(key, Slot::read(row.clone()));
        Ok(row)
    }

    fn enrollments_in(&mut self, campaign: &CampaignKey) -> Result<Vec<(ContactKey, EnrollmentState)>, R::Error> {
        self.write_changed()?;
        self.inner.enrollments_in(campaign)
    }

    fn campaigns_of(&mut self, contact: &ContactKey) -> Result<Vec<CampaignKey>, R::Error> {
        self.write_changed()?;
        self.inner.campaigns_of(contact)
    }

    fn email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, R::Error> {
        self.inner.email(key)
    }

    fn item(&mut self, key: &ItemKey) -> Result<Option<ItemState>, R::Error> {
        self.inner.item(key)
    }
}

impl<R: WriteRows> WriteRows for Buffer<'_, R> {
    fn put_contact(&mut self, key: &ContactKey, row: &ContactRow, listed: Option<&Listed>) -> Result<(), R::Error> {
        self.contacts.insert(key.clone(), Slot::written((row.clone(), listed.cloned())));
        Ok(())
    }

    fn put_pair(&mut self, pair: &Pair<ContactKey>, state: &PairState) -> Result<(), R::Error> {
        let (a, b) = pair.keys();
        for (key, other) in [(a, b), (b, a)] {
            self.loaded_pairs(key)?.insert(other.clone(), state.clone());
        }
        self.changed_pairs.insert(pair.clone(), state.clone());
        Ok(())
    }

    fn put_campaign(
        &mut self,
        key: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        listed: Option<&CampaignState>,
    ) -> Result<(), R::Error> {
        let shown = listed.cloned().map_or(Shown::No, Shown::Merged);
        self.campaigns.insert(key.clone(), Slot::written(CampaignSlot { state: state.clone(), uniques: *uniques, shown }));
        Ok(())
    }

    fn put_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), R::Error> {
        // Rare, and read again through the rows below.
        self.aliases.clear();
        self.inner.put_alias(pair, state)
    }

    fn put_enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey, state: &EnrollmentState) -> Result<(), R::Error> {
        self.enrollments.insert((campaign.clone(), contact.clone()), Slot::written(state.clone()));
        Ok(())
    }

    fn put_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), R::Error> {
        self.inner.put_email(key, state)
    }

    fn put_item(&mut self, key: &ItemKey, state: &ItemState) -> Result<(), R::Error> {
        self.inner.put_item(key, state)
    }

    fn add_rollup(&mut self, key: &RollupKey, amount: i64) -> Result<(), R::Error> {
        self.inner.add_rollup(key, amount)
    }

    fn add_first(&mut self, key: &FirstKey, amount: i64) -> Result<(), R::Error> {
        self.inner.add_first(key, amount)
    }

    fn clear_firsts(&mut self, campaign: &CampaignKey) -> Result<(), R::Error> {
        self.inner.clear_firsts(campaign)
    }
}
