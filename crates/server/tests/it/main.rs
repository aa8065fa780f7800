//! The surfaces on the embedded store.

mod records;
mod tenants;
mod world;
