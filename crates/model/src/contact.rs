//! What is folded per contact key, and how the keys of one contact give its record.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    counts::{Counter, Counts},
    event::{BounceType, Change, Event},
    id::EventId,
    interest::Interest,
    key::ExternalId,
    kind::Kind,
    platform::Platform,
    stamp::{Register, SetState, Stamp, StampedMap, keep_max, keep_min},
    time::Millis,
};

/// Every status of a contact.
pub const STATUSES: [&str; 16] = [
    "new",
    "contacted",
    "opened",
    "clicked",
    "replied",
    "out_of_office",
    "interested",
    "meeting_booked",
    "meeting_completed",
    "closed",
    "neutral",
    "not_interested",
    "wrong_person",
    "no_show",
    "bounced",
    "unsubscribed",
];

/// How many external ids a contact key remembers.
pub const EXTERNALS_MAX: usize = 1_000;
/// How many custom fields a contact key remembers.
pub const CUSTOM_FIELDS_MAX: usize = 500;
/// How many opt-outs, and how many lifts, a contact key remembers.
pub const OPT_OUTS_MAX: usize = 1_000;

/// Everything known under one contact key. Doubles as its own delta: folding an entry is merging the state it gives alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactState {
    /// Given name.
    pub first_name: Register<String>,
    /// Family name.
    pub last_name: Register<String>,
    /// Name in one piece.
    pub full_name: Register<String>,
    /// Company.
    pub company_name: Register<String>,
    /// Phone.
    pub phone: Register<String>,
    /// LinkedIn profile.
    pub linkedin_url: Register<String>,
    /// Web site.
    pub website_url: Register<String>,
    /// Score, as JSON text.
    pub score: Register<String>,
    /// Custom fields, as JSON text; `None` is cleared.
    pub custom_fields: StampedMap<String, Option<String>, CUSTOM_FIELDS_MAX>,
    /// Interest.
    pub interest: Register<Interest>,
    /// The platform's category.
    pub category: Register<String>,
    /// The block mark.
    pub block_mark: Register<bool>,
    /// Tags.
    pub tags: SetState,
    /// Lists.
    pub lists: SetState,
    /// Counted events of this key.
    pub counts: Counts,
    /// External ids named together with this key.
    pub externals: StampedMap<ExternalId, (), EXTERNALS_MAX>,
    /// Opt-outs.
    pub opt_outs: OptOuts,
    /// The first bounce that is not soft.
    pub first_bounce: Option<Stamp>,
    /// The last reply, tracked or not.
    pub last_reply: Option<Stamp>,
    /// The last click.
    pub last_click: Option<Stamp>,
    /// The last opening.
    pub last_open: Option<Stamp>,
    /// The last send.
    pub last_send: Option<Stamp>,
    /// The first event. `None` in a state that no event touched.
    pub first_event_at: Option<Millis>,
    /// The last event.
    pub last_event_at: Option<Millis>,
    /// The last activity.
    pub last_activity_at: Option<Millis>,
    /// The last deletion.
    pub deleted_at: Option<Millis>,
    /// The last event that is not a deletion.
    pub alive_at: Option<Millis>,
    /// The first time that somebody asked that the person be forgotten.
    pub erase_at: Option<Millis>,
}

/// Opt-outs and the lifts that name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOuts {
    held: BTreeMap<EventId, (Millis, Platform)>,
    lifted: BTreeSet<EventId>,
    /// More opt-outs were seen than are remembered: the contact stays unsubscribed, whatever is lifted.
    overflowed: bool,
}

impl OptOuts {
    fn merge(&mut self, other: OptOuts) {
        self.overflowed |= other.overflowed;
        self.take(other.held, other.lifted);
    }

    fn take(&mut self, held: impl IntoIterator<Item = (EventId, (Millis, Platform))>, lifted: impl IntoIterator<Item = EventId>) {
        for (id, opt_out) in held {
            self.held.entry(id).and_modify(|held| *held = (*held).min(opt_out)).or_insert(opt_out);
        }
        self.lifted.extend(lifted);
        self.overflowed |= self.held.len() > OPT_OUTS_MAX;
        while self.held.len() > OPT_OUTS_MAX {
            self.held.pop_last();
        }
        while self.lifted.len() > OPT_OUTS_MAX {
            self.lifted.pop_last();
        }
    }

