//! Rows in memory: what the fold needs and nothing more, so that the merge can be tested without a store.

use std::{collections::BTreeMap, convert::Infallible};

use hookline_model::{
    campaign::{CampaignState, EnrollmentState, Uniques},
    delta::RollupKey,
    dump::AllRows,
    email::EmailState,
    entry::{Admission, Entry, Former, Variant, admit},
    event::Event,
    firsts::FirstKey,
    fold::fold,
    id::{EventId, WorkspaceId},
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{Pair, PairState},
    rows::{ContactRow, Listed, ReadRows, WriteRows},
    stamp::Register,
    texts::Texts,
};

/// A workspace's rows and its log.
#[derive(Debug, Default)]
pub struct MemoryRows {
    contacts: BTreeMap<ContactKey, ContactRow>,
    pairs: BTreeMap<ContactKey, BTreeMap<ContactKey, PairState>>,
    campaigns: BTreeMap<CampaignKey, (CampaignState, Uniques)>,
    aliases: BTreeMap<CampaignKey, BTreeMap<CampaignKey, Register<bool>>>,
    enrollments: BTreeMap<CampaignKey, BTreeMap<ContactKey, EnrollmentState>>,
    emails: BTreeMap<EmailKey, EmailState>,
    items: BTreeMap<ItemKey, ItemState>,
    rollups: BTreeMap<RollupKey, i64>,
    firsts: BTreeMap<FirstKey, i64>,
    log: Vec<Event>,
    known: BTreeMap<EventId, Vec<Variant>>,
}

