//! Known answers: HubSpot's published ones, and others made with another implementation of HMAC.

use super::*;

const HUBSPOT_SECRET: &str = "5d2f7a10-3c44-4e9b-8a61-0f9be2c7d113";
const HUBSPOT_URI: &str = "https://hub.example.org/in/hubspot/acme";
const HUBSPOT_URI_ESCAPED: &str = "https://hub.example.org/in/hubspot/acme?tag=a%40b&x=1%2c2&keep=%20%26";
const HUBSPOT_AT: i64 = 1_767_225_600_456;
const HUBSPOT_BODY: &str = concat!(
    r#"[{"eventId":70010001,"subscriptionId":31,"portalId":8800123,"appId":990021,"occurredAt":1767225600123,"#,
    r#""subscriptionType":"contact.creation","attemptNumber":0,"objectId":55012340001,"changeSource":"CRM_UI","changeFlag":"NEW"}]"#
);
const V1: &str = "40b95b73f12717e3162625e874f3443c6b35bf36d4a9faf8072b98e7eccb2958";
const V2: &str = "3c63d62ec8c42a268b590bd7dbea0784ebf01adce6f6b7f63b1dab28b1d52eed";
const V3: &str = "+6NkTLkIsxKX0J506Qqq78MyU0NJ5UKx0qH//9JpS2g=";

fn hubspot(secret: &str) -> Rule {
    rule(Method::HubspotV3, "", &[secret])
}

fn v3(body: &str, uri: &str, at: i64, signature: &'static str) -> Sent {
    let sent = Sent::new(body).to(uri).at(at).with("x-hubspot-request-timestamp", at.to_string());
    sent.with("x-hubspot-signature-v3", signature)
}

fn older(signature: &'static str, version: Option<&'static str>) -> Sent {
    let sent = Sent::new(HUBSPOT_BODY).to(HUBSPOT_URI).at(HUBSPOT_AT).with("x-hubspot-signature", signature);
    match version {
        Some(version) => sent.with("x-hubspot-signature-version", version),
        None => sent,
    }
}

