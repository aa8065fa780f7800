//! Deliveries that could not be read: kept, bounded per workspace, the oldest going first.

use hookline_model::{
    id::{QuarantineId, WorkspaceId},
    platform::Platform,
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{metrics::QUARANTINE_EVICTED, open::failed};
use crate::{
    Error, Quarantined,
    query::{PAGE_BODY_BYTES_MAX, Page, PageRequest},
};

/// Deliveries of one workspace that are kept.
pub(super) const COUNT_MAX: i64 = 10_000;
/// Their bytes.
const BYTES_MAX: i64 = 64 * 1024 * 1024;

/// Keeps a delivery, inside the writer's transaction.
pub(super) fn put(log: &Connection, no: i64, delivery: &Quarantined) -> Result<(), Error> {
    let run = || -> Result<(), rusqlite::Error> {
        let headers = serde_json::to_string(&delivery.headers).unwrap_or_default();
        let bytes = (delivery.body.len() + headers.len() + delivery.reason.len()) as i64;
        let sql = "INSERT INTO quarantine (id, workspace, platform, received_at, reason, headers, bytes, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING";
        let kept = log.prepare_cached(sql)?.execute(params![
            delivery.id.0,
            no,
            delivery.platform.name(),
            delivery.received_at.0,
            delivery.reason,
            headers,
            bytes,
            delivery.body,
        ])?;
        if kept == 0 {
            // A second try of a caller that never saw the answer to the first.
            return Ok(());
        }
        let add = "INSERT INTO quarantine_total (workspace, count, bytes) VALUES (?1, 1, ?2)
            ON CONFLICT (workspace) DO UPDATE SET count = count + 1, bytes = bytes + excluded.bytes";
        log.prepare_cached(add)?.execute(params![no, bytes])?;
        while over_bound(log, no)? && evict_oldest(log, no)? {}
        Ok(())
    };
    run().map_err(|error| failed("keep a delivery in quarantine", &error))
}

fn over_bound(log: &Connection, no: i64) -> Result<bool, rusqlite::Error> {
    let sql = "SELECT count > ?2 OR bytes > ?3 FROM quarantine_total WHERE workspace = ?1";
    log.prepare_cached(sql)?.query_row(params![no, COUNT_MAX, BYTES_MAX], |row| row.get(0))
}

/// Removes the oldest delivery; `false` if there was none.
fn evict_oldest(log: &Connection, no: i64) -> Result<bool, rusqlite::Error> {
    let find = "SELECT id FROM quarantine WHERE workspace = ?1 ORDER BY received_at, id LIMIT 1";
    let oldest: Option<Uuid> = log.prepare_cached(find)?.query_row([no], |row| row.get(0)).optional()?;
    let evicted = oldest.map(|id| take(log, no, id)).transpose()?.unwrap_or(false);
    if evicted {
        metrics::counter!(QUARANTINE_EVICTED).increment(1);
    }
    Ok(evicted)
}

/// Takes a delivery out; `false` if it is not there.
fn take(log: &Connection, no: i64, id: Uuid) -> Result<bool, rusqlite::Error> {
    let take = "DELETE FROM quarantine WHERE id = ?1 AND workspace = ?2 RETURNING bytes";
    let bytes: Option<i64> = log.prepare_cached(take)?.query_row(params![id, no], |row| row.get(0)).optional()?;
    let Some(bytes) = bytes else { return Ok(false) };
    let count = "UPDATE quarantine_total SET count = count - 1, bytes = bytes - ?2 WHERE workspace = ?1";
    log.prepare_cached(count)?.execute(params![no, bytes])?;
    Ok(true)
}

/// Takes a delivery out, inside the writer's transaction; `false` if it is not there (any more).
pub(super) fn remove(log: &Connection, no: i64, id: QuarantineId) -> Result<bool, Error> {
    take(log, no, id.0).map_err(|error| failed("take a delivery out of quarantine", &error))
}

/// Writes down why a delivery still cannot be read, inside the writer's transaction; `false` if it is not there (any more).
pub(super) fn set_reason(log: &Connection, no: i64, id: QuarantineId, reason: &str) -> Result<bool, Error> {
    let run = || -> Result<bool, rusqlite::Error> {
        let find = "SELECT octet_length(reason) FROM quarantine WHERE id = ?1 AND workspace = ?2";
        let former: Option<i64> = log.prepare_cached(find)?.query_row(params![id.0, no], |row| row.get(0)).optional()?;
        let Some(former) = former else { return Ok(false) };
        let more = reason.len() as i64 - former;
        let set = "UPDATE quarantine SET reason = ?3, bytes = bytes + ?4 WHERE id = ?1 AND workspace = ?2";
        log.prepare_cached(set)?.execute(params![id.0, no, reason, more])?;
        let count = "UPDATE quarantine_total SET bytes = bytes + ?2 WHERE workspace = ?1";
        log.prepare_cached(count)?.execute(params![no, more])?;
        Ok(true)
    };
    run().map_err(|error| failed("keep a delivery in quarantine", &error))
}

/// A page of a workspace's quarantine, newest first.
pub(super) fn page(log: &Connection, no: i64, workspace: WorkspaceId, request: &PageRequest) -> Result<Page<Quarantined>, Error> {
    let sql = "SELECT id, platform, received_at, reason, headers, body FROM quarantine
        WHERE workspace = ?1 AND (?2 IS NULL OR (received_at, id) < (?2, ?3))
        ORDER BY received_at DESC, id DESC LIMIT ?4";
    let after = request.after.as_ref();
    let run = || -> Result<(Vec<Quarantined>, bool), rusqlite::Error> {
        let values = params![no, after.map(|cursor| cursor.at.0), after.map(|cursor| &cursor.key), request.limit as i64];
        let mut statement = log.prepare_cached(sql)?;
        let mut found = statement.query_map(values, |row| read(row, workspace))?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = found.next().transpose()? {
            bytes += row.body.len();
            rows.push(row);
            if bytes > PAGE_BODY_BYTES_MAX {
                return Ok((rows, true));
            }
        }
        let full = rows.len() == request.limit;
        Ok((rows, full))
    };
    let (rows, more) = run().map_err(|error| failed("read the quarantine", &error))?;
    let next = rows.last().filter(|_| more).map(Quarantined::cursor);
    Ok(Page { rows, next })
}

/// One delivery of a workspace's quarantine.
pub(super) fn one(log: &Connection, no: i64, workspace: WorkspaceId, id: QuarantineId) -> Result<Option<Quarantined>, Error> {
    let sql = "SELECT id, platform, received_at, reason, headers, body FROM quarantine WHERE id = ?1 AND workspace = ?2";
    let run = || log.prepare_cached(sql)?.query_row(params![id.0, no], |row| read(row, workspace)).optional();
    run().map_err(|error| failed("read the quarantine", &error))
}

fn read(row: &Row<'_>, workspace: WorkspaceId) -> Result<Quarantined, rusqlite::Error> {
    let platform: String = row.get(1)?;
    Ok(Quarantined {
        id: QuarantineId(row.get(0)?),
        workspace,
        platform: platform.parse().unwrap_or(Platform::Hookline),
        received_at: Millis(row.get(2)?),
        reason: row.get(3)?,
        headers: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
        body: row.get(5)?,
    })
}
