//! The fixtures are of our own making: the structures of Lemlist's developer pages and of captures, with invented values.

mod envelopes;
mod fixtures;
mod identities;
mod leads;
mod messages;
mod names;
mod others;
mod properties;
mod times;
mod whom;

use hookline_model::{
    key::{CampaignKey, ExternalId},
    platform::Platform,
    time::Millis,
};

use crate::{
    lemlist::Lemlist,
    testing::{contact_email, contact_id, inbound, outbound, readers, some, with},
};

/// 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);

readers!(Lemlist, RECEIVED);

/// An id of Lemlist's.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Lemlist, account: String::new(), id: id.to_owned() }
}

/// The key of the campaign.
fn campaign_key() -> CampaignKey {
    CampaignKey::External(external(fixtures::CAMPAIGN))
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Lemlist, fixtures::all());
}
