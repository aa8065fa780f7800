//! The flat shape. `from_email` is our mailbox and `to_email` the lead, also on a reply, and a bounce states the time of its
//! send: consumers rely on both.

use hookline_model::{event::BounceType, kind::Kind, platform::Platform};
use serde_json::{Value, json};

use super::{
    category::{self, Category},
    client_id, database_time, lead_id, lead_map_id, names, received_message_id, sent_message_id, stats_id,
};
use crate::{
    object::Object,
    telling::NotExpressible,
    view::{Message, View},
};

/// An event, but for alerts.
pub(super) fn object(view: &View<'_>, name: &str) -> Result<Object, NotExpressible> {
    let kind = view.event.kind;
    let object = match kind {
        Kind::EmailSent | Kind::EmailBounced => sent(view)?,
        Kind::EmailOpened => touched(view, "time_opened")?,
        Kind::EmailClicked => clicked(view)?,
        Kind::EmailReplied => replied(view)?,
        Kind::EmailReplyUntracked => untracked(view)?,
        Kind::ContactUnsubscribed => unsubscribed(view)?,
        Kind::CampaignStatusChanged | Kind::CampaignCompleted => status(view)?,
        Kind::CampaignStepReached => step_reached(view)?,
        _ => categorised(view)?,
    };
    // A hook that was made with the one of its two names gets that.
    let has = |wanted: &str| view.telling.subscription.names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let is_first = kind == Kind::EmailSent && view.sent().step == Some(1) && has(names::FIRST_SENT) && !has("EMAIL_SENT");
    let name = if is_first { names::FIRST_SENT } else { name };
    Ok(tail(object, view).put("event_type", name))
}

/// What stands at the end of every body: the subscription that it is sent for.
fn tail(object: Object, view: &View<'_>) -> Object {
    let subscription = &view.telling.subscription;
    object
        .put("secret_key", subscription.secret_key.unwrap_or_default())
        .maybe("app_url", view.extra_text(Platform::Smartlead, "app_url"))
        .put("description", "")
        .put("metadata", Object::new().put("webhook_created_at", subscription.created_at.to_string()))
        .put("webhook_url", subscription.url)
        .put("webhook_id", subscription.id.number())
        .put("webhook_name", subscription.name)
}

fn campaign(object: Object, view: &View<'_>) -> Object {
    let object = object.maybe("campaign_status", view.campaign_status().map(str::to_uppercase));
    let Some(number) = view.campaign_number() else { return object.put("client_id", client_id_of(view)) };
    object
        .put("client_id", client_id_of(view))
        .put("campaign_name", view.campaign_name().unwrap_or_default())
        .put("campaign_id", number)
}

fn client_id_of(view: &View<'_>) -> Value {
    json!(client_id(view))
}

/// What every event about a message that we sent begins with.
fn common(view: &View<'_>, has_map_id: bool) -> Result<Object, NotExpressible> {
    let lead = view.lead()?;
    let object = Object::new()
        .maybe("sl_email_lead_id", lead_id(view).map(|id| id.to_string()))
        .maybe("sl_email_lead_map_id", lead_map_id(view).filter(|_| has_map_id));
    Ok(campaign(object, view)
        .put("stats_id", stats_id(view))
        .put("from_email", view.mailbox().unwrap_or_default())
        .put("to_email", lead)
        .put("to_name", view.full_name().unwrap_or_default())
        .maybe("sequence_number", view.sent().step)
        .put("subject", view.sent().subject.or_else(|| view.received().subject).unwrap_or_default()))
}

/// The object of a message that we sent.
fn sent_message(view: &View<'_>, message: &Message<'_>) -> Object {
    Object::new()
        .put("message_id", format!("<{}>", sent_message_id(view)))
        .nullable("html", message.html)
        .nullable("text", message.text)
        .nullable("time", message.at.map(database_time))
}

