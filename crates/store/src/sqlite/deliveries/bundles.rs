//! Deliveries that came into the outbox together, as one row.
//!
//! Nearly all are taken at the first try. One by one each would be a row of the table `outbox` and of two indexes that comes
//! and goes; in a bundle it is a bit that is cleared. A delivery that something else becomes of, or that somebody looks at,
//! comes out of its bundle into the table first, with all that are left in it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use rusqlite::{Connection, Row, params, types::Type};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    read::kind_of,
    sums::Sums,
    write::{self, Held, lane_number, number_of, waiting_status},
};
use crate::deliveries::{DeliveryKey, DeliveryRow, DeliveryStatus, Lane, Outgoing};

/// How many deliveries a bundle has at most: there is a bit for each.
pub(super) const DELIVERIES_MAX: usize = u64::BITS as usize;

/// How many bytes their bodies have together at most. A delivery with a larger one is in no bundle.
const BYTES_MAX: usize = 512 * 1024;

/// A delivery in a bundle but for its body: one as its event came, not tried yet.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    position: u64,
    id: Uuid,
    workspace: Uuid,
    event: Uuid,
    kind: u8,
    lane: u8,
    contact: Option<u64>,
    created_at: i64,
    due_at: i64,
    content_type: Cow<'a, str>,
    body_bytes: u32,
}

impl<'a> Head<'a> {
    fn of(outgoing: &'a Outgoing) -> Head<'a> {
        Head {
            position: outgoing.key.position,
            id: outgoing.id.0,
            workspace: outgoing.workspace.0,
            event: outgoing.event_id.0,
            kind: outgoing.kind.rank(),
            lane: u8::from(outgoing.lane == Lane::Bulk),
            contact: outgoing.contact,
            created_at: outgoing.created_at.0,
            due_at: outgoing.due_at.0,
            content_type: Cow::Borrowed(&outgoing.content_type),
            body_bytes: u32::try_from(outgoing.body.len()).unwrap_or(u32::MAX),
        }
    }

    fn lane(&self) -> Lane {
        if self.lane == 0 { Lane::Fast } else { Lane::Bulk }
    }

    /// As the row of the outbox that it would be.
    fn held(&self, subscription: i64) -> Held {
        Held {
            row: None,
            subscription,
            position: self.position.cast_signed(),
            run: 0,
            id: DeliveryId(self.id),
            workspace: self.workspace,
            event: self.event,
            kind: self.kind,
            lane: lane_number(self.lane()),
            contact: self.contact.map(u64::cast_signed),
            created_at: self.created_at,
            charged: 0,
            content_type: self.content_type.clone().into_owned(),
            was: waiting_status(0),
            tries: 0,
            attempts: None,
        }
    }

    fn kind(&self) -> rusqlite::Result<Kind> {
        kind_of(self.kind, 0)
    }

    fn outgoing(&self, subscription: SubscriptionId, body: &[u8]) -> rusqlite::Result<Outgoing> {
        Ok(Outgoing {
            id: DeliveryId(self.id),
            subscription,
            key: DeliveryKey { position: self.position, run: 0 },
            workspace: WorkspaceId(self.workspace),
            event_id: EventId(self.event),
            kind: self.kind()?,
            lane: self.lane(),
            contact: self.contact,
            created_at: Millis(self.created_at),
            due_at: Millis(self.due_at),
            charged: 0,
            attempts: Vec::new(),
            content_type: self.content_type.clone().into_owned().into(),
            body: body.to_vec().into(),
        })
    }
}

/// A bundle but for its bodies.
struct Bundle {
    no: i64,
    subscription: i64,
    waiting: u64,
    heads: Vec<Head<'static>>,
    is_changed: bool,
}

fn broken(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, why.into())
}

impl Bundle {
    /// What it is read from.
    const COLUMNS: &str = "bundle.no, subscription, waiting, heads FROM bundle CROSS JOIN bundled ON bundled.no = bundle.no";

