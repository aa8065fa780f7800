//! What a property of a contact is in our vocabulary.

use serde_json::Value;

use hookline_model::{
    event::{Bounce, BounceType, Change, Facts},
    kind::Kind,
    time::{Millis, TimeSource, effective},
};

use crate::{
    json::{Fields, Node, cut, fold, is_present, is_scalar, trimmed},
    time_text,
};

/// The contact's address.
pub(super) const EMAIL: &str = "email";

/// When the contact last answered an e-mail.
pub(super) const LAST_REPLIED: &str = "hs_sales_email_last_replied";

/// Whether the contact opted out of all e-mail.
pub(super) const OPT_OUT: &str = "hs_email_optout";

/// Why an e-mail bounced for good.
pub(super) const BOUNCE_REASON: &str = "hs_email_hard_bounce_reason_enum";

/// The value of a property, and the mark of one that is not for everybody.
pub(super) const VALUE: &str = "propertyValue";
pub(super) const MARK: &str = "isSensitive";

/// What HubSpot writes in the place of a value that is not for everybody.
const REDACTED: &str = "REDACTED";

/// The most custom fields taken from one event.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// The longest reason of a bounce, in characters.
const REASON_CHARS_MAX: usize = 500;

/// Properties that name the record, and so are no facts of it.
const NAMING: [&str; 2] = [EMAIL, "hs_object_id"];

/// A property that changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property<'a> {
    /// Its name, in lower case.
    pub(super) name: String,
    /// Its new value; none if it is hidden or not there.
    pub(super) value: Option<Node<'a>>,
    /// Whether there is a value that nobody may keep.
    pub(super) hidden: bool,
}

impl<'a> Property<'a> {
    /// The property that an app's event tells of.
    pub(super) fn read(body: Fields<'a>) -> Option<Property<'a>> {
        let name = body.word("propertyName")?.to_ascii_lowercase();
        let value = body.map().and_then(|object| object.get(VALUE)).filter(|value| !value.is_null());
        let hidden = is_sensitive(body) || value.is_some_and(is_redacted);
        Some(Property { name, value: value.filter(|_| !hidden), hidden })
    }

    /// The value, if it says anything.
    pub(super) fn present(&self) -> Option<Node<'a>> {
        self.value.filter(|value| is_present(*value) && is_scalar(*value))
    }

    /// What the change of this property of a contact means.
    pub(super) fn kind(&self) -> Kind {
        match (self.name.as_str(), self.present()) {
            (LAST_REPLIED, Some(_)) => Kind::EmailReplied,
            (OPT_OUT, Some(value)) if text(value).eq_ignore_ascii_case("true") => Kind::ContactUnsubscribed,
            (BOUNCE_REASON, Some(_)) => Kind::EmailBounced,
            _ => Kind::ContactUpdated,
        }
    }
}

/// The field that nobody may keep, if a body marks its property as sensitive.
pub(super) fn unkept(body: Fields<'_>) -> Option<&'static str> {
    is_sensitive(body).then_some(VALUE)
}

/// Whether the value of an event's property is not for everybody: if it is said at all and not denied.
pub(super) fn is_sensitive(body: Fields<'_>) -> bool {
    body.value(MARK).is_some() && body.flag(MARK) != Some(false)
}

/// Whether a value was taken out by HubSpot.
pub(super) fn is_redacted(value: Node<'_>) -> bool {
    value.as_str().is_some_and(|text| trimmed(text) == REDACTED)
}

/// When the contact answered, as a property's value says, if that is believable.
pub(super) fn time(value: Node<'_>, received_at: Millis) -> Option<Millis> {
    let at = time_text::from_node(value);
    at.filter(|_| effective(at, received_at).1 == TimeSource::Stated)
}

/// The bounce that a reason tells of. HubSpot has it for hard bounces only.
pub(super) fn bounce(reason: Option<Node<'_>>) -> Bounce {
    let bounce_type = if reason.is_some() { BounceType::Hard } else { BounceType::Unknown };
    Bounce { bounce_type, reason: reason.map(|reason| cut(&fold(&text(reason)), REASON_CHARS_MAX)) }
}

/// Sets what a property of a contact says. An empty text says that there is nothing only where it is a change (`clears`): a record
/// has one for all that nobody filled in.
pub(super) fn apply(name: &str, value: Node<'_>, clears: bool, facts: &mut Facts) {
    let name = trimmed(name);
    let is_empty = value.as_str().is_some_and(|text| trimmed(text).is_empty());
    if NAMING.contains(&name) || is_redacted(value) || (is_empty && !clears) || (!is_empty && !is_present(value)) {
        return;
    }
    let change = |read: fn(Node<'_>) -> String| if is_empty { Change::Clear } else { Change::Set(read(value)) };
    match name {
        _ if !is_scalar(value) => {}
        "firstname" => facts.first_name = Some(change(line)),
        "lastname" => facts.last_name = Some(change(line)),
        "company" => facts.company_name = Some(change(line)),
        "phone" => facts.phone = Some(change(text)),
        "website" => facts.website_url = Some(change(text)),
        "hs_linkedin_url" => facts.linkedin_url = Some(change(text)),
        "hs_lead_status" => facts.category = Some(change(line)),
        "hubspotscore" if is_empty => facts.score = Some(Change::Clear),
        "hubspotscore" if number(value).is_some() => facts.score = number(value).map(Change::Set),
        _ if name.is_empty() || name.len() > NAME_BYTES_MAX || facts.custom_fields.len() >= CUSTOM_FIELDS_MAX => {}
        _ => {
            let change = if is_empty { Change::Clear } else { Change::Set(value.to_value()) };
            facts.custom_fields.insert(name.to_owned(), change);
        }
    }
}

/// A scalar as text, without the white space around it.
pub(super) fn text(value: Node<'_>) -> String {
    match value {
        Node::Text(text) => trimmed(text).to_owned(),
        other => other.to_value().to_string(),
    }
}

/// A scalar as a text of one line.
fn line(value: Node<'_>) -> String {
    fold(&text(value))
}

/// A score, whether it was written as a number or as text.
fn number(value: Node<'_>) -> Option<Value> {
    match value {
        Node::Number(number) => Some(number.to_value()),
        Node::Text(text) => text.trim().parse().ok().map(Value::Number),
        _ => None,
    }
}
