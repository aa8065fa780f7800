//! The memory that bodies may take, in all and per workspace. An agency's addresses count for its reserved workspace.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hookline_model::id::WorkspaceId;

/// One workspace gets this part of the whole, so that a burst of one leaves room for all others.
const SHARES: usize = 4;

/// The budget.
#[derive(Debug)]
pub(crate) struct ByteBudget {
    total_max: usize,
    workspace_max: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    total: usize,
    workspaces: HashMap<WorkspaceId, usize>,
}

/// The budget has no room: for this workspace, or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

impl ByteBudget {
    /// A budget of `total_max` bytes. A workspace gets a quarter of it, but always one body of `body_bytes_max`.
    pub(crate) fn new(total_max: usize, body_bytes_max: usize) -> ByteBudget {
        let workspace_max = (total_max / SHARES).max(body_bytes_max).min(total_max);
        ByteBudget { total_max, workspace_max, used: Mutex::default() }
    }

    /// Bytes reserved now.
    pub(crate) fn in_use(&self) -> usize {
        self.lock().total
    }

    /// A reservation of nothing yet.
    pub(super) fn reserve(self: &Arc<Self>, workspace: WorkspaceId) -> Reservation {
        Reservation { budget: Arc::clone(self), workspace, bytes: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that are reserved until this is dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    budget: Arc<ByteBudget>,
    workspace: WorkspaceId,
    bytes: usize,
}

impl Reservation {
    /// Reserves `bytes` more, or none.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.grow_within(bytes, 1)
    }

    /// The same for what can be done without: only of the first half of what there is, so that bodies always find the rest.
    pub(super) fn grow_spare(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.grow_within(bytes, 2)
    }

    /// Reserves `bytes` more of the first of so many equal parts, or none.
    fn grow_within(&mut self, bytes: usize, parts: usize) -> Result<(), Exhausted> {
        let mut used = self.budget.lock();
        let total = used.total.saturating_add(bytes);
        let own = used.workspaces.get(&self.workspace).copied().unwrap_or(0).saturating_add(bytes);
        if total > self.budget.total_max / parts || own > self.budget.workspace_max / parts {
            return Err(Exhausted);
        }
        used.total = total;
        used.workspaces.insert(self.workspace, own);
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut used = self.budget.lock();
        used.total = used.total.saturating_sub(self.bytes);
        // A workspace with nothing reserved has no entry, so the map is as small as what is in flight.
        match used.workspaces.get_mut(&self.workspace) {
            Some(bytes) if *bytes > self.bytes => *bytes -= self.bytes,
            _ => {
                used.workspaces.remove(&self.workspace);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn workspace(number: u128) -> WorkspaceId {
        WorkspaceId(Uuid::from_u128(number))
    }

    #[test]
    fn a_workspace_gets_a_quarter_and_all_get_the_whole() {
        let budget = Arc::new(ByteBudget::new(400, 10));
        let mut first = budget.reserve(workspace(1));
        assert_eq!((first.grow(100), first.grow(1)), (Ok(()), Err(Exhausted)));
        let mut again = budget.reserve(workspace(1));
        assert_eq!(again.grow(1), Err(Exhausted));
        let mut others: Vec<Reservation> = (2..6).map(|number| budget.reserve(workspace(number))).collect();
        let grown: Vec<_> = others.iter_mut().map(|other| other.grow(100)).collect();
        assert_eq!(grown, [Ok(()), Ok(()), Ok(()), Err(Exhausted)]);
        assert_eq!(budget.in_use(), 400);
        drop(first);
        assert_eq!(budget.in_use(), 300);
        assert_eq!(again.grow(60), Ok(()));
        drop((again, others));
        assert_eq!(budget.in_use(), 0);
        assert!(budget.lock().workspaces.is_empty());
    }

    #[test]
    fn what_can_be_done_without_gets_none_of_the_second_half() {
        let budget = Arc::new(ByteBudget::new(400, 10));
        let mut first = budget.reserve(workspace(1));
        assert_eq!((first.grow_spare(51), first.grow_spare(50)), (Err(Exhausted), Ok(())));
        assert_eq!((first.grow_spare(1), first.grow(50), first.grow(1)), (Err(Exhausted), Ok(()), Err(Exhausted)));
        let mut others: Vec<Reservation> = (2..4).map(|number| budget.reserve(workspace(number))).collect();
        let grown: Vec<_> = others.iter_mut().map(|other| other.grow_spare(50)).collect();
        assert_eq!(grown, [Ok(()), Ok(())]);
        assert_eq!(budget.reserve(workspace(4)).grow_spare(1), Err(Exhausted), "half of all is taken");
        assert_eq!(budget.reserve(workspace(4)).grow(100), Ok(()));
    }

    #[test]
    fn one_body_always_fits_a_workspaces_share() {
        let budget = Arc::new(ByteBudget::new(20, 10));
        assert_eq!(budget.reserve(workspace(1)).grow(10), Ok(()));
        assert_eq!(budget.reserve(workspace(1)).grow(11), Err(Exhausted));
    }
}
