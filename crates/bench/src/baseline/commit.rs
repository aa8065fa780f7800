//! A commit per event: what people usually write.

use std::path::Path;

use hookline_model::{event::Event, kind::Kind};
use rusqlite::{Connection, params};

use super::queue::Queue;
use crate::Error;

const SCHEMA: &str = "
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    CREATE TABLE contact (
        id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, sent INTEGER NOT NULL, opened INTEGER NOT NULL,
        clicked INTEGER NOT NULL, replied INTEGER NOT NULL, last_event_at INTEGER NOT NULL
    );
    CREATE INDEX contact_last ON contact (last_event_at);
    CREATE TABLE campaign (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT, sent INTEGER NOT NULL, opened INTEGER NOT NULL,
        clicked INTEGER NOT NULL, replied INTEGER NOT NULL, last_event_at INTEGER NOT NULL
    );
    CREATE INDEX campaign_last ON campaign (last_event_at);
    CREATE TABLE event (
        id BLOB PRIMARY KEY, contact INTEGER NOT NULL, campaign INTEGER NOT NULL, kind TEXT NOT NULL,
        occurred_at INTEGER NOT NULL, body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX event_contact ON event (contact, occurred_at);
    CREATE INDEX event_campaign ON event (campaign, occurred_at);";

const CONTACT: &str = "
    INSERT INTO contact (email, sent, opened, clicked, replied, last_event_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (email) DO UPDATE SET sent = sent + ?2, opened = opened + ?3, clicked = clicked + ?4, replied = replied + ?5,
        last_event_at = max(last_event_at, ?6)
    RETURNING id";

const CAMPAIGN: &str = "
    INSERT INTO campaign (key, name, sent, opened, clicked, replied, last_event_at) VALUES (?1, ?7, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (key) DO UPDATE SET name = ?7, sent = sent + ?2, opened = opened + ?3, clicked = clicked + ?4,
        replied = replied + ?5, last_event_at = max(last_event_at, ?6)
    RETURNING id";

const EVENT: &str = "INSERT INTO event (id, contact, campaign, kind, occurred_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Makes the database and starts its thread.
pub(super) fn open(path: &Path) -> Result<Queue<(Event, Vec<u8>)>, Error> {
    let failed = |error: rusqlite::Error| Error::failed("make the database", error);
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.execute_batch(SCHEMA).map_err(failed)?;
    // One at a time: each event has a commit of its own.
    Queue::start(1, move |events: &mut Vec<(Event, Vec<u8>)>| {
        events
            .iter()
            .try_for_each(|(event, body)| write(&mut connection, event, body))
            .map_err(|error| Error::failed("commit", error))
    })
}

fn write(connection: &mut Connection, event: &Event, body: &[u8]) -> rusqlite::Result<()> {
    let counts = [Kind::EmailSent, Kind::EmailOpened, Kind::EmailClicked, Kind::EmailReplied].map(|kind| event.kind == kind);
    let [sent, opened, clicked, replied] = counts;
    let at = event.occurred_at.0;
    let email = event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(ToString::to_string);
    let key = event.campaign_key().map(ToString::to_string);
    let name = event.campaign.as_ref().and_then(|campaign| campaign.name.as_deref());
    let transaction = connection.transaction()?;
    let contact: i64 =
        transaction.prepare_cached(CONTACT)?.query_row(params![email, sent, opened, clicked, replied, at], |row| row.get(0))?;
    let campaign: i64 = transaction
        .prepare_cached(CAMPAIGN)?
        .query_row(params![key, sent, opened, clicked, replied, at, name], |row| row.get(0))?;
    transaction.prepare_cached(EVENT)?.execute(params![event.id.0, contact, campaign, event.kind.name(), at, body])?;
    transaction.commit()
}
