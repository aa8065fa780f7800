//! Passing events on.
//!
//! Only in this crate are outgoing sockets.

pub mod client;
pub mod guard;
pub mod policy;
