//! What is known of the deliveries of one event name, and what differs from it. Pure: no lock, no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use hookline_model::{id::EventId, time::Millis};
use hookline_platforms::shape::{FIELDS_MAX, Field, ROOT, Type, Types};

/// How many deliveries it takes until a name's fields are learned: before, nothing that comes or is missing is told.
pub(super) const LEARNED: u64 = 20;
/// How many differences of one name are noted; further ones are learned without a word.
pub(super) const DRIFTS_MAX: usize = 100;
/// How many keys the objects at one path may have had; with more the keys are data.
const FREE_KEYS_MAX: usize = 60;
/// How many shapes of a name are told apart by their fingerprint alone; the one that was not seen for longest goes.
const SHAPES_MAX: usize = 16;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// The event's name.
    NewName,
    /// A field that was never there.
    NewField,
    /// A field that was always there is not.
    MissingField,
    /// A field is of another type.
    ChangedType,
}

impl What {
    pub(crate) const ALL: [What; 4] = [What::NewName, What::NewField, What::MissingField, What::ChangedType];

    /// The name in the API and in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            What::NewName => "new_name",
            What::NewField => "new_field",
            What::MissingField => "missing_field",
            What::ChangedType => "changed_type",
        }
    }
}

/// Something that differs from what was known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Drift {
    pub(crate) what: What,
    /// The field, if it is about one.
    pub(crate) path: Option<String>,
    /// What was there before, in words; null if nothing was.
    pub(crate) was: Option<String>,
    /// What is there now, in words; null if nothing is.
    pub(crate) is: Option<String>,
    pub(crate) first_at: Millis,
    pub(crate) last_at: Millis,
    /// In how many deliveries.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) event_id: EventId,
    /// The number of the field's path, and of what it is in.
    spot: (u64, u64),
    /// The types that are new, as bits.
    types: u8,
}

impl Drift {
    /// That a name is new; `kind` is what it is read as.
    pub(super) fn of_name(kind: &str, at: Millis, event_id: EventId) -> Drift {
        let (what, is) = (What::NewName, Some(kind.to_owned()));
        Drift { what, path: None, was: None, is, first_at: at, last_at: at, count: 0, event_id, spot: (0, 0), types: 0 }
    }

    /// Whether a body of these fields shows it.
    fn is_in(&self, body: &Body<'_>) -> bool {
        match self.what {
            What::NewName => true,
            What::NewField => body.types(self.spot.0).is_some(),
            What::MissingField => body.lacks(self.spot),
            What::ChangedType => body.types(self.spot.0).is_some_and(|types| types.bits() & self.types != 0),
        }
    }
}

/// The fields of a body by the number of their path.
struct Body<'b> {
    fields: HashMap<u64, &'b Field>,
    /// Whether these are all fields that it has.
    is_whole: bool,
}

impl<'b> Body<'b> {
    fn new(fields: &'b [Field]) -> Body<'b> {
        let is_whole = fields.iter().map(|field| field.types.len()).sum::<usize>() < FIELDS_MAX;
        Body { fields: fields.iter().map(|field| (field.number, field)).collect(), is_whole }
    }

    fn types(&self, number: u64) -> Option<Types> {
        self.fields.get(&number).map(|field| field.types)
    }

    /// Whether a field is not there, though what it is in is.
    fn lacks(&self, (number, parent): (u64, u64)) -> bool {
        let is_object = parent == ROOT || self.types(parent).is_some_and(|types| types.has(Type::Object));
        self.is_whole && is_object && self.types(number).is_none()
    }
}

/// What is known of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KnownField {
    path: String,
    parent: u64,
    types: u8,
    /// In how many deliveries it was, but for those that its shapes still count.
    count: u64,
    first_at: Millis,
    last_at: Millis,
}

/// A shape that was met, so that the next body of it costs next to nothing.
#[derive(Clone, Debug)]
struct Shape {
    fingerprint: u64,
    /// Deliveries that its fields do not count yet.
    count: u64,
    last_at: Millis,
    fields: Vec<u64>,
    /// The drifts that it shows, by their place.
    drifts: Vec<usize>,
}

/// What is known of a name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    deliveries: u64,
    first_at: Millis,
    last_at: Millis,
    fields: BTreeMap<u64, KnownField>,
    pub(super) drifts: Vec<Drift>,
    #[serde(skip)]
    shapes: Vec<Shape>,
}

/// How much may come to what is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// How many fields.
    pub(super) fields: usize,
    /// How many differences may be noted; further ones are learned without a word.
    pub(super) drifts: usize,
}

/// What came of learning a shape.
#[derive(Debug, Default)]
pub(super) struct Learned {
    /// What differs and was not noted before.
    pub(super) drifts: Vec<Drift>,
    /// How many fields are known more.
    pub(super) fields: usize,
    /// Objects whose keys are data, as it turned out.
    pub(super) free: BTreeSet<u64>,
}

impl Known {
    /// A name that was not met yet.
    pub(super) fn new(at: Millis) -> Known {
        Known { first_at: at, last_at: at, ..Known::default() }
    }

    /// How many fields are known.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// Counts a body of a shape that was met before; answers whether it was.
    pub(super) fn meet(&mut self, fingerprint: u64, at: Millis) -> bool {
        let Some(shape) = self.shapes.iter_mut().find(|shape| shape.fingerprint == fingerprint) else { return false };
        shape.count += 1;
        shape.last_at = shape.last_at.max(at);
        for place in &shape.drifts {
            let drift = &mut self.drifts[*place];
            drift.count += 1;
            drift.last_at = drift.last_at.max(at);
        }
        self.deliveries += 1;
        self.last_at = self.last_at.max(at);
        true
    }

