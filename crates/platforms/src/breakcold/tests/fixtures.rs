//! A body of every event.

use serde_json::{Value, json};

use super::{CAMPAIGN, EMAIL, LEAD, LEAD_ID, SPACE, classic, new};

/// The names of all fixtures: those of their events.
pub(super) const FIXTURES: [&str; 48] = [
    "lead.create",
    "lead.update",
    "lead.delete",
    "lead.status.update",
    "lead.list.update",
    "lead.tags.update",
    "lead.track",
    "lead.task.create",
    "lead.task.update",
    "lead.task.delete",
    "lead.note.create",
    "lead.note.update",
    "lead.note.delete",
    "lead.linkedin.new",
    "lead.twitter.new",
    "lead.email.new",
    "campaign.create",
    "campaign.update",
    "campaign.delete",
    "campaign.email.sent",
    "campaign.email.reply",
    "campaign.email.open",
    "campaign.email.click",
    "campaign.email.bounce",
    "campaign.email.unsubscribe",
    "list.create",
    "list.update",
    "list.delete",
    "status.create",
    "status.update",
    "status.delete",
    "tag.create",
    "tag.update",
    "tag.delete",
    "record.created",
    "record.updated",
    "record.deleted",
    "note.created",
    "note.updated",
    "note.deleted",
    "task.created",
    "task.completed",
    "relation.added",
    "relation.removed",
    "call.linked",
    "call.unlinked",
    "file.uploaded",
    "file.deleted",
];

/// The body of an event.
pub(super) fn fixture(name: &str) -> Value {
    if let Some(content) = lead_content(name).or_else(|| thing_content(name)).or_else(|| mail_content(name)) {
        return classic(name, &content);
    }
    new(name, &new_content(name).unwrap_or_else(|| panic!("no fixture {name}")))
}

/// A whole lead, with some fields set.
fn lead(fields: &Value) -> Value {
    let mut lead = json!({
        "id": LEAD_ID, "email": LEAD, "first_name": "Piet", "last_name": "Oost", "company": "Havenkraan BV",
        "company_role": "Head of Yard", "phone": "+31 10 555 0142", "city": "Rotterdam", "timezone": null, "notes": null,
        "linkedin_url": "https://www.linkedin.com/in/piet-oost", "website_url": "https://havenkraan.example", "avatar_url": null,
        "twitter_name": null, "twitter_company_name": null, "icebreaker": "Saw the new quay.", "icebreaker_2": "",
        "icebreaker_3": "", "icebreaker_4": "", "created_at": "2026-06-02T07:41:05.318Z", "updated_at": null,
        "is_deleted": false, "is_deleted_at": null, "custom_fields": {"cranes": 14, "region": "Benelux"},
        "custom_fields_schema": null, "email_bounce_score": null, "order": 0, "contract_value": 0, "is_tracked": false,
        "id_import_task": null, "id_linkedin_company": null, "id_linkedin": null, "id_space": SPACE,
        "id_twitter_company": null, "id_twitter": null,
    });
    for (key, value) in fields.as_object().expect("fields") {
        lead[key] = value.clone();
    }
    lead
}

fn lead_content(name: &str) -> Option<Value> {
    let updated = json!("2026-06-09T10:02:44.900Z");
    Some(match name {
        "lead.create" => lead(&json!({})),
        "lead.update" => lead(&json!({"updated_at": updated, "city": "Dordrecht"})),
        "lead.delete" => lead(&json!({"is_deleted": true, "is_deleted_at": "2026-06-15T16:30:00.007Z", "updated_at": updated})),
        "lead.status.update" => {
            let status = json!([{"id": "3d6e8b17-a4f0-4c52-91e8-7b05d2c6f9a3", "name": "Interested"}]);
            lead(&json!({"updated_at": updated, "status": status}))
        }
        "lead.list.update" => {
            let id = "b7c05e92-1fd8-4a36-8e4b-d3906f2a7c15";
            lead(&json!({"updated_at": updated, "lists": [{"id": id, "name": "Ports"}, {"id": LEAD_ID, "name": "Q3"}]}))
        }
        "lead.tags.update" => lead(&json!({"updated_at": updated, "tags": ["cranes", "warm"]})),
        "lead.track" => lead(&json!({"updated_at": updated, "is_tracked": true})),
        _ => return None,
    })
}

