//! What is kept back of campaign keys within a fold, and kept of them from one fold to the next.
//!
//! There are few campaigns and nearly every event names one. So what a fold changes of them is written once, at its end, and what it
//! read and wrote is remembered. Only the view changes records. It takes what is kept into a fold and gets it back when that is
//! through; after anything else that changes records, or a fold that was taken back, all is forgotten.

use std::collections::{BTreeMap, HashMap};

use hookline_model::{
    campaign::{CampaignState, Uniques},
    delta::RollupKey,
    firsts::FirstKey,
    key::CampaignKey,
    maps::Map,
    stamp::Register,
};

/// How many campaign keys are kept in all, about 8 MiB. When there are more, all are forgotten.
const KEPT_MAX: usize = 8_192;

/// A campaign key as it is in the rows.
#[derive(Default)]
pub(in crate::sqlite) struct Met {
    /// `None` for one that has no number.
    pub(super) no: Option<i64>,
    /// Its state and unique counts, once they were read; `None` inside if it has none.
    pub(super) row: Option<Option<(CampaignState, Uniques)>>,
    /// How its row is listed, if that and the row are still to be written.
    pub(super) unwritten: Option<Listing>,
    /// The pairs that it is part of, once they were read.
    pub(super) aliases: Option<BTreeMap<CampaignKey, Register<bool>>>,
}

/// How a campaign key's row is listed.
pub(in crate::sqlite) struct Listing {
    pub(super) listed: bool,
    pub(super) status: Option<String>,
    pub(super) last_event_at: Option<i64>,
}

/// What is added to rollups and firsts at the end of a fold.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) rollups: Map<RollupKey, i64>,
    pub(super) firsts: Map<FirstKey, i64>,
}

/// Campaign keys of one workspace.
pub(in crate::sqlite) type Campaigns = Map<CampaignKey, Met>;

/// Campaign keys of all workspaces, by the number of the workspace.
#[derive(Default)]
pub(in crate::sqlite) struct Kept(HashMap<i64, Campaigns>);

impl Kept {
    /// Takes out what is kept of a workspace.
    pub(in crate::sqlite) fn take(&mut self, no: i64) -> Campaigns {
        self.0.remove(&no).unwrap_or_default()
    }

    /// Keeps what a fold of a workspace that went through has met.
    pub(in crate::sqlite) fn put(&mut self, no: i64, campaigns: Campaigns) {
        self.0.insert(no, campaigns);
        if self.0.values().map(Map::len).sum::<usize>() > KEPT_MAX {
            self.forget();
        }
    }

    /// Forgets all.
    pub(in crate::sqlite) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use hookline_model::{key::ExternalId, platform::Platform};

    use super::*;

    fn campaigns(count: usize) -> Campaigns {
        let id = |n: usize| ExternalId { platform: Platform::Smartlead, account: String::new(), id: n.to_string() };
        let key = |n: usize| CampaignKey::External(id(n));
        (0..count).map(|n| (key(n), Met { no: Some(1), ..Met::default() })).collect()
    }

    #[test]
    fn what_is_kept_has_a_bound_over_all_workspaces() {
        let mut kept = Kept::default();
        kept.put(1, campaigns(KEPT_MAX));
        assert_eq!(kept.take(1).len(), KEPT_MAX);
        assert_eq!(kept.take(1).len(), 0, "it is with who took it");
        kept.put(1, campaigns(KEPT_MAX));
        kept.put(2, campaigns(1));
        assert_eq!((kept.take(1).len(), kept.take(2).len()), (0, 0));
    }
}
