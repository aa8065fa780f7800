//! The table of superseded entries, and the log as it was: what stood at each position, and what was superseded there.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    log::{COLUMNS, LogRow},
    open::failed,
    payload::Payload,
};
use crate::Error;

/// How an entry is superseded.
pub(super) struct Supersession {
    /// Where it is.
    pub(super) position: u64,
    /// The supersession's own position.
    pub(super) at: u64,
    /// Where the entry is that says it now.
    pub(super) successor: u64,
    /// Whether it was the variant that counted.
    pub(super) counted: bool,
    /// Where the variant is that counts instead.
    pub(super) heir: Option<u64>,
}

/// A superseded entry, as a row has it.
pub(super) struct SupersededRow {
    pub(super) row: LogRow,
    pub(super) at: u64,
    pub(super) counted: bool,
    pub(super) heir: Option<u64>,
}

/// Moves an entry out of what counts, inside the writer's transaction; with another payload, if one is given.
pub(super) fn put(log: &Connection, supersession: &Supersession, payload: Option<&Payload>) -> rusqlite::Result<()> {
    let copy = "INSERT INTO superseded (position, at, successor, counted, heir, workspace, id, digest, occurred_at, received_at,
            origin, counts, uncounts, dictionary, event_bytes, bytes, payload)
        SELECT position, ?2, ?3, ?4, ?5, workspace, id, digest, occurred_at, received_at, origin, counts, uncounts,
            coalesce(?6, dictionary), coalesce(?7, event_bytes), coalesce(?8, bytes), coalesce(?9, payload)
        FROM entry WHERE position = ?1";
    log.prepare_cached(copy)?.execute(params![
        supersession.position.cast_signed(),
        supersession.at.cast_signed(),
        supersession.successor.cast_signed(),
        supersession.counted,
        supersession.heir.map(u64::cast_signed),
        payload.map(|payload| payload.dictionary as i64),
        payload.map(|payload| payload.event_bytes as i64),
        payload.map(|payload| payload.bytes as i64),
        payload.map(|payload| &payload.packed),
    ])?;
    log.prepare_cached("DELETE FROM entry WHERE position = ?1")?.execute([supersession.position.cast_signed()]).map(|_| ())
}

/// The superseded entry that was at a position.
pub(super) fn read(log: &Connection, position: u64) -> Result<Option<LogRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM superseded WHERE position = ?1");
    let run = || log.prepare_cached(&sql)?.query_row([position.cast_signed()], LogRow::read).optional();
    run().map_err(|error| failed("read the log", &error))
}

/// What the log has at one position: an entry, also one that is superseded later, and what it superseded.
pub(super) struct Step {
    pub(super) position: u64,
    pub(super) entry: Option<LogRow>,
    pub(super) supersedes: Option<SupersededRow>,
}

/// The log behind a position as it was written, in order, at most `limit` positions. Everything is read at one moment.
pub(super) fn steps_after(log: &Connection, position: u64, limit: usize) -> Result<Vec<Step>, Error> {
    let run = || -> rusqlite::Result<Vec<Step>> {
        // Dropped, it ends.
        let moment = log.unchecked_transaction()?;
        let (from, most) = (position.cast_signed(), limit as i64);
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE position > ?1
            UNION ALL SELECT {COLUMNS} FROM superseded WHERE position > ?1 ORDER BY position LIMIT ?2"
        );
        let entries: Vec<LogRow> =
            moment.prepare_cached(&sql)?.query_map(params![from, most], LogRow::read)?.collect::<rusqlite::Result<_>>()?;
        let sql = format!("SELECT {COLUMNS}, at, counted, heir FROM superseded WHERE at > ?1 ORDER BY at LIMIT ?2");
        let read = |row: &rusqlite::Row<'_>| {
            Ok(SupersededRow {
                row: LogRow::read(row)?,
                at: row.get::<_, i64>(13)?.cast_unsigned(),
                counted: row.get(14)?,
                heir: row.get::<_, Option<i64>>(15)?.map(i64::cast_unsigned),
            })
        };
        let supersessions: Vec<SupersededRow> =
            moment.prepare_cached(&sql)?.query_map(params![from, most], read)?.collect::<rusqlite::Result<_>>()?;
        Ok(by_position(entries, supersessions, limit))
    };
    run().map_err(|error| failed("read the log", &error))
}

/// Puts together what stands at the same position. Both lists are in order and cut at `limit`, so the first `limit` positions
/// of the two are whole.
fn by_position(entries: Vec<LogRow>, supersessions: Vec<SupersededRow>, limit: usize) -> Vec<Step> {
    let mut steps = Vec::with_capacity(entries.len());
    let (mut entries, mut supersessions) = (entries.into_iter().peekable(), supersessions.into_iter().peekable());
    while steps.len() < limit {
        let next = [entries.peek().map(|row| row.position), supersessions.peek().map(|row| row.at)];
        let Some(position) = next.into_iter().flatten().min() else { break };
        let entry = entries.next_if(|row| row.position == position);
        let supersedes = supersessions.next_if(|row| row.at == position);
        steps.push(Step { position, entry, supersedes });
    }
    steps
}
