//! Bodies as an instance sends them.

use serde_json::{Value, json};

/// The names of all fixtures.
pub(super) const NAMES: [&str; 18] = [
    "EMAIL_SENT",
    "LEAD_FIRST_CONTACTED",
    "MANUAL_EMAIL_SENT",
    "EMAIL_OPENED",
    "LEAD_REPLIED",
    "LEAD_INTERESTED",
    "LEAD_UNSUBSCRIBED",
    "EMAIL_BOUNCED",
    "UNTRACKED_REPLY_RECEIVED",
    "EMAIL_SEND_FAILED",
    "EMAIL_ACCOUNT_DISCONNECTED",
    "EMAIL_ACCOUNT_ADDED",
    "EMAIL_ACCOUNT_RECONNECTED",
    "EMAIL_ACCOUNT_REMOVED",
    "WARMUP_DISABLED_RECEIVING_BOUNCES",
    "WARMUP_DISABLED_CAUSING_BOUNCES",
    "TAG_ATTACHED",
    "TAG_REMOVED",
];

/// A body of this name.
pub(super) fn fixture(name: &str) -> Value {
    let label = name.to_lowercase().replace('_', " ");
    json!({
        "event": {
            "type": name,
            "name": label,
            "instance_url": "https://mail.tallgrove.example",
            "workspace_id": 31,
            "workspace_name": "Tallgrove North",
        },
        "data": data(name),
    })
}

fn data(name: &str) -> Value {
    let bare = json!({"id": 5_520_417, "lead_id": 70_551, "sequence_step_id": 2_204, "sequence_step_order": 2,
        "sequence_step_variant": 3, "status": "sent", "sent_at": "2026-04-14T07:31:09.482913Z", "interested": null,
        "scheduled_date_est": "2026-04-14T03:30:00.000000Z", "scheduled_date_local": "2026-04-14T09:30:00.000000Z",
        "local_timezone": "Europe/Madrid", "raw_message_id": "<77ab.5520417@hey-tallgrove.example>"});
    match name {
        "EMAIL_SENT" | "LEAD_FIRST_CONTACTED" => {
            json!({"scheduled_email": full(bare), "campaign_event": campaign_event(8_801_233, "sent", "2026-04-14T07:32:00.100000Z"),
                "lead": lead(), "campaign": campaign(), "sender_email": sender()})
        }
        "EMAIL_OPENED" => {
            json!({"scheduled_email": full(bare), "campaign_event": campaign_event(8_801_640, "opened", "2026-04-14T09:12:44.000001Z"),
                "lead": lead(), "campaign": campaign(), "sender_email": sender()})
        }
        "LEAD_UNSUBSCRIBED" => {
            json!({"scheduled_email": full(bare), "campaign_event": campaign_event(8_809_999, "unsubscribed", "2026-04-17T18:00:05.250000Z"),
                "lead": lead(), "campaign": campaign(), "sender_email": sender()})
        }
        "EMAIL_SEND_FAILED" => {
            json!({"scheduled_email": full(bare), "campaign_event": campaign_event(8_800_007, "failed", "2026-04-14T07:31:59.000000Z"),
                "lead": lead(), "campaign": campaign(), "sender_email": sender()})
        }
        "LEAD_REPLIED" => {
            json!({"reply": reply(), "campaign_event": campaign_event(8_804_410, "replied", "2026-04-15T10:03:10.000000Z"),
                "lead": lead(), "campaign": campaign(), "scheduled_email": bare, "sender_email": sender()})
        }
        "LEAD_INTERESTED" => {
            let mut reply = reply();
            reply["interested"] = json!(true);
            reply["updated_at"] = json!("2026-04-15T11:40:00.000000Z");
            json!({"reply": reply, "campaign_event": campaign_event(8_804_977, "interested", "2026-04-15T11:40:02.000000Z"),
                "lead": lead(), "campaign": campaign(), "scheduled_email": bare, "sender_email": sender()})
        }
        "EMAIL_BOUNCED" => {
            json!({"reply": bounced(), "campaign_event": campaign_event(8_801_301, "bounce", "2026-04-14T07:33:00.000000Z"),
                "lead": lead(), "campaign": campaign(), "scheduled_email": bare, "sender_email": sender()})
        }
        "UNTRACKED_REPLY_RECEIVED" => json!({"reply": untracked(), "sender_email": sender()}),
        "MANUAL_EMAIL_SENT" => {
            json!({"reply": manual(), "lead": null, "campaign": null, "scheduled_email": null, "sender_email": sender()})
        }
        "TAG_ATTACHED" | "TAG_REMOVED" => {
            json!({"tag_id": 64, "tag_name": "Quarry owner", "taggable_id": 70_551, "taggable_type": "Lead"})
        }
        _ => json!({"sender_email": sender()}),
    }
}

