//! The webhooks of the classic Breakcold: `{"id_space", "event", "secret", "payload"}`.

pub(crate) mod names;
mod payload;

use hookline_model::{
    event::{BounceType, Change},
    interest::Interest,
    kind::Kind,
    platform::Platform,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::{
    names::Topic,
    payload::{Campaign, CampaignEmail, CampaignRef, Definition, Item, Lead, Payload},
};
use crate::{
    bounded,
    telling::{NotExpressible, Rendered},
    view::{self, View, set},
};

/// A body.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    /// The workspace.
    id_space: String,
    event: &'a str,
    /// The subscription's secret.
    secret: &'a str,
    /// Only in trials of the subscription.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_test: bool,
    #[schemars(with = "Map<String, Value>")]
    payload: Payload,
}

/// Renders a body.
pub(crate) fn render(view: &View<'_>) -> Result<Rendered, NotExpressible> {
    let event = names::name(view.event.kind).ok_or(NotExpressible::NoWord)?;
    let payload = match names::topic(event) {
        Topic::Lead => Payload::Lead(Box::new(changed_lead(view, event)?)),
        Topic::Campaign => Payload::Campaign(campaign(view, event)?),
        Topic::CampaignEmail => Payload::CampaignEmail(Box::new(campaign_email(view)?)),
        Topic::Item => Payload::Item(Box::new(item(view, event))),
        Topic::Definition => Payload::Definition(definition(view, event)),
    };
    let body = bounded::json(&Envelope {
        id_space: view.workspace().to_string(),
        event,
        secret: view.telling.subscription.secret_key.unwrap_or_default(),
        is_test: view.telling.is_test,
        payload,
    })?;
    Ok(Rendered { content_type: "application/json", body })
}

/// The schemas of all bodies, as JSON Schema 2020-12: `$defs`, and under `events` which payload each event has.
#[must_use]
pub fn schemas() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut events = Map::new();
    for (name, _) in names::all() {
        let schema = match names::topic(name) {
            Topic::Lead => generator.subschema_for::<Lead>(),
            Topic::Campaign => generator.subschema_for::<Campaign>(),
            Topic::CampaignEmail => generator.subschema_for::<CampaignEmail>(),
            Topic::Item => generator.subschema_for::<Item>(),
            Topic::Definition => generator.subschema_for::<Definition>(),
        };
        events.insert(name.to_owned(), schema.to_value());
    }
    let envelope = generator.subschema_for::<Envelope<'_>>().to_value();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [envelope],
        "events": events,
        "$defs": generator.take_definitions(true),
    })
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(ToOwned::to_owned)
}

fn is_deletion(event: &str) -> bool {
    event.ends_with(".delete")
}

/// The contact's id: Breakcold's own, else ours.
fn lead_id(view: &View<'_>) -> Option<String> {
    let own = view.contact_at(Platform::Breakcold);
    owned(own).or_else(|| view.contact_id().map(|id| id.to_string()))
}

/// The contact as a lead.
fn lead(view: &View<'_>) -> Option<Lead> {
    let contact = view.snapshot.contact.as_ref();
    let custom = view.custom_fields();
    let custom = custom.into_iter().map(|(name, value)| (name.to_owned(), value.clone()));
    Some(Lead {
        id: lead_id(view)?,
        email: owned(view.lead_email()),
        first_name: owned(view.first_name()),
        last_name: owned(view.last_name()),
        company: owned(view.company()),
        phone: owned(view.phone()),
        linkedin_url: owned(view.linkedin()),
        website_url: owned(view.website()),
        created_at: contact.and_then(|contact| contact.created_at.clone()).unwrap_or_else(|| view.at.to_string()),
        updated_at: contact.and_then(|contact| contact.updated_at.clone()),
        custom_fields: Some(custom.collect()).filter(|fields: &std::collections::BTreeMap<_, _>| !fields.is_empty()),
        is_tracked: view.event.kind == Kind::ContactTracked,
        id_space: view.workspace().to_string(),
        ..Lead::default()
    })
}

/// The lead that an event is about. Its time is that of the change, since this shape has no other place for it.
fn changed_lead(view: &View<'_>, event: &str) -> Result<Lead, NotExpressible> {
    let lead = lead(view).ok_or(NotExpressible::Unnamed("the contact"))?;
    let at = view.at.to_string();
    let contact = view.snapshot.contact.as_ref();
    let sets = || {
        let names = |recorded: Option<&Vec<String>>| recorded.cloned().unwrap_or_default();
        (names(contact.map(|contact| &contact.lists)), names(contact.map(|contact| &contact.tags)))
    };
    Ok(match event {
        "lead.create" => Lead { created_at: at, updated_at: None, ..lead },
        "lead.update" => Lead { updated_at: Some(at), ..lead },
        "lead.delete" => Lead { is_deleted: true, is_deleted_at: Some(at), ..lead },
        _ => {
            let (lists, tags) = sets();
            let status = status(view).into_iter().collect();
            Lead { updated_at: Some(at), status: Some(status), lists: Some(lists), tags: Some(tags), ..lead }
        }
    })
}

