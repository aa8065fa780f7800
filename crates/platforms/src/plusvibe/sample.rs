//! The sample that PlusVibe sends when a webhook is saved: an event of people who do not exist (a capture).

use hookline_model::{key::EmailAddress, kind::Kind};

use crate::{
    json::Fields,
    plusvibe::{names::Name, who},
};

/// The workspace of a sample.
const WORKSPACE_NAME: &str = "John Doe Workspace";

/// The domain of its mailboxes.
const MAILBOX_DOMAIN: &str = "yourcompany.com";

/// The domain of its leads.
const LEAD_DOMAIN: &str = "nonexistent-domain.com";

/// Whether a body has at least one of the marks of a sample.
pub(super) fn is_sample(name: &Name, body: Fields<'_>) -> bool {
    let is_at = |address: Option<EmailAddress>, domain: &str| address.is_some_and(|address| address.domain() == domain);
    let workspace = body.name("workspace_name");
    name.kind != Kind::WebhookTest
        && (workspace.is_some_and(|name| name.eq_ignore_ascii_case(WORKSPACE_NAME))
            || is_at(who::mailbox(name.kind, body), MAILBOX_DOMAIN)
            || is_at(who::lead_address(name.kind, body).ok(), LEAD_DOMAIN))
}
