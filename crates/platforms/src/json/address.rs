//! Mailboxes as mail programs write them: a bare address, or a name with the address in angle brackets.

use hookline_model::key::{AddressError, EmailAddress};

use super::scalar::{fold, trimmed};

/// An address and the name shown with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    /// The display name, unless it only repeats an address.
    pub(crate) name: Option<String>,
    /// The address.
    pub(crate) address: EmailAddress,
}

/// Reads the address of one mailbox.
pub(crate) fn address(text: &str) -> Result<EmailAddress, AddressError> {
    match EmailAddress::plain(trimmed(text)) {
        Some(address) => Ok(address),
        None => EmailAddress::parse(parts(text).1),
    }
}

/// Reads one mailbox: `jo@x.example`, `mailto:jo@x.example`, `Jo Brandt <jo@x.example>`, `"Brandt, Jo" <jo@x.example>`.
pub(crate) fn parse(text: &str) -> Result<Mailbox, AddressError> {
    let (name, address) = parts(text);
    Ok(Mailbox { address: EmailAddress::parse(address)?, name: display_name(name) })
}

/// The name and the bare address in the text of one mailbox.
fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (name, address) = match text.rfind('<') {
        Some(open) => (&text[..open], text[open + 1..].trim_end().trim_end_matches('>')),
        None => ("", text),
    };
    let bare = match address.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address[7..],
        _ => address,
    };
    (name, bare)
}

/// The first mailbox with a valid address in a list separated by commas or semicolons.
pub(crate) fn first(list: &str) -> Option<Mailbox> {
    // Most lists are one address.
    if let Some(address) = EmailAddress::plain(trimmed(list)) {
        return Some(Mailbox { name: None, address });
    }
    split(list).into_iter().find_map(|part| parse(part).ok())
}

/// Every mailbox with a valid address in a list separated by commas or semicolons.
pub(crate) fn all(list: &str) -> Vec<Mailbox> {
    split(list).into_iter().filter_map(|part| parse(part).ok()).collect()
}

/// Splits at commas and semicolons outside of quotes and angle brackets.
fn split(list: &str) -> Vec<&str> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    list.split(|c: char| {
        let literal = std::mem::take(&mut escaped);
        match c {
            _ if literal => {}
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' | ';' => return !quoted && !bracketed,
            _ => {}
        }
        false
    })
    .collect()
}

/// The name without its quotes and escapes; none if it is empty or itself an address, as mail programs do.
fn display_name(text: &str) -> Option<String> {
    let text = text.trim();
    let unquoted = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    let name = match unquoted {
        Some(inner) => fold(&unescape(inner)),
        None => fold(text),
    };
    let bare = name.trim_matches('\'');
    (!bare.is_empty() && bare != "null" && EmailAddress::parse(bare).is_err()).then(|| bare.to_owned())
}

/// Takes the backslash from every escaped character of a quoted text.
fn unescape(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            escaped = *c == '\\' && !escaped;
            !escaped
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_in_every_spelling_are_read() {
        let cases = [
            ("jo@x.example", None, "jo@x.example"),
            (" JO@X.example ", None, "jo@x.example"),
            ("<jo@x.example>", None, "jo@x.example"),
            ("mailto:jo@x.example", None, "jo@x.example"),
            ("Jo Brandt <jo@x.example>", Some("Jo Brandt"), "jo@x.example"),
            ("Jo\r\n  Brandt <jo@x.example>", Some("Jo Brandt"), "jo@x.example"),
            ("\"Brandt, Jo\" <jo@x.example>", Some("Brandt, Jo"), "jo@x.example"),
            ("Brandt, Jo <jo@x.example>", Some("Brandt, Jo"), "jo@x.example"),
            ("\"Jo \\\"JB\\\" \\\\ <Brandt>\" <jo@x.example>", Some("Jo \"JB\" \\ <Brandt>"), "jo@x.example"),
            ("'Jo Brandt' <jo@x.example>", Some("Jo Brandt"), "jo@x.example"),
            ("jo@x.example <jo@x.example>", None, "jo@x.example"),
            ("\"\" <jo@x.example>", None, "jo@x.example"),
            ("Ярослав <jo@x.example", Some("Ярослав"), "jo@x.example"),
        ];
        for (text, name, address) in cases {
            let mailbox = parse(text).expect(text);
            assert_eq!((mailbox.name.as_deref(), mailbox.address.as_str()), (name, address), "{text:?}");
        }
    }

    #[test]
    fn texts_without_an_address_are_refused() {
        for text in
            ["", "Mail Delivery System", "Jo <>", "Jo <jo>", "<", ">", "mailto:", "jo@x.example, al@x.example", "Ярослав<"]
        {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_first_of_a_list_is_found() {
        let cases = [
            (" A@x.example\n", Some("a@x.example")),
            ("a@x.example, b@x.example", Some("a@x.example")),
            ("\"A, B; C\" <a@x.example>; b@x.example", Some("a@x.example")),
            ("\"A \\\" , \" <a@x.example>", Some("a@x.example")),
            ("undisclosed, <b@x.example>", Some("b@x.example")),
            ("nobody", None),
            ("", None),
        ];
        for (list, expected) in cases {
            assert_eq!(first(list).as_ref().map(|mailbox| mailbox.address.as_str()), expected, "{list:?}");
        }
    }

    #[test]
    fn all_of_a_list_are_found() {
        let found = all("\"A, B\" <a@x.example>; nobody, b@x.example,");
        let addresses: Vec<&str> = found.iter().map(|mailbox| mailbox.address.as_str()).collect();
        assert_eq!(addresses, ["a@x.example", "b@x.example"]);
        assert!(all("").is_empty());
    }
}
