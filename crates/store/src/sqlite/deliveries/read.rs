//! Reading deliveries.db.

use std::borrow::Cow;

use bytes::Bytes;
use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params, types::Type};

use super::{
    bundles, packed,
    write::{id_head, number_of, status_number},
};
use crate::{
    deliveries::{DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStatus, Lane, Outgoing, Standing},
    query::{Cursor, Page, PageRequest},
};

/// Where every subscription stands.
pub(super) fn standings(connection: &Connection) -> rusqlite::Result<Vec<(SubscriptionId, Standing)>> {
    let sql = "SELECT id, fast, bulk, failed_in_row, delivered, failed, skipped, not_expressible, warned
        FROM subscription";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let standing = Standing {
            fast: count(row, 1)?,
            bulk: count(row, 2)?,
            failed_in_row: row.get(3)?,
            delivered: count(row, 4)?,
            failed: count(row, 5)?,
            skipped: count(row, 6)?,
            not_expressible: count(row, 7)?,
            warned: row.get(8)?,
        };
        Ok((SubscriptionId(row.get(0)?), standing))
    })?;
    rows.collect()
}

/// A number that is never negative.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    kind_of(row.get(column)?, column)
}

/// The kind that has a rank.
pub(super) fn kind_of(rank: u8, column: usize) -> rusqlite::Result<Kind> {
    Kind::from_rank(rank).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, format!("no kind has rank {rank}").into())
    })
}

/// How a delivery stands.
pub(super) fn status(row: &Row<'_>, column: usize) -> rusqlite::Result<DeliveryStatus> {
    let number: u8 = row.get(column)?;
    DeliveryStatus::ALL
        .get(usize::from(number))
        .copied()
        .ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, format!("no status is {number}").into()))
}

/// What an [`Outgoing`] is read from; without its body and attempts these are empty.
const OUTBOX: &str = "position, run, id, workspace, event, kind, lane, contact, created_at, due_at, charged";

fn outbox_row(row: &Row<'_>, subscription: SubscriptionId) -> rusqlite::Result<Outgoing> {
    Ok(Outgoing {
        subscription,
        key: DeliveryKey { position: count(row, 0)?, run: row.get(1)? },
        id: DeliveryId(row.get(2)?),
        workspace: WorkspaceId(row.get(3)?),
        event_id: EventId(row.get(4)?),
        kind: kind(row, 5)?,
        lane: if row.get::<_, i64>(6)? == 0 { Lane::Fast } else { Lane::Bulk },
        contact: row.get::<_, Option<i64>>(7)?.map(i64::cast_unsigned),
        created_at: Millis(row.get(8)?),
        due_at: Millis(row.get(9)?),
        charged: row.get(10)?,
        attempts: Vec::new(),
        content_type: Cow::default(),
        body: Bytes::new(),
    })
}

/// What is on its way to a subscription, by when it is due.
pub(super) fn waiting(connection: &Connection, subscription: SubscriptionId, limit: usize) -> rusqlite::Result<Vec<Outgoing>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {OUTBOX} FROM outbox WHERE subscription = ?1 ORDER BY due_at, no LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![no, limit as i64], |row| outbox_row(row, subscription))?.collect()
}

/// Deliveries on their way, whole.
pub(super) fn outgoing(
    connection: &Connection,
    subscription: SubscriptionId,
    keys: &[DeliveryKey],
) -> rusqlite::Result<Vec<Outgoing>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT {OUTBOX}, attempts, content_type, body FROM outbox WHERE subscription = ?1 AND position = ?2 AND run = ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let row = statement
            .query_row(params![no, key.position.cast_signed(), key.run], |row| {
                let attempts: Option<Vec<u8>> = row.get(11)?;
                let attempts = packed::unpack(attempts.as_deref())?;
                let (content_type, body) = (row.get::<_, String>(12)?.into(), row.get::<_, Vec<u8>>(13)?.into());
                Ok(Outgoing { attempts, content_type, body, ..outbox_row(row, subscription)? })
            })
            .optional()?;
        found.extend(row);
    }
    Ok(found)
}

/// What a [`DeliveryRow`] is read from, of both tables.
pub(super) const OF_OUTBOX: &str =
    "no, position, run, id, workspace, event, kind, CASE WHEN tries = 0 THEN 0 ELSE 1 END, NULL, created_at,
    due_at, tries, content_type";
pub(super) const OF_DELIVERY: &str =
    "no, position, run, id, workspace, event, kind, status, reason, created_at, ended_at, tries, content_type";