    /// The earliest opt-out that still holds.
    #[must_use]
    pub fn earliest_held(&self) -> Option<(Millis, Platform)> {
        let not_lifted =
            self.held.iter().filter(|(id, _)| !self.lifted.contains(id)).map(|(id, held)| (held.0, *id, held.1)).min();
        match not_lifted {
            Some((at, _, platform)) => Some((at, platform)),
            None if self.overflowed => self.held.values().min().copied(),
            None => None,
        }
    }
}

/// What decides a status.
enum Decider {
    OptOut(Millis, Platform),
    Entry(Stamp),
}

impl ContactState {
    /// Takes in what one entry gives alone: values, times, links and marks, but no counts. It is the same as merging the state
    /// that the entry gives to an empty one.
    pub fn take(&mut self, event: &Event, stamp: Stamp) {
        self.take_values(event, stamp);
        self.take_marks(event, stamp);
    }

    fn take_values(&mut self, event: &Event, stamp: Stamp) {
        let facts = &event.facts;
        self.first_name.change(stamp, facts.first_name.as_ref());
        self.last_name.change(stamp, facts.last_name.as_ref());
        self.full_name.change(stamp, facts.full_name.as_ref());
        self.company_name.change(stamp, facts.company_name.as_ref());
        self.phone.change(stamp, facts.phone.as_ref());
        self.linkedin_url.change(stamp, facts.linkedin_url.as_ref());
        self.website_url.change(stamp, facts.website_url.as_ref());
        self.score.change(stamp, as_json_text(facts.score.as_ref()).as_ref());
        for (name, change) in &facts.custom_fields {
            let value = match change {
                Change::Set(value) => Some(value.to_string()),
                Change::Clear => None,
            };
            self.custom_fields.set(stamp, name.clone(), value);
        }
        self.interest.change(stamp, event.stated_interest().as_ref());
        self.category.change(stamp, facts.category.as_ref());
        if let Some(blocked) = block_mark(event) {
            self.block_mark.set(stamp, blocked);
        }
        self.tags.change(stamp, facts.tags.as_ref());
        self.lists.change(stamp, facts.lists.as_ref());
        if let Some(external) = event.contact.as_ref().and_then(|contact| contact.external.as_ref()) {
            self.externals.set(stamp, external.clone(), ());
        }
    }

    fn take_marks(&mut self, event: &Event, stamp: Stamp) {
        match event.kind {
            Kind::EmailReplied | Kind::EmailReplyUntracked => keep_max(&mut self.last_reply, Some(stamp)),
            Kind::EmailClicked => keep_max(&mut self.last_click, Some(stamp)),
            Kind::EmailOpened => keep_max(&mut self.last_open, Some(stamp)),
            Kind::EmailSent => keep_max(&mut self.last_send, Some(stamp)),
            Kind::EmailBounced if bounce_type(event) != BounceType::Soft => keep_min(&mut self.first_bounce, Some(stamp)),
            _ => {}
        }
        let at = Some(event.occurred_at);
        let opt_out = (event.kind == Kind::ContactUnsubscribed).then_some((event.id, (event.occurred_at, event.platform)));
        if opt_out.is_some() || !event.facts.lifts.is_empty() {
            self.opt_outs.take(opt_out, event.facts.lifts.iter().copied());
        }
        keep_min(&mut self.first_event_at, at);
        keep_max(&mut self.last_event_at, at);
        keep_max(&mut self.last_activity_at, event.kind.is_activity().then_some(event.occurred_at));
        keep_max(if event.kind == Kind::ContactDeleted { &mut self.deleted_at } else { &mut self.alive_at }, at);
        keep_min(&mut self.erase_at, event.facts.erase.then_some(event.occurred_at));
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: ContactState) {
        self.first_name.merge(other.first_name);
        self.last_name.merge(other.last_name);
        self.full_name.merge(other.full_name);
        self.company_name.merge(other.company_name);
        self.phone.merge(other.phone);
        self.linkedin_url.merge(other.linkedin_url);
        self.website_url.merge(other.website_url);
        self.score.merge(other.score);
        self.custom_fields.merge(other.custom_fields);
        self.interest.merge(other.interest);
        self.category.merge(other.category);
        self.block_mark.merge(other.block_mark);
        self.tags.merge(other.tags);
        self.lists.merge(other.lists);
        self.counts.merge(&other.counts);
        self.externals.merge(other.externals);
        self.opt_outs.merge(other.opt_outs);
        keep_min(&mut self.first_bounce, other.first_bounce);
        keep_max(&mut self.last_reply, other.last_reply);
        keep_max(&mut self.last_click, other.last_click);
        keep_max(&mut self.last_open, other.last_open);
        keep_max(&mut self.last_send, other.last_send);
        keep_min(&mut self.first_event_at, other.first_event_at);
        keep_max(&mut self.last_event_at, other.last_event_at);
        keep_max(&mut self.last_activity_at, other.last_activity_at);
        keep_max(&mut self.deleted_at, other.deleted_at);
        keep_max(&mut self.alive_at, other.alive_at);
        keep_min(&mut self.erase_at, other.erase_at);
    }

