//! The rows of one workspace in records.db, as the fold reads and writes them.

use std::collections::BTreeMap;

use hookline_model::{
    campaign::{CampaignState, EnrollmentState, Uniques},
    delta::RollupKey,
    dump::AllRows,
    email::{Direction, EmailState},
    id::{CampaignId, ContactId, EmailId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    kind::Kind,
    link::{Pair, PairState},
    platform::Platform,
    record::Bodies,
    rows::{ContactBrief, ContactRow, ReadRows, WriteRows},
    stamp::Register,
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{log::read_event, open::failed};
use crate::Error;

/// One workspace's rows, over a connection that is inside a transaction. `log` is where bodies are read from.
pub(super) struct SqlRows<'c> {
    pub(super) records: &'c Connection,
    pub(super) log: &'c Connection,
    pub(super) no: i64,
    pub(super) workspace: WorkspaceId,
}

/// Reads a state from its stored form.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    postcard::from_bytes(bytes).map_err(|error| Error::Storage { attempted: "read a state", cause: error.to_string() })
}

/// Brings a state into its stored form.
pub(super) fn pack<T: Serialize>(state: &T) -> Result<Vec<u8>, Error> {
    postcard::to_stdvec(state).map_err(|error| Error::Storage { attempted: "write a state", cause: error.to_string() })
}

/// Reads a key from its text.
pub(super) fn key<K: std::str::FromStr<Err = hookline_model::key::KeyError>>(text: &str) -> Result<K, Error> {
    text.parse()
        .map_err(|error: hookline_model::key::KeyError| Error::Storage { attempted: "read a key", cause: error.to_string() })
}

/// Names as one text, each between line feeds, so that one of them is found by `instr`. Line feeds inside a name are escaped.
pub(super) fn names_text<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().fold(String::from("\n"), |text, name| text + &name.replace('\\', "\\\\").replace('\n', "\\n") + "\n")
}

/// Platforms are stored by their place in [`Platform::ALL`], which is append-only.
pub(super) fn platform_of(number: i64) -> Result<Platform, Error> {
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| Platform::ALL.get(place))
        .copied()
        .ok_or_else(|| Error::Storage { attempted: "read a platform", cause: format!("there is no platform {number}") })
}

/// Kinds are stored by their rank.
pub(super) fn kind_of(number: i64) -> Result<Kind, Error> {
    let rank = u8::try_from(number).ok();
    rank.and_then(Kind::from_rank)
        .ok_or_else(|| Error::Storage { attempted: "read a kind", cause: format!("there is no kind {number}") })
}

impl SqlRows<'_> {
    fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let run = || self.records.prepare_cached(sql)?.query_row(params, read).optional();
        run().map_err(|error| failed("read a record", &error))
    }

    fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let run = || -> rusqlite::Result<Vec<T>> { self.records.prepare_cached(sql)?.query_map(params, read)?.collect() };
        run().map_err(|error| failed("read records", &error))
    }

    fn write(&self, sql: &'static str, params: impl Params) -> Result<(), Error> {
        let run = || self.records.prepare_cached(sql)?.execute(params);
        run().map(|_| ()).map_err(|error| failed("write a record", &error))
    }
}

impl SqlRows<'_> {
    fn contact_id(&self, key: &ContactKey) -> Uuid {
        ContactId::derive(self.workspace, key).0
    }

    fn campaign_id(&self, key: &CampaignKey) -> Uuid {
        CampaignId::derive(self.workspace, key).0
    }
}