    fn read(row: &Row<'_>) -> rusqlite::Result<Bundle> {
        let heads = row.get_ref(3)?.as_blob()?;
        Ok(Bundle {
            no: row.get(0)?,
            subscription: row.get(1)?,
            waiting: row.get::<_, i64>(2)?.cast_unsigned(),
            heads: postcard::from_bytes(heads).map_err(broken)?,
            is_changed: false,
        })
    }

    fn all_of(connection: &Connection, subscription: i64) -> rusqlite::Result<Vec<Bundle>> {
        let sql = format!("SELECT {} WHERE subscription = ?1 ORDER BY bundle.no", Bundle::COLUMNS);
        connection.prepare_cached(&sql)?.query_map([subscription], Bundle::read)?.collect()
    }

    /// Those that have not ended, each with its place.
    fn left(&self) -> impl Iterator<Item = (usize, &Head<'static>)> {
        self.heads.iter().enumerate().take(DELIVERIES_MAX).filter(|(place, _)| self.waiting >> place & 1 == 1)
    }

    /// The body of each.
    fn cut<'b>(&self, mut bodies: &'b [u8]) -> rusqlite::Result<Vec<&'b [u8]>> {
        let mut found = Vec::with_capacity(self.heads.len());
        for head in &self.heads {
            let (body, rest) = bodies.split_at_checked(head.body_bytes as usize).ok_or_else(|| broken("a body is cut off"))?;
            found.push(body);
            bodies = rest;
        }
        Ok(found)
    }

    fn bodies(&self, connection: &Connection) -> rusqlite::Result<Vec<u8>> {
        connection.prepare_cached("SELECT bodies FROM bundled WHERE no = ?1")?.query_row([self.no], |row| row.get(0))
    }

    /// Puts what has not ended into the outbox, one by one. It counts already.
    fn undo(self, connection: &Connection) -> rusqlite::Result<()> {
        let (owner, bodies) = (owner_of(connection, self.subscription)?, self.bodies(connection)?);
        let bodies = self.cut(&bodies)?;
        for (place, head) in self.left() {
            write::insert(connection, self.subscription, &head.outgoing(owner, bodies[place])?)?;
        }
        self.remove(connection)
    }

    fn remove(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.prepare_cached("DELETE FROM bundled WHERE no = ?1")?.execute([self.no])?;
        connection.prepare_cached("DELETE FROM bundle WHERE no = ?1")?.execute([self.no]).map(|_| ())
    }
}

fn owner_of(connection: &Connection, no: i64) -> rusqlite::Result<SubscriptionId> {
    let sql = "SELECT id FROM subscription WHERE no = ?1";
    connection.prepare_cached(sql)?.query_row([no], |row| Ok(SubscriptionId(row.get(0)?)))
}

/// Puts deliveries of one subscription into bundles, but for those that are on their way already. If one was replayed, tried
/// before or is very large, all are to be rows of their own: these are answered.
pub(super) fn put<'o>(
    connection: &Connection,
    no: i64,
    outgoing: &'o [Outgoing],
    sums: &mut Sums,
) -> rusqlite::Result<Vec<&'o Outgoing>> {
    let mut there = there(connection, no, outgoing)?;
    let new = outgoing.iter().filter(|outgoing| outgoing.key.run != 0 || there.insert(outgoing.key.position));
    let new: Vec<&Outgoing> = new.collect();
    let is_plain = |outgoing: &&Outgoing| {
        outgoing.key.run == 0 && outgoing.charged == 0 && outgoing.attempts.is_empty() && outgoing.body.len() <= BYTES_MAX
    };
    if !new.iter().all(is_plain) {
        undo_of(connection, no)?;
        return Ok(new);
    }
    let mut left = new.as_slice();
    while !left.is_empty() {
        let (bundle, rest) = left.split_at(fitting(left.iter().map(|outgoing| outgoing.body.len())));
        insert(connection, no, bundle)?;
        bundle.iter().for_each(|outgoing| sums.count(no, outgoing.created_at.0, waiting_status(0), 1));
        left = rest;
    }
    Ok(Vec::new())
}

