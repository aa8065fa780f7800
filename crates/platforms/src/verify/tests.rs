//! Every method with known answers, and with one changed byte anywhere.

mod altered;
mod known;

use http::{HeaderMap, HeaderName, HeaderValue};

use hookline_model::{source::Method, time::Millis};

use crate::verify::{Evidence, Rule, Secret, Unproven};

/// A delivery, as it came.
#[derive(Clone, Debug)]
struct Sent {
    method: &'static str,
    uris: Vec<String>,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    now: Millis,
}

impl Sent {
    fn new(body: impl Into<Vec<u8>>) -> Sent {
        Sent { method: "POST", uris: Vec::new(), headers: Vec::new(), body: body.into(), now: Millis(0) }
    }

    fn to(mut self, uri: &str) -> Sent {
        self.uris.push(uri.to_owned());
        self
    }

    fn with(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Sent {
        self.headers.push((name, value.into()));
        self
    }

    fn at(self, now: i64) -> Sent {
        Sent { now: Millis(now), ..self }
    }

    /// What a rule says to it; none if it cannot be a request at all.
    fn told(&self, rule: &Rule) -> Option<Result<(), Unproven>> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(*name, HeaderValue::from_bytes(value).ok()?);
        }
        let Sent { method, uris, body, now, .. } = self;
        Some(rule.verify(&Evidence { method, uris, headers: &headers, body, now: *now }))
    }
}

/// A rule of these secrets, with the header or field that it looks at.
fn rule(method: Method, looks_at: &'static str, secrets: &[&str]) -> Rule {
    let secrets = secrets.iter().map(|text| Secret::new((*text).to_owned())).collect();
    let header = matches!(method, Method::HeaderSecret | Method::HmacSha256).then(|| HeaderName::from_static(looks_at));
    let field = (method == Method::BodySecret).then(|| looks_at.to_owned());
    Rule::new(method, header, field, secrets)
}

const PROVEN: Option<Result<(), Unproven>> = Some(Ok(()));

fn refused(why: Unproven) -> Option<Result<(), Unproven>> {
    Some(Err(why))
}
