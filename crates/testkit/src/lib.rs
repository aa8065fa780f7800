//! The whole service in process, a clock in hand, crash points, and the reference model.

pub mod events;
pub mod ledger;
pub mod memory_rows;
pub mod node;
pub mod powercut;
pub mod receiver;
pub mod reference;
pub mod service;
pub mod traffic;
