//! When a change of our own is said to happen: what is said last must hold, whatever the clock did.

use hookline_model::{id::WorkspaceId, kind::Kind, time::Millis};
use hookline_store::query::{EventFilter, PageRequest};

use crate::{problem::Problem, service::Service};

/// How many pages of events that are not over yet are looked through for the newest change.
const PAGES_MAX: usize = 20;

/// Now, or just after the newest event of these kinds, if that is of a later time.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn later_than_any(service: &Service, workspace: WorkspaceId, kinds: &[Kind]) -> Result<Millis, Problem> {
    let now = service.clock.now();
    let mut at = now;
    for &kind in kinds {
        let filter = EventFilter { kind: Some(kind), since: Some(now), ..EventFilter::default() };
        let mut page = PageRequest { limit: 1, after: None };
        for _ in 0..PAGES_MAX {
            let found = service.store.events(workspace, filter.clone(), page.clone()).await?;
            if let Some(stored) = found.rows.first() {
                at = at.max(Millis(stored.event.occurred_at.0 + 1));
                break;
            }
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
    }
    Ok(at)
}
