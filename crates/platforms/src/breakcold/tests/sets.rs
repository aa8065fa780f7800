//! Statuses, lists and tags of a lead.

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Facts, SetChange},
    interest::Interest,
};
use serde_json::{Value, json};

use super::{LEAD_ID, changed, classic, event, extra, fixture, set};

const STATUS_ID: &str = "3d6e8b17-a4f0-4c52-91e8-7b05d2c6f9a3";

/// What a lead's event of this name says, with this status.
fn with_status(name: &str, status: &Value) -> Facts {
    event(&changed(name, &json!({"status": status}))).facts
}

fn whole(elements: &[&str]) -> Option<SetChange> {
    let snapshot: BTreeSet<String> = elements.iter().map(|text| (*text).to_owned()).collect();
    Some(SetChange { snapshot: Some(snapshot), ..SetChange::default() })
}

#[test]
fn a_status_is_read_in_every_form() {
    for status in [
        json!("Proposal sent"),
        json!(" Proposal  sent "),
        json!(["Proposal sent"]),
        json!({"id": STATUS_ID, "name": "Proposal sent"}),
        json!([{"id": STATUS_ID}, {"id": STATUS_ID, "name": "Proposal sent"}]),
        json!([{"label": "Proposal sent"}]),
    ] {
        let facts = with_status("lead.status.update", &status);
        assert_eq!((facts.category, facts.interest), (set("Proposal sent"), None), "{status}");
    }
    let named = event(&classic("lead.status.update", &json!({"id_lead": LEAD_ID, "status_name": "Lost"})));
    assert_eq!(named.facts.category, set("Lost"));
}

#[test]
fn a_status_without_a_name_is_shown_by_its_id() {
    for status in [json!([{"id": STATUS_ID}]), json!([STATUS_ID]), json!(STATUS_ID), json!({"id": STATUS_ID})] {
        let read = event(&changed("lead.status.update", &json!({"status": status})));
        assert_eq!((read.facts.category.as_ref(), read.facts.interest.as_ref()), (None, None), "{status}");
        assert_eq!(extra(&read), json!({"status_ids": [STATUS_ID]}), "{status}");
    }
}

#[test]
fn a_status_called_exactly_like_an_interest_is_one() {
    for interest in Interest::ALL {
        let spelt = interest.name().replace('_', " ").to_uppercase();
        for name in [interest.name(), spelt.as_str()] {
            let facts = with_status("lead.status.update", &json!(name));
            assert_eq!(facts.interest, Some(Change::Set(interest)), "{name}");
        }
    }
    for name in ["Very interested", "Interested?", "Won", "Lost", "Meeting", "interest", "Not  interested anymore"] {
        assert_eq!(with_status("lead.status.update", &json!(name)).interest, None, "{name}");
    }
}

#[test]
fn only_that_a_status_was_set_says_what_the_contact_wants() {
    for name in ["lead.create", "lead.update", "lead.tags.update"] {
        let facts = with_status(name, &json!("Interested"));
        assert_eq!((facts.category, facts.interest), (set("Interested"), None), "{name}");
    }
}

#[test]
fn a_status_that_was_taken_away_clears_the_category() {
    assert_eq!(with_status("lead.status.update", &json!([])).category, Some(Change::Clear));
    assert_eq!(with_status("lead.update", &json!([])).category, None);
    for nothing in [json!(null), json!(""), json!("null"), json!([null]), json!(5)] {
        assert_eq!(with_status("lead.status.update", &nothing).category, None, "{nothing}");
    }
}

#[test]
fn the_status_of_an_email_or_a_task_is_not_the_leads() {
    for name in ["campaign.email.sent", "lead.task.update", "campaign.email.bounce"] {
        let read = event(&changed(name, &json!({"status": "Interested", "first_name": "Piet"})));
        assert_eq!((read.facts.category, read.facts.interest), (None, None), "{name}");
    }
}

#[test]
fn lists_are_shown_whole() {
    assert_eq!(event(&fixture("lead.list.update")).facts.lists, whole(&["Ports", "Q3"]));
    let lists = |lists: Value| event(&changed("lead.list.update", &json!({"lists": lists}))).facts.lists;
    assert_eq!(lists(json!([])), whole(&[]));
    assert_eq!(lists(json!(["a", {"id": STATUS_ID}, STATUS_ID.to_uppercase(), " b "])), whole(&["a", "b", STATUS_ID]));
    for unread in [json!("a"), json!({"name": "a"}), json!([5, true]), json!(5)] {
        assert_eq!(lists(unread.clone()), None, "{unread}");
    }
}

#[test]
fn tags_are_shown_whole() {
    assert_eq!(event(&fixture("lead.tags.update")).facts.tags, whole(&["cranes", "warm"]));
    assert_eq!(event(&changed("lead.tags.update", &json!({"tags": []}))).facts.tags, whole(&[]));
    assert_eq!(event(&fixture("lead.create")).facts.tags, None);
    assert_eq!(event(&changed("lead.create", &json!({"tags": ["x"]}))).facts.tags, whole(&["x"]));
}

#[test]
fn sets_are_bounded() {
    let many: Vec<String> = (0..1_000).map(|number| format!("t{number:04}")).collect();
    let tags = event(&changed("lead.tags.update", &json!({"tags": many}))).facts.tags.expect("tags");
    assert_eq!(tags.snapshot.map(|tags| tags.len()), Some(200));
    let long = event(&changed("lead.tags.update", &json!({"tags": ["é".repeat(500)]}))).facts.tags;
    assert_eq!(long, whole(&[&"é".repeat(200)]));
}

#[test]
fn one_list_or_tag_is_shown_since_nobody_says_whether_it_was_added() {
    for (payload, expected) in [
        (json!({"list": {"id": STATUS_ID, "name": "Ports"}}), json!({"list": "Ports"})),
        (json!({"list": "Ports"}), json!({"list": "Ports"})),
        (json!({"id_list": STATUS_ID}), json!({"list": STATUS_ID})),
        (json!({"tag": {"name": "warm"}}), json!({"tag": "warm"})),
    ] {
        let read = event(&classic("lead.list.update", &payload));
        assert_eq!((extra(&read), read.facts.lists), (expected, None), "{payload}");
    }
}
