//! Reading entries for a rerun, and telling what came out the same: on a reader's connection, before the writer hears of it.

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{EventId, WorkspaceId},
    time::Millis,
};
use rusqlite::{Connection, params};

use super::{
    SqliteStore,
    log::{self, Arriving, COLUMNS, LogRow, Prepared},
    open::failed,
    payload,
    supersede::{Ready, Superseding},
    writer::{Reply, Task},
};
use crate::{
    Error,
    query::{Cursor, PAGE_ROWS_MAX, Page, PageRequest},
    rerun::{RERUN_PAGE_BYTES_MAX, RERUN_WALK_ROWS_MAX, Reading, Received, Reread, Rerun, RerunFilter},
};

/// Where a walk is: the last position that it looks at, and the id and digest of the entry it looked at last.
struct Place {
    upto: u64,
    id: [u8; 16],
    digest: i64,
}

impl Place {
    fn of(request: &PageRequest, log: &Connection) -> Result<Place, Error> {
        let Some(after) = &request.after else {
            return Ok(Place { upto: log::last_position(log)?, id: [0; 16], digest: i64::MIN });
        };
        let split = after.key.split_first_chunk::<16>().and_then(|(id, rest)| Some((*id, rest.try_into().ok()?)));
        // A cursor that somebody made up leads nowhere.
        let (id, digest) = split.map_or(([u8::MAX; 16], i64::MAX), |(id, digest)| (id, i64::from_be_bytes(digest)));
        Ok(Place { upto: after.at.0.cast_unsigned(), id, digest })
    }

    fn cursor(&self) -> Cursor {
        let mut key = self.id.to_vec();
        key.extend_from_slice(&self.digest.to_be_bytes());
        Cursor { at: Millis(self.upto.cast_signed()), key }
    }
}

/// A page of the workspace's entries that the filter wants.
pub(super) fn received(log: &Connection, no: i64, filter: RerunFilter, request: &PageRequest) -> Result<Page<Received>, Error> {
    let fault = |error: rusqlite::Error| failed("read the log", &error);
    let mut place = Place::of(request, log)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM entry INDEXED BY entry_id WHERE workspace = ?1 AND (id, digest) > (?2, ?3)
        ORDER BY id, digest LIMIT ?4"
    );
    let mut statement = log.prepare_cached(&sql).map_err(fault)?;
    let most = RERUN_WALK_ROWS_MAX as i64;
    let mut found = statement.query(params![no, place.id, place.digest, most]).map_err(fault)?;
    let (mut rows, mut bytes, mut looked_at) = (Vec::new(), 0, 0);
    while let Some(row) = found.next().map_err(fault)? {
        let row = LogRow::read(row).map_err(fault)?;
        looked_at += 1;
        let is_of_period = (filter.since..filter.until).contains(&row.received_at) && row.position <= place.upto;
        let (id, digest) = (*row.id.0.as_bytes(), row.digest.cast_signed());
        if is_of_period {
            if !rows.is_empty() && bytes + row.bytes() > RERUN_PAGE_BYTES_MAX {
                return Ok(Page { rows, next: Some(place.cursor()) });
            }
            let (event, raw) = row.unpack()?;
            if filter.platform.is_none_or(|platform| platform == event.platform) {
                bytes += row.bytes();
                let LogRow { position, origin, received_at, .. } = row;
                rows.push(Received { position, event, origin, received_at, raw });
            }
        }
        (place.id, place.digest) = (id, digest);
        if rows.len() >= request.limit {
            return Ok(Page { rows, next: Some(place.cursor()) });
        }
    }
    let next = (looked_at == RERUN_WALK_ROWS_MAX).then(|| place.cursor());
    Ok(Page { rows, next })
}

impl SqliteStore {
    /// Supersedes the entries that were read as something else.
    pub(super) async fn supersede_read_otherwise(&self, workspace: WorkspaceId, rerun: Rerun) -> Result<Vec<Reread>, Error> {
        let Rerun { readings, is_dry, answer } = rerun;
        if readings.len() > PAGE_ROWS_MAX || readings.iter().any(|reading| reading.append.workspace != workspace) {
            return Err(Error::Conflict("a page of one workspace's readings is superseded at a time".to_owned()));
        }
        let number = self.number(workspace).await?;
        let (outcomes, ready) = self.with_reader(move |reader| sift(&reader.log, number, readings)).await?;
        if ready.is_empty() && answer.is_none() {
            return Ok(outcomes);
        }
        let superseding = Superseding { workspace, outcomes, ready, is_dry, answer };
        self.write(Some(workspace), superseding.bytes(), Task::Supersede(superseding), Reply::Reread).await
    }
}

/// What became of readings as far as it can be told without the writer, and which of them are for the writer. A reading is
/// the same or gone for good: an entry that is superseded never comes back.
fn sift(log: &Connection, no: i64, readings: Vec<Reading>) -> Result<(Vec<Reread>, Vec<Ready>), Error> {
    let (mut outcomes, mut ready) = (Vec::with_capacity(readings.len()), Vec::new());
    for reading in readings {
        let place = outcomes.len();
        let Some(row) = log::read_entry(log, reading.position)?.filter(|row| row.no == no) else {
            outcomes.push(Reread::NotThere);
            continue;
        };
        outcomes.push(Reread::Same);
        if !is_same(log, no, &row, &reading)? {
            let (event, _) = row.unpack()?;
            let (tombstone, _) = payload::pack(&event, &[])?;
            let prepared = Box::new(Prepared::new(reading.append)?);
            ready.push(Ready { place, position: reading.position, tombstone, prepared });
        }
    }
    Ok((outcomes, ready))
}

fn is_same(log: &Connection, no: i64, row: &LogRow, reading: &Reading) -> Result<bool, Error> {
    let append = &reading.append;
    if row.digest != digest_of(&append.event)? {
        return Ok(false);
    }
    let is_test = append.origin == Origin::Test;
    let own_id: EventId = if is_test { append.event.id.of_test() } else { append.event.id };
    let claim = append.claim.map(|claim| if is_test { claim.of_test() } else { claim });
    let arriving = Arriving { own_id, claim: claim.as_ref(), received_at: append.received_at };
    let resolved = log::resolve_again(log, no, row.id, arriving).map_err(|error| failed("find an event", &error))?;
    Ok(resolved.id == row.id)
}

fn digest_of(event: &Event) -> Result<u64, Error> {
    let stored = event.to_stored();
    let stored = stored.map_err(|error| Error::Storage { attempted: "write an event", cause: error.to_string() })?;
    Ok(Event::digest_of(&stored))
}
