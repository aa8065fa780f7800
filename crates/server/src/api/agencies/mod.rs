//! Agencies.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use crate::{api::shapes::AgencyShape, service::Service};
use hookline_store::directory::{AddressOwner, Agency};

/// An agency as it is now.
fn shape(service: &Service, agency: &Agency) -> AgencyShape {
    let addresses = service.store.directory().addresses_of(AddressOwner::Agency(agency.id));
    AgencyShape::new(agency, addresses.first(), &service.public_url)
}
