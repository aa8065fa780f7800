//! Trying deliveries again that somebody asks for.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    bundles, read, replays, rollup,
    write::{id_head, status_number, waiting_status},
};
use crate::deliveries::DeliveryStatus;

/// Brings deliveries that failed back into the outbox; answers how many, and of whom.
pub(super) fn revive(connection: &Connection, ids: &[DeliveryId], now: Millis) -> rusqlite::Result<(u64, Vec<SubscriptionId>)> {
    let (mut revived, mut of) = (0, Vec::new());
    for id in ids {
        let find = "SELECT delivery.no, subscription, run, created_at, tries, owner.id
            FROM delivery CROSS JOIN subscription AS owner ON owner.no = subscription
            WHERE id_head = ?1 AND delivery.id = ?2 AND status = ?3 AND body IS NOT NULL";
        let failed = DeliveryStatus::Failed;
        let found: Option<(i64, i64, u32, i64, i64, SubscriptionId)> = connection
            .prepare_cached(find)?
            .query_row(params![id_head(*id), id.0, status_number(failed)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, SubscriptionId(row.get(5)?)))
            })
            .optional()?;
        let Some((row, subscription, run, created_at, tries, owner)) = found else { continue };
        bundles::undo_of(connection, subscription)?;
        let back = "INSERT INTO outbox (subscription, position, run, id, workspace, event, kind, lane, contact, created_at,
                due_at, charged, tries, attempts, content_type, body)
            SELECT subscription, position, run, id, workspace, event, kind, lane, contact, created_at, ?2, 0, tries, attempts,
                content_type, body
            FROM delivery WHERE no = ?1
            ON CONFLICT (subscription, position, run) DO NOTHING";
        if connection.prepare_cached(back)?.execute(params![row, now.0])? == 0 {
            continue;
        }
        connection.prepare_cached("DELETE FROM delivery WHERE no = ?1")?.execute([row])?;
        connection.prepare_cached("UPDATE subscription SET failed = failed - 1 WHERE no = ?1")?.execute([subscription])?;
        rollup::count(connection, subscription, created_at, failed, -1)?;
        rollup::count(connection, subscription, created_at, waiting_status(tries), 1)?;
        replays::ended(connection, subscription, run, failed, -1)?;
        revived += 1;
        if !of.contains(&owner) {
            of.push(owner);
        }
    }
    Ok((revived, of))
}

/// Has a delivery tried again at once, if it can be; answers how it stood, and whose it is.
pub(super) fn retry(
    connection: &Connection,
    id: DeliveryId,
    now: Millis,
) -> rusqlite::Result<Option<(DeliveryStatus, SubscriptionId)>> {
    bundles::undo_with(connection, id)?;
    let Some(row) = read::one(connection, id)? else { return Ok(None) };
    match row.status {
        DeliveryStatus::Failed => {
            revive(connection, &[id], now)?;
        }
        DeliveryStatus::Pending | DeliveryStatus::Retrying => {
            let sql = "UPDATE outbox SET due_at = min(due_at, ?2) WHERE id = ?1";
            connection.prepare_cached(sql)?.execute(params![id.0, now.0])?;
        }
        DeliveryStatus::Delivered | DeliveryStatus::Skipped => {}
    }
    Ok(Some((row.status, row.subscription)))
}
