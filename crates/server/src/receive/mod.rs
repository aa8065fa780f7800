//! The receiving addresses: where platforms post what happened.
//!
//! What a delivery meets, in this order: [`door`] finds the address, before a byte of the body is read; [`body`] reads it, each
//! byte reserved in the [`budget`] first; [`proof`] asks whether it comes from where its source says; [`deliver`] has it parsed
//! and kept, in the log or in quarantine, and answers after that.
//!
//! What is promised: a 200 is sent after the event is on disk. A body that was read whole is never dropped, unless the store
//! cannot take it (503: the platform comes again), or it does not prove where it comes from. Who was refused at the door is
//! listed, without body and address. [`budget`] is load-bearing for memory; the look at `Content-Length` is courtesy, since
//! senders may lie or leave it out.

mod body;
pub(crate) mod budget;
mod deliver;
mod describe;
mod door;
mod form;
mod hook;
mod mask;
mod probe;
mod proof;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{Router, routing::get};

pub(crate) use describe::described;

use crate::service::Service;

/// The routes. A router cannot match inside a path segment, so `{hook}` is taken apart by [`hook`].
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new().route("/public/{hook}/{address}", get(probe::probe).post(deliver::deliver))
}
