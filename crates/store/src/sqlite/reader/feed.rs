//! The log as it is passed on, entry by entry.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use hookline_model::{entry::Origin, id::WorkspaceId, time::Millis};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::Reader;
use crate::{
    Error,
    deliveries::{FEED_BYTES_MAX, FEED_ROWS_MAX, Fed, Feed},
    redelivery::CLOCK_SLACK,
    sqlite::{
        log::{self, COLUMNS, LogRow},
        open::failed,
        place, quarantine,
    },
};

/// How many entries that came from outside one step of a search by time of receipt looks at: more than come out of one
/// quarantine, and lie in a row, long after they were received.
const WITNESSES_MAX: i64 = quarantine::COUNT_MAX + 1;

impl Reader {
    /// The log behind `after`, up to and with `until`.
    pub(in crate::sqlite) fn feed(&self, after: u64, until: u64, of: Option<&HashSet<WorkspaceId>>) -> Result<Feed, Error> {
        let fault = |error: rusqlite::Error| failed("read the log on", &error);
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3");
        let mut statement = self.log.prepare_cached(&sql).map_err(fault)?;
        let values = [after.cast_signed(), until.cast_signed(), FEED_ROWS_MAX as i64];
        let mut rows = statement.query(values).map_err(fault)?;
        let (mut entries, mut through, mut bytes, mut looked_at) = (Vec::new(), after, 0, 0);
        let mut workspaces: HashMap<i64, Option<(WorkspaceId, bool)>> = HashMap::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let row = LogRow::read(row).map_err(fault)?;
            looked_at += 1;
            let position = row.position;
            let workspace = match workspaces.get(&row.no) {
                Some(workspace) => *workspace,
                None => *workspaces.entry(row.no).or_insert(self.workspace_of(row.no)?),
            };
            let wanted = workspace.filter(|(workspace, _)| of.is_none_or(|of| of.contains(workspace)));
            if let Some((workspace, reserved)) = wanted
                && (!reserved || self.is_of_the_house(&row)?)
                && self.is_first(&row)?
            {
                if !entries.is_empty() && bytes + row.bytes() > FEED_BYTES_MAX {
                    return Ok(Feed { entries, through });
                }
                bytes += row.bytes();
                let (event, _) = row.unpack()?;
                let (origin, received_at, bytes) = (row.origin, row.received_at, row.bytes());
                entries.push(Fed { position, workspace, origin, received_at, bytes, event: Arc::new(event) });
            }
            through = position;
            if looked_at >= FEED_ROWS_MAX {
                return Ok(Feed { entries, through });
            }
        }
        // Positions that have no entry, such as of a supersession by one that the log had, lie behind too.
        Ok(Feed { entries, through: through.max(until) })
    }

    /// A part of the log with everything that was received in a period, but for what came by another way than from outside.
    pub(in crate::sqlite) fn received_between(&self, since: Millis, until: Millis, committed: u64) -> Result<(u64, u64), Error> {
        let fault = |error: rusqlite::Error| failed("search the log", &error);
        let search = |at: i64| received_from(&self.log, Millis(at), committed, WITNESSES_MAX).map_err(fault);
        let first = search(since.0.saturating_sub(CLOCK_SLACK))?;
        let end = search(until.0.saturating_add(CLOCK_SLACK))?;
        Ok((first.saturating_sub(1), end.saturating_sub(1).max(first.saturating_sub(1))))
    }

    /// Whose a number is, and whether that workspace is reserved; nobody's if it is gone.
    fn workspace_of(&self, no: i64) -> Result<Option<(WorkspaceId, bool)>, Error> {
        let sql = "SELECT id, reserved FROM workspace WHERE no = ?1 AND deleted = 0";
        let read = |row: &rusqlite::Row<'_>| Ok((WorkspaceId(row.get::<_, Uuid>(0)?), row.get(1)?));
        let run = || self.log.prepare_cached(sql)?.query_row([no], read).optional();
        run().map_err(|error| failed("find a workspace", &error))
    }

    /// Whether an entry of a reserved workspace is passed on: one that waits for a place is not.
    fn is_of_the_house(&self, row: &LogRow) -> Result<bool, Error> {
        // Asked first, since it costs less than unpacking whatever waits there.
        Ok(!place::waits_at(&self.log, row.position)? && row.unpack()?.0.kind.is_of_the_house())
    }

    /// Whether an entry was the first of its event: another delivery of a known one tells nobody anything new.
    fn is_first(&self, row: &LogRow) -> Result<bool, Error> {
        let known = log::variants(&self.log, row.no, row.id).map_err(|error| failed("find an event", &error))?;
        Ok(known.iter().all(|variant| variant.position >= row.position))
    }
}

