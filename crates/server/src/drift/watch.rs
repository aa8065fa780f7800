//! Who has seen which shapes: in memory, bounded per workspace or agency and in all.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use hookline_model::{id::EventId, kind::Kind, platform::Platform, time::Millis};
use hookline_platforms::{
    Parser,
    shape::{self, FreeObjects},
};
use hookline_store::directory::AddressOwner;
use metrics::counter;
use serde::{Deserialize, Serialize};

use super::known::{Drift, Known, LEARNED, Room};
use crate::{
    metrics::{DRIFT_TOTAL, LABEL_PLATFORM, LABEL_WHAT},
    reading,
};

/// The largest body that is looked at, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;
/// How many names of events of one platform are watched for one owner.
pub(super) const NAMES_MAX: usize = 200;
/// How many fields of one platform are known for one owner.
const FIELDS_MAX: usize = 20_000;
/// How many differences of one platform are noted for one owner.
pub(super) const DRIFTS_MAX: usize = 1_000;
/// How many fields are known in all.
const FIELDS_IN_ALL_MAX: usize = 200_000;
/// How many differences are noted in all.
const DRIFTS_IN_ALL_MAX: usize = 20_000;
/// How many names are watched in all.
const NAMES_IN_ALL_MAX: usize = 20_000;
/// How many lines an hour tell of drift in the log of the process; the rest is only counted.
const LINES_PER_HOUR_MAX: u32 = 100;
/// After how many deliveries what was only counted is brought to the store.
const COUNTED_MAX: u64 = 1_000;
const HOUR_MS: i64 = 3_600_000;

/// A delivery that was kept.
pub(crate) struct Seen<'a> {
    /// Whose it is.
    pub(crate) owner: AddressOwner,
    /// Who reads its platform.
    pub(crate) parser: &'static dyn Parser,
    /// The body as it was received.
    pub(crate) body: &'a [u8],
    /// What it was read as.
    pub(crate) kind: Kind,
    /// The event that it is.
    pub(crate) event_id: EventId,
    /// When it came.
    pub(crate) received_at: Millis,
}

/// A drift, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) platform: Platform,
    /// The event's name; none if its bodies have none.
    pub(crate) event_name: Option<String>,
    pub(crate) drift: Drift,
}

/// What is known of an owner's platform.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct OfPlatform {
    deliveries: u64,
    free: BTreeSet<u64>,
    names: BTreeMap<String, Known>,
    #[serde(skip)]
    shared_free: Arc<FreeObjects>,
    /// Whether something was learned that the store does not have.
    #[serde(skip)]
    pub(super) is_new: bool,
    /// How many deliveries were counted that the store does not have.
    #[serde(skip)]
    pub(super) counted: u64,
}

impl OfPlatform {
    /// Counts what is counted by shape yet by field.
    pub(super) fn settle(&mut self) {
        self.names.values_mut().for_each(Known::settle);
    }

    /// Puts back what is not kept.
    pub(super) fn recalled(mut self) -> OfPlatform {
        self.shared_free = Arc::new(FreeObjects(self.free.clone()));
        self
    }

    fn len(&self) -> usize {
        self.names.values().map(Known::len).sum()
    }

    /// How many differences are noted.
    fn noted(&self) -> usize {
        self.names.values().map(|known| known.drifts.len()).sum()
    }

    /// Whether the store is to have it: what is new at once, what was only counted now and then.
    pub(super) fn is_due(&self, all: bool) -> bool {
        self.is_new || self.counted >= COUNTED_MAX || (all && self.counted > 0)
    }
}

type Place = (AddressOwner, Platform);

