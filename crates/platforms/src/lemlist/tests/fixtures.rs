//! Bodies in the shapes of Lemlist's developer pages and of captures, of our own making: nobody in them exists.

use serde_json::{Value, json};

pub(super) const TEAM: &str = "tea_Rw4pYk8sLd2vQzX6n";
pub(super) const CAMPAIGN: &str = "cam_Hs7mBt3xJq9wCe5Fa";
pub(super) const LEAD_ID: &str = "lea_Dk2nVz8rGp4yTu6Lb";
pub(super) const CONTACT_ID: &str = "ctc_Xm9cWf3qRj7hSa5Ke";
pub(super) const LEAD: &str = "paulo.reis@cantaria.example";
pub(super) const MAILBOX: &str = "greta@get-fjordwerk.example";
pub(super) const SENT_ID: &str = "CAJ4q-7tVn2@mail.get-fjordwerk.example";
pub(super) const REPLY_ID: &str = "5d20e7@cantaria.example";

/// What every campaign activity carries.
fn activity(id: &str, name: &str, at: &str) -> Value {
    json!({
        "_id": id, "type": name, "createdAt": at, "teamId": TEAM, "isFirst": true, "stopped": false, "bot": false,
        "campaignId": CAMPAIGN, "campaignName": "Quarries ⛏ 2026", "name": "Quarries ⛏ 2026",
        "sequenceId": "seq_Zc3vBn7mLk2jHg8Fd", "sequenceStep": 0, "totalSequenceStep": 0, "stepId": "stp_Ty5uIo2pAs9dFg4Hj",
        "leadId": LEAD_ID, "contactId": CONTACT_ID, "leadEmail": "Paulo.Reis@cantaria.example", "leadFirstName": "Paulo",
        "leadLastName": "", "leadCompanyName": "Cantaria Lda", "leadPhone": "", "leadPicture": "",
        "metaData": {
            "teamId": TEAM, "campaignId": CAMPAIGN, "leadId": LEAD_ID, "type": name, "createdBy": "usr_Pl8kMj2nHb6vGc4Xd",
        },
        "email": LEAD, "firstName": "Paulo", "companyName": "Cantaria Lda", "isPremium": "", "Pedreiras activas": "3",
        "linkedinUrl": "https://linkedin.example/in/paulo-reis", "secret": "hook-secret-1",
    })
}

pub(super) fn email_sent() -> Value {
    super::with(
        activity("act_Qa2wSx4eDc6rFv8tG", "emailsSent", "2026-03-03T08:15:40.210Z"),
        &json!({
            "sendUserId": "usr_Pl8kMj2nHb6vGc4Xd", "sendUserName": "Greta Holm", "sendUserEmail": MAILBOX,
            "sendUserMailboxId": "usm_Bn4mVc8xZa2sDf6Gh", "sendUserMailboxProviderId": MAILBOX,
            "sendUserLoginEmail": "greta@fjordwerk.example", "emailId": "eml_Wq7eRt3yUi9oPa5Sd",
            "messageId": format!("<{SENT_ID}>"), "emailTemplateId": "etp_Jk6hGf2dSa8qWe4Rt", "emailTemplateName": "Opener",
            "sequenceTested": "A", "subject": "Blocks from Cantaria", "text": "<p>Olá Paulo,</p><p>one question.</p>",
        }),
    )
}

/// In the shape of version 2: the variables under `lead`, no sender, no Message-ID.
pub(super) fn email_opened() -> Value {
    json!({
        "_id": "act_Ws3eDr5fTg7yHu9jI", "type": "emailsOpened", "isFirst": false, "stopped": false, "bot": false,
        "createdAt": "2026-03-03T09:02:11.048Z", "teamId": TEAM, "campaignId": CAMPAIGN, "campaignName": "Quarries ⛏ 2026",
        "sequenceId": "seq_Zc3vBn7mLk2jHg8Fd", "sequenceStep": 0, "leadId": LEAD_ID, "leadEmail": LEAD, "contactId": CONTACT_ID,
        "relatedSentAt": "2026-03-03T08:15:40.210Z", "metaData": {"type": "emailsOpened", "taskId": "tsk_Ed4rFt6gYh8uJi2kO"},
        "lead": {
            "_id": LEAD_ID, "isPaused": false, "state": "emailsOpened", "source": "api", "contactId": CONTACT_ID,
            "variables": {"firstName": "Paulo ", "email": LEAD, "Pedreiras activas": "3"}, "enrichment": {"x": "y"},
        },
    })
}

pub(super) fn email_clicked() -> Value {
    super::with(
        activity("act_Ed5rFt7gYh9uJi3kO", "emailsClicked", "2026-03-03T09:03:02.500Z"),
        &json!({"messageId": format!("<{SENT_ID}>"), "clickedUrl": "https://fjordwerk.example/blocks"}),
    )
}

pub(super) fn email_replied() -> Value {
    super::with(
        activity("act_Rf6tGy8hUj2iKo4lP", "emailsReplied", "2026-03-03T11:40:05.731Z"),
        &json!({
            "stopped": true, "fromEmail": "office@cantaria.example", "sendUserEmail": MAILBOX,
            "messageId": format!("<{REPLY_ID}>"), "relatedSentAt": "2026-03-03T08:15:40.210Z",
            "subject": "Re: Blocks from Cantaria", "text": "<div>Quinta-feira serve.</div>", "messagePreview": "Quinta-feira",
            "aiLeadInterestScore": 0.75,
        }),
    )
}

