//! What an event says beside who, where and which message.

use serde_json::{Map, Value};

use hookline_model::{
    event::{Bounce, BounceType, Change, Facts},
    kind::Kind,
};

use crate::{
    bounce_text,
    extra::{Extra, is_short},
    json::{Fields, cut, fold},
    plusvibe::{alert, lead, message, names::Name},
};

/// The longest reason, and the longest head of a reply, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// The longest name of an event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// The most fields of an event that we know nothing of.
const UNKNOWN_MAX: usize = 50;

/// Where the report of a bounce stands: in the webhook, and under the names that receivers expect.
const REPORTS: [&str; 3] = ["msg", "bounce_message", "bounce_msg"];

/// Everything the event says. Only an event about a lead has a lead's fields. A bounce has no variables, and what stands in an
/// event that nobody knows may be the event's.
pub(super) fn facts(name: &Name, body: Fields<'_>, has_contact: bool) -> Facts {
    let mut facts = Facts::default();
    if has_contact {
        lead::apply(body, &mut facts);
        if !matches!(name.kind, Kind::EmailBounced | Kind::Other) {
            facts.custom_fields = lead::custom_fields(body);
        }
    }
    if let Some(label) = &name.label {
        facts.category = Some(Change::Set(label.clone()));
        facts.interest = name.interest().map(Change::Set);
    }
    let mut extra = common(name.kind, body);
    match name.kind {
        Kind::EmailBounced => {
            facts.bounce = Some(bounce(body));
            extra.put("verification", body.name("is_verified"));
            extra.put("sender_mx", body.name("sender_mx"));
            extra.put("lead_mx", body.name("lead_mx"));
            extra.put("campaign_paused", body.flag("is_camp_paused"));
        }
        Kind::AccountError | Kind::Other | Kind::WebhookTest => named(name, body, &mut extra),
        _ => {}
    }
    facts.extra = extra.0;
    facts
}

/// What any event may carry. What tells only under which of four names an answer came is left out.
fn common(kind: Kind, body: Fields<'_>) -> Extra {
    let mut extra = Extra::default();
    let short = |keys: &[&str]| body.text_of(keys).map(|text| cut(&text, TEXT_CHARS_MAX));
    extra.put("label", body.name("label"));
    extra.put("sentiment", body.name("sentiment"));
    extra.put("lead_status", body.name("status"));
    extra.put("variant", body.name("variation"));
    extra.put("thread_key", body.id("thread_id"));
    extra.put("platform_email_id", body.id_of(&["last_email_id", "email_id"]));
    extra.put("mailbox_id", body.id("email_account_id"));
    extra.put("sender_name", sender_name(body));
    extra.put("cc", body.name("cc_email"));
    extra.put("replied_from", body.name("actual_replied_from"));
    extra.put("reply_snippet", short(&["snippet", "last_lead_reply", "latest_message"]));
    if !message::is_reply(kind) && kind != Kind::EmailSent {
        extra.put("reply_subject", message::subject(body));
    }
    extra
}

/// The name shown with our mailbox.
fn sender_name(body: Fields<'_>) -> Option<String> {
    let parts: Vec<String> = ["sender_first_name", "sender_last_name"].iter().filter_map(|key| body.name(key)).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What tells an event whose kind says little.
fn named(name: &Name, body: Fields<'_>, extra: &mut Extra) {
    extra.put("event_name", Some(cut(&name.text, EVENT_NAME_CHARS_MAX)));
    extra.put("sample_of", name.sample_of.map(Kind::name));
    if name.known == alert::SYSTEM_ALERT {
        extra.put("alert", alert::name(body));
    }
    extra.put("reason", body.text_of(&["reason", "error", "message", "msg"]).map(|text| cut(&fold(&text), TEXT_CHARS_MAX)));
    let fields = lead::unknown(body).into_iter().map(|(field, value)| (field, value.to_value()));
    let fields = fields.filter(|(_, value)| is_short(value)).take(UNKNOWN_MAX);
    let fields: Map<String, Value> = fields.map(|(field, value)| (field.to_owned(), value)).collect();
    extra.put("fields", (!fields.is_empty() && name.kind != Kind::WebhookTest).then_some(Value::Object(fields)));
}

/// The bounce: soft if it says so, else by the codes of its report, else of a dead address.
fn bounce(body: Fields<'_>) -> Bounce {
    let judged = bounce_text::hard_unless_passing(body.text_of(&REPORTS).as_deref());
    let says_soft = body.text("bounce_type").is_some_and(|text| text.to_lowercase().contains("soft"));
    if says_soft { Bounce { bounce_type: BounceType::Soft, ..judged } } else { judged }
}
