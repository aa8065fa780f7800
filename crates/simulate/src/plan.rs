//! The plan: which deliveries are sent, in which order, and what each of them says.

use std::sync::Arc;

use hookline_model::{interest::Interest, kind::Kind, platform::Platform, time::Millis};

use crate::{
    Error, breakcold, emailbison, hubspot, instantly, lemlist,
    order::{Delivery, Order},
    patience::Webhook,
    plusvibe,
    rates::{DAY_MS, ROUND_DAYS, SECOND_MS, WEEK_MS},
    smartlead,
    story::{Story, What},
    world::{Campaign, Person, World},
};

/// The platforms whose traffic can be simulated.
pub const PLATFORMS: [Platform; 7] = [
    Platform::Smartlead,
    Platform::Instantly,
    Platform::Lemlist,
    Platform::Emailbison,
    Platform::Plusvibe,
    Platform::Hubspot,
    Platform::Breakcold,
];
/// 2001-01-01T00:00:00Z, a Monday: no world begins before it, since a server believes no time before 2000.
const EARLIEST_MS: i64 = 978_307_200_000;
/// 1970-01-05, the first Monday of time.
const FIRST_MONDAY_MS: i64 = 4 * DAY_MS;
/// Campaigns are kept in memory.
const CAMPAIGNS_MAX: u32 = 100_000;
/// Two events of one kind in one story must stay two in compressed time.
const SPEED_MAX: u32 = 10_000;

/// What is to be simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// The platforms that send, at least one of [`PLATFORMS`]. Campaigns take turns.
    pub platforms: Vec<Platform>,
    /// How many workspaces receive. The campaigns of each platform take turns.
    pub workspaces: u32,
    /// How many deliveries are sent, repetitions among them.
    pub events: u64,
    /// How many contacts are mailed.
    pub contacts: u32,
    /// How many campaigns mail them.
    pub campaigns: u32,
    /// How many deliveries in a hundred repeat an earlier one.
    pub duplicates_pct: f64,
    /// How many deliveries in a hundred are held back and come out of order.
    pub disorder_pct: f64,
    /// The same seed gives the same bytes.
    pub seed: u64,
}

impl PlanOptions {
    /// How many contacts are enough for so many deliveries that campaigns are played to their end once.
    #[must_use]
    pub fn contacts_for(events: u64) -> u32 {
        u32::try_from(events / 7).unwrap_or(u32::MAX).clamp(10, 1_000_000)
    }

    /// How many campaigns are enough for so many platforms and workspaces: two for each of both together, and six at least.
    /// Breakcold's generations take turns, so that two campaigns have both.
    #[must_use]
    pub fn campaigns_for(platforms: usize, workspaces: usize) -> u32 {
        u32::try_from(platforms.saturating_mul(workspaces).saturating_mul(2)).unwrap_or(u32::MAX).max(6)
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |what: &'static str| Err(Error::Options(what));
        let in_percent = |value: f64| (0.0..=100.0).contains(&value);
        if self.platforms.is_empty() {
            return wrong("name at least one platform");
        }
        if let Some(platform) = self.platforms.iter().find(|platform| !PLATFORMS.contains(platform)) {
            return Err(Error::Platform(platform.to_string()));
        }
        if self.contacts == 0 || self.campaigns == 0 || self.workspaces == 0 {
            return wrong("there must be at least one contact, one campaign and one address");
        }
        if self.campaigns > CAMPAIGNS_MAX {
            return wrong("there are at most a hundred thousand campaigns");
        }
        if u64::from(self.workspaces) * self.platforms.len() as u64 > u64::from(self.campaigns) {
            return wrong("every address needs a campaign: raise the number of campaigns");
        }
        if !in_percent(self.duplicates_pct) || self.duplicates_pct > 95.0 || !in_percent(self.disorder_pct) {
            return wrong("percentages go from 0 to 100, repetitions up to 95");
        }
        Ok(())
    }

