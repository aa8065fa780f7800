//! What is known of campaigns: in which workspace of an agency each was seen.
//!
//! A row is written in the transaction that appends the first entry of a campaign in a workspace, and says later that there was a
//! second workspace; more it never says. What was written is remembered, so that an append of a campaign that its workspace
//! had before asks nothing.

use std::collections::{HashMap, HashSet};

use hookline_model::{
    event::Event,
    id::{AgencyId, WorkspaceId},
    key::CampaignKey,
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::log::{COLUMNS, LogRow, makes_records};
use super::open::failed;
use crate::Error;

/// How many pairs of workspace and campaign are remembered, about 4 MiB as they come and twice that at most. When there are more,
/// all are forgotten.
const REMEMBERED_MAX: usize = 32_768;
/// The most bytes of a campaign key that is remembered: an id or a name may be as long as a body. Of one with more every append
/// asks.
const REMEMBERED_BYTES_MAX: usize = 128;

type Hash = [u8; 16];

fn hash(key: &CampaignKey) -> Hash {
    let digest: [u8; 32] = Sha256::digest(key.to_string()).into();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// Where a campaign was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Nowhere.
    Nowhere,
    /// In this workspace only.
    In(WorkspaceId),
    /// In more than one.
    Several,
}

/// What the writer remembers to have written. After a transaction that was taken back it has to forget.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By the number of the workspace.
    remembered: HashMap<i64, HashSet<CampaignKey>>,
    count: usize,
}

impl Known {
    /// Forgets what was remembered: it may not be on disk.
    pub(super) fn forget(&mut self) {
        self.remembered.clear();
        self.count = 0;
    }

    /// Writes down which campaigns an entry of the workspace `no` shows, inside the writer's transaction. One that says that two
    /// campaigns are the same shows both.
    pub(super) fn learn(&mut self, log: &Connection, agency: AgencyId, no: i64, event: &Event) -> Result<(), Error> {
        let aliased = event.facts.aliases.iter().filter(|alias| alias.aliased).flat_map(|alias| [&alias.a, &alias.b]);
        for key in event.campaign_key().into_iter().chain(aliased) {
            if self.remembered.get(&no).is_some_and(|remembered| remembered.contains(key)) {
                continue;
            }
            see(log, agency, no, hash(key)).map_err(|error| failed("write down where a campaign was seen", &error))?;
            self.remember(no, key);
        }
        Ok(())
    }

    fn remember(&mut self, no: i64, key: &CampaignKey) {
        if key.external().account.len() + key.external().id.len() > REMEMBERED_BYTES_MAX {
            return;
        }
        if self.count >= REMEMBERED_MAX {
            self.forget();
        }
        self.count += usize::from(self.remembered.entry(no).or_default().insert(key.clone()));
    }
}

/// Whoever saw a campaign before and is deleted does not count.
fn see(log: &Connection, agency: AgencyId, no: i64, hash: Hash) -> rusqlite::Result<()> {
    let sql = "INSERT INTO campaign_home (agency, campaign, workspace) VALUES (?1, ?2, ?3)
        ON CONFLICT (agency, campaign) DO UPDATE SET workspace =
            CASE WHEN (SELECT deleted FROM workspace WHERE no = campaign_home.workspace) THEN excluded.workspace END
        WHERE workspace <> excluded.workspace";
    log.prepare_cached(sql)?.execute(params![agency.0, hash.as_slice(), no]).map(|_| ())
}

/// Where a campaign of the agency was seen.
pub(super) fn home(log: &Connection, agency: AgencyId, key: &CampaignKey) -> Result<Home, Error> {
    let sql = "SELECT campaign_home.workspace IS NULL, workspace.id
        FROM campaign_home LEFT JOIN workspace ON workspace.no = campaign_home.workspace AND workspace.deleted = 0
        WHERE campaign_home.agency = ?1 AND campaign_home.campaign = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, bool>(0)?, row.get::<_, Option<Uuid>>(1)?));
    let run = || log.prepare_cached(sql)?.query_row(params![agency.0, hash(key).as_slice()], read).optional();
    let found = run().map_err(|error| failed("find where a campaign was seen", &error))?;
    Ok(match found {
        Some((true, _)) => Home::Several,
        Some((false, Some(id))) => Home::In(WorkspaceId(id)),
        // Whoever saw it is deleted.
        Some((false, None)) | None => Home::Nowhere,
    })
}

/// Writes down what all entries show, for a log that was made without.
pub(super) fn learn_all(log: &Connection) -> Result<(), Error> {
    let fault = |error: rusqlite::Error| failed("write down where campaigns were seen", &error);
    let sql = "SELECT no, agency FROM workspace WHERE reserved = 0 AND deleted = 0";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, AgencyId(row.get(1)?)));
    let workspaces: Vec<(i64, AgencyId)> =
        log.prepare(sql).and_then(|mut statement| statement.query_map([], read)?.collect()).map_err(fault)?;
    let mut known = Known::default();
    for (no, agency) in workspaces {
        let sql = format!("SELECT {COLUMNS} FROM entry INDEXED BY entry_id WHERE workspace = ?1");
        let mut statement = log.prepare(&sql).map_err(fault)?;
        let mut rows = statement.query([no]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let row = LogRow::read(row).map_err(fault)?;
            if makes_records(false, row.origin) {
                known.learn(log, agency, no, &row.unpack()?.0)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hookline_model::{key::ExternalId, platform::Platform};

    use super::*;

    fn key(account: &str, id: String) -> CampaignKey {
        CampaignKey::Named(ExternalId { platform: Platform::Smartlead, account: account.to_owned(), id })
    }

    #[test]
    fn what_is_remembered_is_bounded_in_number_and_in_bytes() {
        let mut known = Known::default();
        known.remember(1, &key("a", "x".repeat(REMEMBERED_BYTES_MAX - 1)));
        assert_eq!(known.count, 1);
        known.remember(1, &key("a", "x".repeat(REMEMBERED_BYTES_MAX)));
        known.remember(1, &key(&"x".repeat(REMEMBERED_BYTES_MAX), "c".to_owned()));
        assert_eq!((known.count, known.remembered[&1].len()), (1, 1));
        for n in 1..REMEMBERED_MAX {
            known.remember(2, &key("", n.to_string()));
        }
        assert_eq!(known.count, REMEMBERED_MAX);
        known.remember(2, &key("", "one more".to_owned()));
        assert_eq!((known.count, known.remembered.len()), (1, 1));
    }
}
