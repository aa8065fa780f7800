//! The ingest benchmark: a fixed corpus.
//!
//! - [`corpus`]: the deliveries, each a function of its number.

pub mod corpus;
