//! The texts of messages, which stay in the log.

use std::{borrow::Borrow, collections::BTreeSet};

use crate::{email::EmailState, event::Event, key::EmailKey};

/// The texts of a message, fetched from the log by the positions that [`EmailState`] names.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Message-ID.
    pub message_id: Option<String>,
    /// Writer.
    pub from: Option<String>,
    /// Recipient.
    pub to: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Our mailbox.
    pub sending_account: Option<String>,
    /// Text.
    pub body_text: Option<String>,
    /// HTML.
    pub body_html: Option<String>,
}

impl Texts {
    /// Fetches the texts of a message with `read`, which gives the event at a position. They usually come from one or two
    /// entries; each is read once.
    ///
    /// # Errors
    /// When `read` fails.
    pub fn fetch<O: Borrow<Event>, E>(
        key: &EmailKey,
        state: &EmailState,
        mut read: impl FnMut(u64) -> Result<Option<O>, E>,
    ) -> Result<Texts, E> {
        let positions = [
            &state.message_id,
            &state.from,
            &state.to,
            &state.subject,
            &state.sending_account,
            &state.body_text,
            &state.body_html,
        ]
        .map(|register| register.get().copied());
        let mut texts = Texts::default();
        for position in positions.iter().flatten().copied().collect::<BTreeSet<u64>>() {
            let Some(event) = read(position)? else { continue };
            let event = event.borrow();
            let Some(facts) = event.message(key) else { continue };
            let there = [
                &facts.message_id,
                &facts.from,
                &facts.to,
                &facts.subject,
                &event.sending_account,
                &facts.body_text,
                &facts.body_html,
            ];
            for (slot, (at, text)) in texts.slots().into_iter().zip(positions.into_iter().zip(there)) {
                if at == Some(position) {
                    slot.clone_from(text);
                }
            }
        }
        Ok(texts)
    }

    /// In the order of the positions in [`Texts::fetch`].
    fn slots(&mut self) -> [&mut Option<String>; 7] {
        [
            &mut self.message_id,
            &mut self.from,
            &mut self.to,
            &mut self.subject,
            &mut self.sending_account,
            &mut self.body_text,
            &mut self.body_html,
        ]
    }

    /// How many bytes its bodies have.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        [&self.body_text, &self.body_html].into_iter().flatten().map(String::len).sum()
    }
}
