//! Folding given records again from the log.
//!
//! For each key the rows are replaced by the fold of every entry that touches it, found by the list of events; then what follows
//! from them (the place of a contact's keys, unique counts) is derived again. Links and aliases are read, not rebuilt: a change
//! there is an event of its own, and a doubt about them is settled by folding the whole log.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    campaign::{CampaignState, EnrollmentState},
    contact::ContactState,
    delta::Deltas,
    email::EmailState,
    entry::Entry,
    fold::derive_again,
    id::{CampaignId, ContactId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    rows::{ContactRow, ReadRows, WriteRows},
};
use rusqlite::{Connection, params};
use uuid::Uuid;

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
    let mut rebuild = Rebuild { rows: SqlRows { records, log, no, workspace }, different: 0 };
    match rebuild.all(keys) {
        Ok(()) => step("COMMIT").map(|()| rebuild.different),
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
enum Entries {
    OfContact(Uuid),
    OfCampaign(Uuid),
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
        let id = ContactId::derive(self.rows.workspace, key).0;
        self.for_each_delta(Entries::OfContact(id), |mut deltas| {
            if let Some(delta) = deltas.contacts.remove(key) {
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
        let id = CampaignId::derive(self.rows.workspace, key).0;
        self.for_each_delta(Entries::OfCampaign(id), |mut deltas| {
            if let Some(delta) = deltas.campaigns.remove(key) {
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
        let clear = "DELETE FROM rollup WHERE workspace = ?1 AND campaign = ?2";
        let run = || self.rows.records.prepare_cached(clear)?.execute(params![self.rows.no, key.to_string()]);
        run().map_err(|error| failed("rebuild rollups", &error))?;
        for (rollup, count) in rollups.iter().filter(|(_, count)| **count != 0) {
            self.rows.add_rollup(rollup, *count)?;
        }
        Ok(())
    }

    fn email(&mut self, key: &EmailKey) -> Result<(), Error> {
        let mut state = EmailState::default();
        // Messages have no list of their entries: it would cost every event an index entry, and this is rare.
        self.for_each_delta(Entries::All, |mut deltas| {
            if let Some(delta) = deltas.emails.remove(key) {
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
    fn for_each_delta(&self, entries: Entries, mut take: impl FnMut(Deltas)) -> Result<(), Error> {
        let (sql, id) = match entries {
            Entries::OfContact(id) => ("SELECT position, listed FROM event WHERE workspace = ?1 AND contact = ?2", Some(id)),
            Entries::OfCampaign(id) => ("SELECT position, listed FROM event WHERE workspace = ?1 AND campaign = ?2", Some(id)),
            Entries::All => ("SELECT position, listed FROM event WHERE workspace = ?1 AND ?2 IS NULL", None),
        };
        let read = || -> rusqlite::Result<Vec<(i64, bool)>> {
            let mut statement = self.rows.records.prepare_cached(sql)?;
            statement.query_map(params![self.rows.no, id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        for (position, counts) in read().map_err(|error| failed("find the entries of a record", &error))? {
            let position = position.cast_unsigned();
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
}
