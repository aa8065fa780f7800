//! Messages: one, and pages of them.

use std::collections::HashSet;

use hookline_model::{
    email::Direction,
    id::EmailId,
    record::{self, Email},
    time::Millis,
};
use rusqlite::params;
use uuid::Uuid;

use super::{
    WorkspaceReader, below_id,
    walk::{Walk, merge},
};
use crate::{
    Error,
    query::{Cursor, EmailFilter, PAGE_BODY_BYTES_MAX, Page, PageRequest},
    sqlite::{open::failed, rows::HeldEmail, search::Words},
};

/// What of a listed message is asked for.
struct Wanted<'f> {
    filter: &'f EmailFilter,
    /// The numbers of the campaign's keys.
    campaigns: Option<Vec<i64>>,
    /// The words that each message is still to be asked for.
    words: Option<&'f Words<'f>>,
}

impl Wanted<'_> {
    fn matches(&self, id: EmailId, held: &HeldEmail) -> Result<bool, Error> {
        let inbound = held.key.is_inbound();
        let direction = if inbound { Direction::Inbound } else { Direction::Outbound };
        let passes = self.filter.inbound.is_none_or(|wanted| wanted == inbound)
            && self.filter.status.as_ref().is_none_or(|status| held.state.status(direction) == status);
        match self.words {
            Some(words) if passes => words.has_email(id, direction),
            _ => Ok(passes),
        }
    }

    /// A walk of a list for this.
    fn walk<T>(&self, limit: usize) -> Walk<T> {
        let walk = Walk::new(limit);
        match self.words {
            Some(words) => walk.at_most(words.asked_max()),
            None => walk,
        }
    }
}

