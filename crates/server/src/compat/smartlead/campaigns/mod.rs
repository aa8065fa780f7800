//! Webhooks of a campaign.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod retrigger;
pub(super) mod save;
pub(super) mod summary;

use hookline_delivery::priority::Level;

use super::{account::Account, hook::Hook};

/// How many pages of deliveries one call reads of all hooks together, the last one of each not counted: a hook with little to
/// tell takes no room from the others.
const PAGES_MAX: usize = 20;

/// How many deliveries there are in these; up to a page of each hook comes on top.
const DELIVERIES_MAX: usize = PAGES_MAX * hookline_store::query::PAGE_ROWS_MAX;

/// The hooks of a campaign that the key opens, oldest first.
fn hooks_of(account: &Account, campaign: u64) -> impl Iterator<Item = Hook> {
    account.hooks().filter(move |hook| hook.level == Level::Campaign && hook.campaign == Some(campaign))
}
