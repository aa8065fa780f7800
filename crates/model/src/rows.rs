//! What the fold reads and writes: rows of per-key states. A store implements these two traits; what they mean is decided here.

use std::collections::BTreeMap;

use crate::{
    campaign::{CampaignState, EnrollmentState, Uniques},
    contact::ContactState,
    delta::RollupKey,
    email::EmailState,
    firsts::FirstKey,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{Pair, PairState},
    stamp::Register,
    time::Millis,
};

/// Reading the rows of one workspace.
pub trait ReadRows {
    /// What may go wrong.
    type Error;

    /// The row of a contact key.
    ///
    /// # Errors
    /// When the rows cannot be read; so for every method here.
    fn contact_row(&mut self, key: &ContactKey) -> Result<Option<ContactRow>, Self::Error>;

    /// The state of a contact key.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn contact(&mut self, key: &ContactKey) -> Result<Option<ContactState>, Self::Error> {
        Ok(self.contact_row(key)?.map(|row| row.state))
    }

    /// The pairs that a contact key is part of, with the other key.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Self::Error>;

    /// One pair.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn pair(&mut self, pair: &Pair<ContactKey>) -> Result<Option<PairState>, Self::Error>;

    /// The state of a campaign key and the unique counts kept with it.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn campaign(&mut self, key: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, Self::Error>;

    /// The pairs that a campaign key is part of, by the other key.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn aliases(&mut self, key: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, Self::Error>;

    /// One contact key in one campaign key.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<Option<EnrollmentState>, Self::Error>;

    /// Every enrollment of a campaign key.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn enrollments_in(&mut self, campaign: &CampaignKey) -> Result<Vec<(ContactKey, EnrollmentState)>, Self::Error>;

    /// Every campaign key that a contact key has an enrollment in.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn campaigns_of(&mut self, contact: &ContactKey) -> Result<Vec<CampaignKey>, Self::Error>;

    /// The state of a message.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, Self::Error>;

    /// The same of a message that is put next, and is probably about this contact key, where it is looked for first.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn email_near(&mut self, key: &EmailKey, contact: Option<&ContactKey>) -> Result<Option<EmailState>, Self::Error> {
        let _ = contact;
        self.email(key)
    }

    /// The state of an item.
    ///
    /// # Errors
    /// See [`ReadRows::contact_row`].
    fn item(&mut self, key: &ItemKey) -> Result<Option<ItemState>, Self::Error>;
}

/// Writing the rows of one workspace. What was written is seen by later reads of the same transaction.
pub trait WriteRows: ReadRows {
    /// Writes a contact key's row. `listed` is how its contact is listed, if this is its head and it is listed at all.
    ///
    /// # Errors
    /// When the rows cannot be written; so for every method here.
    fn put_contact(&mut self, key: &ContactKey, row: &ContactRow, listed: Option<&Listed>) -> Result<(), Self::Error>;

    /// Writes a pair, for both of its keys.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_pair(&mut self, pair: &Pair<ContactKey>, state: &PairState) -> Result<(), Self::Error>;

    /// Writes a campaign key's state. `listed` is the merged state, if this is the smallest key of a campaign.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_campaign(
        &mut self,
        key: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        listed: Option<&CampaignState>,
    ) -> Result<(), Self::Error>;

    /// Writes a pair of campaign keys, for both.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), Self::Error>;

    /// Writes an enrollment.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_enrollment(
        &mut self,
        campaign: &CampaignKey,
        contact: &ContactKey,
        state: &EnrollmentState,
    ) -> Result<(), Self::Error>;

    /// Writes a message.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), Self::Error>;

    /// Writes an item.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn put_item(&mut self, key: &ItemKey, state: &ItemState) -> Result<(), Self::Error>;

    /// Adds to a rollup row; a row that comes to zero goes.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn add_rollup(&mut self, key: &RollupKey, amount: i64) -> Result<(), Self::Error>;

    /// Adds to a row of firsts; a row that comes to zero goes.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn add_first(&mut self, key: &FirstKey, amount: i64) -> Result<(), Self::Error>;

    /// Removes every row of firsts of a campaign key.
    ///
    /// # Errors
    /// See [`WriteRows::put_contact`].
    fn clear_firsts(&mut self, campaign: &CampaignKey) -> Result<(), Self::Error>;
}

/// The row of a contact key: what is known under it, and where it stands among the keys of its contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactRow {
    /// Everything known under the key.
    pub state: ContactState,
    /// The smallest key of the contact, if that is another one.
    pub head: Option<ContactKey>,
    /// Whether the key is a contact by itself: no other key of the contact has events, the key is its head, and none of the
    /// external ids named with it was ever named with another address. An event about such a contact that names no new
    /// external id cannot change who is the same contact, so nothing about links needs to be read.
    pub alone: bool,
}

/// How a contact is listed. One that is deleted is not, unless it is marked for erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// As a contact.
    Contact(ContactBrief),
    /// As marked for erasure, since then.
    Erasure(Millis),
}

impl Listed {
    /// How the contact that these keys are is listed, given what is known under all of them.
    #[must_use]
    pub fn of<'k>(component: impl IntoIterator<Item = &'k ContactKey>, merged: &ContactState) -> Option<Listed> {
        match merged.erase_at {
            Some(since) => Some(Listed::Erasure(since)),
            None if merged.is_touched() && !merged.is_hidden() => Some(Listed::Contact(ContactBrief::of(component, merged))),
            None => None,
        }
    }
}

/// A contact in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactBrief {
    /// Status.
    pub status: &'static str,
    /// Interest.
    pub interest: Option<&'static str>,
    /// Names, company and addresses in lower case, for searching.
    pub search: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Lists.
    pub lists: Vec<String>,
    /// Smallest effective time: what lists are sorted by, since it hardly ever changes.
    pub created_at: Millis,
}

impl ContactBrief {
    fn of<'k>(component: impl IntoIterator<Item = &'k ContactKey>, merged: &ContactState) -> ContactBrief {
        let (first_name, last_name) = merged.names();
        let addresses = component.into_iter().filter_map(|key| key.email());
        let mut search: Vec<String> = addresses.map(ToString::to_string).collect();
        search.extend([first_name, last_name, merged.company_name.get().cloned()].into_iter().flatten());
        ContactBrief {
            status: merged.status_word(),
            interest: merged.interest.get().map(|interest| interest.name()),
            search: search.join(" ").to_lowercase(),
            tags: merged.tags.members(),
            lists: merged.lists.members(),
            created_at: merged.first_event_at.unwrap_or_default(),
        }
    }
}
