//! Making ready what is to be placed, on the threads of requests and readers, before the writer hears of it.

use hookline_model::{entry::Origin, id::WorkspaceId, route::Decision};
use rusqlite::Connection;

use super::{
    SqliteStore,
    log::{self, Prepared},
    payload,
    place::{ReadyPlacement, ReadyPlacing},
    writer::{Reply, Task},
};
use crate::{
    Append, Error,
    query::PAGE_ROWS_MAX,
    routing::{Delivered, Placed, Placement, Placing},
};

impl SqliteStore {
    /// Appends a delivery to an agency's address. It waits its turn with those of the workspace it belongs in, if a rule says
    /// which.
    pub(super) async fn deliver_where_it_belongs(&self, delivery: Append, decision: Decision) -> Result<Delivered, Error> {
        self.must_be_reserved(delivery.workspace)?;
        let lane = match &decision {
            Decision::Workspace(workspace) => *workspace,
            Decision::AskKnown(_) | Decision::Wait(_) => delivery.workspace,
        };
        let prepared = Box::new(Prepared::new(delivery)?);
        self.write(Some(lane), prepared.bytes(), Task::Deliver(prepared, decision), Reply::Delivered).await
    }

    /// Places entries that wait.
    pub(super) async fn place_what_waits(&self, reserved: WorkspaceId, placing: Placing) -> Result<Vec<Placed>, Error> {
        self.must_be_reserved(reserved)?;
        let Placing { placements, is_dry, answer } = placing;
        if placements.len() > PAGE_ROWS_MAX || placements.iter().any(|placement| placement.append.workspace != reserved) {
            return Err(Error::Conflict("a page of what waits in one reserved workspace is placed at a time".to_owned()));
        }
        let number = self.number(reserved).await?;
        let ready = self.with_reader(move |reader| make_ready(&reader.log, number, placements)).await?;
        let placing = ReadyPlacing { reserved, ready, is_dry, answer };
        self.write(Some(reserved), placing.bytes(), Task::Place(placing), Reply::Placed).await
    }

    fn must_be_reserved(&self, workspace: WorkspaceId) -> Result<(), Error> {
        use crate::Store;
        match self.directory().workspace(workspace).is_some_and(|workspace| workspace.reserved) {
            true => Ok(()),
            false => Err(Error::Conflict("only what waits in a reserved workspace is placed".to_owned())),
        }
    }
}

/// Packs what may be placed.
fn make_ready(log: &Connection, no: i64, placements: Vec<Placement>) -> Result<Vec<ReadyPlacement>, Error> {
    let make_one = |Placement { position, append, decision }: Placement| {
        let waits = matches!(decision, Decision::Wait(_)) || append.origin == Origin::Test;
        let old = if waits { None } else { log::read_entry(log, position)?.filter(|row| row.no == no) };
        let leaving = match old {
            None => None,
            Some(old) => {
                let (tombstone, _) = payload::pack(&old.unpack()?.0, &[])?;
                Some((Box::new(Prepared::new(append)?), tombstone))
            }
        };
        Ok(ReadyPlacement { position, decision, leaving })
    };
    placements.into_iter().map(make_one).collect()
}
