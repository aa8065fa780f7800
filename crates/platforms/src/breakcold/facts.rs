//! What an event says beside who, where and which message.

use hookline_model::{
    event::{Bounce, BounceType, Change, Facts},
    extra::Extra as Values,
    kind::Kind,
};

use crate::{
    bounce_text,
    breakcold::{
        envelope::Body,
        item, lead,
        names::{Name, Topic},
        record, sets, who,
    },
    extra::{Extra, TEXT_BYTES_MAX},
    json::{Fields, Node, cut},
};

/// The longest link, in bytes; a longer one is left out.
const LINK_BYTES_MAX: usize = 2_048;

/// The longest list under `extra`.
const EXTRA_ELEMENTS_MAX: usize = 20;

/// The longest name of an event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// Everything the event says.
pub(super) fn facts(name: &Name<'_>, body: &Body<'_>, kind: Kind, has_contact: bool) -> Facts {
    let mut facts = Facts::default();
    if has_contact {
        about_contact(name, body, &mut facts);
    }
    let content = body.content();
    match kind {
        Kind::EmailClicked => facts.clicked_links = link(content).into_iter().collect(),
        Kind::EmailBounced => facts.bounce = Some(bounce(content)),
        Kind::CampaignCreated | Kind::CampaignUpdated => {
            facts.campaign_status = who::status_text(content).or_else(|| who::status_text(content.object("campaign")));
        }
        _ => {}
    }
    facts.item = item::item(name, body);
    facts.extra = extra(name, body, kind);
    facts
}

/// What it says of its contact.
fn about_contact(name: &Name<'_>, body: &Body<'_>, facts: &mut Facts) {
    let content = body.content();
    match name.topic {
        Topic::Record => record::apply(body, facts),
        // The record's name, of a call's.
        Topic::Call => facts.full_name = content.name("record_name").map(Change::Set),
        _ => {
            let nested = content.object("lead");
            let with_nested = Fields::with_inner(body.content_map(), "lead");
            lead::apply(if name.topic == Topic::Lead || body.is_lead() { with_nested } else { nested }, facts);
            // The status of an email or of a task is not the lead's.
            let is_of_lead = name.topic == Topic::Lead || name.topic == Topic::Unknown && body.is_lead();
            sets::apply(name.kind, if is_of_lead { with_nested } else { nested }, facts);
        }
    }
}

/// The link clicked, by the likeliest names.
fn link(content: Fields<'_>) -> Option<String> {
    content.text_of(&["link", "url", "link_url"]).filter(|link| link.len() <= LINK_BYTES_MAX)
}

/// The bounce. Nothing published says how bad one is: what is stated, else what the text of a report tells.
fn bounce(content: Fields<'_>) -> Bounce {
    let texts = ["reason", "bounce_reason", "error", "error_message"].into_iter().filter_map(|key| content.word(key));
    let told = bounce_text::bounce(texts);
    let stated = ["bounce_type", "type"].iter().find_map(|key| content.word(key)).map(str::to_lowercase);
    match stated.as_deref() {
        Some("hard" | "permanent") => Bounce { bounce_type: BounceType::Hard, ..told },
        Some("soft" | "transient" | "temporary") => Bounce { bounce_type: BounceType::Soft, ..told },
        _ => told,
    }
}

/// What else is worth showing: ids and names that have no place on a record.
fn extra(name: &Name<'_>, body: &Body<'_>, kind: Kind) -> Values {
    let content = body.content();
    let mut extra = Extra::default();
    // Also where several names are one kind.
    if matches!(kind, Kind::Other | Kind::WebhookTest) || matches!(name.topic, Topic::Call | Topic::File) {
        extra.put("event_name", Some(cut(&name.text, EVENT_NAME_CHARS_MAX)));
    }
    extra.put("sample_of", name.sample_of().map(Kind::name));
    extra.put("platform_event_id", body.envelope().id("event_id"));
    match name.topic {
        Topic::Record => {
            extra.put("record_id", content.id("id").filter(|_| kind == Kind::Other));
            extra.put("record_name", content.name("name").filter(|_| kind == Kind::Other));
            extra.put("object_type", content.text("object_type"));
            extra.put("object_type_name", content.name("object_type_name"));
            let emails = record::addresses(body).into_iter().map(|address| address.as_str().to_owned());
            put_list(&mut extra, "emails", emails.collect(), 2);
        }
        Topic::Relation => {
            extra.put("source_record_id", content.id("source_record_id"));
            extra.put("target_record_id", content.id("target_record_id"));
            extra.put("field_definition_id", content.id("field_definition_id"));
            extra.put("field_slug", content.text("field_slug"));
        }
        Topic::Call => {
            extra.put("call_id", content.id("call_id"));
            extra.put("meeting_title", content.name("meeting_title"));
        }
        Topic::File => extra.put("file_name", content.text("file_name")),
        Topic::Lead => {
            put_list(&mut extra, "status_ids", sets::status_ids(content), 1);
            put_list(&mut extra, "owners", owners(content), 1);
            // Whether the lead was put there or taken away is not said.
            extra.put("list", one(content, "list", "id_list"));
            extra.put("tag", one(content, "tag", "id_tag"));
        }
        _ => {}
    }
    extra.0
}

/// The one list or tag that an event names, by name or id.
fn one(content: Fields<'_>, key: &str, id_key: &str) -> Option<String> {
    content.name(key).or_else(|| content.object(key).name("name")).or_else(|| content.id(id_key))
}

/// The people who look after a lead, by name or id.
fn owners(lead: Fields<'_>) -> Vec<String> {
    let text = |value: &Node<'_>| match value {
        Node::Object(object) => Fields::new(*object).name("name").or_else(|| Fields::new(*object).id("id")),
        other => other.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
    };
    lead.elements("owners").iter().filter_map(text).collect()
}

/// Puts a list of at least `least` elements.
fn put_list(extra: &mut Extra, name: &'static str, mut values: Vec<String>, least: usize) {
    values.retain(|text| text.len() <= TEXT_BYTES_MAX);
    values.truncate(EXTRA_ELEMENTS_MAX);
    extra.put(name, (values.len() >= least).then_some(values));
}
