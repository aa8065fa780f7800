//! Every published name.

use serde_json::json;

use hookline_model::kind::Kind;

use super::event;

/// Checks that an event of each name, in any case, is of this kind.
fn check(kind: Kind, names: &[&str]) {
    for name in names {
        for name in [(*name).to_owned(), name.to_lowercase(), format!(" {name}\n")] {
            let body = json!({
                "event_type": name, "to_email": "mara.lind@fjordpack.example", "campaign_id": 3_158_824,
                "sender_detail": "per.dahl@fjordpack.example",
            });
            assert_eq!(event(&body).kind, kind, "{name:?}");
        }
    }
}

#[test]
fn sent() {
    check(Kind::EmailSent, &["EMAIL_SENT", "FIRST_EMAIL_SENT", "SENT", "SENT_EMAIL"]);
}

#[test]
fn opened() {
    check(Kind::EmailOpened, &["EMAIL_OPEN", "EMAIL_OPENED", "OPENED", "LEAD_OPENED", "OPEN_EMAIL"]);
}

#[test]
fn clicked() {
    check(Kind::EmailClicked, &["EMAIL_LINK_CLICK", "EMAIL_CLICKED", "CLICKED", "LEAD_CLICKED", "LINK_CLICKED"]);
}

#[test]
fn replied() {
    check(Kind::EmailReplied, &["EMAIL_REPLY", "EMAIL_REPLIED", "REPLIED", "LEAD_REPLIED", "THREADED_REPLIES"]);
}

#[test]
fn bounced() {
    check(Kind::EmailBounced, &["EMAIL_BOUNCE", "EMAIL_BOUNCED", "BOUNCED", "LEAD_BOUNCED"]);
}

#[test]
fn unsubscribed() {
    let names = ["LEAD_UNSUBSCRIBED", "EMAIL_UNSUBSCRIBED", "EMAIL_UNSUBSCRIBE", "UNSUBSCRIBED", "UNSUBSCRIBE"];
    check(Kind::ContactUnsubscribed, &names);
}

#[test]
fn the_rest() {
    check(Kind::ContactCategoryUpdated, &["LEAD_CATEGORY_UPDATED"]);
    check(Kind::CampaignStatusChanged, &["CAMPAIGN_STATUS_CHANGED", "CAMPAIGN_STATUS_CHANGE"]);
    check(Kind::EmailReplyUntracked, &["UNTRACKED_REPLIES", "UNTRACKED_REPLY"]);
    check(Kind::CampaignStepReached, &["MANUAL_STEP_REACHED"]);
}

#[test]
fn account_alerts() {
    let names =
        ["EMAIL_ACCOUNT_DISCONNECTED", "email.account.disconnected", "LINKEDIN_DISCONNECTED", "linkedin.account.disconnected"];
    check(Kind::AccountError, &names);
}

#[test]
fn other() {
    let names = ["CAMPAIGN_BOUNCE_BREACH", "CAMPAIGN_BOUNCE_THRESHOLD_BREACHED", "MANUAL_REPLY_SENT", "LEAD_CREATED"];
    check(Kind::Other, &names);
}
