//! CloudEvents 1.0 in structured mode, around Hookline's own shapes.

use hookline_model::id::{DeliveryId, EventId, WorkspaceId};
use serde::Serialize;

use crate::{
    bounded,
    hookline::Data,
    telling::{NotExpressible, Rendered},
    view::View,
};

/// What the names of kinds begin with as a CloudEvents `type`.
pub(crate) const TYPE_PREFIX: &str = "hookline.";

/// A body. `source` and `id` name the event, so that a repetition is known by them; the delivery is an attribute of its own.
#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: EventId,
    source: String,
    r#type: String,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    datacontenttype: &'static str,
    deliveryid: DeliveryId,
    workspaceid: WorkspaceId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
    data: Data<'a>,
}

/// Renders a body.
pub(crate) fn render(view: &View<'_>) -> Result<Rendered, NotExpressible> {
    let workspace = view.workspace();
    let body = bounded::json(&Envelope {
        specversion: "1.0",
        id: view.event.id,
        source: format!("/v1/workspaces/{workspace}"),
        r#type: format!("{TYPE_PREFIX}{}", view.event.kind),
        time: view.event.occurred_at.to_string(),
        subject: view.lead_email().map(ToOwned::to_owned).or_else(|| view.contact_id().map(|id| id.to_string())),
        datacontenttype: "application/json",
        deliveryid: view.telling.message,
        workspaceid: workspace,
        test: view.telling.is_test,
        data: Data::new(view),
    })?;
    Ok(Rendered { content_type: "application/cloudevents+json; charset=utf-8", body })
}
