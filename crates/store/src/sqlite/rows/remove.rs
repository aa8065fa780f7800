//! Removing what no entry is left of, as if there had never been one.

use hookline_model::{
    event::Event,
    id::ContactId,
    key::{CampaignKey, ContactKey, EmailKey},
    link::Pair,
    rows::ContactRow,
    time::Millis,
};
use rusqlite::params;
use uuid::Uuid;

use super::{SqlRows, part};
use crate::Error;

impl SqlRows<'_> {
    /// Counts new contact keys on from here, whatever is removed: a key may lose its last part long before its number is taken
    /// back. To be called before anything is removed.
    pub(in crate::sqlite) fn hold_numbers(&mut self) -> Result<(), Error> {
        if self.next_contact.is_none() {
            self.next_contact = self.one("SELECT coalesce(max(contact), 0) + 1 FROM part", [], |row| row.get(0))?;
        }
        Ok(())
    }

    /// Removes a contact key's row, and the key from the lists.
    pub(in crate::sqlite) fn remove_contact(&mut self, key: &ContactKey) -> Result<(), Error> {
        let Some(no) = self.contact_no(key)? else { return Ok(()) };
        if self.read_contact(key)?.is_some() {
            // Written without a listing first, which takes it from the lists.
            self.write_contact(key, &ContactRow::default(), None)?;
            self.remove_part(no, part::CONTACT)?;
        }
        self.contacts.swap_remove(key);
        Ok(())
    }

    /// Takes a contact key's number back if nothing lies under it any more: the next one is counted from what does.
    pub(in crate::sqlite) fn forget_number(&mut self, key: &ContactKey) -> Result<(), Error> {
        let Some(no) = self.contact_no(key)? else { return Ok(()) };
        if self.one("SELECT 1 FROM part WHERE contact = ?1 LIMIT 1", [no], |_| Ok(()))?.is_none() {
            let id = ContactId::derive(self.workspace, key).0;
            self.write("DELETE FROM contact_ref WHERE workspace = ?1 AND id = ?2", params![self.no, id])?;
            self.contacts.swap_remove(key);
        }
        Ok(())
    }

    /// Removes a campaign key's row. Its number stays: events are listed and counted by it.
    pub(in crate::sqlite) fn remove_campaign(&mut self, key: &CampaignKey) -> Result<(), Error> {
        let Some(no) = self.campaign_no(key)? else { return Ok(()) };
        let sql = "UPDATE campaign SET listed = 0, status = NULL, last_event_at = NULL, uniques = NULL, state = NULL
            WHERE campaign = ?1";
        self.campaigns.swap_remove(key);
        self.write(sql, [no])
    }

    /// Removes an enrollment.
    pub(in crate::sqlite) fn remove_enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<(), Error> {
        let (Some(contact), Some(campaign)) = (self.contact_no(contact)?, self.campaign_no(campaign)?) else { return Ok(()) };
        self.remove_part(contact, &part::enrollment(campaign))?;
        self.write("DELETE FROM enrolled WHERE campaign = ?1 AND contact = ?2", (campaign, contact))
    }

    /// Removes a pair, for both of its keys.
    pub(in crate::sqlite) fn remove_pair(&mut self, pair: &Pair<ContactKey>) -> Result<(), Error> {
        let (a, b) = pair.keys();
        self.forget_pair(a, b)?;
        self.forget_pair(b, a)
    }

    /// Removes a message.
    pub(in crate::sqlite) fn remove_email(&mut self, key: &EmailKey) -> Result<(), Error> {
        self.forget_email(key)
    }

    /// Takes an entry from the lists of events.
    pub(in crate::sqlite) fn unlist_event(&mut self, event: &Event, position: u64) -> Result<(), Error> {
        self.unlist_item_entry(event, position)?;
        let at = event.occurred_at;
        let sql = "DELETE FROM event WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3 RETURNING contact";
        let values = params![self.no, at.0, position.cast_signed()];
        match self.one(sql, values, |row| row.get::<_, Option<i64>>(0))?.flatten() {
            Some(contact) => self.remove_part(contact, &part::event(at, position)),
            None => Ok(()),
        }
    }

    /// Lists an entry as the variant that counts.
    pub(in crate::sqlite) fn relist_event(&self, at: Millis, position: u64) -> Result<(), Error> {
        let sql = "UPDATE event SET listed = 1 WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3";
        self.write(sql, params![self.no, at.0, position.cast_signed()])
    }

    /// Removes everything of the workspace but the lists of events, and the numbers that these use.
    pub(in crate::sqlite) fn remove_states(&mut self) -> Result<(), Error> {
        let numbered = "SELECT contact FROM contact_ref WHERE workspace = ?1 AND contact IS NOT NULL";
        let numbers: Vec<i64> = self.all(numbered, [self.no], |row| row.get(0))?;
        for no in numbers {
            self.retain_parts(no, part::is_event)?;
        }
        // Messages that name no contact lie under no number of the workspace.
        let homeless = "SELECT id FROM email_ref WHERE workspace = ?1 AND home = 0";
        let homeless: Vec<Uuid> = self.all(homeless, [self.no], |row| row.get(0))?;
        for id in homeless {
            self.remove_part(0, &part::email(id))?;
        }
        self.write_parts()?;
        let numbers = "SELECT contact FROM contact_ref WHERE workspace = ?1";
        let campaigns = "SELECT campaign FROM campaign WHERE workspace = ?1";
        let run = || -> rusqlite::Result<()> {
            self.records.execute(&format!("DELETE FROM email_moved WHERE contact IN ({numbers})"), [self.no])?;
            for table in ["campaign_pair", "enrolled"] {
                self.records.execute(&format!("DELETE FROM {table} WHERE campaign IN ({campaigns})"), [self.no])?;
            }
            for table in ["email_ref", "email_list", "contact_list", "item", "rollup", "first"] {
                self.records.execute(&format!("DELETE FROM {table} WHERE workspace = ?1"), [self.no])?;
            }
            let unused = "DELETE FROM contact_ref WHERE workspace = ?1
                AND (contact IS NULL OR NOT EXISTS (SELECT 1 FROM part WHERE part.contact = contact_ref.contact))";
            self.records.execute(unused, [self.no])?;
            let emptied = "UPDATE campaign SET listed = 0, status = NULL, last_event_at = NULL, uniques = NULL, state = NULL
                WHERE workspace = ?1";
            self.records.execute(emptied, [self.no]).map(|_| ())
        };
        run().map_err(|error| super::failed("remove records", &error))
    }
}
