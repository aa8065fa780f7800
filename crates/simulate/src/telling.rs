//! How one contact's way through one campaign goes: mails, what they set off, and what follows from a reply.

use hookline_model::platform::Platform;
use rand::{RngExt, rngs::ChaCha8Rng};

use crate::{
    chance::{self, About, happens, weighted},
    label::Label,
    languages::Says,
    rates::{self, APART_MS, AWAKE, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
    records::Record,
    story::{Fault, Moment, Reply, Story, Told, What},
    subscribed,
    world::{Campaign, World},
};

/// Tells the way of a contact that is started in a campaign on a day.
pub(crate) fn of_contact(world: &World, place: &Place, day: i64) -> Told {
    let Place { round, contact, .. } = *place;
    let record = Record::of(world, place);
    let story = Story { round, campaign: place.campaign, contact: Some(contact), sends: Vec::new(), replies: Vec::new(), record };
    let rng = story.chance(world, About::Story, 0);
    let campaign = world.campaign(place.campaign);
    // What a server tells apart by its time of receipt may come once only, or its repetition would look like a delivery sent
    // twice.
    let is_first_time = round < world.campaigns();
    let manual_step = campaign.manual_step.filter(|_| is_first_time);
    let mut teller = Teller { seed: world.seed, rng, campaign, manual_step, story, moments: Vec::new(), is_gone: false };
    teller.tell_all(day);
    if teller.story.record.is_some() {
        teller.keep_records(day);
    }
    subscribed::retain(campaign, is_first_time, &mut teller.moments);
    Told { story: teller.story, moments: teller.moments, is_gone: teller.is_gone }
}

/// Who is where in the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) round: u32,
    pub(crate) campaign: u32,
    pub(crate) contact: u32,
    /// How often the lists were imported anew before, and the round in which they last were.
    pub(crate) era: (u32, u32),
}

pub(crate) struct Teller<'a> {
    seed: u64,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) campaign: &'a Campaign,
    manual_step: Option<u32>,
    pub(crate) story: Story,
    pub(crate) moments: Vec<Moment>,
    pub(crate) is_gone: bool,
}

