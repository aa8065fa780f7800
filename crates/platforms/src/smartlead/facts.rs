//! What an event says beside who, where and which message.
//!
//! Nothing here may come from the wrapper (`webhook_id`, `webhook_name`, `webhook_url`, `metadata`, `secret_key`, `description`)
//! or from the spelling of the event's name: two deliveries of one event must say the same (live captures).

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Facts},
    kind::Kind,
};

use crate::extra::{Extra, TEXT_BYTES_MAX};
use crate::json::{Fields, by_name, cut, is_present, is_scalar};
use crate::smartlead::{bounce, category::Category, message::Ids, who};

/// The most custom fields taken from one event.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// The most links taken from one click.
const LINKS_MAX: usize = 50;

/// The longest link, in bytes; a longer one is left out.
const LINK_BYTES_MAX: usize = 2_048;

/// The most elements of a list under `extra`.
const EXTRA_ELEMENTS_MAX: usize = 50;

/// The longest name of an unknown event that is kept, in characters.
pub(super) const EVENT_NAME_CHARS_MAX: usize = 200;

/// Everything the event says, by its kind.
pub(super) fn facts(kind: Kind, name: &str, body: Fields<'_>, ids: &Ids) -> Facts {
    let mut facts = Facts { full_name: full_name(kind, body).map(Change::Set), ..Facts::default() };
    lead_data(body.object("lead_data"), &mut facts);
    let mut extra = Extra::default();
    extra.put("stats_id", ids.stats_id.clone());
    extra.put("lead_map_id", body.id("sl_email_lead_map_id"));
    // The mailbox, where only its number is stated.
    extra.put("email_account_id", body.id("email_account_id"));
    extra.put("app_url", app_url(body));
    match kind {
        Kind::EmailClicked => {
            facts.clicked_links =
                links(body).into_iter().filter(|link| link.len() <= LINK_BYTES_MAX).take(LINKS_MAX).map(str::to_owned).collect();
        }
        Kind::EmailReplied | Kind::EmailReplyUntracked => reply(body, &mut extra),
        Kind::EmailBounced => {
            facts.bounce = Some(bounce::bounce(body));
            extra.put("is_sender_originated_bounce", body.flag("is_sender_originated_bounce"));
            extra.put("bounce_message_id", ids.bounce.clone());
        }
        Kind::ContactCategoryUpdated => category(body, &mut facts, &mut extra),
        Kind::CampaignStatusChanged => {
            facts.campaign_status = current_status(body);
            extra.put("previous_status", previous_status(body));
        }
        Kind::CampaignStepReached => {
            extra.put("step", current_step(body));
            let ids = body.texts("sent_message_ids");
            put_list(&mut extra, "sent_message_ids", ids.into_iter().map(|id| id.trim_matches(['<', '>'])).collect());
        }
        Kind::Other => {
            extra.put("event_name", Some(cut(name, EVENT_NAME_CHARS_MAX)));
            extra.put("message_id", ids.sent.clone());
        }
        _ => {}
    }
    if body.id("campaign_id").is_none() {
        extra.put("campaign_name", body.text("campaign_name"));
    }
    facts.extra = extra.0;
    facts
}

/// A name in one piece. `lead_name` may be only the first name (SmartLead's help pages), so the other goes first.
fn full_name(kind: Kind, body: Fields<'_>) -> Option<String> {
    match kind {
        Kind::EmailReplyUntracked => who::sender(body).and_then(|mailbox| mailbox.name),
        _ => body.name("to_name").or_else(|| body.name("lead_name")),
    }
}

