//! Who an event is about, in which campaign, from which mailbox.

use hookline_model::{
    event::{CampaignRef, ContactRef},
    item::ItemSort,
    key::{CampaignKey, EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    breakcold::{
        envelope::Body,
        names::{Name, Topic},
        record,
    },
    json::{Fields, cut, fold, id_of_text, is_uuid, mailbox},
};

/// The longest state of a campaign, in characters.
const STATUS_CHARS_MAX: usize = 200;

/// An id of Breakcold's. Those of the classic one are UUIDs and need no account; the new one's are opaque, and may be short.
pub(super) fn external(body: &Body<'_>, id: String) -> ExternalId {
    let account = if is_uuid(&id) { String::new() } else { body.account.clone().unwrap_or_default() };
    ExternalId { platform: Platform::Breakcold, account, id }
}

/// The contact, if there is one: many leads have no address, and are known by their id.
pub(super) fn contact(name: &Name<'_>, body: &Body<'_>) -> Option<ContactRef> {
    let is_about_nobody = matches!(name.topic, Topic::Campaign | Topic::Definition(_) | Topic::Relation);
    if name.kind == Kind::WebhookTest || is_about_nobody || !is_person(body) {
        return None;
    }
    let email = address(name, body);
    let external = lead_id(name, body).map(|id| external(body, id));
    (email.is_some() || external.is_some()).then_some(ContactRef { email, external })
}

/// Whether a record is a person, as far as the body says. A deletion does not.
pub(super) fn is_person(body: &Body<'_>) -> bool {
    body.content().word("object_type").is_none_or(|sort| sort.eq_ignore_ascii_case("person"))
}

/// The lead's address.
fn address(name: &Name<'_>, body: &Body<'_>) -> Option<EmailAddress> {
    let content = body.content();
    if name.topic == Topic::Record {
        return record::addresses(body).into_iter().next();
    }
    let own = content.address("email").or_else(|| content.object("lead").address("email"));
    own.or_else(|| content.address("lead_email")).or_else(|| party(body, lead_keys(name, body)))
}

/// The first address under one of the keys, also out of a list.
fn party(body: &Body<'_>, keys: &[&str]) -> Option<EmailAddress> {
    let content = body.content();
    keys.iter().find_map(|key| mailbox::first(content.word(key)?)).map(|mailbox| mailbox.address)
}

const TO: &[&str] = &["to_email", "to"];
const FROM: &[&str] = &["from_email", "from"];

/// Where the lead stands among the parties of a message: at the other end of what we sent, and of what came in.
fn lead_keys(name: &Name<'_>, body: &Body<'_>) -> &'static [&'static str] {
    let (lead, _) = parties(name, body);
    lead
}

/// Where the lead and we stand among the parties of a message. Nowhere if its direction is not known.
fn parties(name: &Name<'_>, body: &Body<'_>) -> (&'static [&'static str], &'static [&'static str]) {
    let is_inbound = match name.topic {
        Topic::CampaignEmail => Some(name.kind == Kind::EmailReplied),
        Topic::Item(ItemSort::Message) if name.kind == Kind::MessageEmail => direction(body).map(|word| word == "inbound"),
        _ => None,
    };
    match is_inbound {
        Some(false) => (TO, FROM),
        Some(true) => (FROM, TO),
        None => (&[], &[]),
    }
}

/// Which way a message went: `inbound` or `outbound`, if the body says.
pub(super) fn direction(body: &Body<'_>) -> Option<&'static str> {
    match body.content().word("direction")?.to_lowercase().as_str() {
        "inbound" | "incoming" | "received" => Some("inbound"),
        "outbound" | "outgoing" | "sent" => Some("outbound"),
        _ => None,
    }
}

/// Our mailbox. Nothing published names it; the parties of a message may.
pub(super) fn sending_account(name: &Name<'_>, body: &Body<'_>) -> Option<EmailAddress> {
    let (_, ours) = parties(name, body);
    party(body, ours)
}

/// The id of the lead or record.
pub(super) fn lead_id(name: &Name<'_>, body: &Body<'_>) -> Option<String> {
    let content = body.content();
    let stated = content.id_of(&["id_lead", "lead_id"]).or_else(|| content.object("lead").id("id"));
    let stated = stated.or_else(|| content.uuid("lead")).or_else(|| content.id("record_id"));
    let is_own = matches!(name.topic, Topic::Lead | Topic::Record) || body.is_lead() && name.topic != Topic::CampaignEmail;
    stated.or_else(|| content.id("id").filter(|_| is_own))
}

/// The campaign: by its id, else by its name within the workspace.
pub(super) fn campaign(name: &Name<'_>, body: &Body<'_>) -> Option<CampaignRef> {
    let is_own = name.topic == Topic::Campaign;
    let may_have = is_own || matches!(name.topic, Topic::CampaignEmail | Topic::Item(ItemSort::Message) | Topic::Unknown);
    if name.kind == Kind::WebhookTest || !may_have {
        return None;
    }
    let content = body.content();
    let object = content.object("campaign");
    // Under `campaign` may be an id or a name.
    let second = || content.uuid("campaign").or_else(|| content.id("campaign_id"));
    let id = content.id("id_campaign").or_else(|| object.id("id")).or_else(second);
    let id = id.or_else(|| content.id("id").filter(|_| is_own));
    let text = || content.name("campaign").filter(|text| !is_uuid(text));
    let title = object.name("name").or_else(|| content.name("campaign_name")).or_else(text);
    let title = title.or_else(|| content.name("name").filter(|_| is_own));
    let named = || {
        let account = body.account.clone().unwrap_or_default();
        let id = id_of_text(title.as_deref()?)?;
        Some(CampaignKey::Named(ExternalId { platform: Platform::Breakcold, account, id }))
    };
    let key = id.map(|id| CampaignKey::External(external(body, id))).or_else(named)?;
    Some(CampaignRef { key, name: title, status_mentioned: status_text(object).filter(|_| !is_own) })
}

/// The state of a campaign's object.
pub(super) fn status_text(object: Fields<'_>) -> Option<String> {
    object.word("status").map(|text| cut(&fold(text), STATUS_CHARS_MAX).to_lowercase())
}