/// How many deliveries with bodies of these sizes one bundle takes, at least one.
fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    let mut bytes = 0;
    let fits = |size: &usize| {
        bytes += size;
        bytes <= BYTES_MAX
    };
    sizes.take(DELIVERIES_MAX).take_while(fits).count().max(1)
}

/// The positions of deliveries that are no replay's and on their way already, between the first and the last of these.
fn there(connection: &Connection, no: i64, outgoing: &[Outgoing]) -> rusqlite::Result<HashSet<u64>> {
    let positions = outgoing.iter().map(|outgoing| outgoing.key.position);
    let (Some(first), Some(last)) = (positions.clone().min(), positions.max()) else { return Ok(HashSet::new()) };
    let range = params![no, first.cast_signed(), last.cast_signed()];
    let sql = "SELECT position FROM outbox WHERE subscription = ?1 AND position BETWEEN ?2 AND ?3 AND run = 0";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(range, |row| Ok(row.get::<_, i64>(0)?.cast_unsigned()))?;
    let mut there: HashSet<u64> = rows.collect::<rusqlite::Result<_>>()?;
    let sql = format!("SELECT {} WHERE subscription = ?1 AND last >= ?2 AND first <= ?3", Bundle::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    for bundle in statement.query_map(range, Bundle::read)? {
        there.extend(bundle?.left().map(|(_, head)| head.position));
    }
    Ok(there)
}

fn insert(connection: &Connection, no: i64, bundle: &[&Outgoing]) -> rusqlite::Result<()> {
    let heads: Vec<Head<'_>> = bundle.iter().map(|outgoing| Head::of(outgoing)).collect();
    let heads = postcard::to_stdvec(&heads).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let mut bodies = Vec::with_capacity(bundle.iter().map(|outgoing| outgoing.body.len()).sum());
    bundle.iter().for_each(|outgoing| bodies.extend_from_slice(&outgoing.body));
    let waiting = u64::MAX >> (DELIVERIES_MAX - bundle.len());
    let positions = bundle.iter().map(|outgoing| outgoing.key.position.cast_signed());
    let (first, last) = (positions.clone().min(), positions.max());
    let sql = "INSERT INTO bundle (subscription, waiting, first, last) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![no, waiting.cast_signed(), first, last])?;
    let sql = "INSERT INTO bundled (no, heads, bodies) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![connection.last_insert_rowid(), heads, bodies]).map(|_| ())
}

/// The bundles of subscriptions that one command writes outcomes of. What is taken out of them is written at its end.
#[derive(Default)]
pub(super) struct Bundles(BTreeMap<i64, Vec<Bundle>>);

impl Bundles {
    /// Takes a delivery out of its bundle, if it is in one. If it was not delivered that is undone instead, and so are those
    /// that came before it: then it is a row of the outbox.
    pub(super) fn take(
        &mut self,
        connection: &Connection,
        no: i64,
        key: DeliveryKey,
        status: Option<DeliveryStatus>,
    ) -> rusqlite::Result<Option<Held>> {
        if key.run != 0 {
            return Ok(None);
        }
        let bundles = match self.0.get_mut(&no) {
            Some(bundles) => bundles,
            None => self.0.entry(no).or_insert(Bundle::all_of(connection, no)?),
        };
        let in_bundle = |bundle: &Bundle| bundle.left().find(|(_, head)| head.position == key.position).map(|(place, _)| place);
        let found = bundles.iter().enumerate().find_map(|(at, bundle)| Some((at, in_bundle(bundle)?)));
        let Some((at, place)) = found else { return Ok(None) };
        if status != Some(DeliveryStatus::Delivered) {
            bundles.drain(..=at).try_for_each(|bundle| bundle.undo(connection))?;
            return Ok(None);
        }
        let bundle = &mut bundles[at];
        bundle.waiting &= !(1 << place);
        bundle.is_changed = true;
        Ok(Some(bundle.heads[place].held(no)))
    }

    /// Writes what was taken out.
    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        for bundle in self.0.into_values().flatten().filter(|bundle| bundle.is_changed) {
            if bundle.waiting == 0 {
                bundle.remove(connection)?;
            } else {
                let sql = "UPDATE bundle SET waiting = ?2 WHERE no = ?1";
                connection.prepare_cached(sql)?.execute(params![bundle.no, bundle.waiting.cast_signed()])?;
            }
        }
        Ok(())
    }
}