    fn world(&self) -> World {
        let mut platforms = Vec::new();
        for platform in &self.platforms {
            if !platforms.contains(platform) {
                platforms.push(*platform);
            }
        }
        World::new(self.seed, platforms, self.workspaces, self.contacts, self.campaigns)
    }
}

/// One delivery as it is to be sent, and what it must come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Who sends it.
    pub platform: Platform,
    /// The body.
    pub body: Vec<u8>,
    /// When it happened: what the body states, unless `states_time` is false.
    pub at: Millis,
    /// Whether the body states a time. Without one, the server takes the time of receipt.
    pub states_time: bool,
    /// What happened.
    pub kind: Kind,
    /// The interest that it states, be it by its kind or by a category.
    pub interest: Option<Interest>,
    /// The contact's address, in lower case.
    pub contact: Option<String>,
    /// A CRM's name for the contact: the record's id, with the account where it is unique only there.
    pub contact_id: Option<String>,
    /// Other such names that the delivery says are of the same person.
    pub same_as: Vec<String>,
    /// The mails that it tells of, sent or received: the same text is the same mail.
    pub mails: Vec<String>,
    /// The platform's id of the campaign.
    pub campaign: Option<String>,
    /// Which of the workspaces receives it, counted from 0.
    pub workspace: u32,
    /// The event: deliveries of the same number are the same event. Numbers follow the order of time, from 0.
    pub event: u64,
    /// Whether an earlier delivery of the plan was the same event.
    pub is_duplicate: bool,
    /// Whether it is the first mail under its other name, which is no repetition though it is the same event.
    pub is_twin: bool,
    /// Whether it was held back and comes out of order.
    pub is_held_back: bool,
    /// Whether Breakcold's new generation sends it.
    pub is_new: bool,
}

impl Planned {
    /// The webhook that it goes to.
    #[must_use]
    pub fn webhook(&self) -> Webhook {
        Webhook { platform: self.platform, is_new: self.is_new, workspace: self.workspace }
    }
}

/// How the world's time becomes the time that bodies state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeline {
    /// The world's first Monday.
    start: Millis,
    /// How many times faster than life.
    speed: i64,
    /// The offset that is at `start`.
    from: i64,
}

impl Timeline {
    /// The time of an offset.
    pub(crate) fn at(&self, offset: i64) -> Millis {
        Millis(self.start.0 + (offset - self.from) / self.speed)
    }

    /// The time of an offset in whole seconds, as SmartLead states it of mails that came in.
    pub(crate) fn second(&self, offset: i64) -> Millis {
        Millis(self.at(offset).0.div_euclid(SECOND_MS) * SECOND_MS)
    }
}

/// A story with everything that a body may need of it.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    pub(crate) timeline: Timeline,
    pub(crate) story: &'a Story,
    pub(crate) campaign: &'a Campaign,
    pub(crate) lead: Option<Person>,
}

/// What a body says, as far as it is compared and counted.
pub(crate) struct Said {
    pub(crate) at: Millis,
    pub(crate) states_time: bool,
    pub(crate) kind: Kind,
    pub(crate) interest: Option<Interest>,
    pub(crate) contact: Option<String>,
    pub(crate) contact_id: Option<String>,
    pub(crate) same_as: Vec<String>,
    pub(crate) mails: Vec<String>,
    /// Whether it names its campaign.
    pub(crate) has_campaign: bool,
}

impl Said {
    /// Something that happened at a time, to nobody yet.
    pub(crate) fn new(at: Millis, kind: Kind) -> Said {
        Said {
            at,
            states_time: true,
            kind,
            interest: Interest::of_kind(kind),
            contact: None,
            contact_id: None,
            same_as: Vec::new(),
            mails: Vec::new(),
            has_campaign: true,
        }
    }
}

/// The deliveries, one after another. The same options give the same deliveries.
pub struct Plan {
    world: Arc<World>,
    timeline: Timeline,
    order: Order,
}

