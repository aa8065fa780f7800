//! Keys: the names by which a platform knows a person, a campaign or a message.
//!
//! Records are folded per key. The derived order of each type is the order of preference: the smallest key of a contact or
//! campaign is its *best* key, and gives it its id.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::platform::Platform;

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

/// A platform's own id for something. `account` makes it unique where the id alone is not (EmailBison's campaign 41 exists in
/// every instance); it is empty where a platform's ids are unique across its accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExternalId {
    /// The platform that gave the id.
    pub platform: Platform,
    /// The account within which the id is unique, or empty.
    pub account: String,
    /// The id, as text.
    pub id: String,
}

impl fmt::Display for ExternalId {
    /// `platform:account:id`, with `%` and `:` of the account escaped so that the text is unambiguous.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl ExternalId {
    /// Writes what is shown, to whatever it is written to.
    pub(crate) fn write_to(&self, f: &mut impl fmt::Write) -> fmt::Result {
        for text in [self.platform.name(), ":"] {
            f.write_str(text)?;
        }
        if self.account.contains(['%', ':']) {
            f.write_str(&self.account.replace('%', "%25").replace(':', "%3A"))?;
        } else {
            f.write_str(&self.account)?;
        }
        f.write_str(":")?;
        f.write_str(&self.id)
    }
}

/// A text that is not a key of the expected sort.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a key: {0:?}")]
pub struct KeyError(pub String);

impl FromStr for ExternalId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<ExternalId, KeyError> {
        let error = || KeyError(text.to_owned());
        let (platform, rest) = text.split_once(':').ok_or_else(error)?;
        let (account, id) = rest.split_once(':').ok_or_else(error)?;
        Ok(ExternalId {
            platform: platform.parse().map_err(|_| error())?,
            account: account.replace("%3A", ":").replace("%25", "%"),
            id: id.to_owned(),
        })
    }
}

/// A name by which a person is known. E-mail addresses come before external ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContactKey {
    /// An address.
    Email(EmailAddress),
    /// A platform's own id.
    External(ExternalId),
}

impl ContactKey {
    /// The address, if the key is one.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        match self {
            ContactKey::Email(address) => Some(address),
            ContactKey::External(_) => None,
        }
    }

    /// Whether this key only stands in for a missing address: a sending platform's lead id.
    #[must_use]
    pub fn is_stand_in(&self) -> bool {
        matches!(self, ContactKey::External(external) if !external.platform.ids_join_people())
    }
}

impl fmt::Display for ContactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContactKey::Email(address) => address.write_key(f),
            ContactKey::External(external) => write!(f, "ext:{external}"),
        }
    }
}

impl FromStr for ContactKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<ContactKey, KeyError> {
        match text.split_once(':') {
            Some(("email", address)) => {
                EmailAddress::parse(address).map(ContactKey::Email).map_err(|_| KeyError(text.to_owned()))
            }
            Some(("ext", external)) => external.parse().map(ContactKey::External),
            _ => Err(KeyError(text.to_owned())),
        }
    }
}

/// A name by which a campaign is known. Ids come before names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CampaignKey {
    /// A platform's own id.
    External(ExternalId),
    /// A name, where a platform states no id; `id` holds the name.
    Named(ExternalId),
}

impl CampaignKey {
    /// The platform and account, and the id or name.
    #[must_use]
    pub fn external(&self) -> &ExternalId {
        match self {
            CampaignKey::External(external) | CampaignKey::Named(external) => external,
        }
    }

    /// The platform's own id, if the key is one.
    #[must_use]
    pub fn platform_campaign_id(&self) -> Option<&str> {
        match self {
            CampaignKey::External(external) => Some(&external.id),
            CampaignKey::Named(_) => None,
        }
    }
}

impl fmt::Display for CampaignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl CampaignKey {
    /// Writes what is shown, to whatever it is written to.
    pub(crate) fn write_to(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let (sort, external) = match self {
            CampaignKey::External(external) => ("ext:", external),
            CampaignKey::Named(external) => ("name:", external),
        };
        f.write_str(sort)?;
        external.write_to(f)
    }
}

