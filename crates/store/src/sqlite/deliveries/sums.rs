//! The sums that deliveries move, written once for all that one command changes.

use std::collections::BTreeMap;

use hookline_model::time::Millis;
use rusqlite::{Connection, params};

use super::rollup;
use crate::deliveries::{DeliveryStatus, day_of};

/// How far sums have moved. What is not written within the transaction is lost.
#[derive(Default)]
pub(super) struct Sums {
    /// By subscription, day and status.
    days: BTreeMap<(i64, i64, DeliveryStatus), i64>,
    /// By subscription.
    ended: BTreeMap<i64, Ended>,
}

/// Deliveries that ended.
#[derive(Default)]
struct Ended {
    delivered: i64,
    failed: i64,
    skipped: i64,
    /// How many failed since the last one that was delivered, here.
    failed_in_row: i64,
    /// Whether one was delivered here since a warning was kept, so that nothing of the failures since was warned of.
    is_anew: bool,
}

impl Sums {
    /// One more, or one less, that was made then and stands so.
    pub(super) fn count(&mut self, subscription: i64, created_at: i64, status: DeliveryStatus, by: i64) {
        *self.days.entry((subscription, day_of(Millis(created_at)), status)).or_default() += by;
    }

    /// A delivery ended, after those that were said to have before.
    pub(super) fn ended(&mut self, subscription: i64, status: DeliveryStatus) {
        let ended = self.ended.entry(subscription).or_default();
        match status {
            DeliveryStatus::Delivered => {
                ended.delivered += 1;
                ended.failed_in_row = 0;
                ended.is_anew = true;
            }
            DeliveryStatus::Failed => {
                ended.failed += 1;
                ended.failed_in_row += 1;
            }
            _ => ended.skipped += 1,
        }
    }

    /// Whether a run of failures began here, of which none was warned of; a warning is kept now.
    pub(super) fn takes_anew(&mut self, subscription: i64) -> bool {
        self.ended.get_mut(&subscription).is_some_and(|ended| std::mem::take(&mut ended.is_anew))
    }

    /// Moves what is stored.
    pub(super) fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        for ((subscription, day, status), by) in self.days.into_iter().filter(|(_, by)| *by != 0) {
            rollup::move_by(connection, subscription, day, status, by)?;
        }
        let sql = "UPDATE subscription SET delivered = delivered + ?2, failed = failed + ?3, skipped = skipped + ?4,
            failed_in_row = CASE WHEN ?2 > 0 THEN ?5 ELSE failed_in_row + ?5 END,
            warned = CASE WHEN ?6 THEN 0 ELSE warned END WHERE no = ?1";
        for (subscription, ended) in self.ended {
            let Ended { delivered, failed, skipped, failed_in_row, is_anew } = ended;
            let values = params![subscription, delivered, failed, skipped, failed_in_row, is_anew];
            connection.prepare_cached(sql)?.execute(values)?;
        }
        Ok(())
    }
}
