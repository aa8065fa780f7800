//! SmartLead's webhooks: `flat`, the shape that arrives in production; `nested`, that of the older documents, for the six names
//! they have, every other event being flat; `alert`, of accounts.

mod alert;
pub mod category;
mod flat;
pub(crate) mod names;
mod nested;

use hookline_model::{platform::Platform, time::Millis};
use uuid::Uuid;

use crate::{
    bounded,
    telling::{NotExpressible, Rendered},
    view::{self, View, integer},
};

/// Where Message-IDs are from that we had to make: nobody can have a mailbox there (RFC 2606).
const NOWHERE: &str = "hookline.invalid";

/// Renders a body.
pub(crate) fn render(is_nested: bool, view: &View<'_>) -> Result<Rendered, NotExpressible> {
    let name = names::sent_as(is_nested, view.event).ok_or(NotExpressible::NoWord)?;
    let object = match name {
        names::DISCONNECTED_SENT => alert::object(view, name)?,
        _ if is_nested && nested::tells(view.event.kind) => nested::object(view, name)?,
        _ => flat::object(view, name)?,
    };
    let object = object.maybe("is_test", view.telling.is_test.then_some(true));
    Ok(Rendered { content_type: "application/json", body: bounded::json(&object)? })
}

/// As SmartLead's database writes a time: with as many digits of the second as it takes.
fn database_time(at: Millis) -> String {
    let text = at.to_string();
    let (second, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((&text, ""));
    match fraction.trim_end_matches('0') {
        "" => format!("{second}+00:00"),
        digits => format!("{second}.{digits}+00:00"),
    }
}

/// What names the message that we sent.
fn stats_id(view: &View<'_>) -> String {
    let own = view.sent_at(Platform::Smartlead).or_else(|| view.extra_text(Platform::Smartlead, "stats_id"));
    own.map_or_else(|| view.sent_id().to_string(), ToOwned::to_owned)
}

/// The lead's number: SmartLead's own, else 52 bits of our id of the contact.
fn lead_id(view: &View<'_>) -> Option<u64> {
    let own = view.contact_at(Platform::Smartlead).and_then(integer);
    own.or_else(|| view.contact_id().map(|id| view::number(id.0)))
}

/// The number of the lead in its campaign.
fn lead_map_id(view: &View<'_>) -> Option<u64> {
    let derived = || {
        let (contact, campaign) = (view.contact_id()?, view.campaign_id()?);
        Some(view::number(Uuid::new_v5(&campaign.0, contact.0.as_bytes())))
    };
    view.extra_number(Platform::Smartlead, "lead_map_id").or_else(derived)
}

/// The client: SmartLead's own number, null for a campaign of the account itself; of other platforms' events the workspace's.
fn client_id(view: &View<'_>) -> Option<u64> {
    match view.event.platform {
        Platform::Smartlead => view.event.account.as_deref().and_then(integer),
        _ => Some(view.workspace().number()),
    }
}

/// The Message-ID of the message that we sent: its own, else what SmartLead makes of its `stats_id`.
fn sent_message_id(view: &View<'_>) -> String {
    let domain = view.mailbox().and_then(|mailbox| mailbox.rsplit_once('@')).map_or(NOWHERE, |(_, domain)| domain);
    view.sent().message_id.map_or_else(|| format!("{}@{domain}", stats_id(view)), ToOwned::to_owned)
}

/// The Message-ID of the message that came in: its own, else one that always is the same.
fn received_message_id(view: &View<'_>) -> String {
    view.received().message_id.map_or_else(|| format!("{}@{NOWHERE}", view.received_id()), ToOwned::to_owned)
}
