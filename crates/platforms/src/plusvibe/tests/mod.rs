//! The fixtures are of our own making: the structures of PlusVibe's developer pages, of a capture and of receivers, with invented values.

mod envelopes;
mod fixtures;
mod identities;
mod labels;
mod leads;
mod messages;
mod names;
mod properties;
mod samples;
mod times;
mod whom;

use hookline_model::{
    key::{CampaignKey, ExternalId},
    platform::Platform,
    time::Millis,
};

use crate::{
    plusvibe::Plusvibe,
    testing::{contact_email, contact_id, inbound, outbound, readers, some, with},
};

/// 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);

readers!(Plusvibe, RECEIVED);

/// An id of PlusVibe's.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Plusvibe, account: String::new(), id: id.to_owned() }
}

/// The key of the campaign.
fn campaign_key() -> CampaignKey {
    CampaignKey::External(external(fixtures::CAMPAIGN))
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Plusvibe, fixtures::all());
}
