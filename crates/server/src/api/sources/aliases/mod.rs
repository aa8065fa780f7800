//! Names that a platform made up and what they stand for, and campaigns that it made anew: told by people, without a release.

pub(in crate::api) mod put;
pub(in crate::api) mod show;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::WorkspaceId,
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_store::{
    directory::AddressOwner,
    query::{EventFilter, PageRequest},
};

use crate::{openapi::PlatformName, problem::Problem, service::Service};

/// How many statements of each of the two kinds are looked through, the newest first.
const STATEMENTS_MAX: usize = 2_000;
/// In how many pages they are looked for: a page looks at 50,000 events, so that of a longer log the newest million is.
const PAGES_MAX: usize = 20;
/// How many of them are read at a time.
const PAGE_ROWS: usize = 500;

/// What names of events are read as.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NameAliases")]
struct NamesShape {
    #[schemars(with = "PlatformName")]
    platform: Platform,
    /// Per name that the platform made up, in lower case, the known name that it is read as.
    #[schemars(example = &serde_json::json!({"email_reply_v2": "EMAIL_REPLY"}))]
    names: BTreeMap<String, String>,
}

/// What names of events are read as, and which campaigns are one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SourceAliases")]
struct AliasesShape {
    #[serde(flatten)]
    names: NamesShape,
    /// Per id of a campaign at the platform the id of the one that it was stated to be, by the newest 2,000 statements, as far
    /// as they are among the newest million events.
    #[schemars(example = &serde_json::json!({"2900418": "2900417"}))]
    campaigns: BTreeMap<String, String>,
}

/// What the owner's own source aliases: nothing if there is none.
fn names_of(service: &Service, owner: AddressOwner, platform: Platform) -> NamesShape {
    let directory = service.store.directory();
    let names = directory.source(owner, platform).map(|source| source.names.clone()).unwrap_or_default();
    NamesShape { platform, names }
}

/// The key of a campaign at the platform.
fn campaign_key(platform: Platform, account: &str, id: &str) -> CampaignKey {
    CampaignKey::External(ExternalId { platform, account: account.to_owned(), id: id.to_owned() })
}

/// The campaigns of a platform's account that are stated to be one, as they were stated: per pair the last statement holds.
async fn campaigns_of(
    service: &Service,
    workspace: WorkspaceId,
    platform: Platform,
    account: &str,
) -> Result<BTreeMap<String, String>, Problem> {
    // Per pair, whichever is named first: when it was stated last, and the new id and the old one if it was that they are one.
    let mut pairs: HashMap<[String; 2], (Millis, Option<[String; 2]>)> = HashMap::new();
    let id_of = |key: &CampaignKey| match key {
        CampaignKey::External(external) if external.platform == platform && external.account == account => {
            Some(external.id.clone())
        }
        _ => None,
    };
    for kind in [Kind::CampaignAliased, Kind::CampaignUnaliased] {
        let filter = EventFilter { kind: Some(kind), ..EventFilter::default() };
        let mut page = PageRequest { limit: PAGE_ROWS, after: None };
        let mut read = 0;
        for _ in 0..PAGES_MAX {
            let found = service.store.events(workspace, filter.clone(), page.clone()).await?;
            read += found.rows.len();
            for event in found.rows.into_iter().map(|stored| stored.event) {
                for fact in &event.facts.aliases {
                    let (Some(old), Some(new)) = (id_of(&fact.a), id_of(&fact.b)) else { continue };
                    let mut pair = [old.clone(), new.clone()];
                    pair.sort();
                    let stated = (event.occurred_at, fact.aliased.then_some([new, old]));
                    let last = pairs.entry(pair).or_insert_with(|| stated.clone());
                    if stated.0 > last.0 {
                        *last = stated;
                    }
                }
            }
            page.after = found.next;
            if page.after.is_none() || read >= STATEMENTS_MAX {
                break;
            }
        }
    }
    let mut stated: Vec<(Millis, [String; 2])> = pairs.into_values().filter_map(|(at, ids)| Some((at, ids?))).collect();
    // Of two that one id was stated to be, the later is shown.
    stated.sort();
    Ok(stated.into_iter().map(|(_, [new, old])| (new, old)).collect())
}
