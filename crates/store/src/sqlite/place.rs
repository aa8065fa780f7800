//! Placing: what came to an agency's address goes into the workspace it belongs in, at the door or out of the reserved workspace
//! later, in one transaction with the pointer that stays behind.
//!
//! An entry that is placed later takes two positions of the log: at the first it goes out of the reserved workspace, as a
//! superseded entry does whose successor is elsewhere, and at the second it comes into the other one, by the door, as any
//! delivery.

use hookline_model::{
    entry::{Admission, Origin, admit},
    event::Event,
    id::{EventId, WorkspaceId},
    route::{Decision, Waiting, WaitingCode},
};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    answers,
    directory::{Numbered, Numbers},
    known::{self, Home, Known},
    log::{self, LogRow, Logged, Prepared, Resolved, Superseded},
    open::{all_or_none, failed},
    payload::Payload,
    supersede::{canonical, move_deliveries},
    superseded::{self, Supersession},
};
use crate::{
    Appended, Error,
    routing::{Delivered, MakePlacingAnswer, Placed},
};

/// What the writer lends for placing.
pub(super) struct Desk<'w> {
    pub(super) connection: &'w Connection,
    pub(super) numbers: &'w Numbers,
    pub(super) known: &'w mut Known,
}

/// Where something goes.
enum Target {
    In(WorkspaceId, Numbered),
    Waits(Waiting),
}

impl Desk<'_> {
    /// Where a decision leads to now. What is known is asked at the moment of writing, so that it is what was written before.
    fn target(&self, reserved: Numbered, event: &Event, decision: Decision) -> Result<Target, Error> {
        let (workspace, otherwise) = match decision {
            Decision::Wait(waiting) => return Ok(Target::Waits(waiting)),
            Decision::Workspace(workspace) => (workspace, Waiting::workspace_gone()),
            Decision::AskKnown(otherwise) => {
                let home = event.campaign_key().map(|key| known::home(self.connection, reserved.agency, key)).transpose()?;
                match home.unwrap_or(Home::Nowhere) {
                    Home::Nowhere => return Ok(Target::Waits(otherwise)),
                    Home::Several => return Ok(Target::Waits(Waiting::campaign_in_several())),
                    Home::In(workspace) => (workspace, otherwise),
                }
            }
        };
        let numbered = self.numbers.get(&workspace).copied();
        // Whatever the caller says, nothing leaves its agency.
        let numbered = numbered.filter(|numbered| !numbered.reserved && numbered.agency == reserved.agency);
        Ok(numbered.map_or(Target::Waits(otherwise), |numbered| Target::In(workspace, numbered)))
    }

    /// Appends a delivery to an agency's address where it belongs, inside the writer's transaction.
    pub(super) fn deliver(
        &mut self,
        reserved: Numbered,
        mut prepared: Prepared,
        decision: Decision,
        position: u64,
    ) -> Result<(Delivered, Option<Logged>), Error> {
        let waiting = match self.target(reserved, &prepared.event, decision)? {
            Target::In(workspace, Numbered { no, .. }) if prepared.origin != Origin::Test => {
                prepared.workspace = workspace;
                let (appended, entry) = log::append(self.connection, no, false, position, prepared)?;
                return Ok((Delivered { appended, workspace: Some(workspace) }, entry));
            }
            Target::In(..) => Waiting::test(),
            Target::Waits(waiting) => waiting,
        };
        if let Some(delivered) = self.placed_before(reserved, &prepared)? {
            return Ok((delivered, None));
        }
        let (appended, entry) = log::append(self.connection, reserved.no, true, position, prepared)?;
        if let Some(entry) = &entry {
            write_waiting(self.connection, entry.position, &waiting)?;
        }
        Ok((Delivered { appended, workspace: None }, entry))
    }

    /// A repetition of what was placed is a repetition there, also if nothing would place it any more.
    fn placed_before(&self, reserved: Numbered, prepared: &Prepared) -> Result<Option<Delivered>, Error> {
        let run = || -> rusqlite::Result<Option<(EventId, WorkspaceId)>> {
            let Resolved { id, .. } = log::resolve(self.connection, reserved.no, prepared.as_arriving())?;
            let sql = "SELECT placed.event, placed.target, workspace.id FROM placed
                JOIN workspace ON workspace.no = placed.target AND workspace.deleted = 0
                WHERE placed.workspace = ?1 AND placed.id = ?2 AND placed.digest = ?3";
            let values = params![reserved.no, id.0, prepared.digest.cast_signed()];
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Uuid>(0)?, row.get::<_, i64>(1)?, row.get::<_, Uuid>(2)?));
            let found = self.connection.prepare_cached(sql)?.query_row(values, read).optional()?;
            let Some((event, target, workspace)) = found else { return Ok(None) };
            log::count_duplicate(self.connection, target, EventId(event), prepared.received_at)?;
            Ok(Some((EventId(event), WorkspaceId(workspace))))
        };
        let found = run().map_err(|error| failed("find what was placed", &error))?;
        let delivered =
            |(event_id, workspace)| Delivered { appended: Appended { event_id, duplicate: true }, workspace: Some(workspace) };
        Ok(found.map(delivered))
    }
}