/// A send, and what came back of one: the same, with the report.
fn sent(view: &View<'_>) -> Result<Object, NotExpressible> {
    let is_bounce = view.event.kind == Kind::EmailBounced;
    let message = view.sent();
    let at = if is_bounce { message.at.unwrap_or(view.at) } else { view.at };
    let object = common(view, !is_bounce)?
        .put("time_sent", database_time(at))
        .put("event_timestamp", database_time(at))
        .put("custom_subject", message.subject.unwrap_or_default())
        .put("custom_email_message", message.html.unwrap_or_default())
        .put("sent_message_body", message.html.unwrap_or_default())
        .put("sent_message", sent_message(view, &message))
        .put("message_id", format!("<{}>", sent_message_id(view)));
    if !is_bounce {
        return Ok(object);
    }
    let bounce = view.event.facts.bounce.as_ref();
    let reason = bounce.and_then(|bounce| bounce.reason.as_deref());
    let report_id = view.extra_text(Platform::Smartlead, "bounce_message_id");
    // The sender's own fault is the only passing one that this shape can tell, and a consumer does not block the contact for it.
    let is_own = view.extra(Platform::Smartlead, "is_sender_originated_bounce").and_then(Value::as_bool);
    let is_soft = bounce.is_some_and(|bounce| bounce.bounce_type == BounceType::Soft);
    let report = Object::new()
        .nullable("message_id", report_id.map(|id| format!("<{id}>")))
        .nullable("html", reason)
        .nullable("text", reason)
        .put("time", view.at.to_string());
    Ok(object.put("is_bounced", true).put("is_sender_originated_bounce", is_own.unwrap_or(is_soft)).put("bounce_message", report))
}

fn touched(view: &View<'_>, twin: &str) -> Result<Object, NotExpressible> {
    let at = database_time(view.at);
    let object = common(view, true)?.put(twin, at.clone()).put("event_timestamp", at);
    Ok(object.put("sent_message", sent_message(view, &view.sent())))
}

fn clicked(view: &View<'_>) -> Result<Object, NotExpressible> {
    let links = json!(view.event.facts.clicked_links);
    Ok(touched(view, "time_clicked")?.put("link_clicked", links.clone()).put("link_details", links))
}

fn replied(view: &View<'_>) -> Result<Object, NotExpressible> {
    let lead = view.lead()?;
    let (message, at) = (view.received(), database_time(view.at));
    let (html, text) = (message.html.unwrap_or_default(), message.text.unwrap_or_default());
    let id = format!("<{}>", received_message_id(view));
    let reply = Object::new()
        .put("message_id", id.clone())
        .put("html", html)
        .put("text", text)
        .put("time", database_time(message.at.unwrap_or(view.at)));
    Ok(common(view, true)?
        .put("sl_lead_email", lead)
        .put("time_replied", at.clone())
        .put("event_timestamp", at)
        .put("cc_emails", view.extra(Platform::Smartlead, "cc_emails").cloned().unwrap_or_else(|| json!([])))
        .maybe("reply_category", view.extra(Platform::Smartlead, "reply_category").cloned())
        .maybe("reply_source", view.extra_text(Platform::Smartlead, "reply_source"))
        .maybe("stats_thread_id", view.extra_text(Platform::Smartlead, "stats_thread_id"))
        .put("sent_message_body", view.event.outbound.as_ref().and_then(|sent| sent.body_html.clone()).unwrap_or_default())
        .put("sent_message", sent_message(view, &view.sent()))
        .put("reply_message", reply)
        .put("reply_body", html)
        .put("message_id", id)
        .put("preview_text", text)
        .put("leadCorrespondence", correspondence(view, lead)))
}

/// Who answered for whom. Where it is not known who wrote, both are the lead.
fn correspondence(view: &View<'_>, lead: &str) -> Object {
    let writer = view.received().from.filter(|writer| writer.contains('@'));
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    let relation = match writer {
        None => "Unknown",
        Some(writer) if domain(writer) == domain(lead) => "SameCompany",
        Some(_) => "DifferentCompany",
    };
    Object::new()
        .put("targetLeadEmail", lead)
        .put("replyReceivedFrom", writer.unwrap_or(lead))
        .put("repliedCompanyDomain", relation)
}

/// A mail that answers no campaign: its writer is no lead.
fn untracked(view: &View<'_>) -> Result<Object, NotExpressible> {
    let writer = view.lead_email().or_else(|| view.received().from).ok_or(NotExpressible::Unnamed("the writer's address"))?;
    let (message, at) = (view.received(), view.at.to_string());
    // Only a name that needs no quotes: everybody reads that the same way.
    let is_plain = |name: &String| name.chars().all(|c| c.is_alphanumeric() || c == ' ');
    let name = view.full_name().filter(is_plain);
    let text = |name: &str| view.extra_text(Platform::Smartlead, name).unwrap_or_default();
    let body = message.text.unwrap_or_default();
    let reply = Object::new()
        .put("message_id", format!("<{}>", received_message_id(view)))
        .put("html", message.html.unwrap_or_default())
        .put("text", body)
        .put("time", message.at.unwrap_or(view.at).to_string());
    Ok(Object::new()
        .put("event_timestamp", at)
        .put("reply_message", reply)
        .put("sender_detail", name.map_or_else(|| writer.to_owned(), |name| format!("{name} <{writer}>")))
        .put("recipient_detail", view.mailbox().unwrap_or_default())
        .put("cc", text("cc"))
        .put("bcc", text("bcc"))
        .put("subject", message.subject.unwrap_or_default())
        .put("visible_text", body)
        .put("has_attachment", view.extra(Platform::Smartlead, "has_attachment").and_then(Value::as_bool).unwrap_or(false)))
}

