//! Passing events on.
//!
//! Only in this crate are outgoing sockets.

pub mod client;
pub mod dispatch;
pub mod guard;
pub mod matching;
pub mod policy;
pub mod priority;
pub mod replay;
pub mod settings;
