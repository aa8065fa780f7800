//! Firsts: when the enrollments of a campaign did what they did for the first time.
//!
//! An enrollment counts once under each [`Counter`], in the quarter of an hour of its first time, so that the unique counts of
//! longer periods are sums.

use crate::{
    counts::{Counter, Marks},
    key::CampaignKey,
    maps::Map,
    time::Millis,
};

/// The key of a row of firsts. The derived order begins with time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FirstKey {
    /// Start of the quarter of an hour, UTC.
    pub quarter: Millis,
    /// The smallest key of the campaign.
    pub campaign: CampaignKey,
    /// What was done.
    pub counter: Counter,
}

/// What changes in the rows of firsts: an amount per row.
#[derive(Debug, Default)]
pub struct Firsts(Map<FirstKey, i64>);

impl Firsts {
    /// Counts an enrollment of the campaign with this smallest key, or with `-1` stops counting it.
    pub fn add(&mut self, campaign: &CampaignKey, marks: &Marks, amount: i64) {
        for (counter, at) in marks.marked() {
            let key = FirstKey { quarter: at.quarter_start(), campaign: campaign.clone(), counter };
            *self.0.entry(key).or_default() += amount;
        }
    }

    /// The rows that change.
    pub fn changes(self) -> impl Iterator<Item = (FirstKey, i64)> {
        self.0.into_iter().filter(|(_, amount)| *amount != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{key::ExternalId, platform::Platform, time::QUARTER_MS};

    fn marks(times: &[(Counter, i64)]) -> Marks {
        let mut marks = Marks::default();
        times.iter().for_each(|(counter, at)| marks.mark(*counter, Millis(*at)));
        marks
    }

    #[test]
    fn an_enrollment_moves_from_quarter_to_quarter_and_not_within_one() {
        let id = ExternalId { platform: Platform::Smartlead, account: String::new(), id: "41".to_owned() };
        let campaign = CampaignKey::External(id);
        let row = |quarter: i64, counter, amount| {
            (FirstKey { quarter: Millis(quarter * QUARTER_MS), campaign: campaign.clone(), counter }, amount)
        };
        let moved = |before: &[(Counter, i64)], after: &[(Counter, i64)]| {
            let mut firsts = Firsts::default();
            firsts.add(&campaign, &marks(before), -1);
            firsts.add(&campaign, &marks(after), 1);
            let mut changes: Vec<_> = firsts.changes().collect();
            changes.sort();
            changes
        };
        let (sent, opened) = (Counter::Sent, Counter::Opened);
        assert_eq!(moved(&[], &[(opened, 5), (sent, 3)]), [row(0, sent, 1), row(0, opened, 1)]);
        assert_eq!(moved(&[(sent, QUARTER_MS)], &[(sent, QUARTER_MS - 1)]), [row(0, sent, 1), row(1, sent, -1)]);
        assert_eq!(moved(&[(sent, QUARTER_MS - 1)], &[(sent, 1), (opened, -1)]), [row(-1, opened, 1)]);
    }
}
