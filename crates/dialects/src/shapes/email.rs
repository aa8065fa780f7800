//! A message, described.

use schemars::JsonSchema;

use crate::shapes::{
    event_data::BounceTypeName,
    words::{Count, EmailText, Id, PlatformName, Time},
};

/// Every status of a message.
pub const EMAIL_STATUSES: [&str; 7] = ["sent", "opened", "clicked", "replied", "bounced", "failed", "received"];

crate::word_schemas! {
    /// Whether a message was sent or came in.
    pub Direction = ["inbound", "outbound"], such as "outbound";
    /// The furthest that a message came.
    pub EmailStatus = EMAIL_STATUSES, such as "replied";
}

/// A message that was sent or came in.
#[derive(JsonSchema)]
#[schemars(rename = "Email")]
#[expect(dead_code, reason = "describes hookline_model::record::Email")]
pub struct EmailSchema {
    id: Id,
    direction: Direction,
    /// Who reported it last.
    platform: Option<PlatformName>,
    contact_email: Option<EmailText>,
    contact_id: Option<Id>,
    campaign_id: Option<Id>,
    /// The campaign's id at the platform.
    #[schemars(example = &"2900417")]
    platform_campaign_id: Option<String>,
    /// The mailbox that the campaign sends from.
    #[schemars(example = &"nora@try-brightpath.example")]
    sending_account: Option<String>,
    #[schemars(example = &"nora@try-brightpath.example")]
    from: Option<String>,
    to: Option<EmailText>,
    #[schemars(example = &"Crane downtime")]
    subject: Option<String>,
    #[schemars(example = &"Dear Mr Weber")]
    body_text: Option<String>,
    /// As received: hostile until it is sanitised.
    #[schemars(example = &"<p>Dear Mr Weber</p>")]
    body_html: Option<String>,
    /// The Message-ID, without angle brackets.
    #[schemars(example = &"a1b2@try-brightpath.example")]
    message_id: Option<String>,
    /// The step of the campaign, from 1.
    sequence_number: Option<Count>,
    /// When it was sent; null of one that came in.
    sent_at: Option<Time>,
    /// When it came in; null of one that was sent.
    #[schemars(extend("examples" = [null]))]
    received_at: Option<Time>,
    status: EmailStatus,
    opened_count: Count,
    first_opened_at: Option<Time>,
    last_opened_at: Option<Time>,
    clicked_count: Count,
    /// The links that were clicked.
    #[schemars(example = ["https://brightpath.example/demo"])]
    links: Vec<String>,
    /// The first reply.
    replied_at: Option<Time>,
    /// The first bounce.
    #[schemars(extend("examples" = [null]))]
    bounced_at: Option<Time>,
    #[schemars(extend("examples" = [null]))]
    bounce_type: Option<BounceTypeName>,
    #[schemars(extend("examples" = [null]))]
    bounce_reason: Option<String>,
}
