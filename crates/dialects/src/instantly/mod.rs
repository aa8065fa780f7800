//! Instantly's webhooks: one flat object, in which Instantly's own fields, the lead's and the agency's custom variables stand
//! side by side; in the default variant the same once more under `data`, where the older documents have them.

pub(crate) mod names;

use hookline_model::{event::BounceType, interest::Interest, kind::Kind, platform::Platform};
use serde_json::Value;

use crate::{
    bounded,
    object::Object,
    telling::{NotExpressible, Rendered},
    view::{View, said},
};

/// The most characters of a reply's head.
const SNIPPET_CHARS_MAX: usize = 200;

/// Names that are Instantly's, or whoever reads them might take for Instantly's: a custom variable that is called so is left out of
/// every body, also of one that has no such field. There it would be taken for what the event says.
const RESERVED: [&str; 57] = [
    "timestamp",
    "timestamp_created",
    "event_type",
    "type",
    "event",
    "workspace",
    "organization",
    "organization_id",
    "campaign_id",
    "campaign",
    "campaign_name",
    "unibox_url",
    "lead_email",
    "email",
    "lead",
    "lead_id",
    "contact_email",
    "firstName",
    "first_name",
    "lastName",
    "last_name",
    "companyName",
    "company_name",
    "phone",
    "website",
    "linkedIn",
    "linkedin",
    "email_account",
    "eaccount",
    "is_first",
    "step",
    "variant",
    "email_id",
    "message_id",
    "email_subject",
    "email_text",
    "email_html",
    "reply_subject",
    "reply_text",
    "reply_html",
    "reply_text_snippet",
    "subject",
    "open_count",
    "link_url",
    "bounce_type",
    "reason",
    "error_type",
    "label",
    "lead_label",
    "custom_interest_value",
    "data",
    "payload",
    "body",
    "lead_data",
    "custom_variables",
    "is_test",
    "test",
];

/// Renders a body.
pub(crate) fn render(has_data: bool, view: &View<'_>) -> Result<Rendered, NotExpressible> {
    let name = names::sent_as(view.event).ok_or(NotExpressible::NoWord)?;
    let fields = fields(view, name)?;
    let fields = fields.maybe("is_test", view.telling.is_test.then_some(true));
    let body = if has_data { bounded::json(&fields.clone().put("data", fields))? } else { bounded::json(&fields)? };
    Ok(Rendered { content_type: "application/json", body })
}

/// All fields, in the order that Instantly has them.
fn fields(view: &View<'_>, name: &str) -> Result<Object, NotExpressible> {
    let kind = view.event.kind;
    let is_about_nobody =
        matches!(kind, Kind::AccountError | Kind::AccountDisconnected | Kind::CampaignStatusChanged | Kind::Other);
    let lead = match kind {
        Kind::CampaignCompleted if view.event.contact.is_none() => None,
        _ if is_about_nobody => None,
        _ => Some(view.lead()?),
    };
    let is_of_mailbox = matches!(kind, Kind::AccountError | Kind::AccountDisconnected);
    if is_of_mailbox && view.mailbox().is_none() {
        return Err(NotExpressible::Unnamed("the mailbox"));
    }
    if lead.is_none() && matches!(kind, Kind::CampaignCompleted | Kind::CampaignStatusChanged) && view.campaign_id().is_none() {
        return Err(NotExpressible::Unnamed("the campaign"));
    }
    let campaign = view.campaign_at(Platform::Instantly).map(ToOwned::to_owned);
    let campaign = campaign.or_else(|| view.campaign_id().map(|id| id.to_string()));
    let is_reply = matches!(kind, Kind::EmailReplied | Kind::EmailAutoReplied);
    let is_message = is_reply || matches!(kind, Kind::EmailSent | Kind::EmailOpened | Kind::EmailClicked | Kind::EmailBounced);
    let app_url = view.extra_text(Platform::Instantly, "app_url").filter(|_| is_reply);
    let is_first = view.extra(Platform::Instantly, "is_first").and_then(Value::as_bool) == Some(true);
    let object = Object::new()
        .put("timestamp", view.at.to_string())
        .put("event_type", name)
        .put("workspace", view.workspace().to_string())
        .maybe("campaign_id", campaign)
        .nullable("unibox_url", app_url)
        .maybe("campaign_name", view.campaign_name())
        .maybe("email_account", view.mailbox().filter(|_| is_message || is_of_mailbox))
        .maybe("is_first", (is_message && is_first).then_some(true));
    let Some(lead) = lead else { return Ok(object) };
    let step = view.sent().step;
    let tells_step = is_message || Interest::of_kind(kind).is_some();
    let object = person(object.put("lead_email", lead).put("email", lead), view)
        .maybe("step", step.filter(|_| tells_step))
        .maybe("variant", view.extra_number(Platform::Instantly, "variant").filter(|_| tells_step && step.is_some()));
    Ok(custom(message(object, view), view))
}

