//! The view: the one thread that changes records.db. It folds what the writer commits, and moves the watermark with it.
//!
//! The watermark and the rows it stands for change in one transaction, so after a crash or a power cut the file is exactly the
//! fold of the log up to some position, and the view goes on from there.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use hookline_model::{entry::Entry, fold::fold, id::WorkspaceId};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    checkpointer::{Checkpointer, Checkpoints, Wal},
    level,
    log::{self, LogRow, Logged, Superseded},
    metrics::FOLD_ENTRIES,
    open::failed,
    rebuild,
    rows::{Kept, SqlRows},
    shared::{Next, Shared},
    superseded::{self, Step, SupersededRow},
};
use crate::{Error, RebuildKeys};

/// Entries folded in one transaction, at most. The more there are, the fewer times a page is written that many of them change;
/// but while they are folded they are in memory beside those that wait.
const FOLD_ENTRIES_MAX: usize = 8_000;
/// Entries folded before it is looked whether somebody waits to read: who does is let in with what is folded by then.
const BATCH_ENTRIES: usize = 4_000;
/// Entries folded together, at most. What they change is in the processor's caches until it is written, and they seldom share a
/// contact with the next ones; what they do share, their campaigns, is written once for all.
const GROUP_ENTRIES: usize = 256;
/// Bytes of entries read from the log at once, at most; a single larger entry still goes.
const READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long the view waits before it tries again on a full disk.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(1);

/// What the view can be asked to do between folds.
pub(super) enum Command {
    Rebuild { no: i64, workspace: WorkspaceId, keys: RebuildKeys, reply: oneshot::Sender<Result<u64, Error>> },
}

pub(super) struct View {
    pub(super) records: Connection,
    pub(super) log: Connection,
    pub(super) shared: Arc<Shared>,
    pub(super) folded: u64,
    pub(super) checkpointer: Arc<Checkpointer>,
    /// What the last folds met of campaigns.
    pub(super) kept: Kept,
}

impl View {
    /// Works until the store closes and everything is folded.
    pub(super) fn run(mut self) {
        let mut checkpoints = Checkpoints::of(Wal::Records, &mut self.records, Arc::clone(&self.checkpointer));
        loop {
            let step = match self.shared.next(self.folded, FOLD_ENTRIES_MAX) {
                Next::Stop => break,
                Next::Fold(entries) => self.fold(&entries),
                Next::ReadLog => self.read_log().and_then(|entries| self.fold(&entries)),
                Next::Command(Command::Rebuild { no, workspace, keys, reply }) => {
                    self.kept.forget();
                    let outcome = rebuild::rebuild(&self.records, &self.log, no, workspace, &keys);
                    drop(reply.send(outcome));
                    Ok(())
                }
            };
            match step.and_then(|()| checkpoints.see_to(&self.records)) {
                Ok(()) => {}
                Err(Error::DiskFull(reason)) => {
                    tracing::error!(%reason, "the records cannot be written; reads wait until there is room on the disk");
                    self.shared.pause(FULL_DISK_PAUSE);
                }
                Err(error) => (self.shared.on_fatal)(&format!("the records could not be written: {error}")),
            }
        }
        if let Err(error) = self.records.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "records.db was closed without a last checkpoint");
        }
    }

    /// Folds entries that follow on the watermark, or as many of them as go before somebody waits to read, and moves it behind
    /// them.
    fn fold(&mut self, entries: &[Arc<Logged>]) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        (self.shared.probe)("folding");
        self.step("BEGIN IMMEDIATE")?;
        let folded = self.fold_inside(entries).and_then(|folded| {
            (self.shared.probe)("folded");
            self.step("COMMIT")?;
            Ok(folded)
        });
        let folded = match folded {
            Ok(folded) => folded,
            Err(error) => {
                self.kept.forget();
                if !self.records.is_autocommit() {
                    self.step("ROLLBACK")?;
                }
                return Err(error);
            }
        };
        (self.shared.probe)("flushed");
        metrics::histogram!(FOLD_ENTRIES).record((folded - self.folded) as f64);
        self.folded = folded;
        self.shared.fold_done(folded);
        Ok(())
    }

    fn step(&self, sql: &str) -> Result<(), Error> {
        self.records.execute_batch(sql).map_err(|error| failed("fold a batch", &error))
    }

    /// Folds entries inside the transaction, and answers up to where.
    fn fold_inside(&mut self, entries: &[Arc<Logged>]) -> Result<u64, Error> {
        let View { records, log, shared, kept, .. } = self;
        let mut rows_of = BTreeMap::new();
        let mut last = self.folded;
        for batch in entries.chunks(BATCH_ENTRIES) {
            let mut by_workspace: BTreeMap<i64, Vec<&Logged>> = BTreeMap::new();
            for logged in batch {
                by_workspace.entry(logged.no).or_default().push(logged);
            }
            for (no, entries) in by_workspace {
                fold_of_one(records, log, &mut rows_of, kept, no, &entries)?;
            }
            last = batch.last().map_or(last, |logged| logged.position);
            if shared.is_awaited() {
                break;
            }
        }
        for (no, rows) in rows_of {
            kept.put(no, rows.finish_knowing()?);
        }
        set_watermark(records, last)?;
        Ok(last)
    }

    /// Reads what memory no longer has.
    fn read_log(&self) -> Result<Vec<Arc<Logged>>, Error> {
        let mut entries = Vec::new();
        let mut bytes = 0;
        for step in superseded::steps_after(&self.log, self.folded, FOLD_ENTRIES_MAX)? {
            if bytes > READ_BYTES_MAX {
                break;
            }
            let logged = self.logged(step)?;
            bytes += logged.bytes;
            entries.push(Arc::new(logged));
        }
        Ok(entries)
    }

    fn logged(&self, step: Step) -> Result<Logged, Error> {
        let Step { position, entry, supersedes } = step;
        let no = match (&entry, &supersedes) {
            (Some(row), _) | (None, Some(SupersededRow { row, .. })) => row.no,
            (None, None) => return Err(Error::Storage { attempted: "read the log", cause: "nothing is there".to_owned() }),
        };
        let sql = "SELECT id, reserved FROM workspace WHERE no = ?1";
        let (workspace, reserved): (uuid::Uuid, bool) = self
            .log
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([no], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(|error| failed("read the log", &error))?;
        let workspace = WorkspaceId(workspace);
        let bytes = entry.as_ref().map_or(0, LogRow::bytes) + supersedes.as_ref().map_or(0, |old| old.row.bytes());
        let makes_records = entry.as_ref().is_some_and(|row| log::makes_records(reserved, row.origin));
        let read_entry = |row: LogRow| -> Result<Entry, Error> {
            let (event, _) = row.unpack()?;
            let uncounts = log::former_at(&self.log, row.uncounts)?.map(Box::new);
            Ok(Entry { position, workspace, event, digest: row.digest, counts: row.counts, uncounts })
        };
        let read_superseded = |old: SupersededRow| -> Result<Box<Superseded>, Error> {
            Ok(Box::new(Superseded {
                position: old.row.position,
                event: old.row.unpack()?.0,
                digest: old.row.digest,
                makes_records: log::makes_records(reserved, old.row.origin),
                counted: old.counted,
                heir: log::former_at(&self.log, old.heir)?,
            }))
        };
        let entry = entry.map(read_entry).transpose()?;
        let supersedes = supersedes.map(read_superseded).transpose()?;
        Ok(Logged { no, workspace, position, makes_records, entry, supersedes, bytes })
    }
}

