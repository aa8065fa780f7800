//! Reads by the API, in turn: a contact by its id, contacts by status, the newest events, the campaigns.

use std::net::SocketAddr;

use super::{Answer, Requests, http::write_get};

/// What is read.
pub(crate) const READS: [&str; 4] = ["contact by id", "contacts by status", "newest events", "campaigns"];

/// Reads of one workspace.
pub(crate) struct Reads {
    host: SocketAddr,
    /// `/v1/workspaces/ID`.
    workspace: String,
    key: String,
    contacts: Vec<String>,
}

impl Reads {
    /// Reads of a workspace, with the ids of some of its contacts.
    pub(crate) fn new(host: SocketAddr, workspace: &str, key: &str, contacts: Vec<String>) -> Reads {
        Reads { host, workspace: format!("/v1/workspaces/{workspace}"), key: key.to_owned(), contacts }
    }
}

impl Requests for Reads {
    fn write(&self, index: u64, out: &mut Vec<u8>) {
        let turn = usize::try_from(index / READS.len() as u64).unwrap_or_default();
        let path = match self.kind(index) {
            0 => match self.contacts.get(turn % self.contacts.len().max(1)) {
                Some(id) => format!("/contacts/{id}"),
                None => "/contacts?limit=1".to_owned(),
            },
            1 => format!("/contacts?status={}", ["replied", "opened", "contacted"][turn % 3]),
            2 => "/events".to_owned(),
            _ => "/campaigns".to_owned(),
        };
        write_get(self.host, &format!("{}{path}", self.workspace), &self.key, out);
    }

    fn is_right(&self, answer: &Answer<'_>) -> bool {
        answer.status == 200
    }

    fn kinds(&self) -> usize {
        READS.len()
    }

    fn kind(&self, index: u64) -> usize {
        usize::try_from(index % READS.len() as u64).unwrap_or_default()
    }
}
