//! What waits in a reserved workspace.

use hookline_model::{kind::Kind, route::Waiting};

use super::WorkspaceReader;
use crate::{
    Error,
    query::{EventFilter, Page, PageRequest},
    routing::Unplaced,
    sqlite::{log, place},
};

impl WorkspaceReader<'_> {
    /// A page of the events of a reserved workspace, with the reasons why they wait.
    pub(in crate::sqlite) fn unplaced(&mut self, request: &PageRequest) -> Result<Page<Unplaced>, Error> {
        let waits = |kind: Kind| !kind.is_of_the_house();
        let Page { rows: found, next } = self.events_of(&EventFilter::default(), request, None, waits)?;
        let mut rows = Vec::with_capacity(found.len());
        for stored in found {
            let position = log::counting_position(self.rows.log, self.rows.no, stored.event.id)?;
            let waiting = position.map(|position| place::waiting_at(self.rows.log, position)).transpose()?;
            rows.push(Unplaced { stored, waiting: waiting.unwrap_or_else(Waiting::not_tried) });
        }
        Ok(Page { rows, next })
    }
}
