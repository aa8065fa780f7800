//! The names of Breakcold's events, of both generations.

use std::borrow::Cow;

use hookline_model::{item::ItemSort, kind::Kind};

use crate::{
    Settings,
    breakcold::envelope::Body,
    json::{Keys, folded, keys_of, trimmed},
};

/// Where the name stands, in both generations.
pub(crate) const EVENT: &str = "event";

/// What an event's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// A lead of the classic one.
    Lead,
    /// A record of the new one: a person, a company, a deal.
    Record,
    /// A note, a task or a message of another channel, of a lead or a record.
    Item(ItemSort),
    /// The definition of a list, a status or a tag.
    Definition(ItemSort),
    /// A campaign.
    Campaign,
    /// A campaign's email to a lead.
    CampaignEmail,
    /// Two records that have to do with each other.
    Relation,
    /// A call that was linked with a record.
    Call,
    /// A file at a record.
    File,
    /// Nobody knows.
    Unknown,
}

use Topic::{Call, Campaign, CampaignEmail, Definition, File, Item, Lead, Record, Relation};

/// Names, lower case: the 34 classic ones, then the 14 new ones (Breakcold's developer pages).
const NAMES: &[(&str, Kind, Topic)] = &[
    ("lead.create", Kind::ContactCreated, Lead),
    ("lead.update", Kind::ContactUpdated, Lead),
    ("lead.delete", Kind::ContactDeleted, Lead),
    ("lead.status.update", Kind::ContactStatusUpdated, Lead),
    ("lead.list.update", Kind::ContactListsUpdated, Lead),
    ("lead.tags.update", Kind::ContactTagsUpdated, Lead),
    ("lead.track", Kind::ContactTracked, Lead),
    ("lead.task.create", Kind::TaskCreated, Item(ItemSort::Task)),
    ("lead.task.update", Kind::TaskUpdated, Item(ItemSort::Task)),
    ("lead.task.delete", Kind::TaskDeleted, Item(ItemSort::Task)),
    ("lead.note.create", Kind::NoteCreated, Item(ItemSort::Note)),
    ("lead.note.update", Kind::NoteUpdated, Item(ItemSort::Note)),
    ("lead.note.delete", Kind::NoteDeleted, Item(ItemSort::Note)),
    ("lead.linkedin.new", Kind::MessageLinkedin, Item(ItemSort::Message)),
    ("lead.twitter.new", Kind::MessageTwitter, Item(ItemSort::Message)),
    ("lead.email.new", Kind::MessageEmail, Item(ItemSort::Message)),
    ("campaign.create", Kind::CampaignCreated, Campaign),
    ("campaign.update", Kind::CampaignUpdated, Campaign),
    ("campaign.delete", Kind::CampaignDeleted, Campaign),
    ("campaign.email.sent", Kind::EmailSent, CampaignEmail),
    ("campaign.email.reply", Kind::EmailReplied, CampaignEmail),
    ("campaign.email.open", Kind::EmailOpened, CampaignEmail),
    ("campaign.email.click", Kind::EmailClicked, CampaignEmail),
    ("campaign.email.bounce", Kind::EmailBounced, CampaignEmail),
    ("campaign.email.unsubscribe", Kind::ContactUnsubscribed, CampaignEmail),
    ("list.create", Kind::ListCreated, Definition(ItemSort::List)),
    ("list.update", Kind::ListUpdated, Definition(ItemSort::List)),
    ("list.delete", Kind::ListDeleted, Definition(ItemSort::List)),
    ("status.create", Kind::StatusCreated, Definition(ItemSort::Status)),
    ("status.update", Kind::StatusUpdated, Definition(ItemSort::Status)),
    ("status.delete", Kind::StatusDeleted, Definition(ItemSort::Status)),
    ("tag.create", Kind::TagCreated, Definition(ItemSort::Tag)),
    ("tag.update", Kind::TagUpdated, Definition(ItemSort::Tag)),
    ("tag.delete", Kind::TagDeleted, Definition(ItemSort::Tag)),
    // Of a person; of any other record they are `other`.
    ("record.created", Kind::ContactCreated, Record),
    ("record.updated", Kind::ContactUpdated, Record),
    ("record.deleted", Kind::ContactDeleted, Record),
    ("note.created", Kind::NoteCreated, Item(ItemSort::Note)),
    ("note.updated", Kind::NoteUpdated, Item(ItemSort::Note)),
    ("note.deleted", Kind::NoteDeleted, Item(ItemSort::Note)),
    ("task.created", Kind::TaskCreated, Item(ItemSort::Task)),
    (TASK_COMPLETED, Kind::TaskUpdated, Item(ItemSort::Task)),
    // Nothing that we keep of either record changes, and neither need be a person.
    ("relation.added", Kind::Other, Relation),
    ("relation.removed", Kind::Other, Relation),
    // A touch; taking it away again is keeping of records, as files are.
    ("call.linked", Kind::ActivityRecorded, Call),
    ("call.unlinked", Kind::ContactUpdated, Call),
    ("file.uploaded", Kind::ContactUpdated, File),
    ("file.deleted", Kind::ContactUpdated, File),
];

