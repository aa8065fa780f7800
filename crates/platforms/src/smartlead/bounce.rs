//! The bounce that an `EMAIL_BOUNCE` reports.

use hookline_model::event::{Bounce, BounceType};

use crate::{bounce_text, json::Fields};

/// The bounce (live captures). SmartLead does not say how bad it is; the text of the report does, more often than not.
pub(super) fn bounce(body: Fields<'_>) -> Bounce {
    let report = body.object("bounce_message");
    let texts = [report.verbatim("text"), report.verbatim("html"), body.verbatim("bounce_reply_email_preview")];
    let bounce = bounce_text::bounce(texts.iter().flatten().map(String::as_str));
    match body.flag("is_sender_originated_bounce") {
        // Our mailbox's own fault, a limit for example: nothing is wrong with the address.
        Some(true) => Bounce { bounce_type: BounceType::Soft, ..bounce },
        _ => bounce,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::node;

    fn of(value: &Value) -> Bounce {
        bounce(Fields::new(node(value).as_object().expect("an object")))
    }

    #[test]
    fn the_senders_own_fault_is_soft_whatever_the_text_says() {
        for flag in [json!(true), json!("true"), json!(1)] {
            let bounce = of(&json!({"is_sender_originated_bounce": flag, "bounce_message": {"text": "5.1.1"}}));
            assert_eq!(bounce.bounce_type, BounceType::Soft, "{flag}");
        }
    }

    #[test]
    fn every_text_is_judged_and_the_first_is_the_reason() {
        let body = json!({
            "bounce_message": {"text": " Sorry. \n", "html": ""},
            "bounce_reply_email_preview": "It says 5.1.1",
        });
        assert_eq!(of(&body), Bounce { bounce_type: BounceType::Hard, reason: Some("Sorry.".to_owned()) });
        assert_eq!(of(&json!({})), Bounce { bounce_type: BounceType::Unknown, reason: None });
        let long = of(&json!({"bounce_message": {"text": "ä".repeat(501)}}));
        assert_eq!(long.reason, Some("ä".repeat(500)));
    }
}
