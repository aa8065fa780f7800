//! E-mail addresses, which are the names by which most people are known.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// The longest e-mail address that SMTP can carry (RFC 5321), in bytes.
pub const ADDRESS_BYTES_MAX: usize = 254;

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Longer than any address can be.
    #[error("an e-mail address has at most {ADDRESS_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// No single `@` with text around it, or white space or control characters inside.
    #[error("{0:?} is not an e-mail address")]
    Malformed(String),
}

/// An e-mail address, trimmed and in lower case: addresses are compared without regard to case. Shared by its clones, of which
/// a fold makes many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(Arc<str>);

/// What nearly all addresses are made of around their `@`: small letters, digits and a few marks; capitals; and all else.
const PLAIN: u8 = 1;
const CAPITAL: u8 = 2;
const OTHER: u8 = 4;

/// Which of them each byte is.
static SORTS: [u8; 256] = {
    let mut sorts = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        sorts[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'+' => PLAIN,
            b'A'..=b'Z' => CAPITAL,
            _ => OTHER,
        };
        byte += 1;
    }
    sorts
};

impl EmailAddress {
    /// Reads an address, bare (`jo@x.example`), with its `mailto:` stripped by the caller.
    ///
    /// # Errors
    /// When the text is too long or is not `something@something` without white space.
    pub fn parse(text: &str) -> Result<EmailAddress, AddressError> {
        EmailAddress::plain(text.trim()).map_or_else(|| EmailAddress::any(text), Ok)
    }

    fn any(text: &str) -> Result<EmailAddress, AddressError> {
        let address = text.trim().to_lowercase();
        if address.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong(address.len()));
        }
        let malformed = || AddressError::Malformed(text.chars().take(64).collect());
        let (local, domain) = address.rsplit_once('@').ok_or_else(malformed)?;
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';');
        if local.is_empty() || domain.is_empty() || domain.contains('@') || address.contains(forbidden) {
            return Err(malformed());
        }
        Ok(EmailAddress(address.into()))
    }

    /// Reads what nearly all addresses are, in one look at each byte: letters, digits and marks of ASCII around one `@`, with
    /// nothing around them. Of a text that is none it is not said whether it is an address.
    #[must_use]
    pub fn plain(text: &str) -> Option<EmailAddress> {
        if text.len() > ADDRESS_BYTES_MAX {
            return None;
        }
        let at = text.bytes().position(|byte| byte == b'@').filter(|at| *at > 0 && at + 1 < text.len())?;
        let (local, domain) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
        let sorts = |part: &[u8]| part.iter().fold(0, |sorts, byte| sorts | SORTS[usize::from(*byte)]);
        match sorts(local) | sorts(domain) {
            PLAIN => Some(EmailAddress(text.into())),
            sorts if sorts & OTHER == 0 => Some(EmailAddress(text.to_ascii_lowercase().into())),
            _ => None,
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the key of a contact with this address, as it is shown.
    pub(crate) fn write_key(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("email:")?;
        f.write_str(&self.0)
    }

    /// What follows the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        let at = self.0.bytes().rposition(|byte| byte == b'@');
        at.map_or("", |at| &self.0[at + 1..])
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_trimmed() {
        assert_eq!(EmailAddress::parse("  Jane@X.Example ").expect("an address").as_str(), "jane@x.example");
    }

    #[test]
    fn a_plain_address_is_what_it_is_read_as_like_any_other() {
        let long = format!("{}@x.example", "a".repeat(ADDRESS_BYTES_MAX));
        let texts =
            ["jane@x.example", "J.o-N_a+B@X.Example", "a@b", "@b", "a@", "a", "", "a@b@c", "a b@c", "ä@b", "a'b@c", &long];
        for text in texts {
            let plain = EmailAddress::plain(text);
            assert!(plain.is_none() || plain == EmailAddress::any(text).ok(), "{text:?}");
        }
        assert!(texts[..3].iter().all(|text| EmailAddress::plain(text).is_some()));
    }

    #[test]
    fn texts_that_are_no_addresses_are_refused() {
        for text in ["", "jane", "@x", "jane@", "a b@x", "a@b@", "Jo <jo@x.example>", "a@b,c@d", "null", "a\u{0}@b"] {
            assert!(matches!(EmailAddress::parse(text), Err(AddressError::Malformed(_))), "{text:?}");
        }
        let long = format!("{}@x.example", "a".repeat(300));
        assert_eq!(EmailAddress::parse(&long), Err(AddressError::TooLong(310)));
    }
}
