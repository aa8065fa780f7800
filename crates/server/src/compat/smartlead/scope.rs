//! Whose events a hook is made for: both generations of `association_type`, and the campaign or client that goes with it.

use hookline_delivery::priority::Level;
use hookline_store::directory::AddressOwner;
use serde_json::Value;

use super::{account::Account, fields::Fields, hook::Hook, refusal::Refusal};

/// Whose events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// The level.
    pub(super) level: Level,
    /// Whose it is: the account's, or one client's.
    pub(super) owner: AddressOwner,
    /// The campaign, of the campaign level.
    pub(super) campaign: Option<u64>,
}

/// Whether a number can be a campaign's: one that every JSON reader keeps exactly.
pub(super) fn is_campaign(number: u64) -> bool {
    (1..1 << 53).contains(&number)
}

impl Scope {
    /// Reads the scope of a new hook.
    pub(super) fn read(fields: &mut Fields, account: &Account) -> Result<Scope, Refusal> {
        let level = level(fields)?.ok_or_else(|| Refusal::required("association_type"))?;
        let (campaign, client) = (fields.number("email_campaign_id")?, fields.number("client_id")?);
        let client = client.map(|id| account.client(id)).transpose()?.or(account.workspace);
        match level {
            Level::User => Scope::of_account(account),
            Level::Client => {
                let client = client.ok_or_else(|| Refusal::required("client_id"))?;
                Ok(Scope { level, owner: AddressOwner::Workspace(client), campaign: None })
            }
            Level::Campaign => {
                let campaign = campaign.ok_or_else(|| Refusal::required("email_campaign_id"))?;
                if !is_campaign(campaign) {
                    return Err(Refusal::no_campaign());
                }
                let owner = client.map_or(AddressOwner::Agency(account.agency), AddressOwner::Workspace);
                Ok(Scope { level, owner, campaign: Some(campaign) })
            }
        }
    }

    /// The whole account, which a client's key does not open.
    pub(super) fn of_account(account: &Account) -> Result<Scope, Refusal> {
        if account.workspace.is_some() {
            return Err(Refusal::forbidden(
                "The key of a client makes no webhooks of the user level. Use the key of its agency.",
            ));
        }
        Ok(Scope { level: Level::User, owner: AddressOwner::Agency(account.agency), campaign: None })
    }

    /// One campaign, wherever in what the key opens it is.
    pub(super) fn of_campaign(account: &Account, campaign: u64) -> Scope {
        let owner = account.workspace.map_or(AddressOwner::Agency(account.agency), AddressOwner::Workspace);
        Scope { level: Level::Campaign, owner, campaign: Some(campaign) }
    }

    /// Reads what a body repeats of a hook's scope: each field may be left out, and must be what it is. A hook stays where it
    /// was made.
    pub(super) fn repeated(fields: &mut Fields, account: &Account, hook: &Hook) -> Result<(), Refusal> {
        let level = level(fields)?;
        let (campaign, client) = (fields.number("email_campaign_id")?, fields.number("client_id")?);
        let client = client.map(|id| account.client(id)).transpose()?;
        let kept = [
            ("association_type", level.is_none_or(|level| level == hook.level)),
            ("email_campaign_id", campaign.is_none_or(|campaign| Some(campaign) == hook.campaign)),
            ("client_id", client.is_none_or(|client| AddressOwner::Workspace(client) == hook.row.owner)),
        ];
        match kept.into_iter().find(|(_, is_kept)| !is_kept) {
            None => Ok(()),
            Some((field, _)) => Err(Refusal::form(field, "must be what it is: make another webhook instead")),
        }
    }

    /// Whether it is that of a hook.
    pub(super) fn is_of(&self, hook: &Hook) -> bool {
        (self.level, self.owner, self.campaign) == (hook.level, hook.row.owner, hook.campaign)
    }
}

fn level(fields: &mut Fields) -> Result<Option<Level>, Refusal> {
    let Some(value) = fields.given("association_type") else { return Ok(None) };
    let word = match value {
        Value::String(text) => text.trim().to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    match word.as_str() {
        "user" | "1" => Ok(Some(Level::User)),
        "client" | "2" => Ok(Some(Level::Client)),
        "campaign" | "3" => Ok(Some(Level::Campaign)),
        _ => Err(Refusal::form("association_type", "must be one of [user, client, campaign]")),
    }
}
