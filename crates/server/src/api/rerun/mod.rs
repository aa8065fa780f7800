//! `POST /v1/workspaces/{id}/rerun`.

mod differences;

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    entry::Origin,
    id::{EventId, WorkspaceId},
    kind::Kind,
    platform::Platform,
};
use hookline_platforms::Parsed;
use hookline_store::{
    Append,
    query::{PAGE_ROWS_MAX, PageRequest},
    rerun::{RERUN_PAGE_BYTES_MAX, Reading, Received, Reread, Rerun, RerunFilter},
};

use crate::{
    api::{
        auth::WorkspaceWrite,
        cursor::{self, Listing},
        describe::CursorText,
        fields::Fields,
        once::{Once, Reply},
        query::Query,
    },
    openapi::{Count, Id, KindName, Operation, PlatformName, Time},
    problem::Problem,
    reading,
    service::Service,
};

/// The most entries of one call.
const ENTRIES_MAX: usize = 5_000;

/// The most bytes of their bodies; a single larger one still goes.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most pages of one call, each one transaction: in a short period of a long log most pages find little.
const PAGES_MAX: usize = 12;

/// How many changes are told one by one.
const CHANGES_MAX: usize = 100;

/// After so many bodies are read, others get their turn on the thread.
const READ_AT_ONCE: usize = 16;

/// What is read again.
#[derive(JsonSchema)]
#[schemars(rename = "RerunFields", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct RerunFields {
    /// Deliveries received at or after.
    since: Time,
    /// Deliveries received before.
    until: Time,
    /// Deliveries of this platform only.
    platform: Option<PlatformName>,
    /// `true` says what would change and changes nothing.
    #[schemars(example = &true)]
    dry_run: bool,
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Rerun")]
struct OutcomeShape<'a> {
    /// How many deliveries were read again.
    #[schemars(with = "Count")]
    read: usize,
    /// How many say the same.
    #[schemars(with = "Count")]
    same: usize,
    /// How many say something else, and take the place of what was there.
    #[schemars(with = "Count")]
    changed: usize,
    /// How many cannot be read any more. What was there stays.
    #[schemars(with = "Count")]
    unreadable: usize,
    /// The first 100 changes.
    changes: Vec<ChangeShape<'a>>,
    /// Whether there is more to be read.
    more: bool,
    /// Where to go on; null if there is no more.
    #[schemars(extend("examples" = [null]))]
    next_cursor: Option<&'a str>,
}

/// A delivery that says something else.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RerunChange")]
struct ChangeShape<'a> {
    /// The event that it was.
    #[schemars(with = "Id")]
    event_id: EventId,
    /// The event that it is.
    #[schemars(with = "Id")]
    new_event_id: EventId,
    #[schemars(with = "KindName")]
    kind: Kind,
    #[schemars(with = "KindName")]
    new_kind: Kind,
    /// Names of what differs, of the event as it is stored. Empty if only the id does.
    #[schemars(example = &["contact.email"])]
    fields: &'a [String],
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Reads stored deliveries again with the parser of today. Where the event says something else, it takes the place \
        of what was there, as if that had never been. Up to 5,000 deliveries a call, and fewer when their bodies have more than \
        16 MiB together or lie far apart. While there are more, call again from `next_cursor`.";
    Operation::change::<OutcomeShape<'_>>("Events", "Read deliveries again", about)
        .fields::<RerunFields>()
        .query::<CursorText>("cursor", "`next_cursor` of the call before. Empty is the beginning.")
}

/// A delivery that was read as an event: what it was, and what differs.
#[derive(Clone)]
struct Note {
    event_id: EventId,
    kind: Kind,
    new_kind: Kind,
    fields: Vec<String>,
}

/// What came of the pages before.
#[derive(Clone, Default)]
struct Tally {
    same: usize,
    unreadable: usize,
    changed: usize,
    changes: Vec<(EventId, Note)>,
}

impl Tally {
    /// Adds what became of readings. One that was superseded meanwhile was read by somebody else.
    fn add(&mut self, notes: &[Note], reread: &[Reread]) {
        for (note, reread) in notes.iter().zip(reread) {
            match reread {
                Reread::Same => self.same += 1,
                Reread::Superseded { event_id, .. } => {
                    self.changed += 1;
                    if self.changes.len() < CHANGES_MAX {
                        self.changes.push((*event_id, note.clone()));
                    }
                }
                Reread::NotThere => {}
            }
        }
    }

