//! Reading for the API: single records and pages, each inside one transaction, so that a page is of one moment.

use hookline_model::{
    dump::{AllRows, dump},
    event::Event,
    fold::Links,
    id::{CampaignId, ContactId, EmailId, EventId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{campaign_component, contact_component},
    record::{self, Campaign, Contact, Email},
    rows::ReadRows,
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::{
    log,
    open::failed,
    rows::{SqlRows, key, names_text, unpack},
};
use crate::{
    Duplicates, Error, StoredEvent,
    query::{
        CampaignFilter, CampaignSelector, ContactFilter, ContactSelector, Cursor, EmailFilter, EventFilter, PAGE_BODY_BYTES_MAX,
        Page, PageRequest,
    },
};

/// Connections for reading.
pub(super) struct Reader {
    pub(super) records: Connection,
    pub(super) log: Connection,
}

impl Reader {
    /// Reads one workspace, in one transaction.
    pub(super) fn read<T>(
        &self,
        no: i64,
        workspace: WorkspaceId,
        read: impl FnOnce(&mut WorkspaceReader<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let step = |sql: &str| self.records.execute_batch(sql).map_err(|error| failed("read the records", &error));
        step("BEGIN")?;
        let mut reader = WorkspaceReader { workspace, rows: SqlRows { records: &self.records, log: &self.log, no, workspace } };
        let outcome = read(&mut reader);
        step("ROLLBACK")?;
        outcome
    }
}

/// Reads one workspace.
pub(super) struct WorkspaceReader<'c> {
    workspace: WorkspaceId,
    rows: SqlRows<'c>,
}

/// A listing's SQL, put together from fixed pieces; every value is bound.
struct Listing {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
    /// A filter named something that does not exist.
    matches_nothing: bool,
}

impl Listing {
    fn new(select: &str, no: i64) -> Listing {
        Listing { sql: format!("{select} WHERE workspace = ?"), values: vec![Box::new(no)], matches_nothing: false }
    }

    fn and(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }

    fn and_in(&mut self, column: &str, values: Vec<Uuid>) {
        self.matches_nothing |= values.is_empty();
        self.sql.push_str(&format!(" AND {column} IN ({})", vec!["?"; values.len()].join(", ")));
        self.values.extend(values.into_iter().map(|value| Box::new(value) as Box<dyn ToSql>));
    }

    /// Sorts by `at` and `key`, newest first, and cuts the page out.
    fn page<K: ToSql + 'static>(&mut self, at: &str, key: &str, request: &PageRequest, cursor_key: impl Fn(&Cursor) -> K) {
        if let Some(cursor) = &request.after {
            self.sql.push_str(&format!(" AND ({at}, {key}) < (?, ?)"));
            self.values.push(Box::new(cursor.at.0));
            self.values.push(Box::new(cursor_key(cursor)));
        }
        self.sql.push_str(&format!(" ORDER BY {at} DESC, {key} DESC LIMIT ?"));
        self.values.push(Box::new(request.limit as i64));
    }

    fn rows<T>(self, records: &Connection, read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>, Error> {
        if self.matches_nothing {
            return Ok(Vec::new());
        }
        let run = || -> rusqlite::Result<Vec<T>> {
            records.prepare_cached(&self.sql)?.query_map(params_from_iter(&self.values), read)?.collect()
        };
        run().map_err(|error| failed("list records", &error))
    }
}

fn cursor_number(cursor: &Cursor) -> i64 {
    cursor.key.as_slice().try_into().map_or(i64::MAX, i64::from_be_bytes)
}

fn cursor_bytes(cursor: &Cursor) -> Vec<u8> {
    cursor.key.clone()
}

/// The cursor behind the last row, where more may follow: the page is full, or was cut short for its bytes.
fn next_cursor(limit: usize, found: usize, shown: usize, last: Option<Cursor>) -> Option<Cursor> {
    last.filter(|_| found >= limit || shown < found)
}

impl WorkspaceReader<'_> {
    /// One event.
    pub(super) fn event(&mut self, id: EventId, with_raw: bool) -> Result<Option<StoredEvent>, Error> {
        match log::counting_position(self.rows.log, self.rows.no, id)? {
            Some(position) if self.is_folded(position)? => self.stored_event(position, with_raw).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether the records of this moment include the entry.
    fn is_folded(&self, position: u64) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM event WHERE position = ?1";
        let run = || self.rows.records.prepare_cached(sql)?.query_row([position.cast_signed()], |_| Ok(())).optional();
        run().map(|found| found.is_some()).map_err(|error| failed("read an event", &error))
    }

    /// A page of events.
    pub(super) fn events(&mut self, filter: &EventFilter, request: &PageRequest) -> Result<Page<StoredEvent>, Error> {
        // By contact or campaign there are few rows, and they may be under several keys: left to itself, SQLite walks the whole
        // workspace by time then.
        let by = match (&filter.contact, &filter.campaign) {
            (Some(_), _) => " INDEXED BY event_contact",
            (None, Some(_)) => " INDEXED BY event_campaign",
            (None, None) => "",
        };
        let mut listing = Listing::new(&format!("SELECT position, occurred_at FROM event{by}"), self.rows.no);
        listing.sql.push_str(" AND listed = 1");
        if let Some(kind) = filter.kind {
            listing.and("kind = ?", kind.rank());
        }
        if let Some(platform) = filter.platform {
            listing.and("platform = ?", platform as i64);
        }
        if let Some(contact) = &filter.contact {
            listing.and_in("contact", self.contact_ids_of(contact)?);
        }
        if let Some(campaign) = &filter.campaign {
            listing.and_in("campaign", self.campaign_ids_of(campaign)?);
        }
        if let Some(since) = filter.since {
            listing.and("occurred_at >= ?", since.0);
        }
        if let Some(until) = filter.until {
            listing.and("occurred_at < ?", until.0);
        }
        listing.page("occurred_at", "position", request, cursor_number);
        let found: Vec<(i64, i64)> = listing.rows(self.rows.records, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (mut rows, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for (position, _) in &found {
            let row = self.stored_event(position.cast_unsigned(), false)?;
            bytes += [&row.event.outbound, &row.event.inbound]
                .into_iter()
                .flatten()
                .map(|message| message.body_bytes())
                .sum::<usize>();
            rows.push(row);
            if bytes > PAGE_BODY_BYTES_MAX {
                break;
            }
        }
        let last = found.get(rows.len().wrapping_sub(1));
        let last = last.map(|(position, at)| Cursor { at: Millis(*at), key: position.to_be_bytes().to_vec() });
        let next = next_cursor(request.limit, found.len(), rows.len(), last);
        Ok(Page { rows, next })
    }

    fn stored_event(&mut self, position: u64, with_raw: bool) -> Result<StoredEvent, Error> {
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
            event,
        })
    }

    fn contact_of(&mut self, event: &Event) -> Result<(Option<ContactId>, Option<String>), Error> {
        let Some(key) = event.contact_key() else { return Ok((None, None)) };
        let head = contact_component(&mut Links(&mut self.rows), &key)?.pop_first();
        let email = key.email().or_else(|| head.as_ref().and_then(|head| head.email())).map(ToString::to_string);
        Ok((head.map(|head| ContactId::derive(self.workspace, &head)), email))
    }

    fn duplicates(&self, id: EventId) -> Result<Duplicates, Error> {
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

    /// The ids of the keys of a contact named in a filter.
    fn contact_ids_of(&mut self, contact: &ContactSelector) -> Result<Vec<Uuid>, Error> {
        let key = match contact {
            ContactSelector::Email(address) => {
                let Ok(address) = hookline_model::key::EmailAddress::parse(address) else { return Ok(Vec::new()) };
                Some(ContactKey::Email(address))
            }
            ContactSelector::Id(id) => self.contact_key(*id)?,
        };
        let Some(key) = key else { return Ok(Vec::new()) };
        let component = contact_component(&mut Links(&mut self.rows), &key)?;
        Ok(component.iter().map(|key| ContactId::derive(self.workspace, key).0).collect())
    }

    fn contact_key(&self, id: ContactId) -> Result<Option<ContactKey>, Error> {
        self.key_of("SELECT key FROM contact WHERE workspace = ?1 AND id = ?2", id.0)
    }

    fn campaign_key(&self, id: CampaignId) -> Result<Option<CampaignKey>, Error> {
        self.key_of("SELECT key FROM campaign WHERE workspace = ?1 AND id = ?2", id.0)
    }

    fn key_of<K: std::str::FromStr<Err = hookline_model::key::KeyError>>(&self, sql: &str, id: Uuid) -> Result<Option<K>, Error> {
        let run = || {
            self.rows.records.prepare_cached(sql)?.query_row(params![self.rows.no, id], |row| row.get::<_, String>(0)).optional()
        };
        run().map_err(|error| failed("find a record", &error))?.map(|text| key(&text)).transpose()
    }

    /// The ids of the keys of the campaigns named in a filter.
    fn campaign_ids_of(&mut self, campaign: &CampaignSelector) -> Result<Vec<Uuid>, Error> {
        let keys: Vec<CampaignKey> = match campaign {
            CampaignSelector::Id(id) => self.campaign_key(*id)?.into_iter().collect(),
            CampaignSelector::PlatformId(id) => {
                let sql = "SELECT key FROM campaign WHERE workspace = ?1 AND platform_id = ?2";
                let run = || -> rusqlite::Result<Vec<String>> {
                    self.rows.records.prepare_cached(sql)?.query_map(params![self.rows.no, id], |row| row.get(0))?.collect()
                };
                let keys = run().map_err(|error| failed("find a campaign", &error))?;
                keys.iter().map(|text| key(text)).collect::<Result<_, _>>()?
            }
        };
        let mut all = Vec::new();
        for key in keys {
            let component = campaign_component(&key, |key| self.rows.aliases(key))?;
            all.extend(component.iter().map(|key| CampaignId::derive(self.workspace, key).0));
        }
        Ok(all)
    }

    /// One contact.
    pub(super) fn contact(&mut self, id: ContactId) -> Result<Option<Contact>, Error> {
        match self.contact_key(id)? {
            Some(key) => record::contact(&mut self.rows, self.workspace, &key),
            None => Ok(None),
        }
    }

    /// A page of contacts.
    pub(super) fn contacts(&mut self, filter: &ContactFilter, request: &PageRequest) -> Result<Page<Contact>, Error> {
        let mut listing = Listing::new("SELECT key, created_at, id FROM contact", self.rows.no);
        listing.sql.push_str(" AND listed = 1");
        if let Some(email) = &filter.email {
            let ids = self.contact_ids_of(&ContactSelector::Email(email.clone()))?;
            listing.and_in("id", ids);
        }
        if let Some(status) = &filter.status {
            listing.and("status = ?", status.clone());
        }
        if let Some(interest) = filter.interest {
            listing.and("interest = ?", interest.name());
        }
        for (column, name) in [("tags", &filter.tag), ("lists", &filter.list)] {
            if let Some(name) = name {
                listing.and(&format!("instr({column}, ?) > 0"), names_text([name]));
            }
        }
        if let Some(q) = &filter.q {
            listing.and("instr(search, ?) > 0", q.to_lowercase());
        }
        // By address there is one contact: the plus keeps SQLite from walking the workspace by time to find it.
        let sorted = if filter.email.is_some() { "+created_at" } else { "created_at" };
        listing.page(sorted, "id", request, cursor_bytes);
        let found: Vec<(String, i64, Uuid)> =
            listing.rows(self.rows.records, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let last = found.last().map(|(_, at, id)| Cursor { at: Millis(*at), key: id.as_bytes().to_vec() });
        let mut rows = Vec::with_capacity(found.len());
        for (text, ..) in &found {
            rows.extend(record::contact(&mut self.rows, self.workspace, &key(text)?)?);
        }
        Ok(Page { rows, next: next_cursor(request.limit, found.len(), found.len(), last) })
    }

    /// One campaign.
    pub(super) fn campaign(&mut self, id: CampaignId) -> Result<Option<Campaign>, Error> {
        match self.campaign_key(id)? {
            Some(key) => record::campaign(&mut self.rows, self.workspace, &key),
            None => Ok(None),
        }
    }

    /// A page of campaigns.
    pub(super) fn campaigns(&mut self, filter: &CampaignFilter, request: &PageRequest) -> Result<Page<Campaign>, Error> {
        let mut listing = Listing::new("SELECT key, last_event_at, id FROM campaign", self.rows.no);
        listing.sql.push_str(" AND listed = 1");
        if let Some(platform) = filter.platform {
            listing.and("platform = ?", platform.name());
        }
        if let Some(status) = &filter.status {
            listing.and("status = ?", status.clone());
        }
        listing.page("last_event_at", "id", request, cursor_bytes);
        let found: Vec<(String, i64, Uuid)> =
            listing.rows(self.rows.records, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let last = found.last().map(|(_, at, id)| Cursor { at: Millis(*at), key: id.as_bytes().to_vec() });
        let mut rows = Vec::with_capacity(found.len());
        for (text, ..) in &found {
            rows.extend(record::campaign(&mut self.rows, self.workspace, &key(text)?)?);
        }
        Ok(Page { rows, next: next_cursor(request.limit, found.len(), found.len(), last) })
    }

    /// One message.
    pub(super) fn email(&mut self, id: EmailId) -> Result<Option<Email>, Error> {
        match self.key_of::<EmailKey>("SELECT key FROM email WHERE workspace = ?1 AND id = ?2", id.0)? {
            Some(key) => self.email_record(&key).map(Some),
            None => Ok(None),
        }
    }

    fn email_record(&mut self, key: &EmailKey) -> Result<Email, Error> {
        let state = self.rows.email(key)?.unwrap_or_default();
        let bodies = self.rows.bodies(key, &state)?;
        record::email(&mut self.rows, self.workspace, key, &state, bodies)
    }

    /// A page of messages.
    pub(super) fn emails(&mut self, filter: &EmailFilter, request: &PageRequest) -> Result<Page<Email>, Error> {
        let by = match (&filter.contact, &filter.campaign) {
            (Some(_), _) => " INDEXED BY email_contact",
            (None, Some(_)) => " INDEXED BY email_campaign",
            (None, None) => "",
        };
        let mut listing = Listing::new(&format!("SELECT key, at, id, state FROM email{by}"), self.rows.no);
        if let Some(inbound) = filter.inbound {
            listing.and("inbound = ?", inbound);
        }
        if let Some(contact) = &filter.contact {
            listing.and_in("contact", self.contact_ids_of(contact)?);
        }
        if let Some(campaign) = &filter.campaign {
            listing.and_in("campaign", self.campaign_ids_of(campaign)?);
        }
        if let Some(status) = &filter.status {
            listing.and("status = ?", status.clone());
        }
        listing.page("at", "id", request, cursor_bytes);
        let found: Vec<(String, i64, Uuid, Vec<u8>)> =
            listing.rows(self.rows.records, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let (mut rows, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for (text, _, _, state) in &found {
            let (key, state) = (key(text)?, unpack(state)?);
            let bodies = self.rows.bodies(&key, &state)?;
            bytes += [&bodies.text, &bodies.html].into_iter().flatten().map(String::len).sum::<usize>();
            rows.push(record::email(&mut self.rows, self.workspace, &key, &state, bodies)?);
            if bytes > PAGE_BODY_BYTES_MAX {
                break;
            }
        }
        let last = found.get(rows.len().wrapping_sub(1));
        let last = last.map(|(_, at, id, _)| Cursor { at: Millis(*at), key: id.as_bytes().to_vec() });
        let next = next_cursor(request.limit, found.len(), rows.len(), last);
        Ok(Page { rows, next })
    }

    /// Every record.
    pub(super) fn dump(&mut self) -> Result<serde_json::Value, Error> {
        dump(&mut self.rows, self.workspace)
    }
}
