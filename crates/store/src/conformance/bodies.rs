//! Bodies: what came in comes back, byte for byte.

use hookline_model::kind::Kind;

use super::{
    MakePlace,
    given::{self, Sketch, event, message_key},
    world::{ACME, World, all},
};
use crate::{Append, query::EmailFilter};

/// Texts that stores like to change.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "plain",
        "Grüße 🦀 — “quotes” \u{202e}right to left\u{202c} e\u{301} \u{fffd} \u{feff}",
        "before\u{0}after\u{0}",
        "\r\nlines\r\rand\n\ttabs \u{b}\u{1f}\u{7f}\u{85}\u{2028} \\ \\u0000 \\0 ' \" `",
        " spaces around ",
        "<p class=\"a\">&amp;&#0;</p>",
    ]
    .map(ToOwned::to_owned)
    .into();
    // A megabyte that does not pack well, and one that does.
    let mut state = 1_u32;
    let noise = (0..1_000_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b' ' + u8::try_from((state >> 24) % 95).unwrap_or(0))
    });
    texts.push(noise.collect());
    texts.push("ü".repeat(500_000));
    texts
}

pub(super) async fn bodies_of_emails_come_back_exactly(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let texts = texts();
    for (n, text) in texts.iter().enumerate() {
        let mut sent = event(Kind::EmailSent, n as i64).about("jane@x.example").message(&n.to_string());
        let outbound = sent.outbound.get_or_insert_default();
        (outbound.body_text, outbound.subject) = (Some(text.clone()), Some(text.chars().take(50).collect()));
        let mut reply = event(Kind::EmailReplied, n as i64).about("jane@x.example").reply(&n.to_string());
        let inbound = reply.inbound.get_or_insert_default();
        (inbound.body_text, inbound.body_html) = (Some(format!("{text}, quoted")), Some(text.clone()));
        world.append_all([sent, reply]).await;
    }
    let check = async |world: &World| {
        for (n, text) in texts.iter().enumerate() {
            let sent = world.email(&message_key(&n.to_string())).await.expect("the message is there");
            assert!(sent.body_text.as_ref() == Some(text), "text {n} has changed");
            assert!(sent.subject == Some(text.chars().take(50).collect()), "subject {n} has changed");
            assert_eq!(sent.body_html, None);
            let reply = world.email(&hookline_model::key::EmailKey::Inbound(n.to_string())).await.expect("the reply is there");
            assert!(reply.body_text == Some(format!("{text}, quoted")), "text {n} of the reply has changed");
            assert!(reply.body_html.as_ref() == Some(text), "HTML {n} has changed");
            let listed = world.emails(ACME, EmailFilter::default()).await;
            assert!(listed.contains(&sent) && listed.contains(&reply), "lists show {n} as it is");
        }
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn a_text_and_a_html_of_different_entries_are_shown_together(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut with_text = event(Kind::EmailSent, 0).about("jane@x.example").message("m");
    with_text.outbound.get_or_insert_default().body_text = Some("the text".to_owned());
    let mut with_html = event(Kind::EmailOpened, 1).about("jane@x.example").message("m");
    with_html.outbound.get_or_insert_default().body_html = Some("<p>the HTML</p>".to_owned());
    let with_neither = event(Kind::EmailClicked, 2).about("jane@x.example").message("m");
    world.append_all([with_html, with_neither, with_text.clone()]).await;
    let email = world.email(&message_key("m")).await.expect("the message is there");
    assert_eq!((email.body_text.as_deref(), email.body_html.as_deref()), (Some("the text"), Some("<p>the HTML</p>")));

    // A variant of the first with a later time says it last.
    let mut corrected = with_text;
    corrected.occurred_at = given::at(5);
    corrected.outbound.get_or_insert_default().body_text = Some("the corrected text".to_owned());
    world.append(corrected).await;
    let email = world.email(&message_key("m")).await.expect("the message is there");
    assert_eq!((email.body_text.as_deref(), email.body_html.as_deref()), (Some("the corrected text"), Some("<p>the HTML</p>")));
}

pub(super) async fn a_raw_body_comes_back_byte_for_byte(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut bodies: Vec<Vec<u8>> = texts().into_iter().map(String::into_bytes).collect();
    bodies.extend([
        Vec::new(),
        vec![0],
        vec![0xff, 0xfe, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80],
        (0..=255).cycle().take(70_000).collect(),
    ]);
    let event_of = |n: usize| event(Kind::Other, n as i64).about("jane@x.example");
    for (n, raw) in bodies.iter().enumerate() {
        world.deliver(Append { raw: raw.clone(), ..given::delivery(ACME, event_of(n)) }).await;
    }
    let check = async |world: &World| {
        for (n, raw) in bodies.iter().enumerate() {
            let id = event_of(n).id;
            let stored = world.store.event(ACME, id, true).await.expect("an event is answered").expect("it is there");
            assert!(stored.raw.as_ref() == Some(raw), "raw body {n} has changed");
            let stored = world.store.event(ACME, id, false).await.expect("an event is answered").expect("it is there");
            assert_eq!(stored.raw, None, "not asked for");
        }
        let listed = world.store.events(ACME, crate::query::EventFilter::default(), all()).await.expect("events are answered");
        assert!(listed.rows.iter().all(|stored| stored.raw.is_none()));
    };
    check(&world).await;
    check(&world.reopened().await).await;
}