/// An entry that waits, made ready for the writer.
pub(super) struct ReadyPlacement {
    pub(super) position: u64,
    pub(super) decision: Decision,
    /// What comes into the workspace it belongs in, and what is kept of the entry then; `None` if it is known to wait.
    pub(super) leaving: Option<(Box<Prepared>, Payload)>,
}

/// Entries that wait, made ready for the writer on another thread.
pub(super) struct ReadyPlacing {
    pub(super) reserved: WorkspaceId,
    pub(super) ready: Vec<ReadyPlacement>,
    pub(super) is_dry: bool,
    pub(super) answer: Option<MakePlacingAnswer>,
}

impl ReadyPlacing {
    /// Roughly what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let of_one = |ready: &ReadyPlacement| {
            ready.leaving.as_ref().map_or(0, |(prepared, tombstone)| prepared.bytes() + tombstone.packed.len())
        };
        self.ready.iter().map(|ready| of_one(ready) + 256).sum()
    }

    /// Places inside the writer's transaction, all or none. Each entry that is placed takes one or two positions, from
    /// `position` on.
    pub(super) fn apply(
        self,
        desk: &mut Desk<'_>,
        reserved: Numbered,
        position: u64,
    ) -> Result<(Vec<Placed>, Vec<Logged>), Error> {
        let ReadyPlacing { reserved: workspace, ready, is_dry, answer } = self;
        let connection = desk.connection;
        // What a dry run learns is nothing that was written.
        let mut passing = Known::default();
        let known = if is_dry { &mut passing } else { &mut *desk.known };
        let mut desk = Desk { connection, numbers: desk.numbers, known };
        all_or_none(connection, || {
            let (mut placed, mut steps) = (Vec::with_capacity(ready.len()), Vec::new());
            let step = |sql: &str| connection.execute_batch(sql).map_err(|error| failed("place entries", &error));
            if is_dry {
                step("SAVEPOINT dry")?;
            }
            for ready in ready {
                placed.push(desk.place((workspace, reserved), ready, position + steps.len() as u64, &mut steps)?);
            }
            if is_dry {
                step("ROLLBACK TO dry; RELEASE dry")?;
                steps.clear();
            }
            if let Some(answer) = answer.and_then(|make| make(&placed)) {
                answers::put(connection, &answer)?;
            }
            Ok((placed, steps))
        })
    }
}