pub(super) fn email_bounced() -> Value {
    json!({
        "_id": "act_Tg7yHu9jIk3oLp5aZ", "type": "emailsBounced", "createdAt": "2026-03-03T08:16:01.004Z", "teamId": TEAM,
        "campaignId": CAMPAIGN, "leadId": "lea_Ff1gGg2hHh3jJj4kK", "leadEmail": "gone@cantaria.example",
        "messageId": "<CAJ4q-gone@mail.get-fjordwerk.example>", "errorMessage": "550 5.1.1 user unknown",
        "relatedSentAt": "2026-03-03T08:15:55.000Z",
    })
}

pub(super) fn email_failed() -> Value {
    super::with(
        activity("act_Yh8uJi2kOl4pAz6sX", "emailsFailed", "2026-03-03T08:15:41.000Z"),
        &json!({"errorMessage": "mailbox disconnected"}),
    )
}

pub(super) fn unsubscribed() -> Value {
    activity("act_Uj9iKo3lPa5zSx7dC", "emailsUnsubscribed", "2026-03-04T07:10:00.120Z")
}

/// Of the same click, as the contact's own.
pub(super) fn entity_unsubscribed() -> Value {
    json!({
        "_id": "act_Ik2oLp4aZs6xDc8fV", "type": "entityUnsubscribed", "unsubscribedSource": "link", "mutationAction": "unsubscribe",
        "mutationType": "entity", "createdAt": "2026-03-04T07:10:00.480Z", "teamId": TEAM, "contactId": CONTACT_ID,
        "email": LEAD, "firstName": "Paulo", "lastName": "", "doNotContact": "true", "unsubEmail": "true",
        "leadId": LEAD_ID, "leadEmail": LEAD, "campaignId": CAMPAIGN, "campaignName": "Quarries ⛏ 2026",
    })
}

pub(super) fn interested() -> Value {
    super::with(activity("act_Ol3pAz5sXd7cFv9gB", "interested", "2026-03-03T12:00:10.900Z"), &json!({"userName": "api"}))
}

/// Of the same marking, with its channel.
pub(super) fn manual_interested() -> Value {
    activity("act_Pa4zSx6dCf8vGb2hN", "manualInterested", "2026-03-03T12:00:10.412Z")
}

/// Of somebody who has no address.
pub(super) fn linkedin_invite_accepted() -> Value {
    super::with(
        activity("act_As5dFg7hJk9lZx3cV", "linkedinInviteAccepted", "2026-03-05T16:20:30.000Z"),
        &json!({"leadEmail": null, "email": "", "emailTemplateName": "linkedinInvite"}),
    )
}

pub(super) fn linkedin_replied() -> Value {
    super::with(
        activity("act_Df6gHj8kLz2xCv4bN", "linkedinReplied", "2026-03-05T17:01:09.330Z"),
        &json!({"text": "Obrigado, falamos em abril.", "emailTemplateName": "Follow-up"}),
    )
}

pub(super) fn campaign_complete() -> Value {
    json!({
        "_id": "act_Gh7jKl9zXc3vBn5mQ", "type": "campaignComplete", "createdAt": "2026-03-20T18:00:00.000Z", "teamId": TEAM,
        "campaignId": CAMPAIGN, "campaignName": "Quarries ⛏ 2026",
    })
}

pub(super) fn connection_issue() -> Value {
    json!({
        "_id": "act_Jk8lZx2cVb4nMq6wE", "type": "connectionIssue", "createdAt": "2026-03-06T04:00:00.000Z", "teamId": TEAM,
        "sendUserId": "usr_Pl8kMj2nHb6vGc4Xd", "sendUserEmail": MAILBOX, "errorMessage": "invalid_grant",
    })
}

/// Mail written by hand in the inbox: of no campaign, to somebody named in `to` alone.
pub(super) fn inbox_mail() -> Value {
    json!({
        "_id": "act_Lz9xCv3bNm5qWe7rT", "type": "emailsSent", "createdAt": "2026-03-07T10:30:00.000Z", "teamId": TEAM,
        "campaignId": null, "leadEmail": "", "to": [{"address": LEAD, "name": "Paulo Reis"}], "sendUserEmail": MAILBOX,
        "messageId": "<CAJ4q-hand@mail.get-fjordwerk.example>", "subject": "Thursday",
    })
}

pub(super) fn enrichment_done() -> Value {
    json!({"type": "enrichmentDone", "data": [{"id": "enr_Xc2vBn4mQw6eRt8yU"}, {"id": "enr_Cv3bNm5qWe7rTy9uI"}]})
}

pub(super) fn label_updated() -> Value {
    super::with(
        activity("act_Vb4nMq6wEr8tYu2iO", "inboxLabelUpdated", "2026-03-08T09:00:00.000Z"),
        &json!({"labelName": "Call back"}),
    )
}

pub(super) fn unknown() -> Value {
    activity("act_Bn5mQw7eRt9yUi3oP", "pigeonReleased", "2026-03-09T09:00:00.000Z")
}

/// Every fixture, by its name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("email_sent", email_sent()),
        ("email_opened", email_opened()),
        ("email_clicked", email_clicked()),
        ("email_replied", email_replied()),
        ("email_bounced", email_bounced()),
        ("email_failed", email_failed()),
        ("unsubscribed", unsubscribed()),
        ("entity_unsubscribed", entity_unsubscribed()),
        ("interested", interested()),
        ("manual_interested", manual_interested()),
        ("linkedin_invite_accepted", linkedin_invite_accepted()),
        ("linkedin_replied", linkedin_replied()),
        ("campaign_complete", campaign_complete()),
        ("connection_issue", connection_issue()),
        ("inbox_mail", inbox_mail()),
        ("enrichment_done", enrichment_done()),
        ("label_updated", label_updated()),
        ("unknown", unknown()),
    ]
}
