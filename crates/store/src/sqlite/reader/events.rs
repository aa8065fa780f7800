//! Events: one, and pages of them.

use std::sync::Arc;

use hookline_model::{
    event::Event,
    fold::Links,
    id::{CampaignId, ContactId, EventId},
    kind::Kind,
    link::{campaign_component, contact_component},
    rows::ReadRows,
    time::Millis,
};
use rusqlite::{OptionalExtension, params};

use super::{
    WorkspaceReader,
    walk::{Walk, merge},
};
use crate::{
    Duplicates, Error, StoredEvent,
    query::{Cursor, EventFilter, PAGE_BODY_BYTES_MAX, Page, PageRequest},
    sqlite::{
        log,
        open::failed,
        rows::{ListedEvent, kind_of, platform_of},
        search::Words,
    },
};

fn cursor_of(event: &ListedEvent) -> Cursor {
    Cursor { at: event.at, key: event.position.to_be_bytes().to_vec() }
}

/// What of a listed event is asked for.
struct Wanted<'f> {
    filter: &'f EventFilter,
    /// Which kinds.
    takes: fn(Kind) -> bool,
    /// The numbers of the campaign's keys.
    campaigns: Option<Vec<i64>>,
    /// The words that each event is still to be asked for.
    words: Option<&'f Words<'f>>,
}

impl Wanted<'_> {
    fn matches(&self, event: &ListedEvent) -> Result<bool, Error> {
        let passes = event.listed
            && (self.takes)(event.kind)
            && self.filter.kind.is_none_or(|kind| kind == event.kind)
            && self.filter.platform.is_none_or(|platform| platform == event.platform)
            && self.campaigns.as_ref().is_none_or(|wanted| event.campaign.is_some_and(|campaign| wanted.contains(&campaign)));
        match self.words {
            Some(words) if passes => words.has_event(event.position),
            _ => Ok(passes),
        }
    }

    /// A walk of a list for this.
    fn walk(&self, limit: usize) -> Walk<u64> {
        let walk = Walk::new(limit);
        match self.words {
            Some(words) => walk.at_most(words.asked_max()),
            None => walk,
        }
    }

    /// Looks at an event; answers whether to go on.
    fn look(&self, walk: &mut Walk<u64>, event: &ListedEvent) -> Result<bool, Error> {
        if self.filter.since.is_some_and(|since| event.at < since) {
            return Ok(false);
        }
        Ok(walk.look(cursor_of(event), self.matches(event)?.then_some(event.position)))
    }
}

/// What a page lies below: the cursor, and the end of the period.
fn below(filter: &EventFilter, request: &PageRequest) -> (Millis, u64) {
    let cursor = request.after.as_ref().map_or((Millis(i64::MAX), u64::MAX >> 1), |cursor| {
        (cursor.at, cursor.key.as_slice().try_into().map_or(u64::MAX >> 1, u64::from_be_bytes))
    });
    filter.until.map_or(cursor, |until| cursor.min((until, 0)))
}

