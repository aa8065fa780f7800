//! `POST /v1/agencies/{agency_id}/unrouted/route`.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    entry::Origin,
    id::WorkspaceId,
    route::{Routes, WaitingCode},
    time::Millis,
};
use hookline_platforms::Parsed;
use hookline_store::{
    Append,
    query::{PAGE_ROWS_MAX, PageRequest},
    rerun::{RERUN_PAGE_BYTES_MAX, Received, RerunFilter},
    routing::{Placed, Placement, Placing},
};

use crate::{
    api::{
        auth::AgencyWrite,
        cursor::{self, Listing},
        describe::CursorText,
        fields::FieldsIfAny,
        once::{Once, Reply},
        query::Query,
        unrouted::WaitingName,
    },
    openapi::{Count, Id, Operation},
    problem::Problem,
    reading, routing,
    service::Service,
};

/// The most entries of one call.
const ENTRIES_MAX: usize = 5_000;

/// The most bytes of their bodies; a single larger one still goes.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// After so many bodies are read, others get their turn on the thread.
const READ_AT_ONCE: usize = 16;

/// Everything, whenever it came.
const EVER: RerunFilter = RerunFilter { since: Millis(i64::MIN), until: Millis(i64::MAX), platform: None };

/// How it is done.
#[derive(JsonSchema)]
#[schemars(rename = "RouteUnroutedFields", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct RouteFields {
    /// `true` says what would go where and moves nothing. `false` if it is left out.
    #[schemars(example = &true)]
    dry_run: Option<bool>,
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RoutedUnrouted")]
struct OutcomeShape {
    /// How many deliveries were looked at.
    #[schemars(with = "Count")]
    read: usize,
    /// How many are in a workspace now that had not known them.
    #[schemars(with = "Count")]
    routed: usize,
    /// How many are in a workspace that knew them.
    #[schemars(with = "Count")]
    duplicates: usize,
    /// How many go on waiting.
    #[schemars(with = "Count")]
    waiting: usize,
    /// Where they went.
    workspaces: Vec<WorkspaceShape>,
    /// Why the others wait.
    reasons: Vec<ReasonShape>,
    /// Whether there are more to be looked at.
    more: bool,
    /// Where to go on; null if there are no more.
    #[schemars(extend("examples" = [null]))]
    next_cursor: Option<String>,
}

/// What went into a workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RoutedWorkspace")]
struct WorkspaceShape {
    #[schemars(with = "Id")]
    workspace_id: WorkspaceId,
    #[schemars(with = "Count")]
    routed: usize,
    #[schemars(with = "Count")]
    duplicates: usize,
}

/// How many wait for a reason.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WaitingReason")]
struct ReasonShape {
    #[schemars(with = "WaitingName")]
    code: &'static str,
    #[schemars(with = "Count")]
    count: usize,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Applies today's rules to what waits: what belongs in a workspace goes there, once, with its body and its time of \
        receipt. Up to 5,000 deliveries a call, and fewer when their bodies have more than 16 MiB together. While there are more, \
        call again from `next_cursor`. A body is not needed.";
    Operation::change::<OutcomeShape>("Routes", "Route unrouted events", about)
        .fields::<RouteFields>()
        .body_is_optional()
        .query::<CursorText>("cursor", "`next_cursor` of the call before. Empty is the beginning.")
}

/// What came of the pages so far.
#[derive(Clone, Default)]
struct Tally {
    workspaces: BTreeMap<WorkspaceId, (usize, usize)>,
    reasons: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Adds what became of entries. One that is no longer there was placed by somebody else.
    fn add(&mut self, placed: &[Placed]) {
        for placed in placed {
            match placed {
                Placed::In { workspace, duplicate, .. } => {
                    let (routed, duplicates) = self.workspaces.entry(*workspace).or_default();
                    *(if *duplicate { duplicates } else { routed }) += 1;
                }
                Placed::Waits(code) => *self.reasons.entry(WaitingCode::name(*code)).or_default() += 1,
                Placed::NotThere => {}
            }
        }
    }

