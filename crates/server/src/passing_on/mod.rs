//! Passing events on: the dispatcher of the house, given the words of every dialect and opened secrets.

mod sample;
mod voice;

use std::sync::Arc;

use hookline_delivery::{
    dispatch::{Chance, Clock, DispatchOptions, Dispatcher, KEEP, OpenSecrets},
    settings::Secrets,
};
use hookline_model::id::SubscriptionId;
use hookline_platforms::verify::Secret;
use hookline_store::subscriptions::Subscription;

use crate::{
    chance::Entropy,
    secrets::{CannotOpen, MasterKey, Place},
    service::Service,
};

pub(crate) use sample::sample;
pub(crate) use voice::Dialects;

/// Passes events on until it is stopped.
pub struct PassingOn {
    dispatcher: Dispatcher,
}

impl Service {
    /// Starts passing events on, inside of a runtime. Once per store: two would send everything twice.
    #[must_use]
    pub fn pass_on(&self, clock: Arc<dyn Clock>, chance: Chance) -> PassingOn {
        let options = DispatchOptions {
            store: Arc::clone(&self.store),
            client: self.client.clone(),
            voice: Arc::new(Dialects),
            open_secrets: open_with(Arc::clone(&self.master_key)),
            clock,
            chance,
            keep: KEEP,
            changed: Arc::clone(&self.changed),
        };
        let dispatcher = Dispatcher::start(options);
        // Nobody is there before: of a second one, which there should not be, nothing would be told.
        let _ = self.level.set(dispatcher.level());
        PassingOn { dispatcher }
    }
}

impl PassingOn {
    /// Begins nothing new, lets what is on the wire end, and writes down how it did. An attempt may take as long as its policy
    /// says; whoever cannot wait drops this, and what was on the wire is sent again, under the same id, after the next start.
    pub async fn stop(self) {
        self.dispatcher.stop().await;
    }
}

/// Opens the secrets of subscriptions with a master key.
pub(crate) fn open_with(key: Arc<MasterKey>) -> OpenSecrets {
    Arc::new(move |row: &Subscription| open(&key, row).map_err(ToOwned::to_owned))
}

/// What is secret of a subscription.
pub(crate) fn open(key: &MasterKey, row: &Subscription) -> Result<Secrets, &'static str> {
    let opened = key.open(&Place::Subscription(row.id), &row.secrets);
    let opened = opened.map_err(|CannotOpen| "its secrets do not open: another master key, or changed bytes")?;
    serde_json::from_slice(opened.expose()).map_err(|_| "its secrets cannot be read")
}

/// What is secret of a subscription, as it is stored.
pub(crate) fn seal(key: &MasterKey, entropy: &dyn Entropy, id: SubscriptionId, secrets: &Secrets) -> Result<Vec<u8>, CannotOpen> {
    // Names and texts: this cannot fail.
    let plain = Secret::from_bytes(serde_json::to_vec(secrets).map_err(|_| CannotOpen)?);
    key.seal(entropy, &Place::Subscription(id), &plain)
}
