//! The log and the records: one trait in the terms of the pipe, its conformance suite, and the embedded store.
//!
//! A [`Store`] appends deliveries to a log, durably and in batches, and keeps the records that follow from it. It promises:
//!
//! - an [`append`](Store::append) answers after the event is on disk, and never before;
//! - every read that begins after that answer sees its effect;
//! - a delivery of a known event changes no count, and records depend on the set of what was appended, not on its order;
//! - every method names its workspace, and answers from that workspace alone.
//!
//! What the promises mean is decided by `conformance` (a feature of that name), which every store passes whole. Only in this
//! crate is SQL.

pub mod answers;
pub mod attempts;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod deliveries;
pub mod directory;
mod error;
pub mod pulling;
pub mod query;
pub mod redelivery;
pub mod rerun;
pub mod routing;
pub mod search;
pub mod settle;
pub mod shapes;
pub mod source;
pub mod sqlite;
pub mod stats;
pub mod subscriptions;
pub mod warnings;

use std::{future::Future, pin::Pin, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{CampaignId, ContactId, EmailId, EventId, ItemId, QuarantineId, WorkspaceId},
    identity::Claim,
    item::ItemSort,
    key::CampaignKey,
    platform::Platform,
    record::{Campaign, Contact, Email, Erasure, Item},
    route::Decision,
    time::Millis,
};

use crate::{
    answers::KeptAnswer,
    attempts::Attempts,
    deliveries::Deliveries,
    directory::{AddressOwner, Directory, DirectoryChange},
    pulling::Pulling,
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter, Page, PageRequest},
    redelivery::Redelivery,
    rerun::{Received, Reread, Rerun, RerunFilter},
    routing::{Delivered, Placed, Placing, Unplaced},
    search::{Found, SearchQuery},
    settle::{MakeAnswer, Settled, Settlement},
    shapes::ShapesRow,
    stats::{StatsBy, StatsFilter, StatsRow},
    warnings::Warnings,
};

pub use error::{Error, TooMuch};

/// What every method of a store answers, eventually.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// One delivery on its way into the log.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What it says.
    pub event: Event,
    /// The guard beside the id.
    pub claim: Option<Claim>,
    /// How it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Millis,
    /// The body as received, but for blanked secrets.
    pub raw: Vec<u8>,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The event's id: the first delivery's, if this one is a repetition.
    pub event_id: EventId,
    /// Whether the log had the event already.
    pub duplicate: bool,
}

/// A delivery that could not be read, kept until a parser can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its id.
    pub id: QuarantineId,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The platform whose address it came to.
    pub platform: Platform,
    /// When it came.
    pub received_at: Millis,
    /// Why it could not be read.
    pub reason: String,
    /// Request headers, secrets masked.
    pub headers: Vec<(String, String)>,
    /// The body, but for blanked secrets.
    pub body: Vec<u8>,
}

/// An event as the API shows it.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// The event: of its variants the one that counts.
    pub event: Arc<Event>,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// How it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Millis,
    /// How often it came again, and when last.
    pub duplicates: Duplicates,
    /// The contact it belongs to now.
    pub contact_id: Option<ContactId>,
    /// The address of that contact, if the event itself names none.
    pub contact_email: Option<String>,
    /// The campaign it belongs to now.
    pub campaign_id: Option<CampaignId>,
    /// The body as received, if asked for.
    pub raw: Option<Vec<u8>>,
}

/// Repetitions of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// How many.
    pub count: u64,
    /// When the last one came.
    pub last_at: Option<Millis>,
}

/// Figures for health checks and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Entries in the log.
    pub committed: u64,
    /// Entries folded into the records.
    pub folded: u64,
    /// Deliveries waiting for the writer.
    pub queued: u64,
    /// Bytes of these.
    pub queued_bytes: u64,
    /// Bytes the log takes on disk.
    pub log_bytes: u64,
    /// Bytes the records take on disk.
    pub records_bytes: u64,
    /// Entries that search has indexed; `None` if it is off.
    pub indexed: Option<u64>,
    /// Bytes the search index takes on disk.
    pub search_bytes: u64,
}

/// A log of events and the records that follow from it.
pub trait Store: Deliveries + Attempts + Redelivery + Pulling + Warnings + Send + Sync {
    /// Appends one delivery and answers when it is on disk.
    ///
    /// One of origin [`Origin::Test`] is kept under an id of its own, apart from live deliveries of the same event.
    /// [`Error::Overloaded`] at once when the queue is full.
    fn append(&self, delivery: Append) -> Answer<'_, Appended>;

