//! The surfaces on the embedded store.

mod aliases;
mod blocklist;
mod deliveries;
mod described;
mod drift;
mod idempotency;
mod instantly;
mod items;
mod quarantine;
mod records;
mod rerun;
mod routing;
mod search;
mod secrets;
mod smartlead;
mod stats;
mod streaming;
mod tenants;
mod webhooks;
mod world;
