//! The 34 names of the classic Breakcold.

use hookline_model::{interest::Interest, kind::Kind};

/// What an event's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A lead.
    Lead,
    /// A task, a note or a message of another channel, of a lead.
    Item,
    /// A campaign.
    Campaign,
    /// A campaign's email to a lead.
    CampaignEmail,
    /// The definition of a list, a status or a tag.
    Definition,
}

/// Every name, with the kind that it is before all others.
const NAMES: [(&str, Kind); 34] = [
    ("lead.create", Kind::ContactCreated),
    ("lead.update", Kind::ContactUpdated),
    ("lead.delete", Kind::ContactDeleted),
    ("lead.status.update", Kind::ContactStatusUpdated),
    ("lead.list.update", Kind::ContactListsUpdated),
    ("lead.tags.update", Kind::ContactTagsUpdated),
    ("lead.track", Kind::ContactTracked),
    ("lead.task.create", Kind::TaskCreated),
    ("lead.task.update", Kind::TaskUpdated),
    ("lead.task.delete", Kind::TaskDeleted),
    ("lead.note.create", Kind::NoteCreated),
    ("lead.note.update", Kind::NoteUpdated),
    ("lead.note.delete", Kind::NoteDeleted),
    ("lead.linkedin.new", Kind::MessageLinkedin),
    ("lead.twitter.new", Kind::MessageTwitter),
    ("lead.email.new", Kind::MessageEmail),
    ("campaign.create", Kind::CampaignCreated),
    ("campaign.update", Kind::CampaignUpdated),
    ("campaign.delete", Kind::CampaignDeleted),
    ("campaign.email.sent", Kind::EmailSent),
    ("campaign.email.reply", Kind::EmailReplied),
    ("campaign.email.open", Kind::EmailOpened),
    ("campaign.email.click", Kind::EmailClicked),
    ("campaign.email.bounce", Kind::EmailBounced),
    ("campaign.email.unsubscribe", Kind::ContactUnsubscribed),
    ("list.create", Kind::ListCreated),
    ("list.update", Kind::ListUpdated),
    ("list.delete", Kind::ListDeleted),
    ("status.create", Kind::StatusCreated),
    ("status.update", Kind::StatusUpdated),
    ("status.delete", Kind::StatusDeleted),
    ("tag.create", Kind::TagCreated),
    ("tag.update", Kind::TagUpdated),
    ("tag.delete", Kind::TagDeleted),
];

pub(crate) fn all() -> impl Iterator<Item = (&'static str, Kind)> {
    NAMES.into_iter()
}

/// The name of a kind. What other platforms tell apart and Breakcold does not is told by the name that it is nearest to.
pub(crate) fn name(kind: Kind) -> Option<&'static str> {
    let nearest = match kind {
        // What somebody wants is the status that a lead is in.
        Kind::ContactCategoryUpdated => Kind::ContactStatusUpdated,
        kind if Interest::of_kind(kind).is_some() => Kind::ContactStatusUpdated,
        // Mails that are no answer to a campaign's.
        Kind::EmailReplyUntracked | Kind::EmailAutoReplied => Kind::MessageEmail,
        Kind::CampaignStatusChanged => Kind::CampaignUpdated,
        kind => kind,
    };
    NAMES.iter().find(|(_, known)| *known == nearest).map(|(name, _)| *name)
}

/// What the payload of an event of this name is.
pub(crate) fn topic(name: &str) -> Topic {
    let mut parts = name.split('.');
    match (parts.next(), parts.next()) {
        (Some("lead"), Some("task" | "note" | "linkedin" | "twitter" | "email")) => Topic::Item,
        (Some("lead"), _) => Topic::Lead,
        (Some("campaign"), Some("email")) => Topic::CampaignEmail,
        (Some("campaign"), _) => Topic::Campaign,
        _ => Topic::Definition,
    }
}
