//! log.db's statements: appending, and reading back by position.

use hookline_model::{
    entry::{Admission, Entry, Former, Origin, Variant, admit},
    event::Event,
    id::{EventId, WorkspaceId},
    identity::{CLAIM_WINDOW_MS, Claim},
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    open::failed,
    payload::{self, PackedRow, Payload},
};
use crate::{Append, Appended, Error};

/// A delivery, made ready for the writer on the request's own thread.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) workspace: WorkspaceId,
    pub(super) event: Event,
    pub(super) digest: u64,
    pub(super) claim: Option<Claim>,
    pub(super) origin: Origin,
    pub(super) received_at: Millis,
    pub(super) payload: Payload,
}

impl Prepared {
    /// Packs a delivery.
    pub(super) fn new(mut delivery: Append) -> Result<Prepared, Error> {
        if delivery.origin == Origin::Test {
            // Kept apart: a sample is no repetition of a live event, and a live event none of a sample.
            delivery.event.id = delivery.event.id.of_test();
            delivery.claim = delivery.claim.map(|claim| claim.of_test());
        }
        let (payload, digest) = payload::pack(&delivery.event, &delivery.raw)?;
        Ok(Prepared {
            workspace: delivery.workspace,
            digest,
            event: delivery.event,
            claim: delivery.claim,
            origin: delivery.origin,
            received_at: delivery.received_at,
            payload,
        })
    }

    /// Roughly what it takes in memory: the event beside the packed payload, which together are about the two unpacked.
    pub(super) fn bytes(&self) -> usize {
        self.payload.bytes + self.payload.packed.len()
    }
}

/// An entry that was just appended, with what the view needs beside it.
#[derive(Debug)]
pub(super) struct Logged {
    pub(super) no: i64,
    /// Whether the entry makes records.
    pub(super) makes_records: bool,
    pub(super) entry: Entry,
    /// Roughly what it takes in memory.
    pub(super) bytes: usize,
}

/// About what an entry takes in memory beside its event's own texts.
const ENTRY_BYTES: usize = 512;

/// Origins are stored as numbers; append-only.
pub(super) const ORIGINS: [Origin; 6] =
    [Origin::Live, Origin::Import, Origin::Routed, Origin::Rerun, Origin::Manual, Origin::Test];

/// Whether entries make records: those of a reserved workspace and tests make none.
pub(super) fn makes_records(reserved: bool, origin: Origin) -> bool {
    !reserved && origin != Origin::Test
}

fn origin_number(origin: Origin) -> i64 {
    ORIGINS.iter().position(|candidate| *candidate == origin).map_or(0, |place| place as i64)
}

/// Appends one delivery inside the writer's transaction. The entry is `None` for a repetition.
pub(super) fn append(
    connection: &Connection,
    no: i64,
    reserved: bool,
    position: u64,
    prepared: Prepared,
) -> Result<(Appended, Option<Logged>), Error> {
    let run = || -> rusqlite::Result<(EventId, Admission)> {
        let id = claimed_id(connection, no, &prepared)?;
        let admission = admit(&variants(connection, no, id)?, prepared.event.occurred_at, prepared.digest);
        if admission != Admission::New {
            count_duplicate(connection, no, id, prepared.received_at)?;
        }
        if admission != Admission::Duplicate {
            insert(connection, no, id, position, &prepared, admission)?;
        }
        Ok((id, admission))
    };
    let (id, admission) = run().map_err(|error| failed("append to the log", &error))?;
    let appended = Appended { event_id: id, duplicate: admission != Admission::New };
    let (counts, former) = match admission {
        Admission::Duplicate => return Ok((appended, None)),
        Admission::New => (true, None),
        Admission::Variant { counts, uncounts } => (counts, uncounts),
    };
    let uncounts = match former {
        Some(position) => read_event(connection, position)?.map(|event| Box::new(Former { position, event })),
        None => None,
    };
    let makes_records = makes_records(reserved, prepared.origin);
    let mut event = prepared.event;
    event.id = id;
    let bytes = ENTRY_BYTES + prepared.payload.event_bytes.saturating_sub(event.slim());
    let entry = Entry { position, workspace: prepared.workspace, event, digest: prepared.digest, counts, uncounts };
    Ok((appended, Some(Logged { no, makes_records, entry, bytes })))
}

/// The id that the delivery goes by: its own, or that of the first delivery under the same claim.
fn claimed_id(connection: &Connection, no: i64, prepared: &Prepared) -> rusqlite::Result<EventId> {
    let Some(claim) = &prepared.claim else { return Ok(prepared.event.id) };
    let find = "SELECT id, claimed_at FROM claim WHERE workspace = ?1 AND hash = ?2";
    let held: Option<(Uuid, i64)> = connection
        .prepare_cached(find)?
        .query_row(params![no, claim.hash().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, claimed_at)) = held {
        let within_window = (prepared.received_at.0 - claimed_at).abs() <= CLAIM_WINDOW_MS;
        if matches!(claim, Claim::Forever(_)) || within_window {
            return Ok(EventId(id));
        }
    }
    let take = "INSERT INTO claim (workspace, hash, id, claimed_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (workspace, hash) DO UPDATE SET id = excluded.id, claimed_at = excluded.claimed_at";
    let id = prepared.event.id;
    connection.prepare_cached(take)?.execute(params![no, claim.hash().as_slice(), id.0, prepared.received_at.0])?;
    Ok(id)
}