/// What is known of everybody's shapes.
#[derive(Default)]
pub(crate) struct Watch {
    places: Mutex<HashMap<Place, Arc<Mutex<OfPlatform>>>>,
    names: AtomicUsize,
    fields: AtomicUsize,
    drifts: AtomicUsize,
    /// The hour by the time of receipt, and how many lines it has had.
    told: Mutex<(i64, u32)>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    /// Looks at a delivery.
    pub(crate) fn see(&self, seen: &Seen<'_>) {
        let platform = seen.parser.platform();
        if seen.kind == Kind::WebhookTest || seen.body.len() > BODY_BYTES_MAX {
            return;
        }
        let place = Arc::clone(lock(&self.places).entry((seen.owner, platform)).or_default());
        let free = Arc::clone(&lock(&place).shared_free);
        let Some(glance) = shape::glance(platform, seen.body, &free) else { return };
        {
            let mut of = lock(&place);
            of.deliveries += 1;
            of.counted += 1;
            if let Some(known) = of.names.get_mut(&glance.name)
                && known.meet(glance.fingerprint, seen.received_at)
            {
                return;
            }
        }
        // Only of a shape that is not known: what it has is asked for in words, and not under the lock.
        let fields = shape::fields(platform, seen.body, &free);
        let drifts = {
            let mut of = lock(&place);
            if !Arc::ptr_eq(&free, &of.shared_free) {
                // Somebody else learned meanwhile that an object is free. The next delivery is looked at with that.
                return;
            }
            self.learn(&mut of, seen, &glance, &fields)
        };
        self.tell(seen, &glance.name, &drifts);
    }

    /// Learns what a delivery of a new shape has. What was noted before may be taken back by that.
    fn learn(&self, of: &mut OfPlatform, seen: &Seen<'_>, glance: &shape::Glance, fields: &[shape::Field]) -> Vec<Drift> {
        let before = of.noted();
        let in_all = DRIFTS_IN_ALL_MAX.saturating_sub(self.drifts.load(Ordering::Relaxed));
        let room = DRIFTS_MAX.saturating_sub(before).min(in_all);
        let drifts = self.learn_with(of, seen, glance, fields, room);
        let after = of.noted();
        self.drifts.fetch_add(after.saturating_sub(before), Ordering::Relaxed);
        self.drifts.fetch_sub(before.saturating_sub(after), Ordering::Relaxed);
        drifts
    }

    fn learn_with(
        &self,
        of: &mut OfPlatform,
        seen: &Seen<'_>,
        glance: &shape::Glance,
        fields: &[shape::Field],
        drifts_max: usize,
    ) -> Vec<Drift> {
        let (at, event_id) = (seen.received_at, seen.event_id);
        let in_all = FIELDS_IN_ALL_MAX.saturating_sub(self.fields.load(Ordering::Relaxed));
        let mut room = Room { fields: FIELDS_MAX.saturating_sub(of.len()).min(in_all), drifts: drifts_max };
        let mut drifts = Vec::new();
        if !of.names.contains_key(&glance.name) {
            if of.names.len() >= NAMES_MAX || self.names.load(Ordering::Relaxed) >= NAMES_IN_ALL_MAX {
                return drifts;
            }
            self.names.fetch_add(1, Ordering::Relaxed);
            let mut known = Known::new(at);
            // The delivery itself is counted already.
            let is_new = is_unknown(seen.parser, &glance.name, seen.kind) || of.deliveries > LEARNED;
            if is_new && room.drifts > 0 {
                room.drifts -= 1;
                let drift = Drift::of_name(seen.kind.name(), at, event_id);
                known.drifts.push(drift.clone());
                drifts.push(drift);
            }
            of.names.insert(glance.name.clone(), known);
        }
        let Some(known) = of.names.get_mut(&glance.name) else { return drifts };
        let learned = known.learn(glance.fingerprint, fields, event_id, at, room);
        drifts.extend(learned.drifts);
        self.fields.fetch_add(learned.fields, Ordering::Relaxed);
        if !learned.free.is_empty() {
            let gone: usize = of.names.values_mut().map(|known| known.free(&learned.free)).sum();
            self.fields.fetch_sub(gone, Ordering::Relaxed);
            of.free.extend(learned.free);
            of.shared_free = Arc::new(FreeObjects(of.free.clone()));
        }
        of.is_new = true;
        drifts
    }

