//! Addresses, of workspaces and of agencies alike: several may be valid, so that they are exchanged without a gap.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
