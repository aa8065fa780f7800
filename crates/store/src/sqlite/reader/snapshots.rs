//! Events with the records that they tell of, a page of them at a time.
//!
//! Who asks has the events already: of the log it is only asked whether they still are there, and for the texts of messages that
//! other events brought. What an event, its contact, its campaign and its message have in common is found once.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use hookline_model::{
    event::Event,
    fold::Links,
    id::{CampaignId, ContactId, EmailId, WorkspaceId},
    key::{CampaignKey, ContactKey, EmailKey},
    link::{campaign_component, contact_component},
    record::{self, Email},
    rows::ReadRows,
    texts::Texts,
};
use rusqlite::OptionalExtension;

use super::{Reader, WorkspaceReader};
use crate::{
    Error, StoredEvent,
    deliveries::{Fed, Snapshot},
    sqlite::{log, open::failed},
};

/// The events of a page, by where they are.
type Page = HashMap<u64, Arc<Event>>;

impl Reader {
    /// Events with their records.
    pub(in crate::sqlite) fn snapshots(&self, entries: &[Fed]) -> Result<Vec<Option<Snapshot>>, Error> {
        let page: Page = entries.iter().map(|fed| (fed.position, Arc::clone(&fed.event))).collect();
        let mut numbers: HashMap<WorkspaceId, Option<i64>> = HashMap::new();
        let mut found = Vec::with_capacity(entries.len());
        // One transaction for all that follow on each other of a workspace: beginning costs as much as a small read.
        for of_one in entries.chunk_by(|one, next| one.workspace == next.workspace) {
            let workspace = of_one[0].workspace;
            let no = match numbers.get(&workspace) {
                Some(no) => *no,
                None => *numbers.entry(workspace).or_insert(self.number_of(workspace)?),
            };
            match no {
                Some(no) => self.read_with_log(no, workspace, |reader| {
                    for fed in of_one {
                        found.push(reader.snapshot(fed, &page)?);
                    }
                    Ok(())
                })?,
                None => found.extend(of_one.iter().map(|_| None)),
            }
        }
        Ok(found)
    }

    /// Reads one workspace as [`Reader::read`] does, and the log in one transaction too, which costs less than one for every row.
    fn read_with_log(
        &self,
        no: i64,
        workspace: WorkspaceId,
        read: impl FnOnce(&mut WorkspaceReader<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let step = |sql: &str| self.log.execute_batch(sql).map_err(|error| failed("read the log", &error));
        self.read(no, workspace, |reader| {
            // The records are pinned first: what they name is in a log that is looked at after them.
            reader.rows.is_folded(0)?;
            step("BEGIN")?;
            let outcome = read(reader);
            step("ROLLBACK")?;
            outcome
        })
    }

    fn number_of(&self, workspace: WorkspaceId) -> Result<Option<i64>, Error> {
        let sql = "SELECT no FROM workspace WHERE id = ?1 AND deleted = 0";
        let run = || self.log.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0)).optional();
        run().map_err(|error| failed("find a workspace", &error))
    }
}

/// All keys of the contact and of the campaign that an event tells of.
#[derive(Default)]
struct Keys {
    contact: BTreeSet<ContactKey>,
    campaign: BTreeSet<CampaignKey>,
}

impl WorkspaceReader<'_> {
    fn snapshot(&mut self, fed: &Fed, page: &Page) -> Result<Option<Snapshot>, Error> {
        if log::number_at(self.rows.log, fed.position)? != Some(self.rows.no) {
            return Ok(None);
        }
        let event = &fed.event;
        let own = event.contact_key();
        let keys = Keys {
            contact: own.as_ref().map(|key| self.contact_component(key)).transpose()?.unwrap_or_default(),
            campaign: event.campaign_key().map(|key| self.campaign_component(key)).transpose()?.unwrap_or_default(),
        };
        let head = keys.contact.first();
        let contact_email = own.as_ref().and_then(ContactKey::email).or_else(|| head.and_then(ContactKey::email));
        let stored = StoredEvent {
            event: Arc::clone(event),
            workspace: self.workspace,
            origin: fed.origin,
            received_at: fed.received_at,
            duplicates: self.duplicates(event.id)?,
            contact_id: head.map(|head| ContactId::derive(self.workspace, head)),
            contact_email: contact_email.map(ToString::to_string),
            campaign_id: keys.campaign.first().map(|head| CampaignId::derive(self.workspace, head)),
            raw: None,
        };
        let contact = record::contact_of(&mut self.rows, self.workspace, &keys.contact)?;
        let campaign = record::campaign_of(&mut self.rows, self.workspace, &keys.campaign)?;
        let email = event.email_key().map(|key| self.told_email(key, &keys, page)).transpose()?.flatten();
        Ok(Some(Snapshot { event: stored, contact, campaign, email }))
    }

    /// The message that an event tells of, which is its contact's and its campaign's as a rule.
    fn told_email(&mut self, key: &EmailKey, keys: &Keys, page: &Page) -> Result<Option<Email>, Error> {
        let id = EmailId::derive(self.workspace, key);
        let Some(held) = self.rows.email_of_id_near(id, keys.contact.first())? else { return Ok(None) };
        let texts = Texts::fetch(key, &held.state, |position| match page.get(&position) {
            Some(event) => Ok(Some(Arc::clone(event))),
            None => Ok::<_, Error>(log::read_event(self.rows.log, position)?.map(Arc::new)),
        })?;
        let (contact, campaign) = (held.state.contact.get(), held.state.campaign.get());
        let others = Keys {
            contact: match contact.filter(|key| !keys.contact.contains(key)) {
                Some(other) => self.contact_component(other)?,
                None => BTreeSet::new(),
            },
            campaign: match campaign.filter(|key| !keys.campaign.contains(key)) {
                Some(other) => self.campaign_component(other)?,
                None => BTreeSet::new(),
            },
        };
        let contact = contact.and_then(|_| others.contact.first().or_else(|| keys.contact.first()));
        let campaign = campaign.and_then(|_| others.campaign.first().or_else(|| keys.campaign.first()));
        Ok(Some(record::email_of(self.workspace, (key, &held.state, texts), contact, campaign)))
    }

    fn contact_component(&mut self, key: &ContactKey) -> Result<BTreeSet<ContactKey>, Error> {
        contact_component(&mut Links(&mut self.rows), key)
    }

    fn campaign_component(&mut self, key: &CampaignKey) -> Result<BTreeSet<CampaignKey>, Error> {
        campaign_component(key, |key| self.rows.aliases(key))
    }
}
