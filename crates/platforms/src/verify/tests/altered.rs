//! A proof holds as it was made, under either of two secrets, and with one changed byte not any more.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

const NOW: i64 = 1_767_225_600_000;
const URI: &str = "https://hub.example.org/public/hubspot-webhook/2f0e?tag=a%40b&x=1";

/// What may be changed about a delivery, or about the rule.
#[derive(Clone, Copy, Debug)]
enum Part {
    Body,
    Secret,
    Header(usize),
    Uri,
    Verb,
}

fn mac(secret: &str, text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// A delivery with a proof of this secret, and what of it is proven, in the order of the methods; HubSpot's three versions each.
fn proven(case: usize, secret: &str, note: &str) -> (Method, &'static str, Sent, Vec<Part>) {
    let plain = serde_json::json!({"event": "x", "note": note}).to_string();
    let sent = Sent::new(plain.clone()).to(URI).at(NOW);
    let hashed = |text: String| hex::encode(Sha256::digest(text));
    match case {
        0 => {
            let parts = vec![Part::Secret, Part::Header(0)];
            (Method::HeaderSecret, "x-webhook-secret", sent.with("x-webhook-secret", secret), parts)
        }
        1 => {
            let sent = sent.with("x-signature", format!("sha256={}", hex::encode(mac(secret, plain.as_bytes()))));
            (Method::HmacSha256, "x-signature", sent, vec![Part::Body, Part::Secret, Part::Header(0)])
        }
        2 => {
            // Nothing but the secret: other bytes of the body are not proven by it.
            let body = serde_json::json!({"secret": secret}).to_string();
            (Method::BodySecret, "secret", Sent { body: body.into_bytes(), ..sent }, vec![Part::Body, Part::Secret])
        }
        3 => {
            let signature = STANDARD.encode(mac(secret, format!("POST{URI}{plain}{NOW}").as_bytes()));
            let sent = sent.with("x-hubspot-signature-v3", signature).with("x-hubspot-request-timestamp", NOW.to_string());
            let parts = vec![Part::Body, Part::Secret, Part::Header(0), Part::Header(1), Part::Uri, Part::Verb];
            (Method::HubspotV3, "", sent, parts)
        }
        4 => {
            let sent = sent.with("x-hubspot-signature", hashed(format!("{secret}POST{URI}{plain}")));
            let sent = sent.with("x-hubspot-signature-version", "v2");
            let parts = vec![Part::Body, Part::Secret, Part::Header(0), Part::Header(1), Part::Uri, Part::Verb];
            (Method::HubspotV3, "", sent, parts)
        }
        5 => {
            let sent = sent.with("x-hubspot-signature", hashed(format!("{secret}{plain}")));
            let sent = sent.with("x-hubspot-signature-version", "v1");
            (Method::HubspotV3, "", sent, vec![Part::Body, Part::Secret, Part::Header(0), Part::Header(1)])
        }
        _ => {
            let seconds = (NOW / 1000).to_string();
            let signature = hex::encode(mac(secret, format!("{seconds}.{plain}").as_bytes()));
            let sent = sent.with("x-webhook-signature", signature).with("x-webhook-timestamp", seconds);
            (Method::BreakcoldV2, "", sent, vec![Part::Body, Part::Secret, Part::Header(0), Part::Header(1)])
        }
    }
}

/// How many of the cases above there are.
const CASES: usize = 7;

/// Changes one byte, unless what comes out is another way to write the same: a digit of a digest in the other case.
fn change(bytes: &mut [u8], place: usize, by: u8) -> bool {
    let place = place % bytes.len();
    let before = bytes[place];
    bytes[place] ^= by;
    !(before.is_ascii_hexdigit() && before.eq_ignore_ascii_case(&bytes[place]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn one_changed_byte_anywhere_is_refused(
        case in 0..CASES,
        secret in "[!-~]{8,40}",
        other in "[!-~]{8,40}",
        note in any::<String>(),
        part in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        by in 1u8..,
        is_first in any::<bool>(),
    ) {
        prop_assume!(secret != other);
        let (method, looks_at, mut sent, parts) = proven(case, &secret, &note);
        let with = |secret: &str| {
            let both = if is_first { [secret, other.as_str()] } else { [other.as_str(), secret] };
            rule(method, looks_at, &both)
        };
        prop_assert_eq!(sent.told(&with(&secret)), PROVEN);
        let refuses = rule(method, looks_at, &[&other]);
        prop_assert!(matches!(sent.told(&refuses), Some(Err(_))), "of another secret");

        let mut rule = with(&secret);
        let place = place.index(100_000);
        let changed = match part.get(&parts) {
            Part::Body => {
                change(&mut sent.body, place, by);
                true
            }
            Part::Header(number) => change(&mut sent.headers[*number].1, place, by),
            Part::Secret => {
                let mut bytes = secret.clone().into_bytes();
                // Within ASCII, so that it is a text.
                change(&mut bytes, place, 1 + by % 31);
                let changed = String::from_utf8(bytes).expect("ASCII");
                prop_assume!(changed != other && changed.is_ascii());
                rule = with(&changed);
                true
            }
            Part::Uri => {
                let mut bytes = URI.as_bytes().to_vec();
                let counts = change(&mut bytes, place, 1 + by % 31);
                sent.uris = vec![String::from_utf8(bytes).expect("ASCII")];
                counts
            }
            Part::Verb => {
                sent.method = "PUT";
                true
            }
        };
        prop_assume!(changed);
        prop_assert!(!matches!(sent.told(&rule), Some(Ok(()))), "{:?} {:?}", rule, sent);
    }
}
