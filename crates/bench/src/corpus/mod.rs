//! The corpus: SmartLead deliveries by number, in the flat shape that live captures show.
//!
//! Event `n` is a pure function of `n` and the [`Corpus`], so any two runs send the same bytes, and a run can start anywhere. Of
//! every eight events four are sends, two opens, one a click and one a reply; no two are the same event. What an open, a click or
//! a reply is about was sent up to [`LOOK_BACK_EMAILS`] emails before it.

mod body;
mod people;
mod texts;
mod weigh;
mod words;

use hookline_model::time::Millis;

pub use self::weigh::{Weight, weigh};
use self::{people::Person, texts::Templates};

/// When event 0 happened: 2026-01-12T08:00:00Z.
pub const START: Millis = Millis(1_768_204_800_000);
/// From one event to the next, in milliseconds. Ten million of them are less than five days.
pub const STEP_MS: i64 = 40;
/// How many emails back the email of an open, a click or a reply lies at most.
pub const LOOK_BACK_EMAILS: u64 = 100_000;
/// The number of the first campaign, as the platform counts.
pub const FIRST_CAMPAIGN: u64 = 2_900_000;
/// Events of a group; the first four are sends.
const GROUP: u64 = 8;
/// Sends, and so emails, of a group.
const GROUP_SENDS: u64 = 4;
/// Emails per new contact where contacts grow: half of the events are sends, so there is one contact to ten events.
const EMAILS_PER_CONTACT: u64 = 5;

/// How many contacts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// So many from the start, each email to any of them alike.
    Fixed(u64),
    /// One to ten events: every fifth email is to a new contact, the others to any of those so far alike.
    Growing,
}

/// What a delivery tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An email was sent.
    Sent,
    /// It was opened.
    Opened,
    /// A link in it was clicked.
    Clicked,
    /// It was answered.
    Replied,
}

/// A corpus.
#[derive(Clone, Debug)]
pub struct Corpus {
    contacts: Contacts,
    campaigns: u64,
    templates: Templates,
}

/// An email that a campaign sent to a contact.
#[derive(Clone, Copy, Debug)]
struct Email {
    number: u64,
    contact: u64,
    campaign: u64,
    /// From 1.
    step: u64,
    at: Millis,
}

/// A number that looks random from one that counts; different numbers give different ones (SplitMix64).
fn scramble(n: u64) -> u64 {
    let mixed = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// When event `n` happened.
fn at(n: u64) -> Millis {
    Millis(START.0.saturating_add(i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(STEP_MS)))
}

/// One of a list, by a number that looks random.
fn pick<T: Copy>(among: &[T], random: u64) -> T {
    among[place(among.len(), random)]
}

/// A place in a list of this length.
fn place(length: usize, random: u64) -> usize {
    usize::try_from(random % length as u64).unwrap_or_default()
}

impl Corpus {
    /// A corpus of so many contacts and campaigns, at least one of each.
    #[must_use]
    pub fn new(contacts: Contacts, campaigns: u64) -> Corpus {
        let contacts = match contacts {
            Contacts::Fixed(count) => Contacts::Fixed(count.max(1)),
            Contacts::Growing => Contacts::Growing,
        };
        Corpus { contacts, campaigns: campaigns.max(1), templates: Templates::new() }
    }

    /// Writes event `n` to the end of `body`, as compact JSON.
    pub fn write(&self, n: u64, body: &mut Vec<u8>) {
        let email = self.email_of(n);
        body::write(&self.templates, what(n), n, &email, body);
    }

    /// The campaign of event `n`, by its number from 0.
    #[must_use]
    pub fn campaign(&self, n: u64) -> u64 {
        self.email_of(n).campaign
    }

    /// The email that event `n` is about: the one it sends, or one that was sent before.
    fn email_of(&self, n: u64) -> Email {
        let (group, place) = (n / GROUP, n % GROUP);
        if place < GROUP_SENDS {
            return self.email(group * GROUP_SENDS + place);
        }
        let sent = (group + 1) * GROUP_SENDS;
        let back = 1 + scramble(n) % LOOK_BACK_EMAILS.min(sent);
        self.email(sent - back)
    }

    fn email(&self, number: u64) -> Email {
        let random = scramble(number);
        let contact = match self.contacts {
            Contacts::Fixed(count) => random % count,
            Contacts::Growing => {
                let newest = number / EMAILS_PER_CONTACT;
                if number.is_multiple_of(EMAILS_PER_CONTACT) { newest } else { random % (newest + 1) }
            }
        };
        // A contact is in two campaigns of all, three of four emails to it in the first.
        let second = (random >> 40).is_multiple_of(4);
        let campaign = scramble(contact ^ if second { 0x5eed } else { 0 }) % self.campaigns;
        let sent_by = number / GROUP_SENDS * GROUP + number % GROUP_SENDS;
        Email { number, contact, campaign, step: 1 + (random >> 48) % texts::STEPS, at: at(sent_by) }
    }
}

/// What event `n` tells of: sent, opened, clicked, replied like 4 : 2 : 1 : 1.
#[must_use]
pub fn what(n: u64) -> What {
    match n % GROUP {
        0..GROUP_SENDS => What::Sent,
        4 | 5 => What::Opened,
        6 => What::Clicked,
        _ => What::Replied,
    }
}

/// The address of a contact, by its number.
#[must_use]
pub fn address(contact: u64) -> String {
    Person::new(contact).address()
}

#[cfg(test)]
mod tests;
