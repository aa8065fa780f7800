//! Subscriptions, whichever surface they are made through: read and opened, made and changed, checked, and tried out.
//!
//! The native API and the compatible ones have words of their own for what a subscription is set to; what may be, how it is
//! stored and what is secret of it is decided here, once.

mod secret;
mod shown;
mod tried;

use std::{collections::BTreeMap, sync::Arc};

use hookline_delivery::{
    dispatch::Subscribed,
    policy::PolicySettings,
    priority::Priority,
    settings::{Dialect, Filter, Secrets, Settings},
};
use hookline_model::{
    id::{AgencyId, SubscriptionId},
    kind::Kind,
};
use hookline_store::{
    deliveries::Standing,
    directory::{AddressOwner, Directory, DirectoryChange},
    subscriptions::{SETTINGS_BYTES_MAX, SUBSCRIPTIONS_MAX, Subscription, SubscriptionStatus},
};

use crate::{
    chance::uuid_v7,
    passing_on,
    problem::{Problem, ProblemType},
    secrets::CannotOpen,
    service::Service,
};

pub(crate) use secret::{has_secret, new_secret, overlaps, usable};
pub(crate) use shown::shown_body;
pub(crate) use tried::{Tried, try_out};

/// How often one change is tried: it is made anew when somebody else's came in between.
const TRIES_MAX: usize = 5;

/// The tries of one change of a subscription. What it is to be is made of what it is, and made anew of what it is by then if
/// somebody else changes it meanwhile: nobody's change is lost.
#[derive(Debug, Default)]
pub(crate) struct Tries(usize);

impl Tries {
    /// Says that a try to change `from` failed with this problem. If it is good, look `from` up again, which may be gone, and
    /// make the change anew.
    ///
    /// # Errors
    /// The problem, if no change of somebody else's was the cause; or that there were too many of these.
    pub(crate) fn failed(&mut self, service: &Service, from: &Arc<Subscription>, problem: Problem) -> Result<(), Problem> {
        // A conflict may also be another thing's: the same request, sent twice at once.
        let is_changed = service.store.directory().subscription(from.id) != Some(from);
        if problem.problem_type != ProblemType::Conflict || !is_changed {
            return Err(problem);
        }
        self.0 += 1;
        if self.0 < TRIES_MAX {
            return Ok(());
        }
        Err(Problem::new(ProblemType::Conflict, "Others change this webhook all the time. Try again in a moment."))
    }
}

/// Settings of which nothing was said yet.
pub(crate) fn blank() -> Settings {
    Settings {
        name: String::new(),
        url: String::new(),
        kinds: Vec::new(),
        filter: Filter::default(),
        dialect: Dialect::Hookline,
        variant: None,
        signature: None,
        policy: PolicySettings::default(),
        max_age: None,
        rate: None,
        concurrency: None,
        ordered: false,
        origins: None,
        extra: BTreeMap::new(),
    }
}

/// A stored subscription, read and opened.
///
/// # Errors
/// A fault of the server: what is stored was checked before.
pub(crate) fn read(service: &Service, row: &Arc<Subscription>) -> Result<Subscribed, Problem> {
    Subscribed::read(row, &passing_on::open_with(Arc::clone(&service.master_key))).map_err(|why| {
        tracing::error!(subscription = %row.id, %why, "a subscription cannot be read");
        Problem::fault()
    })
}

/// A subscription that is told what comes from now on. It is not stored yet; whether there is room for one more is
/// [`has_room`]'s to say.
///
/// # Errors
/// When a setting is out of its bounds, or the settings are too many.
pub(crate) fn made(service: &Service, owner: AddressOwner, settings: Settings, secrets: Secrets) -> Result<Subscribed, Problem> {
    let now = service.clock.now();
    let row = Subscription {
        id: SubscriptionId(uuid_v7(&*service.entropy, now)),
        owner,
        status: SubscriptionStatus::Active,
        status_reason: None,
        status_at: now,
        settings: String::new(),
        secrets: Vec::new(),
        created_at: now,
        updated_at: now,
        since: service.store.status().committed,
    };
    changed(service, &row, settings, secrets)
}

