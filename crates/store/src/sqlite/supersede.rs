//! Superseding: an entry goes out of what counts, and what its body is read as now comes in by the door, in one transaction.

use hookline_model::{
    entry::{Admission, Variant, admit},
    id::{EventId, WorkspaceId},
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    answers,
    log::{self, LogRow, Logged, Prepared, Resolved, Superseded},
    open::{all_or_none, failed},
    payload::Payload,
    superseded::{self, Supersession},
};
use crate::{
    Error,
    rerun::{MakeRerunAnswer, Reread},
};

/// A reading that may say something else, made ready for the writer.
pub(super) struct Ready {
    /// Its place among the readings.
    pub(super) place: usize,
    /// The entry.
    pub(super) position: u64,
    /// What is kept of the entry: what it said, without its body.
    pub(super) tombstone: Payload,
    /// What the body is read as now.
    pub(super) prepared: Box<Prepared>,
}

/// Readings, made ready for the writer on another thread.
pub(super) struct Superseding {
    pub(super) workspace: WorkspaceId,
    /// What became of each reading, as far as it is known.
    pub(super) outcomes: Vec<Reread>,
    pub(super) ready: Vec<Ready>,
    pub(super) is_dry: bool,
    pub(super) answer: Option<MakeRerunAnswer>,
}

impl Superseding {
    /// Roughly what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.ready.iter().map(|ready| ready.prepared.bytes() + ready.tombstone.packed.len() + 64).sum()
    }

    /// Supersedes inside the writer's transaction, all or none. Each supersession takes a position, from `position` on.
    pub(super) fn apply(
        self,
        connection: &Connection,
        no: i64,
        reserved: bool,
        position: u64,
    ) -> Result<(Vec<Reread>, Vec<Logged>), Error> {
        let Superseding { mut outcomes, ready, is_dry, answer, .. } = self;
        all_or_none(connection, || {
            let mut steps = Vec::new();
            let step = |sql: &str| connection.execute_batch(sql).map_err(|error| failed("supersede entries", &error));
            if is_dry {
                step("SAVEPOINT dry")?;
            }
            for ready in ready {
                let (place, at) = (ready.place, position + steps.len() as u64);
                let (outcome, logged) = supersede(connection, no, reserved, at, ready)?;
                steps.extend(logged);
                if let Some(slot) = outcomes.get_mut(place) {
                    *slot = outcome;
                }
            }
            if is_dry {
                step("ROLLBACK TO dry; RELEASE dry")?;
                steps.clear();
            }
            if let Some(answer) = answer.and_then(|make| make(&outcomes)) {
                answers::put(connection, &answer)?;
            }
            Ok((outcomes, steps))
        })
    }
}

/// Supersedes one entry, if it is there and says something else; the supersession is at the position `at`.
fn supersede(connection: &Connection, no: i64, reserved: bool, at: u64, ready: Ready) -> Result<(Reread, Option<Logged>), Error> {
    let Ready { position, tombstone, prepared, .. } = ready;
    let Some(old) = log::read_entry(connection, position)?.filter(|row| row.no == no) else {
        return Ok((Reread::NotThere, None));
    };
    let fault = |error: rusqlite::Error| failed("supersede an entry", &error);
    let Resolved { id, known, takes_claim } =
        log::resolve_again(connection, no, old.id, prepared.as_arriving()).map_err(fault)?;
    if id == old.id && prepared.digest == old.digest {
        return Ok((Reread::Same, None));
    }
    let (event, _) = old.unpack()?;
    let run = || -> rusqlite::Result<(Admission, bool, Option<u64>)> {
        let mut left = log::variants(connection, no, old.id)?;
        let counted = canonical(&left) == Some(position);
        left.retain(|variant| variant.position != position);
        let heir = if counted { canonical(&left) } else { None };
        let is_last = left.is_empty();
        let known = if id == old.id { left } else { known };
        let admission = admit(&known, prepared.event.occurred_at, prepared.digest);
        let is_appended = admission != Admission::Duplicate;
        let same = known.iter().find(|variant| variant.digest == prepared.digest).map(|variant| variant.position);
        let successor = if is_appended { at } else { same.or_else(|| canonical(&known)).unwrap_or(at) };
        let supersession = Supersession { position, at, successor, counted, heir };
        superseded::put(connection, &supersession, is_appended.then_some(&tombstone))?;
        if takes_claim {
            log::take_claim(connection, no, prepared.as_arriving())?;
        }
        if is_appended {
            log::insert(connection, no, id, at, &prepared, admission)?;
        }
        if id != old.id {
            move_deliveries(connection, &old, is_last, (no, id), !known.is_empty())?;
        }
        Ok((admission, counted, heir))
    };
    let (admission, counted, heir) = run().map_err(fault)?;
    let makes_records = log::makes_records(reserved, old.origin);
    let heir = log::former_at(connection, heir)?;
    let supersedes = Superseded { position, event, digest: old.digest, makes_records, counted, heir };
    let (workspace, bytes) = (prepared.workspace, old.bytes());
    let entry = log::logged(connection, no, reserved, at, id, *prepared, admission)?;
    let entry =
        entry.unwrap_or(Logged { no, workspace, position: at, makes_records: false, entry: None, supersedes: None, bytes: 0 });
    let bytes = entry.bytes + bytes;
    let logged = Logged { supersedes: Some(Box::new(supersedes)), bytes, ..entry };
    Ok((Reread::Superseded { event_id: id, duplicate: logged.entry.is_none() }, Some(logged)))
}

/// Where the variant is that counts.
pub(super) fn canonical(known: &[Variant]) -> Option<u64> {
    known.iter().min_by_key(|variant| (variant.occurred_at, variant.digest)).map(|variant| variant.position)
}

/// Counts deliveries under the id that they go by now, in the workspace `to`: all of the old id's if no entry of it is left,
/// else the superseded one. What is stored is how many came beside the first, so that an event which is new takes one of them
/// as its first.
pub(super) fn move_deliveries(
    connection: &Connection,
    old: &LogRow,
    is_last: bool,
    (to, id): (i64, EventId),
    is_known: bool,
) -> rusqlite::Result<()> {
    let no = old.no;
    let find = "SELECT count, last_at FROM duplicate WHERE workspace = ?1 AND id = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let (repetitions, last_at) =
        connection.prepare_cached(find)?.query_row(params![no, old.id.0], read).optional()?.unwrap_or((0, i64::MIN));
    let (deliveries, last_at) = if is_last { (1 + repetitions, last_at.max(old.received_at.0)) } else { (1, old.received_at.0) };
    let rest = if is_last { 0 } else { repetitions - 1 };
    if rest > 0 {
        let set = "UPDATE duplicate SET count = ?3 WHERE workspace = ?1 AND id = ?2";
        connection.prepare_cached(set)?.execute(params![no, old.id.0, rest])?;
    } else {
        connection.prepare_cached("DELETE FROM duplicate WHERE workspace = ?1 AND id = ?2")?.execute(params![no, old.id.0])?;
    }
    let more = deliveries - i64::from(!is_known);
    if more > 0 {
        let add = "INSERT INTO duplicate (workspace, id, count, last_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (workspace, id) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)";
        connection.prepare_cached(add)?.execute(params![to, id.0, more, last_at])?;
    }
    Ok(())
}