/// The campaign's email with what only some events tell of it.
fn full(mut email: Value) -> Value {
    email["email_subject"] = json!("Drill bits that last");
    email["email_body"] = json!("<p>Hola Rafael,</p><p>worth a look?</p>");
    for counter in ["opens", "replies", "unique_opens", "unique_replies"] {
        email[counter] = json!(4);
    }
    email
}

fn campaign_event(id: u64, what: &str, created_at: &str) -> Value {
    json!({"id": id, "type": what, "created_at": created_at, "created_at_local": "2026-04-01T01:01:01.000000Z",
        "local_timezone": "Europe/Madrid"})
}

fn lead() -> Value {
    json!({"id": 70_551, "uuid": "8e51c0aa-0000-4000-8000-00000000c0de", "email": super::LEAD, "first_name": "Rafael",
        "last_name": "Ortega", "title": "Head of extraction", "company": "Mina Verde SA", "status": "verified",
        "custom_variables": [{"name": "pit count", "value": "3"}, {"name": "Region", "value": "Huelva"}, {"name": "fax", "value": "-"}],
        "emails_sent": 2, "opens": 0, "unique_opens": 0, "replies": 0, "unique_replies": 0, "bounces": 0})
}

fn campaign() -> Value {
    json!({"id": 918, "name": "Quarries of the south"})
}

fn sender() -> Value {
    json!({"id": 412, "name": "Ona Prat", "email": super::MAILBOX, "status": "connected", "type": "microsoft_oauth",
        "daily_limit": 25, "emails_sent": 1_204, "replied": 31, "opened": 0, "unsubscribed": 2, "bounced": 9, "unique_replies": 30,
        "unique_opens": 0, "total_leads_contacted": 640, "interested": 6, "created_at": "2025-11-03T08:00:00.000000Z",
        "updated_at": "2026-04-14T07:31:10.000000Z"})
}

fn reply() -> Value {
    json!({"id": 640_118, "uuid": "8e51c0aa-0000-4000-8000-00000000beef", "email_subject": "RE: Drill bits that last",
        "interested": false, "automated_reply": false, "html_body": "<div>Llámame el jueves.</div>",
        "text_body": "Llámame el jueves.\r\n> Hola Rafael,", "raw_body": null, "headers": null,
        "date_received": "2026-04-15T10:02:51.900000Z", "type": "Tracked Reply", "folder": "Inbox", "from_name": "Rafael Ortega",
        "from_email_address": super::LEAD, "primary_to_email_address": super::MAILBOX,
        "to": [{"name": "Ona Prat", "address": super::MAILBOX}], "cc": null, "bcc": null, "parent_id": null,
        "raw_message_id": "<b0a1.mv@minaverde.example>", "attachments": [], "created_at": "2026-04-15T10:03:09.000000Z",
        "updated_at": "2026-04-15T10:03:09.000000Z"})
}

/// The report of a mail server.
fn bounced() -> Value {
    json!({"id": 640_003, "email_subject": "Undeliverable: Drill bits that last", "interested": false, "automated_reply": true,
        "html_body": null, "text_body": "Remote server returned 550 5.1.10 recipient not found", "type": "Bounced",
        "folder": "Bounced", "from_name": "Mail Delivery Subsystem", "from_email_address": "mailer-daemon@relay.example",
        "primary_to_email_address": super::MAILBOX, "date_received": "2026-04-14T07:31:40.000000Z", "to": null,
        "raw_message_id": "<dsn.1@relay.example>", "created_at": "2026-04-14T07:32:58.000000Z"})
}

fn untracked() -> Value {
    json!({"id": 640_777, "email_subject": "For Rafael", "interested": false, "automated_reply": false,
        "html_body": "<p>He is out,<br>I read this.</p>", "text_body": null, "type": "Untracked Reply", "folder": "Inbox",
        "from_name": "Nuria Soler", "from_email_address": "Nuria.Soler@minaverde.example",
        "primary_to_email_address": super::MAILBOX, "date_received": "2026-04-16T06:20:00.000000Z",
        "to": super::MAILBOX, "cc": "Rafael <rafael.ortega@minaverde.example>, b@x.example", "bcc": [],
        "raw_message_id": "<c9.ns@minaverde.example>",
        "attachments": [{"id": 9, "uuid": "u", "file_name": "pit map.pdf", "download_url": "https://mail.tallgrove.example/f?signature=x"}]})
}

fn manual() -> Value {
    json!({"id": 641_200, "email_subject": "RE: Drill bits that last", "interested": false, "automated_reply": false,
        "html_body": "<p>Thursday it is.</p>", "text_body": "Thursday it is.", "type": "Outgoing Email", "folder": "Sent",
        "from_name": "Ona Prat", "from_email_address": super::MAILBOX, "primary_to_email_address": super::LEAD,
        "to": [{"name": "Rafael Ortega", "address": super::LEAD}], "date_received": "2026-04-15T12:15:30.000000Z",
        "parent_id": 640_118, "raw_message_id": "<77ab.m1@hey-tallgrove.example>"})
}
