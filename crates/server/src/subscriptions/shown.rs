//! Bodies of deliveries as answers show them.

use hookline_platforms::redact_text::redact_text;

/// The fields in which bodies carry the secret of their subscription: SmartLead's name for it, and Breakcold's.
const SECRET_FIELDS: [&str; 2] = ["secret_key", "secret"];

/// A delivery's body with the text of every such field blanked: whoever may read what was sent may not sign in its name.
///
/// They are stored without it. But those that an older version stored have it, in whatever dialect their subscription had then.
pub(crate) fn shown_body(mut body: Vec<u8>) -> Vec<u8> {
    redact_text(&mut body, &SECRET_FIELDS);
    body
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use hookline_delivery::{
        dispatch::{Subscribed, Voice},
        settings::{Dialect, Secrets, Settings},
    };
    use hookline_model::{
        id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
        kind::Kind,
        time::Millis,
    };
    use hookline_store::{
        directory::AddressOwner,
        subscriptions::{Subscription, SubscriptionStatus},
    };
    use uuid::Uuid;

    use super::*;
    use crate::{
        passing_on::{Dialects, sample},
        subscriptions::blank,
    };

    const SECRET: &str = "any-\"text\\will-do";
    const OWNER: WorkspaceId = WorkspaceId(Uuid::nil());

    fn subscribed(dialect: Dialect, variant: Option<String>) -> Subscribed {
        let settings = Settings { name: "x".to_owned(), kinds: vec!["*".to_owned()], dialect, variant, ..blank() };
        let policy = settings.check().expect("settings");
        let row = Subscription {
            id: SubscriptionId(Uuid::nil()),
            owner: AddressOwner::Workspace(OWNER),
            status: SubscriptionStatus::Active,
            status_reason: None,
            status_at: Millis(0),
            settings: String::new(),
            secrets: Vec::new(),
            created_at: Millis(0),
            updated_at: Millis(0),
            since: 0,
        };
        let secrets = Secrets { secret: Some(SECRET.to_owned()), ..Secrets::default() };
        Subscribed { row: Arc::new(row), settings, policy, secrets }
    }

    #[test]
    fn a_secret_is_in_a_body_only_as_it_goes_out() {
        let written = serde_json::to_string(SECRET).expect("a text");
        let has_secret = |body: &[u8]| String::from_utf8_lossy(body).contains(&written);
        let mut carried = Vec::new();
        for dialect in Dialect::ALL {
            let variants = dialect.variants().iter().map(|variant| Some(variant.name().to_owned()));
            let told = variants.chain([None]).flat_map(|variant| Kind::ALL.iter().map(move |kind| (variant.clone(), *kind)));
            for (variant, kind) in told {
                let snapshot = sample(kind, OWNER, Millis(1_770_854_400_000));
                let message = DeliveryId::derive(SubscriptionId(Uuid::nil()), EventId(Uuid::nil()), 0).to_string();
                let subscribed = subscribed(dialect, variant);
                let Some(rendered) = Dialects.render(&subscribed, &snapshot, &message) else { continue };
                assert!(!has_secret(&rendered.body), "{} {kind:?} is stored so", dialect.name());
                let sent = Dialects.reveal(&subscribed, rendered.body.clone());
                if has_secret(&sent) {
                    carried.push(dialect.name());
                    assert_eq!(Dialects.reveal(&subscribed, sent.clone()), sent, "once");
                } else {
                    assert_eq!(sent, rendered.body);
                }
                let shown = shown_body(sent.to_vec());
                assert!(!has_secret(&shown), "{} {kind:?}", dialect.name());
                serde_json::from_slice::<serde_json::Value>(&shown).expect("JSON as before");
            }
        }
        carried.dedup();
        assert_eq!(carried, ["smartlead", "breakcold"], "those that carry one");
    }

    #[test]
    fn nobody_else_has_a_secret_put_into_a_body() {
        let of = |dialect| subscribed(dialect, None);
        let body = |text: &'static str| Bytes::from_static(text.as_bytes());
        let nested = r#"{"lead":{"secret_key":"***","note":"\"secret_key\":\"***\""},"secret_key":"***","secret":"***"}"#;
        let sent = Dialects.reveal(&of(Dialect::Smartlead), body(nested));
        let sent: serde_json::Value = serde_json::from_slice(&sent).expect("JSON as before");
        assert_eq!(
            (&sent["secret_key"], &sent["secret"], &sent["lead"]["secret_key"]),
            (&SECRET.into(), &"***".into(), &"***".into())
        );
        for (dialect, text) in [
            (Dialect::Hookline, r#"{"secret_key":"***","secret":"***"}"#),
            (Dialect::Smartlead, r#"{"secret_key":"one of before","secret":"***"}"#),
            (Dialect::Smartlead, r#"{"data":{"secret_key":"***"}}"#),
            (Dialect::Breakcold, r#"["secret"]"#),
        ] {
            assert_eq!(Dialects.reveal(&of(dialect), body(text)), body(text));
        }
    }
}
