//! Management APIs that are compatible with a platform's own: a client that was written for it works with another address and
//! key.
//!
//! A folder per platform. They call neither each other nor the native API; what a subscription may be is decided in
//! [`crate::subscriptions`], and one that is made here is one like every other. What such an interface remembers of it is in
//! `Settings::extra`, under the platform's name.

pub(crate) mod instantly;
pub(crate) mod smartlead;

use std::sync::Arc;

use axum::Router;

use crate::service::Service;

/// Every one of them.
pub(crate) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    instantly::router(service).merge(smartlead::router(service))
}