/// The same subscription, set to something else. It is not stored yet.
///
/// # Errors
/// As [`made`].
pub(crate) fn changed(
    service: &Service,
    row: &Subscription,
    settings: Settings,
    secrets: Secrets,
) -> Result<Subscribed, Problem> {
    let policy = settings.check().map_err(|error| Problem::invalid(error.field, error.detail))?;
    let row = Subscription {
        settings: written(&settings)?,
        secrets: seal(service, row.id, &secrets)?,
        updated_at: service.clock.now(),
        ..row.clone()
    };
    Ok(Subscribed { row: Arc::new(row), settings, policy, secrets })
}

/// Refuses one more than there may be. Asked, and the subscription stored, while [`Service::making`] is held: of two at once
/// the second sees the first.
///
/// # Errors
/// When the owner's agency has as many as it may have, those of its workspaces among them.
pub(crate) fn has_room(directory: &Directory, owner: AddressOwner) -> Result<(), Problem> {
    let agency_of = |owner: AddressOwner| -> Option<AgencyId> {
        match owner {
            AddressOwner::Agency(id) => Some(id),
            AddressOwner::Workspace(id) => directory.workspace(id).map(|workspace| workspace.agency),
        }
    };
    let agency = agency_of(owner);
    let count = directory.subscriptions().iter().filter(|row| agency_of(row.owner) == agency).count();
    if count < SUBSCRIPTIONS_MAX {
        return Ok(());
    }
    let detail = format!("There are {SUBSCRIPTIONS_MAX} webhooks already. Delete those that are no longer needed.");
    Err(Problem::new(ProblemType::Conflict, detail))
}

/// Changes the directory, all or none, and has those who pass events on look at it again.
///
/// # Errors
/// When the store refuses, or cannot.
pub(crate) async fn change(service: &Service, changes: Vec<DirectoryChange>) -> Result<(), Problem> {
    service.store.change_directory(changes).await?;
    service.changed.notify_one();
    Ok(())
}

/// Stores a subscription, new or changed.
///
/// # Errors
/// As [`change`].
pub(crate) async fn put(service: &Service, row: &Subscription) -> Result<(), Problem> {
    change(service, vec![DirectoryChange::PutSubscription(Box::new(row.clone()))]).await
}

/// Where a subscription stands.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn standing(service: &Service, id: SubscriptionId) -> Result<Standing, Problem> {
    let standings = service.store.standings().await?;
    Ok(standings.into_iter().find(|(of, _)| *of == id).map(|(_, standing)| standing).unwrap_or_default())
}

/// How many positions of the log a subscription is behind. `reached` is where it stands, 0 if it was sent nothing yet. One that
/// has looked at everything is behind by nothing, whoever's events there were: where it stands is not written down for each.
pub(crate) fn backlog(service: &Service, row: &Subscription, reached: u64) -> u64 {
    let committed = service.store.status().committed;
    let looked = service.level.get().and_then(|level| level.of(row.id)).unwrap_or(0);
    committed.saturating_sub(reached.max(row.since).max(looked))
}

/// The kinds of which a subscription is sent nothing, each with the one that is sent it instead.
pub(crate) fn muted_kinds(priority: &Priority, directory: &Directory, subscribed: &Subscribed) -> BTreeMap<Kind, SubscriptionId> {
    let agency = subscribed.agency(directory);
    agency.map(|agency| priority.muted_kinds(agency, &subscribed.settings)).unwrap_or_default()
}

/// Settings as they are stored.
fn written(settings: &Settings) -> Result<String, Problem> {
    // Names, texts and numbers: this cannot fail.
    let written = serde_json::to_string(settings).map_err(|_| Problem::fault())?;
    if written.len() <= SETTINGS_BYTES_MAX {
        return Ok(written);
    }
    let detail = format!("All settings together have at most {SETTINGS_BYTES_MAX} bytes. Make the lists shorter.");
    Err(Problem::invalid("filter", detail))
}

fn seal(service: &Service, id: SubscriptionId, secrets: &Secrets) -> Result<Vec<u8>, Problem> {
    passing_on::seal(&service.master_key, &*service.entropy, id, secrets).map_err(|CannotOpen| {
        tracing::error!(subscription = %id, "secrets could not be sealed");
        Problem::fault()
    })
}
