//! The simulated world: who the contacts are and what the campaigns are. Everything follows from the seed and a number; only
//! the campaigns are kept, for they are few and always needed.

use hookline_model::platform::Platform;
use rand::RngExt;
use uuid::Uuid;

use crate::{
    chance::{self, About},
    languages::{LANGUAGES, Language},
    rates, words,
};

/// Contacts of one company; one more person there is a colleague whom nobody mails.
const CONTACTS_PER_COMPANY: u32 = 3;

/// The world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) platforms: Vec<Platform>,
    workspaces: u32,
    pub(crate) contacts: u32,
    campaigns: Vec<Campaign>,
}

/// A person at a company.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Lower case.
    pub(crate) email: String,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) job: &'static str,
    pub(crate) company: String,
    pub(crate) domain: String,
    pub(crate) phone: String,
    pub(crate) language: &'static Language,
    /// The address was imported in capitals.
    pub(crate) is_shouted: bool,
    /// SmartLead's id of the lead.
    pub(crate) lead_id: u64,
}

impl Person {
    /// First and last name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// The address as it was imported.
    pub(crate) fn email_as_imported(&self) -> String {
        if self.is_shouted { self.email.to_uppercase() } else { self.email.clone() }
    }
}

/// A campaign.
#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) platform: Platform,
    /// Which of the workspaces receives its events.
    pub(crate) workspace: u32,
    /// The platform's id.
    pub(crate) id: String,
    pub(crate) name: String,
    /// SmartLead's client, if it belongs to one.
    pub(crate) client_id: Option<u32>,
    /// The mailboxes that send for it.
    pub(crate) mailboxes: [String; 3],
    /// Hours east of UTC where its contacts are.
    pub(crate) utc_offset_hours: i64,
    /// What it writes: a place in [`words::PITCHES`].
    pub(crate) pitch: usize,
    /// SmartLead, EmailBison: both names of the first mail are subscribed; PlusVibe: both of a first reply; Lemlist: every name.
    pub(crate) has_both_names: bool,
    /// SmartLead: the step that a person has to do.
    pub(crate) manual_step: Option<u32>,
    /// SmartLead: it is paused for a day.
    pub(crate) is_paused: bool,
    /// Instantly: it reports contacts who never answered.
    pub(crate) reports_exhausted: bool,
    /// Breakcold: its workspace is of the new generation, which knows no campaigns.
    pub(crate) is_new: bool,
}

impl World {
    /// A world in which so many contacts are mailed by so many campaigns.
    pub(crate) fn new(seed: u64, platforms: Vec<Platform>, workspaces: u32, contacts: u32, campaigns: u32) -> World {
        let mut world = World { seed, platforms, workspaces, contacts, campaigns: Vec::new() };
        world.campaigns = (0..campaigns).map(|number| world.make_campaign(number)).collect();
        world
    }

    /// How many campaigns there are.
    pub(crate) fn campaigns(&self) -> u32 {
        u32::try_from(self.campaigns.len()).unwrap_or(u32::MAX)
    }

    /// The campaign of this number.
    pub(crate) fn campaign(&self, number: u32) -> &Campaign {
        &self.campaigns[number as usize]
    }

    /// The contact of this number.
    pub(crate) fn contact(&self, number: u32) -> Person {
        self.person(number / CONTACTS_PER_COMPANY, number % CONTACTS_PER_COMPANY)
    }

    /// Somebody else at the company of this contact.
    pub(crate) fn colleague(&self, number: u32) -> Person {
        self.person(number / CONTACTS_PER_COMPANY, CONTACTS_PER_COMPANY)
    }

    /// The person at this place in a company. No two people share a first name there.
    fn person(&self, company: u32, place: u32) -> Person {
        let mut rng = chance::of(self.seed, About::Company, &[u64::from(company)]);
        let language = chance::pick(&mut rng, LANGUAGES);
        let first_of_all = rng.random_range(0..language.first.len());
        let (name, domain) = self.company(company);
        let (first, first_ascii) = language.first[(first_of_all + place as usize) % language.first.len()];
        let mut rng = chance::of(self.seed, About::Person, &[u64::from(company), u64::from(place)]);
        let (last, last_ascii) = *chance::pick(&mut rng, language.last);
        Person {
            email: format!("{first_ascii}.{last_ascii}@{domain}"),
            first,
            last,
            job: chance::pick::<&str>(&mut rng, words::JOBS),
            company: name,
            phone: format!("{}{:03}", language.phone, rng.random_range(0..1000)),
            domain,
            language,
            is_shouted: chance::happens(&mut rng, rates::SHOUTED),
            lead_id: self.base(4_170_000_000) + u64::from(company) * u64::from(CONTACTS_PER_COMPANY + 1) + u64::from(place),
        }
    }