impl WorkspaceReader<'_> {
    /// One message.
    pub(in crate::sqlite) fn email(&mut self, id: EmailId) -> Result<Option<Email>, Error> {
        self.rows.email_of_id(id)?.map(|held| self.email_record(&held)).transpose()
    }

    fn email_record(&mut self, held: &HeldEmail) -> Result<Email, Error> {
        let texts = self.rows.texts_of(held)?;
        record::email(&mut self.rows, self.workspace, &held.key, &held.state, texts)
    }

    /// A page of messages; of those that have the words, if there are any.
    pub(in crate::sqlite) fn emails(
        &mut self,
        filter: &EmailFilter,
        request: &PageRequest,
        words: Option<&Words<'_>>,
    ) -> Result<Page<Email>, Error> {
        let campaigns = filter.campaign.as_ref().map(|campaign| self.campaign_nos_of(campaign)).transpose()?;
        // A contact's list is short enough to ask for each of it.
        let gathered = match words {
            Some(words) if filter.contact.is_none() => words.gather_emails(filter.inbound)?,
            _ => None,
        };
        let walks = match gathered {
            Some(gathered) => vec![self.walk_gathered_emails(gathered, request, &Wanted { filter, campaigns, words: None })?],
            None => self.walk_email_lists(request, &Wanted { filter, campaigns, words })?,
        };
        let (found, mut next) = merge(walks, request.limit);
        let (mut rows, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for (at, held) in found {
            if bytes > PAGE_BODY_BYTES_MAX {
                break;
            }
            let row = self.email_record(&held)?;
            bytes += [&row.body_text, &row.body_html].into_iter().flatten().map(String::len).sum::<usize>();
            if bytes > PAGE_BODY_BYTES_MAX {
                next = Some(at);
            }
            rows.push(row);
        }
        Ok(Page { rows, next })
    }

    /// Walks the lists that have what is wanted.
    fn walk_email_lists(&mut self, request: &PageRequest, wanted: &Wanted<'_>) -> Result<Vec<Walk<HeldEmail>>, Error> {
        let Some(contact) = &wanted.filter.contact else {
            let lists = wanted.campaigns.clone().unwrap_or_else(|| vec![0]);
            return lists.into_iter().map(|list| self.walk_emails(list, request, wanted)).collect();
        };
        let mut walks = Vec::new();
        for key in self.contact_keys_of(contact)? {
            let emails = self.rows.emails_of_contact(&key)?;
            walks.push(self.walk_contact_emails(emails, request, wanted)?);
        }
        Ok(walks)
    }

    /// The messages of a list: 0 is all, else a campaign key's.
    fn walk_emails(&mut self, list: i64, request: &PageRequest, wanted: &Wanted<'_>) -> Result<Walk<HeldEmail>, Error> {
        let fault = |error: rusqlite::Error| failed("list messages", &error);
        let sql = "SELECT at, id, home FROM email_list WHERE workspace = ?1 AND campaign = ?2 AND (at, id) < (?3, ?4)
            ORDER BY at DESC, id DESC";
        let (at, id) = below_id(request);
        let records = self.rows.records;
        let mut statement = records.prepare_cached(sql).map_err(fault)?;
        let mut found = statement.query(params![self.rows.no, list, at.0, id]).map_err(fault)?;
        let mut walk = wanted.walk(request.limit);
        while let Some(row) = found.next().map_err(fault)? {
            let at = Millis(row.get(0).map_err(fault)?);
            let id: Uuid = row.get(1).map_err(fault)?;
            let held = self.rows.email_at(row.get(2).map_err(fault)?, id)?;
            let cursor = Cursor { at, key: id.as_bytes().to_vec() };
            let matches = wanted.matches(EmailId(id), &held)?;
            if !walk.look(cursor, matches.then_some(held)) {
                break;
            }
        }
        Ok(walk)
    }

    /// The messages of one contact key. They lie together and are sorted here: nobody is written to that often.
    fn walk_contact_emails(
        &mut self,
        emails: Vec<(Uuid, HeldEmail)>,
        request: &PageRequest,
        wanted: &Wanted<'_>,
    ) -> Result<Walk<HeldEmail>, Error> {
        let mut sorted = Vec::with_capacity(emails.len());
        for (id, held) in emails {
            let at = Cursor { at: held.listed_at(), key: id.as_bytes().to_vec() };
            if self.is_in_campaign(&held, wanted)? && request.after.as_ref().is_none_or(|after| at < *after) {
                sorted.push((at, id, held));
            }
        }
        sorted.sort_by(|a, b| b.0.cmp(&a.0));
        let mut walk = wanted.walk(request.limit);
        for (at, id, held) in sorted {
            let matches = wanted.matches(EmailId(id), &held)?;
            if !walk.look(at, matches.then_some(held)) {
                break;
            }
        }
        Ok(walk)
    }

    /// The messages that a search gathered, in the order of the list.
    fn walk_gathered_emails(
        &mut self,
        gathered: HashSet<EmailId>,
        request: &PageRequest,
        wanted: &Wanted<'_>,
    ) -> Result<Walk<HeldEmail>, Error> {
        let mut sorted = Vec::new();
        for id in gathered {
            let Some(held) = self.rows.email_of_id(id)? else { continue };
            let at = Cursor { at: held.listed_at(), key: id.0.as_bytes().to_vec() };
            let is_behind = request.after.as_ref().is_none_or(|after| at < *after);
            if is_behind && self.is_in_campaign(&held, wanted)? && wanted.matches(id, &held)? {
                sorted.push((at, id));
            }
        }
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let mut walk = wanted.walk(request.limit);
        for (at, id) in sorted {
            // Read once more: so many at a time would take much memory.
            if !walk.look(at, self.rows.email_of_id(id)?) {
                break;
            }
        }
        Ok(walk)
    }

    fn is_in_campaign(&mut self, held: &HeldEmail, wanted: &Wanted<'_>) -> Result<bool, Error> {
        let Some(wanted) = &wanted.campaigns else { return Ok(true) };
        let Some(key) = held.state.campaign.get() else { return Ok(false) };
        Ok(self.rows.campaign_no(key)?.is_some_and(|campaign| wanted.contains(&campaign)))
    }
}
