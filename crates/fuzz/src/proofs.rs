//! Proofs of where a delivery comes from, made as the platforms make them.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use hookline_model::source::Method;

use crate::node::is_json;

/// When the proofs are made and looked at: 2026-03-25T12:00:00Z, in milliseconds.
pub(crate) const NOW_MS: i64 = 1_774_440_000_000;

/// A request as far as a proof is over it, or in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The method of the request.
    pub(crate) verb: String,
    /// The address.
    pub(crate) uri: String,
    /// Names, lower case, and values.
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// What of a request may be changed so that the proof fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Any byte of the body.
    Body,
    /// The bytes of the secret within the body.
    SecretInBody,
    /// The value of the header of this number.
    Header(usize),
    /// The address.
    Uri,
    /// The method of the request.
    Verb,
}

/// How many ways there are to prove by a method.
pub(crate) fn ways(method: Method) -> usize {
    match method {
        Method::None => 0,
        Method::HeaderSecret | Method::BreakcoldV2 => 1,
        Method::HmacSha256 => 2,
        Method::BodySecret | Method::HubspotV3 => 4,
    }
}

/// The header or the field that a method is told to look at.
pub(crate) fn looks_at(method: Method) -> &'static str {
    match method {
        Method::HeaderSecret => "x-webhook-secret",
        Method::HmacSha256 => "x-webhook-signature",
        Method::BodySecret => "secret",
        Method::None | Method::HubspotV3 | Method::BreakcoldV2 => "",
    }
}

/// Puts a proof into a request in one of the ways of a method. Answers what it is over.
pub(crate) fn prove(method: Method, way: usize, secret: &str, sent: &mut Sent) -> Vec<Part> {
    match method {
        Method::None => Vec::new(),
        Method::HeaderSecret => {
            sent.headers = vec![("x-webhook-secret", secret.as_bytes().to_vec())];
            vec![Part::Header(0)]
        }
        Method::HmacSha256 => {
            let digest = hex::encode(mac(secret, &[&sent.body]));
            let value = if way == 0 { digest } else { format!("sha256={}", digest.to_uppercase()) };
            sent.headers = vec![("x-webhook-signature", value.into_bytes())];
            vec![Part::Body, Part::Header(0)]
        }
        Method::BodySecret => {
            sent.headers = Vec::new();
            sent.body = with_secret(way, secret, &sent.body);
            vec![Part::SecretInBody]
        }
        Method::HubspotV3 => hubspot(way, secret, sent),
        Method::BreakcoldV2 => {
            let seconds = (NOW_MS / 1000).to_string().into_bytes();
            let digest = hex::encode(mac(secret, &[&seconds, b".", &sent.body]));
            sent.headers = vec![("x-webhook-signature", digest.into_bytes()), ("x-webhook-timestamp", seconds)];
            vec![Part::Body, Part::Header(0), Part::Header(1)]
        }
    }
}

/// A body that has the secret at its top, in an array, or in what a relay has wrapped, beside another if that is JSON.
fn with_secret(way: usize, secret: &str, beside: &[u8]) -> Vec<u8> {
    let beside = if is_json(beside) { beside } else { b"null" };
    let object = [format!("{{\"secret\": \"{secret}\", \"beside\": ").as_bytes(), beside, b"}"].concat();
    match way {
        0 => object,
        1 => [&b"[ "[..], &object, b"]"].concat(),
        2 => [&b"{\"headers\": {}, \"body\": "[..], &object, b"}"].concat(),
        _ => [&b"[{\"payload\": {\"data\": "[..], &object, b"}}]"].concat(),
    }
}

fn hubspot(way: usize, secret: &str, sent: &mut Sent) -> Vec<Part> {
    let Sent { verb, uri, body, headers } = sent;
    let milliseconds = NOW_MS.to_string().into_bytes();
    match way {
        0 | 1 => {
            // As HubSpot describes it, and as its own helpers do it.
            let signed = if way == 0 { decoded(uri) } else { uri.clone() };
            let digest = STANDARD.encode(mac(secret, &[verb.as_bytes(), signed.as_bytes(), body, &milliseconds]));
            *headers = vec![("x-hubspot-signature-v3", digest.into_bytes()), ("x-hubspot-request-timestamp", milliseconds)];
            vec![Part::Body, Part::Header(0), Part::Header(1), Part::Uri, Part::Verb]
        }
        2 => {
            let digest = hash(&[secret.as_bytes(), verb.as_bytes(), uri.as_bytes(), body]);
            *headers = vec![("x-hubspot-signature", digest), ("x-hubspot-signature-version", b"v2".to_vec())];
            vec![Part::Body, Part::Header(0), Part::Header(1), Part::Uri, Part::Verb]
        }
        _ => {
            let digest = hash(&[secret.as_bytes(), body]);
            *headers = vec![("x-hubspot-signature", digest), ("x-hubspot-signature-version", b"v1".to_vec())];
            vec![Part::Body, Part::Header(0), Part::Header(1)]
        }
    }
}

/// The address without the escapes that HubSpot undoes.
fn decoded(uri: &str) -> String {
    const ESCAPES: [(&str, &str); 3] = [("%40", "@"), ("%2F", "/"), ("%3a", ":")];
    ESCAPES.iter().fold(uri.to_owned(), |uri, (escape, character)| uri.replace(escape, character))
}

fn mac(secret: &str, parts: &[&[u8]]) -> Vec<u8> {
    // A key of any length is a key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hex::encode(hash.finalize()).into_bytes()
}
