//! `PUT /v1/{workspaces|agencies}/{id}/sources/{platform}/aliases`.

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::State;
use schemars::JsonSchema;

use hookline_model::{
    event::AliasFact,
    id::{CampaignId, WorkspaceId},
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
    source::{Ack, Method},
    time::Millis,
};
use hookline_platforms::Parser;
use hookline_store::{
    directory::{AddressOwner, DirectoryChange},
    source::{NAME_BYTES_MAX, NAMES_MAX, Source},
};

use crate::{
    api::{
        campaigns::aliasing::{KEYS_MAX, has_room, joining, statement},
        fields::{Fields, missing, within},
        once::{Once, Reply},
        query::NoQuery,
        sources::{
            SourceWrite,
            aliases::{AliasesShape, NamesShape, campaign_key, campaigns_of},
        },
    },
    openapi::Operation,
    problem::{Problem, ProblemType},
    reading,
    service::Service,
};

/// What names of events are to be read as.
#[derive(JsonSchema)]
#[schemars(rename = "NewNameAliases", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewNames {
    /// Per name that the platform made up the known name that it is read as, instead of all former ones. Case and white space
    /// around a name do not count. 200 names of up to 200 bytes.
    #[schemars(example = &serde_json::json!({"EMAIL_REPLY_V2": "EMAIL_REPLY"}))]
    names: BTreeMap<String, String>,
}

/// What names of events are to be read as, and which campaigns are one.
#[derive(JsonSchema)]
#[schemars(rename = "NewSourceAliases", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewAliases {
    /// Per name that the platform made up the known name that it is read as, instead of all former ones. Case and white space
    /// around a name do not count. 200 names of up to 200 bytes.
    #[schemars(example = &serde_json::json!({"EMAIL_REPLY_V2": "EMAIL_REPLY"}))]
    names: BTreeMap<String, String>,
    /// Per id of a campaign that was made anew at the platform the id of its old self: up to 100, beside those of before.
    #[schemars(example = &serde_json::json!({"2900418": "2900417"}))]
    campaigns: Option<BTreeMap<String, String>>,
    /// The account within which the ids of `campaigns` are unique. To be left out if they are unique without.
    #[schemars(length(min = 1, max = 200), example = &"https://send.example.com")]
    account: Option<String>,
}

const ABOUT: &str = "Says how to read names of events that this version does not know. What comes from now on is read so; what came \
    before is, after a `rerun`. A source that was never set up is made, with the method `none`.";

/// What it is, of a workspace.
pub(in crate::api) fn describe_of_workspace() -> Operation {
    let about = format!(
        "{ABOUT} It also says which campaigns were made anew: as making an alias of a campaign does, and to be taken back there. A \
         workspace whose deliveries go by its agency's source has its names there; this answers a conflict then."
    );
    Operation::change::<AliasesShape>("Sources", "Set aliases", &about).fields::<NewAliases>().reads_records()
}

/// What it is, of an agency.
pub(in crate::api) fn describe_of_agency() -> Operation {
    Operation::change::<NamesShape>("Sources", "Set an agency's aliases", ABOUT).fields::<NewNames>()
}

/// Sets the names of a workspace's source, and states which campaigns are one.
pub(in crate::api) async fn put_of_workspace(
    SourceWrite(owner, platform): SourceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let AddressOwner::Workspace(workspace) = owner else { return Err(Problem::not_found("workspace")) };
    let names = names(&service, platform, &mut fields)?;
    let account = fields.name_if_given("account")?.unwrap_or_default();
    let campaigns = fields.object_of_texts("campaigns")?.unwrap_or_default();
    fields.end()?;
    let directory = service.store.directory();
    let has_own = directory.source(owner, platform).is_some();
    if !has_own && directory.source_for(owner, platform).is_some() {
        // A source of its own would take the place of the agency's, and let in whoever cannot prove where he comes from.
        let detail = "This workspace's deliveries go by its agency's source. Set the aliases there, or set up a source of the \
            workspace first.";
        return Err(Problem::new(ProblemType::Conflict, detail));
    }
    let statements = statements(&service, workspace, platform, &account, &campaigns).await?;
    if !statements.is_empty() {
        // Before the source, with which the answer is kept: who sends this again after a crash between the two states nothing
        // new.
        let event = statement(&service, workspace, Kind::CampaignAliased, statements, &once).await?;
        service.store.record(event, None).await?;
    }
    let campaigns = campaigns_of(&service, workspace, platform, &account).await?;
    let source = with_names(&service, owner, platform, names.clone());
    let reply = Reply::ok(&AliasesShape { names: NamesShape { platform, names }, campaigns });
    once.change(&service, vec![DirectoryChange::PutSource(source)], reply).await
}