    /// Counts what is new, and tells of it as often as an hour has lines.
    fn tell(&self, seen: &Seen<'_>, name: &str, drifts: &[Drift]) {
        let platform = seen.parser.platform().name();
        for drift in drifts {
            counter!(DRIFT_TOTAL, LABEL_PLATFORM => platform, LABEL_WHAT => drift.what.name()).increment(1);
            if !self.has_line(seen.received_at) {
                continue;
            }
            // Names and paths are the sender's: quoted, so that they stay on their line.
            tracing::warn!(
                owner = ?seen.owner, source.platform = platform, event.name = ?name, what = drift.what.name(),
                path = ?drift.path, was = ?drift.was, is = ?drift.is, event.id = %drift.event_id,
                "a platform sends something else than before"
            );
        }
    }

    /// Whether the hour has a line left, which is taken then.
    pub(super) fn has_line(&self, at: Millis) -> bool {
        let hour = at.0.div_euclid(HOUR_MS);
        let mut told = lock(&self.told);
        if told.0 != hour {
            *told = (hour, 0);
        }
        told.1 += 1;
        told.1 <= LINES_PER_HOUR_MAX
    }

    /// What was noted of an owner, in no order.
    pub(crate) fn noted(&self, owner: AddressOwner) -> Vec<Noted> {
        let mut noted = Vec::new();
        for platform in Platform::ALL {
            let Some(place) = lock(&self.places).get(&(owner, platform)).map(Arc::clone) else { continue };
            for (name, known) in &lock(&place).names {
                let event_name = (!name.is_empty()).then(|| name.clone());
                let of = |drift: &Drift| Noted { platform, event_name: event_name.clone(), drift: drift.clone() };
                noted.extend(known.drifts.iter().map(of));
            }
        }
        noted
    }

    /// Every place, for bringing it to the store.
    pub(super) fn places(&self) -> Vec<(Place, Arc<Mutex<OfPlatform>>)> {
        lock(&self.places).iter().map(|(place, of)| (*place, Arc::clone(of))).collect()
    }

    /// Puts in what the store had.
    pub(super) fn put(&self, place: Place, of: OfPlatform) {
        self.names.fetch_add(of.names.len(), Ordering::Relaxed);
        self.fields.fetch_add(of.len(), Ordering::Relaxed);
        self.drifts.fetch_add(of.noted(), Ordering::Relaxed);
        lock(&self.places).insert(place, Arc::new(Mutex::new(of)));
    }

    /// Forgets owners.
    pub(super) fn forget(&self, is_gone: impl Fn(AddressOwner) -> bool) {
        lock(&self.places).retain(|(owner, _), of| {
            let goes = is_gone(*owner);
            if goes {
                let of = lock(of);
                self.names.fetch_sub(of.names.len(), Ordering::Relaxed);
                self.fields.fetch_sub(of.len(), Ordering::Relaxed);
                self.drifts.fetch_sub(of.noted(), Ordering::Relaxed);
            }
            !goes
        });
    }
}

/// Whether nobody knows a name: it was read as `other`, and the parser does not list it, whatever its case and signs.
fn is_unknown(parser: &dyn Parser, name: &str, kind: Kind) -> bool {
    kind == Kind::Other && !reading::knows(parser, name)
}

#[cfg(test)]
mod tests {
    use hookline_model::id::WorkspaceId;
    use hookline_platforms::parser;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn beyond_the_bound_in_all_nothing_more_is_noted() {
        let watch = Watch::default();
        let owner = AddressOwner::Workspace(WorkspaceId(Uuid::nil()));
        let see = |name: &str| {
            let body = format!(r#"{{"event_type": "{name}"}}"#);
            watch.see(&Seen {
                owner,
                parser: parser(Platform::Smartlead).expect("a parser"),
                body: body.as_bytes(),
                kind: Kind::Other,
                event_id: EventId(Uuid::nil()),
                received_at: Millis(0),
            });
            watch.noted(owner).len()
        };
        assert_eq!(see("NOBODY_KNOWS_THIS"), 1);
        assert_eq!(watch.drifts.load(Ordering::Relaxed), 1);
        // As if others had noted the rest.
        watch.drifts.store(DRIFTS_IN_ALL_MAX, Ordering::Relaxed);
        assert_eq!(see("NOR_THIS"), 1);
        watch.forget(|_| true);
        assert_eq!(watch.drifts.load(Ordering::Relaxed), DRIFTS_IN_ALL_MAX - 1, "what is forgotten makes room");
        assert_eq!(see("NOR_THIS"), 1);
    }
}
