//! What an event says beside who, where and which message.

use serde_json::Value;

use hookline_model::{
    event::{Bounce, BounceType, Change, Facts},
    interest::Interest,
    item::{ItemFact, ItemSort},
    kind::Kind,
};

use crate::{
    bounce_text,
    emailbison::{
        lead, message,
        names::{Name, Sort},
        parts::{Parts, external},
        who::Person,
    },
    extra::Extra,
    json::{Fields, cut, fold},
};

/// The longest link, in bytes; a longer one is left out.
const LINK_BYTES_MAX: usize = 2_048;

/// The most elements of a list under `extra`, and the longest of their texts, in characters.
const LIST_MAX: usize = 20;
const LIST_TEXT_CHARS_MAX: usize = 200;

/// The longest reason, and the longest head of a reply, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// The longest name of an event, of a tag, that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// Everything the event says. Only an event about a person has a person's fields.
pub(super) fn facts(name: &Name, parts: Parts<'_>, account: Option<&str>, person: &Person) -> Facts {
    let mut facts = Facts::default();
    let mut extra = Extra::default();
    if name.sort == Sort::Test {
        extra.put("event_name", Some(cut(&name.written, NAME_CHARS_MAX)));
        extra.put("sample_of", name.sample_of.map(Kind::name));
        return Facts { extra: extra.0, ..facts };
    }
    if person.contact.is_some() {
        // A writer who is not a lead is known by the name in the message's head alone.
        match &person.full_name {
            Some(full_name) => facts.full_name = Some(Change::Set(full_name.clone())),
            None => lead::apply(parts, &mut facts),
        }
    }
    facts.interest = Interest::of_kind(name.kind).map(Change::Set);
    common(&mut extra, parts);
    match name.sort {
        Sort::Manual | Sort::Reply | Sort::Untracked => of_message(&mut extra, parts),
        Sort::Interest | Sort::Bounce => {
            of_message(&mut extra, parts);
            extra.put("campaign_event_id", parts.campaign_event.id("id"));
            extra.put("reply_subject", parts.reply.text_of(&["email_subject", "subject"]));
            extra.put("reply_from", parts.reply.address("from_email_address").map(|address| address.as_str().to_owned()));
        }
        // The two names of a first send differ in this, and are one event.
        Sort::Sent => {}
        Sort::Tracked => extra.put("campaign_event_id", parts.campaign_event.id("id")),
        Sort::Mailbox => of_mailbox(&mut extra, name, parts),
        Sort::Tag => {
            of_tag(&mut extra, name, parts);
            facts.item = tag(parts, account).map(Box::new);
        }
        Sort::Unknown | Sort::Test => extra.put("event_name", Some(cut(&name.written, NAME_CHARS_MAX))),
    }
    match name.kind {
        Kind::EmailBounced => facts.bounce = Some(bounce(parts)),
        Kind::EmailClicked => facts.clicked_links = link(parts).into_iter().collect(),
        Kind::ContactInterested => {
            let snippet = message::bodies(parts).0.map(|text| cut(text.trim(), TEXT_CHARS_MAX));
            extra.put("reply_snippet", snippet);
        }
        _ => {}
    }
    facts.extra = extra.0;
    facts
}

/// What any event may carry.
fn common(extra: &mut Extra, parts: Parts<'_>) {
    extra.put("workspace_name", parts.event.name("workspace_name").or_else(|| parts.data.name("workspace_name")));
    extra.put("lead_status", parts.lead.text("status"));
    extra.put("mx_provider", parts.lead.text("mx_provider"));
    extra.put("sequence_step_id", parts.scheduled.id("sequence_step_id"));
    // A running number within the step, not an id (captures).
    extra.put("variant", parts.scheduled.step("sequence_step_variant"));
    let tags = parts.campaign.elements("tags").iter().filter_map(|element| element.as_object());
    put_list(extra, "campaign_tags", tags.filter_map(|tag| Fields::new(tag).name("name")));
}

