//! Tries of deliveries of several subscriptions together, newest deliveries first.
//!
//! The next one of several subscriptions is the greatest of theirs, so that a page looks at no delivery of anybody else. The
//! rows of a subscription that ended have an index that holds them in the order of their numbers. Those that wait have none:
//! their numbers are sorted, as many at once as a page looks at.

use std::collections::VecDeque;

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    packed,
    read::{OF_DELIVERY, OF_OUTBOX, delivery_row},
    write::{id_head, number_of},
};
use crate::{
    Answer,
    attempts::{ATTEMPT_DELIVERIES_MAX, AttemptFilter, Attempted, Attempts},
    deliveries::{AttemptRow, DeliveryRow},
    query::{Cursor, PAGE_BODY_BYTES_MAX, Page, PageRequest},
    redelivery::CLOCK_SLACK,
    sqlite::SqliteStore,
};

/// How many numbers of rows are read ahead of one subscription, at least.
const AHEAD_MIN: usize = 128;
/// How many are read ahead of all together, but for that: 8 MiB.
const AHEAD_MAX: usize = 1 << 20;

/// How many deliveries of like ids are read.
const ALIKE_MAX: i64 = 16;

impl Attempts for SqliteStore {
    fn attempts(&self, filter: AttemptFilter, page: PageRequest) -> Answer<'_, Page<Attempted>> {
        Box::pin(self.desk.read(move |connection| attempts(connection, &filter, &page)))
    }

    fn attempts_alike(&self, id: DeliveryId) -> Answer<'_, Vec<Attempted>> {
        Box::pin(self.desk.read(move |connection| alike(connection, id)))
    }
}

/// The two parts of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    OnTheirWay,
    Ended,
}

impl Part {
    /// What stands for it in a cursor: a later part is less.
    fn place(self) -> Millis {
        Millis(i64::from(self == Part::OnTheirWay))
    }

    /// How many numbers of rows are read ahead of one of so many subscriptions. Whoever asks for more of those that wait has
    /// all of them sorted again.
    fn ahead(self, subscriptions: usize) -> usize {
        match self {
            Part::OnTheirWay => (AHEAD_MAX / subscriptions.max(1)).clamp(AHEAD_MIN, ATTEMPT_DELIVERIES_MAX),
            Part::Ended => AHEAD_MIN,
        }
    }

    fn numbers(self) -> &'static str {
        match self {
            Part::OnTheirWay => {
                "SELECT no FROM outbox WHERE subscription = ?1 AND no < ?2 AND tries > 0 ORDER BY no DESC LIMIT ?3"
            }
            Part::Ended => "SELECT no FROM delivery WHERE subscription = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3",
        }
    }
}

/// The numbers of one subscription's rows, greatest first, read a few at a time.
struct Numbers {
    subscription: SubscriptionId,
    no: i64,
    below: i64,
    /// How many are read at once.
    at_once: usize,
    ahead: VecDeque<i64>,
    is_over: bool,
}

impl Numbers {
    fn peek(&mut self, connection: &Connection, part: Part) -> rusqlite::Result<Option<i64>> {
        if self.ahead.is_empty() && !self.is_over {
            let mut statement = connection.prepare_cached(part.numbers())?;
            let found = statement.query_map(params![self.no, self.below, self.at_once as i64], |row| row.get(0))?;
            self.ahead = found.collect::<rusqlite::Result<_>>()?;
            self.is_over = self.ahead.len() < self.at_once;
            self.below = self.ahead.back().copied().unwrap_or(self.below);
        }
        Ok(self.ahead.front().copied())
    }
}

/// A page as it is filled.
struct Filling<'f> {
    filter: &'f AttemptFilter,
    limit: usize,
    looked_at: usize,
    bytes: usize,
    rows: Vec<Attempted>,
    /// The last delivery that was looked at, and its last try that was.
    last: Option<(Part, i64, u32)>,
    is_full: bool,
}