    /// Whether any event was folded under this key.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.first_event_at.is_some()
    }

    /// Whether the contact was deleted and nothing newer happened, or is to be forgotten, whatever happened.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        let is_deleted = self.deleted_at.is_some_and(|deleted| self.alive_at.is_none_or(|alive| alive <= deleted));
        is_deleted || self.erase_at.is_some()
    }

    /// Whether nobody may write to the contact any more.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.opt_outs.earliest_held().is_some() || self.block_mark.get() == Some(&true)
    }

    /// The status: the first that applies.
    #[must_use]
    pub fn status_word(&self) -> &'static str {
        self.status_and_decider().0
    }

    /// The status and the reason for it.
    #[must_use]
    pub fn status(&self) -> (&'static str, Option<String>) {
        let (status, decider) = self.status_and_decider();
        let reason = decider.map(|decider| match decider {
            Decider::OptOut(at, platform) => format!("{} of {at} from {platform}", Kind::ContactUnsubscribed),
            Decider::Entry(stamp) => stamp.reason(),
        });
        (status, reason)
    }

    fn status_and_decider(&self) -> (&'static str, Option<Decider>) {
        if let Some((at, platform)) = self.opt_outs.earliest_held() {
            return ("unsubscribed", Some(Decider::OptOut(at, platform)));
        }
        let interest = self.interest.get().map(|interest| interest.name());
        let deciding = [
            ("bounced", self.first_bounce),
            (interest.unwrap_or_default(), self.interest.stamp()),
            ("replied", self.last_reply),
            ("clicked", self.last_click),
            ("opened", self.last_open),
            ("contacted", self.last_send),
        ];
        let first = deciding.into_iter().find_map(|(status, stamp)| stamp.map(|stamp| (status, Some(Decider::Entry(stamp)))));
        first.unwrap_or(("new", None))
    }

    /// Given and family name; from the name in one piece where neither is known.
    #[must_use]
    pub fn names(&self) -> (Option<String>, Option<String>) {
        let (first, last) = (self.first_name.get(), self.last_name.get());
        if first.is_some() || last.is_some() {
            return (first.cloned(), last.cloned());
        }
        let Some(full) = self.full_name.get().map(|name| name.trim()) else { return (None, None) };
        match full.split_once(char::is_whitespace) {
            Some((first, last)) => (Some(first.to_owned()), Some(last.trim().to_owned()).filter(|last| !last.is_empty())),
            None => (Some(full.to_owned()).filter(|full| !full.is_empty()), None),
        }
    }

    /// A number counted over the key's events.
    #[must_use]
    pub fn count(&self, counter: Counter) -> i64 {
        self.counts.get(counter)
    }
}

fn as_json_text(change: Option<&Change<serde_json::Value>>) -> Option<Change<String>> {
    change.map(|change| match change {
        Change::Set(value) => Change::Set(value.to_string()),
        Change::Clear => Change::Clear,
    })
}

/// The severity of a bounce; one that is not stated is unknown.
pub(crate) fn bounce_type(event: &Event) -> BounceType {
    event.facts.bounce.as_ref().map_or(BounceType::Unknown, |bounce| bounce.bounce_type)
}

fn block_mark(event: &Event) -> Option<bool> {
    event.facts.blocked.or_else(|| match event.kind {
        Kind::ContactBlocked => Some(true),
        Kind::ContactUnblocked => Some(false),
        Kind::EmailBounced if bounce_type(event) == BounceType::Hard => Some(true),
        _ => None,
    })
}