/// The lead's own fields.
fn person(object: Object, view: &View<'_>) -> Object {
    object
        .maybe("firstName", view.first_name())
        .maybe("lastName", view.last_name())
        .maybe("companyName", view.company())
        .maybe("phone", view.phone())
        .maybe("website", view.website())
        .maybe("linkedIn", view.linkedin())
}

/// The agency's own: last, and never in the place of another.
fn custom(object: Object, view: &View<'_>) -> Object {
    let is_free = |name: &str| !RESERVED.contains(&name.trim()) && said(name).is_some();
    let sound = |value: &Value| !value.is_object() && !value.is_array();
    let fields = view.custom_fields().into_iter().filter(|(name, value)| is_free(name) && sound(value));
    fields.fold(object, |object, (name, value)| object.put(name, value.clone()))
}

/// What the event says of the message.
fn message(object: Object, view: &View<'_>) -> Object {
    let sent = view.sent();
    let own_id = view.extra_text(Platform::Instantly, "platform_email_id").map(ToOwned::to_owned);
    match view.event.kind {
        Kind::EmailSent => object
            .put("email_id", own_id.unwrap_or_else(|| view.sent_id().to_string()))
            .put("email_subject", sent.subject.unwrap_or_default())
            .maybe("email_text", sent.text)
            .maybe("email_html", sent.html),
        Kind::EmailReplied | Kind::EmailAutoReplied => {
            let received = view.received();
            let snippet = view.extra_text(Platform::Instantly, "reply_snippet").map(ToOwned::to_owned);
            object
                .put("email_id", own_id.unwrap_or_else(|| view.received_id().to_string()))
                .put("reply_subject", received.subject.unwrap_or_default())
                .maybe("reply_text_snippet", snippet.or_else(|| received.text.map(head)))
                .maybe("reply_text", received.text)
                .maybe("reply_html", received.html)
        }
        Kind::EmailOpened => object.maybe("open_count", sent.opened.filter(|count| *count > 0)),
        Kind::EmailClicked => object.maybe("link_url", view.event.facts.clicked_links.first().cloned()),
        Kind::EmailBounced => {
            let bounce = view.event.facts.bounce.as_ref();
            let severity = bounce.and_then(|bounce| match bounce.bounce_type {
                BounceType::Hard => Some("hard"),
                BounceType::Soft => Some("soft"),
                BounceType::Unknown => None,
            });
            object.maybe("bounce_type", severity).maybe("reason", bounce.and_then(|bounce| bounce.reason.clone()))
        }
        Kind::ContactCategoryUpdated => {
            let value = view.extra(Platform::Instantly, "label_value");
            object.maybe("custom_interest_value", value.filter(|value| value.is_number()).cloned())
        }
        _ => object,
    }
}

/// The head of a reply, without what it quotes.
fn head(text: &str) -> String {
    let own: Vec<&str> = text.lines().take_while(|line| !line.trim_start().starts_with('>')).collect();
    own.join("\n").trim().chars().take(SNIPPET_CHARS_MAX).collect()
}