    fn reply(&self, next_cursor: Option<&str>) -> Reply {
        let changes = self.changes.iter().map(|(new_event_id, note)| ChangeShape {
            event_id: note.event_id,
            new_event_id: *new_event_id,
            kind: note.kind,
            new_kind: note.new_kind,
            fields: &note.fields,
        });
        let changes = changes.collect();
        let Tally { same, unreadable, changed, .. } = *self;
        let read = same + changed + unreadable;
        Reply::ok(&OutcomeShape { read, same, changed, unreadable, changes, more: next_cursor.is_some(), next_cursor })
    }
}

/// Reads stored deliveries again, as many as one call may.
pub(in crate::api) async fn rerun(
    WorkspaceWrite(workspace): WorkspaceWrite,
    mut query: Query,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let mut after = query.cursor(Listing::Rerun)?;
    query.end()?;
    let (since, until) = (fields.time("since")?, fields.time("until")?);
    let platform: Option<Platform> = fields.named("platform", "Give the name of a platform, such as smartlead.")?;
    let is_dry = fields.flag("dry_run")?;
    fields.end()?;
    if since >= until {
        return Err(Problem::invalid("until", "Give a time after since."));
    }
    let filter = RerunFilter { since, until, platform };
    let (mut tally, mut pages, mut entries, mut bytes) = (Tally::default(), 0, 0, 0);
    loop {
        let limit = PAGE_ROWS_MAX.min(ENTRIES_MAX - entries);
        let page = service.store.received(workspace.id, filter, PageRequest { limit, after }).await?;
        pages += 1;
        entries += page.rows.len();
        bytes += page.rows.iter().map(|row| row.raw.len()).sum::<usize>();
        let Read { notes, readings, unreadable } = read(&service, workspace.id, page.rows).await;
        tally.unreadable += unreadable;
        after = page.next;
        let is_enough = entries >= ENTRIES_MAX || bytes + RERUN_PAGE_BYTES_MAX > BYTES_MAX || pages >= PAGES_MAX;
        if after.is_none() || is_enough {
            let next = after.map(|next| cursor::encode(Listing::Rerun, &next));
            let reply = move |reread: &[Reread]| {
                let mut tally = tally.clone();
                tally.add(&notes, reread);
                tally.reply(next.as_deref())
            };
            return once.supersede(&service, workspace.id, readings, is_dry, reply).await;
        }
        // Without the answer, which is kept with the last page: who repeats the call goes over these again, and finds them the
        // same.
        let rerun = Rerun { readings, is_dry, answer: None };
        tally.add(&notes, &service.store.supersede(workspace.id, rerun).await?);
    }
}

/// A page, read again.
#[derive(Default)]
struct Read {
    /// What may be told of each reading.
    notes: Vec<Note>,
    readings: Vec<Reading>,
    /// How many could not be read.
    unreadable: usize,
}

async fn read(service: &Service, workspace: WorkspaceId, rows: Vec<Received>) -> Read {
    let mut read = Read::default();
    for (place, row) in rows.into_iter().enumerate() {
        if place % READ_AT_ONCE == READ_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
        match read_one(service, workspace, row) {
            Some((note, reading)) => {
                read.notes.push(note);
                read.readings.push(reading);
            }
            None => read.unreadable += 1,
        }
    }
    read
}

/// Reads a body with the parser of today, as if it came when it came. What it lacks are secrets only, which no parser looks for.
fn read_one(service: &Service, workspace: WorkspaceId, row: Received) -> Option<(Note, Reading)> {
    let Received { position, event: old, received_at, mut raw, .. } = row;
    let parser = (service.parsers)(old.platform)?;
    let settings = reading::settings_of(&service.store.directory(), workspace, old.platform);
    let Parsed { event, claim } = reading::read(parser, &raw, received_at, settings.as_ref()).ok()?;
    // A field that was not known as a secret then may be known as one now.
    parser.redact(&mut raw);
    // A test stays one: that is what tells that it makes no records.
    let origin = if reading::origin(&event) == Origin::Test { Origin::Test } else { Origin::Rerun };
    let fields = differences::between(&old, &event);
    let note = Note { event_id: old.id, kind: old.kind, new_kind: event.kind, fields };
    Some((note, Reading { position, append: Append { workspace, event, claim, origin, received_at, raw } }))
}
