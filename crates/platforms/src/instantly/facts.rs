//! What an event says beside who, where and which message.

use hookline_model::{
    event::{Bounce, BounceType, Facts},
    kind::Kind,
};

use crate::instantly::{
    label::Label,
    lead, message,
    names::Name,
    who::{self, Addresses},
};
use crate::{
    extra::Extra,
    json::{Fields, cut, fold},
};

/// The longest link, in bytes; a longer one is left out.
const LINK_BYTES_MAX: usize = 2_048;

/// The longest reason, and the longest head of a reply, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// The longest name of an unknown event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// Everything the event says. Only an event about a lead has a lead's fields.
pub(super) fn facts(name: &Name, body: Fields<'_>, addresses: &Addresses, has_contact: bool) -> Facts {
    let mut facts = Facts::default();
    if has_contact {
        lead::apply(name, body, addresses, &mut facts);
    }
    if let Some(label) = name.label.clone().or_else(|| Label::of_kind(name.kind)) {
        label.apply(&mut facts);
    }
    let mut extra = common(name.kind, body);
    match name.kind {
        Kind::EmailClicked => facts.clicked_links = link(body).filter(|link| link.len() <= LINK_BYTES_MAX).into_iter().collect(),
        Kind::EmailBounced => facts.bounce = Some(bounce(body)),
        Kind::ContactCategoryUpdated => extra.put("label_value", name.label.as_ref().and_then(|label| label.value)),
        // The sequence of one lead that ran out is not the campaign's end.
        Kind::CampaignCompleted if !has_contact => facts.campaign_status = Some("completed".to_owned()),
        Kind::AccountError => {
            extra.put("error_type", error_type(body));
            extra.put("reason", reason(body, &["reason", "error_message", "error", "message"]));
        }
        Kind::Other | Kind::WebhookTest => {
            extra.put("event_name", name.text.as_deref().map(|name| cut(name, EVENT_NAME_CHARS_MAX)));
            extra.put("sample_of", name.sample_of().map(Kind::name));
        }
        _ => {}
    }
    facts.extra = extra.0;
    facts
}

/// What any event may carry.
fn common(kind: Kind, body: Fields<'_>) -> Extra {
    let mut extra = Extra::default();
    let link = body.text("unibox_url");
    extra.put("thread_key", link.as_deref().and_then(thread_key));
    extra.put("app_url", link);
    extra.put("variant", body.step("variant"));
    // Left out rather than false: absent means not known to be the first (captures).
    extra.put("is_first", body.flag("is_first"));
    extra.put("platform_email_id", body.uuid("email_id"));
    extra.put("reply_snippet", body.text("reply_text_snippet").map(|text| cut(&text, TEXT_CHARS_MAX)));
    if !message::is_reply(kind) {
        extra.put("reply_subject", body.text("reply_subject"));
    }
    extra
}

/// The thread that a link into the app opens: since late 2025 `thread:` and a key, before that the lead's address (captures).
fn thread_key(url: &str) -> Option<String> {
    let search = who::parameter(url, "thread_search")?;
    search.strip_prefix("thread:").filter(|key| !key.is_empty()).map(str::to_owned)
}

/// The link clicked. No capture has one; the nested form is said to.
pub(super) fn link(body: Fields<'_>) -> Option<String> {
    body.text("link_url")
}

/// What went wrong with a mailbox, in a word. No capture has it; the nested form is said to.
pub(super) fn error_type(body: Fields<'_>) -> Option<String> {
    body.text("error_type")
}

/// The bounce. Instantly's flat body says nothing of it, and is taken for a dead address; the nested form is said to say.
fn bounce(body: Fields<'_>) -> Bounce {
    let stated = body.text("bounce_type").map(|text| text.to_lowercase());
    let bounce_type = stated.map_or(BounceType::Hard, |word| match word.as_str() {
        "hard" | "permanent" => BounceType::Hard,
        "soft" | "transient" | "temporary" => BounceType::Soft,
        _ => BounceType::Unknown,
    });
    Bounce { bounce_type, reason: reason(body, &["reason"]) }
}

/// A reason in one line.
fn reason(body: Fields<'_>, keys: &[&str]) -> Option<String> {
    body.text_of(keys).map(|text| cut(&fold(&text), TEXT_CHARS_MAX))
}
