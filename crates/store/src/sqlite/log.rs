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
    superseded,
};
use crate::{Append, Appended, Error};

/// A delivery, made ready for the writer on the request's own thread.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) workspace: WorkspaceId,
    /// Without the texts that no record is folded from: the payload has them.
    pub(super) event: Event,
    /// How many bytes of its stored form are left in memory.
    event_bytes: usize,
    pub(super) digest: u64,
    pub(super) claim: Option<Claim>,
    pub(super) origin: Origin,
    pub(super) received_at: Millis,
    pub(super) payload: Payload,
}

impl Prepared {
    /// Packs a delivery. The texts are let go of here, on the thread that they were made on: to free them is slow on another one,
    /// and the writer is one for all.
    pub(super) fn new(mut delivery: Append) -> Result<Prepared, Error> {
        if delivery.origin == Origin::Test {
            // Kept apart: a sample is no repetition of a live event, and a live event none of a sample.
            delivery.event.id = delivery.event.id.of_test();
            delivery.claim = delivery.claim.map(|claim| claim.of_test());
        }
        let (payload, digest) = payload::pack(&delivery.event, &delivery.raw)?;
        let event_bytes = payload.event_bytes.saturating_sub(delivery.event.slim());
        Ok(Prepared {
            workspace: delivery.workspace,
            digest,
            event: delivery.event,
            event_bytes,
            claim: delivery.claim,
            origin: delivery.origin,
            received_at: delivery.received_at,
            payload,
        })
    }

    /// What the door looks at.
    pub(super) fn as_arriving(&self) -> Arriving<'_> {
        Arriving { own_id: self.event.id, claim: self.claim.as_ref(), received_at: self.received_at }
    }

    /// Roughly what it takes in memory: the event beside the packed payload.
    pub(super) fn bytes(&self) -> usize {
        ENTRY_BYTES + self.event_bytes + self.payload.packed.len()
    }
}

/// What the log has at one position, with what the view needs beside it: an entry, a supersession, or both.
#[derive(Debug)]
pub(super) struct Logged {
    pub(super) no: i64,
    pub(super) workspace: WorkspaceId,
    pub(super) position: u64,
    /// Whether the entry makes records.
    pub(super) makes_records: bool,
    /// `None` where an entry was superseded by one that the log had.
    pub(super) entry: Option<Entry>,
    /// What it takes the place of.
    pub(super) supersedes: Option<Box<Superseded>>,
    /// Roughly what it takes in memory.
    pub(super) bytes: usize,
}

/// About what an entry takes in memory beside its event's own texts.
const ENTRY_BYTES: usize = 512;

/// An entry that no longer contributes anything.
#[derive(Debug)]
pub(super) struct Superseded {
    /// Where it was.
    pub(super) position: u64,
    /// What it said.
    pub(super) event: Event,
    pub(super) digest: u64,
    /// Whether it made records.
    pub(super) makes_records: bool,
    /// Whether it was the variant that counts.
    pub(super) counted: bool,
    /// The variant that counts in its place, before a superseding one comes in.
    pub(super) heir: Option<Former>,
}

/// Origins are stored as numbers; append-only.
pub(super) const ORIGINS: [Origin; 6] =
    [Origin::Live, Origin::Import, Origin::Routed, Origin::Rerun, Origin::Manual, Origin::Test];

/// Whether entries make records: those of a reserved workspace and tests make none.
pub(super) fn makes_records(reserved: bool, origin: Origin) -> bool {
    !reserved && origin != Origin::Test
}

/// The number that stands for an origin.
pub(super) fn origin_number(origin: Origin) -> i64 {
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
        let Resolved { id, known, takes_claim } = resolve(connection, no, prepared.as_arriving())?;
        if takes_claim {
            take_claim(connection, no, prepared.as_arriving())?;
        }
        let admission = admit(&known, prepared.event.occurred_at, prepared.digest);
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
    Ok((appended, logged(connection, no, reserved, position, id, prepared, admission)?))
}

/// What the view is given of an entry that was just inserted; nothing of a repetition.
pub(super) fn logged(
    connection: &Connection,
    no: i64,
    reserved: bool,
    position: u64,
    id: EventId,
    prepared: Prepared,
    admission: Admission,
) -> Result<Option<Logged>, Error> {
    let (counts, former) = match admission {
        Admission::Duplicate => return Ok(None),
        Admission::New => (true, None),
        Admission::Variant { counts, uncounts } => (counts, uncounts),
    };
    let uncounts = former_at(connection, former)?.map(Box::new);
    let makes_records = makes_records(reserved, prepared.origin);
    let workspace = prepared.workspace;
    let mut event = prepared.event;
    event.id = id;
    let bytes = ENTRY_BYTES + prepared.event_bytes;
    let entry = Some(Entry { position, workspace, event, digest: prepared.digest, counts, uncounts });
    Ok(Some(Logged { no, workspace, position, makes_records, entry, supersedes: None, bytes }))
}

/// The variant at a position, with what it says.
pub(super) fn former_at(log: &Connection, position: Option<u64>) -> Result<Option<Former>, Error> {
    let Some(position) = position else { return Ok(None) };
    Ok(read_event(log, position)?.map(|event| Former { position, event }))
}

/// What the door looks at of a delivery.
#[derive(Clone, Copy)]
pub(super) struct Arriving<'a> {
    pub(super) own_id: EventId,
    pub(super) claim: Option<&'a Claim>,
    pub(super) received_at: Millis,
}

/// Which event a delivery is.
pub(super) struct Resolved {
    /// The id it goes by: its own, or that of the first delivery under the same claim.
    pub(super) id: EventId,
    /// The variants that the log has of it.
    pub(super) known: Vec<Variant>,
    /// Whether the claim is free for it.
    pub(super) takes_claim: bool,
}

