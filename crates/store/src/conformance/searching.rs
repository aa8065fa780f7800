//! Searching: words find what has them, in their workspace, in the order of the lists.

use hookline_model::{
    entry::Origin,
    event::{Bounce, BounceType, Change, Event, MessageFacts},
    id::{EmailId, EventId},
    key::EmailKey,
    kind::Kind,
};

use super::{
    MakePlace,
    given::{self, Sketch, at, event, message_key, sent},
    superseding::reread,
    world::{ACME, BETA, UNROUTED, World},
};
use crate::{
    query::{CampaignSelector, ContactSelector, EmailFilter, EventFilter, PageRequest},
    rerun::Reread,
};

fn saying(mut event: Event, say: impl FnOnce(&mut MessageFacts)) -> Event {
    let message = event.inbound.as_mut().or(event.outbound.as_mut());
    say(message.expect("it tells of a message"));
    event
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Four events: a message with a text, another with HTML, an answer to the first, and a bounce.
fn story() -> [Event; 4] {
    let mut first = sent("tobias@kranwerk.example", "41", 0);
    first.campaign.as_mut().expect("it is in a campaign").name = text("DACH Baumaschinen");
    first.facts.first_name = Some(Change::Set("Tobias".to_owned()));
    first.facts.last_name = Some(Change::Set("Müller-Weiß".to_owned()));
    first.facts.company_name = Some(Change::Set("Kranwerk GmbH".to_owned()));
    let first = saying(first, |message| {
        message.from = text("Nora <nora@try-brightpath.example>");
        message.subject = text("Crane downtime");
        message.body_text = text("Dear Tobias, every hour of standstill costs 300 euros.");
    });
    let second = saying(sent("ines@x.example", "42", 10), |message| {
        message.body_html = text("<style>hidden{}</style><p>Gr&uuml;&szlig;e aus K&ouml;ln</p><td>Halle</td><td>Sieben</td>");
    });
    let answer = event(Kind::EmailReplied, 20).about("tobias@kranwerk.example").in_campaign("41").reply("r1@kranwerk.example");
    let mut answer = saying(answer.message("tobias@kranwerk.example 41 0"), |message| {
        message.subject = text("Re: Crane downtime");
        message.body_text = text("Gerne, Dienstag um zehn?");
    });
    answer.facts.category = Some(Change::Set("Meeting Request".to_owned()));
    let mut bounce = event(Kind::EmailBounced, 30).about("gone@y.example").message("m3");
    bounce.facts.bounce = Some(Bounce { bounce_type: BounceType::Hard, reason: text("550 no such user") });
    [first, second, answer, bounce]
}

pub(super) async fn words_are_found_wherever_they_stand(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(story()).await;
    let cases: [(&str, &[usize]); 40] = [
        ("downtime", &[2, 0]),
        ("DOWNTIME crane", &[2, 0]),
        ("downtime cranes", &[]),
        ("\"crane downtime\"", &[2, 0]),
        ("\"downtime crane\"", &[]),
        // A phrase does not go over from the subject into the body.
        ("\"downtime dear\"", &[]),
        ("standst*", &[0]),
        ("standst", &[]),
        ("\"crane downt\"*", &[2, 0]),
        ("\"every hour of\" 300", &[0]),
        ("every \"of hour\"", &[]),
        // Names, ours and theirs, addresses, the campaign.
        ("Müller", &[0]),
        ("muller", &[0]),
        ("MU\u{308}LLER", &[0]),
        ("weiss", &[0]),
        ("WEIẞ", &[0]),
        ("\"Tobias Müller-Weiß\"", &[0]),
        ("kranwerk gmbh", &[0]),
        ("tobias@kranwerk.example", &[2, 0]),
        ("kranwerk.example", &[2, 0]),
        ("try-brightpath", &[0]),
        ("baumaschinen", &[0]),
        // HTML: the text, not the markup.
        ("grüße köln", &[1]),
        ("GRUSSE KOLN", &[1]),
        ("halle sieben", &[1]),
        ("hallesieben", &[]),
        ("style", &[]),
        ("hidden", &[]),
        ("uuml", &[]),
        // What the event is.
        ("replied", &[2]),
        ("email.replied", &[2]),
        ("\"meeting request\"", &[2]),
        ("550 user", &[3]),
        ("bounced gone", &[3]),
        // Each word in another place.
        ("dienstag \"meeting request\" kranwerk", &[2]),
        ("tuesday", &[]),
        ("dear ines", &[]),
        ("email", &[3, 2, 1, 0]),
        ("ema*", &[3, 2, 1, 0]),
        ("x.example", &[1]),
    ];
    for (q, expected) in cases {
        let found = world.search_events(ACME, q, EventFilter::default()).await.page.rows;
        let found: Vec<EventId> = found.iter().map(|stored| stored.event.id).collect();
        let expected: Vec<EventId> = expected.iter().map(|place| story()[*place].id).collect();
        assert_eq!(found, expected, "{q:?}");
    }
}

async fn found_emails(world: &World, q: &str, filter: EmailFilter) -> Vec<EmailId> {
    world.search_emails(ACME, q, filter).await.page.rows.iter().map(|email| email.id).collect()
}

fn ids(keys: &[EmailKey]) -> Vec<EmailId> {
    keys.iter().map(|key| EmailId::derive(ACME, key)).collect()
}

pub(super) async fn a_message_is_found_by_what_is_said_of_it(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(story()).await;
    // Another event tells of the first message again, with other words.
    let opened = event(Kind::EmailOpened, 40).about("tobias@kranwerk.example").in_campaign("41");
    world.append(saying(opened.message("tobias@kranwerk.example 41 0"), |message| message.subject = text("Crane outage"))).await;
    let first = message_key("tobias@kranwerk.example 41 0");
    let second = message_key("ines@x.example 42 10");
    let came = story()[2].inbound_key().expect("it tells of a message that came in").clone();
    let cases: [(&str, &[EmailKey]); 17] = [
        ("standstill", std::slice::from_ref(&first)),
        ("\"crane downtime\" standstill", std::slice::from_ref(&first)),
        ("stands*", std::slice::from_ref(&first)),
        ("\"crane down\"* weiß", std::slice::from_ref(&first)),
        ("kranwerk.exam*", &[came.clone(), first.clone()]),
        // Of several events the message is found by any, and listed once.
        ("crane", &[came.clone(), first.clone()]),
        ("outage", std::slice::from_ref(&first)),
        // The answer's words are not the first message's.
        ("dienstag", std::slice::from_ref(&came)),
        ("gerne", std::slice::from_ref(&came)),
        // Whom an event names, all of its messages are with.
        ("kranwerk.example", &[came.clone(), first.clone()]),
        ("baumaschinen", std::slice::from_ref(&first)),
        ("weiß", std::slice::from_ref(&first)),
        ("köln", std::slice::from_ref(&second)),
        // What an event is, is not in its message.
        ("replied", &[]),
        ("meeting", &[]),
        ("550", &[]),
        ("gone@y.example", &[message_key("m3")]),
    ];
    for (q, expected) in cases {
        assert_eq!(found_emails(&world, q, EmailFilter::default()).await, ids(expected), "{q:?}");
        for inbound in [true, false] {
            let filter = EmailFilter { inbound: Some(inbound), ..EmailFilter::default() };
            let expected: Vec<EmailKey> = expected.iter().filter(|key| key.is_inbound() == inbound).cloned().collect();
            assert_eq!(found_emails(&world, q, filter).await, ids(&expected), "{q:?} {inbound}");
        }
    }
}

pub(super) async fn words_of_what_was_superseded_are_not_found(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(story()).await;
    assert_eq!(found_emails(&world, "standstill", EmailFilter::default()).await.len(), 1, "it is indexed by now");
    let better = |event: &Event| {
        let is_it = event.id == story()[0].id;
        is_it.then(|| saying(event.clone(), |message| message.body_text = text("Dear Tobias, every hour costs 300 euros.")))
    };
    let outcomes = reread(&world, better).await;
    assert!(matches!(outcomes.as_slice(), [Reread::Superseded { .. }]), "{outcomes:?}");
    for (q, found) in [("standstill", 0), ("\"every hour costs\"", 1), ("downtime", 2)] {
        assert_eq!(world.search_events(ACME, q, EventFilter::default()).await.page.rows.len(), found, "{q:?}");
        assert_eq!(found_emails(&world, q, EmailFilter::default()).await.len(), found, "{q:?}");
    }
    let world = world.reopened().await;
    assert!(found_emails(&world, "standstill", EmailFilter::default()).await.is_empty());
}

pub(super) async fn a_search_has_no_language_but_words(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let hostile = [
        "a\" OR words MATCH \"x",
        "NEAR(crane downtime, 5) AND NOT this",
        "about : kind - column ^first {who sent} : (x)",
        "semi;colon -- comment /* block */ 'single' \\ backslash %percent_underscore",
        "\0nul \u{7}bell \u{202e}override \u{feff}mark",
        "w1 w2 w3 m00000000000000000000000000000000",
        "<b>bold</b> &amp; ]]> <![CDATA[data]]> <!-- never ends",
        "日本語のテキスト текст טקסט ελληνικά 🦀",
    ];
    for (place, text) in hostile.iter().enumerate() {
        let ms = i64::try_from(place).expect("it fits");
        let said = saying(sent("ann@a.example", "41", ms), |message| {
            message.body_text = Some((*text).to_owned());
            message.body_html = Some((*text).repeat(2_000));
        });
        world.append(said).await;
    }
    // Each finds itself, by its own text whole, and none of the operators in it does anything.
    for (place, text) in hostile.iter().enumerate() {
        let found = world.search_events(ACME, text, EventFilter::default()).await.page.rows;
        let found: Vec<i64> = found.iter().map(|stored| stored.event.occurred_at.0 - at(0).0).collect();
        assert_eq!(found, [i64::try_from(place).expect("it fits")], "{text:?}");
    }
    let nothing = [
        "crane OR bold",
        "crane NOT bold",
        "whose:w1",
        "who:ann",
        "-bold NEAR",
        "bold*crane",
        "\"bold\" + \"crane\"",
        "'; DROP TABLE words",
    ];
    for q in nothing {
        assert!(world.search_events(ACME, q, EventFilter::default()).await.page.rows.is_empty(), "{q:?}");
        assert!(world.search_emails(ACME, q, EmailFilter::default()).await.page.rows.is_empty(), "{q:?}");
    }
}

pub(super) async fn a_search_stays_in_its_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let said = |ms: i64, words: &str| saying(sent("ann@a.example", "41", ms), |message| message.subject = text(words));
    world.append_as(ACME, Origin::Live, said(0, "shared acme")).await;
    world.append_as(BETA, Origin::Live, said(0, "shared beta")).await;
    world.append_as(UNROUTED, Origin::Live, said(1, "shared unrouted")).await;
    world.append_as(ACME, Origin::Test, said(2, "shared sample")).await;
    let subjects = |rows: Vec<crate::StoredEvent>| -> Vec<String> {
        rows.into_iter().filter_map(|stored| stored.event.outbound.as_ref().and_then(|message| message.subject.clone())).collect()
    };
    let cases: [(_, &[&str], &[&str]); 3] = [
        // A test is listed as an event and makes no message; no more does what nobody could place.
        (ACME, &["shared sample", "shared acme"], &["shared acme"]),
        (BETA, &["shared beta"], &["shared beta"]),
        (UNROUTED, &["shared unrouted"], &[]),
    ];
    for (workspace, events, emails) in cases {
        let found = world.search_events(workspace, "shared", EventFilter::default()).await.page.rows;
        assert!(found.iter().all(|stored| stored.workspace == workspace));
        assert_eq!(subjects(found), events);
        let found = world.search_emails(workspace, "shared", EmailFilter::default()).await.page.rows;
        let found: Vec<String> = found.into_iter().filter_map(|email| email.subject).collect();
        assert_eq!(found, emails);
    }
    assert!(world.search_events(BETA, "acme", EventFilter::default()).await.page.rows.is_empty());
    assert!(world.search_events(BETA, "sha*", EventFilter::default()).await.page.rows.len() == 1);
    let contact = EventFilter { contact: Some(ContactSelector::Email("ann@a.example".to_owned())), ..EventFilter::default() };
    assert_eq!(subjects(world.search_events(BETA, "shared", contact).await.page.rows), ["shared beta"]);
}

