//! The maps of a fold.
//!
//! They are gone through in the order in which keys came, which is the same for the same batch, costs no sorting, and gives rows
//! that come together numbers that lie together. Their hash is quick and not safe against keys that were made to collide; a
//! map holds the keys of one batch, so the worst that such keys can do is to compare a few thousand with each other.

use indexmap::{IndexMap, IndexSet};

/// A map in the order in which keys came.
pub type Map<K, V> = IndexMap<K, V, foldhash::fast::RandomState>;

/// A set in the order in which elements came.
pub type Set<K> = IndexSet<K, foldhash::fast::RandomState>;
