//! Keys: the names by which a platform knows a person, a campaign or a message.
//!
//! Records are folded per key. The derived order of each type is the order of preference: the smallest key of a contact or
//! campaign is its *best* key, and gives it its id.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use crate::address::{ADDRESS_BYTES_MAX, AddressError, EmailAddress};
use crate::platform::Platform;

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
