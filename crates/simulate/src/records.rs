//! Records of CRMs: which record a story is about, and what is done to it besides the mails.

use hookline_model::platform::Platform;
use rand::RngExt;
use uuid::Uuid;

use crate::{
    chance::{self, About, happens},
    rates::{self, DAY_MS, HOUR_MS, MINUTE_MS},
    story::What,
    telling::{Place, Teller},
    world::World,
};

/// Something that is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Created,
    /// A property gets its value: a place in the platform's list of them.
    Filled(u8),
    /// A second record of the same person is made.
    Duplicated,
    /// The two become one.
    Merged,
    Changed,
    Listed,
    Tagged,
    Noted,
    NoteWritten,
    /// The note is put to the person.
    NoteLinked,
    NoteDeleted,
    TaskSet,
    TaskDone,
    /// A message of another channel, or a call.
    Contacted,
    Deleted,
}

/// What somebody makes for a whole workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    Campaign,
    List,
    Tag,
}

/// How many properties HubSpot is told of one by one after a record was made.
pub(crate) const PROPERTIES: u8 = 4;

/// A record of a CRM: a person in a workspace, since the lists were last imported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    workspace: u32,
    era: u32,
    contact: u32,
    /// Whether the person comes to this workspace for the first time.
    pub(crate) is_first: bool,
    /// Whether somebody makes a second record.
    pub(crate) has_duplicate: bool,
    /// From when on the two are one; before all time, if an earlier story tells it.
    pub(crate) merged_at: Option<i64>,
}

impl Record {
    /// The record that a story at this place is about, if its platform is a CRM.
    pub(crate) fn of(world: &World, place: &Place) -> Option<Record> {
        let campaign = world.campaign(place.campaign);
        if !campaign.platform.ids_join_people() {
            return None;
        }
        let (era, began) = place.era;
        // The campaigns come round again: what is not among as many rounds is nowhere.
        let earliest = began.max(place.round.saturating_sub(world.campaigns()));
        let is_same = |round: u32| {
            let other = world.campaign(world.campaign_of(place.contact, round));
            (other.platform, other.workspace, other.is_new) == (campaign.platform, campaign.workspace, campaign.is_new)
        };
        let is_first = !(earliest..place.round).any(is_same);
        let record = Record {
            workspace: campaign.workspace,
            era,
            contact: place.contact,
            is_first,
            has_duplicate: false,
            merged_at: None,
        };
        let has_duplicate = campaign.platform == Platform::Hubspot && happens(&mut record.chance(world, 0), rates::DUPLICATED);
        let merged_at = (has_duplicate && !is_first).then_some(i64::MIN);
        Some(Record { has_duplicate, merged_at, ..record })
    }

    fn chance(&self, world: &World, number: u64) -> rand::rngs::ChaCha8Rng {
        let parts = [u64::from(self.workspace), u64::from(self.era), u64::from(self.contact), number];
        chance::of(world.seed, About::Record, &parts)
    }

    /// HubSpot's id of the record as it is at this time: the two that were merged leave a new one.
    pub(crate) fn object_id(&self, world: &World, offset: i64) -> u64 {
        self.object(world, if self.merged_at.is_some_and(|merged| merged < offset) { 2 } else { 0 })
    }

    /// The two records that are merged.
    pub(crate) fn merged_ids(&self, world: &World) -> [u64; 2] {
        [self.object(world, 0), self.object(world, 1)]
    }

    /// The record that is left of them.
    pub(crate) fn left_id(&self, world: &World) -> u64 {
        self.object(world, 2)
    }

    fn object(&self, world: &World, which: u64) -> u64 {
        let number = u64::from(self.era) * u64::from(world.contacts) + u64::from(self.contact);
        world.base(55_000_000_000) + number * 3 + which
    }

    /// Breakcold's id of the record, in the classic generation.
    pub(crate) fn uuid(&self, world: &World) -> Uuid {
        chance::uuid(&mut self.chance(world, 1))
    }

    /// The same in the new one.
    pub(crate) fn token(&self, world: &World) -> String {
        format!("rec_{}", chance::token(&mut self.chance(world, 2), 14))
    }
}

impl Teller<'_> {
    /// What is done to the record of a CRM, before the first mail and after.
    pub(crate) fn keep_records(&mut self, day: i64) {
        let Some(record) = self.story.record else { return };
        // On the day on which the story begins, before the first mail.
        let begins = day * DAY_MS;
        let first_mail = self.story.sends.first().map_or(0, |sent| sent - begins);
        let mut at = begins + self.rng.random_range(0..first_mail.max(HOUR_MS / 2));
        if record.is_first {
            self.touch(at, Touch::Created);
            for property in 0..PROPERTIES {
                at += self.rng.random_range(1_000..MINUTE_MS);
                self.touch(at, Touch::Filled(property));
            }
            if record.has_duplicate {
                at = self.later(at);
                self.touch(at, Touch::Duplicated);
                at = self.later(at);
                let merged = self.touch(at, Touch::Merged);
                if let Some(record) = &mut self.story.record {
                    record.merged_at = Some(merged);
                }
            }
        }
        for touch in [Touch::Changed, Touch::Listed, Touch::Tagged] {
            self.sometimes(&mut at, rates::KEPT_UP, touch);
        }
        if self.sometimes(&mut at, rates::NOTED, Touch::Noted) {
            self.touch(at + 500, Touch::NoteWritten);
            self.touch(at + 900, Touch::NoteLinked);
            self.sometimes(&mut at, rates::NOTE_DELETED, Touch::NoteDeleted);
        }
        if self.sometimes(&mut at, rates::TASK, Touch::TaskSet) {
            self.sometimes(&mut at, rates::TASK_DONE, Touch::TaskDone);
        }
        self.sometimes(&mut at, rates::OTHER_CHANNEL, Touch::Contacted);
        if self.happens(rates::DELETED) {
            let last = self.moments.iter().map(|moment| moment.offset).max().unwrap_or(at);
            self.touch(last.max(at) + DAY_MS / 2, Touch::Deleted);
            self.is_gone = true;
        }
    }

    fn touch(&mut self, at: i64, touch: Touch) -> i64 {
        self.tell(at, What::Touched(touch))
    }

    fn sometimes(&mut self, at: &mut i64, per_mille: u32, touch: Touch) -> bool {
        let does = self.happens(per_mille);
        if does {
            let when = self.later(*at);
            *at = self.touch(when, touch);
        }
        does
    }

    fn later(&mut self, at: i64) -> i64 {
        let at = at + self.spread(10 * MINUTE_MS, 6);
        self.awake(at)
    }
}
