//! A subscription as SmartLead's API shows it: one in SmartLead's dialect, whichever interface made it.

use std::{collections::BTreeMap, sync::Arc};

use hookline_delivery::{
    priority::{self, Level, Priority},
    settings::{Dialect, Filter, Settings},
};
use hookline_dialects::{names, smartlead_categories};
use hookline_model::id::AgencyId;
use hookline_store::{
    directory::AddressOwner,
    subscriptions::{Subscription, SubscriptionStatus},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// A hook.
pub(super) struct Hook {
    /// As it is stored.
    pub(super) row: Arc<Subscription>,
    /// What it is set to.
    pub(super) settings: Settings,
    /// Whose events.
    pub(super) level: Level,
    /// The campaign, of the campaign level.
    pub(super) campaign: Option<u64>,
}

impl Hook {
    /// A subscription, if this API can show it: one in SmartLead's dialect. Of those that this API did not make its level is
    /// told by whose it is and by its campaign, and there is no other filter than categories, which this API has no words for.
    pub(super) fn of(row: &Arc<Subscription>) -> Option<Hook> {
        // What cannot be read is not sent to either, and whoever passes events on says so.
        let settings: Settings = serde_json::from_str(&row.settings).ok()?;
        if settings.dialect != Dialect::Smartlead {
            return None;
        }
        let campaign = match &settings.filter.campaigns[..] {
            [only] => only.parse().ok().filter(|number| super::scope::is_campaign(*number)),
            _ => None,
        };
        let level = match (Level::of(&settings), row.owner) {
            (Some(level), _) => level,
            (None, _) if !is_simple(&settings.filter, campaign) => return None,
            (None, _) if campaign.is_some() => Level::Campaign,
            (None, AddressOwner::Agency(_)) => Level::User,
            (None, AddressOwner::Workspace(_)) => Level::Client,
        };
        Some(Hook { row: Arc::clone(row), settings, level, campaign })
    }

    /// The number that this API knows it by.
    pub(super) fn number(&self) -> u64 {
        self.row.id.number()
    }

    /// The client's number, of what is one client's.
    pub(super) fn client(&self) -> Option<u64> {
        match self.row.owner {
            AddressOwner::Workspace(id) => Some(id.number()),
            AddressOwner::Agency(_) => None,
        }
    }

    /// The names of its events, as they were written, else those of its kinds: in the order of a map in SmartLead's database, the
    /// shortest first.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.settings.names().map(ToOwned::to_owned).collect();
        if names.is_empty() {
            names = priority::names_of(&self.settings).into_iter().map(ToOwned::to_owned).collect();
        }
        names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        names
    }

    /// As the account level shows it. `priority` says who mutes whom in its agency.
    pub(super) fn shown(&self, agency: AgencyId, priority: &Priority) -> Shown {
        let muted = priority.muted_names(agency, &self.settings);
        let muted_by = |name: &String| {
            let by = muted.get(names::canonical(Dialect::Smartlead, name)?)?;
            Some((name.clone(), by.number()))
        };
        Shown {
            id: self.number(),
            email_campaign_id: self.campaign,
            name: self.settings.name.clone(),
            webhook_url: self.settings.url.clone(),
            event_type_map: Ordered(self.names().into_iter().map(|name| (name, true)).collect()),
            category_id_map: self
                .settings
                .filter
                .categories
                .iter()
                .map(|name| (smartlead_categories::number(name), true))
                .collect(),
            created_at: self.row.created_at.to_string(),
            updated_at: self.row.updated_at.to_string(),
            association_type: self.level,
            client_id: self.client(),
            status: match self.row.status {
                SubscriptionStatus::Active => "ACTIVE",
                SubscriptionStatus::Paused => "PAUSED",
                SubscriptionStatus::Disabled => "DISABLED",
            },
            muted_by: Ordered(self.names().iter().filter_map(muted_by).collect()),
        }
    }

    /// As its campaign shows it.
    pub(super) fn listed(&self) -> Listed {
        Listed {
            id: self.number(),
            name: self.settings.name.clone(),
            created_at: self.row.created_at.to_string(),
            updated_at: self.row.updated_at.to_string(),
            webhook_url: self.settings.url.clone(),
            email_campaign_id: self.campaign,
            event_types: self.names(),
            categories: self.settings.filter.categories.clone(),
        }
    }
}

/// Whether a filter has nothing but categories and at most one campaign, by its number.
fn is_simple(filter: &Filter, campaign: Option<u64>) -> bool {
    let Filter { platforms, campaigns, categories: _, category_changes_only: _, sending_accounts, tags, data } = filter;
    let is_campaign_simple = campaigns.is_empty() || campaign.is_some();
    is_campaign_simple && platforms.is_empty() && sending_accounts.is_empty() && tags.is_empty() && data.is_empty()
}

/// A map whose order is told.
pub(super) struct Ordered<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A hook as the account level shows it. From `association_type` on it is what SmartLead does not show.
#[derive(Serialize)]
pub(super) struct Shown {
    id: u64,
    email_campaign_id: Option<u64>,
    name: String,
    webhook_url: String,
    event_type_map: Ordered<bool>,
    category_id_map: BTreeMap<u64, bool>,
    created_at: String,
    updated_at: String,
    association_type: Level,
    client_id: Option<u64>,
    status: &'static str,
    /// Names by which it is sent nothing, each with the hook of the user level that is sent that instead.
    muted_by: Ordered<u64>,
}

/// A hook as its campaign shows it.
#[derive(Serialize)]
pub(super) struct Listed {
    id: u64,
    name: String,
    created_at: String,
    updated_at: String,
    webhook_url: String,
    email_campaign_id: Option<u64>,
    event_types: Vec<String>,
    categories: Vec<String>,
}
