//! Folding given records again from the log.
//!
//! For each key the rows are replaced by the fold of every entry that touches it, found by the list of events; then what follows
//! from them (the place of a contact's keys, unique counts, firsts) is derived again. Links and aliases are read, not rebuilt: a change
//! there is an event of its own, and a doubt about them is settled by folding the whole log.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    campaign::{CampaignState, EnrollmentState},
    contact::ContactState,
    delta::Deltas,
    email::EmailState,
    entry::Entry,
    fold::derive_again,
    id::WorkspaceId,
    key::{CampaignKey, ContactKey, EmailKey},
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
    let mut rebuild = Rebuild { rows: SqlRows::new(records, log, no, workspace), different: 0 };
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
    All,
}

struct Rebuild<'c> {
    rows: SqlRows<'c>,
    different: u64,
}

impl Rebuild<'_> {
    fn all(&mut self, keys: &RebuildKeys) -> Result<(), Error> {
        for key in &keys.contacts {
            self.contact(key)?;
        }
        for key in &keys.campaigns {
            self.campaign(key)?;
        }
        for key in &keys.emails {
            self.email(key)?;
        }
        let mut campaigns: BTreeSet<CampaignKey> = keys.campaigns.iter().cloned().collect();
        for key in &keys.contacts {
            campaigns.extend(self.rows.campaigns_of(key)?);
        }
        derive_again(&mut self.rows, keys.contacts.iter().cloned().collect(), campaigns)
    }

    fn contact(&mut self, key: &ContactKey) -> Result<(), Error> {
        let mut state = ContactState::default();
        let mut enrollments: BTreeMap<CampaignKey, EnrollmentState> = BTreeMap::new();
        self.for_each_delta(Entries::OfContact(key), |mut deltas| {
            if let Some(delta) = deltas.contacts.swap_remove(key) {
                state.merge(delta);
            }
            for ((campaign, contact), delta) in deltas.enrollments {
                if contact == *key {
                    enrollments.entry(campaign).or_default().merge(&delta);
                }
            }
        })?;
        let before = self.rows.contact(key)?;
        if before.is_none() && state == ContactState::default() {
            return Ok(());
        }
        self.note(before.as_ref(), &state)?;
        self.rows.put_contact(key, &ContactRow { state, head: None, alone: false }, None)?;
        for (campaign, state) in enrollments {
            self.enrollment(&campaign, key, &state)?;
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
        self.note(before.as_ref().map(|(state, _)| state), &state)?;
        let uniques = before.map(|(_, uniques)| uniques).unwrap_or_default();
        self.rows.put_campaign(key, &state, &uniques, None)?;
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

    fn email(&mut self, key: &EmailKey) -> Result<(), Error> {
        let mut state = EmailState::default();
        // Messages have no list of their entries: it would cost every event an index entry, and this is rare.
        self.for_each_delta(Entries::All, |mut deltas| {
            if let Some(delta) = deltas.emails.swap_remove(key) {
                state.merge(delta);
            }
        })?;
        let before = self.rows.email(key)?;
        if before.is_none() && state == EmailState::default() {
            return Ok(());
        }
        self.note(before.as_ref(), &state)?;
        self.rows.put_email(key, &state)
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

    /// Gives the deltas of the entries, one entry at a time.
    ///
    /// Whether an entry counts is read from the list, not from how it came: by now another variant may count in its place.
    fn for_each_delta(&mut self, entries: Entries<'_>, mut take: impl FnMut(Deltas)) -> Result<(), Error> {
        for (position, counts) in self.positions(entries)? {
            let Some(row) = log::read_row(self.rows.log, position)? else { continue };
            if row.origin == hookline_model::entry::Origin::Test {
                continue;
            }
            let (event, _) = row.unpack()?;
            let entry = Entry { position, workspace: self.rows.workspace, event, digest: row.digest, counts, uncounts: None };
            take(Deltas::of([&entry]));
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
            Entries::All => self.rows.all("SELECT position, listed FROM event WHERE workspace = ?1", [self.rows.no], read),
        }
    }
}
