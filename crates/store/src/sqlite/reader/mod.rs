//! Reading for the API: single records and pages, each inside one transaction, so that a page is of one moment.

mod contacts;
mod emails;
mod events;
mod feed;
mod items;
mod snapshots;
mod stats;
mod unplaced;
mod walk;

use std::collections::BTreeSet;

use hookline_model::{
    dump::dump,
    id::{CampaignId, WorkspaceId},
    key::CampaignKey,
    link::campaign_component,
    record::{self, Campaign},
    rows::ReadRows,
    time::Millis,
};
use rusqlite::{Connection, ToSql, params_from_iter};
use uuid::Uuid;

use super::{
    open::{self, Files, failed},
    rows::{SqlRows, key},
};
use crate::{
    Error,
    query::{CampaignFilter, CampaignSelector, Cursor, Page, PageRequest},
};

/// Connections for reading.
pub(super) struct Reader {
    pub(super) records: Connection,
    pub(super) log: Connection,
}

impl Reader {
    /// Opens them.
    pub(super) fn open(files: &Files) -> Result<Reader, Error> {
        Ok(Reader { records: open::reader(&files.records)?, log: open::reader(&files.log)? })
    }

    /// Reads one workspace, in one transaction.
    pub(super) fn read<T>(
        &self,
        no: i64,
        workspace: WorkspaceId,
        read: impl FnOnce(&mut WorkspaceReader<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let step = |sql: &str| self.records.execute_batch(sql).map_err(|error| failed("read the records", &error));
        step("BEGIN")?;
        let mut reader = WorkspaceReader { workspace, rows: SqlRows::reading(&self.records, &self.log, no, workspace) };
        let outcome = read(&mut reader);
        step("ROLLBACK")?;
        outcome
    }
}

/// Reads one workspace.
pub(super) struct WorkspaceReader<'c> {
    workspace: WorkspaceId,
    rows: SqlRows<'c>,
}

/// What a page that is sorted by time and id lies below. No id is greater than seventeen bytes of ones.
fn below_id(request: &PageRequest) -> (Millis, Vec<u8>) {
    request.after.as_ref().map_or_else(|| (Millis(i64::MAX), vec![0xff; 17]), |cursor| (cursor.at, cursor.key.clone()))
}

impl WorkspaceReader<'_> {
    /// The keys of the campaigns named in a filter.
    fn campaign_keys_of(&mut self, campaign: &CampaignSelector) -> Result<BTreeSet<CampaignKey>, Error> {
        let keys: Vec<CampaignKey> = match campaign {
            CampaignSelector::Id(id) => self.rows.campaign_key_of_id(*id)?.into_iter().collect(),
            CampaignSelector::PlatformId(id) => {
                let sql = "SELECT key FROM campaign WHERE workspace = ?1 AND platform_id = ?2";
                let keys: Vec<String> = self.rows.all(sql, (self.rows.no, id), |row| row.get(0))?;
                keys.iter().map(|text| key(text)).collect::<Result<_, _>>()?
            }
        };
        let mut all = BTreeSet::new();
        for key in keys {
            all.extend(campaign_component(&key, |key| self.rows.aliases(key))?);
        }
        Ok(all)
    }

    /// The numbers of the keys of the campaigns named in a filter.
    fn campaign_nos_of(&mut self, campaign: &CampaignSelector) -> Result<Vec<i64>, Error> {
        let mut numbers = Vec::new();
        for key in self.campaign_keys_of(campaign)? {
            numbers.extend(self.rows.campaign_no(&key)?);
        }
        Ok(numbers)
    }

    /// One campaign.
    pub(super) fn campaign(&mut self, id: CampaignId) -> Result<Option<Campaign>, Error> {
        match self.rows.campaign_key_of_id(id)? {
            Some(key) => record::campaign(&mut self.rows, self.workspace, &key),
            None => Ok(None),
        }
    }

    /// The keys of one campaign.
    pub(super) fn campaign_keys(&mut self, id: CampaignId) -> Result<Option<Vec<CampaignKey>>, Error> {
        if self.campaign(id)?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.campaign_keys_of(&CampaignSelector::Id(id))?.into_iter().collect()))
    }

    /// A page of campaigns.
    pub(super) fn campaigns(&mut self, filter: &CampaignFilter, request: &PageRequest) -> Result<Page<Campaign>, Error> {
        let (at, id) = below_id(request);
        let mut sql = String::from(
            "SELECT key, last_event_at, id FROM campaign
            WHERE workspace = ? AND listed = 1 AND (last_event_at, id) < (?, ?)",
        );
        let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(self.rows.no), Box::new(at.0), Box::new(id)];
        if let Some(platform) = filter.platform {
            sql.push_str(" AND platform = ?");
            values.push(Box::new(platform.name()));
        }
        if let Some(status) = &filter.status {
            sql.push_str(" AND status = ?");
            values.push(Box::new(status.clone()));
        }
        sql.push_str(" ORDER BY last_event_at DESC, id DESC LIMIT ?");
        values.push(Box::new(request.limit as i64));
        let run = || -> rusqlite::Result<Vec<(String, i64, Uuid)>> {
            let mut statement = self.rows.records.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(&values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect()
        };
        let found = run().map_err(|error| failed("list campaigns", &error))?;
        let mut rows = Vec::with_capacity(found.len());
        for (text, ..) in &found {
            rows.extend(record::campaign(&mut self.rows, self.workspace, &key(text)?)?);
        }
        let last = found.last().filter(|_| found.len() >= request.limit);
        let next = last.map(|(_, at, id)| Cursor { at: Millis(*at), key: id.as_bytes().to_vec() });
        Ok(Page { rows, next })
    }

    /// Every record.
    pub(super) fn dump(&mut self) -> Result<serde_json::Value, Error> {
        dump(&mut self.rows, self.workspace)
    }
}