impl ReadRows for SqlRows<'_> {
    type Error = Error;

    fn contact_row(&mut self, contact: &ContactKey) -> Result<Option<ContactRow>, Error> {
        let sql = "SELECT state, head, alone FROM contact WHERE workspace = ?1 AND id = ?2";
        let row: Option<(Vec<u8>, Option<String>, bool)> =
            self.one(sql, params![self.no, self.contact_id(contact)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let read = |(state, head, alone): (Vec<u8>, Option<String>, bool)| {
            let head = head.map(|head| key(&head)).transpose()?;
            Ok(ContactRow { state: unpack(&state)?, head, alone })
        };
        row.map(read).transpose()
    }

    fn pairs(&mut self, contact: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Error> {
        let sql = "SELECT other, state FROM contact_pair WHERE workspace = ?1 AND id = ?2";
        let rows: Vec<(String, Vec<u8>)> =
            self.all(sql, params![self.no, self.contact_id(contact)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.into_iter().map(|(other, state)| Ok((key(&other)?, unpack(&state)?))).collect()
    }

    fn pair(&mut self, pair: &Pair<ContactKey>) -> Result<Option<PairState>, Error> {
        let sql = "SELECT state FROM contact_pair WHERE workspace = ?1 AND id = ?2 AND other_id = ?3";
        let (a, b) = pair.keys();
        let state: Option<Vec<u8>> = self.one(sql, params![self.no, self.contact_id(a), self.contact_id(b)], |row| row.get(0))?;
        state.map(|state| unpack(&state)).transpose()
    }

    fn campaign(&mut self, key: &CampaignKey) -> Result<Option<(CampaignState, Uniques)>, Error> {
        let sql = "SELECT state, uniques FROM campaign WHERE workspace = ?1 AND id = ?2";
        let row: Option<(Vec<u8>, Vec<u8>)> =
            self.one(sql, params![self.no, self.campaign_id(key)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        row.map(|(state, uniques)| Ok((unpack(&state)?, unpack(&uniques)?))).transpose()
    }

    fn aliases(&mut self, campaign: &CampaignKey) -> Result<BTreeMap<CampaignKey, Register<bool>>, Error> {
        let sql = "SELECT other, state FROM campaign_pair WHERE workspace = ?1 AND id = ?2";
        let rows: Vec<(String, Vec<u8>)> =
            self.all(sql, params![self.no, self.campaign_id(campaign)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.into_iter().map(|(other, state)| Ok((key(&other)?, unpack(&state)?))).collect()
    }

    fn enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey) -> Result<Option<EnrollmentState>, Error> {
        let sql = "SELECT state FROM enrollment WHERE workspace = ?1 AND contact = ?2 AND campaign = ?3";
        let ids = params![self.no, self.contact_id(contact), self.campaign_id(campaign)];
        let state: Option<Vec<u8>> = self.one(sql, ids, |row| row.get(0))?;
        state.map(|state| unpack(&state)).transpose()
    }

    fn enrollments_in(&mut self, campaign: &CampaignKey) -> Result<Vec<(ContactKey, EnrollmentState)>, Error> {
        let sql = "SELECT contact.key, enrollment.state FROM enrollment
            JOIN contact ON contact.workspace = enrollment.workspace AND contact.id = enrollment.contact
            WHERE enrollment.workspace = ?1 AND enrollment.campaign = ?2";
        let rows: Vec<(String, Vec<u8>)> =
            self.all(sql, params![self.no, self.campaign_id(campaign)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.into_iter().map(|(contact, state)| Ok((key(&contact)?, unpack(&state)?))).collect()
    }

    fn campaigns_of(&mut self, contact: &ContactKey) -> Result<Vec<CampaignKey>, Error> {
        let sql = "SELECT campaign.key FROM enrollment
            JOIN campaign ON campaign.workspace = enrollment.workspace AND campaign.id = enrollment.campaign
            WHERE enrollment.workspace = ?1 AND enrollment.contact = ?2";
        let rows: Vec<String> = self.all(sql, params![self.no, self.contact_id(contact)], |row| row.get(0))?;
        rows.iter().map(|campaign| key(campaign)).collect()
    }

    fn email(&mut self, key: &EmailKey) -> Result<Option<EmailState>, Error> {
        let sql = "SELECT state FROM email WHERE workspace = ?1 AND id = ?2";
        let id = EmailId::derive(self.workspace, key).0;
        let state: Option<Vec<u8>> = self.one(sql, params![self.no, id], |row| row.get(0))?;
        state.map(|state| unpack(&state)).transpose()
    }
}

impl WriteRows for SqlRows<'_> {
    fn put_contact(&mut self, key: &ContactKey, row: &ContactRow, listed: Option<&ContactBrief>) -> Result<(), Error> {
        let sql =
            "INSERT INTO contact (workspace, id, key, head, alone, listed, status, interest, created_at, search, tags, lists,
                state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (workspace, id) DO UPDATE SET head = excluded.head, alone = excluded.alone, listed = excluded.listed,
                status = excluded.status, interest = excluded.interest, created_at = excluded.created_at,
                search = excluded.search, tags = excluded.tags, lists = excluded.lists, state = excluded.state";
        let names = |names: &Vec<String>| (!names.is_empty()).then(|| names_text(names));
        self.write(
            sql,
            params![
                self.no,
                self.contact_id(key),
                key.to_string(),
                row.head.as_ref().map(ToString::to_string),
                row.alone,
                listed.is_some(),
                listed.map(|brief| brief.status),
                listed.and_then(|brief| brief.interest),
                listed.map(|brief| brief.created_at.0),
                listed.map(|brief| &brief.search),
                listed.and_then(|brief| names(&brief.tags)),
                listed.and_then(|brief| names(&brief.lists)),
                pack(&row.state)?,
            ],
        )
    }

    fn put_pair(&mut self, pair: &Pair<ContactKey>, state: &PairState) -> Result<(), Error> {
        let sql = "INSERT INTO contact_pair (workspace, id, other_id, other, state) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (workspace, id, other_id) DO UPDATE SET state = excluded.state";
        let (a, b) = pair.keys();
        let state = pack(state)?;
        for (key, other) in [(a, b), (b, a)] {
            self.write(sql, params![self.no, self.contact_id(key), self.contact_id(other), other.to_string(), state])?;
        }
        Ok(())
    }

    fn put_campaign(
        &mut self,
        key: &CampaignKey,
        state: &CampaignState,
        uniques: &Uniques,
        listed: Option<&CampaignState>,
    ) -> Result<(), Error> {
        let sql =
            "INSERT INTO campaign (workspace, id, key, platform, platform_id, listed, status, last_event_at, uniques, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (workspace, id) DO UPDATE SET listed = excluded.listed, status = excluded.status,
                last_event_at = excluded.last_event_at, uniques = excluded.uniques, state = excluded.state";
        self.write(
            sql,
            params![
                self.no,
                self.campaign_id(key),
                key.to_string(),
                key.external().platform.name(),
                key.platform_campaign_id(),
                listed.is_some(),
                listed.and_then(|merged| merged.shown_status()),
                listed.and_then(|merged| merged.last_event_at).map(|at| at.0),
                pack(uniques)?,
                pack(state)?,
            ],
        )
    }

    fn put_alias(&mut self, pair: &Pair<CampaignKey>, state: &Register<bool>) -> Result<(), Error> {
        let sql = "INSERT INTO campaign_pair (workspace, id, other_id, other, state) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (workspace, id, other_id) DO UPDATE SET state = excluded.state";
        let (a, b) = pair.keys();
        let state = pack(state)?;
        for (key, other) in [(a, b), (b, a)] {
            self.write(sql, params![self.no, self.campaign_id(key), self.campaign_id(other), other.to_string(), state])?;
        }
        Ok(())
    }

    fn put_enrollment(&mut self, campaign: &CampaignKey, contact: &ContactKey, state: &EnrollmentState) -> Result<(), Error> {
        let sql = "INSERT INTO enrollment (workspace, contact, campaign, state) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (workspace, contact, campaign) DO UPDATE SET state = excluded.state";
        self.write(sql, params![self.no, self.contact_id(contact), self.campaign_id(campaign), pack(state)?])
    }

    fn put_email(&mut self, key: &EmailKey, state: &EmailState) -> Result<(), Error> {
        let sql = "INSERT INTO email (workspace, id, key, inbound, status, at, contact, campaign, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (workspace, id) DO UPDATE SET status = excluded.status, at = excluded.at, contact = excluded.contact,
                campaign = excluded.campaign, state = excluded.state";
        let direction = if key.is_inbound() { Direction::Inbound } else { Direction::Outbound };
        // A message of which only openings or bounces were seen is sorted by the last of these.
        let at = state.at.or_else(|| state.last.map(|stamp| stamp.at)).unwrap_or_default();
        self.write(
            sql,
            params![
                self.no,
                EmailId::derive(self.workspace, key).0,
                key.to_string(),
                key.is_inbound(),
                state.status(direction),
                at.0,
                state.contact.get().map(|contact| self.contact_id(contact)),
                state.campaign.get().map(|campaign| self.campaign_id(campaign)),
                pack(state)?,
            ],
        )
    }

    fn add_rollup(&mut self, key: &RollupKey, amount: i64) -> Result<(), Error> {
        let add = "INSERT INTO rollup (workspace, hour, campaign, platform, kind, sequence_number, count)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (workspace, hour, campaign, platform, kind, sequence_number) DO UPDATE SET count = count + excluded.count";
        let campaign = key.campaign.as_ref().map(ToString::to_string).unwrap_or_default();
        let step = key.sequence_number.map_or(-1, i64::from);
        let (platform, kind) = (key.platform as i64, i64::from(key.kind.rank()));
        self.write(add, params![self.no, key.hour.0, campaign, platform, kind, step, amount])?;
        if amount < 0 {
            let sweep = "DELETE FROM rollup WHERE workspace = ?1 AND hour = ?2 AND campaign = ?3 AND platform = ?4 AND kind = ?5
                AND sequence_number = ?6 AND count = 0";
            self.write(sweep, params![self.no, key.hour.0, campaign, platform, kind, step])?;
        }
        Ok(())
    }
}

impl AllRows for SqlRows<'_> {
    fn contact_keys(&mut self) -> Result<Vec<ContactKey>, Error> {
        let rows: Vec<String> = self.all("SELECT key FROM contact WHERE workspace = ?1", [self.no], |row| row.get(0))?;
        rows.iter().map(|contact| key(contact)).collect()
    }

    fn campaign_keys(&mut self) -> Result<Vec<CampaignKey>, Error> {
        let rows: Vec<String> = self.all("SELECT key FROM campaign WHERE workspace = ?1", [self.no], |row| row.get(0))?;
        rows.iter().map(|campaign| key(campaign)).collect()
    }

    fn emails(&mut self) -> Result<Vec<(EmailKey, EmailState)>, Error> {
        let sql = "SELECT key, state FROM email WHERE workspace = ?1";
        let rows: Vec<(String, Vec<u8>)> = self.all(sql, [self.no], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.into_iter().map(|(email, state)| Ok((key(&email)?, unpack(&state)?))).collect()
    }

    fn rollups(&mut self) -> Result<Vec<(RollupKey, i64)>, Error> {
        let sql = "SELECT hour, campaign, platform, kind, sequence_number, count FROM rollup WHERE workspace = ?1";
        let rows = self.all(sql, [self.no], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get::<_, i64>(4)?, row.get(5)?))
        })?;
        let read = |(hour, campaign, platform, kind, step, count): (i64, String, i64, i64, i64, i64)| {
            let campaign = if campaign.is_empty() { None } else { Some(key(&campaign)?) };
            let sequence_number = u32::try_from(step).ok();
            Ok((
                RollupKey {
                    hour: Millis(hour),
                    campaign,
                    platform: platform_of(platform)?,
                    kind: kind_of(kind)?,
                    sequence_number,
                },
                count,
            ))
        };
        rows.into_iter().map(read).collect()
    }

    fn bodies(&mut self, key: &EmailKey, state: &EmailState) -> Result<Bodies, Error> {
        let (text_at, html_at) = (state.body_text.get().copied(), state.body_html.get().copied());
        let mut bodies = Bodies::default();
        // The two usually come from one entry, which is then read once.
        if let Some(position) = text_at {
            let event = read_event(self.log, position)?;
            let facts = event.as_ref().and_then(|event| event.message(key));
            bodies.text = facts.and_then(|facts| facts.body_text.clone());
            if html_at == text_at {
                bodies.html = facts.and_then(|facts| facts.body_html.clone());
                return Ok(bodies);
            }
        }
        if let Some(position) = html_at {
            let event = read_event(self.log, position)?;
            bodies.html = event.as_ref().and_then(|event| event.message(key)).and_then(|facts| facts.body_html.clone());
        }
        Ok(bodies)
    }
}
