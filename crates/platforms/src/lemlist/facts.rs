//! What an activity says beside who, where and which message.

use serde_json::{Map, Value};

use hookline_model::{
    event::{Change, Facts},
    interest::Interest,
    kind::Kind,
};

use crate::{
    bounce_text,
    extra::{Extra, is_short},
    json::{Fields, Node, cut, fold},
    lemlist::{channel, lead, names::Name, who},
};

/// The longest link, in bytes; a longer one is left out.
const LINK_BYTES_MAX: usize = 2_048;

/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// The longest name of an event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// The most fields of an event that we know nothing of, and the most results of an enrichment.
const UNKNOWN_MAX: usize = 50;

/// Where the clicked link stands: nobody has shown a capture, and those who read it disagree.
const LINKS: [&str; 4] = ["clickedUrl", "linkUrl", "url", "link"];

/// Where the reason of a bounce or failure stands.
const REASONS: [&str; 2] = ["errorMessage", "bounceReason"];

/// Everything the activity says. Only one about a lead has a lead's fields.
pub(super) fn facts(name: &Name, body: Fields<'_>, has_contact: bool) -> Facts {
    let mut facts = Facts { interest: Interest::of_kind(name.kind).map(Change::Set), ..Facts::default() };
    if has_contact {
        lead::apply(name, body, &mut facts);
        facts.item = channel::item(name, body);
    }
    let mut extra = common(body);
    match name.kind {
        Kind::EmailClicked => facts.clicked_links = link(body).filter(|link| link.len() <= LINK_BYTES_MAX).into_iter().collect(),
        Kind::EmailBounced => facts.bounce = Some(bounce_text::hard_unless_passing(body.text_of(&REASONS).as_deref())),
        Kind::EmailReplied => {
            let score = body.find("aiLeadInterestScore", |score| matches!(score, Node::Number(_)).then(|| score.to_value()));
            extra.put("ai_interest_score", score);
        }
        // One lead that has all steps behind it is not the campaign's end.
        Kind::CampaignCompleted if !has_contact => facts.campaign_status = Some("completed".to_owned()),
        Kind::ContactInterested | Kind::ContactNotInterested => extra.put("marked_through", marked_through(name)),
        Kind::ActivityRecorded | Kind::Other | Kind::WebhookTest => named(name, body, &mut extra),
        _ => {}
    }
    if name.kind != Kind::EmailBounced {
        extra.put("reason", body.text_of(&REASONS).map(|text| cut(&fold(&text), REASON_CHARS_MAX)));
    }
    facts.extra = extra.0;
    facts
}

/// What any activity may carry.
fn common(body: Fields<'_>) -> Extra {
    let mut extra = Extra::default();
    extra.put("platform_event_id", body.id("_id"));
    extra.put("platform_contact_id", who::contact_id(body));
    extra.put("platform_email_id", body.id("emailId"));
    extra.put("company_id", body.id("companyId"));
    extra.put("is_first", body.flag("isFirst"));
    // Whether the lead's sequence ends with this.
    extra.put("stopped", body.flag("stopped"));
    // Security scanners open and click: no people.
    extra.put("bot", body.flag("bot"));
    extra.put("variant", body.name_of(&["stepTested", "sequenceTested"]));
    extra.put("step_id", body.id("stepId"));
    extra.put("sequence_id", body.id("sequenceId"));
    extra.put("template_id", body.id("emailTemplateId"));
    // On LinkedIn it alone tells the note of an invitation from a message.
    extra.put("template_name", body.name("emailTemplateName"));
    extra.put("sender_name", body.name("sendUserName"));
    extra.put("user_name", body.name("userName"));
    extra.put("unsubscribed_source", body.name("unsubscribedSource"));
    extra.put("mutation_action", body.name("mutationAction"));
    extra
}

/// What tells an activity whose kind says little.
fn named(name: &Name, body: Fields<'_>, extra: &mut Extra) {
    extra.put("event_name", Some(cut(&name.text, EVENT_NAME_CHARS_MAX)));
    if name.kind == Kind::ActivityRecorded {
        extra.put("activity", name.known.map(channel::snake));
        extra.put("channel", name.known.and_then(channel::channel));
        extra.put("platform_message_id", body.message_id("messageId"));
    }
    if name.has_fields_of_its_own() {
        let fields = lead::unknown(body).into_iter().map(|(field, value)| (field, value.to_value()));
        let fields = fields.filter(|(_, value)| is_short(value)).take(UNKNOWN_MAX);
        let fields: Map<String, Value> = fields.map(|(field, value)| (field.to_owned(), value)).collect();
        extra.put("fields", (!fields.is_empty()).then_some(Value::Object(fields)));
        let results = body.elements("data").iter().filter_map(|result| Fields::new(result.as_object()?).id("id"));
        extra.put_list("result_ids", results.take(UNKNOWN_MAX).collect::<Vec<String>>());
    }
}

/// The channel through which a lead was marked: `emailsInterested` through e-mails, `interested` does not say.
fn marked_through(name: &Name) -> Option<&'static str> {
    let ending = if name.kind == Kind::ContactInterested { "Interested" } else { "NotInterested" };
    name.known?.strip_suffix(ending).filter(|through| !through.is_empty())
}

/// The link clicked.
pub(super) fn link(body: Fields<'_>) -> Option<String> {
    body.text(link_key(body)?)
}

/// Where the link clicked stands. The keys behind it are variables.
pub(super) fn link_key(body: Fields<'_>) -> Option<&'static str> {
    LINKS.into_iter().find(|key| body.said(key).is_some())
}