impl Teller<'_> {
    fn tell_all(&mut self, first_day: i64) {
        let loads_pixels = !self.happens(rates::UNTRACKABLE);
        let mut day = first_day;
        let mut answered = false;
        for step in 1..=rates::STEPS {
            if self.manual_step == Some(step) {
                let at = self.burst(day) - 30 * MINUTE_MS;
                self.tell(at, What::StepReached { step });
            }
            let sent = self.burst(day);
            self.story.sends.push(sent);
            self.tell(sent, What::Sent { step });
            if let Some(fault) = self.fault(step) {
                let at = sent + self.spread(2 * SECOND_MS, 6);
                self.tell(at, What::Bounced { step, fault });
                self.is_gone = fault == Fault::Hard;
            } else {
                self.away(step, sent);
                self.look(step, sent, loads_pixels);
                answered = self.answer(step, sent);
            }
            if answered || self.is_gone || self.unsubscribe(step, sent) {
                break;
            }
            day = next_working_day(day + self.rng.random_range(rates::STEP_GAP_DAYS.0..=rates::STEP_GAP_DAYS.1));
        }
        self.end(answered);
    }

    /// What comes after the last mail.
    fn end(&mut self, answered: bool) {
        let last = self.story.sends.last().copied().unwrap_or(0);
        let platform = self.campaign.platform;
        match platform {
            Platform::Instantly | Platform::Lemlist if self.campaign.reports_exhausted && !answered && !self.is_gone => {
                self.tell(last + 3 * DAY_MS, What::Exhausted);
            }
            Platform::Smartlead | Platform::Emailbison if self.happens(rates::UNTRACKED) => {
                let at = last + self.spread(HOUR_MS, 6);
                let at = self.awake(at);
                self.tell(at, What::Untracked);
            }
            _ => {}
        }
    }

    fn fault(&mut self, step: u32) -> Option<Fault> {
        if step == 1 && self.happens(rates::HARD_BOUNCE) {
            Some(Fault::Hard)
        } else if self.happens(rates::SOFT_BOUNCE) {
            Some(Fault::Soft)
        } else {
            self.happens(rates::SENDER_BOUNCE).then_some(Fault::Sender)
        }
    }

    /// An absence note, within seconds at any time of day.
    fn away(&mut self, step: u32, sent: i64) {
        if !self.happens(rates::AWAY) {
            return;
        }
        let at = sent + self.spread(3 * SECOND_MS, 4);
        let reply = self.reply(Reply { at, step, says: Says::Away, by_colleague: false, is_second: false });
        if self.happens(rates::LABELLED) {
            let at = at + self.spread(20 * SECOND_MS, 6);
            self.tell(at, What::Labelled { label: Label::OutOfOffice, before: None, reply });
        }
    }

    /// Openings and clicks.
    fn look(&mut self, step: u32, sent: i64, loads_pixels: bool) {
        if !loads_pixels || !self.happens(rates::OPEN) {
            return;
        }
        let mut at = sent + self.spread(2 * MINUTE_MS, 9);
        for open in 0..rates::OPENS_MAX {
            at = self.awake(at);
            self.tell(at, What::Opened { step });
            if open == 0 && self.happens(rates::CLICK) {
                self.click(step, at);
            }
            if !self.happens(rates::OPEN_AGAIN) {
                break;
            }
            at += self.spread(2 * MINUTE_MS, 11);
        }
    }

    fn click(&mut self, step: u32, opened: i64) {
        let at = opened + self.spread(8 * SECOND_MS, 4);
        self.tell(at, What::Clicked { step, link: 0 });
        if self.happens(rates::CLICK_AGAIN) {
            self.tell(at, What::Clicked { step, link: 1 });
        }
    }

    fn unsubscribe(&mut self, step: u32, sent: i64) -> bool {
        if !self.happens(rates::UNSUBSCRIBE) {
            return false;
        }
        let at = sent + self.spread(5 * MINUTE_MS, 8);
        let by_operator = self.happens(rates::BY_OPERATOR);
        self.unsubscribed(step, at, by_operator);
        true
    }

    fn unsubscribed(&mut self, step: u32, at: i64, by_operator: bool) {
        let at = self.awake(at);
        self.tell(at, What::Unsubscribed { step, by_operator });
        self.is_gone = true;
    }

    /// A reply, and what follows from it.
    fn answer(&mut self, step: u32, sent: i64) -> bool {
        if !self.happens(rates::REPLY) {
            return false;
        }
        let says = weighted(
            &mut self.rng,
            &[
                (26, Says::Interested),
                (10, Says::Meeting),
                (12, Says::Question),
                (28, Says::No),
                (6, Says::Never),
                (10, Says::WrongPerson),
                (8, Says::Later),
            ],
        );
        let at = sent + self.spread(8 * MINUTE_MS, 9);
        let at = self.awake(at);
        let by_colleague = self.happens(rates::COLLEAGUE);
        let reply = self.reply(Reply { at, step, says, by_colleague, is_second: false });
        let at = self.story.replies[reply].at;
        if self.happens(rates::REPLY_AGAIN) {
            let again = at + self.spread(4 * MINUTE_MS, 9);
            let again = self.awake(again);
            self.reply(Reply { at: again, step, says, by_colleague, is_second: true });
        }
        if self.happens(rates::LABELLED) {
            let at = at + self.spread(30 * SECOND_MS, 6);
            self.labels(reply, at);
        }
        if says == Says::Never {
            let at = at + self.spread(10 * MINUTE_MS, 6);
            self.unsubscribed(step, at, true);
        }
        true
    }

    /// The label of a reply, its correction, and how a good one goes on.
    fn labels(&mut self, reply: usize, at: i64) {
        let mut label = Label::of(self.story.replies[reply].says, &mut self.rng);
        self.tell(at, What::Labelled { label, before: None, reply });
        let mut at = at;
        if self.happens(rates::CORRECTED) {
            let corrected = label.correction(self.campaign.platform, &mut self.rng);
            let delay = self.spread(2 * HOUR_MS, 5);
            at = self.awake(at + delay);
            self.tell(at, What::Labelled { label: corrected, before: Some(label), reply });
            label = corrected;
        }
        while let Some(next) = self.next_label(label) {
            let delay = DAY_MS + self.spread(HOUR_MS, 5);
            at = self.awake(at + delay);
            self.tell(at, What::Labelled { label: next, before: Some(label), reply });
            label = next;
        }
    }

    fn next_label(&mut self, label: Label) -> Option<Label> {
        match label {
            Label::Interested | Label::Question => self.happens(rates::BOOKED).then_some(Label::MeetingBooked),
            Label::MeetingBooked if self.happens(rates::HELD) => Some(Label::MeetingCompleted),
            Label::MeetingBooked => self.happens(rates::NO_SHOW * 1000 / (1000 - rates::HELD)).then_some(Label::NoShow),
            Label::MeetingCompleted => self.happens(rates::CLOSED).then_some(Label::Closed),
            _ => None,
        }
    }

    fn reply(&mut self, mut reply: Reply) -> usize {
        let place = self.story.replies.len();
        reply.at = self.tell(reply.at, What::Replied { reply: place });
        self.story.replies.push(reply);
        place
    }

    /// Tells that something happens, and answers when: never near another event of the same sort, unless it says something else.
    pub(crate) fn tell(&mut self, at: i64, what: What) -> i64 {
        let platform = self.campaign.platform;
        let collides = |other: &Moment, at: i64| {
            let is_near = (other.offset - at).abs() < APART_MS;
            // SmartLead names the link, so that two may be clicked at once.
            let are_told_apart = platform == Platform::Smartlead
                && matches!((other.what, what), (What::Clicked { link, .. }, What::Clicked { link: this, .. }) if link != this);
            is_near && !are_told_apart && std::mem::discriminant(&other.what) == std::mem::discriminant(&what)
        };
        let mut at = at;
        while self.moments.iter().any(|other| collides(other, at)) {
            at += APART_MS;
        }
        self.moments.push(Moment { offset: at, what });
        at
    }

    pub(crate) fn happens(&mut self, per_mille: u32) -> bool {
        happens(&mut self.rng, per_mille)
    }

    /// A time between `least` and `least` doubled so many times; short ones are likelier.
    pub(crate) fn spread(&mut self, least: i64, doublings: u32) -> i64 {
        let doubled = least << self.rng.random_range(0..doublings);
        doubled + self.rng.random_range(0..doubled)
    }

    /// When the campaign's burst of a day reaches this contact.
    pub(crate) fn burst(&mut self, day: i64) -> i64 {
        let parts = [u64::from(self.story.campaign), day.unsigned_abs()];
        let mut shared = chance::of(self.seed, About::Burst, &parts);
        let jitters: [i64; 3] = std::array::from_fn(|_| shared.random_range(0..20 * MINUTE_MS));
        let burst = self.rng.random_range(0..rates::BURSTS.len());
        let local = rates::BURSTS[burst] * MINUTE_MS + jitters[burst] + self.rng.random_range(0..rates::BURST_MS);
        (day * DAY_MS + local - self.campaign.utc_offset_hours * HOUR_MS).max(0)
    }

    /// The time, or the next morning if it is night there.
    pub(crate) fn awake(&mut self, at: i64) -> i64 {
        let local = (at + self.campaign.utc_offset_hours * HOUR_MS).rem_euclid(DAY_MS);
        let (morning, evening) = AWAKE;
        let wait = match local {
            _ if local < morning => morning - local,
            _ if local > evening => DAY_MS - local + morning,
            _ => return at,
        };
        at + wait + self.rng.random_range(0..150 * MINUTE_MS)
    }
}

/// The day, or the Monday after it. Day 0 is a Monday.
fn next_working_day(day: i64) -> i64 {
    match day.rem_euclid(7) {
        5 => day + 2,
        6 => day + 1,
        _ => day,
    }
}
