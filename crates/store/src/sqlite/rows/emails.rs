//! Messages: where they lie, and how they are listed.

use hookline_model::{
    email::EmailState,
    id::EmailId,
    key::{CampaignKey, ContactKey, EmailKey},
    texts::Texts,
    time::Millis,
};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SqlRows, broken, pack, part};
use crate::{Error, sqlite::log::read_event};

/// The number under which messages lie that name no contact.
const NO_CONTACT: i64 = 0;

/// Where a message lies, and what it is listed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    id: Uuid,
    home: i64,
    at: Millis,
    contact: Option<ContactKey>,
    campaign: Option<CampaignKey>,
}

impl Place {
    fn of(id: Uuid, home: i64, state: &EmailState) -> Place {
        Place { id, home, at: listed_at(state), contact: state.contact.get().cloned(), campaign: state.campaign.get().cloned() }
    }
}

/// A message that there was not yet.
pub(super) struct NewEmail {
    id: Uuid,
    /// Where it lies, if that was written already.
    home: Option<i64>,
}

/// What a message is sorted by. One of which only openings or bounces were seen is sorted by the last of these.
fn listed_at(state: &EmailState) -> Millis {
    state.at.or_else(|| state.last.map(|stamp| stamp.at)).unwrap_or_default()
}

/// A message as a list finds it.
#[derive(Serialize, Deserialize)]
pub(in crate::sqlite) struct HeldEmail {
    pub(in crate::sqlite) key: EmailKey,
    pub(in crate::sqlite) state: EmailState,
}

impl HeldEmail {
    /// What it is sorted by.
    pub(in crate::sqlite) fn listed_at(&self) -> Millis {
        listed_at(&self.state)
    }
}

