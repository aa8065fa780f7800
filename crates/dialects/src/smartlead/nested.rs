//! The nested shape of SmartLead's older documents: six names, times in whole seconds, neither a client nor the secret.

use hookline_model::{kind::Kind, platform::Platform, time::Millis};
use uuid::Uuid;

use super::{lead_id, received_message_id, sent_message_id};
use crate::{
    object::Object,
    telling::NotExpressible,
    view::{self, View},
};

/// Whether this shape has a name for such events.
pub(super) fn tells(kind: Kind) -> bool {
    use Kind::{ContactUnsubscribed, EmailBounced, EmailClicked, EmailOpened, EmailReplied, EmailSent};
    matches!(kind, EmailSent | EmailOpened | EmailClicked | EmailReplied | EmailBounced | ContactUnsubscribed)
}

/// Whole seconds.
fn second(at: Millis) -> String {
    let text = at.to_string();
    text.split_once('.').map_or_else(|| text.clone(), |(second, _)| format!("{second}Z"))
}

/// An event.
pub(super) fn object(view: &View<'_>, name: &str) -> Result<Object, NotExpressible> {
    let at = second(view.at);
    let lead = lead_id(view).ok_or(NotExpressible::Unnamed("the contact"))?;
    let object = Object::new()
        .put("event", name)
        .put("timestamp", at.clone())
        .maybe("campaign_id", view.campaign_number())
        .maybe("campaign_name", view.campaign_name())
        .put("lead_id", lead)
        .maybe("email_account_id", account_id(view))
        .maybe("sequence_number", view.sent().step);
    let sent = view.sent();
    Ok(match view.event.kind {
        Kind::EmailOpened => object
            .maybe("lead", person(view).ok())
            .put("opened_count", sent.opened.unwrap_or_default().max(1))
            .put("first_opened_at", second(sent.first_opened_at.unwrap_or(view.at)))
            .put("last_opened_at", second(sent.last_opened_at.unwrap_or(view.at))),
        Kind::EmailClicked => {
            let link = view.event.facts.clicked_links.first().map(String::as_str);
            let link = Object::new().put("url", link.unwrap_or_default()).put("clicked_at", at);
            object.maybe("lead", person(view).ok()).put("link", link)
        }
        Kind::EmailReplied => {
            let message = view.received();
            let reply = Object::new()
                .put("subject", message.subject.unwrap_or_default())
                .put("body", message.text.or(message.html).unwrap_or_default())
                .put("received_at", second(message.at.unwrap_or(view.at)))
                .put("message_id", received_message_id(view));
            let email = Object::new().put("subject", sent.subject.unwrap_or_default()).put("message_id", sent_message_id(view));
            object.put("lead", person(view)?).put("email", email).put("reply", reply)
        }
        Kind::EmailSent => {
            let email = Object::new().put("subject", sent.subject.unwrap_or_default()).put("message_id", sent_message_id(view));
            object.put("lead", person(view)?).put("email", email)
        }
        _ => object.put("lead", person(view)?),
    })
}

/// The lead.
fn person(view: &View<'_>) -> Result<Object, NotExpressible> {
    Ok(Object::new()
        .put("email", view.lead()?)
        .put("first_name", view.first_name().unwrap_or_default())
        .put("last_name", view.last_name().unwrap_or_default()))
}

/// The mailbox's number: SmartLead's own, else one that always is the same.
fn account_id(view: &View<'_>) -> Option<u64> {
    let derived = || {
        let mailbox = format!("mailbox:{}", view.mailbox()?);
        Some(view::number(Uuid::new_v5(&view.workspace().0, mailbox.as_bytes())))
    };
    view.extra_number(Platform::Smartlead, "email_account_id").or_else(derived)
}
