//! Where the words are, remembered for a search that asks for many rows: a bit per position, in blocks.

use std::collections::HashMap;

/// Positions of one block.
pub(super) const BLOCK: u64 = 1024;

/// A bit per position of the blocks that were looked at: an eighth of a byte for each.
#[derive(Debug, Default)]
pub(super) struct Places {
    blocks: HashMap<u64, [u64; (BLOCK / 64) as usize]>,
    /// Whether every position was looked at; a block that is missing is empty then.
    has_all: bool,
}

impl Places {
    /// Whether the words are at a position; `None` if nobody looked yet.
    pub(super) fn get(&self, position: u64) -> Option<bool> {
        let (word, bit) = place(position);
        match self.blocks.get(&(position / BLOCK)) {
            Some(block) => Some(block[word] >> bit & 1 == 1),
            None => self.has_all.then_some(false),
        }
    }

    /// The words are at this position.
    pub(super) fn set(&mut self, position: u64) {
        let (word, bit) = place(position);
        self.blocks.entry(position / BLOCK).or_default()[word] |= 1 << bit;
    }

    /// Every position of a block was looked at.
    pub(super) fn has_block(&mut self, block: u64) {
        self.blocks.entry(block).or_default();
    }

    /// Every position was looked at.
    pub(super) fn has_all(&mut self) {
        self.has_all = true;
    }
}

/// Where a position's bit is in its block.
fn place(position: u64) -> (usize, u64) {
    let within = position % BLOCK;
    ((within / 64) as usize, within % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_known() {
        let mut places = Places::default();
        assert_eq!(places.get(5), None);
        places.has_block(0);
        for position in [0, 63, 64, 1023] {
            assert_eq!(places.get(position), Some(false));
            places.set(position);
        }
        let found: Vec<u64> = (0..BLOCK).filter(|position| places.get(*position) == Some(true)).collect();
        assert_eq!(found, [0, 63, 64, 1023]);
        assert_eq!(places.get(1024), None);
        places.has_all();
        assert_eq!((places.get(63), places.get(1024)), (Some(true), Some(false)));
    }
}
