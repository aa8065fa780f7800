//! One contact's way through one campaign, told from the first mail to the last correction of a label.

use hookline_model::platform::Platform;
use rand::{RngExt, rngs::ChaCha8Rng};

use crate::{
    chance::{self, About, happens},
    label::Label,
    languages::Says,
    rates::{self, DAY_MS, HOUR_MS, SECOND_MS},
    records::{Definition, Record, Touch},
    world::World,
};

/// What is told: who, where, when, and what was written. Shared by every event of it.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) round: u32,
    pub(crate) campaign: u32,
    /// None for what happens to the campaign itself.
    pub(crate) contact: Option<u32>,
    /// When each step was sent.
    pub(crate) sends: Vec<i64>,
    /// What came back, automatic answers among it.
    pub(crate) replies: Vec<Reply>,
    /// Which record of a CRM it is about. None where no CRM is.
    pub(crate) record: Option<Record>,
}

impl Story {
    /// What identifies it, for chance.
    pub(crate) fn parts(&self) -> [u64; 3] {
        [u64::from(self.round), u64::from(self.campaign), self.contact.map_or(u64::MAX, u64::from)]
    }

    /// The chance of something in it.
    pub(crate) fn chance(&self, world: &World, about: About, number: u64) -> ChaCha8Rng {
        let [round, campaign, contact] = self.parts();
        chance::of(world.seed, about, &[round, campaign, contact, number])
    }
}

/// A mail that came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) at: i64,
    /// The step it answers.
    pub(crate) step: u32,
    pub(crate) says: Says,
    /// A colleague answers for the contact.
    pub(crate) by_colleague: bool,
    /// It follows an earlier one.
    pub(crate) is_second: bool,
}

/// Why a mail bounced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The address is dead.
    Hard,
    /// For now.
    Soft,
    /// Our own mailbox is at fault.
    Sender,
}

/// What happens at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Sent {
        step: u32,
    },
    Opened {
        step: u32,
    },
    Clicked {
        step: u32,
        link: usize,
    },
    /// A place in the story's replies; automatic ones are [`Says::Away`].
    Replied {
        reply: usize,
    },
    Bounced {
        step: u32,
        fault: Fault,
    },
    Unsubscribed {
        step: u32,
        by_operator: bool,
    },
    /// A label is set; the one before, and the reply that caused it.
    Labelled {
        label: Label,
        before: Option<Label>,
        reply: usize,
    },
    StepReached {
        step: u32,
    },
    /// An answer that the platform cannot match, written by a colleague.
    Untracked,
    /// The sequence ran out without an answer.
    Exhausted,
    /// SmartLead: the campaign's status changed.
    CampaignStatus {
        from: &'static str,
        to: &'static str,
    },
    /// Instantly: the campaign ran out.
    CampaignCompleted,
    /// Instantly: a mailbox broke.
    AccountError,
    /// Something is done to a record of a CRM.
    Touched(Touch),
    /// Breakcold: somebody makes a campaign, a list, a tag.
    Defined(Definition),
}

/// Something that happens, in milliseconds since the world's first Monday.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) offset: i64,
    pub(crate) what: What,
}

/// A story and its moments; and whether the contact is never to be mailed again.
pub(crate) struct Told {
    pub(crate) story: Story,
    pub(crate) moments: Vec<Moment>,
    pub(crate) is_gone: bool,
}

/// Tells what happens to a campaign itself in the round that begins on a day.
pub(crate) fn of_campaign(world: &World, round: u32, number: u32, day: i64) -> Told {
    let story = Story { round, campaign: number, contact: None, sends: Vec::new(), replies: Vec::new(), record: None };
    let mut rng = story.chance(world, About::Story, 0);
    let campaign = world.campaign(number);
    let mut moments = Vec::new();
    let mut tell = |days: i64, hour: i64, what| {
        // The number keeps two campaigns' events apart.
        let offset = (day + days) * DAY_MS + hour * HOUR_MS + i64::from(number) * SECOND_MS + rng.random_range(0..SECOND_MS);
        moments.push(Moment { offset, what });
    };
    let status = |from, to| What::CampaignStatus { from, to };
    match (campaign.platform, round) {
        (Platform::Smartlead, 0) => {
            tell(0, 7, status("DRAFTED", "ACTIVE"));
            if campaign.is_paused {
                tell(2, 16, status("ACTIVE", "PAUSED"));
                tell(3, 7, status("PAUSED", "ACTIVE"));
            }
            tell(rates::ROUND_DAYS - 3, 18, status("ACTIVE", "COMPLETED"));
        }
        (Platform::Smartlead, 1) => tell(0, 7, status("COMPLETED", "ACTIVE")),
        (Platform::Breakcold, 0) if !campaign.is_new => {
            tell(0, 5, What::Defined(Definition::Campaign));
            tell(0, 6, What::Defined(Definition::List));
            tell(0, 7, What::Defined(Definition::Tag));
        }
        (Platform::Smartlead | Platform::Breakcold | Platform::Hubspot | Platform::Plusvibe, _) => {}
        (Platform::Lemlist | Platform::Emailbison, _) => {
            if happens(&mut story.chance(world, About::Event, 0), rates::ACCOUNT_ERROR) {
                tell(1, 10, What::AccountError);
            }
        }
        _ => {
            tell(rates::ROUND_DAYS - 3, 18, What::CampaignCompleted);
            if happens(&mut story.chance(world, About::Event, 0), rates::ACCOUNT_ERROR) {
                tell(1, 10, What::AccountError);
            }
        }
    }
    Told { story, moments, is_gone: false }
}
