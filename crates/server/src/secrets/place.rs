//! Where a sealed secret belongs.

use hookline_model::{id::SubscriptionId, platform::Platform};
use hookline_store::directory::AddressOwner;

/// Which of a source's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// The secret.
    Secret,
    /// The one of before.
    SecretPrevious,
}

/// Where a sealed secret belongs. Two places are never written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What the master key is checked by.
    Check,
    /// A secret of a source.
    Source(AddressOwner, Platform, Field),
    /// What is secret of a subscription.
    Subscription(SubscriptionId),
}

impl Place {
    /// The place in bytes, as it is bound into a seal. Never to be changed: what is sealed would not open any more.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Place::Check => b"key check".to_vec(),
            Place::Subscription(id) => format!("subscription/{id}").into_bytes(),
            Place::Source(owner, platform, field) => {
                let (whose, id) = match owner {
                    AddressOwner::Agency(id) => ("agency", id.0),
                    AddressOwner::Workspace(id) => ("workspace", id.0),
                };
                let field = match field {
                    Field::Secret => "secret",
                    Field::SecretPrevious => "secret_previous",
                };
                // None of the parts has a slash in it.
                format!("source/{whose}/{id}/{platform}/{field}").into_bytes()
            }
        }
    }
}
