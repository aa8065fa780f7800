//! Trying a subscription out: a sample is sent at once, and who asked hears how it was taken.

use std::time::Duration;

use hookline_delivery::{
    client::Request,
    dispatch::{Rendered, Subscribed, Voice, attempt_row},
    matching::covers,
};
use hookline_model::{
    id::{DeliveryId, WorkspaceId},
    kind::Kind,
};
use hookline_store::{deliveries::AttemptRow, directory::AddressOwner};

use crate::{
    passing_on::{Dialects, sample},
    service::Service,
};

/// The longest that trying out takes, whatever the policy allows: whoever asked is waiting.
const TIMEOUT_MAX: Duration = Duration::from_secs(20);

/// What came of a sample.
pub(crate) struct Tried {
    /// Its kind.
    pub(crate) kind: Kind,
    /// How it was taken, the values of the receiver's own headers masked.
    pub(crate) row: AttemptRow,
    /// The body as it was sent, but for its secret.
    pub(crate) request_body: String,
}

/// Sends a sample of `only`, or of the first kind that is asked for, at once and signed as every delivery. It is no delivery: it
/// is in no list, is never tried again, and neither pauses nor resumes anything. `None` if the subscription asks for no kind that
/// its dialect has words for.
pub(crate) async fn try_out(service: &Service, subscribed: &Subscribed, only: Option<Kind>) -> Option<Tried> {
    let (kind, message_id, rendered) = telling(service, subscribed, only)?;
    let now = service.clock.now();
    let request_body = String::from_utf8_lossy(&rendered.body).into_owned();
    let rendered = Rendered { body: Dialects.reveal(subscribed, rendered.body), ..rendered };
    let headers = Dialects.headers(subscribed, &message_id, now, &rendered);
    let request = Request {
        url: subscribed.settings.url.clone(),
        headers: headers.sent,
        body: rendered.body,
        timeout: subscribed.policy.timeout.min(TIMEOUT_MAX),
    };
    let attempt = service.client.attempt(request, now).await;
    let mut row = attempt_row(1, now, headers.kept, &attempt);
    subscribed.secrets.blank(&mut row.answer);
    Some(Tried { kind, row, request_body })
}

/// A sample of the first kind that is asked for and can be told, with its id, in the dialect.
fn telling(service: &Service, subscribed: &Subscribed, only: Option<Kind>) -> Option<(Kind, String, Rendered)> {
    let now = service.clock.now();
    let workspace = match subscribed.row.owner {
        AddressOwner::Workspace(id) => id,
        AddressOwner::Agency(_) => {
            let own = service.store.directory().workspaces_of(subscribed.row.owner);
            own.first().copied().unwrap_or(WorkspaceId(uuid::Uuid::nil()))
        }
    };
    let kinds = subscribed.settings.kinds.iter();
    let asked = kinds.flat_map(|pattern| Kind::ALL.iter().filter(move |kind| covers(pattern, **kind))).copied();
    asked.filter(|kind| only.is_none_or(|only| only == *kind)).find_map(|kind| {
        let snapshot = sample(kind, workspace, now);
        let message_id = DeliveryId::derive(subscribed.row.id, snapshot.event.event.id, 0).to_string();
        let rendered = Dialects.render(subscribed, &snapshot, &message_id)?;
        Some((kind, message_id, rendered))
    })
}