/// The first position from which on entries were received at `at` or after; behind the last one if there is none.
///
/// What was read again or placed later came into the log late and keeps its time of receipt, and a rerun makes as many of them
/// in a row as it likes. So a step that finds nothing in the `witnesses` entries before it passes over these, however many
/// there are. All steps together pass over about twice as many as there are: each looks at half of what the one before left.
fn received_from(log: &Connection, at: Millis, committed: u64, witnesses: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT CASE WHEN
            EXISTS (SELECT 1 FROM (SELECT received_at FROM entry WHERE position <= ?1 AND position > ?2
                ORDER BY position DESC LIMIT ?3) WHERE received_at >= ?4)
        THEN 1 ELSE
            EXISTS (SELECT 1 FROM (SELECT received_at FROM entry WHERE position <= ?1 AND position > ?2
                AND origin NOT IN (?5, ?6) ORDER BY position DESC LIMIT ?3) WHERE received_at >= ?4)
        END";
    let mut statement = log.prepare_cached(sql)?;
    let (routed, rerun) = (log::origin_number(Origin::Routed), log::origin_number(Origin::Rerun));
    let (mut before, mut found) = (0, committed + 1);
    while found - before > 1 {
        let middle: u64 = before + (found - before) / 2;
        let values = params![middle.cast_signed(), before.cast_signed(), witnesses, at.0, routed, rerun];
        let is_there: bool = statement.query_row(values, |row| row.get(0))?;
        if is_there { found = middle } else { before = middle }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of entries that came so and were received then, and the first of them that was received at a time or after.
    fn first(entries: &[(Origin, i64)], at: i64, witnesses: i64) -> u64 {
        let log = Connection::open_in_memory().expect("a database can be opened");
        log.execute_batch(include_str!("../schema/log.sql")).expect("the schema is one");
        let sql =
            "INSERT INTO entry (position, workspace, id, digest, occurred_at, received_at, origin, counts, event_bytes, bytes,
            payload) VALUES (?1, 1, zeroblob(16), ?1, 0, ?2, ?3, 1, 0, 0, x'')";
        for (place, (origin, received_at)) in entries.iter().enumerate() {
            log.execute(sql, params![place as i64 + 1, received_at, log::origin_number(*origin)]).expect("a row is inserted");
        }
        received_from(&log, Millis(at), entries.len() as u64, witnesses).expect("the log is searched")
    }

    fn live(times: std::ops::Range<i64>) -> impl Iterator<Item = (Origin, i64)> {
        times.map(|at| (Origin::Live, at))
    }

    fn late(origin: Origin, count: usize) -> impl Iterator<Item = (Origin, i64)> {
        std::iter::repeat_n((origin, 0), count)
    }

    #[test]
    fn what_was_read_again_or_placed_later_hides_nothing_in_front_of_it() {
        for origin in [Origin::Rerun, Origin::Routed] {
            let entries: Vec<_> = live(0..30).chain(late(origin, 100)).chain(live(30..40)).collect();
            for at in 0..30 {
                assert_eq!(first(&entries, at, 4), at as u64 + 1, "{origin:?} {at}");
            }
            assert_eq!(first(&entries, 30, 4), 131);
            assert_eq!(first(&entries, 40, 4), 141, "behind the last one");
        }
    }

    #[test]
    fn what_comes_out_of_quarantine_hides_nothing_while_it_is_less_than_is_looked_at() {
        let entries: Vec<_> =
            live(0..30).chain(late(Origin::Live, 3)).chain(late(Origin::Rerun, 50)).chain(live(30..33)).collect();
        assert_eq!((first(&entries, 20, 4), first(&entries, 30, 4)), (21, 84));
    }

    #[test]
    fn a_log_that_was_read_again_as_a_whole_is_searched_as_it_lies() {
        let entries: Vec<_> = (0..40).map(|at| (Origin::Rerun, at)).collect();
        assert_eq!((first(&entries, 17, 4), first(&entries, 40, 4)), (18, 41));
    }
}
