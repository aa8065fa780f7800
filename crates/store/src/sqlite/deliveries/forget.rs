//! Removing what nobody asks for any more, a bounded part at a time, so that nothing waits long behind it.

use hookline_model::{id::SubscriptionId, time::Millis};
use rusqlite::{Connection, params};

use super::{bundles, write::number_of};
use crate::deliveries::{ROLLUP_DAYS, day_of};

/// How many rows one command removes at most.
const ROWS_MAX: i64 = 1_000;

/// Removes deliveries that ended before then.
pub(super) fn prune(connection: &Connection, ended_before: Millis) -> rusqlite::Result<u64> {
    // In the order in which they ended, but for clocks that were set back: those go with the next ones.
    let sql = "DELETE FROM delivery WHERE no IN (SELECT no FROM delivery ORDER BY no LIMIT ?2) AND ended_at < ?1";
    let pruned = connection.prepare_cached(sql)?.execute(params![ended_before.0, ROWS_MAX])?;
    let sql = "DELETE FROM rollup WHERE (subscription, day, status) IN
        (SELECT subscription, day, status FROM rollup WHERE day < ?1 LIMIT ?2)";
    connection.prepare_cached(sql)?.execute(params![day_of(ended_before) - ROLLUP_DAYS, ROWS_MAX])?;
    Ok(pruned as u64)
}

/// Removes a part of what is kept for a subscription; answers whether that was all.
pub(super) fn forget(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<bool> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(true) };
    if !bundles::forget(connection, no, ROWS_MAX / bundles::DELIVERIES_MAX as i64)? {
        return Ok(false);
    }
    for table in ["outbox", "delivery"] {
        let sql = format!("DELETE FROM {table} WHERE no IN (SELECT no FROM {table} WHERE subscription = ?1 LIMIT ?2)");
        if connection.prepare_cached(&sql)?.execute(params![no, ROWS_MAX])? as i64 == ROWS_MAX {
            return Ok(false);
        }
    }
    // Of these there are a few thousand at most.
    for table in ["rollup", "replay", "consumer"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE subscription = ?1"))?.execute([no])?;
    }
    connection.prepare_cached("DELETE FROM subscription WHERE no = ?1")?.execute([no])?;
    Ok(true)
}
