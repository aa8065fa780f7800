//! The API through its router, on a store in memory.

mod access;
mod directory;
mod idempotency;
mod methods;
mod pages;
mod reads;
mod sources;
mod stats;
mod webhooks;