fn attempts(connection: &Connection, filter: &AttemptFilter, request: &PageRequest) -> rusqlite::Result<Page<Attempted>> {
    let mut own = Vec::with_capacity(filter.subscriptions.len());
    for subscription in &filter.subscriptions {
        own.extend(number_of(connection, *subscription)?.map(|no| (*subscription, no)));
    }
    let mut page = Filling { filter, limit: request.limit, looked_at: 0, bytes: 0, rows: Vec::new(), last: None, is_full: false };
    for part in [Part::OnTheirWay, Part::Ended] {
        let after = match &request.after {
            // Behind this part altogether.
            Some(cursor) if cursor.at < part.place() => continue,
            Some(cursor) if cursor.at == part.place() => read_key(&cursor.key),
            _ => None,
        };
        walk(connection, part, &own, after, &mut page)?;
        if page.is_full {
            break;
        }
    }
    let next = page.last.filter(|_| page.is_full);
    let next = next.map(|(part, no, number)| place(part, no, number));
    Ok(Page { rows: page.rows, next })
}

/// Where a try is in the list.
fn place(part: Part, no: i64, number: u32) -> Cursor {
    Cursor { at: part.place(), key: [&no.to_be_bytes()[..], &number.to_be_bytes()].concat() }
}

/// A row's number and a try's, behind which the next page starts.
fn read_key(key: &[u8]) -> Option<(i64, u32)> {
    let (no, number) = key.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*no), u32::from_be_bytes(number.try_into().ok()?)))
}

fn walk(
    connection: &Connection,
    part: Part,
    own: &[(SubscriptionId, i64)],
    after: Option<(i64, u32)>,
    page: &mut Filling<'_>,
) -> rusqlite::Result<()> {
    // The delivery that the page before ended in may have more tries.
    let below = after.map_or(i64::MAX, |(no, _)| no.saturating_add(1));
    let start = |(subscription, no): &(SubscriptionId, i64)| Numbers {
        subscription: *subscription,
        no: *no,
        below,
        at_once: part.ahead(own.len()),
        ahead: VecDeque::new(),
        is_over: false,
    };
    let mut all: Vec<Numbers> = own.iter().map(start).collect();
    loop {
        let mut greatest: Option<(i64, usize)> = None;
        for (place, numbers) in all.iter_mut().enumerate() {
            greatest = greatest.max(numbers.peek(connection, part)?.map(|no| (no, place)));
        }
        let Some((no, place)) = greatest else { return Ok(()) };
        all[place].ahead.pop_front();
        let below_number = after.filter(|(last, _)| *last == no).map(|(_, number)| number);
        let Some((delivery, tries)) = row(connection, part, no, all[place].subscription)? else { continue };
        // Rows that ended lie in the order of their ends, as far as clocks were not set.
        let is_too_old = page.filter.since.is_some_and(|since| delivery.at.0 < since.0.saturating_sub(CLOCK_SLACK));
        if part == Part::Ended && is_too_old {
            return Ok(());
        }
        page.look(connection, (part, no), &delivery, tries, below_number)?;
        if page.is_full {
            return Ok(());
        }
    }
}

/// A delivery with its tries, without its body.
fn row(
    connection: &Connection,
    part: Part,
    no: i64,
    subscription: SubscriptionId,
) -> rusqlite::Result<Option<(DeliveryRow, Vec<AttemptRow>)>> {
    let sql = match part {
        Part::OnTheirWay => format!("SELECT {OF_OUTBOX}, attempts FROM outbox WHERE no = ?1"),
        Part::Ended => format!("SELECT {OF_DELIVERY}, attempts FROM delivery WHERE no = ?1"),
    };
    let read = |row: &Row<'_>| {
        let attempts: Option<Vec<u8>> = row.get(13)?;
        Ok((delivery_row(row, subscription)?.1, packed::unpack(attempts.as_deref())?))
    };
    connection.prepare_cached(&sql)?.query_row([no], read).optional()
}

fn body(connection: &Connection, part: Part, no: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = match part {
        Part::OnTheirWay => "SELECT body FROM outbox WHERE no = ?1",
        Part::Ended => "SELECT body FROM delivery WHERE no = ?1",
    };
    Ok(connection.prepare_cached(sql)?.query_row([no], |row| row.get(0)).optional()?.flatten())
}

