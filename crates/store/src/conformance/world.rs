//! What the cases work in: an open store with an agency and a few workspaces.

use std::sync::Arc;

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{AgencyId, CampaignId, ContactId, EmailId, EventId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    record::{Campaign, Contact, Email},
};
use serde_json::Value;
use uuid::Uuid;

use super::{MakePlace, Place, given};
use crate::{
    Append, Appended, Store, StoredEvent,
    directory::{Agency, DirectoryChange, Workspace},
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter, PAGE_ROWS_MAX, PageRequest},
    search::Found,
    stats::{StatsBy, StatsFilter, StatsRow},
};

/// The agency of the cases.
pub(super) const AGENCY: AgencyId = AgencyId(Uuid::from_u128(0xa0));
/// The workspace that most cases work in.
pub(super) const ACME: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb1));
/// Another workspace of the same agency.
pub(super) const BETA: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb2));
/// The reserved workspace of the agency.
pub(super) const UNROUTED: WorkspaceId = WorkspaceId(Uuid::from_u128(0xbf));
/// A workspace that nobody made.
pub(super) const NOWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xdead));

/// An open store with an agency and its workspaces, and the place it is in.
pub(super) struct World {
    place: Box<dyn Place>,
    /// The store.
    pub(super) store: Arc<dyn Store>,
}

/// An agency as the cases make it.
pub(super) fn agency(id: AgencyId, unrouted: WorkspaceId) -> Agency {
    Agency { id, name: "Reach GmbH".to_owned(), created_at: given::at(0), unrouted }
}

/// A workspace as the cases make it.
pub(super) fn workspace(id: WorkspaceId, agency: AgencyId, reserved: bool) -> Workspace {
    Workspace { id, agency, name: format!("workspace {id}"), created_at: given::at(0), reserved }
}

impl World {
    /// Opens a fresh place and makes the agency and its workspaces.
    pub(super) async fn new(make_place: MakePlace<'_>) -> World {
        let place = make_place();
        let world = World { store: place.open(), place };
        let changes = vec![
            DirectoryChange::PutAgency(agency(AGENCY, UNROUTED)),
            DirectoryChange::PutWorkspace(workspace(ACME, AGENCY, false)),
            DirectoryChange::PutWorkspace(workspace(BETA, AGENCY, false)),
            DirectoryChange::PutWorkspace(workspace(UNROUTED, AGENCY, true)),
        ];
        world.store.change_directory(changes).await.expect("a fresh store takes an agency");
        world
    }

    /// Closes the store and opens its place again.
    pub(super) async fn reopened(self) -> World {
        self.store.close().await.expect("an open store closes");
        self.opened_again()
    }

    /// Opens the place of a closed store again.
    pub(super) fn opened_again(self) -> World {
        let World { place, store } = self;
        drop(store);
        World { store: place.open(), place }
    }

    /// Appends to [`ACME`], as a live delivery.
    pub(super) async fn append(&self, event: Event) -> Appended {
        self.deliver(given::delivery(ACME, event)).await
    }

    /// Appends all of these to [`ACME`], one after the other.
    pub(super) async fn append_all(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.append(event).await;
        }
    }

    /// Appends to a workspace, with an origin.
    pub(super) async fn append_as(&self, workspace: WorkspaceId, origin: Origin, event: Event) -> Appended {
        self.deliver(Append { origin, ..given::delivery(workspace, event) }).await
    }

    /// Appends.
    pub(super) async fn deliver(&self, delivery: Append) -> Appended {
        self.store.append(delivery).await.expect("an append is answered")
    }

    /// An event of [`ACME`].
    pub(super) async fn event(&self, id: EventId) -> Option<StoredEvent> {
        self.store.event(ACME, id, false).await.expect("an event is answered")
    }

    /// The contact of [`ACME`] that a key gives the id of.
    pub(super) async fn contact(&self, key: &ContactKey) -> Option<Contact> {
        self.store.contact(ACME, ContactId::derive(ACME, key)).await.expect("a contact is answered")
    }

    /// The campaign of [`ACME`] that a key gives the id of.
    pub(super) async fn campaign(&self, key: &CampaignKey) -> Option<Campaign> {
        self.store.campaign(ACME, CampaignId::derive(ACME, key)).await.expect("a campaign is answered")
    }

    /// The message of [`ACME`] that a key gives the id of.
    pub(super) async fn email(&self, key: &EmailKey) -> Option<Email> {
        self.store.email(ACME, EmailId::derive(ACME, key)).await.expect("an email is answered")
    }

    /// The events of a workspace that a filter finds.
    pub(super) async fn events(&self, workspace: WorkspaceId, filter: EventFilter) -> Vec<StoredEvent> {
        self.store.events(workspace, filter, all()).await.expect("events are answered").rows
    }

    /// The contacts of a workspace that a filter finds.
    pub(super) async fn contacts(&self, workspace: WorkspaceId, filter: ContactFilter) -> Vec<Contact> {
        self.store.contacts(workspace, filter, all()).await.expect("contacts are answered").rows
    }

    /// The campaigns of a workspace that a filter finds.
    pub(super) async fn campaigns(&self, workspace: WorkspaceId, filter: CampaignFilter) -> Vec<Campaign> {
        self.store.campaigns(workspace, filter, all()).await.expect("campaigns are answered").rows
    }

    /// The messages of a workspace that a filter finds.
    pub(super) async fn emails(&self, workspace: WorkspaceId, filter: EmailFilter) -> Vec<Email> {
        self.store.emails(workspace, filter, all()).await.expect("emails are answered").rows
    }

    /// The events of a workspace that have the words, once search has everything.
    pub(super) async fn search_events(&self, workspace: WorkspaceId, q: &str, filter: EventFilter) -> Found<StoredEvent> {
        self.store.search_caught_up().await.expect("search catches up");
        let query = q.parse().unwrap_or_else(|error| panic!("{q:?}: {error}"));
        self.store.search_events(workspace, query, filter, all()).await.unwrap_or_else(|error| panic!("{q:?}: {error}"))
    }

    /// The messages of a workspace that have the words, once search has everything.
    pub(super) async fn search_emails(&self, workspace: WorkspaceId, q: &str, filter: EmailFilter) -> Found<Email> {
        self.store.search_caught_up().await.expect("search catches up");
        let query = q.parse().unwrap_or_else(|error| panic!("{q:?}: {error}"));
        self.store.search_emails(workspace, query, filter, all()).await.unwrap_or_else(|error| panic!("{q:?}: {error}"))
    }

    /// Sums of a workspace.
    pub(super) async fn stats(&self, workspace: WorkspaceId, filter: StatsFilter, by: StatsBy) -> Vec<StatsRow> {
        self.store.stats(workspace, filter, by).await.expect("stats are answered")
    }

    /// The dump of a workspace.
    pub(super) async fn dump(&self, workspace: WorkspaceId) -> Value {
        self.store.dump(workspace).await.expect("a dump is answered")
    }

    /// How many entries the log has.
    pub(super) fn committed(&self) -> u64 {
        self.store.status().committed
    }
}

