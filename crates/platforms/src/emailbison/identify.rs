//! What makes two deliveries of EmailBison's the same event.
//!
//! Several webhooks on one workspace deliver the same body several times, in which counters may have moved meanwhile (an
//! operator's captures). So an event goes by the id of the one message whose send, coming in or bounce it is, or by that of the
//! campaign's event; only where there is none by who, where and what, at its time.

use hookline_model::{event::Event, identity::Identity, kind::Kind, platform::Platform, time::TimeSource};

use crate::{
    emailbison::{
        facts,
        message::Ids,
        names::{Name, Sort},
        parts::Parts,
    },
    identified::{Identified, text_hash},
    json::object_hash,
};

/// Identifies an event, whose contact, campaign and messages have been read from the body already.
pub(super) fn identify(event: &Event, name: &Name, parts: Parts<'_>, ids: &Ids) -> Identified {
    let identity = Identity::new(Platform::Emailbison, event.account.as_deref().unwrap_or_default(), event.kind);
    // Three names are one kind, and unknown ones all are.
    let identity = match name.sort {
        Sort::Mailbox | Sort::Tag | Sort::Unknown | Sort::Test => identity.part("name", &name.canonical),
        _ => identity,
    };
    if let Some((part, id)) = lasting(name.sort, ids) {
        return Identified { digest: identity.part(part, id).digest(), lasting: true };
    }
    let whose = |identity: Identity| identity.contact(event.contact.as_ref()).campaign(event.campaign_key());
    let step = event.sequence_number().map(|step| step.to_string());
    let identity = match name.sort {
        Sort::Sent | Sort::Bounce => whose(identity).maybe("step", step),
        // No two messages leave or come in at one millisecond; a relay may shorten one of two deliveries.
        Sort::Manual | Sort::Reply | Sort::Untracked if event.time_source == TimeSource::Stated => whose(identity),
        Sort::Reply | Sort::Untracked => whose(identity).maybe("text", text_hash(event)),
        Sort::Manual => whose(identity).maybe("subject", event.outbound.as_deref().and_then(|sent| sent.subject.as_ref())),
        Sort::Tracked | Sort::Interest => {
            let identity = whose(identity).maybe("scheduled_email", ids.scheduled.as_ref()).maybe("reply", ids.reply.as_ref());
            let link = if event.kind == Kind::EmailClicked { facts::link(parts) } else { None };
            identity.maybe("step", step.filter(|_| ids.scheduled.is_none())).maybe("link", link)
        }
        Sort::Mailbox => match parts.sender.id("id") {
            Some(id) => identity.part("mailbox_id", id),
            None => identity.maybe("mailbox", event.sending_account.as_deref()),
        },
        Sort::Tag => {
            let thing = parts.data.text("taggable_type").map(|text| text.to_lowercase());
            let tag = parts.data.id("tag_id");
            let by_name = parts.data.name("tag_name").filter(|_| tag.is_none());
            let identity = identity.maybe("tag_id", tag).maybe("tag_name", by_name).maybe("thing", thing);
            identity.maybe("thing_id", parts.data.id("taggable_id"))
        }
        Sort::Unknown | Sort::Test => identity.part("body", parts.data.innermost().map_or([0; 32], object_hash)),
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// The id that makes an event of this sort what it is, whatever time it states.
fn lasting(sort: Sort, ids: &Ids) -> Option<(&'static str, &str)> {
    let scheduled = ids.scheduled.as_deref().map(|id| ("scheduled_email", id));
    let sent_message = ids.sent_message.as_deref().map(|id| ("message_id", id));
    let campaign_event = ids.campaign_event.as_deref().map(|id| ("campaign_event", id));
    let reply_uuid = ids.reply_uuid.as_deref().map(|id| ("reply_uuid", id));
    let reply_message = ids.reply_message.as_deref().map(|id| ("reply_message_id", id));
    let reply = ids.reply.as_deref().map(|id| ("reply", id)).or(reply_uuid).or(reply_message);
    match sort {
        // The first email to a contact is told under two names.
        Sort::Sent => scheduled.or(sent_message),
        Sort::Manual | Sort::Untracked => reply,
        Sort::Reply => reply.or(campaign_event),
        // An email bounces once.
        Sort::Bounce => reply.or(campaign_event).or(scheduled),
        Sort::Tracked | Sort::Interest | Sort::Unknown => campaign_event,
        Sort::Mailbox | Sort::Tag | Sort::Test => None,
    }
}
