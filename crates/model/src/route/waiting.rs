//! Why an event waits in its agency's reserved workspace.

use super::{MatchBy, Route};
use crate::{event::Event, platform::Platform};

/// Why an event is not placed, as a code from a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingCode {
    /// No rule was asked.
    NotTried,
    /// No rule matches, and no workspace has seen its campaign.
    NoRule,
    /// Rules of one sort match and name different workspaces.
    RulesDisagree,
    /// A rule names an id without its instance, and several instances are known.
    InstanceUnclear,
    /// No rule matches, and several workspaces have seen its campaign.
    CampaignInSeveral,
    /// The workspace it belongs in was being deleted.
    WorkspaceGone,
    /// A test: tests are never placed.
    Test,
}

impl WaitingCode {
    /// All of them.
    pub const ALL: [WaitingCode; 7] = [
        WaitingCode::NotTried,
        WaitingCode::NoRule,
        WaitingCode::RulesDisagree,
        WaitingCode::InstanceUnclear,
        WaitingCode::CampaignInSeveral,
        WaitingCode::WorkspaceGone,
        WaitingCode::Test,
    ];

    /// The name used in the API and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WaitingCode::NotTried => "not_tried",
            WaitingCode::NoRule => "no_rule",
            WaitingCode::RulesDisagree => "rules_disagree",
            WaitingCode::InstanceUnclear => "instance_unclear",
            WaitingCode::CampaignInSeveral => "campaign_in_several",
            WaitingCode::WorkspaceGone => "workspace_gone",
            WaitingCode::Test => "test",
        }
    }

    /// What has this name.
    #[must_use]
    pub fn named(name: &str) -> Option<WaitingCode> {
        WaitingCode::ALL.into_iter().find(|code| code.name() == name)
    }
}

/// Why an event is not placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The reason.
    pub code: WaitingCode,
    /// The reason in words: what to do about it. At most about a kilobyte.
    pub text: String,
}

impl Waiting {
    /// No rule was asked yet.
    #[must_use]
    pub fn not_tried() -> Waiting {
        Waiting { code: WaitingCode::NotTried, text: "No rule was asked yet. Apply the rules to what waits.".to_owned() }
    }

    /// It is a test.
    #[must_use]
    pub fn test() -> Waiting {
        Waiting { code: WaitingCode::Test, text: "A test belongs to nobody and is not placed.".to_owned() }
    }

    /// The campaign was seen in several workspaces.
    #[must_use]
    pub fn campaign_in_several() -> Waiting {
        let text = "No rule matches, and more than one workspace has seen its campaign. Make a rule for the campaign.";
        Waiting { code: WaitingCode::CampaignInSeveral, text: text.to_owned() }
    }

    /// Its workspace is no longer there.
    #[must_use]
    pub fn workspace_gone() -> Waiting {
        let text = "Its workspace was deleted while it came in. Apply the rules to what waits.";
        Waiting { code: WaitingCode::WorkspaceGone, text: text.to_owned() }
    }

    pub(super) fn no_rule(event: &Event) -> Waiting {
        let campaign = event.campaign.as_ref();
        let named = [
            (if event.platform == Platform::Smartlead { "client" } else { "account" }, event.account.as_deref()),
            ("campaign", campaign.map(|campaign| campaign.key.external().id.as_str())),
            ("campaign name", campaign.and_then(|campaign| campaign.name.as_deref())),
            ("sending account", event.sending_account.as_deref()),
        ];
        let named = named.into_iter().filter_map(|(what, value)| Some(format!("{what} {:?}", shortened(value?))));
        let named: Vec<String> = named.collect();
        let text = if named.is_empty() {
            "It names no account, no campaign and no mailbox by which a rule could place it.".to_owned()
        } else {
            format!("No rule matches its {}, and no workspace has seen its campaign. Make a rule.", named.join(", "))
        };
        Waiting { code: WaitingCode::NoRule, text }
    }

    pub(super) fn rules_disagree(by: MatchBy, rules: &[&Route]) -> Waiting {
        let shown: Vec<String> = rules.iter().take(4).map(|route| route.id.to_string()).collect();
        let (by, shown) = (by.name(), shown.join(", "));
        let text =
            format!("Rules by {by} match that name different workspaces, among them {shown}. Delete those that are wrong.");
        Waiting { code: WaitingCode::RulesDisagree, text }
    }

    pub(super) fn instance_unclear(route: &Route) -> Waiting {
        let (id, value) = (route.id, route.matcher.value());
        let text = format!(
            "The rule {id} names {value:?} without its instance, and several instances are known. Name it as instance/{value}."
        );
        Waiting { code: WaitingCode::InstanceUnclear, text }
    }
}

/// A text that somebody else chose, short enough to be shown.
fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 100;
    let shown: String = text.chars().take(CHARACTERS_MAX).collect();
    if shown.len() < text.len() { format!("{shown}...") } else { shown }
}
