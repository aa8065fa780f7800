//! How far consumers have got.

use hookline_model::{id::SubscriptionId, time::Millis};
use rusqlite::{Connection, OptionalExtension, params};

use super::write::{number_for, number_of};
use crate::{Error, pulling::CONSUMERS_MAX};

/// Up to where a consumer is.
pub(super) fn position(connection: &Connection, subscription: SubscriptionId, name: &str) -> rusqlite::Result<Option<u64>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(None) };
    let sql = "SELECT position FROM consumer WHERE subscription = ?1 AND name = ?2";
    let found = connection.prepare_cached(sql)?.query_row(params![no, name], |row| row.get::<_, i64>(0)).optional()?;
    Ok(found.map(i64::cast_unsigned))
}

/// Moves a consumer on, making it if there is room.
pub(super) fn move_to(
    connection: &Connection,
    subscription: SubscriptionId,
    name: &str,
    to: u64,
    at: Millis,
) -> rusqlite::Result<Result<u64, Error>> {
    let no = number_for(connection, subscription)?;
    if position(connection, subscription, name)?.is_none() {
        let count: usize = connection
            .prepare_cached("SELECT count(*) FROM consumer WHERE subscription = ?1")?
            .query_row([no], |row| row.get::<_, i64>(0))?
            .try_into()
            .unwrap_or(usize::MAX);
        if count >= CONSUMERS_MAX {
            return Ok(Err(Error::Conflict(format!(
                "The webhook has {CONSUMERS_MAX} consumers, which is the most. Go on with one of them, or make another webhook."
            ))));
        }
    }
    let sql = "INSERT INTO consumer (subscription, name, position, moved_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (subscription, name) DO UPDATE SET position = max(position, excluded.position), moved_at = excluded.moved_at
        RETURNING position";
    let values = params![no, name, to.cast_signed(), at.0];
    connection.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0)).map(|at| Ok(at.cast_unsigned()))
}
