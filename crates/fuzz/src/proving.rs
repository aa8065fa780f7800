//! What must hold of a verifier, whatever it is given: it believes nobody without the secret, everybody with it, and nothing that
//! was changed by a byte.
//!
//! An input is a body. What its top has under `headers` (texts), `uris` (two texts) and `verb` is what else was sent, so that
//! mutations of JSON reach headers as well. What is changed about a proof is drawn from the body.

use std::hash::{DefaultHasher, Hash, Hasher};

use http::{HeaderMap, HeaderName, HeaderValue};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use serde_json::Value;

use hookline_model::{source::Method, time::Millis};
use hookline_platforms::verify::{Evidence, Rule, Secret, Unproven};

use crate::{
    Reached,
    node::is_json,
    proofs::{NOW_MS, Part, Sent, looks_at, prove, ways},
    words::pick,
    work::bounded,
};

/// The most bytes of a body that the server lets in.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The most headers that are sent.
const HEADERS_MAX: usize = 100;
/// The address of the proofs, with escapes that HubSpot undoes (each in the form that `proofs` knows) and one that it does not.
const URI: &str = "https://hub.example.org/public/x?tag=a%40b&to=%2Fc%3ad&keep=%20";

/// The headers that some verifier looks at.
const HEADERS: [&str; 6] = [
    "x-webhook-secret",
    "x-webhook-signature",
    "x-webhook-timestamp",
    "x-hubspot-signature",
    "x-hubspot-signature-v3",
    "x-hubspot-signature-version",
];

/// Holds a verifier to all of it.
pub(crate) fn check(method: Method, input: &[u8]) -> Result<Reached, String> {
    let mut reached = Reached::default();
    if input.len() > BODY_BYTES_MAX {
        return Ok(reached);
    }
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let mut chance = ChaCha8Rng::seed_from_u64(hasher.finish());
    // Letters that no number and no word of JSON begins with, and that nobody who makes inputs knows.
    let [secret, other] = [0; 2].map(|_: i32| format!("zk{:016x}{:016x}", chance.random::<u64>(), chance.random::<u64>()));
    let stranger = Stranger::of(input);
    unproven(method, &secret, &stranger, input, &mut reached)?;
    for way in 0..ways(method) {
        proven(method, way, [&secret, &other], input, &mut chance).map_err(|error| format!("way {way}: {error}"))?;
    }
    Ok(reached)
}

/// What somebody sends who does not know the secret.
struct Stranger {
    verb: String,
    uris: Vec<String>,
    headers: HeaderMap,
}

impl Stranger {
    fn of(input: &[u8]) -> Stranger {
        let value = serde_json::from_slice(input).unwrap_or(Value::Null);
        let texts = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut headers = HeaderMap::new();
        for (name, value) in value.get("headers").and_then(Value::as_object).into_iter().flatten().take(HEADERS_MAX) {
            let values = match value {
                Value::Array(values) => values.iter().filter_map(Value::as_str).take(3).collect(),
                other => Vec::from_iter(other.as_str()),
            };
            for value in values {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes())) {
                    headers.append(name, value);
                }
            }
        }
        let verb = value.get("verb").and_then(Value::as_str).unwrap_or("POST").to_owned();
        Stranger { verb, uris: texts("uris").take(2).map(str::to_owned).collect(), headers }
    }
}

fn rule(method: Method, secrets: &[&str]) -> Rule {
    let looks_at = looks_at(method);
    let header = matches!(method, Method::HeaderSecret | Method::HmacSha256).then(|| HeaderName::from_static(looks_at));
    let field = (method == Method::BodySecret).then(|| looks_at.to_owned());
    Rule::new(method, header, field, secrets.iter().map(|secret| Secret::from_bytes(secret.as_bytes().to_vec())).collect())
}

/// Whoever does not know the secret is not believed, and gets the same answer each time.
fn unproven(method: Method, secret: &str, stranger: &Stranger, body: &[u8], reached: &mut Reached) -> Result<(), String> {
    let Stranger { verb, uris, headers } = stranger;
    let evidence = Evidence { method: verb, uris, headers, body, now: Millis(NOW_MS) };
    let rule = rule(method, &[secret]);
    let sent =
        body.len() + headers.iter().map(|(_, value)| value.len()).sum::<usize>() + uris.iter().map(String::len).sum::<usize>();
    let (answer, used) = bounded("verify", sent, || rule.verify(&evidence))?;
    reached.took(used);
    let names = HEADERS.map(|name| headers.get_all(name).iter().count().min(2));
    reached.add((answer.err().map(Unproven::name), names, uris.len(), is_json(body)));
    if answer.is_ok() != (method == Method::None) {
        return Err(format!("without the secret, the answer is {answer:?}"));
    }
    if rule.verify(&evidence) != answer {
        return Err("asked twice, it answers differently".to_owned());
    }
    Ok(())
}

