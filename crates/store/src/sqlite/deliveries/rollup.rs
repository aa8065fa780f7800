//! How many deliveries of a day stand how, so that nobody has to count them.

use hookline_model::{id::SubscriptionId, time::Millis};
use rusqlite::{Connection, params};

use super::{read::status, write::number_of, write::status_number};
use crate::deliveries::{Day, DayCount, DeliveryStatus, day_of};

/// One more, or one less, that was made then and stands so.
pub(super) fn count(
    connection: &Connection,
    subscription: i64,
    created_at: i64,
    status: DeliveryStatus,
    by: i64,
) -> rusqlite::Result<()> {
    move_by(connection, subscription, day_of(Millis(created_at)), status, by)
}

/// So many more, or less, that were made on a day and stand so.
pub(super) fn move_by(
    connection: &Connection,
    subscription: i64,
    day: Day,
    status: DeliveryStatus,
    by: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO rollup (subscription, day, status, count) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (subscription, day, status) DO UPDATE SET count = count + excluded.count";
    connection.prepare_cached(sql)?.execute(params![subscription, day, status_number(status), by]).map(|_| ())
}

/// The sums of these days, of these subscriptions together.
pub(super) fn summary(
    connection: &Connection,
    subscriptions: &[SubscriptionId],
    first: Day,
    last: Day,
) -> rusqlite::Result<Vec<DayCount>> {
    let sql = "SELECT day, status, count FROM rollup WHERE subscription = ?1 AND day >= ?2 AND day <= ?3 AND count > 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut sums = std::collections::BTreeMap::new();
    for subscription in subscriptions {
        let Some(no) = number_of(connection, *subscription)? else { continue };
        let mut rows = statement.query(params![no, first, last])?;
        while let Some(row) = rows.next()? {
            let (day, count): (Day, i64) = (row.get(0)?, row.get(2)?);
            *sums.entry((day, status(row, 1)?)).or_insert(0) += count.cast_unsigned();
        }
    }
    Ok(sums.into_iter().map(|((day, status), count)| DayCount { day, status, count }).collect())
}
