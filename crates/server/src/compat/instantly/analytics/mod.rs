//! What campaigns came to, as Instantly counts it. A 400 of these has its message only.

pub(super) mod campaigns;
pub(super) mod daily;
pub(super) mod overview;

use std::collections::BTreeMap;

use uuid::Uuid;

use hookline_model::{
    counts::{Counter, Counts},
    id::{CampaignId, WorkspaceId},
    platform::Platform,
    record::Campaign,
    time::Millis,
};
use hookline_store::query::{CampaignFilter, CampaignSelector, EventFilter, PAGE_ROWS_MAX, PageRequest};

use crate::{
    compat::instantly::{query::Query, refused::Refused},
    service::Service,
};

/// How many pages of campaigns are looked at where none is named: 10,000 campaigns, the last active ones.
const PAGES_MAX: usize = 20;

/// The period that is asked for: from the first instant on, before the second.
fn period(query: &Query) -> Result<(Option<Millis>, Option<Millis>), Refused> {
    let (since, until) = (query.instant("start_date", false)?, query.instant("end_date", true)?);
    match (since, until) {
        (Some(since), Some(until)) if since >= until => Err(Refused::bad("Start Date must be earlier than End Date")),
        period => Ok(period),
    }
}

/// The campaign that a text is an id of, here or at its platform: also one of those that it had before, or of an alias.
fn selector(id: &str) -> CampaignSelector {
    match id.parse::<Uuid>() {
        // Ours are UUIDs of version 5; Instantly's are of others.
        Ok(id) if id.get_version_num() == 5 => CampaignSelector::Id(CampaignId(id)),
        Ok(id) => CampaignSelector::PlatformId(id.to_string()),
        Err(_) => CampaignSelector::PlatformId(id.to_owned()),
    }
}

/// The campaign with this id, if there is one.
async fn named(service: &Service, workspace: WorkspaceId, id: &str) -> Result<Option<Campaign>, Refused> {
    let id = match selector(id) {
        CampaignSelector::Id(id) => Some(id),
        // Whose id at the platform it is, any of its events says.
        campaign @ CampaignSelector::PlatformId(_) => {
            let filter = EventFilter { campaign: Some(campaign), ..EventFilter::default() };
            let page = service.store.events(workspace, filter, PageRequest { limit: 1, after: None }).await?;
            page.rows.first().and_then(|row| row.campaign_id)
        }
    };
    let Some(id) = id else { return Ok(None) };
    Ok(service.store.campaign(workspace, id).await?)
}

/// The campaigns that are asked for by `names` of parameters, by their ids here or there, each once; all, if none is. The last
/// active first. The second of the answer says whether there was nothing to choose by. A text that is neither a UUID nor the id of
/// a campaign is refused.
async fn wanted(
    service: &Service,
    workspace: WorkspaceId,
    query: &Query,
    names: &[&str],
) -> Result<(Vec<Campaign>, bool), Refused> {
    let mut ids: Vec<(&str, &str)> = Vec::new();
    for name in names {
        ids.extend(query.all(name)?.into_iter().map(|id| (*name, id)));
    }
    let status = query.text("campaign_status").map(str::parse::<i32>).transpose();
    let status = status.map_err(|_| Refused::bad("querystring/campaign_status must be number"))?;
    let is_it = |campaign: &Campaign| status.is_none_or(|status| status == status_number(campaign));
    if !ids.is_empty() {
        let mut found: BTreeMap<CampaignId, Campaign> = BTreeMap::new();
        for (name, id) in ids {
            match named(service, workspace, id).await? {
                Some(campaign) if is_it(&campaign) => drop(found.insert(campaign.id, campaign)),
                Some(_) => {}
                // Of a UUID there may be something another day. Other texts are ids only of what came with such a one.
                None if id.parse::<Uuid>().is_ok() => {}
                None => return Err(Refused::bad(format!("querystring/{name} must match format \"uuid\""))),
            }
        }
        let mut found: Vec<Campaign> = found.into_values().collect();
        found.sort_by(|one, other| (&other.last_event_at, other.id).cmp(&(&one.last_event_at, one.id)));
        return Ok((found, false));
    }
    let (mut found, mut page) = (Vec::new(), PageRequest { limit: PAGE_ROWS_MAX, after: None });
    for _ in 0..PAGES_MAX {
        let rows = service.store.campaigns(workspace, CampaignFilter::default(), page.clone()).await?;
        found.extend(rows.rows.into_iter().filter(&is_it));
        page.after = rows.next;
        if page.after.is_none() {
            break;
        }
    }
    Ok((found, status.is_none()))
}

/// Instantly's own id of a campaign of Instantly's, and ours of any other: a UUID in any case.
fn shown_id(campaign: &Campaign) -> String {
    let own = campaign.platform_campaign_id.clone().filter(|_| campaign.platform == Platform::Instantly);
    own.unwrap_or_else(|| campaign.id.to_string())
}

/// The number of a campaign's status; one that is not known is active, as it sends.
fn status_number(campaign: &Campaign) -> i32 {
    match campaign.status.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("draft" | "drafted") => 0,
        Some("paused" | "stopped") => 2,
        Some("completed" | "finished" | "ended" | "archived") => 3,
        _ => 1,
    }
}

/// A count that is never negative.
fn count(counts: Option<&Counts>, counter: Counter) -> i64 {
    counts.map_or(0, |counts| counts.get(counter)).max(0)
}