fn unsubscribed(view: &View<'_>) -> Result<Object, NotExpressible> {
    let (lead, name) = (view.lead()?, view.full_name().unwrap_or_default());
    let object = Object::new()
        .put("event_timestamp", view.at.to_string())
        .put("lead_email", lead)
        .put("to_email", lead)
        .put("from_email", view.mailbox().unwrap_or_default())
        .put("lead_name", name.clone())
        .put("to_name", name)
        .put("sent_message", json!({"message_id": null, "text": ""}))
        .put("unsubscribed_client_id_map", Object::new())
        .maybe("sequence_number", view.sent().step);
    Ok(campaign(object, view))
}

fn categorised(view: &View<'_>) -> Result<Object, NotExpressible> {
    let lead = view.lead()?;
    let set = Category::of(view.event).ok_or(NotExpressible::NoWord)?;
    let (category, id) = set.named(view);
    let name = view.full_name().unwrap_or_default();
    let mailbox = view.mailbox().unwrap_or_default();
    let old = |name: &str| view.extra_text(Platform::Smartlead, name);
    let old_name = old("previous_category");
    let old_id = view.extra_number(Platform::Smartlead, "previous_category_id").or_else(|| old_name.map(category::number));
    let change = Object::new()
        .nullable("old_id", old_id)
        .nullable("old_name", old_name)
        .nullable("new_id", id)
        .nullable("new_name", category);
    let described = Object::new().nullable("name", category).nullable("sentiment_type", set.sentiment());
    let custom: serde_json::Map<String, Value> =
        view.custom_fields().into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let data = Object::new()
        .put("email", lead)
        .nullable("first_name", view.first_name())
        .nullable("last_name", view.last_name())
        .nullable("phone_number", view.phone())
        .nullable("company_name", view.company())
        .nullable("website", view.website())
        .nullable("location", old("location"))
        .put("custom_fields", custom)
        .nullable("linkedin_profile", view.linkedin())
        .nullable("company_url", None::<&str>)
        .put("category", described);
    let step = view.extra_number(Platform::Smartlead, "current_sequence").or_else(|| view.sent().step.map(u64::from));
    let object = Object::new()
        .maybe("lead_id", lead_id(view))
        .put("lead_email", lead)
        .put("lead_name", name.clone())
        .put("lead_data", data)
        .nullable("category", category)
        .nullable("lead_category_id", id)
        .put("event_timestamp", view.at.to_string())
        .put("lead_category", change)
        .maybe("current_sequence", step)
        .put("from", mailbox)
        .put("from_email", mailbox)
        .put("to", lead)
        .put("to_email", lead)
        .put("to_name", name)
        .put("history", json!([]));
    Ok(campaign(object, view))
}

/// A campaign's state. This body has no time.
fn status(view: &View<'_>) -> Result<Object, NotExpressible> {
    let number = view.campaign_number().ok_or(NotExpressible::Unnamed("the campaign"))?;
    let current = match view.event.kind {
        Kind::CampaignCompleted => Some("COMPLETED".to_owned()),
        _ => view.campaign_status().map(str::to_uppercase),
    };
    let current = current.ok_or(NotExpressible::Unnamed("the campaign's state"))?;
    Ok(Object::new()
        .nullable("previous_status", view.extra_text(Platform::Smartlead, "previous_status").map(str::to_uppercase))
        .put("current_status", current.clone())
        .put("campaign_status", current)
        .put("client_id", client_id_of(view))
        .put("campaign_name", view.campaign_name().unwrap_or_default())
        .put("campaign_id", number))
}

/// A step that somebody has to do by hand. This body has no time.
fn step_reached(view: &View<'_>) -> Result<Object, NotExpressible> {
    let lead = view.lead()?;
    let ids = view.extra(Platform::Smartlead, "sent_message_ids").and_then(Value::as_array);
    let bracketed = |id: &Value| id.as_str().map(|id| format!("<{id}>"));
    let ids: Vec<String> = ids.into_iter().flatten().filter_map(bracketed).collect();
    let step = view.any_extra_number("step").or_else(|| view.sent().step.map(u64::from));
    let object = Object::new()
        .put("lead_name", view.full_name().unwrap_or_default())
        .maybe("lead_id", lead_id(view).map(|id| id.to_string()))
        .put("lead_email", lead)
        .put("sent_message_ids", ids)
        .maybe("current_sequence_number", step);
    Ok(campaign(object, view))
}