/// The status that a contact is in: what the event says, in the platform's own word where it is one, else the record's category.
fn status(view: &View<'_>) -> Option<String> {
    let event = view.event;
    let words = |interest: Interest| {
        let name = interest.name().replace('_', " ");
        let mut letters = name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    if event.facts.category == Some(Change::Clear) {
        return None;
    }
    let own = set(event.facts.category.as_ref()).cloned();
    match view::category_interest(event) {
        Some(interest) if event.kind != Kind::ContactStatusUpdated => words(interest),
        interest => own
            .or_else(|| interest.and_then(words))
            .or_else(|| view.snapshot.contact.as_ref().and_then(|contact| contact.category.clone())),
    }
}

/// The campaign's id: Breakcold's own, else ours.
fn campaign_id(view: &View<'_>) -> Option<String> {
    owned(view.campaign_at(Platform::Breakcold)).or_else(|| view.campaign_id().map(|id| id.to_string()))
}

fn campaign(view: &View<'_>, event: &str) -> Result<Campaign, NotExpressible> {
    Ok(Campaign {
        id: campaign_id(view).ok_or(NotExpressible::Unnamed("the campaign"))?,
        id_space: view.workspace().to_string(),
        event_at: view.at.to_string(),
        name: owned(view.campaign_name()),
        status: owned(view.campaign_status()),
        is_deleted: is_deletion(event),
    })
}

fn campaign_email(view: &View<'_>) -> Result<CampaignEmail, NotExpressible> {
    let event = view.event;
    let lead = lead(view).ok_or(NotExpressible::Unnamed("the contact"))?;
    let is_reply = event.kind == Kind::EmailReplied;
    let message = if is_reply { view.received() } else { view.sent() };
    let sent_id = view.sent_at(Platform::Breakcold).map_or_else(|| view.sent_id().to_string(), ToOwned::to_owned);
    let (mailbox, address) = (owned(view.mailbox()), lead.email.clone());
    let (from_email, to_email) = if is_reply { (address, mailbox) } else { (mailbox, address) };
    let bounce = event.facts.bounce.as_ref();
    let bounce_type = bounce.and_then(|bounce| match bounce.bounce_type {
        BounceType::Hard => Some("hard"),
        BounceType::Soft => Some("soft"),
        BounceType::Unknown => None,
    });
    let id_campaign = campaign_id(view);
    let campaign = id_campaign.clone().map(|id| CampaignRef {
        id,
        name: owned(view.campaign_name()),
        status: owned(view.campaign_status()),
    });
    Ok(CampaignEmail {
        id: if is_reply { view.received_id().to_string() } else { sent_id.clone() },
        id_email: sent_id,
        id_space: view.workspace().to_string(),
        id_lead: lead.id.clone(),
        id_campaign,
        event_at: view.at.to_string(),
        from_email,
        to_email,
        subject: owned(message.subject),
        text: owned(message.text),
        html: owned(message.html),
        message_id: owned(message.message_id),
        step: view.sent().step,
        link: event.facts.clicked_links.first().cloned(),
        bounce_type: owned(bounce_type),
        reason: bounce.and_then(|bounce| bounce.reason.clone()),
        lead,
        campaign,
    })
}

/// A text of the event's item.
fn item_text(view: &View<'_>, name: &str) -> Option<String> {
    let field = view.event.facts.item.as_ref()?.fields.get(name);
    set(field).and_then(Value::as_str).map(ToOwned::to_owned)
}

/// The id of the event's item: the platform's own, else the event's.
fn item_id(view: &View<'_>) -> String {
    view.event.facts.item.as_ref().map_or_else(|| view.event.id.to_string(), |item| item.id.id.clone())
}

fn item(view: &View<'_>, event: &str) -> Item {
    let text = |name: &str| item_text(view, name);
    let item = Item {
        id: item_id(view),
        id_space: view.workspace().to_string(),
        id_lead: lead_id(view),
        event_at: view.at.to_string(),
        title: text("title"),
        text: text("text"),
        author: text("author"),
        status: text("status"),
        due_at: text("due_at"),
        direction: text("direction"),
        from: text("from"),
        to: text("to"),
        subject: text("subject"),
        html: None,
        url: text("url"),
        is_deleted: is_deletion(event),
        lead: lead(view),
    };
    if !matches!(view.event.kind, Kind::EmailReplyUntracked | Kind::EmailAutoReplied) {
        return item;
    }
    let message = view.received();
    Item {
        id: view.received_id().to_string(),
        direction: Some("inbound".to_owned()),
        from: owned(view.lead_email().or(message.from)),
        to: owned(view.mailbox()),
        subject: owned(message.subject),
        text: owned(message.text),
        html: owned(message.html),
        ..item
    }
}

fn definition(view: &View<'_>, event: &str) -> Definition {
    Definition {
        id: item_id(view),
        id_space: view.workspace().to_string(),
        event_at: view.at.to_string(),
        name: item_text(view, "name"),
        color: item_text(view, "color"),
        is_deleted: is_deletion(event),
    }
}
