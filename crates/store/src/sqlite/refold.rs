//! Folding a whole workspace again, from its list of events: where something is taken away that no other list leads to.

use hookline_model::{
    entry::{Entry, Origin},
    fold::fold,
    id::WorkspaceId,
};
use rusqlite::{Connection, params};

use super::{log, open::failed, rows::SqlRows};
use crate::Error;

/// Entries that are folded at a time.
const FOLD_ENTRIES: i64 = 2_000;

/// Folds every listed entry of a workspace again, inside the view's transaction. The lists of events stay.
pub(super) fn refold(records: &Connection, log: &Connection, no: i64, workspace: WorkspaceId) -> Result<(), Error> {
    tracing::info!(%workspace, "a link or an alias was taken away; folding the workspace again");
    SqlRows::new(records, log, no, workspace).remove_states()?;
    let mut behind = (i64::MIN, i64::MIN);
    loop {
        let found = listed(records, no, behind)?;
        let Some(last) = found.last() else { return Ok(()) };
        behind = (last.0, last.1);
        let mut entries = Vec::with_capacity(found.len());
        for (_, position, counts) in found {
            let position = position.cast_unsigned();
            let Some(row) = log::read_row(log, position)?.filter(|row| row.origin != Origin::Test) else { continue };
            let (event, _) = row.unpack()?;
            entries.push(Entry { position, workspace, event, digest: row.digest, counts, uncounts: None });
        }
        let mut rows = SqlRows::new(records, log, no, workspace);
        fold(&mut rows, &entries)?;
        rows.finish()?;
    }
}

/// The next entries by time: when, where, and whether each counts.
fn listed(records: &Connection, no: i64, behind: (i64, i64)) -> Result<Vec<(i64, i64, bool)>, Error> {
    let sql = "SELECT occurred_at, position, listed FROM event WHERE workspace = ?1 AND (occurred_at, position) > (?2, ?3)
        ORDER BY occurred_at, position LIMIT ?4";
    let run = || -> rusqlite::Result<Vec<(i64, i64, bool)>> {
        let mut statement = records.prepare_cached(sql)?;
        let rows = statement
            .query_map(params![no, behind.0, behind.1, FOLD_ENTRIES], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    };
    run().map_err(|error| failed("list events", &error))
}
