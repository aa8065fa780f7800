//! Integration tests of the core: the merge against the reference model, and the whole service.

mod merge;
mod stored;