pub(super) fn delivery_row(row: &Row<'_>, subscription: SubscriptionId) -> rusqlite::Result<(i64, DeliveryRow)> {
    let shown = DeliveryRow {
        subscription,
        key: DeliveryKey { position: count(row, 1)?, run: row.get(2)? },
        id: DeliveryId(row.get(3)?),
        workspace: WorkspaceId(row.get(4)?),
        event_id: EventId(row.get(5)?),
        kind: kind(row, 6)?,
        status: status(row, 7)?,
        reason: row.get(8)?,
        created_at: Millis(row.get(9)?),
        at: Millis(row.get(10)?),
        tries: row.get(11)?,
        content_type: row.get(12)?,
        attempts: Vec::new(),
        body: None,
    };
    Ok((row.get(0)?, shown))
}

/// The two parts of the list: those on their way go before those that ended.
const ON_THEIR_WAY: Millis = Millis(1);
const ENDED: Millis = Millis(0);

/// A page of a subscription's deliveries: those on their way, newest first, then those that ended, last first.
pub(super) fn page(
    connection: &Connection,
    subscription: SubscriptionId,
    filter: &DeliveryFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<DeliveryRow>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(Page { rows: Vec::new(), next: None }) };
    let below = |part: Millis| match &request.after {
        Some(cursor) if cursor.at == part => cursor.key.as_slice().try_into().map_or(i64::MAX, i64::from_be_bytes),
        Some(cursor) if cursor.at < part => 0,
        _ => i64::MAX,
    };
    let (since, until) = (filter.since.map_or(i64::MIN, |at| at.0), filter.until.map_or(i64::MAX, |at| at.0));
    let period = "AND created_at >= ?3 AND created_at < ?4 ORDER BY no DESC LIMIT ?5";
    let mut rows: Vec<(Millis, i64, DeliveryRow)> = Vec::new();
    let mut read = |part: Millis, sql: &str| -> rusqlite::Result<()> {
        let left = (request.limit - rows.len()) as i64;
        let values: [&dyn ToSql; 5] = [&no, &below(part), &since, &until, &left];
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map(values, |row| delivery_row(row, subscription))?;
        for row in found {
            let (no, row) = row?;
            rows.push((part, no, row));
        }
        Ok(())
    };
    let tried = match filter.status {
        None => Some(""),
        Some(DeliveryStatus::Pending) => Some("AND tries = 0"),
        Some(DeliveryStatus::Retrying) => Some("AND tries > 0"),
        Some(_) => None,
    };
    if let Some(tried) = tried.filter(|_| filter.ended_since.is_none()) {
        read(ON_THEIR_WAY, &format!("SELECT {OF_OUTBOX} FROM outbox WHERE subscription = ?1 AND no < ?2 {tried} {period}"))?;
    }
    let ended = match filter.status {
        None => Some(String::new()),
        Some(DeliveryStatus::Pending | DeliveryStatus::Retrying) => None,
        // As the index has it, which has those alone.
        Some(DeliveryStatus::Delivered) => Some(format!("AND status = {}", status_number(DeliveryStatus::Delivered))),
        Some(status) => {
            Some(format!("AND status = {} AND status <> {}", status_number(status), status_number(DeliveryStatus::Delivered)))
        }
    };
    if let Some(mut status) = ended {
        if let Some(ended_since) = filter.ended_since {
            status.push_str(&format!(" AND ended_at >= {}", ended_since.0));
        }
        read(ENDED, &format!("SELECT {OF_DELIVERY} FROM delivery WHERE subscription = ?1 AND no < ?2 {status} {period}"))?;
    }
    let next = rows.last().filter(|_| rows.len() >= request.limit);
    let next = next.map(|(part, no, _)| Cursor { at: *part, key: no.to_be_bytes().to_vec() });
    Ok(Page { rows: rows.into_iter().map(|(_, _, row)| row).collect(), next })
}

/// One delivery, whole.
pub(super) fn one(connection: &Connection, id: DeliveryId) -> rusqlite::Result<Option<DeliveryRow>> {
    let whole = |row: &Row<'_>| {
        let subscription = SubscriptionId(row.get(15)?);
        let (_, shown) = delivery_row(row, subscription)?;
        let attempts: Option<Vec<u8>> = row.get(13)?;
        Ok(DeliveryRow { attempts: packed::unpack(attempts.as_deref())?, body: row.get(14)?, ..shown })
    };
    let owner = "(SELECT owner.id FROM subscription AS owner WHERE owner.no = subscription)";
    let sql = format!("SELECT {OF_OUTBOX}, attempts, body, {owner} FROM outbox WHERE id = ?1");
    let waiting = connection.prepare_cached(&sql)?.query_row([id.0], whole).optional()?;
    if waiting.is_some() {
        return Ok(waiting);
    }
    let sql =
        format!("SELECT {OF_DELIVERY}, attempts, body, {owner} FROM delivery WHERE id_head = ?1 AND id = ?2 ORDER BY no DESC");
    let ended = connection.prepare_cached(&sql)?.query_row(params![id_head(id), id.0], whole).optional()?;
    if ended.is_some() { Ok(ended) } else { bundles::one(connection, id) }
}
