//! The surfaces on the embedded store.

mod idempotency;
mod quarantine;
mod records;
mod stats;
mod tenants;
mod world;