impl SqlRows<'_> {
    fn home(&self, id: Uuid) -> Result<Option<i64>, Error> {
        self.one("SELECT home FROM email_ref WHERE workspace = ?1 AND id = ?2", params![self.no, id], |row| row.get(0))
    }

    /// The message that has an id.
    pub(in crate::sqlite) fn email_of_id(&mut self, id: EmailId) -> Result<Option<HeldEmail>, Error> {
        self.home(id.0)?.map(|home| self.email_at(home, id.0)).transpose()
    }

    /// The same, which probably lies under this contact key: it is looked for there first, since it lies in one place only.
    pub(in crate::sqlite) fn email_of_id_near(
        &mut self,
        id: EmailId,
        near: Option<&ContactKey>,
    ) -> Result<Option<HeldEmail>, Error> {
        let near = near.map(|key| self.contact_no(key)).transpose()?.flatten();
        let held = near.map(|no| self.part(no, &part::email(id.0))).transpose()?.flatten();
        if held.is_some() { Ok(held) } else { self.email_of_id(id) }
    }

    /// The message that lies at a place.
    pub(in crate::sqlite) fn email_at(&mut self, home: i64, id: Uuid) -> Result<HeldEmail, Error> {
        self.part(home, &part::email(id))?.ok_or_else(|| broken("read a message"))
    }

    /// Reads a message that is written next, and is probably about this contact key. It lies under one contact key only, so
    /// nobody needs to be asked where if it lies under that. If it lies nowhere, it lies there from now on.
    pub(super) fn read_email_near(&mut self, key: &EmailKey, contact: &ContactKey) -> Result<Option<EmailState>, Error> {
        let Some(near) = self.contact_no(contact)? else { return self.read_email(key) };
        let id = EmailId::derive(self.workspace, key).0;
        if let Some(held) = self.part(near, &part::email(id))? {
            return Ok(Some(self.met_email(key, id, near, held)));
        }
        let sql = "INSERT INTO email_ref (workspace, id, home) VALUES (?1, ?2, ?3) ON CONFLICT (workspace, id) DO NOTHING";
        if self.change(sql, params![self.no, id, near])? == 0 {
            return self.read_email(key);
        }
        self.emails.insert(key.clone(), Err(NewEmail { id, home: Some(near) }));
        Ok(None)
    }

    pub(super) fn read_email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, Error> {
        let id = EmailId::derive(self.workspace, key).0;
        let Some(home) = self.home(id)? else {
            self.emails.insert(key.clone(), Err(NewEmail { id, home: None }));
            return Ok(None);
        };
        let held = self.email_at(home, id)?;
        Ok(Some(self.met_email(key, id, home, held)))
    }

    fn met_email(&mut self, key: &EmailKey, id: Uuid, home: i64, held: HeldEmail) -> EmailState {
        self.emails.insert(key.clone(), Ok(Place::of(id, home, &held.state)));
        held.state
    }

    pub(super) fn write_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), Error> {
        if !self.emails.contains_key(key) {
            self.read_email(key)?;
        }
        let (id, placed, before) = match self.emails.swap_remove(key) {
            Some(Ok(place)) => (place.id, Some(place.home), Some(place)),
            Some(Err(NewEmail { id, home })) => (id, home, None),
            None => (EmailId::derive(self.workspace, key).0, None, None),
        };
        let home = match (placed, state.contact.get()) {
            (Some(home), _) => home,
            (None, Some(contact)) => self.contact_no_or_new(contact)?,
            (None, None) => NO_CONTACT,
        };
        let after = Place::of(id, home, state);
        self.put_part(home, &part::email(id), &pack(&(key, state))?)?;
        if placed.is_none() {
            let sql = "INSERT INTO email_ref (workspace, id, home) VALUES (?1, ?2, ?3)";
            self.write(sql, params![self.no, id, home])?;
        }
        if before.as_ref() != Some(&after) {
            self.list_email(id, before.as_ref(), &after)?;
        }
        self.emails.insert(key.clone(), Ok(after));
        Ok(())
    }

    /// Removes a message from where it lies and from the lists.
    pub(super) fn forget_email(&mut self, key: &EmailKey) -> Result<(), Error> {
        self.read_email(key)?;
        let Some(Ok(place)) = self.emails.swap_remove(key) else { return Ok(()) };
        self.unlist_email(&place)?;
        self.write("DELETE FROM email_ref WHERE workspace = ?1 AND id = ?2", params![self.no, place.id])?;
        self.remove_part(place.home, &part::email(place.id))
    }

    fn unlist_email(&mut self, place: &Place) -> Result<(), Error> {
        for campaign in self.listed_in(place)? {
            let sql = "DELETE FROM email_list WHERE workspace = ?1 AND campaign = ?2 AND at = ?3 AND id = ?4";
            self.write(sql, params![self.no, campaign, place.at.0, place.id])?;
        }
        if let Some(contact) = self.moved_to(place)? {
            self.write("DELETE FROM email_moved WHERE contact = ?1 AND id = ?2", params![contact, place.id])?;
        }
        Ok(())
    }

    fn list_email(&mut self, id: Uuid, before: Option<&Place>, after: &Place) -> Result<(), Error> {
        if let Some(before) = before {
            self.unlist_email(before)?;
        }
        for campaign in self.listed_in(after)? {
            let sql = "INSERT INTO email_list (workspace, campaign, at, id, home) VALUES (?1, ?2, ?3, ?4, ?5)";
            self.write(sql, params![self.no, campaign, after.at.0, id, after.home])?;
        }
        if let Some(contact) = self.moved_to(after)? {
            self.write("INSERT INTO email_moved (contact, id, home) VALUES (?1, ?2, ?3)", params![contact, id, after.home])?;
        }
        Ok(())
    }

    /// The campaigns that a message is listed in: 0, which is all, and its own.
    fn listed_in(&mut self, place: &Place) -> Result<Vec<i64>, Error> {
        let mut listed = vec![0];
        if let Some(campaign) = &place.campaign {
            listed.push(self.campaign_no_or_new(campaign)?);
        }
        Ok(listed)
    }

    /// The contact key that a message belongs to, if it lies under another.
    fn moved_to(&mut self, place: &Place) -> Result<Option<i64>, Error> {
        let Some(contact) = &place.contact else { return Ok(None) };
        Ok(Some(self.contact_no_or_new(contact)?).filter(|contact| *contact != place.home))
    }

    /// Every message that belongs to a contact key, with its id.
    pub(in crate::sqlite) fn emails_of_contact(&mut self, key: &ContactKey) -> Result<Vec<(Uuid, HeldEmail)>, Error> {
        let Some(no) = self.contact_no(key)? else { return Ok(Vec::new()) };
        let mut emails = Vec::new();
        for (part, held) in self.parts::<HeldEmail>(no, part::EMAILS)? {
            if held.state.contact.get() == Some(key) {
                emails.push((part::email_id(&part).ok_or_else(|| broken("read a message"))?, held));
            }
        }
        let sql = "SELECT id, home FROM email_moved WHERE contact = ?1";
        for (id, home) in self.all(sql, [no], |row| Ok((row.get::<_, Uuid>(0)?, row.get(1)?)))? {
            emails.push((id, self.email_at(home, id)?));
        }
        Ok(emails)
    }

    /// The texts of a message, from the log.
    pub(in crate::sqlite) fn texts_of(&self, held: &HeldEmail) -> Result<Texts, Error> {
        Texts::fetch(&held.key, &held.state, |position| read_event(self.log, position))
    }

    /// Every message of the workspace.
    pub(super) fn every_email(&mut self) -> Result<Vec<HeldEmail>, Error> {
        let sql = "SELECT id, home FROM email_ref WHERE workspace = ?1";
        let places: Vec<(Uuid, i64)> = self.all(sql, [self.no], |row| Ok((row.get(0)?, row.get(1)?)))?;
        places.into_iter().map(|(id, home)| self.email_at(home, id)).collect()
    }
}