/// What was proven is believed, under either of two secrets; of another secret, or changed by a byte, it is not.
fn proven(method: Method, way: usize, [secret, other]: [&str; 2], body: &[u8], chance: &mut ChaCha8Rng) -> Result<(), String> {
    let mut sent = Sent { verb: "POST".to_owned(), uri: URI.to_owned(), headers: Vec::new(), body: body.to_vec() };
    let parts = prove(method, way, secret, &mut sent);
    let both = if chance.random() { [secret, other] } else { [other, secret] };
    let rules = [rule(method, &[secret]), rule(method, &both)];
    for rule in &rules {
        let answer = told(rule, &sent)?;
        if answer.is_err() {
            return Err(format!("with the secret, the answer is {answer:?}"));
        }
    }
    if told(&rule(method, &[other]), &sent)?.is_ok() {
        return Err("another secret is taken for it".to_owned());
    }
    blanked(&rules[1], &sent.body)?;
    let mut changed = sent.clone();
    let part = pick(chance, &parts).copied();
    let counts = part.is_some_and(|part| change(&mut changed, part, secret, chance));
    if counts && told(&rules[1], &changed)?.is_ok() {
        return Err(format!("changed in {part:?}, it is still believed"));
    }
    Ok(())
}

fn told(rule: &Rule, sent: &Sent) -> Result<Result<(), Unproven>, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &sent.headers {
        // What cannot be sent proves nothing.
        let Ok(value) = HeaderValue::from_bytes(value) else { return Ok(Err(Unproven::Wrong)) };
        headers.insert(*name, value);
    }
    let uris = [sent.uri.clone()];
    let evidence = Evidence { method: &sent.verb, uris: &uris, headers: &headers, body: &sent.body, now: Millis(NOW_MS) };
    bounded("verify", sent.body.len(), || rule.verify(&evidence)).map(|(answer, _)| answer)
}

/// Changes one byte. Answers false where what comes out says the same: a digit of a digest in the other case, or nothing.
fn change(sent: &mut Sent, part: Part, secret: &str, chance: &mut ChaCha8Rng) -> bool {
    let by = chance.random_range(1..=255_u8);
    match part {
        Part::Body => flip(&mut sent.body, by, chance),
        Part::Header(number) => {
            let Some((name, value)) = sent.headers.get_mut(number) else { return false };
            let before = value.clone();
            // A digest in the other case, and nothing else, is the same digest; so is the name before it never.
            let is_hex = !matches!(*name, "x-webhook-secret" | "x-hubspot-signature-v3" | "x-hubspot-signature-version");
            flip(value, by, chance) && !(is_hex && value.eq_ignore_ascii_case(&before))
        }
        Part::SecretInBody => {
            let Some(at) = sent.body.windows(secret.len()).position(|bytes| bytes == secret.as_bytes()) else { return false };
            let Some(place) = sent.body.get_mut(at + chance.random_range(0..secret.len())) else { return false };
            *place ^= by;
            // White space around a secret does not count; a secret of 34 characters has none at all.
            true
        }
        Part::Uri => {
            let mut bytes = sent.uri.clone().into_bytes();
            // Within ASCII, so that it is a text. An escape in the other case may be undone to the same.
            let counts = flip(&mut bytes, 1 + by % 31, chance) && !bytes.eq_ignore_ascii_case(sent.uri.as_bytes());
            sent.uri = String::from_utf8(bytes).unwrap_or_default();
            counts
        }
        Part::Verb => {
            sent.verb = "PUT".to_owned();
            true
        }
    }
}

fn flip(bytes: &mut [u8], by: u8, chance: &mut ChaCha8Rng) -> bool {
    if bytes.is_empty() {
        return false;
    }
    let at = chance.random_range(0..bytes.len());
    bytes[at] ^= by;
    true
}

/// Blanking keeps the length, leaves nothing of the secret, and does nothing more when it is done again.
fn blanked(rule: &Rule, body: &[u8]) -> Result<(), String> {
    let blank = |body: &[u8]| {
        let mut bytes = body.to_vec();
        rule.blank(&mut bytes);
        bytes
    };
    let (clean, _) = bounded("blank", body.len(), || blank(body))?;
    if clean.len() != body.len() || blank(&clean) != clean {
        return Err("blanking twice is not blanking once".to_owned());
    }
    if is_json(body) && !is_json(&clean) {
        return Err("blanking left no JSON".to_owned());
    }
    if rule.stands_in(&clean) {
        return Err("blanking left the secret".to_owned());
    }
    Ok(())
}