/// Folds entries of one workspace. Rows that are changed stay in `rows_of` until the transaction ends.
fn fold_of_one<'c>(
    records: &'c Connection,
    log: &'c Connection,
    rows_of: &mut BTreeMap<i64, SqlRows<'c>>,
    kept: &mut Kept,
    no: i64,
    entries: &[&Logged],
) -> Result<(), Error> {
    let Some(workspace) = entries.first().map(|logged| logged.workspace) else { return Ok(()) };
    let mut rest = entries;
    while !rest.is_empty() {
        let (plain, later) = rest.split_at(rest.iter().take_while(|logged| logged.supersedes.is_none()).count());
        if !plain.is_empty() {
            let new = || SqlRows::new(records, log, no, workspace).knowing(kept.take(no));
            fold_plain(rows_of.entry(no).or_insert_with(new), plain)?;
        }
        let (steps, later) = later.split_at(level::first_group(later));
        if !steps.is_empty() {
            rows_of.remove(&no).map_or(Ok(()), SqlRows::finish)?;
            kept.forget();
        }
        level::level(records, log, no, workspace, steps)?;
        rest = later;
    }
    Ok(())
}

/// Folds entries of one workspace that supersede nothing.
fn fold_plain(rows: &mut SqlRows<'_>, entries: &[&Logged]) -> Result<(), Error> {
    for group in by_campaign(entries).chunks(GROUP_ENTRIES) {
        let with_records = group.iter().filter(|logged| logged.makes_records);
        fold(rows, with_records.filter_map(|logged| logged.entry.as_ref()))?;
        group.iter().filter_map(|logged| logged.entry.as_ref()).try_for_each(|entry| rows.list_event(entry))?;
        rows.end_group()?;
    }
    Ok(())
}

/// Entries in an order in which those of a campaign follow on each other: what is listed by campaign is then written to pages
/// that are still in the processor's caches. To records the order makes no difference; in the list of events a variant that
/// stops another one of these from counting has to come after it.
fn by_campaign<'e>(entries: &[&'e Logged]) -> Vec<&'e Logged> {
    let mut sorted = entries.to_vec();
    let first = entries.first().map_or(0, |logged| logged.position);
    let uncounted = |logged: &&Logged| Some(logged.entry.as_ref()?.uncounts.as_ref()?.position);
    if entries.iter().filter_map(uncounted).all(|position| position < first) {
        // By a number of the key: keys are texts that begin alike, and any order will do.
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        sorted.sort_by_cached_key(|logged| hasher.hash_one(logged.entry.as_ref().and_then(|entry| entry.event.campaign_key())));
    }
    sorted
}

/// The last position that the records include.
pub(super) fn watermark(records: &Connection) -> Result<u64, Error> {
    use rusqlite::OptionalExtension;
    let run =
        || records.query_row("SELECT value FROM meta WHERE name = 'watermark'", [], |row| row.get::<_, Vec<u8>>(0)).optional();
    let value = run().map_err(|error| failed("read the watermark", &error))?;
    Ok(value.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}

fn set_watermark(records: &Connection, position: u64) -> Result<(), Error> {
    let sql = "INSERT INTO meta (name, value) VALUES ('watermark', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let run = || records.prepare_cached(sql)?.execute([position.to_be_bytes().as_slice()]);
    run().map(|_| ()).map_err(|error| failed("write the watermark", &error))
}
