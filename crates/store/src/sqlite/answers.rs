//! Kept answers: one per key, bounded by age and number.

use hookline_model::time::Millis;
use rusqlite::{Connection, OptionalExtension, params};

use super::open::failed;
use crate::{
    Error,
    answers::{ANSWER_LIFETIME_MS, ANSWERS_MAX, KeptAnswer},
};

/// Keeps an answer inside the writer's transaction, and lets those go that are too old or too many.
pub(super) fn put(log: &Connection, answer: &KeptAnswer) -> Result<(), Error> {
    let run = || -> rusqlite::Result<bool> {
        let expired = answer.at.0.saturating_sub(ANSWER_LIFETIME_MS);
        log.prepare_cached("DELETE FROM answer WHERE at <= ?1")?.execute([expired])?;
        let sql = "INSERT INTO answer (key, request, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (key) DO NOTHING";
        let put = params![answer.key, answer.request, answer.status, answer.body, answer.at.0];
        if log.prepare_cached(sql)?.execute(put)? == 0 {
            return Ok(false);
        }
        // Numbers rise by one from the greatest there is, so what is left are at most so many.
        let oldest = log.last_insert_rowid() - ANSWERS_MAX as i64;
        log.prepare_cached("DELETE FROM answer WHERE no <= ?1")?.execute([oldest])?;
        Ok(true)
    };
    match run().map_err(|error| failed("keep an answer", &error))? {
        true => Ok(()),
        false => Err(Error::Conflict("an answer is kept under this key already".to_owned())),
    }
}

/// The answer under a key, unless it is expired.
pub(super) fn find(log: &Connection, key: [u8; 32], now: Millis) -> Result<Option<KeptAnswer>, Error> {
    let sql = "SELECT request, status, body, at FROM answer WHERE key = ?1";
    let run = || {
        let found = log.prepare_cached(sql)?.query_row([key], |row| {
            Ok(KeptAnswer { key, request: row.get(0)?, status: row.get(1)?, body: row.get(2)?, at: Millis(row.get(3)?) })
        });
        found.optional()
    };
    let found = run().map_err(|error| failed("look a kept answer up", &error))?;
    Ok(found.filter(|answer| !answer.is_expired(now)))
}
