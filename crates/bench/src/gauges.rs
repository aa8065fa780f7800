//! How far a server is, from its `/metrics`.

use std::{net::SocketAddr, time::Duration};

use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::{
    Error,
    load::{Connection, http::write_get},
};

/// How often the lag is looked at while a load runs.
const SAMPLE: Duration = Duration::from_millis(250);
/// How often it is looked at when the load has ended.
const CATCH_UP_LOOK: Duration = Duration::from_millis(10);
/// How long the view may stand still while it catches up.
const STANDSTILL_MAX: Duration = Duration::from_secs(60);

/// Entries committed to the log and folded into the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Positions {
    pub(crate) committed: u64,
    pub(crate) folded: u64,
}

/// The lag of the view behind the log, in entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// The largest that was seen.
    pub max: u64,
    /// Whether it grew over the last half of the load; none if the load was too short to tell.
    pub grew: Option<bool>,
}

/// Reads `/metrics`.
pub(crate) struct Gauges {
    connection: Connection,
    request: Vec<u8>,
}

impl Gauges {
    pub(crate) fn new(target: SocketAddr, key: &str) -> Gauges {
        let mut request = Vec::new();
        write_get(target, "/metrics", key, &mut request);
        Gauges { connection: Connection::new(target), request }
    }

    pub(crate) async fn read(&mut self) -> Result<Positions, Error> {
        let answer = self.connection.exchange(&self.request).await.map_err(|error| Error::failed("read /metrics", error))?;
        let text = String::from_utf8_lossy(answer.body);
        positions(&text)
            .ok_or_else(|| Error::Failed("/metrics has no hookline_log_entries and hookline_folded_entries".to_owned()))
    }

    /// Notes the lag again and again, until it is dropped.
    pub(crate) async fn watch(&mut self, lags: &mut Vec<u64>) -> Result<(), Error> {
        loop {
            let at = self.read().await?;
            lags.push(at.committed.saturating_sub(at.folded));
            sleep(SAMPLE).await;
        }
    }

    /// Waits until everything that is committed is folded.
    pub(crate) async fn caught_up(&mut self) -> Result<Positions, Error> {
        let (mut folded, mut moved) = (0, Instant::now());
        loop {
            let at = self.read().await?;
            if at.folded >= at.committed {
                return Ok(at);
            }
            if at.folded > folded {
                (folded, moved) = (at.folded, Instant::now());
            } else if moved.elapsed() > STANDSTILL_MAX {
                return Err(Error::Failed(format!("the view stands still at {folded} of {} entries", at.committed)));
            }
            sleep(CATCH_UP_LOOK).await;
        }
    }
}

fn positions(text: &str) -> Option<Positions> {
    let gauge = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse::<f64>().ok().map(|value| value as u64)
    };
    Some(Positions { committed: gauge("hookline_log_entries")?, folded: gauge("hookline_folded_entries")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_gauges_are_found() {
        let text = "# TYPE hookline_log_entries gauge\nhookline_log_entries 1200\n\n# HELP x\nhookline_folded_entries 1.1e3\n";
        assert_eq!(positions(text), Some(Positions { committed: 1_200, folded: 1_100 }));
        assert_eq!(positions("hookline_log_entries_total 3\nhookline_folded_entries 3\n"), None);
    }
}
