//! The whole service in process, a clock in hand, crash points, and the reference model.

pub mod events;
pub mod memory_rows;
pub mod powercut;
pub mod reference;
