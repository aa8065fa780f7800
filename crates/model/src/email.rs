//! What is folded per message.

use serde::{Deserialize, Serialize};

use crate::{
    contact::bounce_type,
    event::{BounceType, Event, MessageFacts},
    key::{CampaignKey, ContactKey},
    kind::Kind,
    stamp::{Register, Stamp, StampedMap, keep_max, keep_min},
    time::Millis,
};

/// How many clicked links an email remembers.
pub const LINKS_MAX: usize = 200;

/// Whether a message was sent or came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We sent it.
    Outbound,
    /// It came in.
    Inbound,
}

/// Everything known of one message. Texts stay in the log: the state names the entry that has the one to show, so that the
/// state of a message is small however long the message is. See [`crate::texts::Texts`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailState {
    /// Log position of the entry whose Message-ID is shown.
    pub message_id: Register<u64>,
    /// Log position of the entry whose writer is shown.
    pub from: Register<u64>,
    /// Log position of the entry whose recipient is shown.
    pub to: Register<u64>,
    /// Log position of the entry whose subject is shown.
    pub subject: Register<u64>,
    /// Log position of the entry whose text is shown.
    pub body_text: Register<u64>,
    /// Log position of the entry whose HTML is shown.
    pub body_html: Register<u64>,
    /// Step.
    pub sequence_number: Register<u32>,
    /// Log position of the entry whose our mailbox is shown.
    pub sending_account: Register<u64>,
    /// The contact.
    pub contact: Register<ContactKey>,
    /// The campaign.
    pub campaign: Register<CampaignKey>,
    /// The entry with the greatest stamp.
    pub last: Option<Stamp>,
    /// When it was sent (outbound) or received (inbound).
    pub at: Option<Millis>,
    /// Counted openings.
    pub opened: i64,
    /// The greatest number of openings reported.
    pub opened_total: Option<u64>,
    /// The first opening.
    pub first_opened_at: Option<Millis>,
    /// The last opening.
    pub last_opened_at: Option<Millis>,
    /// Counted clicks.
    pub clicked: i64,
    /// Links clicked.
    pub links: StampedMap<String, (), LINKS_MAX>,
    /// The first click.
    pub clicked_at: Option<Millis>,
    /// The first reply.
    pub replied_at: Option<Millis>,
    /// The first bounce.
    pub bounced_at: Option<Millis>,
    /// Severity of the bounce.
    pub bounce_type: Register<BounceType>,
    /// Reason of the bounce.
    pub bounce_reason: Register<String>,
    /// The first failure to send.
    pub failed_at: Option<Millis>,
    /// How many entries tell of it: whoever folds it again knows by this whether all of them were found.
    pub told: u64,
}

impl EmailState {
    /// Takes in what one entry at a log position tells of a message through `facts`, without counts. It is the same as merging the
    /// state that the entry gives to an empty one.
    pub fn take(&mut self, event: &Event, facts: &MessageFacts, direction: Direction, stamp: Stamp, position: u64) {
        keep_max(&mut self.last, Some(stamp));
        self.told += 1;
        let texts = [
            (&mut self.message_id, &facts.message_id),
            (&mut self.from, &facts.from),
            (&mut self.to, &facts.to),
            (&mut self.subject, &facts.subject),
            (&mut self.body_text, &facts.body_text),
            (&mut self.body_html, &facts.body_html),
            (&mut self.sending_account, &event.sending_account),
        ];
        for (register, text) in texts {
            set(register, stamp, text.as_ref().map(|_| &position));
        }
        set(&mut self.sequence_number, stamp, facts.sequence_number.as_ref());
        set(&mut self.contact, stamp, event.contact_key().as_ref());
        set(&mut self.campaign, stamp, event.campaign_key());
        match direction {
            Direction::Outbound => self.take_outbound(event, facts, stamp),
            Direction::Inbound => keep_min(&mut self.at, Some(facts.at.unwrap_or(event.occurred_at))),
        }
    }

    fn take_outbound(&mut self, event: &Event, facts: &MessageFacts, stamp: Stamp) {
        let at = event.occurred_at;
        keep_min(&mut self.at, facts.at.or_else(|| (event.kind == Kind::EmailSent).then_some(at)));
        keep_max(&mut self.opened_total, facts.opened_total);
        for opened_at in [facts.first_opened_at, facts.last_opened_at, (event.kind == Kind::EmailOpened).then_some(at)] {
            keep_min(&mut self.first_opened_at, opened_at);
            keep_max(&mut self.last_opened_at, opened_at);
        }
        match event.kind {
            Kind::EmailClicked => {
                keep_min(&mut self.clicked_at, Some(at));
                for link in &event.facts.clicked_links {
                    self.links.set(stamp, link.clone(), ());
                }
            }
            Kind::EmailReplied => keep_min(&mut self.replied_at, Some(at)),
            Kind::EmailBounced => {
                keep_min(&mut self.bounced_at, Some(at));
                self.bounce_type.set(stamp, bounce_type(event));
                set(&mut self.bounce_reason, stamp, event.facts.bounce.as_ref().and_then(|bounce| bounce.reason.as_ref()));
            }
            Kind::EmailFailed => keep_min(&mut self.failed_at, Some(at)),
            _ => {}
        }
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: EmailState) {
        self.message_id.merge(other.message_id);
        self.from.merge(other.from);
        self.to.merge(other.to);
        self.subject.merge(other.subject);
        self.body_text.merge(other.body_text);
        self.body_html.merge(other.body_html);
        self.sequence_number.merge(other.sequence_number);
        self.sending_account.merge(other.sending_account);
        self.contact.merge(other.contact);
        self.campaign.merge(other.campaign);
        keep_max(&mut self.last, other.last);
        keep_min(&mut self.at, other.at);
        self.opened += other.opened;
        keep_max(&mut self.opened_total, other.opened_total);
        keep_min(&mut self.first_opened_at, other.first_opened_at);
        keep_max(&mut self.last_opened_at, other.last_opened_at);
        self.clicked += other.clicked;
        self.links.merge(other.links);
        keep_min(&mut self.clicked_at, other.clicked_at);
        keep_min(&mut self.replied_at, other.replied_at);
        keep_min(&mut self.bounced_at, other.bounced_at);
        self.bounce_type.merge(other.bounce_type);
        self.bounce_reason.merge(other.bounce_reason);
        keep_min(&mut self.failed_at, other.failed_at);
        self.told += other.told;
    }

    /// The furthest that a message of this direction came.
    #[must_use]
    pub fn status(&self, direction: Direction) -> &'static str {
        if direction == Direction::Inbound {
            return "received";
        }
        let opened = self.first_opened_at.is_some() || self.opened_total.is_some_and(|total| total > 0);
        [
            ("failed", self.failed_at.is_some()),
            ("bounced", self.bounced_at.is_some()),
            ("replied", self.replied_at.is_some()),
            ("clicked", self.clicked_at.is_some()),
            ("opened", opened),
        ]
        .into_iter()
        .find_map(|(status, applies)| applies.then_some(status))
        .unwrap_or("sent")
    }

    /// How often it was opened: what we counted or what the platform reports, whichever is more.
    #[must_use]
    pub fn opened_count(&self) -> u64 {
        u64::try_from(self.opened).unwrap_or(0).max(self.opened_total.unwrap_or(0))
    }
}

fn set<T: Clone>(register: &mut Register<T>, stamp: Stamp, value: Option<&T>) {
    if let Some(value) = value {
        register.set(stamp, value.clone());
    }
}
