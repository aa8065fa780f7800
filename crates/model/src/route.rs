//! Routing: which workspace an event belongs in that came to an agency's address.
//!
//! An agency has rules. They are asked in the order of [`MatchBy::ALL`]: the first sort of which a rule matches decides. Two
//! rules of one sort that match and name different workspaces decide nothing, nor does a later sort then: nobody guesses. What no
//! rule matches may still be placed by what is known of its campaign; that is for the store to say. `docs/routing.md` is the
//! specification.

mod glob;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeSet, HashMap};

use crate::{
    event::Event,
    id::{AgencyId, RouteId, WorkspaceId},
    key::{CampaignKey, EmailAddress},
    platform::Platform,
    time::Millis,
};

use glob::Pattern;

pub use waiting::{Waiting, WaitingCode};

/// The most rules an agency has.
pub const ROUTES_MAX: usize = 10_000;

/// The most of them that are patterns of a campaign's name: these are tried one after the other.
pub const ROUTE_PATTERNS_MAX: usize = 500;

/// The longest value of a rule, in characters.
pub const ROUTE_VALUE_CHARACTERS_MAX: usize = 200;

/// The longest name of a campaign that is held against patterns, in characters. A longer one matches none.
pub const ROUTE_NAME_CHARACTERS_MAX: usize = 500;

/// The most EmailBison instances that are remembered of an agency. One more than one makes a bare id unclear already.
pub const INSTANCES_MAX: usize = 100;

/// What a rule looks at, in the order in which rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchBy {
    /// The platform's account, unless it is a SmartLead client: an Instantly workspace, a Lemlist team.
    PlatformWorkspace,
    /// The SmartLead client.
    PlatformClient,
    /// The campaign, by the platform's own id.
    CampaignId,
    /// Our mailbox.
    SendingAccount,
    /// The domain of our mailbox, exactly.
    SendingDomain,
    /// The campaign's name, by a pattern: `*` is any text, `?` any character; case does not count.
    CampaignName,
}

impl MatchBy {
    /// All of them, in their order.
    pub const ALL: [MatchBy; 6] = [
        MatchBy::PlatformWorkspace,
        MatchBy::PlatformClient,
        MatchBy::CampaignId,
        MatchBy::SendingAccount,
        MatchBy::SendingDomain,
        MatchBy::CampaignName,
    ];

    /// The name used in the API and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MatchBy::PlatformWorkspace => "platform_workspace",
            MatchBy::PlatformClient => "platform_client",
            MatchBy::CampaignId => "campaign_id",
            MatchBy::SendingAccount => "sending_account",
            MatchBy::SendingDomain => "sending_domain",
            MatchBy::CampaignName => "campaign_name",
        }
    }

    /// What has this name.
    #[must_use]
    pub fn named(name: &str) -> Option<MatchBy> {
        MatchBy::ALL.into_iter().find(|by| by.name() == name)
    }

    /// Whether events of the platform have what this looks at.
    #[must_use]
    pub fn applies_to(self, platform: Platform) -> bool {
        match self {
            MatchBy::PlatformWorkspace => platform != Platform::Smartlead,
            MatchBy::PlatformClient => platform == Platform::Smartlead,
            _ => true,
        }
    }
}

/// Why a text is no value of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// Empty, too long, or with control characters.
    #[error("a rule looks for 1 to {ROUTE_VALUE_CHARACTERS_MAX} characters, without control characters")]
    Text,
    /// No mailbox.
    #[error("a sending account is an e-mail address")]
    Address,
    /// No domain.
    #[error("a sending domain is what stands behind the @ of an address")]
    Domain,
}

/// What a rule looks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matcher {
    by: MatchBy,
    value: String,
}