impl Filling<'_> {
    fn is_wanted(&self, attempt: &AttemptRow) -> bool {
        let AttemptFilter { is_success, since, until, .. } = self.filter;
        is_success.is_none_or(|wanted| wanted == attempt.is_success())
            && since.is_none_or(|since| attempt.started_at >= since)
            && until.is_none_or(|until| attempt.started_at < until)
    }

    /// Takes what is wanted of a delivery's tries, those before `below` if there is one.
    fn look(
        &mut self,
        connection: &Connection,
        (part, no): (Part, i64),
        delivery: &DeliveryRow,
        tries: Vec<AttemptRow>,
        below: Option<u32>,
    ) -> rusqlite::Result<()> {
        let last = tries.last().map_or(0, |attempt| attempt.number);
        let mut with_body: Option<DeliveryRow> = None;
        for attempt in tries.into_iter().rev().filter(|attempt| below.is_none_or(|below| attempt.number < below)) {
            if !self.is_wanted(&attempt) {
                continue;
            }
            let delivery = match &with_body {
                Some(delivery) => delivery.clone(),
                None => with_body.insert(DeliveryRow { body: body(connection, part, no)?, ..delivery.clone() }).clone(),
            };
            self.bytes += delivery.body.as_ref().map_or(0, Vec::len);
            if self.rows.len() == self.limit || (self.bytes > PAGE_BODY_BYTES_MAX && !self.rows.is_empty()) {
                self.is_full = true;
                return Ok(());
            }
            self.last = Some((part, no, attempt.number));
            let (is_last, place) = (attempt.number == last, place(part, no, attempt.number));
            self.rows.push(Attempted { delivery, attempt, is_last, place });
        }
        // All of it is done: no try has the number 0.
        self.last = Some((part, no, 0));
        self.looked_at += 1;
        self.is_full = self.looked_at >= ATTEMPT_DELIVERIES_MAX;
        Ok(())
    }
}

fn alike(connection: &Connection, id: DeliveryId) -> rusqlite::Result<Vec<Attempted>> {
    let bytes = id.0.into_bytes();
    let with_end = |end: u8| {
        let mut bytes = bytes;
        bytes[14..].fill(end);
        Uuid::from_bytes(bytes)
    };
    let (first, last) = (with_end(0), with_end(u8::MAX));
    let waiting = "SELECT no, subscription FROM outbox WHERE id >= ?1 AND id <= ?2 AND ?3 IS NOT NULL LIMIT ?4";
    let ended = "SELECT no, subscription FROM delivery WHERE id_head = ?3 AND id >= ?1 AND id <= ?2 LIMIT ?4";
    let mut found = Vec::new();
    for (part, sql) in [(Part::OnTheirWay, waiting), (Part::Ended, ended)] {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![first, last, id_head(id), ALIKE_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for numbers in rows {
            let (no, subscription): (i64, i64) = numbers?;
            let owner = "SELECT id FROM subscription WHERE no = ?1";
            let owner = connection.prepare_cached(owner)?.query_row([subscription], |row| Ok(SubscriptionId(row.get(0)?)))?;
            let Some((delivery, tries)) = row(connection, part, no, owner)? else { continue };
            let delivery = DeliveryRow { body: body(connection, part, no)?, ..delivery };
            let last = tries.last().map_or(0, |attempt| attempt.number);
            found.extend(tries.into_iter().map(|attempt| Attempted {
                delivery: delivery.clone(),
                is_last: attempt.number == last,
                place: place(part, no, attempt.number),
                attempt,
            }));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_ahead_has_a_bound_over_all_subscriptions() {
        for (subscriptions, expected) in
            [(0, 10_000), (1, 10_000), (104, 10_000), (1_000, 1_048), (10_000, 128), (1_000_000, 128)]
        {
            assert_eq!(Part::OnTheirWay.ahead(subscriptions), expected, "{subscriptions}");
            assert_eq!(Part::Ended.ahead(subscriptions), 128);
        }
    }
}
