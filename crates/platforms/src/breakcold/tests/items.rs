//! Definitions, notes, tasks and messages.

use hookline_model::item::ItemSort;
use serde_json::{Map, Value, json};

use super::{LEAD_ID, WORKSPACE, changed, classic, event, external, fixture, item, item_fields, new};

const ID: &str = "41a9d5e7-80b3-4c6f-b2d1-f6e07c93a854";

#[test]
fn definitions_are_items_of_their_sort() {
    for (name, sort, fields) in [
        ("list.create", ItemSort::List, json!({"name": "Ports", "color": "#0a7", "order": 2})),
        ("status.update", ItemSort::Status, json!({"name": "Interested", "color": "green", "order": 1})),
        ("tag.delete", ItemSort::Tag, json!({"name": "cranes", "color": "#c40"})),
    ] {
        let read = event(&fixture(name));
        assert_eq!((item(&read).sort, &item(&read).id), (sort, &external("", ID)), "{name}");
        assert_eq!(item_fields(&read), fields, "{name}");
    }
}

#[test]
fn the_definition_of_a_status_says_nothing_of_anybody() {
    let read = event(&fixture("status.create"));
    assert_eq!((read.contact, read.facts.category, read.facts.interest), (None, None, None));
}

#[test]
fn all_that_a_definition_says_is_kept_within_bounds() {
    let many: Map<String, Value> = (0..100).map(|number| (format!("f{number:03}"), json!(number))).collect();
    let mut payload = Value::Object(many);
    for (key, value) in
        [("id", json!(ID)), ("name", json!("n".repeat(900))), ("id_space", json!("s")), ("updated_at", json!("x"))]
    {
        payload[key] = value;
    }
    let fields = item_fields(&event(&classic("list.update", &payload)));
    assert_eq!(fields.as_object().map(Map::len), Some(50));
    assert_eq!(fields["name"], json!("n".repeat(500)));
    assert!(fields.get("id_space").is_none() && fields.get("updated_at").is_none(), "{fields}");
}

#[test]
fn an_item_may_stand_in_an_object_of_its_own() {
    for (name, key, content) in [
        ("lead.note.create", "note", json!({"id": ID, "content": "Inner"})),
        ("lead.task.create", "task", json!({"id": ID, "title": "Inner"})),
        ("lead.linkedin.new", "message", json!({"id": ID, "text": "Inner"})),
        ("list.create", "list", json!({"id": ID, "name": "Inner"})),
        ("status.create", "status", json!({"id": ID, "name": "Inner"})),
        ("tag.create", "tag", json!({"id": ID, "name": "Inner"})),
    ] {
        let read = event(&classic(name, &json!({"id": LEAD_ID, key: content})));
        assert_eq!(item(&read).id.id, ID, "{name}");
        assert!(item_fields(&read).as_object().expect("fields").values().any(|value| value == "Inner"), "{name}");
    }
}

#[test]
fn the_id_of_an_item_may_be_named_after_its_sort() {
    for (name, key) in [
        ("lead.note.update", "id_note"),
        ("lead.task.update", "task_id"),
        ("lead.twitter.new", "id_message"),
        ("list.update", "id_list"),
        ("status.update", "status_id"),
        ("tag.update", "id_tag"),
    ] {
        let read = event(&classic(name, &json!({key: ID, "id": LEAD_ID, "title": "x"})));
        assert_eq!(item(&read).id.id, ID, "{name}");
    }
    assert_eq!(event(&classic("lead.note.update", &json!({"title": "x"}))).facts.item, None);
}

#[test]
fn classic_notes_are_items_of_their_lead() {
    let read = event(&fixture("lead.note.create"));
    assert_eq!((item(&read).sort, super::contact_id(&read)), (ItemSort::Note, Some(("", LEAD_ID))));
    assert_eq!(item_fields(&read), json!({"title": "Visit", "text": "Met at the quay.", "author": "Nel"}));
}

#[test]
fn new_notes_are_items_of_their_record() {
    let read = event(&fixture("note.updated"));
    assert_eq!((item(&read).sort, &item(&read).id), (ItemSort::Note, &external(WORKSPACE, "note_2")));
    assert_eq!(super::contact_id(&read), Some((WORKSPACE, "rec_p7")));
    assert_eq!(item_fields(&read), json!({"title": "Visit", "text": "Met at the quay.", "author": "Nel"}));
    assert_eq!(item_fields(&event(&fixture("note.deleted"))), json!({"title": "Visit"}));
}

