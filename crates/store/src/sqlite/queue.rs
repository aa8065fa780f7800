//! The queue in front of the writer: bounded in bytes, per workspace and in all, and served round-robin by workspace, so that
//! one workspace's burst delays the others by at most its turn.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use hookline_model::id::WorkspaceId;

use crate::Error;

/// Bounds of the queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Bytes in all.
    pub bytes_max: usize,
    /// Bytes of one workspace.
    pub workspace_bytes_max: usize,
    /// Items of one batch.
    pub batch_items_max: usize,
    /// Bytes of one batch; a single larger item still goes.
    pub batch_bytes_max: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        QueueLimits {
            bytes_max: 64 * 1024 * 1024,
            workspace_bytes_max: 16 * 1024 * 1024,
            batch_items_max: 512,
            batch_bytes_max: 8 * 1024 * 1024,
        }
    }
}

/// The queue.
#[derive(Debug)]
pub(super) struct Queue<T> {
    limits: QueueLimits,
    lanes: Mutex<Lanes<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct Lanes<T> {
    /// `None` is the lane of the directory and other matters of no workspace.
    lanes: HashMap<Option<WorkspaceId>, Lane<T>>,
    /// Lanes that hold something, the next one to be served in front.
    turn: VecDeque<Option<WorkspaceId>>,
    items: usize,
    bytes: usize,
    closed: bool,
}

#[derive(Debug)]
struct Lane<T> {
    items: VecDeque<(usize, T)>,
    bytes: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(limits: QueueLimits) -> Queue<T> {
        let lanes = Lanes { lanes: HashMap::new(), turn: VecDeque::new(), items: 0, bytes: 0, closed: false };
        Queue { limits, lanes: Mutex::new(lanes), arrived: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Lanes<T>> {
        // Nothing panics while it holds the lock halfway through a change.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an item of `bytes` bytes in, or refuses at once.
    pub(super) fn push(&self, lane: Option<WorkspaceId>, bytes: usize, item: T) -> Result<(), Error> {
        let mut lanes = self.lock();
        if lanes.closed {
            return Err(Error::Closed);
        }
        if lanes.bytes + bytes > self.limits.bytes_max {
            return Err(Error::Overloaded("the installation"));
        }
        let held = lanes.lanes.entry(lane).or_insert_with(|| Lane { items: VecDeque::new(), bytes: 0 });
        if held.bytes + bytes > self.limits.workspace_bytes_max {
            return Err(Error::Overloaded("this workspace"));
        }
        held.bytes += bytes;
        held.items.push_back((bytes, item));
        let was_empty = held.items.len() == 1;
        lanes.bytes += bytes;
        lanes.items += 1;
        if was_empty {
            lanes.turn.push_back(lane);
        }
        drop(lanes);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for items and takes a batch, one of each lane in turn. `None` when closed and empty.
    pub(super) fn take_batch(&self) -> Option<Vec<T>> {
        let mut lanes = self.lock();
        while lanes.items == 0 {
            if lanes.closed {
                return None;
            }
            lanes = self.arrived.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
        let mut batch = Vec::new();
        let mut batch_bytes = 0;
        while batch.len() < self.limits.batch_items_max && batch_bytes < self.limits.batch_bytes_max {
            let Some(turn) = lanes.turn.pop_front() else { break };
            let Some(lane) = lanes.lanes.get_mut(&turn) else { continue };
            if let Some((bytes, item)) = lane.items.pop_front() {
                lane.bytes -= bytes;
                batch_bytes += bytes;
                batch.push(item);
                if lane.items.is_empty() {
                    lanes.lanes.remove(&turn);
                } else {
                    lanes.turn.push_back(turn);
                }
                lanes.bytes -= bytes;
                lanes.items -= 1;
            }
        }
        Some(batch)
    }

    /// Refuses what comes from now on; what is in is still served.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Items and bytes waiting.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let lanes = self.lock();
        (lanes.items, lanes.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(n: u128) -> Option<WorkspaceId> {
        Some(WorkspaceId(uuid::Uuid::from_u128(n)))
    }

    fn queue() -> Queue<u32> {
        Queue::new(QueueLimits { bytes_max: 100, workspace_bytes_max: 60, batch_items_max: 4, batch_bytes_max: 1000 })
    }

    #[test]
    fn workspaces_are_served_in_turn() {
        let queue = queue();
        for item in [1, 2, 3, 4, 5] {
            queue.push(workspace(1), 1, item).expect("there is room");
        }
        queue.push(workspace(2), 1, 21).expect("there is room");
        assert_eq!(queue.take_batch(), Some(vec![1, 21, 2, 3]));
        assert_eq!(queue.take_batch(), Some(vec![4, 5]));
    }

    #[test]
    fn bytes_are_bounded_per_workspace_and_in_all() {
        let queue = queue();
        queue.push(workspace(1), 60, 1).expect("there is room");
        assert!(matches!(queue.push(workspace(1), 1, 2), Err(Error::Overloaded("this workspace"))));
        queue.push(workspace(2), 40, 3).expect("there is room");
        assert!(matches!(queue.push(workspace(3), 1, 4), Err(Error::Overloaded("the installation"))));
        assert_eq!(queue.waiting(), (2, 100));
        assert_eq!(queue.take_batch(), Some(vec![1, 3]));
        assert_eq!(queue.waiting(), (0, 0));
    }

    #[test]
    fn a_closed_queue_serves_what_is_in() {
        let queue = queue();
        queue.push(workspace(1), 1, 1).expect("there is room");
        queue.close();
        assert!(matches!(queue.push(workspace(1), 1, 2), Err(Error::Closed)));
        assert_eq!(queue.take_batch(), Some(vec![1]));
        assert_eq!(queue.take_batch(), None);
    }
}
