//! `hubspot_v3`: HubSpot's signatures (its documentation of validating requests).
//!
//! Version 3 is an HMAC over method, address, body and timestamp. Versions 1 and 2 are hashes without a time, so that what was
//! signed by them can be sent again; they are looked at only where the header of version 3 is not there at all.
//! The address is signed with twelve escapes undone; HubSpot's own helpers do not undo them, so both forms are taken.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderName;
use sha2::{Digest, Sha256};

use hookline_model::time::Millis;

use crate::verify::{
    Evidence, Rule, Secret, Unproven,
    freshness::{digits, is_fresh},
    mac::{hex_32, hmac_sha256},
    same,
};

const SIGNATURE_V3: HeaderName = HeaderName::from_static("x-hubspot-signature-v3");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-hubspot-request-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-hubspot-signature");
const VERSION: HeaderName = HeaderName::from_static("x-hubspot-signature-version");

/// The escapes that version 3 undoes, and what they stand for. No others.
const DECODED: [(&[u8; 2], u8); 12] = [
    (b"3A", b':'),
    (b"2F", b'/'),
    (b"3F", b'?'),
    (b"40", b'@'),
    (b"21", b'!'),
    (b"24", b'$'),
    (b"27", b'\''),
    (b"28", b'('),
    (b"29", b')'),
    (b"2A", b'*'),
    (b"2C", b','),
    (b"3B", b';'),
];

pub(super) fn verify(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    match evidence.header(&SIGNATURE_V3)? {
        Some(given) => version_3(rule, evidence, given),
        None => older(rule, evidence),
    }
}

fn version_3(rule: &Rule, evidence: &Evidence<'_>, given: &[u8]) -> Result<(), Unproven> {
    let timestamp = evidence.header(&TIMESTAMP)?.ok_or(Unproven::Missing)?;
    let milliseconds = digits(timestamp).ok_or(Unproven::Wrong)?;
    if !is_fresh(Millis(milliseconds), evidence.now) {
        return Err(Unproven::Stale);
    }
    let given = STANDARD.decode(given).map_err(|_| Unproven::Wrong)?;
    let forms: Vec<Vec<u8>> = evidence.uris.iter().flat_map(|uri| [uri.as_bytes().to_vec(), decoded(uri)]).collect();
    let signs = |secret: &Secret, uri: &[u8]| {
        let parts = [evidence.method.as_bytes(), uri, evidence.body, timestamp];
        same(&hmac_sha256(secret, &parts), &given)
    };
    rule.any_secret(|secret| forms.iter().fold(false, |found, uri| found | signs(secret, uri)))
}

/// Versions 1 and 2. The header of the version says which; where it is not there, either.
fn older(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    let given = hex_32(evidence.header(&SIGNATURE)?.ok_or(Unproven::Missing)?).ok_or(Unproven::Wrong)?;
    let (first, second) = match evidence.header(&VERSION)? {
        None => (true, true),
        Some(b"v1") => (true, false),
        Some(b"v2") => (false, true),
        Some(_) => return Err(Unproven::Wrong),
    };
    rule.any_secret(|secret| {
        let is_first = first && same(&hash(&[secret.expose(), evidence.body]), &given);
        let signs = |uri: &String| {
            let parts = [secret.expose(), evidence.method.as_bytes(), uri.as_bytes(), evidence.body];
            second && same(&hash(&parts), &given)
        };
        evidence.uris.iter().fold(is_first, |found, uri| found | signs(uri))
    })
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// An address with the twelve escapes undone, in one pass from left to right: `%253A` stays as it is.
fn decoded(uri: &str) -> Vec<u8> {
    let mut rest = uri.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let Some((first, behind)) = rest.split_first() {
        let escape = behind.first_chunk::<2>().filter(|_| *first == b'%');
        let undone = escape.and_then(|digits| DECODED.iter().find(|(known, _)| known.eq_ignore_ascii_case(digits)));
        match undone {
            Some((digits, character)) => {
                out.push(*character);
                rest = &behind[digits.len()..];
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_escapes_are_undone_in_one_pass() {
        let cases = [
            ("", ""),
            ("https://a.example/x?y=1", "https://a.example/x?y=1"),
            ("?tag=a%40b&x=1%2c2&keep=%20%26", "?tag=a@b&x=1,2&keep=%20%26"),
            ("%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", ":/?@!$'()*,;"),
            ("%3a%2f%3f%40%21%24%27%28%29%2a%2c%3b", ":/?@!$'()*,;"),
            ("%253A %25253A", "%253A %25253A"),
            ("%%3A", "%:"),
            ("%25%2B%3D%23%20%26", "%25%2B%3D%23%20%26"),
            ("%", "%"),
            ("%3", "%3"),
            ("%3%41", "%3%41"),
        ];
        for (uri, expected) in cases {
            assert_eq!(String::from_utf8_lossy(&decoded(uri)), expected, "{uri}");
        }
    }
}
