//! Which events a subscription is told of: by what an event means, whatever the platform called it.

pub(crate) mod quick;

use hookline_dialects::{names, smartlead_categories};
use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    kind::Kind,
};
use hookline_store::deliveries::{Fed, Lane, Snapshot};
use serde_json::Value;

use crate::settings::Settings;

/// Whether an event is of the kinds that a subscription asks for, and passes what of its filter the event alone decides.
#[must_use]
pub fn matches_event(settings: &Settings, fed: &Fed) -> bool {
    settings.takes(fed.origin)
        && matches_kinds(&settings.kinds, &fed.event)
        && matches_names(settings, &fed.event)
        && matches_source(settings, &fed.event)
}

/// Whether an event is one that a platform's webhooks get under a name that the subscription was made with, if it was made with any
/// names. Of one kind there may be several: `FIRST_EMAIL_SENT` is the first step only. A name that is nobody's decides nothing.
#[must_use]
pub fn matches_names(settings: &Settings, event: &Event) -> bool {
    let mut own = settings.names().peekable();
    let is_meant = |name: &str| {
        let meant = names::canonical(settings.dialect, name);
        meant.is_none_or(|meant| names::subscribing(settings.dialect, event).any(|known| known == meant))
    };
    own.peek().is_none() || own.any(is_meant)
}

/// Whether an event is of one of these kinds, groups, or any if all are asked for.
#[must_use]
pub fn matches_kinds(kinds: &[String], event: &Event) -> bool {
    kinds.iter().any(|pattern| is_meant(pattern, event))
}

/// Whether an event comes from where a subscription's filter wants it from: platform and mailbox.
#[must_use]
pub fn matches_source(settings: &Settings, event: &Event) -> bool {
    let filter = &settings.filter;
    (filter.platforms.is_empty() || filter.platforms.contains(&event.platform))
        && (filter.sending_accounts.is_empty()
            || event.sending_account.as_deref().is_some_and(|account| contains(&filter.sending_accounts, account)))
}

/// Whether an event passes the rest of the filter, which looks at its records; `data` is the event's `data` as it is shown.
#[must_use]
pub fn matches_records(settings: &Settings, snapshot: &Snapshot, data: impl FnOnce() -> Value) -> bool {
    let filter = &settings.filter;
    let event = &snapshot.event.event;
    let in_campaign = || {
        let by_id = snapshot.event.campaign_id.map(|id| id.to_string());
        let by_platform = event.campaign_key().and_then(|key| key.platform_campaign_id());
        // A platform's own number is its id there.
        let numbered = snapshot.campaign.as_ref().filter(|_| !by_platform.is_some_and(is_number));
        let by_number = numbered.map(|campaign| campaign.number.to_string());
        [by_id.as_deref(), by_platform, by_number.as_deref()].into_iter().flatten().any(|id| contains(&filter.campaigns, id))
    };
    let has_category = || {
        categories(snapshot).into_iter().flatten().any(|category| contains(&filter.categories, category))
            || (filter.category_changes_only && !is_category_change(event.kind))
    };
    let has_tag = || {
        let tags = snapshot.contact.iter().flat_map(|contact| &contact.tags);
        tags.into_iter().any(|tag| contains(&filter.tags, tag))
    };
    (filter.campaigns.is_empty() || in_campaign())
        && (filter.categories.is_empty() || has_category())
        && (filter.tags.is_empty() || has_tag())
        && (filter.data.is_empty() || {
            let data = data();
            filter.data.iter().all(|(name, value)| data.get(name).is_some_and(|found| is_same(found, value)))
        })
}

/// What an event's category is called, else that of its contact. An interest goes by the name of the category that tells of it
/// where there is no category, or where the event is of an interest's own kind.
fn categories(snapshot: &Snapshot) -> [Option<&str>; 2] {
    let named = |interest: Option<Interest>| Some(smartlead_categories::of_interest(interest?)?.name);
    let event = &snapshot.event.event;
    let stated = is_category_change(event.kind).then(|| event.interest_set()).flatten();
    match &event.facts.category {
        Some(Change::Set(category)) => [Some(category), named(Interest::of_kind(event.kind))],
        None if stated.is_none() => {
            let Some(contact) = &snapshot.contact else { return [None, None] };
            let interest = || Interest::ALL.into_iter().find(|interest| contact.interest == Some(interest.name()));
            [contact.category.as_deref().or_else(|| named(interest())), None]
        }
        Some(Change::Clear) | None => [None, named(stated)],
    }
}

/// Whether events of a kind tell that a contact's category, or what it wants, is another one now.
fn is_category_change(kind: Kind) -> bool {
    Interest::of_kind(kind).is_some() || matches!(kind, Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated)
}

/// Whether two values are the same: texts without regard to case.
fn is_same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
        _ => found == wanted,
    }
}

/// Whether an id is a number, as ours of a campaign is whose platform gives none.
fn is_number(id: &str) -> bool {
    id.trim().parse::<u64>().is_ok()
}

fn contains(names: &[String], name: &str) -> bool {
    let name = name.trim().to_lowercase();
    names.iter().any(|known| known.trim().to_lowercase() == name)
}

/// Whether an event is of a kind or group, or means it.
fn is_meant(pattern: &str, event: &Event) -> bool {
    covers(pattern, event.kind) || meant(event).is_some_and(|kind| covers(pattern, kind))
}

/// Whether a name of a kind, a group such as `email.*`, or `*`, covers a kind.
#[must_use]
pub fn covers(pattern: &str, kind: Kind) -> bool {
    match pattern.strip_suffix(".*") {
        Some(group) => kind.name().split_once('.').is_some_and(|(head, _)| head == group),
        None => pattern == "*" || kind.name() == pattern,
    }
}

/// The kind that an event means beside its own: what its interest would be called if it were stated alone.
#[must_use]
pub fn meant(event: &Event) -> Option<Kind> {
    // Of the kinds that state an interest in passing; a reply that carries its contact's category is no news of it.
    if !matches!(event.kind, Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated | Kind::ContactUpdated) {
        return None;
    }
    match event.stated_interest()? {
        Change::Set(interest) => Kind::ALL.iter().copied().find(|kind| Interest::of_kind(*kind) == Some(interest)),
        Change::Clear => None,
    }
}

/// The lane of an event: what somebody waits for, or the rest.
#[must_use]
pub fn lane(event: &Event) -> Lane {
    let is_waited_for = |kind: Kind| {
        matches!(
            kind,
            Kind::EmailReplied
                | Kind::EmailAutoReplied
                | Kind::EmailReplyUntracked
                | Kind::EmailBounced
                | Kind::ContactUnsubscribed
                | Kind::ContactBlocked
                | Kind::ContactUnblocked
                | Kind::ContactResubscribed
                | Kind::ContactCategoryUpdated
                | Kind::ContactDeleted
        ) || Interest::of_kind(kind).is_some()
    };
    if is_waited_for(event.kind) || meant(event).is_some() { Lane::Fast } else { Lane::Bulk }
}

#[cfg(test)]
mod tests;