impl MemoryRows {
    /// Lets a batch of events in by the door and folds what it admits.
    pub fn take(&mut self, workspace: WorkspaceId, batch: &[Event]) {
        let entries: Vec<Entry> = batch.iter().filter_map(|event| self.let_in(workspace, event)).collect();
        match fold(self, &entries) {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    fn let_in(&mut self, workspace: WorkspaceId, event: &Event) -> Option<Entry> {
        let digest = event.content_digest();
        let known = self.known.entry(event.id).or_default();
        let (counts, uncounts) = match admit(known, event.occurred_at, digest) {
            Admission::Duplicate => return None,
            Admission::New => (true, None),
            Admission::Variant { counts, uncounts } => (counts, uncounts),
        };
        let position = self.log.len() as u64;
        known.push(Variant { position, occurred_at: event.occurred_at, digest });
        let former = |position| self.logged(position).map(|event| Box::new(Former { position, event: event.clone() }));
        let uncounts = uncounts.and_then(former);
        self.log.push(event.clone());
        Some(Entry { position, workspace, event: event.clone(), digest, counts, uncounts })
    }

    fn logged(&self, position: u64) -> Option<&Event> {
        usize::try_from(position).ok().and_then(|position| self.log.get(position))
    }
}

impl ReadRows for MemoryRows {
    type Error = Infallible;

    fn contact_row(&mut self, key: &ContactKey) -> Result<Option<ContactRow>, Infallible> {
        Ok(self.contacts.get(key).cloned())
    }

    fn pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Infallible> {
        Ok(self.pairs.get(key).into_iter().flatten().map(|(other, state)| (other.clone(), state.clone())).collect())
    }

    fn pair(&mut self, pair: &Pair<ContactKey>) -> Result<Option<PairState>, Infallible> {
        let (a, b) = pair.keys();
        Ok(self.pairs.get(a).and_then(|others| others.get(b)).cloned())
    }

    fn campaign(&mut self, key: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, Infallible> {
        Ok(self.campaigns.get(key).cloned())
    }

    fn aliases(&mut self, key: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, Infallible> {
        Ok(self.aliases.get(key).cloned().unwrap_or_default())
    }

    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<Option<EnrollmentState>, Infallible> {
        Ok(self.enrollments.get(campaign).and_then(|contacts| contacts.get(contact)).cloned())
    }

    fn enrollments_in(&mut self, campaign: &CampaignKey) -> Result<Vec<(ContactKey, EnrollmentState)>, Infallible> {
        let contacts = self.enrollments.get(campaign).into_iter().flatten();
        Ok(contacts.map(|(contact, state)| (contact.clone(), state.clone())).collect())
    }

    fn campaigns_of(&mut self, contact: &ContactKey) -> Result<Vec<CampaignKey>, Infallible> {
        let enrolled = self.enrollments.iter().filter(|(_, contacts)| contacts.contains_key(contact));
        Ok(enrolled.map(|(campaign, _)| campaign.clone()).collect())
    }

    fn email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, Infallible> {
        Ok(self.emails.get(key).cloned())
    }

    fn item(&mut self, key: &ItemKey) -> Result<Option<ItemState>, Infallible> {
        Ok(self.items.get(key).cloned())
    }
}

impl WriteRows for MemoryRows {
    fn put_contact(&mut self, key: &ContactKey, row: &ContactRow, _listed: Option<&Listed>) -> Result<(), Infallible> {
        self.contacts.insert(key.clone(), row.clone());
        Ok(())
    }

    fn put_pair(&mut self, pair: &Pair<ContactKey>, state: &PairState) -> Result<(), Infallible> {
        let (a, b) = pair.keys();
        for (a, b) in [(a, b), (b, a)] {
            self.pairs.entry(a.clone()).or_default().insert(b.clone(), state.clone());
        }
        Ok(())
    }

    fn put_campaign(
        &mut self,
        key: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        _listed: Option<&CampaignState>,
    ) -> Result<(), Infallible> {
        self.campaigns.insert(key.clone(), (state.clone(), *uniques));
        Ok(())
    }

    fn put_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), Infallible> {
        let (a, b) = pair.keys();
        for (a, b) in [(a, b), (b, a)] {
            self.aliases.entry(a.clone()).or_default().insert(b.clone(), state.clone());
        }
        Ok(())
    }

    fn put_enrollment(
        &mut self,
        campaign: &CampaignKey,
        contact: &ContactKey,
        state: &EnrollmentState,
    ) -> Result<(), Infallible> {
        self.enrollments.entry(campaign.clone()).or_default().insert(contact.clone(), state.clone());
        Ok(())
    }

    fn put_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), Infallible> {
        self.emails.insert(key.clone(), state.clone());
        Ok(())
    }

    fn put_item(&mut self, key: &ItemKey, state: &ItemState) -> Result<(), Infallible> {
        self.items.insert(key.clone(), state.clone());
        Ok(())
    }

    fn add_rollup(&mut self, key: &RollupKey, amount: i64) -> Result<(), Infallible> {
        *self.rollups.entry(key.clone()).or_default() += amount;
        Ok(())
    }

    fn add_first(&mut self, key: &FirstKey, amount: i64) -> Result<(), Infallible> {
        *self.firsts.entry(key.clone()).or_default() += amount;
        Ok(())
    }

    fn clear_firsts(&mut self, campaign: &CampaignKey) -> Result<(), Infallible> {
        self.firsts.retain(|key, _| key.campaign != *campaign);
        Ok(())
    }
}

impl AllRows for MemoryRows {
    fn contact_keys(&mut self) -> Result<Vec<ContactKey>, Infallible> {
        Ok(self.contacts.keys().cloned().collect())
    }

    fn campaign_keys(&mut self) -> Result<Vec<CampaignKey>, Infallible> {
        Ok(self.campaigns.keys().cloned().collect())
    }

    fn emails(&mut self) -> Result<Vec<(EmailKey, EmailState)>, Infallible> {
        Ok(self.emails.iter().map(|(key, state)| (key.clone(), state.clone())).collect())
    }

    fn items(&mut self) -> Result<Vec<(ItemKey, ItemState)>, Infallible> {
        Ok(self.items.iter().map(|(key, state)| (key.clone(), state.clone())).collect())
    }

    fn rollups(&mut self) -> Result<Vec<(RollupKey, i64)>, Infallible> {
        Ok(self.rollups.iter().map(|(key, count)| (key.clone(), *count)).collect())
    }

    fn firsts(&mut self) -> Result<Vec<(FirstKey, i64)>, Infallible> {
        Ok(self.firsts.iter().map(|(key, count)| (key.clone(), *count)).collect())
    }

    fn texts(&mut self, key: &EmailKey, state: &EmailState) -> Result<Texts, Infallible> {
        Texts::fetch(key, state, |position| Ok(self.logged(position)))
    }
}
