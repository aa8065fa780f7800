//! The objects of a body, and which instance and workspace it is from.

use hookline_model::{
    key::{EmailAddress, ExternalId},
    platform::Platform,
};

use crate::{
    Settings,
    json::{Fields, Mailbox, Node, Object, mailbox},
};

/// The longest name of an instance, in bytes: that of a host, and a port.
const INSTANCE_BYTES_MAX: usize = 260;

/// The objects of a body. Any may be absent, and so may any field of theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    /// What happened, and where.
    pub(super) event: Fields<'a>,
    /// What it happened to, and behind it what stands at the top: in a flat body all there is.
    pub(super) data: Fields<'a>,
    /// Whether there is a `data` at all.
    pub(super) has_data: bool,
    /// Whom the campaign mails.
    pub(super) lead: Fields<'a>,
    /// The campaign.
    pub(super) campaign: Fields<'a>,
    /// The campaign's email.
    pub(super) scheduled: Fields<'a>,
    /// What became of it.
    pub(super) campaign_event: Fields<'a>,
    /// Our mailbox.
    pub(super) sender: Fields<'a>,
    /// The message that came in, or left by hand.
    pub(super) reply: Fields<'a>,
}

impl<'a> Parts<'a> {
    /// The parts of a body.
    pub(super) fn of(object: Object<'a>) -> Parts<'a> {
        let data = Fields::with_inner(object, "data");
        Parts {
            event: Fields::new(object).object("event"),
            data,
            has_data: object.get("data").is_some_and(Node::is_object),
            lead: data.object("lead"),
            campaign: data.object("campaign"),
            scheduled: data.object("scheduled_email"),
            campaign_event: data.object("campaign_event"),
            sender: data.object("sender_email"),
            reply: data.object("reply"),
        }
    }

    /// The address of our mailbox, if it is named as such.
    pub(super) fn mailbox(self) -> Option<EmailAddress> {
        self.sender.address("email").or_else(|| self.data.address("sender_email"))
    }

    /// The id of the lead.
    pub(super) fn lead_id(self) -> Option<String> {
        self.lead.id("id").or_else(|| self.scheduled.id("lead_id")).or_else(|| self.data.id("lead_id"))
    }

    /// To whom the message went, in any of the four shapes of a list: objects, texts, one text, nothing.
    pub(super) fn recipients(self, key: &str) -> Vec<Mailbox> {
        match self.reply.value(key) {
            Some(Node::Array(elements)) => elements.iter().copied().filter_map(mailbox_of).collect(),
            Some(Node::Text(list)) => mailbox::all(list),
            _ => Vec::new(),
        }
    }

    /// The account: `instance/workspace`. An instance that the body does not state is the source's, and what neither states is
    /// left out.
    pub(super) fn account(self, settings: &Settings) -> Option<String> {
        let stated = |key: &str| self.event.text(key).or_else(|| self.data.text(key));
        let workspace = self.event.id("workspace_id").or_else(|| self.data.id("workspace_id"));
        let workspace = workspace.filter(|id| !id.contains('/'));
        let configured = settings.account.as_deref();
        let instance_configured = || configured.and_then(instance);
        match (stated("instance_url").and_then(|url| instance(&url)), workspace) {
            (Some(instance), Some(workspace)) => Some(format!("{instance}/{workspace}")),
            (None, Some(workspace)) => Some(match instance_configured() {
                Some(instance) => format!("{instance}/{workspace}"),
                None => workspace,
            }),
            (Some(instance), None) if instance_configured().as_ref() != Some(&instance) => Some(instance),
            (_, None) => configured.map(str::to_owned),
        }
    }
}

/// One element of a list of recipients.
fn mailbox_of(element: Node<'_>) -> Option<Mailbox> {
    match element {
        Node::Text(text) => mailbox::parse(text).ok(),
        Node::Object(object) => {
            let fields = Fields::new(object);
            let address = fields.address_of(&["address", "email"])?;
            Some(Mailbox { name: fields.name("name"), address })
        }
        _ => None,
    }
}

/// The host of an instance's address, in lower case, with its port if that is an unusual one.
pub(super) fn instance(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host).trim_end_matches('.');
    let sound = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    (!host.is_empty() && host.len() <= INSTANCE_BYTES_MAX && host.chars().all(sound)).then(|| host.to_owned())
}

/// An id of EmailBison's, which is unique within its workspace of its instance.
pub(super) fn external(account: Option<&str>, id: impl Into<String>) -> ExternalId {
    ExternalId { platform: Platform::Emailbison, account: account.unwrap_or_default().to_owned(), id: id.into() }
}