impl Matcher {
    /// Reads a value: trimmed, addresses and domains in lower case.
    ///
    /// # Errors
    /// When the text is nothing that such a rule could ever match.
    pub fn new(by: MatchBy, text: &str) -> Result<Matcher, MatcherError> {
        let text = text.trim();
        let characters = text.chars().count();
        if !(1..=ROUTE_VALUE_CHARACTERS_MAX).contains(&characters) || text.contains(char::is_control) {
            return Err(MatcherError::Text);
        }
        let value = match by {
            MatchBy::SendingAccount => EmailAddress::parse(text).map_err(|_| MatcherError::Address)?.as_str().to_owned(),
            MatchBy::SendingDomain => {
                let domain = text.strip_prefix('@').unwrap_or(text).to_lowercase();
                // What could stand behind the @ of an address.
                let address = EmailAddress::parse(&format!("x@{domain}")).map_err(|_| MatcherError::Domain)?;
                if address.domain() != domain {
                    return Err(MatcherError::Domain);
                }
                domain
            }
            _ => text.to_owned(),
        };
        Ok(Matcher { by, value })
    }

    /// What it looks at.
    #[must_use]
    pub fn by(&self) -> MatchBy {
        self.by
    }

    /// What it looks for.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// A rule: events of an agency that match belong in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its id.
    pub id: RouteId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Of which platform's events; `None` is all of them.
    pub platform: Option<Platform>,
    /// What it looks for.
    pub matcher: Matcher,
    /// Where they belong: a workspace of the agency.
    pub workspace: WorkspaceId,
    /// When it was made.
    pub created_at: Millis,
}

/// What the rules say of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It belongs in this workspace.
    Workspace(WorkspaceId),
    /// No rule matches: what is known of its campaign decides, and if that is nothing, it waits for this reason.
    AskKnown(Waiting),
    /// It waits.
    Wait(Waiting),
}

/// The EmailBison instance that an account names: accounts are `instance/workspace`.
#[must_use]
pub fn instance_of(event: &Event) -> Option<&str> {
    let account = event.account.as_deref().filter(|_| event.platform == Platform::Emailbison)?;
    account.rsplit_once('/').map(|(instance, _)| instance)
}

/// The rules of an agency, ready to be asked: by hash, but for patterns.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    rows: Vec<Route>,
    /// Places in `rows`, by what is looked for.
    exact: HashMap<Matcher, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
    /// EmailBison instances that are known of the agency.
    instances: BTreeSet<String>,
}

impl Routes {
    /// The rules and the instances of one agency.
    #[must_use]
    pub fn new(mut rows: Vec<Route>, mut instances: BTreeSet<String>) -> Routes {
        rows.sort_by_key(|route| (route.created_at, route.id));
        let (mut exact, mut patterns): (HashMap<Matcher, Vec<usize>>, _) = (HashMap::new(), Vec::new());
        for (place, route) in rows.iter().enumerate() {
            match route.matcher.by() {
                MatchBy::CampaignName => patterns.push((Pattern::new(route.matcher.value()), place)),
                _ => exact.entry(route.matcher.clone()).or_default().push(place),
            }
            if route.platform == Some(Platform::Emailbison) && route.matcher.by() == MatchBy::PlatformWorkspace {
                instances.extend(route.matcher.value().rsplit_once('/').map(|(instance, _)| instance.to_owned()));
            }
        }
        Routes { rows, exact, patterns, instances }
    }

    /// All rules, oldest first.
    #[must_use]
    pub fn rows(&self) -> &[Route] {
        &self.rows
    }

    /// A rule.
    #[must_use]
    pub fn get(&self, id: RouteId) -> Option<&Route> {
        self.rows.iter().find(|route| route.id == id)
    }

