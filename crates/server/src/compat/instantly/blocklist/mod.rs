//! The block list of the workspace, as Instantly shows it.
//!
//! An entry is named by what it blocks: an entry that is set to something else is another one, with another id.

pub(super) mod bulk_create;
pub(super) mod bulk_delete;
pub(super) mod clear;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod download;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use hookline_model::{
    id::{ItemId, WorkspaceId},
    item::ItemSort,
    record::Item,
    time::Millis,
};
use hookline_store::{
    Append,
    query::{Cursor, PAGE_ROWS_MAX, PageRequest},
};

use crate::{
    blocking::{self, Blocked, Entry, Moment},
    compat::instantly::{query::Query, refused::Refused},
    service::Service,
};

/// The most entries of one bulk request.
const BULK_MAX: usize = 1_000;

/// How many changes are on their way to the disk at once.
const WRITES_AT_ONCE: usize = 64;

/// How many pages of the list are looked through for what is wanted.
const PAGES_MAX: usize = 100;

/// An entry.
#[derive(Serialize)]
pub(super) struct EntryShape {
    id: ItemId,
    timestamp_created: String,
    organization_id: WorkspaceId,
    bl_value: String,
    is_domain: bool,
}

impl EntryShape {
    fn new(workspace: WorkspaceId, entry: Entry) -> EntryShape {
        EntryShape {
            id: entry.id,
            timestamp_created: entry.listed_at,
            organization_id: workspace,
            is_domain: matches!(entry.blocked, Blocked::Domain(_)),
            bl_value: entry.blocked.as_str().to_owned(),
        }
    }
}

/// The entry with this id.
async fn find(service: &Service, workspace: WorkspaceId, id: Uuid) -> Result<Entry, Refused> {
    blocking::find(service, workspace, ItemId(id)).await?.ok_or_else(Refused::absent)
}

/// Which entries.
#[derive(Default)]
struct Wanted {
    domains_only: bool,
    /// In lower case.
    search: Option<String>,
}

impl Wanted {
    fn read(query: &Query) -> Result<Wanted, Refused> {
        let domains_only = query.flag("domains_only")?.unwrap_or(false);
        Ok(Wanted { domains_only, search: query.text("search").map(str::to_lowercase) })
    }

    fn is_all(&self) -> bool {
        !self.domains_only && self.search.is_none()
    }

    fn is_it(&self, entry: &Entry) -> bool {
        (!self.domains_only || matches!(entry.blocked, Blocked::Domain(_)))
            && self.search.as_ref().is_none_or(|text| entry.blocked.as_str().contains(text.as_str()))
    }
}

/// Where an item is in the list.
fn place(item: &Item) -> Option<Cursor> {
    let at: Timestamp = item.created_at.as_ref()?.parse().ok()?;
    Some(Cursor { at: Millis(at.as_millisecond()), key: item.id.0.as_bytes().to_vec() })
}

/// The same as text: the id and the time, so that an entry which is gone meanwhile is a place as well.
fn place_text(place: &Cursor) -> Option<String> {
    Some(format!("{}_{}", Uuid::from_slice(&place.key).ok()?, place.at.0))
}

/// The place in a text; that of an entry's id alone is found.
async fn place_of(service: &Service, workspace: WorkspaceId, text: &str) -> Result<Cursor, Refused> {
    let wrong = || Refused::bad("querystring/starting_after must be next_starting_after of a page, or an id");
    let (id, at) = text.split_once('_').map_or((text, None), |(id, at)| (id, Some(at)));
    let id: Uuid = id.parse().map_err(|_| wrong())?;
    match at {
        Some(at) => Ok(Cursor { at: Millis(at.parse().map_err(|_| wrong())?), key: id.as_bytes().to_vec() }),
        None => {
            let item = service.store.item(workspace, ItemId(id)).await?;
            item.as_ref().and_then(place).ok_or_else(Refused::absent)
        }
    }
}

/// Up to `limit` of the entries that are wanted, behind a place of the list; and the place behind the last one that was looked
/// at, if there may be more.
async fn entries(
    service: &Service,
    workspace: WorkspaceId,
    wanted: &Wanted,
    limit: usize,
    mut after: Option<Cursor>,
) -> Result<(Vec<Entry>, Option<Cursor>), Refused> {
    let (mut found, mut last_looked_at): (Vec<Entry>, _) = (Vec::new(), None);
    // One more than is shown says whether there is a next page; what is filtered out is looked at in large pages.
    let rows = if wanted.is_all() { PAGE_ROWS_MAX.min(limit + 1) } else { PAGE_ROWS_MAX };
    for _ in 0..PAGES_MAX {
        let request = PageRequest { limit: rows, after };
        let page = service.store.items(workspace, ItemSort::Block, request).await?;
        for (item, entry) in page.rows.iter().filter_map(|item| Some((item, Entry::of(item)?))) {
            let is_wanted = wanted.is_it(&entry);
            if is_wanted && found.len() == limit {
                return Ok((found, last_looked_at));
            }
            last_looked_at = place(item);
            if is_wanted {
                found.push(entry);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok((found, None));
        }
    }
    Ok((found, last_looked_at))
}

/// What is to be done with something.
enum Wish {
    Block(Entry),
    Unblock(Blocked),
}

/// Makes changes, all at one time, that of [`blocking::later_than_any`], and answers when they are on disk. Not one
/// transaction: what was made before a failure stays, and making it again does no harm.
async fn make(service: &Service, workspace: WorkspaceId, at: Millis, wishes: &[Wish]) -> Result<(), Refused> {
    let mut nonce = [0; 32];
    service.entropy.fill(&mut nonce);
    let moment = Moment { workspace, at, nonce: &nonce };
    let event = |wish: &Wish| -> Append {
        match wish {
            Wish::Block(entry) => moment.block(service, entry),
            Wish::Unblock(blocked) => moment.unblock(service, blocked),
        }
    };
    let events: Vec<Append> = wishes.iter().map(event).collect();
    let record = |event: Append| async move { service.store.record(event, None).await.map(|_| ()) };
    Ok(stream::iter(events).map(record).buffer_unordered(WRITES_AT_ONCE).try_collect::<()>().await?)
}

/// What a text blocks.
fn blocked(text: Option<&str>) -> Result<Blocked, Refused> {
    let wrong = || Refused::bad("body/bl_value must be an email address or a domain");
    text.and_then(Blocked::parse).ok_or_else(wrong)
}
