//! Saving a hook: it is stored, and samples of its events are sent.

use std::sync::Arc;

use hookline_delivery::{
    dispatch::Subscribed,
    policy::{PolicySettings, Preset},
    settings::{Dialect, Secrets},
};
use hookline_store::{
    directory::DirectoryChange,
    subscriptions::{Subscription, SubscriptionStatus},
};

use super::{
    account::Account,
    hook::Hook,
    refusal::Refusal,
    samples,
    scope::Scope,
    wanted::{Wanted, all_events},
};
use crate::{service::Service, subscriptions};

/// What a new hook is beside what is wanted of it.
pub(super) struct New {
    /// Whose events.
    pub(super) scope: Scope,
    /// Whether its categories hold for changes of a category only.
    pub(super) category_changes_only: bool,
    /// Whether it is made although there is a similar one.
    pub(super) is_forced: bool,
    /// Whether it is sent to.
    pub(super) is_active: bool,
}

/// Makes a hook. Its name is its receiver's host if none is given, and its events are all if none are said.
pub(super) async fn make(service: &Arc<Service>, account: &Account, new: New, mut wanted: Wanted) -> Result<Hook, Refusal> {
    let url = wanted.url.as_deref().ok_or_else(|| Refusal::required("webhook_url"))?;
    let url = service.client.guard().url(url).map_err(|_| Refusal::invalid("webhook_url", url, None))?;
    wanted.name.get_or_insert_with(|| url.host_str().unwrap_or_default().chars().take(200).collect());
    wanted.events.get_or_insert_with(all_events);
    let mut settings = subscriptions::blank();
    wanted.put(&mut settings, new.scope.level);
    settings.policy = PolicySettings { preset: Preset::Smartlead, ..PolicySettings::default() };
    settings.filter.campaigns = new.scope.campaign.iter().map(ToString::to_string).collect();
    settings.filter.category_changes_only = new.category_changes_only;

    let making = service.making.lock().await;
    // As it stands now: another one may just have been made.
    let account = account.again(service);
    if !new.is_forced {
        let is_similar =
            |hook: &Hook| new.scope.is_of(hook) && service.client.guard().url(&hook.settings.url).ok() == Some(url.clone());
        if let Some(similar) = account.hooks().find(is_similar) {
            return Err(Refusal::similar(similar.number()));
        }
    }
    subscriptions::has_room(&account.directory, new.scope.owner)?;
    let secret = subscriptions::new_secret(Dialect::Smartlead, &*service.entropy);
    let made = subscriptions::made(service, new.scope.owner, settings, Secrets { secret, ..Secrets::default() })?;
    let status = if new.is_active { SubscriptionStatus::Active } else { SubscriptionStatus::Paused };
    let row = Subscription { status, ..Subscription::clone(&made.row) };
    let made = Subscribed { row: Arc::new(row.clone()), ..made };
    subscriptions::change(service, vec![DirectoryChange::PutSubscription(Box::new(row))]).await?;
    drop(making);
    finish(service, made)
}

/// Sets a hook to something else, and has it sent to again. It is made of what the hook is by then, also if somebody else
/// changes that meanwhile.
pub(super) async fn change(service: &Arc<Service>, account: &Account, mut hook: Hook, wanted: Wanted) -> Result<Hook, Refusal> {
    let mut tries = subscriptions::Tries::default();
    loop {
        let former = subscriptions::read(service, &hook.row)?;
        let mut settings = former.settings;
        wanted.clone().put(&mut settings, hook.level);
        let changed = subscriptions::changed(service, &hook.row, settings, former.secrets)?;
        // Before it is active: who serves it begins with what is written here. Forgiving twice is forgiving once.
        service.store.forgive(hook.row.id).await?;
        let at = service.clock.now();
        let row = Subscription { status: SubscriptionStatus::Active, status_reason: None, ..Subscription::clone(&changed.row) };
        let (id, status, to) = (row.id, row.status, Box::new(row.clone()));
        let change = DirectoryChange::ChangeSubscription { from: Arc::clone(&hook.row), to };
        let resumed = DirectoryChange::SetSubscriptionStatus { id, status, reason: None, at };
        match subscriptions::change(service, vec![change, resumed]).await {
            Err(problem) => {
                tries.failed(service, &hook.row, problem)?;
                hook = account.again(service).hook(hook.number())?;
            }
            Ok(()) => return finish(service, Subscribed { row: Arc::new(row), ..changed }),
        }
    }
}

/// Has samples sent, and shows what was saved.
fn finish(service: &Arc<Service>, saved: Subscribed) -> Result<Hook, Refusal> {
    let hook = Hook::of(&saved.row).ok_or_else(Refusal::fault)?;
    samples::send(service, saved);
    Ok(hook)
}
