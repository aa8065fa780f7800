//! Samples of the events of a hook that was saved, as SmartLead sends them: nobody waits for them, and what becomes of them is
//! without consequence.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use hookline_delivery::{dispatch::Subscribed, priority, settings::Dialect};
use hookline_dialects::names;
use hookline_model::kind::Kind;
use tokio::time::timeout;

use crate::{service::Service, subscriptions::try_out};

/// Of how many hooks that were saved samples are sent at once. While there are so many, no further ones are sent.
pub(super) const SAVINGS_MAX: usize = 16;

/// How many samples of one hook are sent at once.
const AT_ONCE: usize = 4;

/// The longest that the samples of one hook take in all.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends a sample of each event, in the background.
pub(super) fn send(service: &Arc<Service>, subscribed: Subscribed) {
    let Ok(permit) = Arc::clone(&service.smartlead.sampling).try_acquire_owned() else {
        tracing::info!(subscription = %subscribed.row.id, "no samples are sent, since too many others are");
        return;
    };
    let service = Arc::clone(service);
    tokio::spawn(async move {
        let (service, subscribed) = (&service, &subscribed);
        let samples = stream::iter(kinds(subscribed)).for_each_concurrent(AT_ONCE, |kind| async move {
            // How it was taken is in the log of whoever takes it.
            let _ = try_out(service, subscribed, Some(kind)).await;
        });
        if timeout(TIMEOUT, samples).await.is_err() {
            tracing::info!(subscription = %subscribed.row.id, "not all samples were taken in time");
        }
        drop(permit);
    });
}

/// A kind for each name that the hook has.
fn kinds(subscribed: &Subscribed) -> BTreeSet<Kind> {
    let meanings =
        priority::names_of(&subscribed.settings).into_iter().filter_map(|name| names::meaning(Dialect::Smartlead, name));
    meanings.filter_map(|meaning| meaning.kinds().first().copied()).collect()
}