/// As many rows as a page can have.
pub(super) fn all() -> PageRequest {
    PageRequest { limit: PAGE_ROWS_MAX, after: None }
}

/// Whether a dump has no record at all.
pub(super) fn is_empty(dump: &Value) -> bool {
    let lists = dump.as_object().expect("a dump is an object");
    lists.len() == 8 && lists.values().all(|list| list.as_array().is_some_and(Vec::is_empty))
}

/// Events of every sort in a workspace of some life: links, an alias, variants, opens, clicks, replies, bounces, an opt-out,
/// items.
pub(super) fn some_life() -> Vec<Event> {
    use given::{Sketch, at, by_address, by_lead, campaign_key, event, sent};
    use hookline_model::{item::ItemSort, kind::Kind};
    let mut events = vec![
        sent("ann@a.example", "41", 0).first_name("Ann"),
        sent("bob@b.example", "41", 1_000).step(1),
        event(Kind::EmailSent, 2_000).about_id("7").in_campaign("41").message("m7").step(2),
        sent("cy@c.example", "42", given::HOUR),
        event(Kind::EmailOpened, 5_000).about("ann@a.example").in_campaign("41").message("ann@a.example 41 0"),
        event(Kind::EmailClicked, 6_000).about("ann@a.example").in_campaign("41").message("ann@a.example 41 0"),
        event(Kind::EmailReplied, 7_000).about("bob@b.example").in_campaign("41").reply("r1@b.example"),
        event(Kind::EmailBounced, 8_000).about("cy@c.example").in_campaign("42"),
        event(Kind::ContactUnsubscribed, 9_000).about("ann@a.example").in_campaign("42"),
        event(Kind::ContactInterested, 9_500).about("bob@b.example").in_campaign("41"),
        event(Kind::ContactUpdated, 10_000).about("dora@d.example").about_id("7"),
        given::link(&by_address("ann@a.example"), &by_address("bob@b.example"), true, 11_000),
        given::link(&by_address("cy@c.example"), &by_lead("9"), true, 12_000),
        given::link(&by_address("cy@c.example"), &by_lead("9"), false, 13_000),
        given::alias(&campaign_key("41"), &campaign_key("42"), true, 14_000),
        event(Kind::CampaignStatusChanged, 15_000).in_campaign("43"),
        event(Kind::AccountError, 16_000),
        event(Kind::TagCreated, 17_000).item(ItemSort::Tag, "3").field("name", Some("vip")),
        event(Kind::NoteCreated, 18_000).about("ann@a.example").item(ItemSort::Note, "3").field("text", Some("Call")),
        event(Kind::TaskCreated, 19_000).about("bob@b.example").item(ItemSort::Task, "4").field("title", Some("Call")),
        event(Kind::TaskDeleted, 19_500).item(ItemSort::Task, "4"),
    ];
    // Variants: of the first message an earlier one, which counts from then on, and of the second a later one.
    let mut earlier = events[0].clone();
    earlier.occurred_at = at(-2 * given::HOUR);
    earlier.facts.tags = given::adding(&["vip"]);
    let mut later = events[1].clone();
    later.occurred_at = at(2 * given::HOUR);
    later.facts.company_name = Some(hookline_model::event::Change::Set("Bob & Co".to_owned()));
    events.extend([earlier, later]);
    events
}
