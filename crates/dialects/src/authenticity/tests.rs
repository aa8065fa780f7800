use http::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;

use super::*;

/// The keys are the bytes 0x40 to 0x5f, and 0x60 to 0x7f.
const OLD: &str = "whsec_QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
const NEW: &str = "whsec_YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8=";
const ID: &str = "msg_0001AcmeReply";
const AT: Millis = Millis(1_767_225_601_999);
const BODY: &[u8] =
    br#"{"type":"email.replied","timestamp":"2026-01-01T00:00:00.456Z","data":{"contact_email":"ana@example.com"}}"#;

fn signed(dialect: Dialect, secrets: &Secrets<'_>, id: &str, at: Millis, body: &[u8]) -> HeaderMap {
    let headers = sign(dialect, secrets, id, at, body).expect("signed");
    let read = |(name, value): (String, String)| {
        (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(&value).expect("a value"))
    };
    headers.into_iter().map(read).collect()
}

fn texts(secrets: &[&str]) -> Vec<String> {
    secrets.iter().map(|secret| (*secret).to_owned()).collect()
}

#[test]
fn known_answers_of_standard_webhooks() {
    let signature = |secrets: &[&str], id: &str, at: Millis, body: &[u8]| {
        let secrets = texts(secrets);
        let headers = signed(Dialect::Hookline, &Secrets { signing: &secrets, ..Secrets::default() }, id, at, body);
        assert_eq!(headers["webhook-id"], id);
        assert_eq!(headers["webhook-timestamp"], (at.0 / 1000).to_string().as_str());
        headers["webhook-signature"].to_str().expect("text").to_owned()
    };
    let old = "v1,AAy5kR8NDha4PPV5YhbFTy1/Toi47veRZbzr1Ra/8ys=";
    let new = "v1,V5l3wZCkRBwaTIQwZV5dS1tSxhlHUAbfbWwK0lRH9Tg=";
    assert_eq!(BODY.len(), 106);
    assert_eq!(signature(&[OLD], ID, AT, BODY), old);
    assert_eq!(signature(&[NEW, OLD], ID, AT, BODY), format!("{new} {old}"));
    // Of the reference library's own tests.
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    let (secret, id) = ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk");
    let signed = signature(&[secret], id, Millis(1_649_367_553_000), body);
    assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the reference library looks at the clock itself, and takes five minutes")]
fn the_reference_library_verifies_with_either_secret_of_a_rotation() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let at = Millis(i64::try_from(now.as_millis()).expect("a time"));
    let secrets = texts(&[NEW, OLD]);
    for dialect in [Dialect::Hookline, Dialect::Cloudevents] {
        let headers = signed(dialect, &Secrets { signing: &secrets, ..Secrets::default() }, ID, at, BODY);
        for secret in [OLD, NEW] {
            Webhook::new(secret).expect("a secret").verify(BODY, &headers).expect("ours");
            assert!(Webhook::new(secret).expect("a secret").verify(&BODY[1..], &headers).is_err());
        }
        assert!(Webhook::new(&secret(&[7; 32])).expect("a secret").verify(BODY, &headers).is_err());
    }
}

#[test]
fn secrets_and_ids_that_cannot_be_used_are_refused() {
    for secret in ["", "whsec_", "whsec_***", "QEFC", "whsec_QEF", "whsek_QEFC"] {
        assert_eq!(key(secret), Err(SignError::Secret), "{secret:?}");
        let secrets = texts(&[secret]);
        let secrets = Secrets { signing: &secrets, ..Secrets::default() };
        assert_eq!(sign(Dialect::Hookline, &secrets, ID, AT, BODY), Err(SignError::Secret), "{secret:?}");
    }
    for id in ["", "a.b", "a b", "a\nb"] {
        assert_eq!(sign(Dialect::Hookline, &Secrets::default(), id, AT, BODY), Err(SignError::Id), "{id:?}");
    }
    assert_eq!(key(&secret(&[1, 2, 3])), Ok(vec![1, 2, 3]));
    // Without any, the id is told all the same.
    let unsigned = signed(Dialect::Hookline, &Secrets::default(), ID, AT, BODY);
    assert_eq!((unsigned.len(), &unsigned["webhook-id"]), (2, &HeaderValue::from_static(ID)));
}

#[test]
fn smartlead_signs_the_body_under_the_text_of_the_secret() {
    // Test case 2 of RFC 4231.
    let (secrets, body) = (texts(&["Jefe", "former"]), b"what do ya want for nothing?");
    let digits = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let secrets = Secrets { signing: &secrets, ..Secrets::default() };
    let headers = signed(Dialect::Smartlead, &secrets, ID, AT, body);
    assert_eq!(headers["x-smartlead-signature"], format!("sha256={digits}").as_str());
    assert_eq!((headers.len(), &headers["x-request-id"]), (2, &HeaderValue::from_static(ID)));
    let bare = Secrets { header: Some("X-Hub-Signature"), is_bare: true, ..secrets };
    let headers = signed(Dialect::Smartlead, &bare, ID, AT, body);
    assert_eq!(headers["x-hub-signature"], digits);
    assert!(!headers.contains_key("x-smartlead-signature"));
    let unsigned = signed(Dialect::Smartlead, &Secrets::default(), ID, AT, body);
    assert_eq!(unsigned.len(), 1);
}

#[test]
fn configured_headers_are_sent_and_replace_no_signature() {
    let configured = [("Authorization", "Bearer s3"), ("WEBHOOK-ID", "forged"), ("X-Own", "1")];
    let configured = configured.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let signing = texts(&[OLD]);
    let secrets = Secrets { signing: &signing, headers: &configured, ..Secrets::default() };
    let own = |dialect| sign(dialect, &secrets, ID, AT, BODY).expect("signed");
    assert_eq!(own(Dialect::Instantly), configured);
    assert_eq!(own(Dialect::Breakcold), configured);
    let headers = own(Dialect::Hookline);
    assert!(headers.contains(&configured[0]) && headers.contains(&configured[2]) && !headers.contains(&configured[1]));
}

#[test]
fn a_secret_is_usable_within_the_bounds_of_its_dialect() {
    let of_key = |bytes: usize| secret(&vec![7; bytes]);
    for dialect in [Dialect::Hookline, Dialect::Cloudevents] {
        for (bytes, is_usable) in [(23, false), (24, true), (64, true), (65, false)] {
            assert_eq!(usable(dialect, &of_key(bytes)).is_ok(), is_usable, "{dialect}, {bytes} bytes");
        }
        assert_eq!(usable(dialect, &"x".repeat(32)), Err(UnusableSecret::Key));
    }
    for dialect in [Dialect::Smartlead, Dialect::Breakcold] {
        for (characters, is_usable) in [(7, false), (8, true), (512, true), (513, false)] {
            assert_eq!(usable(dialect, &"x".repeat(characters)).is_ok(), is_usable, "{dialect}, {characters} characters");
        }
        assert_eq!(usable(dialect, "two words here"), Err(UnusableSecret::Text));
        assert!(usable(dialect, &of_key(32)).is_ok(), "one that is made serves every dialect");
    }
    assert_eq!(usable(Dialect::Instantly, &of_key(32)), Err(UnusableSecret::Unsigned));
    assert_eq!(UnusableSecret::Key.to_string(), "give whsec_ and the base64 of 24 to 64 bytes");
}