/// The lead's own data, as category events carry it (SmartLead's help pages).
fn lead_data(lead: Fields<'_>, facts: &mut Facts) {
    facts.first_name = lead.name("first_name").map(Change::Set);
    facts.last_name = lead.name("last_name").map(Change::Set);
    facts.company_name = lead.name("company_name").map(Change::Set);
    facts.phone = lead.text("phone_number").map(Change::Set);
    facts.website_url = lead.text_of(&["website", "company_url"]).map(Change::Set);
    facts.linkedin_url = lead.text("linkedin_profile").map(Change::Set);
    // Sorted by name, so that the same fields are taken in whatever order they stand.
    let fields = by_name(lead.object("custom_fields").map(), |(name, value)| {
        let is_sound = !name.is_empty() && name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX;
        is_sound && is_present(*value) && is_scalar(*value)
    });
    let taken = fields.into_iter().take(CUSTOM_FIELDS_MAX);
    facts.custom_fields = taken.map(|(name, value)| (name.to_owned(), Change::Set(value.to_value()))).collect();
}

/// What a reply says beside its message.
fn reply(body: Fields<'_>, extra: &mut Extra) {
    let correspondence = who::correspondence(body);
    extra.put("reply_category", body.integer("reply_category"));
    extra.put("reply_source", body.text("reply_source"));
    extra.put("prompt_type", body.text("promptType"));
    extra.put("stats_thread_id", body.id("stats_thread_id"));
    extra.put("replied_company_domain", correspondence.text_of(&["repliedCompanyDomain", "replied_company_domain"]));
    extra.put(
        "forwarded_from",
        correspondence.address_of(&["forwardedFrom", "forwarded_from"]).map(|address| address.as_str().to_owned()),
    );
    extra.put("has_attachment", body.flag("has_attachment"));
    put_list(extra, "cc_emails", body.texts("cc_emails"));
    extra.put("cc", body.text("cc"));
    extra.put("bcc", body.text("bcc"));
}

/// The category, what it means, and where it came from.
fn category(body: Fields<'_>, facts: &mut Facts, extra: &mut Extra) {
    Category::read(body).apply(body, facts);
    let change = body.object("lead_category");
    extra.put("category_id", change.id("new_id").or_else(|| body.id("lead_category_id")));
    extra.put("previous_category", change.name("old_name"));
    extra.put("previous_category_id", change.id("old_id"));
    extra.put("current_sequence", body.step("current_sequence"));
    extra.put("location", body.object("lead_data").name("location"));
    extra.put("sentiment_type", body.object("lead_data").object("category").text("sentiment_type"));
}

/// The status a campaign now has.
pub(super) fn current_status(body: Fields<'_>) -> Option<String> {
    body.text_of(&["current_status", "campaign_status"]).map(|status| status.to_lowercase())
}

/// The status a campaign had.
pub(super) fn previous_status(body: Fields<'_>) -> Option<String> {
    body.text("previous_status").map(|status| status.to_lowercase())
}

/// The manual step that was reached.
pub(super) fn current_step(body: Fields<'_>) -> Option<u32> {
    body.step("current_sequence_number").or_else(|| body.step("sequence_number"))
}

/// Every link clicked, sorted. Production sends a list of texts, the older guide shows one text.
pub(super) fn links(body: Fields<'_>) -> BTreeSet<&str> {
    let read = |key| body.texts(key).into_iter().map(|link| link.trim_matches(['<', '>'])).collect::<BTreeSet<_>>();
    let details = read("link_details");
    if details.is_empty() { read("link_clicked") } else { details }
}

/// The link into SmartLead's own app; one that ends where an id should follow leads nowhere.
fn app_url(body: Fields<'_>) -> Option<String> {
    ["ui_master_inbox_link", "app_url"].iter().find_map(|key| body.text(key).filter(|url| !url.ends_with('=')))
}

/// Puts the texts that are not too long, the first ones of many.
fn put_list(extra: &mut Extra, name: &'static str, texts: Vec<&str>) {
    let short = texts.into_iter().filter(|text| text.len() <= TEXT_BYTES_MAX);
    extra.put_list(name, short.take(EXTRA_ELEMENTS_MAX).collect::<Vec<&str>>());
}
