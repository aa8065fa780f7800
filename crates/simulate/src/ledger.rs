//! What a server must show after it was sent these deliveries: counted from the plan alone, with nothing of the server's in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use hookline_model::{interest::Interest, kind::Kind, platform::Platform};
use serde::Serialize;

use crate::{people::People, plan::Planned};

/// The counts of a campaign: events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Mails sent.
    pub sent: u64,
    /// Openings.
    pub opened: u64,
    /// Clicks.
    pub clicked: u64,
    /// Replies of people.
    pub replied: u64,
    /// Bounces.
    pub bounced: u64,
    /// Unsubscriptions.
    pub unsubscribed: u64,
    /// Events that state the interest `interested`.
    pub interested: u64,
    /// Events that state the interest `meeting_booked`.
    pub meeting_booked: u64,
}

/// The unique counts of a campaign: contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unique {
    /// Contacts that any event names.
    pub contacts: u64,
    /// Contacts with an opening.
    pub opened: u64,
    /// Contacts with a click.
    pub clicked: u64,
    /// Contacts with a reply.
    pub replied: u64,
    /// Contacts with a bounce.
    pub bounced: u64,
    /// Contacts that unsubscribed.
    pub unsubscribed: u64,
    /// Contacts that were called interested.
    pub interested: u64,
}

/// The counts of a campaign as the API shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CampaignCounts {
    /// Events.
    pub counts: Counts,
    /// Contacts.
    pub unique: Unique,
}

/// What is counted, in the order of [`Counts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Sent,
    Opened,
    Clicked,
    Replied,
    Bounced,
    Unsubscribed,
    Interested,
    MeetingBooked,
}

impl Column {
    /// What a delivery is counted under: one by its kind, one by the interest it states.
    fn of(planned: &Planned) -> impl Iterator<Item = Column> {
        let by_kind = match planned.kind {
            Kind::EmailSent => Some(Column::Sent),
            Kind::EmailOpened => Some(Column::Opened),
            Kind::EmailClicked => Some(Column::Clicked),
            Kind::EmailReplied => Some(Column::Replied),
            Kind::EmailBounced => Some(Column::Bounced),
            Kind::ContactUnsubscribed => Some(Column::Unsubscribed),
            _ => None,
        };
        let by_interest = match planned.interest {
            Some(Interest::Interested) => Some(Column::Interested),
            Some(Interest::MeetingBooked) => Some(Column::MeetingBooked),
            _ => None,
        };
        by_kind.into_iter().chain(by_interest)
    }
}

#[derive(Clone, Debug, Default)]
struct Campaign {
    events: [u64; 8],
    /// What each contact has done: a bit for each column.
    contacts: HashMap<String, u8>,
}

impl Campaign {
    fn note(&mut self, planned: &Planned) {
        let mask = Column::of(planned).fold(0, |mask, column| mask | (1 << column as u8));
        for column in Column::of(planned) {
            self.events[column as usize] += 1;
        }
        if let Some(contact) = planned.contact.as_ref().or(planned.contact_id.as_ref()) {
            *self.contacts.entry(contact.clone()).or_default() |= mask;
        }
    }

    /// Counts every person once, under however many names.
    fn counts(&self, people: &People) -> CampaignCounts {
        let events = |column: Column| self.events[column as usize];
        let mut contacts: HashMap<&str, u8> = HashMap::new();
        for (name, mask) in &self.contacts {
            *contacts.entry(people.first_name(name)).or_default() |= mask;
        }
        let people = |column: Column| contacts.values().filter(|mask| **mask & (1 << column as u8) != 0).count() as u64;
        CampaignCounts {
            counts: Counts {
                sent: events(Column::Sent),
                opened: events(Column::Opened),
                clicked: events(Column::Clicked),
                replied: events(Column::Replied),
                bounced: events(Column::Bounced),
                unsubscribed: events(Column::Unsubscribed),
                interested: events(Column::Interested),
                meeting_booked: events(Column::MeetingBooked),
            },
            unique: Unique {
                contacts: contacts.len() as u64,
                opened: people(Column::Opened),
                clicked: people(Column::Clicked),
                replied: people(Column::Replied),
                bounced: people(Column::Bounced),
                unsubscribed: people(Column::Unsubscribed),
                interested: people(Column::Interested),
            },
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Workspace {
    events: u64,
    people: People,
    mails: HashSet<String>,
    campaigns: BTreeMap<(Platform, String), Campaign>,
}

/// The expected records of every workspace. Memory: a bit per event, a text per mail, and an entry per contact and campaign.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Which events were noted, a bit each.
    noted: Vec<u64>,
    workspaces: BTreeMap<u32, Workspace>,
}

impl Ledger {
    /// The ledger of deliveries that were all taken.
    pub fn of<'a>(deliveries: impl IntoIterator<Item = &'a Planned>) -> Ledger {
        let mut ledger = Ledger::default();
        for planned in deliveries {
            ledger.note(planned);
        }
        ledger
    }

    /// Notes a delivery that was taken, whatever its order; repetitions change nothing. Answers whether its event is new.
    pub fn note(&mut self, planned: &Planned) -> bool {
        if !self.is_new(planned.event) {
            return false;
        }
        let workspace = self.workspaces.entry(planned.workspace).or_default();
        workspace.events += 1;
        workspace.people.note(planned);
        workspace.mails.extend(planned.mails.iter().map(|mail| format!("{} {mail}", planned.platform)));
        if let Some(campaign) = &planned.campaign {
            workspace.campaigns.entry((planned.platform, campaign.clone())).or_default().note(planned);
        }
        true
    }

    fn is_new(&mut self, event: u64) -> bool {
        let word = usize::try_from(event / 64).unwrap_or(usize::MAX);
        if self.noted.len() <= word {
            self.noted.resize(word + 1, 0);
        }
        let bit = 1 << (event % 64);
        let is_new = self.noted[word] & bit == 0;
        self.noted[word] |= bit;
        is_new
    }

    /// How many events a workspace has.
    #[must_use]
    pub fn events(&self, workspace: u32) -> u64 {
        self.workspaces.get(&workspace).map_or(0, |workspace| workspace.events)
    }

    /// How many events there are in all workspaces.
    #[must_use]
    pub fn events_in_all(&self) -> u64 {
        self.workspaces.values().map(|workspace| workspace.events).sum()
    }

    /// How many contacts a workspace shows: people, but for those whose record was deleted after all else.
    #[must_use]
    pub fn contacts(&self, workspace: u32) -> u64 {
        self.workspaces.get(&workspace).map_or(0, |workspace| workspace.people.shown())
    }

    /// How many mails a workspace has, sent and received.
    #[must_use]
    pub fn emails(&self, workspace: u32) -> u64 {
        self.workspaces.get(&workspace).map_or(0, |workspace| workspace.mails.len() as u64)
    }

    /// The counts of a workspace's campaigns, by platform and the platform's id.
    #[must_use]
    pub fn campaigns(&self, workspace: u32) -> BTreeMap<(Platform, String), CampaignCounts> {
        let Some(workspace) = self.workspaces.get(&workspace) else { return BTreeMap::new() };
        let counts = |campaign: &Campaign| campaign.counts(&workspace.people);
        workspace.campaigns.iter().map(|(key, campaign)| (key.clone(), counts(campaign))).collect()
    }
}
