//! Writing deliveries down, inside the writer's transaction.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    bundles::{self, Bundles},
    packed, replays, rollup,
    sums::Sums,
    warned,
};
use crate::deliveries::{AttemptRow, DeliveryKey, DeliveryRow, DeliveryStatus, Dispatch, Lane, Moved, Outcome, Outgoing};

/// The number of a status in the file; append-only.
pub(super) fn status_number(status: DeliveryStatus) -> i64 {
    DeliveryStatus::ALL.iter().position(|known| *known == status).map_or(0, |place| place as i64)
}

/// The number of a lane in the file.
pub(super) fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Fast => 0,
        Lane::Bulk => 1,
    }
}

/// The first eight bytes of an id.
pub(super) fn id_head(id: DeliveryId) -> i64 {
    id.0.as_u64_pair().0.cast_signed()
}

/// The number of a subscription, if anything was ever written of it.
pub(super) fn number_of(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT no FROM subscription WHERE id = ?1")?
        .query_row([subscription.0], |row| row.get(0))
        .optional()
}

/// The same, given to it if nothing was.
pub(super) fn number_for(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<i64> {
    if let Some(no) = number_of(connection, subscription)? {
        return Ok(no);
    }
    connection.prepare_cached("INSERT INTO subscription (id, fast, bulk) VALUES (?1, 0, 0)")?.execute([subscription.0])?;
    Ok(connection.last_insert_rowid())
}

/// Moves subscriptions on.
pub(super) fn dispatch(connection: &Connection, dispatch: &Dispatch) -> rusqlite::Result<()> {
    let mut sums = Sums::default();
    for of_one in dispatch.outgoing.chunk_by(|one, next| one.subscription == next.subscription) {
        let no = number_for(connection, of_one[0].subscription)?;
        for outgoing in bundles::put(connection, no, of_one, &mut sums)? {
            put(connection, no, outgoing, &mut sums)?;
        }
    }
    sums.write(connection)?;
    for row in &dispatch.skipped {
        skip(connection, row)?;
    }
    for Moved { subscription, fast, bulk, not_expressible } in &dispatch.moved {
        let no = number_for(connection, *subscription)?;
        let sql = "UPDATE subscription SET fast = max(fast, ?2), bulk = max(bulk, ?3),
            not_expressible = not_expressible + ?4 WHERE no = ?1";
        let values = params![no, fast.cast_signed(), bulk.cast_signed(), not_expressible.cast_signed()];
        connection.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

/// Puts deliveries of a replay into the outbox, but for those that are there.
pub(super) fn put_all(connection: &Connection, outgoing: &[Outgoing]) -> rusqlite::Result<()> {
    let mut sums = Sums::default();
    for of_one in outgoing.chunk_by(|one, next| one.subscription == next.subscription) {
        let no = number_for(connection, of_one[0].subscription)?;
        bundles::undo_of(connection, no)?;
        for outgoing in of_one {
            put(connection, no, outgoing, &mut sums)?;
        }
    }
    sums.write(connection)
}

fn put(connection: &Connection, no: i64, outgoing: &Outgoing, sums: &mut Sums) -> rusqlite::Result<()> {
    if insert(connection, no, outgoing)? {
        sums.count(no, outgoing.created_at.0, waiting_status(outgoing.attempts.len() as i64), 1);
    }
    Ok(())
}

/// Makes a row of the outbox; answers whether there was none.
pub(super) fn insert(connection: &Connection, no: i64, outgoing: &Outgoing) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO outbox (subscription, position, run, id, workspace, event, kind, lane, contact, created_at, due_at,
            charged, tries, attempts, content_type, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (subscription, position, run) DO NOTHING";
    let tries = outgoing.attempts.len() as i64;
    let rows = connection.prepare_cached(sql)?.execute(params![
        no,
        outgoing.key.position.cast_signed(),
        outgoing.key.run,
        outgoing.id.0,
        outgoing.workspace.0,
        outgoing.event_id.0,
        outgoing.kind.rank(),
        lane_number(outgoing.lane),
        outgoing.contact.map(u64::cast_signed),
        outgoing.created_at.0,
        outgoing.due_at.0,
        outgoing.charged,
        tries,
        packed::pack(&outgoing.attempts)?,
        outgoing.content_type,
        &outgoing.body[..],
    ])?;
    Ok(rows > 0)
}

/// How a delivery stands that is on its way.
pub(super) fn waiting_status(tries: i64) -> DeliveryStatus {
    if tries == 0 { DeliveryStatus::Pending } else { DeliveryStatus::Retrying }
}

fn skip(connection: &Connection, row: &DeliveryRow) -> rusqlite::Result<()> {
    let no = number_for(connection, row.subscription)?;
    let sql = "INSERT INTO delivery (subscription, position, run, id, id_head, workspace, event, kind, lane, contact, status,
            reason, created_at, ended_at, charged, tries, attempts, content_type, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, NULL, ?9, ?10, ?11, ?12, 0, 0, NULL, ?13, ?14)";
    connection.prepare_cached(sql)?.execute(params![
        no,
        row.key.position.cast_signed(),
        row.key.run,
        row.id.0,
        id_head(row.id),
        row.workspace.0,
        row.event_id.0,
        row.kind.rank(),
        status_number(DeliveryStatus::Skipped),
        row.reason,
        row.created_at.0,
        row.at.0,
        row.content_type,
        row.body,
    ])?;
    rollup::count(connection, no, row.created_at.0, DeliveryStatus::Skipped, 1)?;
    connection.prepare_cached("UPDATE subscription SET skipped = skipped + 1 WHERE no = ?1")?.execute([no]).map(|_| ())
}

/// Writes down how tries ended.
pub(super) fn finish(connection: &Connection, outcomes: &[Outcome]) -> rusqlite::Result<()> {
    let (mut sums, mut bundles, mut known) = (Sums::default(), Bundles::default(), None);
    for outcome in outcomes {
        let (Outcome::Again { subscription, key, attempt, .. } | Outcome::Ended { subscription, key, attempt, .. }) = outcome;
        let no = match known {
            Some((known, no)) if known == *subscription => no,
            _ => number_of(connection, *subscription)?,
        };
        known = Some((*subscription, no));
        let Some(no) = no else { continue };
        let status = if let Outcome::Ended { status, .. } = outcome { Some(*status) } else { None };
        let found = match bundles.take(connection, no, *key, status)? {
            None => held(connection, no, *key)?,
            bundled => bundled,
        };
        let Some(held) = found else { continue };
        let held = held.tried(attempt.as_deref())?;
        match outcome {
            Outcome::Again { due_at, charged, .. } => {
                let sql = "UPDATE outbox SET due_at = ?2, charged = ?3, tries = ?4, attempts = ?5 WHERE no = ?1";
                connection.prepare_cached(sql)?.execute(params![held.row, due_at.0, charged, held.tries, held.attempts])?;
                held.moves_to(&mut sums, waiting_status(held.tries));
            }
            Outcome::Ended { status, reason, at, warning, .. } => {
                end(connection, &held, *status, reason.as_deref(), *at, &mut sums)?;
                if let Some(warning) = warning.as_deref().filter(|_| *status == DeliveryStatus::Failed) {
                    let is_anew = sums.takes_anew(held.subscription);
                    warned::put(connection, held.subscription, warning, *at, is_anew)?;
                }
            }
        }
    }
    bundles.write(connection)?;
    sums.write(connection)
}

/// A delivery on its way but for its body.
pub(super) struct Held {
    /// Its row in the table `outbox`; none of what was taken out of a bundle.
    pub(super) row: Option<i64>,
    pub(super) subscription: i64,
    pub(super) position: i64,
    pub(super) run: u32,
    pub(super) id: DeliveryId,
    pub(super) workspace: Uuid,
    pub(super) event: Uuid,
    pub(super) kind: u8,
    pub(super) lane: i64,
    pub(super) contact: Option<i64>,
    pub(super) created_at: i64,
    pub(super) charged: u32,
    pub(super) content_type: String,
    /// How it stood before.
    pub(super) was: DeliveryStatus,
    pub(super) tries: i64,
    pub(super) attempts: Option<Vec<u8>>,
}

impl Held {
    /// Reads [`Held::COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Held> {
        let tries = row.get(13)?;
        Ok(Held {
            row: row.get(0)?,
            subscription: row.get(1)?,
            position: row.get(2)?,
            run: row.get(3)?,
            id: DeliveryId(row.get(4)?),
            workspace: row.get(5)?,
            event: row.get(6)?,
            kind: row.get(7)?,
            lane: row.get(8)?,
            contact: row.get(9)?,
            created_at: row.get(10)?,
            charged: row.get(11)?,
            content_type: row.get(12)?,
            was: waiting_status(tries),
            tries,
            attempts: row.get(14)?,
        })
    }

    /// What it is read from, of the table `outbox`.
    pub(super) const COLUMNS: &str =
        "no, subscription, position, run, id, workspace, event, kind, lane, contact, created_at, charged, content_type, tries,
        attempts";

    /// The same with one more try, if there was one.
    fn tried(mut self, attempt: Option<&AttemptRow>) -> rusqlite::Result<Held> {
        if let Some(attempt) = attempt {
            self.attempts = match self.attempts.as_deref() {
                None => packed::pack(std::slice::from_ref(attempt))?,
                Some(before) => {
                    let mut attempts = packed::unpack(Some(before))?;
                    packed::push(&mut attempts, attempt.clone());
                    packed::pack(&attempts)?
                }
            };
            self.tries += 1;
        }
        Ok(self)
    }

    fn moves_to(&self, sums: &mut Sums, status: DeliveryStatus) {
        if status != self.was {
            sums.count(self.subscription, self.created_at, self.was, -1);
            sums.count(self.subscription, self.created_at, status, 1);
        }
    }
}

/// The row of the outbox with this key.
fn held(connection: &Connection, no: i64, key: DeliveryKey) -> rusqlite::Result<Option<Held>> {
    let sql = format!("SELECT {} FROM outbox WHERE subscription = ?1 AND position = ?2 AND run = ?3", Held::COLUMNS);
    let values = params![no, key.position.cast_signed(), key.run];
    connection.prepare_cached(&sql)?.query_row(values, Held::read).optional()
}

/// Moves a delivery from the outbox to those that ended.
pub(super) fn end(
    connection: &Connection,
    held: &Held,
    status: DeliveryStatus,
    reason: Option<&str>,
    at: Millis,
    sums: &mut Sums,
) -> rusqlite::Result<()> {
    // Row by row and not from a SELECT: of every page that such a statement changes SQLite keeps a copy until it ends.
    let body: Option<Vec<u8>> = match status {
        DeliveryStatus::Delivered => None,
        _ => connection.prepare_cached("SELECT body FROM outbox WHERE no = ?1")?.query_row([held.row], |row| row.get(0))?,
    };
    let keep = "INSERT INTO delivery (subscription, position, run, id, id_head, workspace, event, kind, lane, contact, status,
            reason, created_at, ended_at, charged, tries, attempts, content_type, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    connection.prepare_cached(keep)?.execute(params![
        held.subscription,
        held.position,
        held.run,
        held.id.0,
        id_head(held.id),
        held.workspace,
        held.event,
        held.kind,
        held.lane,
        held.contact,
        status_number(status),
        reason,
        held.created_at,
        at.0,
        held.charged,
        held.tries,
        held.attempts,
        held.content_type,
        body,
    ])?;
    if let Some(row) = held.row {
        connection.prepare_cached("DELETE FROM outbox WHERE no = ?1")?.execute([row])?;
    }
    held.moves_to(sums, status);
    sums.ended(held.subscription, status);
    replays::ended(connection, held.subscription, held.run, status, 1)
}

/// Forgets that deliveries failed in a row, and what was warned of it.
pub(super) fn forgive(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<()> {
    let sql = "UPDATE subscription SET failed_in_row = 0, warned = 0 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([subscription.0]).map(|_| ())
}