fn variants(connection: &Connection, no: i64, id: EventId) -> rusqlite::Result<Vec<Variant>> {
    let sql = "SELECT position, occurred_at, digest FROM entry WHERE workspace = ?1 AND id = ?2";
    connection
        .prepare_cached(sql)?
        .query_map(params![no, id.0], |row| {
            Ok(Variant {
                position: row.get::<_, i64>(0)?.cast_unsigned(),
                occurred_at: Millis(row.get(1)?),
                digest: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        })?
        .collect()
}

fn count_duplicate(connection: &Connection, no: i64, id: EventId, at: Millis) -> rusqlite::Result<()> {
    let sql = "INSERT INTO duplicate (workspace, id, count, last_at) VALUES (?1, ?2, 1, ?3)
        ON CONFLICT (workspace, id) DO UPDATE SET count = count + 1, last_at = max(last_at, excluded.last_at)";
    connection.prepare_cached(sql)?.execute(params![no, id.0, at.0]).map(|_| ())
}

fn insert(
    connection: &Connection,
    no: i64,
    id: EventId,
    position: u64,
    prepared: &Prepared,
    admission: Admission,
) -> rusqlite::Result<()> {
    let (counts, uncounts) = match admission {
        Admission::Variant { counts, uncounts } => (counts, uncounts),
        _ => (true, None),
    };
    let sql = "INSERT INTO entry (position, workspace, id, digest, occurred_at, received_at, origin, counts, uncounts,
            dictionary, event_bytes, bytes, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    connection
        .prepare_cached(sql)?
        .execute(params![
            position.cast_signed(),
            no,
            id.0,
            prepared.digest.cast_signed(),
            prepared.event.occurred_at.0,
            prepared.received_at.0,
            origin_number(prepared.origin),
            counts,
            uncounts.map(u64::cast_signed),
            prepared.payload.dictionary as i64,
            prepared.payload.event_bytes as i64,
            prepared.payload.bytes as i64,
            prepared.payload.packed,
        ])
        .map(|_| ())
}

/// What the log holds at one position.
#[derive(Debug)]
pub(super) struct LogRow {
    pub(super) position: u64,
    pub(super) no: i64,
    pub(super) id: EventId,
    pub(super) digest: u64,
    pub(super) received_at: Millis,
    pub(super) origin: Origin,
    pub(super) counts: bool,
    pub(super) uncounts: Option<u64>,
    occurred_at: Millis,
    packed: PackedRow,
}

const COLUMNS: &str = "position, workspace, id, digest, received_at, origin, counts, uncounts, occurred_at, dictionary,
    event_bytes, bytes, payload";

impl LogRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<LogRow> {
        let origin: i64 = row.get(5)?;
        Ok(LogRow {
            position: row.get::<_, i64>(0)?.cast_unsigned(),
            no: row.get(1)?,
            id: EventId(row.get(2)?),
            digest: row.get::<_, i64>(3)?.cast_unsigned(),
            received_at: Millis(row.get(4)?),
            origin: usize::try_from(origin).ok().and_then(|origin| ORIGINS.get(origin)).copied().unwrap_or(Origin::Live),
            counts: row.get(6)?,
            uncounts: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
            occurred_at: Millis(row.get(8)?),
            packed: PackedRow {
                dictionary: usize::try_from(row.get::<_, i64>(9)?).unwrap_or(usize::MAX),
                event_bytes: usize::try_from(row.get::<_, i64>(10)?).unwrap_or(usize::MAX),
                bytes: usize::try_from(row.get::<_, i64>(11)?).unwrap_or(usize::MAX),
                packed: row.get(12)?,
            },
        })
    }

    /// The event and the raw body.
    pub(super) fn unpack(&self) -> Result<(Event, Vec<u8>), Error> {
        payload::unpack(self.id, self.occurred_at, &self.packed)
    }

    /// How many bytes the unpacked entry has.
    pub(super) fn bytes(&self) -> usize {
        self.packed.bytes
    }
}

/// The row at a position.
pub(super) fn read_row(log: &Connection, position: u64) -> Result<Option<LogRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE position = ?1");
    let run = || log.prepare_cached(&sql)?.query_row([position.cast_signed()], LogRow::read).optional();
    run().map_err(|error| failed("read the log", &error))
}

/// The event at a position.
pub(super) fn read_event(log: &Connection, position: u64) -> Result<Option<Event>, Error> {
    Ok(read_row(log, position)?.map(|row| row.unpack()).transpose()?.map(|(event, _)| event))
}

/// The rows behind a position, in order, at most `limit`.
pub(super) fn read_rows_after(log: &Connection, position: u64, limit: usize) -> Result<Vec<LogRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE position > ?1 ORDER BY position LIMIT ?2");
    let run = || -> rusqlite::Result<Vec<LogRow>> {
        log.prepare_cached(&sql)?.query_map(params![position.cast_signed(), limit as i64], LogRow::read)?.collect()
    };
    run().map_err(|error| failed("read the log", &error))
}

/// Where the log has the variant of an event that counts.
pub(super) fn counting_position(log: &Connection, no: i64, id: EventId) -> Result<Option<u64>, Error> {
    let known = variants(log, no, id).map_err(|error| failed("find an event", &error))?;
    Ok(known.iter().min_by_key(|variant| (variant.occurred_at, variant.digest)).map(|variant| variant.position))
}

/// The last position, 0 when the log is empty.
pub(super) fn last_position(log: &Connection) -> Result<u64, Error> {
    let run = || log.query_row("SELECT coalesce(max(position), 0) FROM entry", [], |row| row.get::<_, i64>(0));
    run().map(i64::cast_unsigned).map_err(|error| failed("read the log", &error))
}
