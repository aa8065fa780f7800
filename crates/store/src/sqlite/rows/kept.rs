//! What is kept back of campaign keys within a fold, and kept of them from one fold to the next.
//!
//! There are few campaigns and nearly every event names one. So what a fold changes of them is written once, at its end, and
//! what it read and wrote is remembered. Only the view changes records. It takes what is kept into a fold and gets it back when
//! that is through; after anything else that changes records, or a fold that was taken back, all is forgotten.

use std::collections::{BTreeMap, HashMap};

use hookline_model::{
    campaign::{CampaignState, Uniques},
    delta::RollupKey,
    firsts::FirstKey,
    key::CampaignKey,
    maps::Map,
    stamp::Register,
};

/// How many campaign keys are kept in all, about 8 MiB as they come and twice that at most. When there are more, all are
/// forgotten.
const KEPT_MAX: usize = 8_192;
/// The most bytes that texts of a campaign key have that is kept: an id, a name or a status may be as long as a body. One with
/// more is read again by the next fold.
const KEPT_BYTES_MAX: usize = 1_024;

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

/// How many bytes the texts of a campaign key have, and those of the keys it is the same as.
fn text_bytes(key: &CampaignKey, met: &Met) -> usize {
    let of_key = |key: &CampaignKey| key.external().account.len() + key.external().id.len();
    let of_state = met.row.iter().flatten().map(|(state, _)| {
        let texts = [&state.name, &state.status, &state.status_mentioned];
        texts.into_iter().filter_map(|text| text.get()).map(String::len).sum::<usize>()
    });
    let of_aliases = met.aliases.iter().flat_map(|aliases| aliases.keys()).map(of_key);
    of_key(key) + of_state.chain(of_aliases).sum::<usize>()
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

    /// Keeps what a fold of a workspace that went through has met, but for what is large.
    pub(in crate::sqlite) fn put(&mut self, no: i64, mut campaigns: Campaigns) {
        campaigns.retain(|key, met| text_bytes(key, met) <= KEPT_BYTES_MAX);
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
    use hookline_model::{key::ExternalId, platform::Platform, stamp::Stamp, time::Millis};

    use super::*;

    fn key(account: String, id: String) -> CampaignKey {
        CampaignKey::External(ExternalId { platform: Platform::Smartlead, account, id })
    }

    fn campaigns(count: usize) -> Campaigns {
        (0..count).map(|n| (key(String::new(), n.to_string()), Met { no: Some(1), ..Met::default() })).collect()
    }

    /// Whether a campaign key of these texts is kept.
    fn is_kept(key: CampaignKey, met: Met) -> bool {
        let mut kept = Kept::default();
        kept.put(1, campaigns(2));
        let mut with_it = kept.take(1);
        with_it.insert(key, met);
        kept.put(1, with_it);
        let left = kept.take(1).len();
        assert!((2..=3).contains(&left), "the others are kept");
        left == 3
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

    #[test]
    fn what_has_long_texts_is_not_kept() {
        let long = |bytes: usize| "x".repeat(bytes);
        let named = |change: fn(&mut CampaignState) -> &mut Register<String>, bytes: usize| {
            let mut state = CampaignState::default();
            let stamp = Stamp { at: Millis(1), rank: 1, hash: [0; 10], digest: 1, platform: Platform::Smartlead };
            change(&mut state).set(stamp, long(bytes));
            Met { row: Some(Some((state, Uniques::default()))), ..Met::default() }
        };
        let alike = |bytes: usize| {
            let aliases = BTreeMap::from([(key(String::new(), long(bytes)), Register::default())]);
            Met { aliases: Some(aliases), ..Met::default() }
        };
        for (bytes, is_small) in [(KEPT_BYTES_MAX - 1, true), (KEPT_BYTES_MAX, false)] {
            let own = || key(String::new(), "c".to_owned());
            assert_eq!(is_kept(key(String::new(), long(bytes + 1)), Met::default()), is_small);
            assert_eq!(is_kept(key(long(bytes), "c".to_owned()), Met::default()), is_small);
            assert_eq!(is_kept(own(), named(|state| &mut state.name, bytes)), is_small);
            assert_eq!(is_kept(own(), named(|state| &mut state.status, bytes)), is_small);
            assert_eq!(is_kept(own(), named(|state| &mut state.status_mentioned, bytes)), is_small);
            assert_eq!(is_kept(own(), alike(bytes)), is_small);
        }
    }
}
