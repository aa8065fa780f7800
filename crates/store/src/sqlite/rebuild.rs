//! Folding given records again from the log.
//!
//! For each key the rows are replaced by the fold of every entry that touches it, found by the list of events or by an item's
//! list of entries; what no entry is left of is removed. Then what follows from them (the place of a contact's keys, unique
//! counts, firsts) is derived again. Links that events name are found with the address that they name; what events *state* of
//! links and aliases is read, not rebuilt, since no list leads to who stated it: a doubt about them is settled by folding the
//! whole workspace (`refold`).

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    campaign::{CampaignState, EnrollmentState},
    contact::ContactState,
    delta::Deltas,
    email::EmailState,
    entry::{Entry, Origin},
    fold::{Links, derive_again},
    id::WorkspaceId,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{Pair, PairState, campaign_component, contact_component},
    rows::{ContactRow, ReadRows, WriteRows},
    time::Millis,
};
use rusqlite::Connection;

use super::{
    log,
    open::failed,
    rows::{SqlRows, pack},
};
use crate::{Error, RebuildKeys};

/// Rebuilds in one transaction; answers how many rows came out different.
pub(super) fn rebuild(
    records: &Connection,
    log: &Connection,
    no: i64,
    workspace: WorkspaceId,
    keys: &RebuildKeys,
) -> Result<u64, Error> {
    if is_reserved(log, no)? {
        // Its events make no records.
        return Ok(0);
    }
    let step = |sql: &str| records.execute_batch(sql).map_err(|error| failed("rebuild records", &error));
    step("BEGIN IMMEDIATE")?;
    let mut rebuild = Rebuild::new(SqlRows::new(records, log, no, workspace));
    let rebuilt = rebuild.all(keys).and_then(|()| rebuild.rows.finish().map(|()| rebuild.different));
    match rebuilt {
        Ok(different) => step("COMMIT").map(|()| different),
        Err(error) => {
            step("ROLLBACK")?;
            Err(error)
        }
    }
}

fn is_reserved(log: &Connection, no: i64) -> Result<bool, Error> {
    let sql = "SELECT reserved FROM workspace WHERE no = ?1";
    let run = || log.prepare_cached(sql)?.query_row([no], |row| row.get(0));
    run().map_err(|error| failed("find a workspace", &error))
}