/// A message that came in, or left by hand.
fn of_message(extra: &mut Extra, parts: Parts<'_>) {
    let reply = parts.reply;
    extra.put("reply_id", reply.id("id").or_else(|| parts.data.id("reply_id")));
    extra.put("parent_id", reply.id("parent_id"));
    extra.put("reply_type", reply.text("type"));
    extra.put("reply_folder", reply.text("folder"));
    extra.put("from_name", reply.name("from_name"));
    extra.put("automated_reply", reply.flag("automated_reply"));
    extra.put("interested", reply.flag("interested"));
    for key in ["cc", "bcc"] {
        put_list(extra, key, parts.recipients(key).into_iter().map(|mailbox| mailbox.address.to_string()));
    }
    // Their names alone: the links to them let anybody in.
    let attachments = reply.elements("attachments").iter().filter_map(|element| element.as_object());
    put_list(extra, "attachments", attachments.filter_map(|file| Fields::new(file).name("file_name")));
}

/// A mailbox. Three names are one kind, so the name is said.
fn of_mailbox(extra: &mut Extra, name: &Name, parts: Parts<'_>) {
    extra.put("event_name", Some(cut(&name.written, NAME_CHARS_MAX)));
    extra.put("sender_email_id", parts.sender.id("id"));
    extra.put("sender_name", parts.sender.name("name"));
    extra.put("sender_status", parts.sender.text("status"));
    extra.put("sender_type", parts.sender.text("type"));
}

/// A tag, and what it was put on.
fn of_tag(extra: &mut Extra, name: &Name, parts: Parts<'_>) {
    extra.put("event_name", Some(cut(&name.written, NAME_CHARS_MAX)));
    extra.put("tag_id", parts.data.id("tag_id"));
    extra.put("tag_name", tag_name(parts));
    extra.put("taggable_id", parts.data.id("taggable_id"));
    extra.put("taggable_type", parts.data.text("taggable_type"));
}

fn tag_name(parts: Parts<'_>) -> Option<String> {
    parts.data.name("tag_name").map(|name| cut(&name, NAME_CHARS_MAX))
}

/// The definition of a tag, which whatever is tagged with it repeats.
fn tag(parts: Parts<'_>, account: Option<&str>) -> Option<ItemFact> {
    let id = external(account, parts.data.id("tag_id")?);
    let fields = tag_name(parts).map(|name| ("name".to_owned(), Change::Set(Value::from(name)))).into_iter().collect();
    Some(ItemFact { sort: ItemSort::Tag, id, fields })
}

/// The link clicked. EmailBison has no such event; relays of other makes call it this.
pub(super) fn link(parts: Parts<'_>) -> Option<String> {
    parts.data.text_of(&["link_url", "clicked_url", "url", "link"]).filter(|link| link.len() <= LINK_BYTES_MAX)
}

/// The bounce: what a relay found out, else what the report says.
fn bounce(parts: Parts<'_>) -> Bounce {
    let report = [parts.reply.verbatim("text_body"), parts.reply.verbatim("html_body")];
    let judged = bounce_text::bounce_by_class(report.iter().flatten().map(String::as_str));
    let relayed = parts.data.object("bounce");
    let stated = relayed.text("type").map(|text| text.to_lowercase());
    let bounce_type = stated.map_or(judged.bounce_type, |word| match word.as_str() {
        "hard" | "permanent" => BounceType::Hard,
        "soft" | "transient" | "temporary" => BounceType::Soft,
        _ => BounceType::Unknown,
    });
    let reason = relayed.text("reason").map(|text| cut(&fold(&text), TEXT_CHARS_MAX));
    Bounce { bounce_type, reason: reason.or(judged.reason) }
}

/// Puts the first texts of a list, cut; nothing if there are none.
fn put_list(extra: &mut Extra, name: &'static str, texts: impl Iterator<Item = String>) {
    extra.put_list(name, texts.take(LIST_MAX).map(|text| cut(&text, LIST_TEXT_CHARS_MAX)).collect::<Vec<String>>());
}