pub(super) async fn every_filter_narrows_a_search(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let said = |event: Event, words: &str| saying(event, |message| message.subject = text(words));
    let listed = [
        said(sent("ann@a.example", "41", 0), "crane one"),
        said(sent("bob@b.example", "41", 10), "crane two"),
        said(sent("ann@a.example", "42", 20), "lorry three"),
        said(event(Kind::EmailReplied, 30).about("ann@a.example").in_campaign("42").reply("r@a.example"), "crane four"),
        event(Kind::EmailOpened, 40).about("bob@b.example").in_campaign("41").message("bob@b.example 41 10"),
    ];
    world.append_all(listed.clone()).await;
    let any = EventFilter::default;
    let ann = || Some(ContactSelector::Email("ann@a.example".to_owned()));
    let campaign = |id: &str| Some(CampaignSelector::PlatformId(id.to_owned()));
    let cases: Vec<(&str, EventFilter, &[usize])> = vec![
        ("crane", any(), &[3, 1, 0]),
        ("crane", EventFilter { kind: Some(Kind::EmailSent), ..any() }, &[1, 0]),
        ("crane", EventFilter { platform: Some(hookline_model::platform::Platform::Lemlist), ..any() }, &[]),
        ("crane", EventFilter { contact: ann(), ..any() }, &[3, 0]),
        ("crane", EventFilter { contact: ann(), kind: Some(Kind::EmailSent), ..any() }, &[0]),
        ("lorry", EventFilter { contact: ann(), ..any() }, &[2]),
        ("crane", EventFilter { campaign: campaign("41"), ..any() }, &[1, 0]),
        ("crane", EventFilter { contact: ann(), campaign: campaign("42"), ..any() }, &[3]),
        ("crane", EventFilter { since: Some(at(10)), ..any() }, &[3, 1]),
        ("crane", EventFilter { until: Some(at(30)), ..any() }, &[1, 0]),
        ("crane", EventFilter { since: Some(at(5)), until: Some(at(30)), ..any() }, &[1]),
        ("bob@b.example", EventFilter { kind: Some(Kind::EmailOpened), ..any() }, &[4]),
    ];
    for (q, filter, expected) in cases {
        let found = world.search_events(ACME, q, filter.clone()).await.page.rows;
        let found: Vec<EventId> = found.iter().map(|stored| stored.event.id).collect();
        let expected: Vec<EventId> = expected.iter().map(|place| listed[*place].id).collect();
        assert_eq!(found, expected, "{q} {filter:?}");
    }
    let key = |place: usize| listed[place].email_key().expect("it tells of a message").clone();
    let any = EmailFilter::default;
    let status = |status: &str| Some(status.to_owned());
    let cases: Vec<(&str, EmailFilter, Vec<EmailKey>)> = vec![
        ("crane", any(), vec![key(3), key(1), key(0)]),
        ("crane", EmailFilter { inbound: Some(true), ..any() }, vec![key(3)]),
        ("crane", EmailFilter { inbound: Some(false), ..any() }, vec![key(1), key(0)]),
        ("crane", EmailFilter { contact: ann(), ..any() }, vec![key(3), key(0)]),
        ("crane", EmailFilter { contact: ann(), inbound: Some(false), ..any() }, vec![key(0)]),
        ("lorry", EmailFilter { contact: ann(), ..any() }, vec![key(2)]),
        ("crane", EmailFilter { campaign: campaign("41"), ..any() }, vec![key(1), key(0)]),
        ("crane", EmailFilter { campaign: campaign("42"), ..any() }, vec![key(3)]),
        ("crane", EmailFilter { status: status("opened"), ..any() }, vec![key(1)]),
        ("lorry", EmailFilter { status: status("opened"), ..any() }, vec![]),
    ];
    for (q, filter, expected) in cases {
        assert_eq!(found_emails(&world, q, filter.clone()).await, ids(&expected), "{q} {filter:?}");
    }
}