impl WorkspaceReader<'_> {
    /// One event.
    pub(in crate::sqlite) fn event(&mut self, id: EventId, with_raw: bool) -> Result<Option<StoredEvent>, Error> {
        match log::counting_position(self.rows.log, self.rows.no, id)? {
            Some(position) if self.rows.is_folded(position)? => self.stored_event(position, with_raw).map(Some),
            _ => Ok(None),
        }
    }

    /// A page of events; of those that have the words, if there are any.
    pub(in crate::sqlite) fn events(
        &mut self,
        filter: &EventFilter,
        request: &PageRequest,
        words: Option<&Words<'_>>,
    ) -> Result<Page<StoredEvent>, Error> {
        self.events_of(filter, request, words, |_| true)
    }

    /// The same, of the kinds that are taken.
    pub(super) fn events_of(
        &mut self,
        filter: &EventFilter,
        request: &PageRequest,
        words: Option<&Words<'_>>,
        takes: fn(Kind) -> bool,
    ) -> Result<Page<StoredEvent>, Error> {
        let campaigns = filter.campaign.as_ref().map(|campaign| self.campaign_nos_of(campaign)).transpose()?;
        let below = below(filter, request);
        // A contact's list is short enough to ask for each of it.
        let gathered = match words {
            Some(words) if filter.contact.is_none() => words.gather_events()?,
            _ => None,
        };
        let walks = match gathered {
            Some(gathered) => {
                vec![self.walk_gathered(gathered, below, request.limit, &Wanted { filter, takes, campaigns, words: None })?]
            }
            None => self.walk_lists(below, request.limit, &Wanted { filter, takes, campaigns, words })?,
        };
        let (found, mut next) = merge(walks, request.limit);
        let (mut rows, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for (at, position) in found {
            if bytes > PAGE_BODY_BYTES_MAX {
                break;
            }
            let row = self.stored_event(position, false)?;
            let messages = [&row.event.outbound, &row.event.inbound].into_iter().flatten();
            bytes += messages.map(|message| message.body_bytes()).sum::<usize>();
            bytes += row.event.facts.item.as_ref().map_or(0, |item| item.bytes());
            if bytes > PAGE_BODY_BYTES_MAX {
                next = Some(at);
            }
            rows.push(row);
        }
        Ok(Page { rows, next })
    }

    /// Walks the lists that have what is wanted.
    fn walk_lists(&mut self, below: (Millis, u64), limit: usize, wanted: &Wanted<'_>) -> Result<Vec<Walk<u64>>, Error> {
        let mut walks = Vec::new();
        if let Some(contact) = &wanted.filter.contact {
            for key in self.contact_keys_of(contact)? {
                let (mut walk, mut looked) = (wanted.walk(limit), Ok(true));
                self.rows.walk_contact_events(&key, below, |event| {
                    looked = wanted.look(&mut walk, &event);
                    matches!(looked, Ok(true))
                })?;
                looked?;
                walks.push(walk);
            }
        } else if let Some(campaigns) = &wanted.campaigns {
            for campaign in campaigns {
                let sql = "SELECT occurred_at, position, listed, kind, platform, campaign
                    FROM event INDEXED BY event_campaign
                    WHERE campaign = ?1 AND (occurred_at, position) < (?2, ?3) ORDER BY occurred_at DESC, position DESC";
                walks.push(self.walk_events(sql, *campaign, below, limit, wanted)?);
            }
        } else {
            let sql = "SELECT occurred_at, position, listed, kind, platform, campaign FROM event
                WHERE workspace = ?1 AND (occurred_at, position) < (?2, ?3) ORDER BY occurred_at DESC, position DESC";
            walks.push(self.walk_events(sql, self.rows.no, below, limit, wanted)?);
        }
        Ok(walks)
    }

    /// Walks entries that a search gathered, in the order of the list.
    fn walk_gathered(
        &self,
        mut gathered: Vec<(Millis, u64)>,
        below: (Millis, u64),
        limit: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Walk<u64>, Error> {
        gathered.retain(|event| *event < below);
        gathered.sort_unstable_by(|a, b| b.cmp(a));
        let mut walk = wanted.walk(limit);
        for (at, position) in gathered {
            let Some(event) = self.rows.listed_event(at, position)? else { continue };
            if !wanted.look(&mut walk, &event)? {
                break;
            }
        }
        Ok(walk)
    }

    /// Walks a list of events, by its statement and the number in front of it.
    fn walk_events(
        &self,
        sql: &'static str,
        number: i64,
        (at, position): (Millis, u64),
        limit: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Walk<u64>, Error> {
        let fault = |error: rusqlite::Error| failed("list events", &error);
        let mut statement = self.rows.records.prepare_cached(sql).map_err(fault)?;
        let mut found = statement.query(params![number, at.0, position.cast_signed()]).map_err(fault)?;
        let mut walk = wanted.walk(limit);
        while let Some(row) = found.next().map_err(fault)? {
            let event = ListedEvent {
                at: Millis(row.get(0).map_err(fault)?),
                position: row.get::<_, i64>(1).map_err(fault)?.cast_unsigned(),
                listed: row.get(2).map_err(fault)?,
                kind: kind_of(row.get(3).map_err(fault)?)?,
                platform: platform_of(row.get(4).map_err(fault)?)?,
                campaign: row.get(5).map_err(fault)?,
            };
            if !wanted.look(&mut walk, &event)? {
                break;
            }
        }
        Ok(walk)
    }

    pub(super) fn stored_event(&mut self, position: u64, with_raw: bool) -> Result<StoredEvent, Error> {
        let row = log::read_row(self.rows.log, position)?.ok_or_else(|| Error::Storage {
            attempted: "read the log",
            cause: format!("the records name position {position}, which the log does not have"),
        })?;
        let (event, raw) = row.unpack()?;
        let (contact_id, contact_email) = self.contact_of(&event)?;
        let campaign_id = match event.campaign_key() {
            Some(campaign) => {
                let head = campaign_component(campaign, |key| self.rows.aliases(key))?.pop_first();
                head.map(|head| CampaignId::derive(self.workspace, &head))
            }
            None => None,
        };
        Ok(StoredEvent {
            workspace: self.workspace,
            origin: row.origin,
            received_at: row.received_at,
            duplicates: self.duplicates(event.id)?,
            contact_id,
            contact_email,
            campaign_id,
            raw: with_raw.then_some(raw),
            event: Arc::new(event),
        })
    }

    fn contact_of(&mut self, event: &Event) -> Result<(Option<ContactId>, Option<String>), Error> {
        let Some(key) = event.contact_key() else { return Ok((None, None)) };
        let head = contact_component(&mut Links(&mut self.rows), &key)?.pop_first();
        let email = key.email().or_else(|| head.as_ref().and_then(|head| head.email())).map(ToString::to_string);
        Ok((head.map(|head| ContactId::derive(self.workspace, &head)), email))
    }

    pub(super) fn duplicates(&self, id: EventId) -> Result<Duplicates, Error> {
        let sql = "SELECT count, last_at FROM duplicate WHERE workspace = ?1 AND id = ?2";
        let run = || {
            self.rows
                .log
                .prepare_cached(sql)?
                .query_row(params![self.rows.no, id.0], |row| {
                    Ok(Duplicates { count: row.get::<_, i64>(0)?.cast_unsigned(), last_at: Some(Millis(row.get(1)?)) })
                })
                .optional()
        };
        run().map(Option::unwrap_or_default).map_err(|error| failed("read duplicates", &error))
    }
}