impl Plan {
    /// A plan whose last event is at `until`, or up to a week before it: worlds begin on Mondays.
    ///
    /// # Errors
    /// When the options contradict each other, or ask for so many events of so few contacts that the world would have begun
    /// before 2001.
    pub fn until(options: &PlanOptions, until: Millis) -> Result<Plan, Error> {
        options.check()?;
        let world = Arc::new(options.world());
        // Played once without writing anything, to see how long it takes.
        let span_max = until.0 - EARLIEST_MS;
        let mut span = 0;
        for delivery in Order::new(Arc::clone(&world), options) {
            span = span.max(delivery.happening.offset);
            if span > span_max {
                return Err(Error::Options(
                    "so many events of so few contacts take longer than history: raise the number of contacts",
                ));
            }
        }
        let start = Millis((until.0 - span - FIRST_MONDAY_MS).div_euclid(WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS);
        let order = Order::new(Arc::clone(&world), options);
        Ok(Plan { world, timeline: Timeline { start, speed: 1, from: 0 }, order })
    }

    /// A plan whose first event is at `from` and whose time runs `speed` times faster than life, for a demonstration: a
    /// delivery is due at the time that it states.
    ///
    /// # Errors
    /// When the options contradict each other.
    pub fn live(options: &PlanOptions, from: Millis, speed: u32) -> Result<Plan, Error> {
        options.check()?;
        if !(1..=SPEED_MAX).contains(&speed) {
            return Err(Error::Options("time runs between once and ten thousand times as fast as life"));
        }
        let world = Arc::new(options.world());
        let first = Order::new(Arc::clone(&world), options).next().map_or(0, |delivery| delivery.happening.offset);
        let order = Order::new(Arc::clone(&world), options);
        Ok(Plan { world, timeline: Timeline { start: from, speed: i64::from(speed), from: first }, order })
    }

    /// The platforms that send.
    #[must_use]
    pub fn platforms(&self) -> &[Platform] {
        &self.world.platforms
    }

    fn render(&self, delivery: &Delivery) -> Planned {
        let story = delivery.happening.story.as_ref();
        let campaign = self.world.campaign(story.campaign);
        let lead = story.contact.map(|contact| self.world.contact(contact));
        let scene = Scene { world: &self.world, timeline: self.timeline, story, campaign, lead };
        let (said, body) = match scene.campaign.platform {
            Platform::Smartlead => smartlead::render(&scene, delivery),
            Platform::Lemlist => lemlist::render(&scene, delivery),
            Platform::Emailbison => emailbison::render(&scene, delivery),
            Platform::Plusvibe => plusvibe::render(&scene, delivery),
            Platform::Hubspot => hubspot::render(&scene, delivery),
            Platform::Breakcold => breakcold::render(&scene, delivery),
            Platform::Instantly | Platform::Hookline => instantly::render(&scene, delivery),
        };
        Planned {
            platform: scene.campaign.platform,
            body,
            at: said.at,
            states_time: said.states_time,
            kind: said.kind,
            interest: said.interest,
            contact: said.contact,
            contact_id: said.contact_id,
            same_as: said.same_as,
            mails: said.mails,
            workspace: scene.campaign.workspace,
            campaign: said.has_campaign.then(|| scene.campaign.id.clone()),
            event: delivery.happening.event,
            is_duplicate: delivery.is_duplicate,
            is_twin: delivery.is_twin,
            is_held_back: delivery.is_held_back,
            is_new: scene.campaign.is_new,
        }
    }
}

impl Iterator for Plan {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        let delivery = self.order.next()?;
        Some(self.render(&delivery))
    }
}

impl What {
    /// Whether the platform states no time for it.
    pub(crate) fn is_timeless(self) -> bool {
        matches!(self, What::StepReached { .. } | What::CampaignStatus { .. })
    }
}

const _: () = assert!(ROUND_DAYS % 7 == 0, "rounds begin on Mondays");