pub(super) async fn pages_of_a_search_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    // They come in another order than they happened, three at a time.
    let order = [7, 0, 11, 3, 9, 1, 10, 4, 2, 8, 5, 6];
    for number in order {
        let said = sent(&format!("p{number}@x.example"), "41", number / 3);
        world.append(saying(said, |message| message.subject = text(if number % 4 == 3 { "lorry" } else { "crane" }))).await;
    }
    world.store.search_caught_up().await.expect("search catches up");
    let of_event = |stored: &crate::StoredEvent| (stored.event.occurred_at, stored.event.id.to_string());
    let whole: Vec<_> = world.search_events(ACME, "crane", EventFilter::default()).await.page.rows.iter().map(of_event).collect();
    let listed = world.events(ACME, EventFilter::default()).await;
    let has_word = |stored: &&crate::StoredEvent| {
        stored.event.outbound.as_ref().is_some_and(|message| message.subject.as_deref() == Some("crane"))
    };
    assert_eq!(whole, listed.iter().filter(has_word).map(of_event).collect::<Vec<_>>(), "in the order of the list");
    let emails: Vec<_> = world.search_emails(ACME, "crane", EmailFilter::default()).await.page.rows;
    let emails: Vec<EmailId> = emails.iter().map(|email| email.id).collect();
    let listed = world.emails(ACME, EmailFilter::default()).await;
    let has_word = listed.iter().filter(|email| email.subject.as_deref() == Some("crane"));
    assert_eq!((whole.len(), &emails), (9, &has_word.map(|email| email.id).collect::<Vec<_>>()));
    let query: crate::search::SearchQuery = "crane".parse().expect("a word");
    for limit in [1, 2, 4, 9, 10] {
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit, after };
            let found = world.store.search_events(ACME, query.clone(), EventFilter::default(), request).await.expect("an answer");
            assert!(found.page.rows.len() <= limit);
            events.extend(found.page.rows.iter().map(of_event));
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(events, whole, "{limit}");
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit, after };
            let found = world.store.search_emails(ACME, query.clone(), EmailFilter::default(), request).await.expect("an answer");
            assert!(found.page.rows.len() <= limit);
            ids.extend(found.page.rows.iter().map(|email| email.id));
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids, emails, "{limit}");
    }
}

