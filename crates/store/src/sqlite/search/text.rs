//! What of an event is indexed, and the form that texts have in the index.

use std::borrow::Cow;

use hookline_model::{
    event::{Change, Event, MessageFacts},
    key::EmailAddress,
};

use super::html;

/// So much of a text is indexed, in bytes: some hundred pages.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// Stands between two texts of a column, as a word that nobody writes, so that no phrase goes over from one into the other.
const BETWEEN: &str = " \u{e000} ";

/// The texts of an event by column, each in the form of the index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    /// What happened: kind, category, why it bounced.
    pub(super) about: String,
    /// Names and addresses, ours and theirs, and the campaign.
    pub(super) who: String,
    /// The message that was sent.
    pub(super) sent: String,
    /// The message that came in.
    pub(super) came: String,
}

impl Texts {
    /// What an event says.
    pub(super) fn of(event: &Event) -> Texts {
        let mut texts = Texts::default();
        let facts = &event.facts;
        add(&mut texts.about, Some(event.kind.name()));
        add(&mut texts.about, set(facts.category.as_ref()));
        add(&mut texts.about, facts.bounce.as_ref().and_then(|bounce| bounce.reason.as_deref()));
        let address = event.contact.as_ref().and_then(|contact| contact.email.as_ref());
        add(&mut texts.who, address.map(EmailAddress::as_str));
        // A given and a family name are next to each other, as they are written.
        let names = [set(facts.first_name.as_ref()), set(facts.last_name.as_ref())];
        add(&mut texts.who, Some(names.into_iter().flatten().collect::<Vec<_>>().join(" ").as_str()));
        add(&mut texts.who, set(facts.full_name.as_ref()));
        add(&mut texts.who, set(facts.company_name.as_ref()));
        add(&mut texts.who, event.sending_account.as_deref());
        add(&mut texts.who, event.campaign.as_ref().and_then(|campaign| campaign.name.as_deref()));
        add_message(&mut texts.sent, event.outbound.as_deref());
        add_message(&mut texts.came, event.inbound.as_deref());
        texts
    }
}

fn set(change: Option<&Change<String>>) -> Option<&str> {
    match change {
        Some(Change::Set(text)) => Some(text),
        Some(Change::Clear) | None => None,
    }
}

fn add_message(column: &mut String, message: Option<&MessageFacts>) {
    let Some(message) = message else { return };
    for text in [&message.from, &message.to, &message.subject, &message.body_text] {
        add(column, text.as_deref());
    }
    let Some(body) = message.body_html.as_deref().map(html::text) else { return };
    // Most messages say the same twice.
    let plain = message.body_text.as_deref().unwrap_or_default();
    if !body.split_whitespace().eq(plain.split_whitespace()) {
        add(column, Some(&body));
    }
}

fn add(column: &mut String, text: Option<&str>) {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return };
    if !column.is_empty() {
        column.push_str(BETWEEN);
    }
    let end = (0..=text.len().min(TEXT_BYTES_MAX)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    column.push_str(&in_form(&text[..end]));
}

/// A text in the form that it has in the index, and that what is searched for must have too. Case and accents are the
/// tokenizer's matter; here are the sharp s, which it knows no other form of, and signs within words that nobody sees.
pub(super) fn in_form(text: &str) -> Cow<'_, str> {
    if !text.contains(is_formed) {
        return Cow::Borrowed(text);
    }
    let mut formed = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            'ß' | 'ẞ' => formed.push_str("ss"),
            sign if is_formed(sign) => {}
            sign => formed.push(sign),
        }
    }
    Cow::Owned(formed)
}

/// Whether a sign has another form: the sharp s, soft hyphens, and what joins or parts without a width.
fn is_formed(sign: char) -> bool {
    matches!(sign, 'ß' | 'ẞ' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_form() {
        assert!(matches!(in_form("Grüße".trim_end_matches("ße")), Cow::Borrowed("Grü")));
        assert_eq!(in_form("GROẞE Straße"), "GROssE Strasse");
        assert_eq!(in_form("Kran\u{ad}werk \u{feff}a\u{200b}b"), "Kranwerk ab");
    }

    #[test]
    fn long_texts_are_cut_at_a_letter() {
        let mut column = String::new();
        add(&mut column, Some(&"ä".repeat(TEXT_BYTES_MAX)));
        assert_eq!(column.len(), TEXT_BYTES_MAX);
        add(&mut column, Some("x"));
        add(&mut column, Some(""));
        assert!(column.ends_with("ä \u{e000} x"));
        let mut odd = String::new();
        add(&mut odd, Some(&format!("x{}", "ä".repeat(TEXT_BYTES_MAX))));
        assert_eq!(odd.len(), TEXT_BYTES_MAX - 1);
    }

    #[test]
    fn a_message_that_says_the_same_twice_is_indexed_once() {
        let message = |text: Option<&str>, html: &str| {
            let facts =
                MessageFacts { body_text: text.map(str::to_owned), body_html: Some(html.to_owned()), ..MessageFacts::default() };
            let mut column = String::new();
            add_message(&mut column, Some(&facts));
            column
        };
        assert_eq!(message(Some("Hello\n there"), "<p>Hello <b>there</b></p>"), "Hello\n there");
        assert_eq!(message(Some("see the HTML"), "<p>Hello</p>"), "see the HTML \u{e000}  Hello ");
        assert_eq!(message(None, "<p>Hello</p>"), " Hello ");
    }
}