    /// A company's name and domain. Companies beyond the first few hundred have a number.
    fn company(&self, number: u32) -> (String, String) {
        let (heads, tails) = (words::COMPANY_HEADS, words::COMPANY_TAILS);
        let names = heads.len() * tails.len();
        let shift = usize::try_from(chance::number(self.seed, About::Seed, &[0]) % names as u64).unwrap_or(0);
        // 7 shares no factor with the number of names, so that neighbours sound different and none comes twice.
        let place = ((number as usize % names) * 7 + shift) % names;
        let name = format!("{}{}", heads[place / tails.len()], tails[place % tails.len()]);
        match number as usize / names {
            0 => (name.clone(), format!("{}.example", name.to_lowercase())),
            again => (format!("{name} {}", again + 1), format!("{}-{}.example", name.to_lowercase(), again + 1)),
        }
    }

    fn make_campaign(&self, number: u32) -> Campaign {
        let platforms = u32::try_from(self.platforms.len()).unwrap_or(1).max(1);
        let platform = self.platforms[(number % platforms) as usize];
        // The campaigns of a platform in a workspace take turns in what there are two ways of.
        let is_second = (number / platforms / self.workspaces.max(1)) % 2 == 1;
        let mut rng = chance::of(self.seed, About::Campaign, &[u64::from(number)]);
        let id = match platform {
            Platform::Smartlead => (self.base(2_900_000) + u64::from(number)).to_string(),
            Platform::Emailbison => (self.base(52_000) + u64::from(number)).to_string(),
            Platform::Lemlist => format!("cam_{}", chance::token(&mut rng, 17)),
            Platform::Plusvibe => chance::hex(&mut rng, 24),
            _ => chance::uuid(&mut rng).to_string(),
        };
        let domain = chance::pick(&mut rng, words::SENDING_DOMAINS);
        let first = rng.random_range(0..words::SENDERS.len());
        let sender = |place: usize| format!("{}@{domain}", words::SENDERS[(first + place) % words::SENDERS.len()]);
        Campaign {
            platform,
            workspace: (number / platforms) % self.workspaces.max(1),
            id,
            name: format!("{} {} #{}", chance::pick(&mut rng, words::PLACES), chance::pick(&mut rng, words::THEMES), number + 1),
            client_id: chance::happens(&mut rng, 600).then(|| rng.random_range(8_000..9_999)),
            mailboxes: [sender(0), sender(1), sender(2)],
            utc_offset_hours: *chance::pick(&mut rng, &[0, 1, 1, 1, 2, -5, -8, 8]),
            pitch: rng.random_range(0..words::PITCHES.len()),
            has_both_names: is_second,
            manual_step: Some(3).filter(|_| chance::happens(&mut rng, rates::MANUAL_STEP) && platform == Platform::Smartlead),
            is_paused: chance::happens(&mut rng, rates::PAUSED),
            reports_exhausted: chance::happens(&mut rng, rates::REPORTS_EXHAUSTED),
            is_new: platform == Platform::Breakcold && is_second,
        }
    }

    /// The campaign that a contact goes through in a round: the next one in every round.
    pub(crate) fn campaign_of(&self, contact: u32, round: u32) -> u32 {
        let campaigns = self.campaigns();
        (contact % campaigns + round % campaigns) % campaigns
    }

    /// A short id of a workspace, for platforms that count theirs.
    pub(crate) fn workspace_number(&self, number: u32) -> u64 {
        self.base(8_000) + u64::from(number)
    }

    /// Instantly's id of a workspace.
    pub(crate) fn workspace(&self, number: u32) -> Uuid {
        chance::uuid(&mut chance::of(self.seed, About::Seed, &[1, u64::from(number)]))
    }

    /// Where numbers of this sort begin: two seeds are two accounts.
    pub(crate) fn base(&self, from: u64) -> u64 {
        from + chance::number(self.seed, About::Seed, &[2, from]) % 64 * (from / 1000) * 7
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn world() -> World {
        World::new(5, vec![Platform::Smartlead, Platform::Instantly], 2, 10_000, 24)
    }

    #[test]
    fn nobody_is_there_twice() {
        let world = world();
        let people: Vec<Person> = (0..world.contacts).map(|number| world.contact(number)).collect();
        let unique = |of: &dyn Fn(&Person) -> String| people.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(unique(&|person| person.email.clone()), people.len());
        assert_eq!(unique(&|person| person.lead_id.to_string()), people.len());
        for number in 0..300 {
            let colleague = world.colleague(number);
            assert_eq!(colleague.domain, world.contact(number).domain);
            assert!(people.iter().all(|person| person.email != colleague.email), "{}", colleague.email);
        }
        assert!(people.iter().all(|person| person.email.is_ascii() && person.email.ends_with(".example")));
    }

    #[test]
    fn campaigns_are_spread_over_platforms_and_workspaces() {
        let world = world();
        let campaigns = &world.campaigns;
        let spread: BTreeSet<(Platform, u32)> =
            campaigns.iter().map(|campaign| (campaign.platform, campaign.workspace)).collect();
        assert_eq!(spread.len(), 4);
        assert_eq!(campaigns.iter().map(|campaign| &campaign.id).collect::<BTreeSet<_>>().len(), campaigns.len());
    }
}