pub(super) async fn the_variant_that_counts_is_found(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let later = saying(sent("ann@a.example", "41", 10), |message| message.subject = text("second"));
    let mut earlier = saying(later.clone(), |message| message.subject = text("first"));
    earlier.occurred_at = at(5);
    assert!(!world.append(later.clone()).await.duplicate);
    let finds = async |q: &str| world.search_events(ACME, q, EventFilter::default()).await.page.rows.len();
    assert_eq!((finds("first").await, finds("second").await), (0, 1));
    assert!(world.append(earlier.clone()).await.duplicate);
    assert_eq!((finds("first").await, finds("second").await), (1, 0));
    let found = world.search_events(ACME, "first", EventFilter::default()).await.page.rows;
    assert_eq!((found[0].event.occurred_at, found[0].event.id), (at(5), later.id));
    // The message is one, told of twice.
    assert_eq!(found_emails(&world, "first", EmailFilter::default()).await.len(), 1);
    assert_eq!(found_emails(&world, "ann", EmailFilter::default()).await.len(), 1);
}

pub(super) async fn a_search_says_how_far_it_is(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let as_of = async |workspace| world.search_events(workspace, "ann", EventFilter::default()).await.as_of;
    assert_eq!((as_of(ACME).await, as_of(BETA).await), (None, None));
    let first = sent("ann@a.example", "41", 50);
    let received_at = given::delivery(ACME, first.clone()).received_at;
    world.append(first).await;
    assert_eq!((as_of(ACME).await, as_of(BETA).await), (Some(received_at), None));
    // What was received earlier and comes later takes nothing back.
    world.append(sent("ann@a.example", "41", 20)).await;
    assert_eq!(as_of(ACME).await, Some(received_at));
    assert_eq!(world.search_emails(ACME, "ann", EmailFilter::default()).await.as_of, Some(received_at));
    let status = world.store.status();
    assert_eq!((status.indexed, status.committed), (Some(2), 2));
    assert!(status.search_bytes > 0, "{status:?}");
}

pub(super) async fn a_search_goes_on_after_reopening(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    for number in 0..6 {
        world.append(saying(sent("ann@a.example", "41", number), |message| message.subject = text("crane"))).await;
        let found = world.search_events(ACME, "crane", EventFilter::default()).await;
        assert_eq!(found.page.rows.len() as i64, number + 1);
        // What was not indexed when it closed is indexed afterwards.
        world.append(sent("bob@b.example", "41", 100 + number)).await;
        world = world.reopened().await;
        let found = world.search_events(ACME, "bob", EventFilter::default()).await;
        assert_eq!(found.page.rows.len() as i64, number + 1);
    }
}