#[test]
fn hubspots_third_version() {
    let coffee = "[{\"eventId\":70010002,\"subscriptionType\":\"contact.propertyChange\",\"objectId\":55012340002,\
        \"propertyName\":\"firstname\",\"propertyValue\":\"Zoë ☕\"}]";
    assert_eq!((HUBSPOT_BODY.len(), coffee.len()), (225, 143));
    let cases = [
        v3(HUBSPOT_BODY, HUBSPOT_URI, HUBSPOT_AT, V3),
        v3(HUBSPOT_BODY, HUBSPOT_URI_ESCAPED, HUBSPOT_AT, "OayyZ1LOOXvOOwUnFuSDusaMIfuLXEp5UmuIusw6CGU="),
        v3(HUBSPOT_BODY, HUBSPOT_URI_ESCAPED, HUBSPOT_AT, "UTts0N3O2GXJHlnMJwmrrAS+OnPK0wnPSGyu/YKyaN8="),
        v3(coffee, HUBSPOT_URI, HUBSPOT_AT, "M8H7McuqQoRzPxTUBId9zXxjxnBcyHX/mJZlzq9wQ7Y="),
    ];
    for sent in cases {
        assert_eq!(sent.told(&hubspot(HUBSPOT_SECRET)), PROVEN, "{sent:?}");
        assert_eq!(sent.told(&hubspot("another-secret")), refused(Unproven::Wrong), "{sent:?}");
    }
    let published = v3(
        "{'example_field':'example_value'}",
        "https://www.example.com/webhook_uri",
        1_693_657_560_000,
        "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    );
    assert_eq!(published.told(&hubspot("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy")), PROVEN);
}

#[test]
fn hubspots_first_and_second_version() {
    for sent in [older(V1, Some("v1")), older(V1, None), older(V2, Some("v2")), older(V2, None)] {
        assert_eq!(sent.told(&hubspot(HUBSPOT_SECRET)), PROVEN, "{sent:?}");
    }
    for sent in [older(V1, Some("v2")), older(V2, Some("v1")), older(V1, Some("v3")), older(V2, Some(""))] {
        assert_eq!(sent.told(&hubspot(HUBSPOT_SECRET)), refused(Unproven::Wrong), "{sent:?}");
    }
    let uri = "https://www.example.com/webhook_uri";
    let posted = Sent::new(r#"{"example_field":"example_value"}"#).to(uri);
    let got = Sent { method: "GET", ..Sent::new("").to(uri) };
    let published = [
        posted.with("x-hubspot-signature", "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"),
        got.with("x-hubspot-signature", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
    ];
    for sent in published {
        let sent = sent.with("x-hubspot-signature-version", "v2");
        assert_eq!(sent.told(&hubspot("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy")), PROVEN, "{sent:?}");
    }
}

#[test]
fn beside_hubspots_third_version_the_others_do_not_count() {
    let timestamp = HUBSPOT_AT.to_string();
    let wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (third, timestamp, why) in [
        (wrong, timestamp.as_str(), Unproven::Wrong),
        ("", &timestamp, Unproven::Wrong),
        (V3, "1767225000000", Unproven::Stale),
        (V3, "now", Unproven::Wrong),
        (V3, "", Unproven::Wrong),
        // Another text of the same number.
        (V3, "01767225600456", Unproven::Wrong),
    ] {
        let sent = older(V1, Some("v1")).with("x-hubspot-signature-v3", third).with("x-hubspot-request-timestamp", timestamp);
        assert_eq!(sent.told(&hubspot(HUBSPOT_SECRET)), refused(why), "{sent:?}");
    }
    let untimed = older(V1, Some("v1")).with("x-hubspot-signature-v3", V3);
    assert_eq!(untimed.told(&hubspot(HUBSPOT_SECRET)), refused(Unproven::Missing));
    let twice = v3(HUBSPOT_BODY, HUBSPOT_URI, HUBSPOT_AT, V3).with("x-hubspot-signature-v3", V3);
    assert_eq!(twice.told(&hubspot(HUBSPOT_SECRET)), refused(Unproven::Wrong));
    // The signed address may be the second form of it; the others are as good.
    let known = v3(HUBSPOT_BODY, "https://inside.example/in/hubspot/acme", HUBSPOT_AT, V3).to(HUBSPOT_URI);
    assert_eq!(known.told(&hubspot(HUBSPOT_SECRET)), PROVEN);
}

#[test]
fn five_minutes_are_the_window_of_signed_times() {
    let breakcold = rule(Method::BreakcoldV2, "", &["bc-signing-secret-01"]);
    for (ahead_ms, told) in [
        (0, PROVEN),
        (300_000, PROVEN),
        (-300_000, PROVEN),
        (300_001, refused(Unproven::Stale)),
        (-300_001, refused(Unproven::Stale)),
    ] {
        let sent = v3(HUBSPOT_BODY, HUBSPOT_URI, HUBSPOT_AT, V3).at(HUBSPOT_AT + ahead_ms);
        assert_eq!(sent.told(&hubspot(HUBSPOT_SECRET)), told, "{ahead_ms}");
        assert_eq!(breakcold_sent().at(1_767_225_600_000 + ahead_ms).told(&breakcold), told, "{ahead_ms}");
    }
}

const BREAKCOLD_DIGEST: &str = "c31f98d5a5235c8451fe781d17d466d644ae57024cc7aba516bbcf970238cede";

fn breakcold_sent() -> Sent {
    let sent = Sent::new(r#"{"eventId":"evt_7","event":"record.created"}"#).at(1_767_225_600_000);
    sent.with("x-webhook-timestamp", "1767225600").with("x-webhook-signature", format!("sha256={BREAKCOLD_DIGEST}"))
}

#[test]
fn breakcolds_signature() {
    let breakcold = rule(Method::BreakcoldV2, "", &["bc-signing-secret-01"]);
    assert_eq!(breakcold_sent().told(&breakcold), PROVEN);
    let without = |name: &str| {
        let mut sent = breakcold_sent();
        sent.headers.retain(|(header, _)| *header != name);
        sent.told(&breakcold)
    };
    assert_eq!(without("x-webhook-timestamp"), refused(Unproven::Missing));
    assert_eq!(without("x-webhook-signature"), refused(Unproven::Missing));
    assert_eq!(breakcold_sent().with("x-webhook-timestamp", "1767225600").told(&breakcold), refused(Unproven::Wrong));
}

#[test]
fn an_hmac_of_the_body() {
    let digest = "d5670388bf156eeab5bd660ec5c9f02432b2ac6a213c99ae468d527ff5489e5e";
    let rule = rule(Method::HmacSha256, "x-smartlead-signature", &["sl-signing-secret-01"]);
    let sent = Sent::new(r#"{"event_type":"EMAIL_SENT","note":"Zoë"}"#);
    for text in [digest.to_owned(), format!("sha256={digest}"), format!("sha256={}", digest.to_uppercase())] {
        assert_eq!(sent.clone().with("x-smartlead-signature", text.clone()).told(&rule), PROVEN, "{text}");
        assert_eq!(sent.clone().with("x-webhook-signature", text).told(&rule), refused(Unproven::Missing));
    }
    for text in ["", digest, &digest[2..]].map(|text| format!("sha512={text}")) {
        assert_eq!(sent.clone().with("x-smartlead-signature", text).told(&rule), refused(Unproven::Wrong));
    }
}

#[test]
fn a_secret_in_a_header() {
    let rule = rule(Method::HeaderSecret, "authorization", &["Bearer s3cret-of-ours"]);
    let sent = |value: &str| Sent::new("{}").with("authorization", value).told(&rule);
    assert_eq!(sent("Bearer s3cret-of-ours"), PROVEN);
    for wrong in ["", "Bearer", "s3cret-of-ours", "bearer s3cret-of-ours", "Bearer s3cret-of-ours2", "Bearer  s3cret-of-ours"] {
        assert_eq!(sent(wrong), refused(Unproven::Wrong), "{wrong}");
    }
    assert_eq!(Sent::new("{}").told(&rule), refused(Unproven::Missing));
    let twice = Sent::new("{}").with("authorization", "Bearer s3cret-of-ours").with("authorization", "Bearer s3cret-of-ours");
    assert_eq!(twice.told(&rule), refused(Unproven::Wrong));
}

#[test]
fn a_secret_in_the_body() {
    let rule = rule(Method::BodySecret, "secret_key", &["7b0e2d5c-0000"]);
    for body in [
        r#"{"secret_key":"7b0e2d5c-0000"}"#,
        r#"{"secret_key":" 7b0e2d5c-0000\n"}"#,
        r#"{"secret_key":"7b0e2d5c\u002d0000"}"#,
        r#"[{"headers":{},"body":{"event_type":"EMAIL_SENT","secret_key":"7b0e2d5c-0000"}}]"#,
        r#"{"payload":{"secret_key":"7b0e2d5c-0000"}}"#,
        r#"{"secret_key":"other","body":{"secret_key":"7b0e2d5c-0000"}}"#,
    ] {
        assert_eq!(Sent::new(body).told(&rule), PROVEN, "{body}");
    }
    let cases = [
        (r#"{"secret_key":"7B0E2D5C-0000"}"#, Unproven::Wrong),
        (r#"{"secret_key":""}"#, Unproven::Wrong),
        (r#"{"secret_key":null,"secret":"7b0e2d5c-0000"}"#, Unproven::Missing),
        (r#"{"lead":{"secret_key":"7b0e2d5c-0000"}}"#, Unproven::Missing),
        (r#"{"secret_key":"7b0e2d5c-0000""#, Unproven::Missing),
        ("7b0e2d5c-0000", Unproven::Missing),
    ];
    for (body, why) in cases {
        assert_eq!(Sent::new(body).told(&rule), refused(why), "{body}");
    }
}

#[test]
fn without_a_method_everybody_is_believed_and_without_a_secret_nobody() {
    assert_eq!(Sent::new("").told(&rule(Method::None, "", &[])), PROVEN);
    for method in Method::ALL.into_iter().filter(|method| method.has_secret()) {
        let sent = v3(r#"{"x-secret":"","x":1}"#, HUBSPOT_URI, HUBSPOT_AT, V3).with("x-secret", "");
        assert!(matches!(sent.told(&rule(method, "x-secret", &[])), Some(Err(_))), "{method}");
    }
}