/// Whether a subscription has bundles.
pub(super) fn are_there(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM bundle WHERE subscription = (SELECT no FROM subscription WHERE id = ?1))";
    connection.prepare_cached(sql)?.query_row([subscription.0], |row| row.get(0))
}

/// Undoes the bundles of a subscription: a few, since no more comes while its sender has not taken what came. Whoever makes a
/// row of the outbox does so first, since their order is that in which they came.
pub(super) fn undo_of(connection: &Connection, no: i64) -> rusqlite::Result<()> {
    Bundle::all_of(connection, no)?.into_iter().try_for_each(|bundle| bundle.undo(connection))
}

/// The same, of a subscription by its id.
pub(super) fn undo_all(connection: &Connection, subscription: SubscriptionId) -> rusqlite::Result<()> {
    number_of(connection, subscription)?.map_or(Ok(()), |no| undo_of(connection, no))
}

/// The bundle that a delivery waits in. All are looked at: there are few, and nobody asks often.
fn with(connection: &Connection, id: DeliveryId) -> rusqlite::Result<Option<(Bundle, usize)>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {}", Bundle::COLUMNS))?;
    for bundle in statement.query_map([], Bundle::read)? {
        let bundle = bundle?;
        let place = bundle.left().find(|(_, head)| head.id == id.0).map(|(place, _)| place);
        if let Some(place) = place {
            return Ok(Some((bundle, place)));
        }
    }
    Ok(None)
}

/// Undoes the bundles of whose a delivery is, if it waits in one.
pub(super) fn undo_with(connection: &Connection, id: DeliveryId) -> rusqlite::Result<()> {
    with(connection, id)?.map_or(Ok(()), |(bundle, _)| undo_of(connection, bundle.subscription))
}

/// One delivery that waits in a bundle, whole.
pub(super) fn one(connection: &Connection, id: DeliveryId) -> rusqlite::Result<Option<DeliveryRow>> {
    let Some((bundle, place)) = with(connection, id)? else { return Ok(None) };
    let bodies = bundle.bodies(connection)?;
    let outgoing = bundle.heads[place].outgoing(owner_of(connection, bundle.subscription)?, bundle.cut(&bodies)?[place])?;
    Ok(Some(DeliveryRow {
        id,
        subscription: outgoing.subscription,
        key: outgoing.key,
        workspace: outgoing.workspace,
        event_id: outgoing.event_id,
        kind: outgoing.kind,
        status: DeliveryStatus::Pending,
        reason: None,
        created_at: outgoing.created_at,
        at: outgoing.due_at,
        tries: 0,
        attempts: Vec::new(),
        body: Some(outgoing.body.into()),
        content_type: outgoing.content_type.into_owned(),
    }))
}

/// Removes up to so many bundles of a subscription; answers whether that was all.
pub(super) fn forget(connection: &Connection, no: i64, bundles_max: i64) -> rusqlite::Result<bool> {
    let of = "(SELECT no FROM bundle WHERE subscription = ?1 ORDER BY no LIMIT ?2)";
    connection.prepare_cached(&format!("DELETE FROM bundled WHERE no IN {of}"))?.execute(params![no, bundles_max])?;
    let removed =
        connection.prepare_cached(&format!("DELETE FROM bundle WHERE no IN {of}"))?.execute(params![no, bundles_max])?;
    Ok((removed as i64) < bundles_max)
}