/// Which entries to fold again.
#[derive(Clone, Copy)]
enum Entries<'k> {
    OfContact(&'k ContactKey),
    OfCampaign(&'k CampaignKey),
    OfItem(&'k ItemKey),
    All,
}

/// Keys whose contacts and campaigns may be others afterwards, with all keys of these before.
#[derive(Default)]
pub(super) struct Before {
    contacts: BTreeSet<ContactKey>,
    campaigns: BTreeSet<CampaignKey>,
}

pub(super) struct Rebuild<'c> {
    pub(super) rows: SqlRows<'c>,
    different: u64,
    /// Messages asked for, folded from the entries that were met so far.
    pub(super) emails: BTreeMap<EmailKey, EmailState>,
}

impl<'c> Rebuild<'c> {
    pub(super) fn new(rows: SqlRows<'c>) -> Rebuild<'c> {
        Rebuild { rows, different: 0, emails: BTreeMap::new() }
    }

    fn all(&mut self, keys: &RebuildKeys) -> Result<(), Error> {
        self.rows.hold_numbers()?;
        let mut before = self.before(&keys.contacts, &keys.campaigns)?;
        for key in &keys.contacts {
            before.campaigns.extend(self.rows.campaigns_of(key)?);
            self.contact(key)?;
        }
        for key in &keys.campaigns {
            self.campaign(key)?;
        }
        for key in &keys.items {
            self.item(key)?;
        }
        self.emails = keys.emails.iter().map(|key| (key.clone(), EmailState::default())).collect();
        if !self.emails.is_empty() {
            // Messages have no list of their entries: it would cost every event an index entry, and this is rare.
            self.for_each_delta(Entries::All, |_| {})?;
            self.write_emails()?;
        }
        self.derive(before)
    }

    /// What is to be derived again after these keys were rebuilt. To be asked before.
    pub(super) fn before<'k>(
        &mut self,
        contacts: impl IntoIterator<Item = &'k ContactKey>,
        campaigns: impl IntoIterator<Item = &'k CampaignKey>,
    ) -> Result<Before, Error> {
        let mut before = Before::default();
        for key in contacts {
            if !before.contacts.contains(key) {
                before.contacts.extend(contact_component(&mut Links(&mut self.rows), key)?);
            }
        }
        for key in campaigns {
            if !before.campaigns.contains(key) {
                before.campaigns.extend(campaign_component(key, |key| self.rows.aliases(key))?);
            }
        }
        Ok(before)
    }

    /// Derives again what follows from rebuilt rows: of the contacts and campaigns that the keys were part of, and are now.
    pub(super) fn derive(&mut self, before: Before) -> Result<(), Error> {
        let Before { contacts: keys, mut campaigns } = before;
        let mut contacts = keys.clone();
        for key in keys {
            contacts.extend(contact_component(&mut Links(&mut self.rows), &key)?);
        }
        for key in &contacts {
            campaigns.extend(self.rows.campaigns_of(key)?);
        }
        derive_again(&mut self.rows, contacts.clone(), campaigns)?;
        // What lies under a number is asked of the table.
        self.rows.write_parts()?;
        contacts.iter().try_for_each(|key| self.rows.forget_number(key))
    }

    /// Folds a contact key again, with its enrollments and the links that its entries name.
    pub(super) fn contact(&mut self, key: &ContactKey) -> Result<(), Error> {
        let mut state = ContactState::default();
        let mut enrollments: BTreeMap<CampaignKey, EnrollmentState> = BTreeMap::new();
        let mut named = BTreeSet::new();
        self.for_each_delta(Entries::OfContact(key), |mut deltas| {
            if let Some(delta) = deltas.contacts.swap_remove(key) {
                state.merge(delta);
            }
            for ((campaign, contact), delta) in deltas.enrollments {
                if contact == *key {
                    enrollments.entry(campaign).or_default().merge(&delta);
                }
            }
            named.extend(deltas.pairs.into_iter().filter(|(_, pair)| pair.named).map(|(pair, _)| pair));
        })?;
        self.write_named(key, &named)?;
        let before = self.rows.contact(key)?;
        if before.is_some() || state != ContactState::default() {
            self.note(before.as_ref(), &state)?;
        }
        if state.is_touched() {
            self.rows.put_contact(key, &ContactRow { state, head: None, alone: false }, None)?;
        } else {
            // A key that carries its contact without events of its own gets its row back when it is placed.
            self.rows.remove_contact(key)?;
        }
        for campaign in self.rows.campaigns_of(key)? {
            if !enrollments.contains_key(&campaign) {
                self.rows.remove_enrollment(&campaign, key)?;
                self.different += 1;
            }
        }
        enrollments.iter().try_for_each(|(campaign, state)| self.enrollment(campaign, key, state))
    }

    /// Writes which external ids the entries of an address name with it. Who names a pair is in the list of its address.
    fn write_named(&mut self, key: &ContactKey, named: &BTreeSet<Pair<ContactKey>>) -> Result<(), Error> {
        if key.email().is_none() {
            return Ok(());
        }
        let held = self.rows.pairs(key)?.into_iter();
        let mut pairs: BTreeMap<Pair<ContactKey>, PairState> =
            held.filter_map(|(other, state)| Some((Pair::of(key.clone(), other)?, state))).collect();
        for pair in named {
            pairs.entry(pair.clone()).or_default();
        }
        for (pair, mut state) in pairs {
            if state.named == named.contains(&pair) {
                continue;
            }
            self.different += 1;
            state.named = !state.named;
            if state == PairState::default() {
                self.rows.remove_pair(&pair)?;
            } else {
                self.rows.put_pair(&pair, &state)?;
            }
        }
        Ok(())
    }

    fn campaign(&mut self, key: &CampaignKey) -> Result<(), Error> {
        let mut state = CampaignState::default();
        let mut enrollments: BTreeMap<ContactKey, EnrollmentState> = BTreeMap::new();
        let mut rollups = BTreeMap::new();
        self.for_each_delta(Entries::OfCampaign(key), |mut deltas| {
            if let Some(delta) = deltas.campaigns.swap_remove(key) {
                state.merge(delta);
            }
            for ((campaign, contact), delta) in deltas.enrollments {
                if campaign == *key {
                    enrollments.entry(contact).or_default().merge(&delta);
                }
            }
            for (rollup, count) in deltas.rollups {
                *rollups.entry(rollup).or_insert(0) += count;
            }
        })?;
        let before = self.rows.campaign(key)?;
        if before.is_none() && state == CampaignState::default() {
            return Ok(());
        }
        self.write_campaign(key, &state)?;
        for (contact, _) in self.rows.enrollments_in(key)? {
            if !enrollments.contains_key(&contact) {
                self.rows.remove_enrollment(key, &contact)?;
                self.different += 1;
            }
        }
        for (contact, state) in enrollments {
            self.enrollment(key, &contact, &state)?;
        }
        if let Some(no) = self.rows.campaign_no(key)? {
            self.rows.write("DELETE FROM rollup WHERE workspace = ?1 AND campaign = ?2", [self.rows.no, no])?;
        }
        for (rollup, count) in rollups.iter().filter(|(_, count)| **count != 0) {
            self.rows.add_rollup(rollup, *count)?;
        }
        Ok(())
    }

    /// The state of a campaign key alone, folded again from all of its entries.
    pub(super) fn campaign_state(&mut self, key: &CampaignKey) -> Result<CampaignState, Error> {
        let mut state = CampaignState::default();
        self.for_each_delta(Entries::OfCampaign(key), |mut deltas| {
            if let Some(delta) = deltas.campaigns.swap_remove(key) {
                state.merge(delta);
            }
        })?;
        Ok(state)
    }

    /// Writes a campaign key's state, and none if no entry is left of it. Its unique counts are derived later.
    pub(super) fn write_campaign(&mut self, key: &CampaignKey, state: &CampaignState) -> Result<(), Error> {
        let before = self.rows.campaign(key)?;
        self.note(before.as_ref().map(|(state, _)| state), state)?;
        if !state.is_touched() {
            return self.rows.remove_campaign(key);
        }
        let uniques = before.map(|(_, uniques)| uniques).unwrap_or_default();
        self.rows.put_campaign(key, state, &uniques, None)
    }

    /// Meets the entries of a contact key for the messages asked for, and for nothing else.
    pub(super) fn meet_contact(&mut self, key: &ContactKey) -> Result<(), Error> {
        self.for_each_delta(Entries::OfContact(key), |_| {})
    }

    /// Meets every entry of the workspace for the messages asked for.
    pub(super) fn meet_all(&mut self) -> Result<(), Error> {
        self.for_each_delta(Entries::All, |_| {})
    }

    /// Writes the messages asked for, as the entries that were met tell of them.
    pub(super) fn write_emails(&mut self) -> Result<(), Error> {
        for (key, state) in std::mem::take(&mut self.emails) {
            let before = self.rows.email(&key)?;
            if before.is_none() && state == EmailState::default() {
                continue;
            }
            self.note(before.as_ref(), &state)?;
            if state == EmailState::default() {
                self.rows.remove_email(&key)?;
            } else {
                self.rows.put_email(&key, &state)?;
            }
        }
        Ok(())
    }

    /// Folds an item again.
    pub(super) fn item(&mut self, key: &ItemKey) -> Result<(), Error> {
        let mut state = ItemState::default();
        self.for_each_delta(Entries::OfItem(key), |mut deltas| {
            if let Some(delta) = deltas.items.swap_remove(key) {
                state.merge(delta);
            }
        })?;
        let before = self.rows.item(key)?;
        if before.is_some() || state.is_touched() {
            self.note(before.as_ref(), &state)?;
        }
        if state.is_touched() { self.rows.put_item(key, &state) } else { self.rows.remove_item(key) }
    }

    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey, state: &EnrollmentState) -> Result<(), Error> {
        let before = self.rows.enrollment(campaign, contact)?;
        self.note(before.as_ref(), state)?;
        self.rows.put_enrollment(campaign, contact, state)
    }

    fn note<T: serde::Serialize>(&mut self, before: Option<&T>, after: &T) -> Result<(), Error> {
        let before = before.map(pack).transpose()?;
        self.different += u64::from(before.as_ref() != Some(&pack(after)?));
        Ok(())
    }

    /// Gives the deltas of the entries, one entry at a time; what they tell of the messages asked for is merged on the way.
    ///
    /// Whether an entry counts is read from the list, not from how it came: by now another variant may count in its place.
    fn for_each_delta(&mut self, entries: Entries<'_>, mut take: impl FnMut(Deltas)) -> Result<(), Error> {
        for (position, counts) in self.positions(entries)? {
            let Some(row) = log::read_row(self.rows.log, position)? else { continue };
            if row.origin == Origin::Test {
                continue;
            }
            let (event, _) = row.unpack()?;
            let entry = Entry { position, workspace: self.rows.workspace, event, digest: row.digest, counts, uncounts: None };
            let mut deltas = Deltas::of([&entry]);
            for (key, delta) in std::mem::take(&mut deltas.emails) {
                if let Some(state) = self.emails.get_mut(&key) {
                    state.merge(delta);
                }
            }
            take(deltas);
        }
        Ok(())
    }

    /// Where the entries are, and which of them count.
    fn positions(&mut self, entries: Entries<'_>) -> Result<Vec<(u64, bool)>, Error> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
        match entries {
            Entries::OfContact(key) => {
                let mut positions = Vec::new();
                self.rows.walk_contact_events(key, (Millis(i64::MAX), u64::MAX >> 1), |event| {
                    positions.push((event.position, event.listed));
                    true
                })?;
                Ok(positions)
            }
            Entries::OfCampaign(key) => match self.rows.campaign_no(key)? {
                Some(no) => self.rows.all("SELECT position, listed FROM event WHERE campaign = ?1", [no], read),
                None => Ok(Vec::new()),
            },
            // An item counts nothing.
            Entries::OfItem(key) => Ok(self.rows.entries_of_item(key)?.into_iter().map(|position| (position, false)).collect()),
            Entries::All => self.rows.all("SELECT position, listed FROM event WHERE workspace = ?1", [self.rows.no], read),
        }
    }
}
