//! The rows of one workspace in records.db, as the fold reads and writes them.
//!
//! Everything about a contact key lies under its number: [`part`] says what, [`parts`] and [`chunk`] how; [`contacts`],
//! [`campaigns`], [`emails`] and [`items`] are the rows of each, [`events`] the list of events, [`counted`] what statistics are
//! counted from, [`all`] the walk over everything, [`remove`] what no entry is left of.

mod all;
mod campaigns;
mod chunk;
mod contacts;
mod counted;
mod emails;
mod events;
mod items;
mod kept;
mod pairs;
pub(super) mod part;
mod parts;
mod remove;

use std::collections::BTreeMap;

use hookline_model::{
    campaign::{CampaignState, EnrollmentState, Uniques},
    delta::RollupKey,
    email::EmailState,
    firsts::FirstKey,
    id::WorkspaceId,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    kind::Kind,
    link::{Pair, PairState},
    maps::Map,
    packed,
    platform::Platform,
    rows::{ContactRow, Listed, ReadRows, WriteRows},
    stamp::Register,
};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use serde::{Serialize, de::DeserializeOwned};

use self::{
    contacts::Known,
    emails::{NewEmail, Place},
    kept::{Campaigns, Sums},
    parts::Parts,
};
pub(super) use self::{
    contacts::{Listing, Sort},
    counted::{counter_of, interest_of},
    emails::HeldEmail,
    events::ListedEvent,
    kept::Kept,
};
use super::open::failed;
use crate::Error;

/// One workspace's rows, over a connection that is inside a transaction. `log` is where texts are read from.
pub(super) struct SqlRows<'c> {
    pub(super) records: &'c Connection,
    pub(super) log: &'c Connection,
    pub(super) no: i64,
    pub(super) workspace: WorkspaceId,
    /// Contact keys met in this transaction.
    contacts: Map<ContactKey, Known>,
    /// The number that the next new contact key gets, once one was given.
    next_contact: Option<i64>,
    /// Campaign keys met in this transaction, and those that the view kept.
    campaigns: Campaigns,
    /// Messages met in this transaction, as they are listed.
    emails: Map<EmailKey, Result<Place, NewEmail>>,
    /// Parts read and changed in this transaction.
    parts: Parts,
    /// What is written of campaigns, rollups and firsts when the fold ends; `None` where each change is written at once.
    sums: Option<Sums>,
}

/// Reads a state from its stored form.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    packed::unpack(bytes).map_err(|error| Error::Storage { attempted: "read a state", cause: error.to_string() })
}

/// Brings a state into its stored form.
pub(super) fn pack<T: Serialize>(state: &T) -> Result<Vec<u8>, Error> {
    packed::pack(state).map_err(|error| Error::Storage { attempted: "write a state", cause: error.to_string() })
}

/// Reads a key from its text.
pub(super) fn key<K: std::str::FromStr<Err = hookline_model::key::KeyError>>(text: &str) -> Result<K, Error> {
    text.parse()
        .map_err(|error: hookline_model::key::KeyError| Error::Storage { attempted: "read a key", cause: error.to_string() })
}

/// Platforms are stored by their place in [`Platform::ALL`], which is append-only.
pub(super) fn platform_of(number: i64) -> Result<Platform, Error> {
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| Platform::ALL.get(place))
        .copied()
        .ok_or_else(|| Error::Storage { attempted: "read a platform", cause: format!("there is no platform {number}") })
}

/// Kinds are stored by their rank.
pub(super) fn kind_of(number: i64) -> Result<Kind, Error> {
    let rank = u8::try_from(number).ok();
    rank.and_then(Kind::from_rank)
        .ok_or_else(|| Error::Storage { attempted: "read a kind", cause: format!("there is no kind {number}") })
}

/// What a part cannot be: the file was changed by somebody else.
fn broken(attempted: &'static str) -> Error {
    Error::Storage { attempted, cause: "a part of records.db is not one of ours; delete the file, it is folded again".to_owned() }
}

impl<'c> SqlRows<'c> {
    /// The rows of a workspace.
    pub(super) fn new(records: &'c Connection, log: &'c Connection, no: i64, workspace: WorkspaceId) -> SqlRows<'c> {
        SqlRows {
            records,
            log,
            no,
            workspace,
            contacts: Map::default(),
            next_contact: None,
            campaigns: Campaigns::default(),
            emails: Map::default(),
            parts: Parts::holding(parts::HELD_TO_WRITE_MAX),
            sums: None,
        }
    }

    /// The rows of a workspace, to be read only.
    pub(super) fn reading(records: &'c Connection, log: &'c Connection, no: i64, workspace: WorkspaceId) -> SqlRows<'c> {
        SqlRows { parts: Parts::holding(parts::HELD_TO_READ_MAX), ..SqlRows::new(records, log, no, workspace) }
    }

    /// The rows of a workspace for a fold of many entries in groups: of its campaigns this is known, and what the fold changes of
    /// them is written when it ends.
    pub(super) fn knowing(self, campaigns: Campaigns) -> Self {
        SqlRows { campaigns, sums: Some(Sums::default()), ..self }
    }

    /// Ends a group of entries: writes and lets go of what is held by contact and message, of which the next group has others.
    pub(super) fn end_group(&mut self) -> Result<(), Error> {
        self.contacts.clear();
        self.emails.clear();
        self.write_parts()
    }

    /// Writes what was kept back. Nothing that was changed is in the transaction before.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.finish_knowing().map(|_| ())
    }

    /// The same, and answers what is known of campaigns now.
    pub(super) fn finish_knowing(mut self) -> Result<Campaigns, Error> {
        self.write_sums()?;
        self.write_parts()?;
        Ok(self.campaigns)
    }

    fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let run = || self.records.prepare_cached(sql)?.query_row(params, read).optional();
        run().map_err(|error| failed("read a record", &error))
    }

    pub(super) fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let run = || -> rusqlite::Result<Vec<T>> { self.records.prepare_cached(sql)?.query_map(params, read)?.collect() };
        run().map_err(|error| failed("read records", &error))
    }

    pub(super) fn write(&self, sql: &'static str, params: impl Params) -> Result<(), Error> {
        self.change(sql, params).map(|_| ())
    }

    /// Writes, and answers how many rows that changed.
    fn change(&self, sql: &'static str, params: impl Params) -> Result<usize, Error> {
        let run = || self.records.prepare_cached(sql)?.execute(params);
        run().map_err(|error| failed("write a record", &error))
    }
}

