//! Replays: jobs that put deliveries into the outbox, with a cursor of their own.

use hookline_model::{id::SubscriptionId, time::Millis};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};

use super::{
    sums::Sums,
    write,
    write::{Held, number_for, number_of},
};
use crate::{
    Error,
    deliveries::DeliveryStatus,
    redelivery::{NewReplay, REPLAYS_KEPT_MAX, REPLAYS_RUNNING_MAX, Replay, ReplayStatus, ReplayStep},
};

/// Why deliveries of a replay that was cancelled were skipped.
const CANCELLED: &str = "the replay was cancelled";

/// The number of a status in the file; append-only.
fn number(status: ReplayStatus) -> i64 {
    ReplayStatus::ALL.iter().position(|known| *known == status).map_or(0, |place| place as i64)
}

const COLUMNS: &str =
    "run, since, until, filter, begin, after, through, status, created_at, ended_at, dispatched, not_expressible,
    delivered, failed, skipped";

fn replay(row: &Row<'_>, subscription: SubscriptionId) -> rusqlite::Result<Replay> {
    let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let status: u8 = row.get(7)?;
    let unknown = || rusqlite::Error::FromSqlConversionFailure(7, Type::Integer, format!("no status is {status}").into());
    Ok(Replay {
        subscription,
        run: row.get(0)?,
        since: Millis(row.get(1)?),
        until: Millis(row.get(2)?),
        filter: row.get(3)?,
        begin: count(4)?,
        after: count(5)?,
        through: count(6)?,
        status: ReplayStatus::ALL.get(usize::from(status)).copied().ok_or_else(unknown)?,
        created_at: Millis(row.get(8)?),
        ended_at: row.get::<_, Option<i64>>(9)?.map(Millis),
        dispatched: count(10)?,
        not_expressible: count(11)?,
        delivered: count(12)?,
        failed: count(13)?,
        skipped: count(14)?,
    })
}

/// A subscription's replays, the last one first.
pub(super) fn all(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<Vec<Replay>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(Vec::new()) };
    let sql = format!("SELECT {COLUMNS} FROM replay WHERE subscription = ?1 ORDER BY run DESC LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![no, REPLAYS_KEPT_MAX as i64], |row| replay(row, subscription))?.collect()
}

fn one(connection: &Connection, subscription: SubscriptionId, run: u32) -> rusqlite::Result<Option<Replay>> {
    let Some(no) = number_of(connection, subscription)? else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM replay WHERE subscription = ?1 AND run = ?2");
    connection.prepare_cached(&sql)?.query_row(params![no, run], |row| replay(row, subscription)).optional()
}

/// Begins a replay.
pub(super) fn start(connection: &Connection, new: &NewReplay) -> rusqlite::Result<Result<Replay, Error>> {
    let subscription = new.subscription;
    let no = number_for(connection, subscription)?;
    if let Some(once) = &new.once {
        let sql = format!("SELECT {COLUMNS} FROM replay WHERE once = ?1 AND subscription = ?2");
        let values = params![once.as_slice(), no];
        let made = connection.prepare_cached(&sql)?.query_row(values, |row| replay(row, subscription)).optional()?;
        if let Some(made) = made {
            return Ok(Ok(made));
        }
    }
    let kept = all(connection, subscription)?;
    if kept.iter().filter(|replay| replay.status == ReplayStatus::Running).count() >= REPLAYS_RUNNING_MAX {
        let why = format!("{REPLAYS_RUNNING_MAX} replays of this webhook are running. Wait for one, or cancel it.");
        return Ok(Err(Error::Conflict(why)));
    }
    if kept.len() >= REPLAYS_KEPT_MAX
        && let Some(oldest) = kept.iter().rev().find(|replay| replay.status != ReplayStatus::Running)
    {
        connection.prepare_cached("DELETE FROM replay WHERE subscription = ?1 AND run = ?2")?.execute(params![no, oldest.run])?;
    }
    let run: u32 = connection
        .prepare_cached("UPDATE subscription SET runs = runs + 1 WHERE no = ?1 RETURNING runs")?
        .query_row([no], |row| row.get(0))?;
    let is_empty = new.after >= new.through;
    let status = if is_empty { ReplayStatus::Done } else { ReplayStatus::Running };
    let sql = format!(
        "INSERT INTO replay (subscription, once, run, since, until, filter, begin, after, through, status, created_at, ended_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11) RETURNING {COLUMNS}"
    );
    let values = params![
        no,
        new.once.as_ref().map(<[u8; 32]>::as_slice),
        run,
        new.since.0,
        new.until.0,
        new.filter,
        new.after.cast_signed(),
        new.through.cast_signed(),
        number(status),
        new.created_at.0,
        is_empty.then_some(new.created_at.0),
    ];
    connection.prepare_cached(&sql)?.query_row(values, |row| replay(row, subscription)).map(Ok)
}

