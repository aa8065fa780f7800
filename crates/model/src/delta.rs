//! From entries to deltas: what a batch of entries changes, merged per record before any record is read.

use crate::{
    campaign::{CampaignState, EnrollmentState},
    contact::ContactState,
    counts::Counter,
    email::{Direction, EmailState},
    entry::Entry,
    event::Event,
    interest::Interest,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    kind::Kind,
    link::{Pair, PairState},
    maps::Map,
    platform::Platform,
    stamp::{Register, Stamp},
    time::Millis,
};

/// The key of a rollup row. The derived order begins with time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollupKey {
    /// Start of the quarter of an hour, UTC.
    pub quarter: Millis,
    /// Campaign, if any.
    pub campaign: Option<CampaignKey>,
    /// Who reported.
    pub platform: Platform,
    /// What.
    pub kind: Kind,
    /// Step, if any.
    pub sequence_number: Option<u32>,
    /// The interest stated, if any.
    pub interest: Option<Interest>,
}

impl RollupKey {
    /// The row that an event counts in.
    #[must_use]
    pub fn of(event: &Event) -> RollupKey {
        RollupKey {
            quarter: event.occurred_at.quarter_start(),
            campaign: event.campaign_key().cloned(),
            platform: event.platform,
            kind: event.kind,
            sequence_number: event.sequence_number(),
            interest: event.interest_set(),
        }
    }
}

/// What a batch of entries of one workspace changes.
#[derive(Debug, Default)]
pub struct Deltas {
    /// Per contact key.
    pub contacts: Map<ContactKey, ContactState>,
    /// Per pair of contact keys.
    pub pairs: Map<Pair<ContactKey>, PairState>,
    /// Per campaign key.
    pub campaigns: Map<CampaignKey, CampaignState>,
    /// Per pair of campaign keys.
    pub aliases: Map<Pair<CampaignKey>, Register<bool>>,
    /// Per campaign key and contact key.
    pub enrollments: Map<(CampaignKey, ContactKey), EnrollmentState>,
    /// Per message.
    pub emails: Map<EmailKey, EmailState>,
    /// Per item.
    pub items: Map<ItemKey, ItemState>,
    /// Per rollup row.
    pub rollups: Map<RollupKey, i64>,
}

impl Deltas {
    /// The deltas of a batch.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Deltas {
        let mut deltas = Deltas::default();
        for entry in entries {
            deltas.take(entry);
        }
        deltas
    }

    fn take(&mut self, entry: &Entry) {
        let event = &entry.event;
        let stamp = Stamp::of(event, entry.digest);
        self.take_links(event, stamp);
        if let Some(contact) = event.contact_key() {
            self.contacts.entry(contact.clone()).or_default().take(event, stamp);
            if let Some(campaign) = event.campaign_key() {
                self.enrollments.entry((campaign.clone(), contact)).or_default().take(event);
            }
        }
        if let Some(campaign) = event.campaign_key() {
            self.campaigns.entry(campaign.clone()).or_default().take(event, stamp);
        }
        for (facts, direction) in [(&event.outbound, Direction::Outbound), (&event.inbound, Direction::Inbound)] {
            let Some(facts) = facts else { continue };
            let Some(key) = &facts.key else { continue };
            self.emails.entry(key.clone()).or_default().take(event, facts, direction, stamp, entry.position);
        }
        if let Some(item) = &event.facts.item {
            self.items.entry(item.key()).or_default().merge(ItemState::of(event, item, stamp));
        }
        if entry.counts {
            self.count(event, 1);
        }
        if let Some(former) = &entry.uncounts {
            self.count(&former.event, -1);
        }
    }

    fn take_links(&mut self, event: &Event, stamp: Stamp) {
        if let Some(contact) = &event.contact
            && let (Some(email), Some(external)) = (&contact.email, &contact.external)
        {
            let pair = Pair::of(ContactKey::Email(email.clone()), ContactKey::External(external.clone()));
            if let Some(pair) = pair {
                self.pairs.entry(pair).or_default().merge(PairState::named());
            }
        }
        for link in &event.facts.links {
            if let Some(pair) = Pair::of(link.a.clone(), link.b.clone()) {
                self.pairs.entry(pair).or_default().merge(PairState::stated(stamp, link.linked));
            }
        }
        for alias in &event.facts.aliases {
            if let Some(pair) = Pair::of(alias.a.clone(), alias.b.clone()) {
                self.aliases.entry(pair).or_default().merge(crate::link::stated(stamp, alias.aliased));
            }
        }
    }

    /// Counts an event wherever it counts; `amount` is 1, or -1 to take it back.
    fn count(&mut self, event: &Event, amount: i64) {
        let contact = event.contact_key();
        for counter in Counter::of(event) {
            if let Some(contact) = &contact {
                self.contacts.entry(contact.clone()).or_default().counts.add(counter, amount);
            }
            if let Some(campaign) = event.campaign_key() {
                self.campaigns.entry(campaign.clone()).or_default().counts.add(counter, amount);
                if let Some(contact) = &contact {
                    let enrollment = self.enrollments.entry((campaign.clone(), contact.clone())).or_default();
                    enrollment.counts.add(counter, amount);
                }
            }
        }
        if let Some(key) = event.outbound_key() {
            let email = self.emails.entry(key.clone()).or_default();
            match event.kind {
                Kind::EmailOpened => email.opened += amount,
                Kind::EmailClicked => email.clicked += amount,
                _ => {}
            }
        }
        *self.rollups.entry(RollupKey::of(event)).or_default() += amount;
    }
}
