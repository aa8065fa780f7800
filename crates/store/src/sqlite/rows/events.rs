//! The list of events: where each is in the log, and whom it is about.

use hookline_model::{entry::Entry, key::ContactKey, kind::Kind, platform::Platform, time::Millis};
use rusqlite::{OptionalExtension, params};

use super::{SqlRows, kind_of, part, platform_of};
use crate::{Error, sqlite::open::failed};

/// An event as a list finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct ListedEvent {
    pub(in crate::sqlite) at: Millis,
    pub(in crate::sqlite) position: u64,
    /// Whether it is the variant that counts.
    pub(in crate::sqlite) listed: bool,
    pub(in crate::sqlite) kind: Kind,
    pub(in crate::sqlite) platform: Platform,
    pub(in crate::sqlite) campaign: Option<i64>,
}

impl SqlRows<'_> {
    /// Writes where an entry is and what it touches. Of an event's variants, the one that counts is listed.
    pub(in crate::sqlite) fn list_event(&mut self, entry: &Entry) -> Result<(), Error> {
        let event = &entry.event;
        if let Some(former) = &entry.uncounts {
            let sql = "UPDATE event SET listed = 0 WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3";
            self.write(sql, params![self.no, former.event.occurred_at.0, former.position.cast_signed()])?;
        }
        let contact = event.contact_key().map(|key| self.contact_no_or_new(&key)).transpose()?;
        let campaign = event.campaign_key().map(|key| self.campaign_no_or_new(key)).transpose()?;
        let sql = "INSERT INTO event (workspace, occurred_at, position, listed, kind, platform, contact, campaign)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.write(
            sql,
            params![
                self.no,
                event.occurred_at.0,
                entry.position.cast_signed(),
                entry.counts,
                event.kind.rank(),
                event.platform as i64,
                contact,
                campaign,
            ],
        )?;
        self.list_item_entry(event, entry.position)?;
        match contact {
            Some(contact) => self.put_part(contact, &part::event(event.occurred_at, entry.position), &[]).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The event at a time and position.
    pub(in crate::sqlite) fn listed_event(&self, at: Millis, position: u64) -> Result<Option<ListedEvent>, Error> {
        let sql = "SELECT listed, kind, platform, campaign FROM event
            WHERE workspace = ?1 AND occurred_at = ?2 AND position = ?3";
        let row: Option<(bool, i64, i64, Option<i64>)> =
            self.one(sql, params![self.no, at.0, position.cast_signed()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let read = |(listed, kind, platform, campaign): (bool, i64, i64, Option<i64>)| {
            Ok(ListedEvent { at, position, listed, kind: kind_of(kind)?, platform: platform_of(platform)?, campaign })
        };
        row.map(read).transpose()
    }

    /// Goes through the events of a contact key from the newest on, below a time and position, until `take` answers `false`.
    pub(in crate::sqlite) fn walk_contact_events(
        &mut self,
        key: &ContactKey,
        below: (Millis, u64),
        mut take: impl FnMut(ListedEvent) -> bool,
    ) -> Result<(), Error> {
        let Some(no) = self.contact_no(key)? else { return Ok(()) };
        let least = part::event(Millis(0), 0);
        let mut below = part::event(below.0, below.1).to_vec();
        loop {
            let (step, more) = self.names_below(no, &least, &below)?;
            for found in &step {
                let Some((at, position)) = part::event_at(found) else { continue };
                let Some(event) = self.listed_event(at, position)? else { continue };
                if !take(event) {
                    return Ok(());
                }
            }
            match more {
                Some(more) => below = more,
                None => return Ok(()),
            }
        }
    }

    /// Whether the records of this moment include the entry.
    pub(in crate::sqlite) fn is_folded(&self, position: u64) -> Result<bool, Error> {
        let run = || {
            let sql = "SELECT value FROM meta WHERE name = 'watermark'";
            self.records.prepare_cached(sql)?.query_row([], |row| row.get::<_, [u8; 8]>(0)).optional()
        };
        let watermark = run().map_err(|error| failed("read the watermark", &error))?;
        Ok(watermark.is_some_and(|watermark| u64::from_be_bytes(watermark) >= position))
    }
}
