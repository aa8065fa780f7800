//! Bodies in the shapes of PlusVibe's developer pages, of a capture and of receivers, of our own making: nobody in them exists.

use serde_json::{Value, json};

pub(super) const WORKSPACE: &str = "65b7d20c4e9f1a3b8c6d5e02";
pub(super) const CAMPAIGN: &str = "67cc4f1e0a7b2d9c3e58f601";
pub(super) const LEAD_ID: &str = "68da9b3c7e1f5a0d2c4b6e83";
pub(super) const LEAD: &str = "marek.dvorak@sklarna.example";
pub(super) const MAILBOX: &str = "ida@meet-glasbruk.example";
pub(super) const REPLY_ID: &str = "6b19c4d2e8f7a3b05d6c1e94";
pub(super) const MESSAGE_ID: &str = "7c41b@sklarna.example";

/// What every event of a lead carries.
fn of_lead(name: &str) -> Value {
    json!({
        "webhook_id": "66a01f2e3d4c5b6a79880f1e", "webhook_name": "hub", "webhook_event": name, "workspace_id": WORKSPACE,
        "workspace_name": "Glasbruk", "camp_id": CAMPAIGN, "campaign_id": CAMPAIGN, "campaign_name": "GLAS | Furnaces 2026",
        "lead_id": LEAD_ID, "email": LEAD, "first_name": "Marek", "last_name": "Dvořák", "company_name": "Sklárna s.r.o.",
        "company_website": "sklarna.example", "job_title": "Owner", "city": "", "phone_number": null,
        "linkedin_person_url": "https://linkedin.example/in/marek-dvorak", "linkedin_company_url": "", "Furnaces": "4",
        "email_account_name": MAILBOX, "email_account_id": "69ee12ab34cd56ef78901234",
    })
}

pub(super) fn reply() -> Value {
    super::with(
        of_lead("ALL_EMAIL_REPLIES"),
        &json!({
            "from_email": "marek@sklarna.example", "sender_first_name": "Ida", "sender_last_name": "Berg", "cc_email": "",
            "subject": "Re: Furnace linings", "body": "<div>Ano, ve čtvrtek.</div><img src=\"data:image/png;base64,AAAA\">",
            "text_body": "Ano, ve čtvrtek.\\nMarek", "snippet": "Ano, ve čtvrtek.", "sentiment": "POSITIVE", "label": "INTERESTED",
            "status": "REPLIED", "step": "2", "variation": "A", "thread_id": "6a11223344556677889900aa", "last_email_id": REPLY_ID,
            "message_id": format!("<{MESSAGE_ID}>"), "references": "<a1@meet-glasbruk.example>",
            "created_at": "2026-01-12T07:00:00.000Z", "modified_at": "2026-03-03T11:20:49.877Z",
        }),
    )
}

pub(super) fn automatic_reply() -> Value {
    super::with(
        reply(),
        &json!({"label": "OUT_OF_OFFICE", "last_email_id": "6b19c4d2e8f7a3b05d6c1e95", "message_id": "<ooo@sklarna.example>"}),
    )
}

pub(super) fn interested() -> Value {
    super::with(
        of_lead("LEAD_MARKED_AS_INTERESTED"),
        &json!({
            "label": "INTERESTED", "sentiment": "POSITIVE", "last_lead_reply": "Ano, ve čtvrtek.", "actual_replied_from": "x@y.example",
            "last_lead_reply_subject": "Re: Furnace linings", "modified_at": "2026-03-03T11:21:02.100Z",
        }),
    )
}

pub(super) fn custom_label() -> Value {
    super::with(of_lead("LEAD_MARKED_AS_QC_CRM_ONLY"), &json!({"modified_at": "2026-03-04T09:00:00.000Z"}))
}

pub(super) fn sent() -> Value {
    super::with(
        of_lead("EMAIL_SENT"),
        &json!({
            "email": null, "lead_email": LEAD, "email_account_name": null, "sender_email": MAILBOX, "from_email": MAILBOX,
            "subject": "Furnace linings", "body": "<p>Dobrý den,</p><p>one question.</p>", "step": 2, "variation": "A",
            "modified_at": "2026-03-02T08:05:13.610Z",
        }),
    )
}

/// An answer written by hand.
pub(super) fn unibox_sent() -> Value {
    super::with(
        of_lead("UNIBOX_EMAIL_SENT"),
        &json!({
            "from_email": MAILBOX, "lead_email": LEAD, "email_id": "6c28d5e3f9a8b4c16e7d2fa5", "message_id": "<u1@meet-glasbruk.example>",
            "subject": "Re: Furnace linings", "body": "Thursday it is.", "modified_at": "2026-03-03T12:00:00.000Z",
        }),
    )
}

pub(super) fn bounce() -> Value {
    json!({
        "webhook_event": "BOUNCED_EMAIL", "workspace_id": WORKSPACE, "workspace_name": "Glasbruk", "camp_id": CAMPAIGN,
        "campaign_id": CAMPAIGN, "campaign_name": "GLAS | Furnaces 2026", "is_camp_paused": false,
        "date": "2026-03-02T08:06:40.120+00:00", "sender_email": MAILBOX, "sender_mx": "GOOGLE_WORKSPACE",
        "lead_email": "gone@sklarna.example", "lead_mx": "OUTLOOK", "is_verified": "UNKNOWN",
        "msg": "550 5.1.1 user unknown", "bounce_type": "hard",
    })
}

pub(super) fn alert() -> Value {
    json!({"webhook_event": "SYSTEM_ALERT", "alert": "EMAIL_ACCOUNT_DISCONNECTED", "workspace_id": WORKSPACE, "email": MAILBOX})
}

/// The sample that is sent when a webhook is saved.
pub(super) fn sample() -> Value {
    super::with(
        bounce(),
        &json!({
            "workspace_name": "John Doe Workspace", "sender_email": "john@yourcompany.com",
            "lead_email": "someone@nonexistent-domain.com",
        }),
    )
}

/// The nested form of client portals.
pub(super) fn nested() -> Value {
    json!({
        "event": "lead_marked_as_interested", "timestamp": 1_772_536_862, "workspace_id": WORKSPACE, "lead_id": LEAD_ID,
        "campaign_id": CAMPAIGN,
        "data": {
            "status": "REPLIED", "label": "INTERESTED", "has_replied": true, "email": LEAD, "first_name": "Marek", "Furnaces": "4",
        },
    })
}

/// Of somebody's own middle layer.
pub(super) fn middle_layer() -> Value {
    json!({
        "event": "replied", "recipient_email": LEAD, "reply_body": "Ano.", "replied_at": "2026-03-03T11:20:49Z",
        "campaign_id": CAMPAIGN,
    })
}

pub(super) fn unknown() -> Value {
    super::with(of_lead("LEAD_POLISHED"), &json!({"modified_at": "2026-03-05T09:00:00.000Z", "grit": 400}))
}

/// Every fixture, by its name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("reply", reply()),
        ("automatic_reply", automatic_reply()),
        ("interested", interested()),
        ("custom_label", custom_label()),
        ("sent", sent()),
        ("unibox_sent", unibox_sent()),
        ("bounce", bounce()),
        ("alert", alert()),
        ("sample", sample()),
        ("nested", nested()),
        ("middle_layer", middle_layer()),
        ("unknown", unknown()),
    ]
}
