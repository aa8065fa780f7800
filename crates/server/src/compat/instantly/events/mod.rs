//! What came of the workspace's webhooks: an object per try of a delivery.
//!
//! The id of a try is that of its delivery with the try's number in the last two bytes, so that it is found without a table of
//! its own. Where a page starts is told by a text of the same form that is no id of a try.

pub(super) mod list;
pub(super) mod show;
pub(super) mod summary;

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use hookline_model::{
    id::{DeliveryId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    attempts::Attempted,
    deliveries::DeliveryStatus,
    directory::{AddressOwner, Directory},
    query::Cursor,
    subscriptions::Subscription,
};

use crate::{compat::instantly::refused::Refused, service::Service, subscriptions::shown_body};

/// Marks a place in the list.
const MARK: u8 = 0x5b;

/// A try.
#[derive(Serialize)]
pub(super) struct EventShape {
    id: Uuid,
    timestamp_created: String,
    timestamp_created_date: String,
    organization_id: WorkspaceId,
    /// The body, its secret blanked, while it is kept: until it is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Box<RawValue>>,
    success: bool,
    retry_count: u32,
    will_retry: bool,
    webhook_url: String,
    status_code: Option<u16>,
    error_message: Option<String>,
    timestamp_next_retry: Option<String>,
    retry_group_id: DeliveryId,
    retry_successful: Option<bool>,
    lead_email: Option<String>,
    response_time_ms: Option<u64>,
}

/// The webhooks of a workspace: all of its own.
fn own(directory: &Directory, workspace: WorkspaceId) -> Vec<&Arc<Subscription>> {
    let all = directory.subscriptions().iter();
    all.filter(|row| row.owner == AddressOwner::Workspace(workspace)).collect()
}

/// The id of a try; also of the delivery that it is of, given the try's: what is done twice is undone.
pub(super) fn marked(id: DeliveryId, number: u32) -> Uuid {
    Uuid::from_u128(id.0.as_u128() ^ u128::from(number & 0xffff))
}

/// A place in the list as text.
fn place_text(place: &Cursor) -> Option<String> {
    let (no, number) = place.key.split_first_chunk::<8>()?;
    let number: [u8; 4] = number.try_into().ok()?;
    let [0, 0, no @ ..] = no else { return None };
    let part = u8::try_from(place.at.0).ok().filter(|part| *part < 16)?;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(no);
    // A UUID of version 8; those of deliveries are of version 5.
    (bytes[6], bytes[7], bytes[8]) = (0x80 | part, MARK, 0x80);
    bytes[12..].copy_from_slice(&number);
    Some(Uuid::from_bytes(bytes).to_string())
}

/// The place in a text, if it is one of [`place_text`].
fn place_of(text: Uuid) -> Option<Cursor> {
    let bytes = text.into_bytes();
    let is_place = bytes[6] >> 4 == 8 && bytes[7..12] == [MARK, 0x80, 0, 0, 0];
    let key = [&[0, 0][..], &bytes[..6], &bytes[12..]].concat();
    is_place.then(|| Cursor { at: Millis(i64::from(bytes[6] & 0x0f)), key })
}

/// The try with this id, if it is one of the workspace's.
async fn find(service: &Service, workspace: WorkspaceId, id: Uuid) -> Result<Option<Attempted>, Refused> {
    let found = service.store.attempts_alike(DeliveryId(id)).await?;
    let directory = service.store.directory();
    let own = own(&directory, workspace);
    let is_it = |row: &Attempted| {
        marked(row.delivery.id, row.attempt.number) == id && own.iter().any(|own| own.id == row.delivery.subscription)
    };
    Ok(found.into_iter().find(is_it))
}

impl EventShape {
    /// A try as it is shown, if its webhook is still there.
    async fn new(service: &Service, workspace: WorkspaceId, row: Attempted) -> Result<Option<EventShape>, Refused> {
        let directory = service.store.directory();
        let Some(subscription) = directory.subscription(row.delivery.subscription) else { return Ok(None) };
        let settings: Value = serde_json::from_str(&subscription.settings).unwrap_or_default();
        let Attempted { delivery, attempt, is_last, .. } = row;
        let event = service.store.event(workspace, delivery.event_id, false).await?;
        let own_address = |event: &hookline_store::StoredEvent| {
            event.event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(ToString::to_string)
        };
        let success = attempt.is_success();
        let will_retry = is_last && delivery.status == DeliveryStatus::Retrying;
        // Of a delivery that needed more than one try: whether one was taken in the end, once that is known.
        let was_tried_again = delivery.tries > 1;
        let retry_successful = match delivery.status {
            DeliveryStatus::Delivered => was_tried_again.then_some(true),
            DeliveryStatus::Failed | DeliveryStatus::Skipped => was_tried_again.then_some(false),
            DeliveryStatus::Pending | DeliveryStatus::Retrying => None,
        };
        let created = attempt.started_at.to_string();
        let of_status = |status: u16| {
            let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
            reason.map_or_else(|| format!("HTTP {status}"), ToOwned::to_owned)
        };
        let error = attempt.error.as_ref().map(|(_, text)| text.clone()).or_else(|| attempt.status.map(of_status));
        Ok(Some(EventShape {
            id: marked(delivery.id, attempt.number),
            timestamp_created_date: created.chars().take("2026-02-11".len()).collect(),
            timestamp_created: created,
            organization_id: workspace,
            payload: delivery.body.and_then(|body| serde_json::from_slice(&shown_body(body)).ok()),
            success,
            retry_count: attempt.number.saturating_sub(1),
            will_retry,
            webhook_url: settings["url"].as_str().unwrap_or_default().to_owned(),
            status_code: attempt.status,
            error_message: error.filter(|_| !success),
            timestamp_next_retry: will_retry.then(|| delivery.at.to_string()),
            retry_group_id: delivery.id,
            retry_successful,
            lead_email: event.as_ref().and_then(|event| own_address(event).or_else(|| event.contact_email.clone())),
            response_time_ms: u64::try_from(attempt.latency().as_millis()).ok(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_are_no_ids_of_tries() {
        for (at, no, number) in [(0, 1_i64, 0_u32), (1, (1 << 48) - 1, u32::MAX), (0, 77, 3)] {
            let place = Cursor { at: Millis(at), key: [&no.to_be_bytes()[..], &number.to_be_bytes()].concat() };
            let text = place_text(&place).expect("a text");
            assert_eq!(place_of(text.parse().expect("a UUID")), Some(place), "{text}");
        }
        let delivery = DeliveryId(Uuid::new_v5(&Uuid::nil(), b"a delivery"));
        for number in [1, 2, 40, 0xffff] {
            let id = marked(delivery, number);
            assert_eq!((marked(DeliveryId(id), number), id.get_version_num()), (delivery.0, 5));
            assert_eq!(place_of(id), None);
        }
    }
}
