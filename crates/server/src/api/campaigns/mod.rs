//! Campaigns, and which of them are one.

pub(super) mod alias;
pub(super) mod aliasing;
pub(super) mod list;
pub(super) mod show;
pub(super) mod unalias;
