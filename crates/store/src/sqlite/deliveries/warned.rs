//! Warnings that wait for the log.

use hookline_model::{
    id::{SubscriptionId, WorkspaceId},
    time::Millis,
};
use rusqlite::{Connection, params};

use crate::{
    Answer,
    sqlite::SqliteStore,
    warnings::{NewWarning, WARNINGS_WAITING_MAX, Warning, Warnings},
};

/// Keeps a warning of a subscription's run of failures, by the subscription's number, if it is above those before it; of a run
/// that began `anew` in the same command there are none before it.
pub(super) fn put(connection: &Connection, no: i64, warning: &NewWarning, at: Millis, anew: bool) -> rusqlite::Result<()> {
    let sql = "UPDATE subscription SET warned = ?2 WHERE no = ?1 AND (?3 OR warned < ?2)";
    if connection.prepare_cached(sql)?.execute(params![no, warning.percent, anew])? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO warning (subscription, workspace, at, said) SELECT id, ?2, ?3, ?4 FROM subscription
        WHERE no = ?1 AND (SELECT count(*) FROM warning WHERE subscription = id) < ?5";
    let values = params![no, warning.workspace.0, at.0, warning.said, WARNINGS_WAITING_MAX as i64];
    connection.prepare_cached(sql)?.execute(values).map(|_| ())
}

fn waiting(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Warning>> {
    let sql = "SELECT no, subscription, workspace, at, said FROM warning ORDER BY no LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([limit as i64], |row| {
        Ok(Warning {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            subscription: SubscriptionId(row.get(1)?),
            workspace: WorkspaceId(row.get(2)?),
            at: Millis(row.get(3)?),
            said: row.get(4)?,
        })
    })?;
    rows.collect()
}

fn let_go(connection: &Connection, numbers: &[u64]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM warning WHERE no = ?1")?;
    numbers.iter().try_for_each(|number| statement.execute([number.cast_signed()]).map(|_| ()))
}

impl Warnings for SqliteStore {
    fn warnings(&self, limit: usize) -> Answer<'_, Vec<Warning>> {
        Box::pin(self.desk.read(move |connection| waiting(connection, limit)))
    }

    fn warned(&self, numbers: Vec<u64>) -> Answer<'_, ()> {
        Box::pin(self.desk.write(move |connection| let_go(connection, &numbers)))
    }
}