/// The names alone, to be looked for.
static KNOWN: Keys<{ NAMES.len() }> = keys_of!(NAMES);

/// The name of a task that was done.
const TASK_COMPLETED: &str = "task.completed";

/// Names of a trial delivery.
const TEST_NAMES: [&str; 6] = ["test", "ping", "webhook.test", "webhook_test", "test.event", "webhook.ping"];

/// Fields beside the content by which a delivery says of itself that it is a trial.
const TEST_FLAGS: [&str; 2] = ["test", "is_test"];

/// What a body calls its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'t> {
    /// The kind it stands for.
    pub(super) kind: Kind,
    /// What its content is.
    pub(super) topic: Topic,
    /// The name as it was written.
    pub(super) text: Cow<'t, str>,
    /// The name that it was read as, in lower case.
    pub(super) read_as: Cow<'static, str>,
}

impl Name<'_> {
    /// Of a trial, the kind of the event it plays.
    pub(super) fn sample_of(&self) -> Option<Kind> {
        let known = if self.kind == Kind::WebhookTest { known(&self.read_as) } else { None };
        known.map(|(_, kind, _)| kind).filter(|kind| *kind != Kind::Other)
    }

    /// Whether the event says by its name that a task is done.
    pub(super) fn is_completion(&self) -> bool {
        self.read_as == TASK_COMPLETED
    }
}

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

/// The name of the event, none if there is none.
pub(super) fn of<'t>(body: &Body<'t>, settings: &Settings) -> Option<Name<'t>> {
    let text = folded(body.envelope().word(EVENT)?);
    let read_as = trimmed(settings.name(&text));
    // Nearly all are written in lower case already.
    let as_written = known(read_as);
    let read_as = match as_written {
        Some((known, ..)) => Cow::Borrowed(known),
        None => Cow::Owned(read_as.to_lowercase()),
    };
    let known = as_written.or_else(|| known(&read_as));
    let is_flagged = TEST_FLAGS.iter().any(|key| body.envelope().flag(key) == Some(true));
    let (kind, topic) = match known {
        _ if is_flagged => (Kind::WebhookTest, Topic::Unknown),
        Some((_, kind, topic)) => (kind, topic),
        None if TEST_NAMES.contains(&&*read_as) => (Kind::WebhookTest, Topic::Unknown),
        None => (Kind::Other, Topic::Unknown),
    };
    Some(Name { kind, topic, text, read_as })
}

/// What Breakcold means by a name in lower case.
fn known(name: &str) -> Option<(&'static str, Kind, Topic)> {
    KNOWN.place(name).map(|at| NAMES[at])
}
