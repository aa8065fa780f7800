//! Hookline's own dialect: the shapes of the API, in an envelope after Standard Webhooks.

use hookline_model::{
    id::{EventId, WorkspaceId},
    kind::Kind,
    record::{Campaign, Contact, Email},
};
use hookline_store::StoredEvent;
use serde::Serialize;

use crate::{
    bounded,
    shapes::EventShape,
    telling::{NotExpressible, Rendered},
    view::View,
};

/// A body.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: Kind,
    timestamp: String,
    id: EventId,
    workspace_id: WorkspaceId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    data: Data<'a>,
}

/// What happened, and the records it tells of, as they are now.
#[derive(Serialize)]
pub(crate) struct Data<'a> {
    event: EventShape,
    contact: Option<&'a Contact>,
    campaign: Option<&'a Campaign>,
    email: Option<&'a Email>,
}

impl<'a> Data<'a> {
    /// The data of a telling.
    pub(crate) fn new(view: &View<'a>) -> Data<'a> {
        let snapshot = view.snapshot;
        // The body as received is not passed on: it is another platform's, and not small.
        let event = EventShape::new(StoredEvent { raw: None, ..snapshot.event.clone() });
        let (contact, campaign, email) = (snapshot.contact.as_ref(), snapshot.campaign.as_ref(), snapshot.email.as_ref());
        Data { event, contact, campaign, email }
    }
}

/// Renders a body.
pub(crate) fn render(view: &View<'_>) -> Result<Rendered, NotExpressible> {
    let body = bounded::json(&Envelope {
        r#type: view.event.kind,
        timestamp: view.event.occurred_at.to_string(),
        id: view.event.id,
        workspace_id: view.workspace(),
        test: view.telling.is_test,
        data: Data::new(view),
    })?;
    Ok(Rendered { content_type: "application/json", body })
}
