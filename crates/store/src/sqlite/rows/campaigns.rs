//! Campaign keys: their numbers, rows and aliases.

use std::collections::BTreeMap;

use hookline_model::{
    campaign::{CampaignState, Uniques},
    id::CampaignId,
    key::CampaignKey,
    link::Pair,
    stamp::Register,
};
use rusqlite::{Connection, params};

use super::{
    SqlRows, broken,
    kept::{Listing, Met},
    key, pack, unpack,
};
use crate::{Error, sqlite::open::failed};

impl SqlRows<'_> {
    /// The number of a campaign key, if it has one.
    pub(in crate::sqlite) fn campaign_no(&mut self, campaign: &CampaignKey) -> Result<Option<i64>, Error> {
        Ok(self.met(campaign)?.no)
    }

    fn met(&mut self, campaign: &CampaignKey) -> Result<&mut Met, Error> {
        let place = match self.campaigns.get_index_of(campaign) {
            Some(place) => place,
            None => {
                let id = CampaignId::derive(self.workspace, campaign);
                let sql = "SELECT campaign FROM campaign WHERE workspace = ?1 AND id = ?2";
                let no = self.one(sql, params![self.no, id.0], |row| row.get(0))?;
                self.campaigns.insert_full(campaign.clone(), Met { no, ..Met::default() }).0
            }
        };
        Ok(&mut self.campaigns[place])
    }

    /// The number of a campaign key; one that has none yet gets the next.
    pub(super) fn campaign_no_or_new(&mut self, campaign: &CampaignKey) -> Result<i64, Error> {
        if let Some(no) = self.campaign_no(campaign)? {
            return Ok(no);
        }
        let sql = "INSERT INTO campaign (workspace, id, key, platform, platform_id, listed) VALUES (?1, ?2, ?3, ?4, ?5, 0)
            RETURNING campaign";
        let id = CampaignId::derive(self.workspace, campaign).0;
        let values =
            params![self.no, id, campaign.to_string(), campaign.external().platform.name(), campaign.platform_campaign_id()];
        let no = self.one(sql, values, |row| row.get(0))?.ok_or_else(|| broken("number a campaign"))?;
        self.met(campaign)?.no = Some(no);
        Ok(no)
    }

    /// The campaign key that has a number.
    pub(in crate::sqlite) fn campaign_key(&self, no: i64) -> Result<CampaignKey, Error> {
        let text: Option<String> = self.one("SELECT key FROM campaign WHERE campaign = ?1", [no], |row| row.get(0))?;
        key(&text.ok_or_else(|| broken("read a campaign key"))?)
    }

    /// The campaign key that an id derives from.
    pub(in crate::sqlite) fn campaign_key_of_id(&self, id: CampaignId) -> Result<Option<CampaignKey>, Error> {
        let sql = "SELECT key FROM campaign WHERE workspace = ?1 AND id = ?2";
        let text: Option<String> = self.one(sql, params![self.no, id.0], |row| row.get(0))?;
        text.map(|text| key(&text)).transpose()
    }

    pub(super) fn read_campaign(&mut self, campaign: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, Error> {
        let met = self.met(campaign)?;
        if let Some(row) = &met.row {
            return Ok(row.clone());
        }
        let Some(no) = met.no else { return Ok(None) };
        let sql = "SELECT state, uniques FROM campaign WHERE campaign = ?1 AND state IS NOT NULL";
        let row: Option<(Vec<u8>, Vec<u8>)> = self.one(sql, [no], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let row = match row {
            Some((state, uniques)) => Some((unpack(&state)?, unpack(&uniques)?)),
            None => None,
        };
        self.met(campaign)?.row = Some(row.clone());
        Ok(row)
    }

    pub(super) fn write_campaign(
        &mut self,
        campaign: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        listed: Option<&CampaignState>,
    ) -> Result<(), Error> {
        self.campaign_no_or_new(campaign)?;
        let listing = Listing {
            listed: listed.is_some(),
            status: listed.and_then(|merged| merged.shown_status()).cloned(),
            last_event_at: listed.and_then(|merged| merged.last_event_at).map(|at| at.0),
        };
        let (records, is_at_once) = (self.records, self.sums.is_none());
        let met = self.met(campaign)?;
        met.row = Some(Some((state.clone(), *uniques)));
        met.unwritten = Some(listing);
        if is_at_once { write_met(records, met) } else { Ok(()) }
    }

    /// Writes the rows of campaign keys that are still to be written.
    pub(super) fn write_campaigns(&mut self) -> Result<(), Error> {
        let records = self.records;
        self.campaigns.values_mut().try_for_each(|met| write_met(records, met))
    }

    pub(super) fn read_aliases(&mut self, campaign: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, Error> {
        let met = self.met(campaign)?;
        if let Some(aliases) = &met.aliases {
            return Ok(aliases.clone());
        }
        let Some(no) = met.no else { return Ok(BTreeMap::new()) };
        let sql = "SELECT other, state FROM campaign_pair WHERE campaign = ?1";
        let rows: Vec<(i64, Vec<u8>)> = self.all(sql, [no], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let read = |(other, state): (i64, Vec<u8>)| Ok((self.campaign_key(other)?, unpack(&state)?));
        let aliases: BTreeMap<CampaignKey, Register<bool>> = rows.into_iter().map(read).collect::<Result<_, Error>>()?;
        self.met(campaign)?.aliases = Some(aliases.clone());
        Ok(aliases)
    }

    pub(super) fn write_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), Error> {
        let (a, b) = pair.keys();
        for key in [a, b] {
            self.met(key)?.aliases = None;
        }
        let (a, b) = (self.campaign_no_or_new(a)?, self.campaign_no_or_new(b)?);
        let state = pack(state)?;
        for (no, other) in [(a, b), (b, a)] {
            self.write("REPLACE INTO campaign_pair (campaign, other, state) VALUES (?1, ?2, ?3)", params![no, other, state])?;
        }
        Ok(())
    }
}

/// Writes a campaign key's row, if it is still to be written.
fn write_met(records: &Connection, met: &mut Met) -> Result<(), Error> {
    let Some(Listing { listed, status, last_event_at }) = met.unwritten.take() else { return Ok(()) };
    let (Some(no), Some(Some((state, uniques)))) = (met.no, &met.row) else { return Err(broken("write a campaign")) };
    let sql = "UPDATE campaign SET listed = ?2, status = ?3, last_event_at = ?4, uniques = ?5, state = ?6 WHERE campaign = ?1";
    let values = params![no, listed, status, last_event_at, pack(uniques)?, pack(state)?];
    let run = || records.prepare_cached(sql)?.execute(values);
    run().map(|_| ()).map_err(|error| failed("write a record", &error))
}
