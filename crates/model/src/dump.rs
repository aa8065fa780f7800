//! Every record of a workspace in one canonical JSON value: what rebuilds and the reference model are compared by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    campaign::EnrollmentState,
    delta::RollupKey,
    email::EmailState,
    firsts::FirstKey,
    fold::Links,
    id::{CampaignId, ContactId, WorkspaceId},
    interest::Interest,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{campaign_component, contact_component},
    record,
    rows::ReadRows,
    texts::Texts,
};

/// Reading all rows of a workspace, for dumps.
pub trait AllRows: ReadRows {
    /// Every contact key that has a row.
    ///
    /// # Errors
    /// When the rows cannot be read; so for every method here.
    fn contact_keys(&mut self) -> Result<Vec<ContactKey>, Self::Error>;
    /// Every campaign key that has a row.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn campaign_keys(&mut self) -> Result<Vec<CampaignKey>, Self::Error>;
    /// Every message.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn emails(&mut self) -> Result<Vec<(EmailKey, EmailState)>, Self::Error>;
    /// Every item.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn items(&mut self) -> Result<Vec<(ItemKey, ItemState)>, Self::Error>;
    /// Every rollup row.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn rollups(&mut self) -> Result<Vec<(RollupKey, i64)>, Self::Error>;
    /// Every row of firsts.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn firsts(&mut self) -> Result<Vec<(FirstKey, i64)>, Self::Error>;
    /// The texts of a message, from the log.
    ///
    /// # Errors
    /// See [`AllRows::contact_keys`].
    fn texts(&mut self, key: &EmailKey, state: &EmailState) -> Result<Texts, Self::Error>;
}

/// The dump that `docs/records.md` describes.
///
/// # Errors
/// When rows cannot be read.
pub fn dump<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Value, R::Error> {
    Ok(json!({
        "contacts": contacts(rows, workspace)?,
        "campaigns": campaigns(rows, workspace)?,
        "enrollments": enrollments(rows, workspace)?,
        "emails": emails(rows, workspace)?,
        "items": items(rows, workspace)?,
        "erasures": erasures(rows, workspace)?,
        "rollups": rollups(rows)?,
        "firsts": firsts(rows)?,
    }))
}

fn contacts<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut shown = BTreeMap::new();
    for key in rows.contact_keys()? {
        if let Some(contact) = record::contact(rows, workspace, &key)? {
            shown.insert(contact.id, json!(contact));
        }
    }
    Ok(shown.into_values().collect())
}

fn campaigns<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut shown = BTreeMap::new();
    for key in rows.campaign_keys()? {
        if let Some(campaign) = record::campaign(rows, workspace, &key)? {
            shown.insert(campaign.id, json!(campaign));
        }
    }
    Ok(shown.into_values().collect())
}

fn enrollments<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut merged: BTreeMap<(ContactId, CampaignId), EnrollmentState> = BTreeMap::new();
    let campaign_keys: BTreeSet<CampaignKey> = rows.campaign_keys()?.into_iter().collect();
    for campaign in &campaign_keys {
        let head = campaign_component(campaign, |key| rows.aliases(key))?.pop_first();
        let campaign_id = CampaignId::derive(workspace, head.as_ref().unwrap_or(campaign));
        for (contact, state) in rows.enrollments_in(campaign)? {
            let head = contact_component(&mut Links(rows), &contact)?.pop_first();
            let contact_id = ContactId::derive(workspace, head.as_ref().unwrap_or(&contact));
            merged.entry((contact_id, campaign_id)).or_default().merge(&state);
        }
    }
    let show = |((contact_id, campaign_id), state): ((ContactId, CampaignId), EnrollmentState)| {
        json!({
            "contact_id": contact_id,
            "campaign_id": campaign_id,
            "counts": record::all_counts(&state.counts),
            "first": record::all_marks(&state.marks),
            "step": state.step,
            "first_event_at": state.first_event_at.map(|at| at.to_string()),
            "last_event_at": state.last_event_at.map(|at| at.to_string()),
        })
    };
    Ok(merged.into_iter().map(show).collect())
}

fn emails<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut shown = BTreeMap::new();
    for (key, state) in rows.emails()? {
        let texts = rows.texts(&key, &state)?;
        let email = record::email(rows, workspace, &key, &state, texts)?;
        shown.insert(email.id, json!(email));
    }
    Ok(shown.into_values().collect())
}

fn items<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut shown = BTreeMap::new();
    for (key, state) in rows.items()? {
        if let Some(item) = record::item(rows, workspace, &key, &state)? {
            shown.insert(item.id, json!(item));
        }
    }
    Ok(shown.into_values().collect())
}

fn erasures<R: AllRows>(rows: &mut R, workspace: WorkspaceId) -> Result<Vec<Value>, R::Error> {
    let mut shown = BTreeMap::new();
    for key in rows.contact_keys()? {
        if let Some(erasure) = record::erasure(rows, workspace, &key)? {
            let since = erasure.since.to_string();
            shown.insert(erasure.contact_id, json!({"contact_id": erasure.contact_id, "since": since}));
        }
    }
    Ok(shown.into_values().collect())
}

fn rollups<R: AllRows>(rows: &mut R) -> Result<Vec<Value>, R::Error> {
    let mut counted: Vec<_> = rows.rollups()?.into_iter().filter(|(_, count)| *count != 0).collect();
    counted.sort_by_cached_key(|(key, _)| {
        let campaign = key.campaign.as_ref().map(ToString::to_string);
        let interest = key.interest.map(Interest::name);
        (key.quarter, campaign, key.platform.name(), key.kind.name(), key.sequence_number, interest)
    });
    let show = |(key, count): (RollupKey, i64)| {
        json!({
            "quarter": key.quarter.to_string(),
            "campaign": key.campaign.map(|campaign| campaign.to_string()),
            "platform": key.platform,
            "kind": key.kind,
            "sequence_number": key.sequence_number,
            "interest": key.interest,
            "count": count,
        })
    };
    Ok(counted.into_iter().map(show).collect())
}

fn firsts<R: AllRows>(rows: &mut R) -> Result<Vec<Value>, R::Error> {
    let mut counted: Vec<_> = rows.firsts()?.into_iter().filter(|(_, count)| *count != 0).collect();
    counted.sort_by_cached_key(|(key, _)| (key.quarter, key.campaign.to_string(), key.counter.name()));
    let show = |(key, count): (FirstKey, i64)| {
        json!({
            "quarter": key.quarter.to_string(),
            "campaign": key.campaign.to_string(),
            "counter": key.counter.name(),
            "count": count,
        })
    };
    Ok(counted.into_iter().map(show).collect())
}
