//! What waits in a reserved workspace.

use hookline_model::route::Waiting;

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
        let Page { rows: found, next } = self.events(&EventFilter::default(), request, None)?;
        let mut rows = Vec::with_capacity(found.len());
        // Of the house is little: a page without it has a few rows less.
        for stored in found.into_iter().filter(|stored| !stored.event.kind.is_of_the_house()) {
            let position = log::counting_position(self.rows.log, self.rows.no, stored.event.id)?;
            let waiting = position.map(|position| place::waiting_at(self.rows.log, position)).transpose()?;
            rows.push(Unplaced { stored, waiting: waiting.unwrap_or_else(Waiting::not_tried) });
        }
        Ok(Page { rows, next })
    }
}