impl FromStr for CampaignKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<CampaignKey, KeyError> {
        match text.split_once(':') {
            Some(("ext", external)) => external.parse().map(CampaignKey::External),
            Some(("name", external)) => external.parse().map(CampaignKey::Named),
            _ => Err(KeyError(text.to_owned())),
        }
    }
}

/// A name by which one message is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EmailKey {
    /// The platform's own id of one sent message (SmartLead `stats_id`, EmailBison `scheduled_email.id`, Lemlist message id).
    Sent(ExternalId),
    /// One step of a campaign to one contact, where a platform names sends no other way.
    Step {
        /// The campaign.
        campaign: CampaignKey,
        /// The contact it was sent to.
        contact: ContactKey,
        /// The step, 1-based.
        step: u32,
    },
    /// A message that came in, by its Message-ID without angle brackets. Message-IDs are unique across platforms.
    Inbound(String),
    /// A message that came in without a Message-ID, by the identity of the event that brought it, in hex: its id, or without a
    /// time of its own the id's hash part.
    InboundEvent(String),
}

impl EmailKey {
    /// Whether the message came in.
    #[must_use]
    pub fn is_inbound(&self) -> bool {
        matches!(self, EmailKey::Inbound(_) | EmailKey::InboundEvent(_))
    }
}

impl fmt::Display for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmailKey::Sent(external) => write!(f, "sent:{external}"),
            // The contact's text may hold any character, the campaign's too; the length in front keeps them apart.
            EmailKey::Step { campaign, contact, step } => {
                let campaign = campaign.to_string();
                write!(f, "step:{step}:{}:{campaign}:{contact}", campaign.len())
            }
            EmailKey::Inbound(message_id) => write!(f, "in:{message_id}"),
            EmailKey::InboundEvent(hash) => write!(f, "inevent:{hash}"),
        }
    }
}

impl FromStr for EmailKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<EmailKey, KeyError> {
        let error = || KeyError(text.to_owned());
        let (sort, rest) = text.split_once(':').ok_or_else(error)?;
        match sort {
            "sent" => rest.parse().map(EmailKey::Sent),
            "in" => Ok(EmailKey::Inbound(rest.to_owned())),
            "inevent" => Ok(EmailKey::InboundEvent(rest.to_owned())),
            "step" => {
                let (step, rest) = rest.split_once(':').ok_or_else(error)?;
                let (length, rest) = rest.split_once(':').ok_or_else(error)?;
                let length: usize = length.parse().map_err(|_| error())?;
                let campaign = rest.get(..length).ok_or_else(error)?;
                let contact = rest.get(length + 1..).ok_or_else(error)?;
                Ok(EmailKey::Step {
                    campaign: campaign.parse()?,
                    contact: contact.parse()?,
                    step: step.parse().map_err(|_| error())?,
                })
            }
            _ => Err(error()),
        }
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

    #[test]
    fn an_address_is_better_than_an_external_id() {
        let email = ContactKey::Email(EmailAddress::parse("z@z.example").expect("an address"));
        let external = ContactKey::External(external("", "1"));
        assert!(email < external);
    }

    fn external(account: &str, id: &str) -> ExternalId {
        ExternalId { platform: Platform::Smartlead, account: account.to_owned(), id: id.to_owned() }
    }

    #[test]
    fn keys_round_trip_through_text() {
        let contact = ContactKey::External(external("a:b%3A", "x:y"));
        assert_eq!(contact.to_string().parse::<ContactKey>(), Ok(contact.clone()));
        let campaign = CampaignKey::Named(external("", "Spring: launch"));
        assert_eq!(campaign.to_string().parse::<CampaignKey>(), Ok(campaign.clone()));
        for email in [
            EmailKey::Sent(external("", "stats")),
            EmailKey::Step { campaign, contact, step: 3 },
            EmailKey::Inbound("a:b@c".to_owned()),
            EmailKey::InboundEvent("00ff".to_owned()),
        ] {
            assert_eq!(email.to_string().parse::<EmailKey>(), Ok(email));
        }
    }
}
