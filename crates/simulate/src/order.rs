//! The order of sending: events are held back, delivered under two names, and delivered again.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

use rand::{RngExt, rngs::ChaCha8Rng};

use crate::{
    chance::{self, About},
    plan::PlanOptions,
    source::{Happening, Source},
    subscribed,
    world::World,
};

/// A delivery is held back for at most so many others.
pub const HELD_BACK_MAX: u64 = 256;
/// A delivery is repeated after at most so many others.
pub const REPEATED_AFTER_MAX: usize = 512;
/// What states no time is repeated soon: a server can take two deliveries of it for the same event only for a while.
const TIMELESS_REPEATED_AFTER_MAX: usize = 20;

/// One delivery, not written yet.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) happening: Happening,
    /// The same under its other name, such as `FIRST_EMAIL_SENT` beside `EMAIL_SENT`.
    pub(crate) is_twin: bool,
    /// Which subscription it comes through: 0 is the first; repetitions through another have other fields around the event.
    pub(crate) wrapper: u8,
    pub(crate) is_duplicate: bool,
    pub(crate) is_held_back: bool,
}

/// Deliveries in the order of sending.
pub(crate) struct Order {
    source: Source,
    world: Arc<World>,
    rng: ChaCha8Rng,
    duplicates: f64,
    disorder: f64,
    left: u64,
    /// Taken from the source so far.
    taken: u64,
    /// The second name of a first mail comes right after the first.
    twin: Option<Delivery>,
    /// Held back, by when they are let go.
    held: BTreeMap<(u64, u64), Delivery>,
    /// What was sent lately.
    sent: VecDeque<Delivery>,
    /// Mails of which one of two names was sent.
    half_sent: HashSet<u64>,
}

impl Order {
    pub(crate) fn new(world: Arc<World>, options: &PlanOptions) -> Order {
        Order {
            source: Source::new(Arc::clone(&world)),
            world,
            rng: chance::of(options.seed, About::Disorder, &[]),
            duplicates: options.duplicates_pct / 100.0,
            disorder: options.disorder_pct / 100.0,
            left: options.events,
            taken: 0,
            twin: None,
            held: BTreeMap::new(),
            sent: VecDeque::new(),
            half_sent: HashSet::new(),
        }
    }

    /// The next one in the order of time.
    fn take(&mut self) -> Option<Delivery> {
        self.taken += 1;
        if let Some(twin) = self.twin.take() {
            return Some(twin);
        }
        let happening = self.source.next()?;
        let delivery = Delivery { happening, is_twin: false, wrapper: 0, is_duplicate: false, is_held_back: false };
        if subscribed::has_twin(&self.world, &delivery) {
            self.twin = Some(Delivery { is_twin: true, ..delivery.clone() });
        }
        Some(delivery)
    }

    /// The next one to be sent for the first time.
    fn first_time(&mut self) -> Option<Delivery> {
        loop {
            let is_due = self.held.first_key_value().is_some_and(|((release, _), _)| *release <= self.taken);
            if is_due || self.held.len() as u64 >= self.left {
                return self.held.pop_first().map(|(_, delivery)| delivery);
            }
            let mut delivery = self.take()?;
            if !self.rng.random_bool(self.disorder) {
                return Some(delivery);
            }
            delivery.is_held_back = true;
            let release = self.taken + self.rng.random_range(1..=HELD_BACK_MAX);
            self.held.insert((release, self.taken), delivery);
        }
    }

    /// One that was sent lately, again: byte by byte, or through another subscription.
    fn again(&mut self) -> Option<Delivery> {
        let age = self.rng.random_range(0..self.sent.len().max(1));
        let chosen = self.sent.iter().rev().nth(age)?;
        let is_too_old = chosen.happening.what.is_timeless() && age >= TIMELESS_REPEATED_AFTER_MAX;
        let chosen = if is_too_old { self.sent.back()? } else { chosen };
        let wrapper = if self.rng.random_bool(0.5) { 0 } else { self.rng.random_range(1..=2) };
        Some(Delivery { wrapper, is_duplicate: true, is_held_back: false, ..chosen.clone() })
    }

    /// Notes that a delivery is sent for the first time; answers whether its event was, under another name.
    fn note(&mut self, delivery: &Delivery) -> bool {
        if self.sent.len() == REPEATED_AFTER_MAX {
            self.sent.pop_front();
        }
        self.sent.push_back(delivery.clone());
        let event = delivery.happening.event;
        subscribed::has_twin(&self.world, delivery) && (self.half_sent.remove(&event) || !self.half_sent.insert(event))
    }
}

impl Iterator for Order {
    type Item = Delivery;

    fn next(&mut self) -> Option<Delivery> {
        if self.left == 0 {
            return None;
        }
        // What is held back must still find its place before the end.
        let has_room = self.left > self.held.len() as u64;
        let repeats = has_room && !self.sent.is_empty() && self.rng.random_bool(self.duplicates);
        let delivery = if repeats {
            self.again()?
        } else {
            let mut delivery = self.first_time()?;
            delivery.is_duplicate = self.note(&delivery);
            delivery
        };
        self.left -= 1;
        Some(delivery)
    }
}