impl ReadRows for SqlRows<'_> {
    type Error = Error;

    fn contact_row(&mut self, contact: &ContactKey) -> Result<Option<ContactRow>, Error> {
        self.read_contact(contact)
    }

    fn pairs(&mut self, contact: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Error> {
        self.read_pairs(contact)
    }

    fn pair(&mut self, pair: &Pair<ContactKey>) -> Result<Option<PairState>, Error> {
        let (a, b) = pair.keys();
        self.read_pair(a, b)
    }

    fn campaign(&mut self, key: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, Error> {
        self.read_campaign(key)
    }

    fn aliases(&mut self, campaign: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, Error> {
        self.read_aliases(campaign)
    }

    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<Option<EnrollmentState>, Error> {
        match (self.contact_no(contact)?, self.campaign_no(campaign)?) {
            (Some(contact), Some(campaign)) => self.part(contact, &part::enrollment(campaign)),
            _ => Ok(None),
        }
    }

    fn enrollments_in(&mut self, campaign: &CampaignKey) -> Result<Vec<(ContactKey, EnrollmentState)>, Error> {
        let Some(no) = self.campaign_no(campaign)? else { return Ok(Vec::new()) };
        let contacts: Vec<i64> = self.all("SELECT contact FROM enrolled WHERE campaign = ?1", [no], |row| row.get(0))?;
        let mut enrollments = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let state = self.part(contact, &part::enrollment(no))?.ok_or_else(|| broken("read an enrollment"))?;
            enrollments.push((self.contact_key(contact)?, state));
        }
        Ok(enrollments)
    }

    fn campaigns_of(&mut self, contact: &ContactKey) -> Result<Vec<CampaignKey>, Error> {
        let Some(no) = self.contact_no(contact)? else { return Ok(Vec::new()) };
        let enrollments = self.names_of_parts(no, part::ENROLLMENTS)?;
        let campaign = |part: &Vec<u8>| self.campaign_key(part::number(part).ok_or_else(|| broken("read an enrollment"))?);
        enrollments.iter().map(campaign).collect()
    }

    fn email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, Error> {
        self.read_email(key)
    }

    fn email_near(&mut self, key: &EmailKey, contact: Option<&ContactKey>) -> Result<Option<EmailState>, Error> {
        match contact {
            Some(contact) => self.read_email_near(key, contact),
            None => self.read_email(key),
        }
    }

    fn item(&mut self, key: &ItemKey) -> Result<Option<ItemState>, Error> {
        self.read_item(key)
    }
}

impl WriteRows for SqlRows<'_> {
    fn put_contact(&mut self, key: &ContactKey, row: &ContactRow, listed: Option<&Listed>) -> Result<(), Error> {
        self.write_contact(key, row, listed)
    }

    fn put_pair(&mut self, pair: &Pair<ContactKey>, state: &PairState) -> Result<(), Error> {
        let (a, b) = pair.keys();
        self.write_pair(a, b, state)?;
        self.write_pair(b, a, state)
    }

    fn put_campaign(
        &mut self,
        key: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        listed: Option<&CampaignState>,
    ) -> Result<(), Error> {
        self.write_campaign(key, state, uniques, listed)
    }

    fn put_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), Error> {
        self.write_alias(pair, state)
    }

    fn put_enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey, state: &EnrollmentState) -> Result<(), Error> {
        let (contact, campaign) = (self.contact_no_or_new(contact)?, self.campaign_no_or_new(campaign)?);
        let is_new = self.put_part(contact, &part::enrollment(campaign), &pack(state)?)?;
        if is_new {
            self.write("INSERT INTO enrolled (campaign, contact) VALUES (?1, ?2)", (campaign, contact))?;
        }
        Ok(())
    }

    fn put_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), Error> {
        self.write_email(key, state)
    }

    fn put_item(&mut self, key: &ItemKey, state: &ItemState) -> Result<(), Error> {
        self.write_item(key, state)
    }

    fn add_rollup(&mut self, key: &RollupKey, amount: i64) -> Result<(), Error> {
        match &mut self.sums {
            Some(sums) => *sums.rollups.entry(key.clone()).or_default() += amount,
            None => self.add_rollup_row(key, amount)?,
        }
        Ok(())
    }

    fn add_first(&mut self, key: &FirstKey, amount: i64) -> Result<(), Error> {
        match &mut self.sums {
            Some(sums) => *sums.firsts.entry(key.clone()).or_default() += amount,
            None => self.add_first_row(key, amount)?,
        }
        Ok(())
    }

    fn clear_firsts(&mut self, campaign: &CampaignKey) -> Result<(), Error> {
        self.clear_first_rows(campaign)
    }
}
