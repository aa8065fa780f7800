//! SmartLead deliveries by number: the same number gives the same body, and every body states its own time.
//!
//! For load and crash tests. A small world, so that sends, opens, replies and bounces meet on the same contacts and campaigns.

use serde_json::{Value, json};

const CONTACTS: u64 = 40;
const CAMPAIGNS: u64 = 5;
/// 2026-02-11T08:00:00Z.
const START_S: i64 = 1_770_796_800;

/// The body of delivery `n`.
#[must_use]
pub fn smartlead_body(n: u64) -> Vec<u8> {
    smartlead(n).to_string().into_bytes()
}

fn at(n: u64, second: i64) -> String {
    let millisecond = (START_S + second) * 1000 + i64::try_from(n % 1000).unwrap_or(0);
    hookline_model::time::Millis(millisecond).to_string()
}

/// Delivery `n` as JSON, in SmartLead's flat shape.
#[must_use]
pub fn smartlead(n: u64) -> Value {
    let contact = (n / 6) % CONTACTS;
    let campaign = (n / 6 / CONTACTS) % CAMPAIGNS;
    let step = n / 6 / CONTACTS / CAMPAIGNS + 1;
    let email = format!("person-{contact}@company-{}.example", contact % 7);
    let stats_id = format!("00000000-0000-4000-8000-{contact:04x}{campaign:04x}{step:04x}");
    let hours = i64::try_from(n / 6).unwrap_or(0) * 60;
    let mut body = json!({
        "sl_email_lead_id": (4_170_220_000u64 + contact).to_string(),
        "campaign_id": 2_900_000 + campaign,
        "campaign_name": format!("Campaign {campaign}"),
        "client_id": null,
        "from_email": "nora@try-brightpath.example",
        "to_email": email,
        "to_name": format!("Person {contact}"),
        "subject": "Crane downtime",
        "sequence_number": step,
        "stats_id": stats_id,
        "secret_key": "7b0e2d5c-0000-4000-8000-0a1b2c3d4e5f",
        "webhook_id": 660_101,
    });
    let sent_at = at(0, hours);
    let sent =
        json!({"message_id": format!("<{stats_id}@try-brightpath.example>"), "html": "<p>Hi</p>", "text": "Hi", "time": sent_at});
    let specific = match n % 6 {
        0 => json!({"event_type": "EMAIL_SENT", "event_timestamp": sent_at, "sent_message": sent}),
        1 => json!({"event_type": "EMAIL_OPEN", "event_timestamp": at(n, hours + 60)}),
        2 => {
            json!({"event_type": "EMAIL_LINK_CLICK", "event_timestamp": at(n, hours + 90), "link_details": ["https://brightpath.example/demo"]})
        }
        3 if contact.is_multiple_of(5) => json!({
            "event_type": "EMAIL_BOUNCE", "event_timestamp": sent_at, "is_bounced": true,
            "bounce_message": {"message_id": format!("<bounce-{n}@mx.example>"), "text": "Address not found", "time": at(n, hours + 3)},
        }),
        3 => json!({
            "event_type": "EMAIL_REPLY", "event_timestamp": at(n, hours + 120),
            "reply_message": {"message_id": format!("<reply-{n}@mail.example>"), "text": "Tuesday?\n", "html": "<p>Tuesday?</p>", "time": at(n, hours + 120)},
        }),
        4 => json!({
            "event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": at(n, hours + 180), "lead_email": email,
            "lead_category": {"new_name": if contact.is_multiple_of(2) { "Interested" } else { "Not Interested" }, "new_id": 1},
        }),
        _ if contact.is_multiple_of(11) => {
            json!({"event_type": "LEAD_UNSUBSCRIBED", "event_timestamp": at(n, hours + 240), "lead_email": email})
        }
        _ => json!({"event_type": "FIRST_EMAIL_SENT", "event_timestamp": sent_at, "sent_message": sent}),
    };
    if let (Value::Object(body), Value::Object(specific)) = (&mut body, specific) {
        body.extend(specific);
    }
    body
}