    /// Appends what somebody did through the API or console, with the answer to it, in one transaction. An answer under a key
    /// that one is kept under already is a conflict, and nothing is appended.
    fn record(&self, delivery: Append, answer: Option<KeptAnswer>) -> Answer<'_, Appended>;

    /// Keeps a delivery that could not be read. The oldest of the workspace go when its bound is reached.
    fn quarantine(&self, delivery: Quarantined) -> Answer<'_, ()>;

    /// A page of a workspace's quarantine, newest first. A page may start behind any [`Quarantined::cursor`].
    fn quarantined(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Quarantined>>;

    /// One delivery in quarantine.
    fn quarantined_one(&self, workspace: WorkspaceId, id: QuarantineId) -> Answer<'_, Option<Quarantined>>;

    /// Settles deliveries of a workspace's quarantine, all of them and the answer in one transaction: none of them is lost or
    /// doubled, whatever happens between. Answers what became of each when that is on disk.
    ///
    /// A delivery is released at most once, and into its own workspace: anything else is a conflict. An answer under a key that
    /// one is kept under already is a conflict, and settles nothing.
    fn settle(
        &self,
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        answer: Option<MakeAnswer>,
    ) -> Answer<'_, Vec<Settled>>;

    /// A page of a workspace's entries with the deliveries they were read from, in the order of their event ids. A walk over the
    /// pages does not meet what was appended after its first page. A page has few rows, and a next one, when few of the entries
    /// looked at were wanted.
    fn received(&self, workspace: WorkspaceId, filter: RerunFilter, page: PageRequest) -> Answer<'_, Page<Received>>;

    /// Supersedes the entries that were read as something else, all of them and the answer in one transaction. Answers what
    /// became of each reading when that is on disk, in their order.
    ///
    /// What it means is in `docs/records.md`, Superseding. More readings than a page has, or a reading of another workspace,
    /// are a conflict; so is an answer under a key that one is kept under already.
    fn supersede(&self, workspace: WorkspaceId, rerun: Rerun) -> Answer<'_, Vec<Reread>>;

    /// Appends a delivery to an agency's address, of which `delivery` names the reserved workspace: into the workspace that the
    /// decision or what is known of its campaign names, else into the reserved one, with the reason why it waits.
    ///
    /// A test, and what belongs in no workspace of the agency, waits whatever is decided. A repetition of what was placed from
    /// the reserved workspace counts where it was placed, if nothing else is decided.
    fn deliver(&self, delivery: Append, decision: Decision) -> Answer<'_, Delivered>;

    /// A page of what waits in a reserved workspace, newest first, with the reasons.
    fn unplaced(&self, reserved: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Unplaced>>;

    /// Moves entries that wait into the workspaces they belong in, all of them and the answer in one transaction. Answers what
    /// became of each when that is on disk, in their order. An entry that goes on waiting has its new reason then.
    ///
    /// More entries than a page has, or one of another workspace, are a conflict; so is a workspace that is not reserved, and an
    /// answer under a key that one is kept under already.
    fn place(&self, reserved: WorkspaceId, placing: Placing) -> Answer<'_, Vec<Placed>>;

    /// The answer that is kept under a key, unless it is expired by `now`.
    fn kept_answer(&self, key: [u8; 32], now: Millis) -> Answer<'_, Option<KeptAnswer>>;

    /// Agencies, workspaces, addresses, keys, sources, rules and subscriptions as of the last change.
    fn directory(&self) -> Arc<Directory>;

    /// Applies changes to the directory, all or none, and answers when they are on disk and in [`Store::directory`].
    fn change_directory(&self, changes: Vec<DirectoryChange>) -> Answer<'_, ()>;

    /// One event.
    fn event(&self, workspace: WorkspaceId, id: EventId, with_raw: bool) -> Answer<'_, Option<StoredEvent>>;

    /// A page of events, newest first.
    fn events(&self, workspace: WorkspaceId, filter: EventFilter, page: PageRequest) -> Answer<'_, Page<StoredEvent>>;

    /// The contact that has, or ever had, this id.
    fn contact(&self, workspace: WorkspaceId, id: ContactId) -> Answer<'_, Option<Contact>>;

    /// A page of contacts, by their first event, newest first.
    fn contacts(&self, workspace: WorkspaceId, filter: ContactFilter, page: PageRequest) -> Answer<'_, Page<Contact>>;

    /// The campaign that has, or ever had, this id.
    fn campaign(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Campaign>>;

    /// The keys of the campaign that has, or ever had, this id, the best one first.
    fn campaign_keys(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Vec<CampaignKey>>>;

    /// A page of campaigns, last active first.
    fn campaigns(&self, workspace: WorkspaceId, filter: CampaignFilter, page: PageRequest) -> Answer<'_, Page<Campaign>>;

    /// One message.
    fn email(&self, workspace: WorkspaceId, id: EmailId) -> Answer<'_, Option<Email>>;

    /// A page of messages, newest first.
    fn emails(&self, workspace: WorkspaceId, filter: EmailFilter, page: PageRequest) -> Answer<'_, Page<Email>>;

    /// One item, of whatever sort and whoever's. `None` if it is not there, or hidden.
    fn item(&self, workspace: WorkspaceId, id: ItemId) -> Answer<'_, Option<Item>>;

    /// A page of the items of a sort that are nobody's, by their first event, newest first: lists, statuses, tags and the block
    /// list; of the other sorts those that name no contact. A page that would carry more than [`query::PAGE_BODY_BYTES_MAX`] of
    /// fields has fewer rows.
    fn items(&self, workspace: WorkspaceId, sort: ItemSort, page: PageRequest) -> Answer<'_, Page<Item>>;

    /// A page of the notes, tasks or messages of the contact that has, or ever had, this id, as of [`Store::items`]. Nothing if
    /// there is no such contact, or it is hidden; no rows of a sort that is nobody's.
    fn contact_items(
        &self,
        workspace: WorkspaceId,
        contact: ContactId,
        sort: ItemSort,
        page: PageRequest,
    ) -> Answer<'_, Option<Page<Item>>>;

    /// A page of the contacts marked for erasure, the latest mark first.
    fn erasures(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Erasure>>;

    /// A page of the events that have the words, newest first: in their kind, category, reason of a bounce, names, addresses,
    /// campaign or messages, each word in any of them. The index may be behind, and the answer says how far it is.
    ///
    /// Words are compared without case and accents, and "ß" is "ss". [`Error::SearchOff`] if there is no index.
    fn search_events(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EventFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<StoredEvent>>;

    /// A page of the messages that have the words, newest first: an event that tells of the message has them all in the message,
    /// the names, the addresses and the campaign. Otherwise as [`Store::search_events`].
    fn search_emails(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EmailFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<Email>>;

    /// Waits, however long it takes, until search finds everything that is in the log now.
    fn search_caught_up(&self) -> Answer<'_, ()>;

    /// Sums of a workspace's rollups and firsts, in order of their keys. Without grouping there is one row, also of nothing;
    /// otherwise only rows that have something.
    ///
    /// [`Error::TooMuch`] beyond [`stats::STATS_ROWS_WALKED_MAX`] and [`stats::STATS_ROWS_MAX`].
    fn stats(&self, workspace: WorkspaceId, filter: StatsFilter, by: StatsBy) -> Answer<'_, Vec<StatsRow>>;

    /// What is known of the shapes of deliveries: everything that was kept.
    fn shapes(&self) -> Answer<'_, Vec<ShapesRow>>;

    /// Keeps what is known of shapes in the place of the former, and forgets owners that are gone, all or nothing. It survives
    /// the end of the process; a power cut may take the last of it, and whoever finds the file damaged starts without.
    fn keep_shapes(&self, rows: Vec<ShapesRow>, gone: Vec<AddressOwner>) -> Answer<'_, ()>;

    /// Every record of a workspace in canonical JSON, see `docs/records.md`. For checks: it is as large as the workspace.
    fn dump(&self, workspace: WorkspaceId) -> Answer<'_, serde_json::Value>;

    /// Folds the given records again from the log, replacing what is stored, and answers how many rows came out different.
    ///
    /// Ingest goes on meanwhile.
    fn rebuild(&self, workspace: WorkspaceId, keys: RebuildKeys) -> Answer<'_, u64>;

    /// Figures.
    fn status(&self) -> Status;

    /// Whether the store can take and answer requests now; the error says what is wrong.
    fn ready(&self) -> Answer<'_, ()>;

    /// Takes no more, commits what is queued, lets the records catch up and closes the files.
    fn close(&self) -> Answer<'_, ()>;
}

/// Which records to rebuild.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebuildKeys {
    /// Contact keys, with every enrollment of theirs.
    pub contacts: Vec<hookline_model::key::ContactKey>,
    /// Campaign keys, with every enrollment in them and their rollups.
    pub campaigns: Vec<hookline_model::key::CampaignKey>,
    /// Messages.
    pub emails: Vec<hookline_model::key::EmailKey>,
    /// Items.
    pub items: Vec<hookline_model::item::ItemKey>,
}
