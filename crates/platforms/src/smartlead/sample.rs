//! Samples: what SmartLead sends when a webhook is saved or tested, which tells of nothing that happened.
//!
//! No sample was ever published, so little is certain: a name that says test is one alone. Else it takes two marks that have
//! nothing to do with each other, and a delivery that names anybody real, or a message that was really sent, is never a sample:
//! a sample among the records is a nuisance, a reply that is not among them a loss.

use std::iter;

use hookline_model::{
    event::{Event, Facts},
    id::EventId,
    identity::{Claim, Identity},
    key::EmailAddress,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};

use crate::{
    Parsed,
    extra::Extra,
    json::{Fields, cut},
    smartlead::{facts::EVENT_NAME_CHARS_MAX, identify::body_hash, message::Ids, who},
};

/// Fields by which a delivery says of itself that it is a test.
const MARKERS: [&str; 6] = ["is_test", "isTest", "test", "is_sample", "isSample", "sample"];

/// Domains that documentation uses and nobody has (RFC 2606).
const PLACEHOLDER_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// What stands before the `@` of an address that is a placeholder.
const PLACEHOLDER_LOCALS: [&str; 3] = ["test", "sample", "example"];

/// Campaign ids that stand for any.
const PLACEHOLDER_CAMPAIGNS: [&str; 3] = ["0", "1", "123"];

/// Titles that say of a campaign that it is none, lower case.
const SAMPLE_TITLES: [&str; 8] =
    ["test", "test campaign", "sample", "sample campaign", "demo", "demo campaign", "example", "example campaign"];

/// Fields with the address of a person.
const ADDRESSES: [&str; 5] = ["lead_email", "sl_lead_email", "to_email", "to", "sender_detail"];

/// Whether a delivery, in the words of the flat shape, is a sample.
pub(super) fn is_sample(kind: Kind, body: Fields<'_>) -> bool {
    if kind == Kind::WebhookTest {
        return true;
    }
    let is_marked = MARKERS.iter().any(|key| body.flag(key) == Some(true));
    let is_nowhere = is_nowhere(body);
    // Two marks of three; the third takes more, as it is the weakest. Nearly all deliveries have neither of the first two.
    (is_marked || is_nowhere)
        && match person(body) {
            Person::Real => false,
            Person::Placeholder => is_marked || !is_of_a_message(kind, body),
            Person::Unnamed => is_marked && is_nowhere,
        }
}

/// Who a delivery is about, by the addresses in it.
enum Person {
    /// At least one address may be somebody's.
    Real,
    /// There are addresses, and all are placeholders.
    Placeholder,
    /// There is no address.
    Unnamed,
}

fn person(body: Fields<'_>) -> Person {
    let correspondence = who::correspondence(body);
    let named = ADDRESSES.iter().map(|key| body.address(key));
    let target = ["targetLeadEmail", "target_lead_email"].into_iter().map(|key| correspondence.address(key));
    let data = iter::once_with(|| body.object("lead_data").address("email"));
    let writer = iter::once_with(|| who::writer(body));
    let mut addresses = named.chain(target).chain(data).chain(writer).flatten().peekable();
    if addresses.peek().is_none() {
        return Person::Unnamed;
    }
    if addresses.all(|address| is_placeholder(&address)) { Person::Placeholder } else { Person::Real }
}

/// Whether an address is one that documentation uses.
fn is_placeholder(address: &EmailAddress) -> bool {
    let local = address.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    PLACEHOLDER_DOMAINS.contains(&address.domain()) || PLACEHOLDER_LOCALS.contains(&local)
}

/// Whether the campaign is a placeholder both by its id and by its title.
fn is_nowhere(body: Fields<'_>) -> bool {
    let has_id = body.id("campaign_id").is_some_and(|id| PLACEHOLDER_CAMPAIGNS.contains(&id.as_str()));
    has_id && body.name("campaign_name").is_some_and(|title| SAMPLE_TITLES.contains(&title.to_lowercase().as_str()))
}

/// Whether a delivery names a message that may really be there: one with SmartLead's own id, or with a Message-ID that is not a
/// placeholder's.
fn is_of_a_message(kind: Kind, body: Fields<'_>) -> bool {
    let ids = Ids::read(kind, body);
    let is_real = |id: &String| id.rsplit_once('@').is_none_or(|(_, domain)| !PLACEHOLDER_DOMAINS.contains(&domain));
    ids.stats_id.is_some() || [ids.sent, ids.inbound, ids.bounce].iter().flatten().any(is_real)
}

/// Reads a sample: that it came, and what of. Its time and its people are made up, so it has neither; the same sample sent again
/// is another test, unless it comes within the window of a retry.
pub(super) fn read(name: &str, kind: Kind, body: Fields<'_>, received_at: Millis) -> Parsed {
    let mut extra = Extra::default();
    extra.put("event_name", Some(cut(name, EVENT_NAME_CHARS_MAX)));
    extra.put("sample_of", Some(kind).filter(|kind| !matches!(kind, Kind::WebhookTest | Kind::Other)).map(Kind::name));
    let identity = Identity::new(Platform::Smartlead, "", Kind::WebhookTest).part("name", name.to_lowercase());
    let digest = identity.part("body", body_hash(body)).digest();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    let event = Event {
        id: EventId::derive(received_at, &digest),
        kind: Kind::WebhookTest,
        platform: Platform::Smartlead,
        account: body.id("client_id"),
        occurred_at: received_at,
        time_source: TimeSource::Received,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts { extra: extra.0, ..Facts::default() },
    };
    Parsed { event, claim: Some(Claim::Window(hash)) }
}
