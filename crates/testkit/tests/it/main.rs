//! Integration tests of the core: the merge against the reference model, and the whole service.

mod hostile;
mod house;
mod merge;
mod merge_sums;
mod passing_on;
mod routing;
mod secrets;
mod stored;
mod superseded;
mod traps;