/// Looks up which event a delivery is. A claim is free if nobody holds it (any more), or its holder has no entry left.
pub(super) fn resolve(connection: &Connection, no: i64, arriving: Arriving<'_>) -> rusqlite::Result<Resolved> {
    let own = arriving.own_id;
    let Some(claim) = arriving.claim else {
        return Ok(Resolved { id: own, known: variants(connection, no, own)?, takes_claim: false });
    };
    let find = "SELECT id, claimed_at FROM claim WHERE workspace = ?1 AND hash = ?2";
    let held: Option<(Uuid, i64)> = connection
        .prepare_cached(find)?
        .query_row(params![no, claim.hash().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, claimed_at)) = held {
        let within_window = (arriving.received_at.0 - claimed_at).abs() <= CLAIM_WINDOW_MS;
        if matches!(claim, Claim::Forever(_)) || within_window {
            let (id, known) = (EventId(id), variants(connection, no, EventId(id))?);
            if !known.is_empty() {
                return Ok(Resolved { id, known, takes_claim: false });
            }
        }
    }
    Ok(Resolved { id: own, known: variants(connection, no, own)?, takes_claim: true })
}

/// Looks up which event a delivery is that the log has under an id already. One without a time of its own stays what it is while
/// its identity is the same: whoever held its claim when it came may have lost it to a later one since.
pub(super) fn resolve_again(
    connection: &Connection,
    no: i64,
    held: EventId,
    arriving: Arriving<'_>,
) -> rusqlite::Result<Resolved> {
    if matches!(arriving.claim, Some(Claim::Window(_))) && arriving.own_id.hash_part() == held.hash_part() {
        return Ok(Resolved { id: held, known: variants(connection, no, held)?, takes_claim: false });
    }
    resolve(connection, no, arriving)
}

/// Gives a delivery's claim to its own id.
pub(super) fn take_claim(connection: &Connection, no: i64, arriving: Arriving<'_>) -> rusqlite::Result<()> {
    let Some(claim) = arriving.claim else { return Ok(()) };
    let take = "INSERT INTO claim (workspace, hash, id, claimed_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (workspace, hash) DO UPDATE SET id = excluded.id, claimed_at = excluded.claimed_at";
    let values = params![no, claim.hash().as_slice(), arriving.own_id.0, arriving.received_at.0];
    connection.prepare_cached(take)?.execute(values).map(|_| ())
}

/// The variants of an event that the log has.
pub(super) fn variants(connection: &Connection, no: i64, id: EventId) -> rusqlite::Result<Vec<Variant>> {
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

/// Notes a repetition of an event.
pub(super) fn count_duplicate(connection: &Connection, no: i64, id: EventId, at: Millis) -> rusqlite::Result<()> {
    let sql = "INSERT INTO duplicate (workspace, id, count, last_at) VALUES (?1, ?2, 1, ?3)
        ON CONFLICT (workspace, id) DO UPDATE SET count = count + 1, last_at = max(last_at, excluded.last_at)";
    connection.prepare_cached(sql)?.execute(params![no, id.0, at.0]).map(|_| ())
}

/// Inserts an entry's row.
pub(super) fn insert(
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
    pub(super) occurred_at: Millis,
    packed: PackedRow,
}

/// What a [`LogRow`] is read from, of an entry and of a superseded one alike.
pub(super) const COLUMNS: &str =
    "position, workspace, id, digest, received_at, origin, counts, uncounts, occurred_at, dictionary,
    event_bytes, bytes, payload";

impl LogRow {
    /// Reads the row of a statement that begins with [`COLUMNS`].
    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<LogRow> {
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

/// The number of the workspace that has the entry at a position, if one is there that is not superseded.
pub(super) fn number_at(log: &Connection, position: u64) -> Result<Option<i64>, Error> {
    let sql = "SELECT workspace FROM entry WHERE position = ?1";
    let run = || log.prepare_cached(sql)?.query_row([position.cast_signed()], |row| row.get(0)).optional();
    run().map_err(|error| failed("read the log", &error))
}

/// The row at a position, of an entry that is not superseded.
pub(super) fn read_entry(log: &Connection, position: u64) -> Result<Option<LogRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE position = ?1");
    let run = || log.prepare_cached(&sql)?.query_row([position.cast_signed()], LogRow::read).optional();
    run().map_err(|error| failed("read the log", &error))
}

/// The row at a position. Records that are behind the log may name an entry that is superseded meanwhile.
pub(super) fn read_row(log: &Connection, position: u64) -> Result<Option<LogRow>, Error> {
    // In this order: a row moves from the first table to the second, never back.
    match read_entry(log, position)? {
        None => superseded::read(log, position),
        found => Ok(found),
    }
}

/// The event at a position.
pub(super) fn read_event(log: &Connection, position: u64) -> Result<Option<Event>, Error> {
    Ok(read_row(log, position)?.map(|row| row.unpack()).transpose()?.map(|(event, _)| event))
}

/// Where the log has the variant of an event that counts.
pub(super) fn counting_position(log: &Connection, no: i64, id: EventId) -> Result<Option<u64>, Error> {
    let known = variants(log, no, id).map_err(|error| failed("find an event", &error))?;
    Ok(known.iter().min_by_key(|variant| (variant.occurred_at, variant.digest)).map(|variant| variant.position))
}

/// The last position, 0 when the log is empty.
pub(super) fn last_position(log: &Connection) -> Result<u64, Error> {
    let sql = "SELECT max((SELECT coalesce(max(position), 0) FROM entry), (SELECT coalesce(max(at), 0) FROM superseded))";
    let run = || log.query_row(sql, [], |row| row.get::<_, i64>(0));
    run().map(i64::cast_unsigned).map_err(|error| failed("read the log", &error))
}