impl Desk<'_> {
    /// Places one entry, if it still waits and belongs somewhere; its positions begin at `at`.
    fn place(
        &mut self,
        (reserved, numbered): (WorkspaceId, Numbered),
        ready: ReadyPlacement,
        at: u64,
        steps: &mut Vec<Logged>,
    ) -> Result<Placed, Error> {
        let ReadyPlacement { position, decision, leaving } = ready;
        let Some(old) = log::read_entry(self.connection, position)?.filter(|row| row.no == numbered.no) else {
            return Ok(Placed::NotThere);
        };
        let (event, _) = old.unpack()?;
        if event.kind.is_of_the_house() {
            // It is the agency's own, and nobody's to place.
            return Ok(Placed::NotThere);
        }
        let waiting = match (self.target(numbered, &event, decision)?, leaving) {
            _ if old.origin == Origin::Test => Waiting::test(),
            (Target::In(workspace, to), Some((mut prepared, tombstone))) => {
                prepared.workspace = workspace;
                return self.move_entry((reserved, numbered), to.no, at, (&old, event), (*prepared, tombstone), steps);
            }
            (Target::Waits(waiting), _) => waiting,
            // Nobody is told to wait and has a place all the same.
            (Target::In(..), None) => Waiting::not_tried(),
        };
        write_waiting(self.connection, position, &waiting)?;
        Ok(Placed::Waits(waiting.code))
    }

    /// Takes an entry out of the reserved workspace and lets it in at another one's door.
    fn move_entry(
        &mut self,
        (reserved, numbered): (WorkspaceId, Numbered),
        to: i64,
        at: u64,
        (old, event): (&LogRow, Event),
        (prepared, tombstone): (Prepared, Payload),
        steps: &mut Vec<Logged>,
    ) -> Result<Placed, Error> {
        let connection = self.connection;
        let fault = |error: rusqlite::Error| failed("place an entry", &error);
        let run = || -> rusqlite::Result<(EventId, Admission, bool, Option<u64>)> {
            let mut left = log::variants(connection, numbered.no, old.id)?;
            let counted = canonical(&left) == Some(old.position);
            left.retain(|variant| variant.position != old.position);
            let heir = if counted { canonical(&left) } else { None };
            let Resolved { id, known, takes_claim } = log::resolve(connection, to, prepared.as_arriving())?;
            let admission = admit(&known, prepared.event.occurred_at, prepared.digest);
            let is_appended = admission != Admission::Duplicate;
            let same = known.iter().find(|variant| variant.digest == prepared.digest).map(|variant| variant.position);
            let successor = if is_appended { at + 1 } else { same.or_else(|| canonical(&known)).unwrap_or(at) };
            let supersession = Supersession { position: old.position, at, successor, counted, heir };
            superseded::put(connection, &supersession, is_appended.then_some(&tombstone))?;
            leave_pointer(connection, old, to, id)?;
            if takes_claim {
                log::take_claim(connection, to, prepared.as_arriving())?;
            }
            if is_appended {
                log::insert(connection, to, id, at + 1, &prepared, admission)?;
            }
            move_deliveries(connection, old, left.is_empty(), (to, id), !known.is_empty())?;
            Ok((id, admission, counted, heir))
        };
        let (id, admission, counted, heir) = run().map_err(fault)?;
        let heir = log::former_at(connection, heir)?;
        let supersedes = Superseded { position: old.position, event, digest: old.digest, makes_records: false, counted, heir };
        let (supersedes, bytes) = (Some(Box::new(supersedes)), old.bytes());
        let (no, workspace) = (numbered.no, reserved);
        steps.push(Logged { no, workspace, position: at, makes_records: false, entry: None, supersedes, bytes });
        let workspace = prepared.workspace;
        let entry = log::logged(connection, to, false, at + 1, id, prepared, admission)?;
        let duplicate = admission != Admission::New;
        if let Some(entry) = entry {
            if let Some(entry) = &entry.entry {
                // At once: what comes next may be of the same campaign.
                self.known.learn(connection, numbered.agency, to, &entry.event)?;
            }
            steps.push(entry);
        }
        Ok(Placed::In { workspace, event_id: id, duplicate })
    }
}

/// Remembers where an entry went, and no longer why it waited.
fn leave_pointer(connection: &Connection, old: &LogRow, to: i64, id: EventId) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM waiting WHERE position = ?1")?.execute([old.position.cast_signed()])?;
    let sql = "INSERT INTO placed (workspace, id, digest, target, event) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (workspace, id, digest) DO UPDATE SET target = excluded.target, event = excluded.event";
    let values = params![old.no, old.id.0, old.digest.cast_signed(), to, id.0];
    connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

fn write_waiting(connection: &Connection, position: u64, waiting: &Waiting) -> Result<(), Error> {
    let sql = "INSERT INTO waiting (position, code, text) VALUES (?1, ?2, ?3)
        ON CONFLICT (position) DO UPDATE SET code = excluded.code, text = excluded.text
        WHERE (code, text) <> (excluded.code, excluded.text)";
    let values = params![position.cast_signed(), waiting.code.name(), waiting.text];
    let run = || connection.prepare_cached(sql)?.execute(values);
    run().map(|_| ()).map_err(|error| failed("write down why an entry waits", &error))
}

/// Whether it is written down why an entry waits.
pub(super) fn waits_at(log: &Connection, position: u64) -> Result<bool, Error> {
    let run = || log.prepare_cached("SELECT 1 FROM waiting WHERE position = ?1")?.exists([position.cast_signed()]);
    run().map_err(|error| failed("read why an entry waits", &error))
}

/// Why an entry waits.
pub(super) fn waiting_at(log: &Connection, position: u64) -> Result<Waiting, Error> {
    let sql = "SELECT code, text FROM waiting WHERE position = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let run = || log.prepare_cached(sql)?.query_row([position.cast_signed()], read).optional();
    let found = run().map_err(|error| failed("read why an entry waits", &error))?;
    let waiting = found.and_then(|(code, text)| Some(Waiting { code: WaitingCode::named(&code)?, text }));
    Ok(waiting.unwrap_or_else(Waiting::not_tried))
}