    /// How many rules are patterns.
    #[must_use]
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// The instance that the event comes from, if it is to be remembered: it is not known, and there is room.
    #[must_use]
    pub fn new_instance<'e>(&self, event: &'e Event) -> Option<&'e str> {
        instance_of(event).filter(|instance| !self.instances.contains(*instance) && self.instances.len() < INSTANCES_MAX)
    }

    /// What the rules say of an event.
    #[must_use]
    pub fn decide(&self, event: &Event) -> Decision {
        let mut unclear = None;
        for by in MatchBy::ALL.into_iter().filter(|by| by.applies_to(event.platform)) {
            let matching = self.matching(by, event, &mut unclear);
            let Some(first) = matching.first() else { continue };
            if matching.iter().any(|route| route.workspace != first.workspace) {
                return Decision::Wait(Waiting::rules_disagree(by, &matching));
            }
            return Decision::Workspace(first.workspace);
        }
        Decision::AskKnown(unclear.map_or_else(|| Waiting::no_rule(event), Waiting::instance_unclear))
    }

    /// The rules of one sort that match. The first one that would, if its instance were clear, goes into `unclear`.
    fn matching<'r>(&'r self, by: MatchBy, event: &Event, unclear: &mut Option<&'r Route>) -> Vec<&'r Route> {
        let of = |value: String| self.exact_ones(by, value, event.platform);
        let campaign = event.campaign_key();
        match by {
            MatchBy::PlatformWorkspace => match (event.account.as_deref(), instance_of(event)) {
                (None, _) => Vec::new(),
                (Some(account), None) if event.platform == Platform::Emailbison => self.clear(of(account.to_owned()), unclear),
                (Some(account), None) => of(account.to_owned()),
                (Some(account), Some(instance)) => {
                    let bare = account[instance.len()..].trim_start_matches('/').to_owned();
                    let bare = self.clear(of(bare), unclear);
                    of(account.to_owned()).into_iter().chain(bare).collect()
                }
            },
            MatchBy::PlatformClient => event.account.clone().map(of).unwrap_or_default(),
            MatchBy::CampaignId => match campaign {
                Some(CampaignKey::External(external)) if external.account.is_empty() => of(external.id.clone()),
                Some(CampaignKey::External(external)) => {
                    let bare = self.clear(of(external.id.clone()), unclear);
                    of(format!("{}/{}", external.account, external.id)).into_iter().chain(bare).collect()
                }
                _ => Vec::new(),
            },
            MatchBy::SendingAccount => mailbox(event).map(|address| of(address.as_str().to_owned())).unwrap_or_default(),
            MatchBy::SendingDomain => mailbox(event).map(|address| of(address.domain().to_owned())).unwrap_or_default(),
            MatchBy::CampaignName => self.by_name(event),
        }
    }

    fn exact_ones(&self, by: MatchBy, value: String, platform: Platform) -> Vec<&Route> {
        let places = self.exact.get(&Matcher { by, value });
        let routes = places.into_iter().flatten().filter_map(|place| self.rows.get(*place));
        routes.filter(|route| route.platform.is_none_or(|of| of == platform)).collect()
    }

    fn by_name(&self, event: &Event) -> Vec<&Route> {
        let name = event.campaign.as_ref().and_then(|campaign| match (&campaign.name, &campaign.key) {
            (Some(name), _) => Some(name.as_str()),
            (None, CampaignKey::Named(external)) => Some(external.id.as_str()),
            (None, CampaignKey::External(_)) => None,
        });
        let name = name.filter(|name| name.chars().count() <= ROUTE_NAME_CHARACTERS_MAX);
        let Some(name) = name else { return Vec::new() };
        let name: Vec<char> = name.to_lowercase().chars().collect();
        let matching = self.patterns.iter().filter(|(pattern, _)| pattern.matches(&name));
        let routes = matching.filter_map(|(_, place)| self.rows.get(*place));
        routes.filter(|route| route.platform.is_none_or(|of| of == event.platform)).collect()
    }

    /// Rules that name an id without its instance match while one instance is known at most.
    fn clear<'r>(&self, bare: Vec<&'r Route>, unclear: &mut Option<&'r Route>) -> Vec<&'r Route> {
        if self.instances.len() <= 1 {
            return bare;
        }
        *unclear = unclear.or(bare.first().copied());
        Vec::new()
    }
}

fn mailbox(event: &Event) -> Option<EmailAddress> {
    EmailAddress::parse(event.sending_account.as_deref()?).ok()
}
