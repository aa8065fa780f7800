//! Messages: one, and pages of them.

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
    sqlite::{open::failed, rows::HeldEmail},
};

fn is_wanted(held: &HeldEmail, filter: &EmailFilter) -> bool {
    let inbound = held.key.is_inbound();
    let direction = if inbound { Direction::Inbound } else { Direction::Outbound };
    filter.inbound.is_none_or(|wanted| wanted == inbound)
        && filter.status.as_ref().is_none_or(|status| held.state.status(direction) == status)
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

    /// A page of messages.
    pub(in crate::sqlite) fn emails(&mut self, filter: &EmailFilter, request: &PageRequest) -> Result<Page<Email>, Error> {
        let campaigns = filter.campaign.as_ref().map(|campaign| self.campaign_nos_of(campaign)).transpose()?;
        let walks = match &filter.contact {
            Some(contact) => {
                let mut walks = Vec::new();
                for key in self.contact_keys_of(contact)? {
                    let emails = self.rows.emails_of_contact(&key)?;
                    walks.push(self.walk_contact_emails(emails, campaigns.as_deref(), filter, request)?);
                }
                walks
            }
            None => {
                let lists = campaigns.unwrap_or_else(|| vec![0]);
                lists.into_iter().map(|list| self.walk_emails(list, filter, request)).collect::<Result<_, _>>()?
            }
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

    /// The messages of a list: 0 is all, else a campaign key's.
    fn walk_emails(&mut self, list: i64, filter: &EmailFilter, request: &PageRequest) -> Result<Walk<HeldEmail>, Error> {
        let fault = |error: rusqlite::Error| failed("list messages", &error);
        let sql = "SELECT at, id, home FROM email_list WHERE workspace = ?1 AND campaign = ?2 AND (at, id) < (?3, ?4)
            ORDER BY at DESC, id DESC";
        let (at, id) = below_id(request);
        let records = self.rows.records;
        let mut statement = records.prepare_cached(sql).map_err(fault)?;
        let mut found = statement.query(params![self.rows.no, list, at.0, id]).map_err(fault)?;
        let mut walk = Walk::new(request.limit);
        while let Some(row) = found.next().map_err(fault)? {
            let at = Millis(row.get(0).map_err(fault)?);
            let id: Uuid = row.get(1).map_err(fault)?;
            let held = self.rows.email_at(row.get(2).map_err(fault)?, id)?;
            let cursor = Cursor { at, key: id.as_bytes().to_vec() };
            if !walk.look(cursor, Some(held).filter(|held| is_wanted(held, filter))) {
                break;
            }
        }
        Ok(walk)
    }

    /// The messages of one contact key. They lie together and are sorted here: nobody is written to that often.
    fn walk_contact_emails(
        &mut self,
        emails: Vec<(Uuid, HeldEmail)>,
        campaigns: Option<&[i64]>,
        filter: &EmailFilter,
        request: &PageRequest,
    ) -> Result<Walk<HeldEmail>, Error> {
        let mut sorted = Vec::with_capacity(emails.len());
        for (id, held) in emails {
            let at = Cursor { at: held.listed_at(), key: id.as_bytes().to_vec() };
            let campaign = match held.state.campaign.get() {
                Some(key) => self.rows.campaign_no(key)?,
                None => None,
            };
            let in_campaign = campaigns.is_none_or(|wanted| campaign.is_some_and(|campaign| wanted.contains(&campaign)));
            if in_campaign && is_wanted(&held, filter) && request.after.as_ref().is_none_or(|after| at < *after) {
                sorted.push((at, held));
            }
        }
        sorted.sort_by(|a, b| b.0.cmp(&a.0));
        let mut walk = Walk::new(request.limit);
        for (at, held) in sorted {
            if !walk.look(at, Some(held)) {
                break;
            }
        }
        Ok(walk)
    }
}
