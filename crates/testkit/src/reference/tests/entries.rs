//! Entries, variants and stamps.

use hookline_model::{event::Change, kind::Kind, time::TimeSource};
use serde_json::json;

use super::{at, contact, dump, jane, stating, text, with};

#[test]
fn nothing_means_no_records() {
    let nothing = json!({ "contacts": [], "campaigns": [], "enrollments": [], "emails": [], "items": [], "erasures": [], "rollups": [], "firsts": [] });
    assert_eq!(dump(&[]), nothing);
}

#[test]
fn order_and_repetition_do_not_matter() {
    let early = stating(&jane(1, Kind::EmailSent, 10), |facts| facts.first_name = text("Early"));
    let late = stating(&jane(2, Kind::EmailSent, 20), |facts| facts.first_name = text("Late"));
    for events in [vec![early.clone(), late.clone()], vec![late.clone(), early.clone(), late.clone(), early.clone()]] {
        let contact = contact(&events);
        assert_eq!(contact["first_name"], json!("Late"));
        assert_eq!(contact["counts"]["sent"], json!(2));
    }
}

#[test]
fn at_one_time_the_kind_rank_decides_and_then_the_identity() {
    let sent = stating(&jane(9, Kind::EmailSent, 10), |facts| facts.phone = text("sent"));
    let updated = stating(&jane(1, Kind::ContactUpdated, 10), |facts| facts.phone = text("updated"));
    assert_eq!(contact(&[updated, sent.clone()])["phone"], json!("updated"));
    let smaller = stating(&jane(1, Kind::EmailSent, 10), |facts| facts.phone = text("smaller id"));
    assert_eq!(contact(&[sent, smaller])["phone"], json!("sent"));
}

#[test]
fn variants_of_one_stamp_but_for_the_digest_are_ordered_by_it() {
    let event = jane(1, Kind::EmailSent, 10);
    let one = stating(&event, |facts| facts.phone = text("one"));
    let two = stating(&event, |facts| facts.phone = text("two"));
    assert!(one.content_digest() > two.content_digest(), "the example is made for these digests");
    assert_eq!(contact(&[one.clone(), two.clone()])["phone"], json!("one"));
    assert_eq!(contact(&[two, one])["phone"], json!("one"));
}

#[test]
fn what_is_absent_never_overwrites_and_a_clear_empties() {
    let set = stating(&jane(1, Kind::ContactUpdated, 10), |facts| facts.company_name = text("Acme"));
    let silent = jane(2, Kind::ContactUpdated, 20);
    assert_eq!(contact(&[set.clone(), silent])["company_name"], json!("Acme"));
    let cleared = stating(&jane(3, Kind::ContactUpdated, 30), |facts| facts.company_name = Some(Change::Clear));
    assert_eq!(contact(&[cleared.clone(), set.clone()])["company_name"], json!(null));
    let again = stating(&jane(4, Kind::ContactUpdated, 40), |facts| facts.company_name = text("Bolt"));
    assert_eq!(contact(&[again, cleared, set])["company_name"], json!("Bolt"));
}

#[test]
fn every_variant_gives_values_and_times_but_only_the_earliest_counts() {
    let first = stating(&jane(1, Kind::EmailSent, 10), |facts| facts.phone = text("1"));
    let second = with(&first, |event| {
        event.occurred_at = at(4000);
        event.kind = Kind::EmailOpened;
        event.facts.phone = None;
        event.facts.company_name = text("Acme");
    });
    let contact = contact(&[second, first]);
    assert_eq!(contact["phone"], json!("1"));
    assert_eq!(contact["company_name"], json!("Acme"));
    assert_eq!(contact["updated_at"], json!("2026-02-11T09:06:40.000Z"));
    assert_eq!(contact["counts"], json!({ "sent": 1, "opened": 0, "clicked": 0, "replied": 0, "bounced": 0 }));
}

#[test]
fn of_variants_at_one_time_the_one_with_the_smallest_digest_counts() {
    let sent = jane(1, Kind::EmailSent, 10);
    let opened = with(&sent, |event| event.kind = Kind::EmailOpened);
    assert!(opened.content_digest() < sent.content_digest(), "the example is made for these digests");
    let contact = contact(&[opened, sent]);
    assert_eq!(json!([contact["counts"]["sent"], contact["counts"]["opened"]]), json!([0, 1]));
}

#[test]
fn a_repetition_without_a_time_of_its_own_is_the_same_entry() {
    let first = with(&jane(1, Kind::EmailSent, 10), |event| event.time_source = TimeSource::Received);
    let repeated = with(&first, |event| event.occurred_at = at(20));
    for events in [[first.clone(), repeated.clone()], [repeated, first]] {
        assert_eq!(contact(&events)["updated_at"], json!("2026-02-11T08:00:10.000Z"));
    }
}