/// Moves a replay on; answers whether it was running.
pub(super) fn go_on(connection: &Connection, step: &ReplayStep) -> rusqlite::Result<bool> {
    let is_running = |replay: &Replay| replay.status == ReplayStatus::Running;
    let Some(replay) = one(connection, step.subscription, step.run)?.filter(is_running) else { return Ok(false) };
    write::put_all(connection, &step.outgoing)?;
    let is_done = step.after >= replay.through;
    let status = if is_done { ReplayStatus::Done } else { ReplayStatus::Running };
    let sql = "UPDATE replay SET after = max(after, ?3), dispatched = dispatched + ?4, not_expressible = not_expressible + ?5,
            status = ?6, ended_at = ?7
        WHERE subscription = (SELECT no FROM subscription WHERE id = ?1) AND run = ?2";
    connection.prepare_cached(sql)?.execute(params![
        step.subscription.0,
        step.run,
        step.after.cast_signed(),
        step.outgoing.len() as i64,
        step.not_expressible.cast_signed(),
        number(status),
        is_done.then_some(step.at.0),
    ])?;
    Ok(true)
}

/// Counts a delivery of a replay that ended, or came back.
pub(super) fn ended(
    connection: &Connection,
    subscription: i64,
    run: u32,
    status: DeliveryStatus,
    by: i64,
) -> rusqlite::Result<()> {
    let column = match status {
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Failed => "failed",
        DeliveryStatus::Skipped => "skipped",
        DeliveryStatus::Pending | DeliveryStatus::Retrying => return Ok(()),
    };
    if run == 0 {
        return Ok(());
    }
    let sql = format!("UPDATE replay SET {column} = {column} + ?3 WHERE subscription = ?1 AND run = ?2");
    connection.prepare_cached(&sql)?.execute(params![subscription, run, by]).map(|_| ())
}

/// Cancels a replay, and skips what of it is on its way: as much as waits for one receiver, which is bounded.
pub(super) fn cancel(
    connection: &Connection,
    subscription: SubscriptionId,
    run: u32,
    now: Millis,
) -> rusqlite::Result<Option<Replay>> {
    let Some(replay) = one(connection, subscription, run)? else { return Ok(None) };
    let Some(no) = number_of(connection, subscription)? else { return Ok(None) };
    if replay.status == ReplayStatus::Cancelled {
        return Ok(Some(replay));
    }
    let sql = format!("SELECT {} FROM outbox WHERE subscription = ?1 AND run = ?2", Held::COLUMNS);
    let held: Vec<Held> =
        connection.prepare_cached(&sql)?.query_map(params![no, run], Held::read)?.collect::<rusqlite::Result<_>>()?;
    // One that has found all it was after may still have most of it on its way.
    if replay.status == ReplayStatus::Running || !held.is_empty() {
        let sql = "UPDATE replay SET status = ?3, ended_at = ?4 WHERE subscription = ?1 AND run = ?2";
        connection.prepare_cached(sql)?.execute(params![no, run, number(ReplayStatus::Cancelled), now.0])?;
        let mut sums = Sums::default();
        for held in held {
            write::end(connection, &held, DeliveryStatus::Skipped, Some(CANCELLED), now, &mut sums)?;
        }
        sums.write(connection)?;
    }
    one(connection, subscription, run)
}