    fn reply(&self, next_cursor: Option<&str>) -> Reply {
        let (routed, duplicates) =
            self.workspaces.values().fold((0, 0), |(routed, duplicates), row| (routed + row.0, duplicates + row.1));
        let waiting: usize = self.reasons.values().sum();
        let workspaces = self.workspaces.iter().map(|(id, (routed, duplicates))| WorkspaceShape {
            workspace_id: *id,
            routed: *routed,
            duplicates: *duplicates,
        });
        Reply::ok(&OutcomeShape {
            read: routed + duplicates + waiting,
            routed,
            duplicates,
            waiting,
            workspaces: workspaces.collect(),
            reasons: self.reasons.iter().map(|(code, count)| ReasonShape { code, count: *count }).collect(),
            more: next_cursor.is_some(),
            next_cursor: next_cursor.map(ToOwned::to_owned),
        })
    }
}

/// Applies today's rules to what waits, as much as one call may.
pub(in crate::api) async fn route(
    AgencyWrite(agency): AgencyWrite,
    mut query: Query,
    once: Once,
    State(service): State<Arc<Service>>,
    FieldsIfAny(mut fields): FieldsIfAny,
) -> Result<Reply, Problem> {
    let mut after = query.cursor(Listing::Routing)?;
    query.end()?;
    let is_dry = fields.flag_if_given("dry_run")?;
    fields.end()?;
    let (reserved, routes) = (agency.unrouted, service.store.directory().routes(agency.id));
    let (mut tally, mut entries, mut bytes) = (Tally::default(), 0, 0);
    loop {
        let limit = PAGE_ROWS_MAX.min(ENTRIES_MAX - entries);
        let page = service.store.received(reserved, EVER, PageRequest { limit, after }).await?;
        entries += page.rows.len();
        bytes += page.rows.iter().map(|row| row.raw.len()).sum::<usize>();
        let placements = decide(&service, reserved, &routes, page.rows).await;
        after = page.next;
        if after.is_none() || entries >= ENTRIES_MAX || bytes + RERUN_PAGE_BYTES_MAX > BYTES_MAX {
            let next = after.map(|next| cursor::encode(Listing::Routing, &next));
            let reply = move |placed: &[Placed]| {
                let mut tally = tally.clone();
                tally.add(placed);
                tally.reply(next.as_deref())
            };
            return once.place(&service, reserved, placements, is_dry, reply).await;
        }
        // Without the answer, which is kept with the last page: who repeats the call finds these placed.
        tally.add(&service.store.place(reserved, Placing { placements, is_dry, answer: None }).await?);
    }
}

/// What the rules say of deliveries that wait.
async fn decide(service: &Service, reserved: WorkspaceId, routes: &Routes, rows: Vec<Received>) -> Vec<Placement> {
    let mut placements = Vec::with_capacity(rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        if place % READ_AT_ONCE == READ_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
        let Received { position, event, origin, received_at, mut raw } = row;
        let decision = routing::decide(routes, &event, origin);
        let parser = (service.parsers)(event.platform);
        let settings = reading::settings_of(&service.store.directory(), reserved, event.platform);
        // The claim is not stored with an entry: the body says it, as it would to the workspace's own address today.
        let claim = parser
            .and_then(|parser| reading::read(parser, &raw, received_at, settings.as_ref()).ok())
            .and_then(|Parsed { claim, .. }| claim);
        if let Some(parser) = parser {
            // A field that was not known as a secret then may be known as one now.
            parser.redact(&mut raw);
        }
        let origin = if origin == Origin::Test { Origin::Test } else { Origin::Routed };
        placements.push(Placement {
            position,
            append: Append { workspace: reserved, event, claim, origin, received_at, raw },
            decision,
        });
    }
    placements
}
