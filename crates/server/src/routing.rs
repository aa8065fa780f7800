//! Where what came to an agency's address belongs: asked at the door, and again of what waits.

use hookline_model::{
    entry::Origin,
    event::Event,
    id::AgencyId,
    route::{Decision, Routes, Waiting},
};
use hookline_store::{Append, Error, directory::DirectoryChange, routing::Delivered};

use crate::service::Service;

/// What an agency's rules say of an event that came as `origin`. Tests are nobody's.
pub(crate) fn decide(routes: &Routes, event: &Event, origin: Origin) -> Decision {
    if origin == Origin::Test { Decision::Wait(Waiting::test()) } else { routes.decide(event) }
}

/// Keeps a delivery to an agency's address where it belongs. It names the agency's reserved workspace, for the case that it
/// belongs nowhere.
pub(crate) async fn deliver(service: &Service, agency: AgencyId, delivery: Append) -> Result<Delivered, Error> {
    let mut routes = service.store.directory().routes(agency);
    if delivery.origin != Origin::Test
        && let Some(instance) = routes.new_instance(&delivery.event)
    {
        // Before anything is decided: a rule that names an id without its instance may no longer hold.
        service.store.change_directory(vec![DirectoryChange::PutInstance(agency, instance.to_owned())]).await?;
        routes = service.store.directory().routes(agency);
    }
    let decision = decide(&routes, &delivery.event, delivery.origin);
    service.store.deliver(delivery, decision).await
}
