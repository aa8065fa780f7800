//! Records as the API shows them, made from the rows of a workspace.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

mod item;

pub use self::item::{Erasure, Item, erasure, item};
use crate::{
    campaign::{CampaignState, Uniques},
    contact::ContactState,
    counts::{Counter, Counts, Marks},
    email::{Direction, EmailState},
    event::BounceType,
    fold::Links,
    id::{CampaignId, ContactId, EmailId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{campaign_component, contact_component},
    platform::Platform,
    rows::ReadRows,
    texts::Texts,
    time::Millis,
};

/// A contact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contact {
    /// Derived from its best key.
    pub id: ContactId,
    /// Its best key's address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Company.
    pub company_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// LinkedIn profile.
    pub linkedin_url: Option<String>,
    /// Web site.
    pub website_url: Option<String>,
    /// The agency's own fields.
    pub custom_fields: Map<String, Value>,
    /// Status, see `docs/records.md`.
    pub status: &'static str,
    /// What decided the status.
    pub status_reason: Option<String>,
    /// Interest.
    pub interest: Option<&'static str>,
    /// The platform's category.
    pub category: Option<String>,
    /// Score.
    pub score: Option<Value>,
    /// Last activity.
    pub last_activity_at: Option<String>,
    /// The earliest opt-out that holds.
    pub unsubscribed_at: Option<String>,
    /// The first bounce that is not soft.
    pub bounced_at: Option<String>,
    /// Whether nobody may write to the contact any more.
    pub blocked: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Lists.
    pub lists: Vec<String>,
    /// Counted events.
    pub counts: Value,
    /// External ids.
    pub external: Vec<Value>,
    /// First event.
    pub created_at: Option<String>,
    /// Last event.
    pub updated_at: Option<String>,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Campaign {
    /// Derived from its best key.
    pub id: CampaignId,
    /// The platform's own integer if it has one, else 52 bits of the id.
    pub number: u64,
    /// Platform.
    pub platform: Platform,
    /// Account within which the platform's id is unique.
    pub account: Option<String>,
    /// The platform's id.
    pub platform_campaign_id: Option<String>,
    /// Title.
    pub name: Option<String>,
    /// State, in the platform's word.
    pub status: Option<String>,
    /// Counted events.
    pub counts: Value,
    /// Counted enrollments.
    pub unique: Value,
    /// First event.
    pub first_event_at: Option<String>,
    /// Last event.
    pub last_event_at: Option<String>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Email {
    /// Derived from its key.
    pub id: EmailId,
    /// `outbound` or `inbound`.
    pub direction: &'static str,
    /// Who reported it last.
    pub platform: Option<Platform>,
    /// The contact's address.
    pub contact_email: Option<String>,
    /// The contact.
    pub contact_id: Option<ContactId>,
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// The campaign's id at the platform.
    pub platform_campaign_id: Option<String>,
    /// Our mailbox.
    pub sending_account: Option<String>,
    /// Writer.
    pub from: Option<String>,
    /// Recipient.
    pub to: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Text.
    pub body_text: Option<String>,
    /// HTML as received: hostile until sanitised.
    pub body_html: Option<String>,
    /// Message-ID.
    pub message_id: Option<String>,
    /// Step.
    pub sequence_number: Option<u32>,
    /// When it was sent.
    pub sent_at: Option<String>,
    /// When it came in.
    pub received_at: Option<String>,
    /// The furthest it came.
    pub status: &'static str,
    /// Openings.
    pub opened_count: u64,
    /// First opening.
    pub first_opened_at: Option<String>,
    /// Last opening.
    pub last_opened_at: Option<String>,
    /// Clicks.
    pub clicked_count: u64,
    /// Links clicked.
    pub links: Vec<String>,
    /// First reply.
    pub replied_at: Option<String>,
    /// First bounce.
    pub bounced_at: Option<String>,
    /// Severity of the bounce.
    pub bounce_type: Option<BounceType>,
    /// Reason of the bounce.
    pub bounce_reason: Option<String>,
}

fn text(at: Option<Millis>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn shown(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn counts_json(counts: &Counts, shown_counters: &[Counter]) -> Value {
    shown_counters
        .iter()
        .map(|counter| (counter.name().to_owned(), json!(shown(counts.get(*counter)))))
        .collect::<Map<_, _>>()
        .into()
}

/// All eight counts, as campaigns and enrollments show them.
#[must_use]
pub fn all_counts(counts: &Counts) -> Value {
    counts_json(counts, &Counter::ALL)
}

/// All eight marks, as enrollments show them.
#[must_use]
pub fn all_marks(marks: &Marks) -> Value {
    Counter::ALL
        .iter()
        .map(|counter| (counter.name().to_owned(), json!(text(marks.0[*counter as usize]))))
        .collect::<Map<_, _>>()
        .into()
}

/// The contact that a key belongs to: its keys and its merged state. `None` if it has no event.
///
/// # Errors
/// When rows cannot be read.
pub fn merged_contact<R: ReadRows>(
    rows: &mut R,
    key: &ContactKey,
) -> Result<Option<(BTreeSet<ContactKey>, ContactState)>, R::Error> {
    let component = contact_component(&mut Links(rows), key)?;
    let merged = merged_state(rows, &component)?;
    Ok(merged.map(|merged| (component, merged)))
}

/// What is known under these keys together. `None` if they have no event.
fn merged_state<R: ReadRows>(rows: &mut R, component: &BTreeSet<ContactKey>) -> Result<Option<ContactState>, R::Error> {
    let mut merged: Option<ContactState> = None;
    for key in component {
        if let Some(state) = rows.contact(key)? {
            match &mut merged {
                Some(merged) => merged.merge(state),
                None => merged = Some(state),
            }
        }
    }
    Ok(merged.filter(ContactState::is_touched))
}

/// The record of the contact that a key belongs to. `None` if it has no event or is hidden.
///
/// # Errors
/// When rows cannot be read.
pub fn contact<R: ReadRows>(rows: &mut R, workspace: WorkspaceId, key: &ContactKey) -> Result<Option<Contact>, R::Error> {
    let component = contact_component(&mut Links(rows), key)?;
    contact_of(rows, workspace, &component)
}

/// The record of the contact that has these keys and no others. `None` as of [`contact`].
///
/// # Errors
/// When rows cannot be read.
pub fn contact_of<R: ReadRows>(
    rows: &mut R,
    workspace: WorkspaceId,
    component: &BTreeSet<ContactKey>,
) -> Result<Option<Contact>, R::Error> {
    let Some(state) = merged_state(rows, component)? else { return Ok(None) };
    let Some(head) = component.first().filter(|_| !state.is_hidden()) else { return Ok(None) };
    let (first_name, last_name) = state.names();
    let (status, status_reason) = state.status();
    let json_text = |text: &String| serde_json::from_str(text).ok();
    let custom_fields = state.custom_fields.iter();
    let mut external: BTreeSet<_> = state.externals.iter().map(|(external, ..)| external.clone()).collect();
    external.extend(component.iter().filter_map(|key| match key {
        ContactKey::External(external) => Some(external.clone()),
        ContactKey::Email(_) => None,
    }));
    Ok(Some(Contact {
        id: ContactId::derive(workspace, head),
        email: head.email().map(ToString::to_string),
        first_name,
        last_name,
        company_name: state.company_name.get().cloned(),
        phone: state.phone.get().cloned(),
        linkedin_url: state.linkedin_url.get().cloned(),
        website_url: state.website_url.get().cloned(),
        custom_fields: custom_fields
            .filter_map(|(name, _, value)| Some((name.clone(), value.as_ref().and_then(json_text)?)))
            .collect(),
        status,
        status_reason,
        interest: state.interest.get().map(|interest| interest.name()),
        category: state.category.get().cloned(),
        score: state.score.get().and_then(json_text),
        last_activity_at: text(state.last_activity_at),
        unsubscribed_at: text(state.opt_outs.earliest_held().map(|held| held.0)),
        bounced_at: text(state.first_bounce.map(|stamp| stamp.at)),
        blocked: state.is_blocked(),
        tags: state.tags.members(),
        lists: state.lists.members(),
        counts: counts_json(&state.counts, &Counter::ALL[..5]),
        external: external
            .into_iter()
            .map(|external| {
                let account = Some(external.account).filter(|account| !account.is_empty());
                json!({"platform": external.platform, "account": account, "id": external.id, "fields": {}})
            })
            .collect(),
        created_at: text(state.first_event_at),
        updated_at: text(state.last_event_at),
    }))
}

/// What is known under these campaign keys together. `None` if they have no event.
fn merged_campaign_state<R: ReadRows>(
    rows: &mut R,
    component: &BTreeSet<CampaignKey>,
) -> Result<Option<(CampaignState, Uniques)>, R::Error> {
    let (mut merged, mut uniques) = (CampaignState::default(), Uniques::default());
    for key in component {
        if let Some((state, counted)) = rows.campaign(key)? {
            merged.merge(state);
            uniques.merge(&counted);
        }
    }
    Ok(merged.is_touched().then_some((merged, uniques)))
}

/// The record of the campaign that a key belongs to. `None` if it has no event.
///
/// # Errors
/// When rows cannot be read.
pub fn campaign<R: ReadRows>(rows: &mut R, workspace: WorkspaceId, key: &CampaignKey) -> Result<Option<Campaign>, R::Error> {
    let component = campaign_component(key, |key| rows.aliases(key))?;
    campaign_of(rows, workspace, &component)
}

/// The record of the campaign that has these keys and no others. `None` as of [`campaign`].
///
/// # Errors
/// When rows cannot be read.
pub fn campaign_of<R: ReadRows>(
    rows: &mut R,
    workspace: WorkspaceId,
    component: &BTreeSet<CampaignKey>,
) -> Result<Option<Campaign>, R::Error> {
    let Some((state, uniques)) = merged_campaign_state(rows, component)? else { return Ok(None) };
    let Some(head) = component.first() else { return Ok(None) };
    let id = CampaignId::derive(workspace, head);
    let platform_campaign_id = head.platform_campaign_id().map(ToOwned::to_owned);
    let mut unique = counts_json(&uniques.marked, &Counter::ALL[1..7]);
    unique["contacts"] = json!(shown(uniques.contacts));
    Ok(Some(Campaign {
        id,
        number: platform_campaign_id.as_deref().and_then(own_number).unwrap_or_else(|| id.number()),
        platform: head.external().platform,
        account: Some(head.external().account.clone()).filter(|account| !account.is_empty()),
        platform_campaign_id,
        name: state.name.get().cloned(),
        status: state.shown_status().cloned(),
        counts: all_counts(&state.counts),
        unique,
        first_event_at: text(state.first_event_at),
        last_event_at: text(state.last_event_at),
    }))
}

/// A platform's id as a number, if it is one that every JSON reader keeps exactly and that prints the same.
fn own_number(id: &str) -> Option<u64> {
    id.parse::<u64>().ok().filter(|number| *number < 1 << 53 && number.to_string() == id)
}

/// The record of a message.
///
/// # Errors
/// When rows cannot be read.
pub fn email<R: ReadRows>(
    rows: &mut R,
    workspace: WorkspaceId,
    key: &EmailKey,
    state: &EmailState,
    texts: Texts,
) -> Result<Email, R::Error> {
    let contact_head = match state.contact.get() {
        Some(contact) => contact_component(&mut Links(rows), contact)?.pop_first(),
        None => None,
    };
    let campaign_head = match state.campaign.get() {
        Some(campaign) => campaign_component(campaign, |key| rows.aliases(key))?.pop_first(),
        None => None,
    };
    Ok(email_of(workspace, (key, state, texts), contact_head.as_ref(), campaign_head.as_ref()))
}

/// The record of a message, given the best keys of the contact and the campaign that it belongs to.
#[must_use]
pub fn email_of(
    workspace: WorkspaceId,
    (key, state, texts): (&EmailKey, &EmailState, Texts),
    contact_head: Option<&ContactKey>,
    campaign_head: Option<&CampaignKey>,
) -> Email {
    let direction = if key.is_inbound() { Direction::Inbound } else { Direction::Outbound };
    let outbound = direction == Direction::Outbound;
    let own_address = state.contact.get().and_then(|contact| contact.email());
    let contact_email = own_address.or_else(|| contact_head.and_then(|head| head.email()));
    Email {
        id: EmailId::derive(workspace, key),
        direction: if outbound { "outbound" } else { "inbound" },
        platform: state.last.map(|stamp| stamp.platform),
        contact_email: contact_email.map(ToString::to_string),
        contact_id: contact_head.map(|head| ContactId::derive(workspace, head)),
        campaign_id: campaign_head.map(|head| CampaignId::derive(workspace, head)),
        platform_campaign_id: state.campaign.get().and_then(|key| key.platform_campaign_id()).map(ToOwned::to_owned),
        sending_account: texts.sending_account,
        from: texts.from,
        to: texts.to,
        subject: texts.subject,
        body_text: texts.body_text,
        body_html: texts.body_html,
        message_id: texts.message_id,
        sequence_number: state.sequence_number.get().copied(),
        sent_at: text(state.at.filter(|_| outbound)),
        received_at: text(state.at.filter(|_| !outbound)),
        status: state.status(direction),
        opened_count: state.opened_count(),
        first_opened_at: text(state.first_opened_at),
        last_opened_at: text(state.last_opened_at),
        clicked_count: shown(state.clicked),
        links: state.links.iter().map(|(link, ..)| link.clone()).collect(),
        replied_at: text(state.replied_at),
        bounced_at: text(state.bounced_at),
        bounce_type: state.bounce_type.get().copied(),
        bounce_reason: state.bounce_reason.get().cloned(),
    }
}