#[test]
fn classic_tasks_are_items_of_their_lead() {
    let read = event(&fixture("lead.task.create"));
    let expected = json!({"title": "Call the yard", "status": "todo", "due_at": "2026-06-30T09:00:00.000Z"});
    assert_eq!((item(&read).sort, item_fields(&read)), (ItemSort::Task, expected));
}

#[test]
fn new_tasks_are_items_of_their_record() {
    let read = event(&fixture("task.created"));
    assert_eq!((item(&read).sort, &item(&read).id), (ItemSort::Task, &external(WORKSPACE, "task_5")));
    let expected = json!({"title": "Call", "status": "todo", "due_at": "2026-06-30T09:00:00.000Z"});
    assert_eq!(item_fields(&read), expected);
}

#[test]
fn a_completed_task_is_done_whatever_it_says() {
    assert_eq!(item_fields(&event(&fixture("task.completed")))["status"], "done");
    let read = event(&new("task.completed", &json!({"recordId": "r", "taskId": "t", "status": "todo"})));
    assert_eq!(item_fields(&read)["status"], "done");
}

#[test]
fn whether_a_task_is_done_is_said_in_several_ways() {
    let status = |fields: Value| {
        let read = item_fields(&event(&changed("lead.task.update", &fields)));
        (read["status"].clone(), read["platform_status"].clone())
    };
    assert_eq!(status(json!({"status": "Completed"})), (json!("done"), json!(null)));
    assert_eq!(status(json!({"status": "open"})), (json!("todo"), json!(null)));
    assert_eq!(status(json!({"status": null, "is_done": true})), (json!("done"), json!(null)));
    assert_eq!(status(json!({"status": null, "completed": "false"})), (json!("todo"), json!(null)));
    assert_eq!(status(json!({"status": "Waiting"})), (json!(null), json!("waiting")));
    assert_eq!(status(json!({"status": null})), (json!(null), json!(null)));
}

#[test]
fn when_a_task_is_due_is_kept_also_as_a_day() {
    let due = |fields: Value| item_fields(&event(&changed("lead.task.update", &fields)))["due_at"].clone();
    assert_eq!(due(json!({"due_at": "2026-06-30 11:00:00+02"})), json!("2026-06-30T09:00:00.000Z"));
    assert_eq!(due(json!({"due_at": null, "due_date": " 2026-06-30 "})), json!("2026-06-30"));
    assert_eq!(due(json!({"due_at": null})), json!(null));
}

#[test]
fn messages_of_other_channels_are_items() {
    for (name, channel) in [("lead.linkedin.new", "linkedin"), ("lead.twitter.new", "twitter")] {
        let read = event(&fixture(name));
        assert_eq!((item(&read).sort, &item(&read).id), (ItemSort::Message, &external("", ID)), "{name}");
        let expected = json!({"channel": channel, "direction": "inbound", "text": "Thanks for adding me!"});
        assert_eq!(item_fields(&read), expected, "{name}");
    }
}

#[test]
fn a_message_of_a_mailbox_is_an_item_and_no_email_of_a_campaign() {
    let read = event(&fixture("lead.email.new"));
    assert_eq!((read.inbound.as_ref(), read.outbound.as_ref(), read.campaign.as_ref()), (None, None, None));
    assert_eq!(item_fields(&read), json!({"channel": "email", "subject": "Quay", "text": "<p>See you.</p>"}));
    let html = event(&changed("lead.email.new", &json!({"body": null, "html": "<p>See&nbsp;you.</p>", "from": "a@x.example"})));
    let expected = json!({"channel": "email", "subject": "Quay", "text": "See you.", "from": "a@x.example"});
    assert_eq!(item_fields(&html), expected);
}

#[test]
fn long_texts_of_items_are_cut() {
    let read = event(&changed("lead.note.create", &json!({"content": "é".repeat(20_000), "title": "t".repeat(20_000)})));
    let fields = item_fields(&read);
    assert_eq!((&fields["text"], &fields["title"]), (&json!("é".repeat(10_000)), &json!("t".repeat(500))));
}
