use std::collections::{HashMap, HashSet};

use hookline_model::platform::Platform;
use hookline_platforms::{Delivery, Parsed, parser};

use super::*;

fn body(corpus: &Corpus, n: u64) -> Vec<u8> {
    let mut body = Vec::new();
    corpus.write(n, &mut body);
    body
}

fn parsed(corpus: &Corpus, n: u64) -> Parsed {
    let body = body(corpus, n);
    let delivery = Delivery::new(&body, Millis(START.0 + 1_000_000_000));
    let parser = parser(Platform::Smartlead).expect("it is read");
    parser.parse(&delivery).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)))
}

#[test]
fn the_same_number_gives_the_same_body() {
    let (one, other) = (Corpus::new(Contacts::Fixed(1_000), 10), Corpus::new(Contacts::Fixed(1_000), 10));
    for n in [0, 5, 6, 7, 1_000_003] {
        assert_eq!(body(&one, n), body(&other, n));
        assert_ne!(body(&one, n), body(&one, n + 8));
    }
}

#[test]
fn every_body_is_an_event_of_its_own_of_the_kind_it_should_be() {
    for corpus in [Corpus::new(Contacts::Fixed(50), 3), Corpus::new(Contacts::Growing, 1_000)] {
        let mut ids = HashSet::new();
        let mut kinds = HashMap::new();
        for n in 0..8_000 {
            let Parsed { event, .. } = parsed(&corpus, n);
            assert!(ids.insert(event.id), "{n} is an event of before");
            *kinds.entry(event.kind.to_string()).or_insert(0) += 1;
            let stated = if what(n) == What::Replied { at(n).0 / 1000 * 1000 } else { at(n).0 };
            assert_eq!(event.occurred_at, Millis(stated), "{n}");
        }
        let expected = [("email.sent", 4_000), ("email.opened", 2_000), ("email.clicked", 1_000), ("email.replied", 1_000)];
        assert_eq!(kinds, expected.map(|(kind, count)| (kind.to_owned(), count)).into());
    }
}

#[test]
fn events_are_about_emails_that_were_sent_before() {
    let corpus = Corpus::new(Contacts::Fixed(1_000_000), 1_000);
    let sent: HashSet<_> = (0..4_000).filter(|n| what(*n) == What::Sent).map(|n| corpus.email_of(n).number).collect();
    assert_eq!(sent, (0..2_000).collect());
    for n in 0..4_000 {
        let email = corpus.email_of(n);
        assert!(sent.contains(&email.number) && email.at <= at(n), "{n} is about {email:?}");
    }
    let far = corpus.email_of(9_000_007);
    assert!(far.number + LOOK_BACK_EMAILS >= 4_500_000 && far.number <= 4_500_003, "{far:?}");
}

#[test]
fn contacts_and_campaigns_are_drawn_alike() {
    let corpus = Corpus::new(Contacts::Fixed(100), 20);
    let (mut contacts, mut campaigns) = (vec![0u32; 100], vec![0u32; 20]);
    for number in 0..100_000 {
        let email = corpus.email(number);
        contacts[usize::try_from(email.contact).expect("it fits")] += 1;
        campaigns[usize::try_from(email.campaign).expect("it fits")] += 1;
    }
    assert!(contacts.iter().all(|count| (850..1_150).contains(count)), "{contacts:?}");
    // Campaigns are drawn per contact: a hundred draws of three in four for twenty are no more even than that.
    assert!(campaigns.iter().all(|count| *count > 0), "{campaigns:?}");
    let many = Corpus::new(Contacts::Fixed(1_000_000), 20);
    let mut campaigns = vec![0u32; 20];
    (0..100_000).for_each(|number| campaigns[usize::try_from(many.email(number).campaign).expect("it fits")] += 1);
    assert!(campaigns.iter().all(|count| (4_600..5_400).contains(count)), "{campaigns:?}");
}

#[test]
fn contacts_grow_by_one_to_ten_events() {
    let corpus = Corpus::new(Contacts::Growing, 1_000);
    for events in [1_000, 10_000, 40_000] {
        let contacts: HashSet<u64> = (0..events).map(|n| corpus.email_of(n).contact).collect();
        assert_eq!(contacts, (0..events / 10).collect());
    }
}

#[test]
fn no_two_contacts_have_one_address() {
    let addresses: HashSet<String> = (0..30_000).chain(9_990_000..10_000_000).map(address).collect();
    assert_eq!(addresses.len(), 40_000);
}

#[test]
fn texts_vary_and_bodies_are_of_the_stated_size() {
    let corpus = Corpus::new(Contacts::Fixed(1_000_000), 1_000);
    let texts: HashSet<String> = (0..20_000)
        .filter(|n| what(*n) == What::Sent)
        .map(|n| {
            let person = Person::new(corpus.email_of(n).contact);
            let body: serde_json::Value = serde_json::from_slice(&body(&corpus, n)).expect("JSON");
            let text = body["sent_message"]["text"].as_str().expect("a text").to_owned();
            assert!(!text.contains(['{', '}', '|']), "{text}");
            text.replace(&person.company(), "C").replace(person.first(), "F")
        })
        .collect();
    assert_eq!(texts.len(), 200);
    let replies: HashSet<Vec<u8>> = (0..8_000).filter(|n| what(*n) == What::Replied).map(|n| body(&corpus, n)).collect();
    assert_eq!(replies.len(), 1_000);
    let weight = weigh(&corpus, 1_000_000).expect("zstd works");
    assert!((1_200.0..1_400.0).contains(&weight.mean_bytes), "{weight:?}");
    assert_eq!(weight.bodies, 10_000);
    assert_eq!(weigh(&corpus, 3).expect("zstd works").bodies, 8, "a whole group at least");
    assert!((400.0..800.0).contains(&weight.mean_zstd3_bytes), "{weight:?}");
}