    /// Learns a shape from the fields of a body.
    pub(super) fn learn(&mut self, fingerprint: u64, fields: &[Field], event_id: EventId, at: Millis, room: Room) -> Learned {
        self.settle();
        let body = Body::new(fields);
        let mut learned = Learned::default();
        if self.deliveries >= LEARNED {
            let drifts = self.differences(fields, &body, event_id, at, room.fields);
            let left = DRIFTS_MAX.saturating_sub(self.drifts.len()).min(room.drifts);
            learned.drifts.extend(drifts.into_iter().take(left));
            self.drifts.extend(learned.drifts.iter().cloned());
        }
        let shown: Vec<usize> = (0..self.drifts.len()).filter(|place| self.drifts[*place].is_in(&body)).collect();
        for field in fields {
            if let Some(known) = self.fields.get_mut(&field.number) {
                known.types |= field.types.bits();
            } else if learned.fields < room.fields {
                learned.fields += 1;
                let (path, parent, types) = (field.path.clone(), field.parent, field.types.bits());
                let known = KnownField { path, parent, types, count: 0, first_at: at, last_at: at };
                self.fields.insert(field.number, known);
            }
        }
        learned.free = self.grown_free(fields);
        if self.shapes.len() >= SHAPES_MAX
            && let Some((oldest, _)) = self.shapes.iter().enumerate().min_by_key(|(_, shape)| shape.last_at)
        {
            // Its deliveries are with the fields already.
            self.shapes.swap_remove(oldest);
        }
        let known = fields.iter().map(|field| field.number).filter(|number| self.fields.contains_key(number)).collect();
        self.shapes.push(Shape { fingerprint, count: 0, last_at: at, fields: known, drifts: shown });
        self.meet(fingerprint, at);
        learned
    }

    /// What a body has that was never there, lacks that always was, and has otherwise. Of what is within a field that is itself
    /// new or missing nothing is told.
    fn differences(&self, fields: &[Field], body: &Body<'_>, event_id: EventId, at: Millis, room: usize) -> Vec<Drift> {
        let drift = |what, path: &str, spot, was: Option<Types>, is: Option<Types>, types: Types| Drift {
            what,
            path: Some(path.to_owned()),
            was: was.map(|types| types.to_string()),
            is: is.map(|types| types.to_string()),
            first_at: at,
            last_at: at,
            count: 0,
            event_id,
            spot,
            types: types.bits(),
        };
        let mut drifts = Vec::new();
        let mut left = room;
        for field in fields {
            let spot = (field.number, field.parent);
            match self.fields.get(&field.number) {
                // What cannot be remembered would be new for ever.
                None if left == 0 => {}
                None => {
                    left -= 1;
                    if field.parent == ROOT || self.fields.contains_key(&field.parent) {
                        drifts.push(drift(What::NewField, &field.path, spot, None, Some(field.types), field.types));
                    }
                }
                Some(known) => {
                    let was = Types::from_bits(known.types);
                    let new = Types::from_bits(field.types.bits() & !known.types & !(Type::Null as u8));
                    // Of what was only ever null nobody knew the type.
                    if new.has_value() && was.has_value() {
                        drifts.push(drift(What::ChangedType, &field.path, spot, Some(was), Some(new), new));
                    }
                }
            }
        }
        for (number, known) in self.fields.iter().filter(|(_, known)| known.count == self.deliveries) {
            let spot = (*number, known.parent);
            // An array may be empty, and an object of data have any keys.
            let is_certain = !known.path.contains(['[', '*']);
            if is_certain && body.lacks(spot) {
                let was = Some(Types::from_bits(known.types));
                drifts.push(drift(What::MissingField, &known.path, spot, was, None, Types::default()));
            }
        }
        drifts
    }

    /// The objects at one path that have had more keys than fields have names.
    fn grown_free(&self, fields: &[Field]) -> BTreeSet<u64> {
        let mut keys: HashMap<u64, usize> = HashMap::new();
        let parents: BTreeSet<u64> = fields.iter().map(|field| field.parent).filter(|parent| *parent != ROOT).collect();
        for known in self.fields.values().filter(|known| parents.contains(&known.parent)) {
            *keys.entry(known.parent).or_default() += 1;
        }
        keys.into_iter().filter(|(_, keys)| *keys > FREE_KEYS_MAX).map(|(parent, _)| parent).collect()
    }

    /// Forgets what is in objects whose keys are data; answers how many fields that were.
    pub(super) fn free(&mut self, free: &BTreeSet<u64>) -> usize {
        self.settle();
        let before = self.fields.len();
        let mut gone = free.clone();
        loop {
            let inner = self.fields.iter().filter(|(number, known)| gone.contains(&known.parent) && !gone.contains(number));
            let inner: Vec<u64> = inner.map(|(number, _)| *number).collect();
            if inner.is_empty() {
                break;
            }
            gone.extend(inner);
        }
        self.fields.retain(|_, known| !gone.contains(&known.parent));
        self.drifts.retain(|drift| drift.what == What::NewName || !gone.contains(&drift.spot.1));
        self.shapes.clear();
        before - self.fields.len()
    }

    /// Adds what shapes have counted to their fields.
    pub(super) fn settle(&mut self) {
        for shape in self.shapes.iter_mut().filter(|shape| shape.count > 0) {
            for number in &shape.fields {
                if let Some(known) = self.fields.get_mut(number) {
                    known.count += shape.count;
                    known.last_at = known.last_at.max(shape.last_at);
                }
            }
            shape.count = 0;
        }
    }
}
