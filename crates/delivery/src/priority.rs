//! SmartLead's priority: among the hooks of an agency that were made through SmartLead's API, one of the user level takes the events
//! of its names, and those of the other levels are not sent them while it is active.
//!
//! Who takes what is a small table per state of the directory, made when somebody asks who may be muted, and asked by name.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use hookline_dialects::names;
use hookline_model::{
    event::Event,
    id::{AgencyId, SubscriptionId},
    kind::Kind,
};
use hookline_store::{
    directory::{AddressOwner, Directory},
    subscriptions::SubscriptionStatus,
};
use serde::{Deserialize, Serialize};

use crate::{
    matching::covers,
    settings::{Dialect, Settings},
};

/// Where [`Settings::extra`] has what SmartLead's API remembers of a hook: an object with a field `level`.
pub const MEMORY: &str = "smartlead";

/// Whose events a hook was made for, through SmartLead's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Everything of the account.
    User,
    /// What is of one client.
    Client,
    /// What is of one campaign.
    Campaign,
}

impl Level {
    /// The level of a hook; none if it was not made through SmartLead's API, or is told in another dialect by now.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Level> {
        let memory = settings.extra.get(MEMORY).filter(|_| settings.dialect == Dialect::Smartlead)?;
        Level::deserialize(memory.get("level")?).ok()
    }
}

/// The names that a hook of SmartLead's gets events by, as SmartLead spells them today: those that it was made with, else those of
/// the kinds that it asks for.
#[must_use]
pub fn names_of(settings: &Settings) -> BTreeSet<&'static str> {
    let mut own = settings.names().filter_map(|name| names::canonical(Dialect::Smartlead, name)).peekable();
    if own.peek().is_some() {
        return own.collect();
    }
    let asked = Kind::ALL.iter().filter(|kind| settings.kinds.iter().any(|pattern| covers(pattern, **kind)));
    asked.filter_map(|kind| names::smartlead_subscription(*kind)).collect()
}

/// A hook of the user level, under a name that it takes.
#[derive(Clone, Copy, Debug)]
struct Taker {
    hook: SubscriptionId,
    /// What came up to here it is not told of, and does not take.
    since: u64,
}

/// Who takes what, in each agency.
#[derive(Debug, Default)]
pub struct Priority(HashMap<AgencyId, BTreeMap<&'static str, Vec<Taker>>>);

impl Priority {
    /// Who takes what as the directory stands.
    #[must_use]
    pub fn of(directory: &Directory) -> Priority {
        let mut takers: HashMap<AgencyId, BTreeMap<&'static str, Vec<Taker>>> = HashMap::new();
        for row in directory.subscriptions() {
            let (AddressOwner::Agency(agency), SubscriptionStatus::Active) = (row.owner, row.status) else { continue };
            // What cannot be read is not sent to either, and its dispatcher says so.
            let Ok(settings) = serde_json::from_str::<Settings>(&row.settings) else { continue };
            if Level::of(&settings) != Some(Level::User) {
                continue;
            }
            let of_agency = takers.entry(agency).or_default();
            for name in names_of(&settings) {
                of_agency.entry(name).or_default().push(Taker { hook: row.id, since: row.since });
            }
        }
        Priority(takers)
    }

    /// Who takes what is called `name` and came at `position` of the log.
    fn taker(&self, agency: AgencyId, name: &str, position: u64) -> Option<SubscriptionId> {
        let takers = self.0.get(&agency)?.get(name)?;
        takers.iter().find(|taker| taker.since < position).map(|taker| taker.hook)
    }

    /// The hook that mutes this one, of an agency, for an event at `position` of the log: one that takes it, if every name that this
    /// one gets it by is taken. None for hooks that are of the user level, or were not made through SmartLead's API.
    #[must_use]
    pub fn muted_by(&self, agency: AgencyId, settings: &Settings, event: &Event, position: u64) -> Option<SubscriptionId> {
        if !can_be_muted(settings) {
            return None;
        }
        let own = names_of(settings);
        let asked = names::subscribing(Dialect::Smartlead, event).filter(|name| own.contains(name));
        let mut takers = asked.map(|name| self.taker(agency, name, position));
        let first = takers.next()??;
        takers.all(|taker| taker.is_some()).then_some(first)
    }

    /// The kinds of which a hook, of an agency, is sent nothing that comes now, each with the hook that mutes it.
    #[must_use]
    pub fn muted_kinds(&self, agency: AgencyId, settings: &Settings) -> BTreeMap<Kind, SubscriptionId> {
        if !can_be_muted(settings) {
            return BTreeMap::new();
        }
        let mut muted: BTreeMap<Kind, Option<SubscriptionId>> = BTreeMap::new();
        for name in names_of(settings) {
            let taker = self.taker(agency, name, u64::MAX);
            for kind in names::meaning(Dialect::Smartlead, name).iter().flat_map(names::Meaning::kinds) {
                muted.entry(*kind).and_modify(|known| *known = known.and(taker)).or_insert(taker);
            }
        }
        let asked = |kind: Kind| settings.kinds.iter().any(|pattern| covers(pattern, kind));
        muted.into_iter().filter(|(kind, _)| asked(*kind)).filter_map(|(kind, by)| Some((kind, by?))).collect()
    }

    /// The names, as SmartLead spells them today, by which a hook of an agency is sent nothing that comes now, each with the hook
    /// that mutes it.
    #[must_use]
    pub fn muted_names(&self, agency: AgencyId, settings: &Settings) -> BTreeMap<&'static str, SubscriptionId> {
        if !can_be_muted(settings) {
            return BTreeMap::new();
        }
        names_of(settings).into_iter().filter_map(|name| Some((name, self.taker(agency, name, u64::MAX)?))).collect()
    }
}

/// Whether a hook is of a level that another one goes before.
#[must_use]
pub fn can_be_muted(settings: &Settings) -> bool {
    matches!(Level::of(settings), Some(Level::Client | Level::Campaign))
}

/// The table of the directory that was asked for last: all readers ask for the same one.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<(Arc<Directory>, Arc<Priority>)>>);

impl Kept {
    /// Who takes what as this directory stands.
    pub(crate) fn of(&self, directory: &Arc<Directory>) -> Arc<Priority> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, priority)) if Arc::ptr_eq(of, directory) => Arc::clone(priority),
            _ => {
                let priority = Arc::new(Priority::of(directory));
                *kept = Some((Arc::clone(directory), Arc::clone(&priority)));
                priority
            }
        }
    }
}
