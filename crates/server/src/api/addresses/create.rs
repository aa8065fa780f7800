//! `POST /v1/{workspaces|agencies}/{id}/addresses`.

use std::sync::Arc;

use axum::extract::State;

use hookline_model::id::Address;
use hookline_store::directory::{AddressRow, DirectoryChange};

use crate::{
    api::{
        auth::OwnerWrite,
        once::{Once, Reply},
        query::NoQuery,
        shapes::AddressShape,
    },
    chance::uuid_v4,
    openapi::Operation,
    problem::{Problem, ProblemType},
    service::Service,
};

/// How many addresses one owner may have: every one is kept in memory, and exchanging one takes two.
const ADDRESSES_MAX: usize = 100;

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a further address. To exchange one: make a second, change it at the platform, revoke the first. \
        A body is not needed and not read.";
    Operation::create::<AddressShape>("Addresses", "Make an address", about)
}

/// Makes a further address. A body is not needed and not read.
pub(in crate::api) async fn create(
    OwnerWrite(owner): OwnerWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    if service.store.directory().addresses_of(owner).len() >= ADDRESSES_MAX {
        let detail = format!("There are {ADDRESSES_MAX} addresses already. Delete one that no platform uses any more.");
        return Err(Problem::new(ProblemType::Conflict, detail));
    }
    let row = AddressRow { address: Address(uuid_v4(&*service.entropy)), owner, created_at: service.clock.now() };
    let reply = Reply::created(&AddressShape::new(&row, &service.public_url));
    once.change(&service, vec![DirectoryChange::PutAddress(row)], reply).await
}
