//! Everything that happens in the world, in the order of time, told as it is asked for.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    sync::Arc,
};

use crate::{
    rates::{DAY_MS, ROUND_DAYS, START_DAYS},
    story::{self, Story, Told, What},
    telling,
    world::World,
};

/// One event: what really happened, however often it is delivered.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    /// Milliseconds since the world's first Monday.
    pub(crate) offset: i64,
    /// Counts from 0 in the order of time.
    pub(crate) event: u64,
    pub(crate) story: Arc<Story>,
    pub(crate) what: What,
}

/// What waits for its time. Compared by time, then by the order of telling.
struct Waiting {
    offset: i64,
    told: u64,
    story: Arc<Story>,
    what: What,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        (self.offset, self.told) == (other.offset, other.told)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> std::cmp::Ordering {
        (self.offset, self.told).cmp(&(other.offset, other.told))
    }
}

/// The events of a world, without end. What is in memory is what belongs to stories that are under way: it is bounded by the
/// number of contacts, not by the number of events.
pub(crate) struct Source {
    world: Arc<World>,
    /// The next day whose stories are not told yet.
    day: i64,
    waiting: BinaryHeap<Reverse<Waiting>>,
    told: u64,
    events: u64,
    /// How often the agency has imported its lists anew, and the round in which it last did.
    era: (u32, u32),
    /// Contacts who are not to be mailed again.
    gone: BTreeSet<u32>,
}

impl Source {
    pub(crate) fn new(world: Arc<World>) -> Source {
        Source { world, day: 0, waiting: BinaryHeap::new(), told: 0, events: 0, era: (0, 0), gone: BTreeSet::new() }
    }

    /// Tells the stories that begin on a day.
    fn begin_day(&mut self, day: i64) {
        let (round, day_of_round) = (day.div_euclid(ROUND_DAYS), day.rem_euclid(ROUND_DAYS));
        let round = u32::try_from(round).unwrap_or(u32::MAX);
        let world = Arc::clone(&self.world);
        let campaigns = world.campaigns();
        if day_of_round == 0 {
            self.renew(round);
            (0..campaigns).for_each(|campaign| self.wait(story::of_campaign(&world, round, campaign, day)));
        }
        if day_of_round >= START_DAYS {
            return;
        }
        for contact in 0..world.contacts {
            let starts_today = i64::from(contact / campaigns) % START_DAYS == day_of_round;
            if starts_today && !self.gone.contains(&contact) {
                let place = telling::Place { round, campaign: world.campaign_of(contact, round), contact, era: self.era };
                let told = telling::of_contact(&world, &place, day);
                if told.is_gone {
                    self.gone.insert(contact);
                }
                self.wait(told);
            }
        }
    }

    /// When most contacts are gone the agency imports its lists anew, as agencies do; the simulation never runs dry.
    fn renew(&mut self, round: u32) {
        if self.gone.len() * 2 >= self.world.contacts as usize {
            self.gone.clear();
            self.era = (self.era.0 + 1, round);
        }
    }

    fn wait(&mut self, told: Told) {
        let story = Arc::new(told.story);
        for moment in told.moments {
            let waiting = Waiting { offset: moment.offset, told: self.told, story: Arc::clone(&story), what: moment.what };
            self.waiting.push(Reverse(waiting));
            self.told += 1;
        }
    }
}

impl Iterator for Source {
    type Item = Happening;

    fn next(&mut self) -> Option<Happening> {
        // A story has nothing before the day on which it begins.
        while self.waiting.peek().is_none_or(|Reverse(first)| first.offset >= self.day * DAY_MS) {
            let day = self.day;
            self.day += 1;
            self.begin_day(day);
        }
        let Reverse(Waiting { offset, story, what, .. }) = self.waiting.pop()?;
        let event = self.events;
        self.events += 1;
        Some(Happening { offset, event, story, what })
    }
}

#[cfg(test)]
mod tests {
    use hookline_model::platform::Platform;

    use super::*;

    fn world(contacts: u32, campaigns: u32) -> Arc<World> {
        Arc::new(World::new(3, vec![Platform::Smartlead, Platform::Instantly], 1, contacts, campaigns))
    }

    #[test]
    fn events_come_in_the_order_of_time_and_without_end() {
        for (contacts, campaigns) in [(1, 1), (1, 7), (50, 3), (400, 6)] {
            let events: Vec<Happening> = Source::new(world(contacts, campaigns)).take(5_000).collect();
            assert!(events.is_sorted_by_key(|event| event.offset), "{contacts} {campaigns}");
            assert!(events.iter().zip(0..).all(|(event, number)| event.event == number));
            assert!(events[0].offset >= 0);
        }
    }

    #[test]
    fn what_is_kept_is_bounded_by_the_contacts() {
        let mut source = Source::new(world(100, 4));
        for _ in 0..50_000 {
            source.next();
            assert!(source.waiting.len() < 100 * 40, "{}", source.waiting.len());
        }
    }
}