fn thing_content(name: &str) -> Option<Value> {
    let (thing, verb) = name.rsplit_once('.')?;
    let mut content = match thing {
        "lead.task" => {
            json!({"title": "Call the yard", "status": "todo", "due_at": "2026-06-30T09:00:00.000Z", "id_lead": LEAD_ID})
        }
        "lead.note" => json!({"title": "Visit", "content": "Met at the quay.", "author": {"name": "Nel"}, "id_lead": LEAD_ID}),
        "lead.linkedin" | "lead.twitter" => json!({"text": "Thanks for adding me!", "direction": "inbound", "id_lead": LEAD_ID}),
        "lead.email" => json!({"subject": "Quay", "body": "<p>See you.</p>", "id_lead": LEAD_ID, "lead": {"email": LEAD}}),
        "campaign" => json!({"name": "Harbour Q3", "status": "Active"}),
        "list" => json!({"name": "Ports", "color": "#0a7", "order": 2}),
        "status" => json!({"name": "Interested", "color": "green", "order": 1}),
        "tag" => json!({"name": "cranes", "color": "#c40"}),
        _ => return None,
    };
    content["id"] = json!(if thing == "campaign" { CAMPAIGN } else { "41a9d5e7-80b3-4c6f-b2d1-f6e07c93a854" });
    content["created_at"] = json!("2026-06-05T13:12:00.450Z");
    match verb {
        "update" => content["updated_at"] = json!("2026-06-08T06:55:10.020Z"),
        "delete" => content["is_deleted_at"] = json!("2026-06-12T19:01:33.600Z"),
        _ => {}
    }
    Some(content)
}

fn mail_content(name: &str) -> Option<Value> {
    let verb = name.strip_prefix("campaign.email.")?;
    let mut content = json!({
        "id": EMAIL, "id_lead": LEAD_ID, "id_campaign": CAMPAIGN, "campaign": {"name": "Harbour Q3", "status": "Active"},
        "lead": {"id": LEAD_ID, "email": LEAD, "first_name": "Piet"},
    });
    let fields = match verb {
        "sent" => json!({
            "subject": "Cranes on time", "html": "<p>Hello Piet</p>", "from_email": "nel@go-yardwise.example", "to_email": LEAD,
            "message_id": "<9c1f@go-yardwise.example>", "sent_at": "2026-06-10T07:00:12.000Z",
        }),
        "reply" => json!({
            "subject": "Re: Cranes on time", "text": "Tuesday works.", "from_email": LEAD, "to_email": "nel@go-yardwise.example",
            "message_id": "<77ab@havenkraan.example>", "replied_at": "2026-06-10T11:48:03.250Z",
        }),
        "open" => json!({"opened_at": "2026-06-10T08:15:00.000Z"}),
        "click" => json!({"clicked_at": "2026-06-10T08:15:30.000Z", "link": "https://yardwise.example/demo"}),
        "bounce" => json!({"bounced_at": "2026-06-10T07:00:20.000Z", "reason": "550 5.1.1 User unknown"}),
        "unsubscribe" => json!({"unsubscribed_at": "2026-06-11T09:00:00.000Z"}),
        _ => return None,
    };
    for (key, value) in fields.as_object().expect("fields") {
        content[key] = value.clone();
    }
    Some(content)
}

fn new_content(name: &str) -> Option<Value> {
    let (thing, verb) = name.split_once('.')?;
    Some(match (thing, verb) {
        ("record", "deleted") => json!({"id": "rec_p7", "deleted": true}),
        ("record", _) => json!({
            "id": "rec_p7", "objectType": "person", "objectTypeName": "Person", "name": "Piet Oost",
            "fields": {"name": "Piet Oost", "email": LEAD, "company": "Havenkraan BV", "tier": "A"},
            "createdAt": "2026-06-01T08:00:00.000Z", "updatedAt": "2026-06-11T08:20:31.900Z",
        }),
        ("note", "deleted") => json!({"recordId": "rec_p7", "noteId": "note_2", "title": "Visit"}),
        ("note", _) => json!({
            "recordId": "rec_p7", "noteId": "note_2", "title": "Visit", "contentPlain": "Met at the quay.", "author": "Nel",
            "createdAt": "2026-06-11T08:20:00.000Z", "updatedAt": "2026-06-11T08:20:31.900Z",
        }),
        ("task", verb) => {
            let status = if verb == "completed" { "done" } else { "todo" };
            json!({"recordId": "rec_p7", "taskId": "task_5", "title": "Call", "status": status, "dueAt": "2026-06-30T09:00:00.000Z"})
        }
        ("relation", _) => json!({
            "sourceRecordId": "rec_p7", "targetRecordId": "rec_c1", "fieldDefinitionId": "fd_3", "fieldSlug": "works-at",
        }),
        ("call", _) => json!({"recordId": "rec_p7", "callId": "call_8", "recordName": "Piet Oost", "meetingTitle": "Intro"}),
        ("file", _) => json!({"recordId": "rec_p7", "fileName": "offer.pdf"}),
        _ => return None,
    })
}