/// Sets the names of an agency's source.
pub(in crate::api) async fn put_of_agency(
    SourceWrite(owner, platform): SourceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let names = names(&service, platform, &mut fields)?;
    fields.end()?;
    let source = with_names(&service, owner, platform, names.clone());
    let reply = Reply::ok(&NamesShape { platform, names });
    once.change(&service, vec![DirectoryChange::PutSource(source)], reply).await
}

/// Reads `names`: what they stand for is taken in the parser's own spelling.
fn names(service: &Service, platform: Platform, fields: &mut Fields) -> Result<BTreeMap<String, String>, Problem> {
    let given = fields.object_of_texts("names")?.ok_or_else(|| missing("names"))?;
    if given.len() > NAMES_MAX {
        return Err(Problem::invalid("names", format!("Give {NAMES_MAX} names at most.")));
    }
    let parser = (service.parsers)(platform);
    let known = parser.map(Parser::names).unwrap_or_default();
    let mut names = BTreeMap::new();
    for (written, stands_for) in given {
        let refused = |detail: String| Err(Problem::invalid(within("names", &written), detail));
        let name = written.trim().to_lowercase();
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(char::is_control) {
            return refused(format!("A name has 1 to {NAME_BYTES_MAX} bytes, none of them of a control character."));
        }
        if parser.is_some_and(|parser| reading::knows(parser, &name)) {
            let detail = format!("This version knows this name of {platform}, and reads it as what it is. Leave it out.");
            return refused(detail);
        }
        let wanted = stands_for.trim().to_lowercase();
        let Some((stands_for, _)) = known.iter().find(|(known, _)| known.to_lowercase() == wanted) else {
            return refused(format!("Give a name that this version knows of {platform}. docs/platforms.md lists them all."));
        };
        if names.insert(name, (*stands_for).to_owned()).is_some() {
            return refused("This name is there twice, but for case and white space. Give it once.".to_owned());
        }
    }
    Ok(names)
}

/// The owner's own source with these names; a new one is verified by its address alone.
fn with_names(service: &Service, owner: AddressOwner, platform: Platform, names: BTreeMap<String, String>) -> Source {
    let now = service.clock.now();
    let directory = service.store.directory();
    let former = directory.source(owner, platform).map(|former| former.as_ref().clone());
    let source = former.unwrap_or_else(|| unset(owner, platform, now));
    Source { names, revision: source.revision.saturating_add(1), updated_at: now, ..source }
}

/// A source of which nothing was set.
fn unset(owner: AddressOwner, platform: Platform, now: Millis) -> Source {
    Source {
        owner,
        platform,
        revision: 0,
        method: Method::None,
        header: None,
        field: None,
        secret: None,
        secret_previous: None,
        account: None,
        ack: Ack::default(),
        enabled: true,
        names: BTreeMap::new(),
        created_at: now,
        updated_at: now,
    }
}

/// What is to be stated so that each new campaign is its old self; nothing of those that are already.
async fn statements(
    service: &Service,
    workspace: WorkspaceId,
    platform: Platform,
    account: &str,
    campaigns: &[(String, String)],
) -> Result<Vec<AliasFact>, Problem> {
    if campaigns.len() > KEYS_MAX {
        return Err(Problem::invalid("campaigns", format!("Give {KEYS_MAX} campaigns at most.")));
    }
    let mut statements = Vec::new();
    for (new, old) in campaigns {
        let refused = |detail: &str| Err(Problem::invalid(within("campaigns", new), detail.to_owned()));
        let ids = [new.trim(), old.trim()];
        if ids.iter().any(|id| id.is_empty() || id.len() > NAME_BYTES_MAX || id.contains(char::is_control)) {
            return refused("Give ids of 1 to 200 bytes, none of them of a control character.");
        }
        let [new, old] = ids.map(|id| campaign_key(platform, account, id));
        if new == old {
            return refused("A campaign is itself already. Give the id of its old self.");
        }
        let Some(keys) = keys_of(service, workspace, &old).await? else {
            return refused("No campaign with the id that this is to be was seen here. Give one that was.");
        };
        if keys.contains(&new) {
            continue;
        }
        let others = keys_of(service, workspace, &new).await?.unwrap_or_default();
        // Of those before it in this request none is joined yet: together they must have room, too.
        let joining_it = statements.iter().filter(|fact: &&AliasFact| fact.a == old).count();
        has_room(keys.len() + others.len() + joining_it)?;
        statements.extend(joining(&[old], &new));
    }
    Ok(statements)
}

/// The keys of the campaign that has this one.
async fn keys_of(service: &Service, workspace: WorkspaceId, key: &CampaignKey) -> Result<Option<Vec<CampaignKey>>, Problem> {
    let id = CampaignId::derive(workspace, key);
    Ok(service.store.campaign_keys(workspace, id).await?)
}
