//! Who an event is about, in which campaign, from which mailbox.

use hookline_model::{
    event::{CampaignRef, ContactRef},
    key::{CampaignKey, EmailAddress},
};

use crate::{
    ParseError,
    emailbison::{
        message::Ids,
        names::{Name, Sort},
        parts::{Parts, external},
    },
    json::Mailbox,
};

/// What stands before the `@` where a mail server writes, not a person.
const DAEMONS: [&str; 4] = ["mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon"];

/// Whom an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    /// The contact.
    pub(super) contact: Option<ContactRef>,
    /// The name in a message's head, where no lead is named that would have one of its own.
    pub(super) full_name: Option<String>,
}

/// The person. On a tracked reply the lead wins over whoever wrote it, a colleague perhaps; where no lead is named, the writer of
/// what came in and the reader of what left are the contact. A mail daemon never is, and neither is our mailbox.
///
/// # Errors
/// [`ParseError::NamesNothing`] if an event about somebody names neither a person nor a message.
pub(super) fn person(name: &Name, parts: Parts<'_>, account: Option<&str>, ids: &Ids) -> Result<Person, ParseError> {
    let sort = name.sort;
    if matches!(sort, Sort::Mailbox | Sort::Tag | Sort::Test) {
        return Ok(Person::default());
    }
    let id = parts.lead_id().map(|id| external(account, id));
    if let Some(email) = lead_address(parts) {
        return Ok(Person { contact: Some(ContactRef { email: Some(email), external: id }), full_name: None });
    }
    // The id of the campaign's lead is not that of whoever wrote or was written to: the two are never named as one.
    let by_id = id.map(|id| Person { contact: Some(ContactRef { email: None, external: Some(id) }), full_name: None });
    let by_message = || correspondent(sort, parts).map(Person::from);
    let person = match sort {
        Sort::Manual | Sort::Untracked => by_message().or(by_id),
        _ => by_id.or_else(by_message),
    };
    match person {
        Some(person) => Ok(person),
        None if sort == Sort::Unknown || ids.name_a_message() => Ok(Person::default()),
        None => Err(ParseError::NamesNothing(format!("{} names nobody: expected {}", name.kind, expected(sort)))),
    }
}

impl From<Mailbox> for Person {
    fn from(mailbox: Mailbox) -> Person {
        Person { contact: Some(ContactRef { email: Some(mailbox.address), external: None }), full_name: mailbox.name }
    }
}

/// What an event of this sort should have named.
fn expected(sort: Sort) -> &'static str {
    match sort {
        Sort::Manual => "an address in data.lead.email or data.reply.to, or an id in data.reply.id",
        Sort::Untracked => "an address in data.lead.email or data.reply.from_email_address, or an id in data.reply.id",
        _ => "an address in data.lead.email (or lead_email), or an id in data.lead.id, data.scheduled_email.id or data.reply.id",
    }
}

/// The lead's address.
pub(super) fn lead_address(parts: Parts<'_>) -> Option<EmailAddress> {
    parts.lead.address("email").or_else(|| parts.data.address_of(&["lead_email", "lead"]))
}

/// Who wrote what came in, or was written to by hand.
fn correspondent(sort: Sort, parts: Parts<'_>) -> Option<Mailbox> {
    let ours = parts.mailbox();
    let is_other = |mailbox: &Mailbox| Some(&mailbox.address) != ours.as_ref();
    match sort {
        Sort::Untracked | Sort::Reply | Sort::Interest if !is_report(parts) => {
            let address = parts.reply.address("from_email_address")?;
            Some(Mailbox { address, name: parts.reply.name("from_name") }).filter(is_other)
        }
        Sort::Manual => {
            let first = parts.recipients("to").into_iter().next().filter(is_other);
            let primary = || parts.reply.address("primary_to_email_address").map(|address| Mailbox { address, name: None });
            first.or_else(|| primary().filter(is_other))
        }
        _ => None,
    }
}

/// Whether a message that came in is the report of a mail server.
fn is_report(parts: Parts<'_>) -> bool {
    let is_bounced = |key: &str| parts.reply.word(key).is_some_and(|word| word.eq_ignore_ascii_case("bounced"));
    let writer = parts.reply.address("from_email_address");
    let local = writer.as_ref().and_then(|address| address.as_str().rsplit_once('@')).map_or("", |(local, _)| local);
    is_bounced("type") || is_bounced("folder") || DAEMONS.contains(&local)
}

/// Our mailbox. What came in is addressed to it, what left by hand is from it.
pub(super) fn sending_account(sort: Sort, parts: Parts<'_>) -> Option<EmailAddress> {
    if sort == Sort::Test {
        return None;
    }
    let of_message = || match sort {
        Sort::Reply | Sort::Untracked | Sort::Interest | Sort::Bounce => parts.reply.address("primary_to_email_address"),
        Sort::Manual => parts.reply.address("from_email_address"),
        _ => None,
    };
    parts.mailbox().or_else(of_message)
}

/// The campaign: by its id, else by its name within the workspace.
pub(super) fn campaign(sort: Sort, parts: Parts<'_>, account: Option<&str>) -> Option<CampaignRef> {
    if matches!(sort, Sort::Mailbox | Sort::Tag | Sort::Test) {
        return None;
    }
    let name = parts.campaign.text("name").or_else(|| parts.data.text("campaign_name"));
    let id = parts.campaign.id("id").or_else(|| parts.data.id("campaign_id")).map(|id| external(account, id));
    let named = || name.clone().map(|name| CampaignKey::Named(external(account, name)));
    let key = id.map(CampaignKey::External).or_else(named)?;
    Some(CampaignRef { key, name, status_mentioned: None })
}

/// Refuses an event about a mailbox or a tag that names none.
///
/// # Errors
/// [`ParseError::NamesNothing`].
pub(super) fn require_thing(name: &Name, parts: Parts<'_>, mailbox: Option<&EmailAddress>) -> Result<(), ParseError> {
    let (is_named, expected) = match name.sort {
        Sort::Mailbox => {
            (mailbox.is_some() || parts.sender.id("id").is_some(), "an address or an id in data.sender_email.email or .id")
        }
        Sort::Tag => {
            let keys = ["tag_id", "tag_name", "taggable_id"];
            (parts.data.id_of(&keys).is_some(), "an id in data.tag_id or data.taggable_id, or a name in data.tag_name")
        }
        _ => return Ok(()),
    };
    if is_named {
        return Ok(());
    }
    Err(ParseError::NamesNothing(format!("{} names nothing: expected {expected}", name.canonical)))
}
