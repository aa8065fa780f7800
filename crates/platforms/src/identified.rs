//! What identifies an event.

use sha2::{Digest, Sha256};

use hookline_model::{event::Event, id::EventId, identity::Claim, key::EmailKey, time::TimeSource};

/// An event's identity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identified {
    /// The hash of what identifies it, without its time.
    pub(crate) digest: [u8; 32],
    /// Whether the id of a message or of the event is in the hash, so that no time is needed.
    pub(crate) lasting: bool,
}

impl Identified {
    /// Gives an event its id, and the message that came in a key if it has none of its own: by the identity, and with the event's
    /// time where `time_tells` and it was stated, since the same words twice are two messages.
    pub(crate) fn name(&self, event: &mut Event, time_tells: bool) {
        event.id = EventId::derive(event.occurred_at, &self.digest);
        let (id, is_timed) = (event.id, time_tells && event.time_source == TimeSource::Stated);
        let by_identity = || if is_timed { hex::encode(id.0.as_bytes()) } else { hex::encode(id.hash_part()) };
        if let Some(inbound) = &mut event.inbound {
            inbound.key.get_or_insert_with(|| EmailKey::InboundEvent(by_identity()));
        }
    }

    /// The guard beside the id, if there must be one.
    pub(crate) fn claim(&self, time_source: TimeSource) -> Option<Claim> {
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.digest[..16]);
        match time_source {
            _ if self.lasting => Some(Claim::Forever(hash)),
            TimeSource::Received => Some(Claim::Window(hash)),
            TimeSource::Stated => None,
        }
    }
}

/// A hash of what came in, for want of its id and its time.
pub(crate) fn text_hash(event: &Event) -> Option<[u8; 32]> {
    let inbound = event.inbound.as_deref()?;
    let text = inbound.body_text.as_ref().or(inbound.body_html.as_ref())?;
    Some(Sha256::digest(text).into())
}
