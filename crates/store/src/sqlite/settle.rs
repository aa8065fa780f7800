//! Settling deliveries in quarantine: out of it and into the log, in one transaction.

use hookline_model::id::{QuarantineId, WorkspaceId};
use rusqlite::Connection;

use super::{
    answers,
    log::{self, Logged, Prepared},
    open::all_or_none,
    quarantine,
};
use crate::{
    Error,
    settle::{MakeAnswer, Settled, Settlement},
};

/// After so many deliveries are packed, others get their turn on the thread.
const PACKED_AT_ONCE: usize = 16;

/// Settlements, made ready for the writer on the request's own thread.
pub(super) struct Settling {
    pub(super) workspace: WorkspaceId,
    ready: Vec<Ready>,
    answer: Option<MakeAnswer>,
}

enum Ready {
    Release(QuarantineId, Box<Prepared>),
    Stay(QuarantineId, String),
    Discard(QuarantineId),
}

impl Settling {
    /// Packs what is to be released.
    pub(super) async fn prepare(
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        answer: Option<MakeAnswer>,
    ) -> Result<Settling, Error> {
        let mut ready = Vec::with_capacity(settlements.len());
        for (place, settlement) in settlements.into_iter().enumerate() {
            if place % PACKED_AT_ONCE == PACKED_AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
            ready.push(match settlement {
                Settlement::Release(_, delivery) if delivery.workspace != workspace => {
                    return Err(Error::Conflict("a delivery is released into its own workspace only".to_owned()));
                }
                Settlement::Release(id, delivery) => Ready::Release(id, Box::new(Prepared::new(*delivery)?)),
                Settlement::Stay(id, reason) => Ready::Stay(id, reason),
                Settlement::Discard(id) => Ready::Discard(id),
            });
        }
        Ok(Settling { workspace, ready, answer })
    }

    /// Roughly what it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let of_one = |ready: &Ready| match ready {
            Ready::Release(_, prepared) => prepared.bytes(),
            Ready::Stay(_, reason) => reason.len(),
            Ready::Discard(_) => 0,
        };
        self.ready.iter().map(|ready| of_one(ready) + 64).sum()
    }

    /// Settles inside the writer's transaction, all or none. Entries get their positions from `position` on.
    pub(super) fn apply(
        self,
        connection: &Connection,
        no: i64,
        reserved: bool,
        mut position: u64,
    ) -> Result<(Vec<Settled>, Vec<Logged>), Error> {
        all_or_none(connection, || {
            let (mut settled, mut entries) = (Vec::with_capacity(self.ready.len()), Vec::new());
            for ready in self.ready {
                settled.push(match ready {
                    Ready::Release(id, prepared) if quarantine::remove(connection, no, id)? => {
                        let (appended, entry) = log::append(connection, no, reserved, position, *prepared)?;
                        position += u64::from(entry.is_some());
                        entries.extend(entry);
                        Settled::Released(appended)
                    }
                    Ready::Stay(id, reason) if quarantine::set_reason(connection, no, id, &reason)? => Settled::Stayed,
                    Ready::Discard(id) if quarantine::remove(connection, no, id)? => Settled::Discarded,
                    _ => Settled::NotThere,
                });
            }
            if let Some(answer) = self.answer.and_then(|make| make(&settled)) {
                answers::put(connection, &answer)?;
            }
            Ok((settled, entries))
        })
    }
}
