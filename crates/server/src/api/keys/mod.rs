//! Keys. A key sees, makes and revokes keys that open no more than itself.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
