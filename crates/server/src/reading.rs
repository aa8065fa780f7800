//! Reading a delivery with its platform's parser: at the door, and again from quarantine and from the log.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hookline_model::{entry::Origin, event::Event, id::WorkspaceId, kind::Kind, platform::Platform, time::Millis};
use hookline_platforms::{Delivery, NO_SETTINGS, ParseError, Parsed, Parser, Settings};
use hookline_store::{
    directory::{AddressOwner, Directory},
    source::Source,
};

/// A parser that panics costs us the parser's bug, never the delivery.
fn guarded<T>(parser: &dyn Parser, read: impl FnOnce() -> Result<T, ParseError>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => {
            tracing::error!(source.platform = parser.platform().name(), "a parser panicked; its delivery is in quarantine");
            Err("the parser failed on this body, which is a fault of this version".to_owned())
        }
    }
}

/// Reads a delivery, or says why it cannot be read.
pub(crate) fn read(parser: &dyn Parser, body: &[u8], received_at: Millis, settings: Option<&Settings>) -> Result<Parsed, String> {
    let plain = Delivery::new(body, received_at);
    let delivery = Delivery { settings: settings.unwrap_or(plain.settings), ..plain };
    guarded(parser, || parser.parse(&delivery))
}

/// Reads a delivery, or says why it cannot be read, and blanks its secrets in place either way.
pub(crate) fn receive(
    parser: &dyn Parser,
    body: &mut [u8],
    received_at: Millis,
    settings: Option<&Settings>,
) -> Result<Parsed, String> {
    let mut is_blanked = false;
    let received = guarded(parser, || {
        let received = parser.receive(body, received_at, settings.unwrap_or(&NO_SETTINGS));
        is_blanked = true;
        received
    });
    if !is_blanked {
        parser.redact(body);
    }
    received
}

/// The events of a body that holds several, each with its own bytes; `None` if the body is one event.
pub(crate) fn split(parser: &dyn Parser, body: &[u8]) -> Result<Option<Vec<Vec<u8>>>, String> {
    guarded(parser, || Ok(parser.split(body)?.map(|parts| parts.into_iter().map(<[u8]>::to_vec).collect())))
}

/// Whether this version knows a name of an event, however that is spelled.
pub(crate) fn knows(parser: &dyn Parser, name: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let written = letters(name);
    parser.names().iter().any(|(known, _)| letters(known) == written)
}

/// What a source is set to that its deliveries are read by, if it is set to anything.
pub(crate) fn settings(source: Option<&Source>) -> Option<Settings> {
    let source = source.filter(|source| source.account.is_some() || !source.names.is_empty())?;
    Some(Settings { account: source.account.clone(), names: source.names.clone() })
}

/// The same of what a workspace has, with its settings of today. A reserved workspace's came to its agency's addresses.
pub(crate) fn settings_of(directory: &Directory, workspace: WorkspaceId, platform: Platform) -> Option<Settings> {
    let owner = match directory.workspace(workspace) {
        Some(row) if row.reserved => AddressOwner::Agency(row.agency),
        _ => AddressOwner::Workspace(workspace),
    };
    settings(directory.source_for(owner, platform).map(AsRef::as_ref))
}

/// How what a platform sent goes into the log: its test pings and samples are kept apart.
pub(crate) fn origin(event: &Event) -> Origin {
    if event.kind == Kind::WebhookTest { Origin::Test } else { Origin::Live }
}
