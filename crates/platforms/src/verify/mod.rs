//! Where a delivery comes from: proven before anything in it is believed, or read.
//!
//! One file per method. A [`Rule`] is what was set up, an [`Evidence`] what came in; the time is a part of it. No I/O.
//! Secrets are compared by [`same`] and nowhere else; a test of the workspace looks through all sources for it.

mod body_secret;
mod breakcold_v2;
mod freshness;
mod header_secret;
mod hmac_sha256;
mod hubspot_v3;
mod mac;
mod secret;
#[cfg(test)]
mod tests;

use http::{HeaderMap, HeaderName};

use hookline_model::{source::Method, time::Millis};

use crate::blank;

pub use secret::{Secret, same};

/// The fewest bytes a secret has. Below it, text of a body that happens to be the same would be blanked with the secret.
pub const SECRET_BYTES_MIN: usize = 8;
/// The most bytes a secret has.
pub const SECRET_BYTES_MAX: usize = 512;

/// What a delivery shows of where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The method of the request, such as `POST`.
    pub method: &'a str,
    /// The whole address that was posted to, as it was written, in each form that it may have been signed in: two at most.
    pub uris: &'a [String],
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The raw body.
    pub body: &'a [u8],
    /// When it was received.
    pub now: Millis,
}

impl<'a> Evidence<'a> {
    /// The value of a header; none if it is not there. One that is there twice proves nothing: which of them would count?
    fn header(&self, name: &HeaderName) -> Result<Option<&'a [u8]>, Unproven> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Unproven::Wrong),
            (first, None) => Ok(first.map(http::HeaderValue::as_bytes)),
        }
    }
}

/// Why a delivery is not believed: for the operator's figures, never for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// There is no proof in it at all.
    Missing,
    /// Its timestamp is more than five minutes away.
    Stale,
    /// Its proof is not of these secrets.
    Wrong,
}

impl Unproven {
    /// A name for metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Unproven::Missing => "missing",
            Unproven::Stale => "stale",
            Unproven::Wrong => "wrong",
        }
    }
}

/// How deliveries of a source are verified.
#[derive(Debug)]
pub struct Rule {
    method: Method,
    header: Option<HeaderName>,
    field: Option<String>,
    secrets: Vec<Secret>,
}

impl Rule {
    /// A rule. Each of the secrets is valid; a method that looks at a header or a field needs its name.
    #[must_use]
    pub fn new(method: Method, header: Option<HeaderName>, field: Option<String>, secrets: Vec<Secret>) -> Rule {
        Rule { method, header, field, secrets }
    }

    /// Whether this delivery comes from where it should.
    ///
    /// # Errors
    /// When it does not, or shows nothing of it. A rule without a secret that needs one believes nobody.
    pub fn verify(&self, evidence: &Evidence<'_>) -> Result<(), Unproven> {
        match self.method {
            Method::None => Ok(()),
            Method::HeaderSecret => header_secret::verify(self, evidence),
            Method::HmacSha256 => hmac_sha256::verify(self, evidence),
            Method::BodySecret => body_secret::verify(self, evidence),
            Method::HubspotV3 => hubspot_v3::verify(self, evidence),
            Method::BreakcoldV2 => breakcold_v2::verify(self, evidence),
        }
    }

    /// The header whose value is the secret or proves it, if one was named.
    #[must_use]
    pub fn header(&self) -> Option<&HeaderName> {
        self.header.as_ref()
    }

    /// Whether one of the secrets stands in these bytes.
    #[must_use]
    pub fn stands_in(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| blank::holds(bytes, secret.expose()))
    }

    /// Overwrites the secrets in a body, in place and with as many bytes: the field that has one, and wherever else one is
    /// repeated. A body that is JSON stays JSON.
    pub fn blank(&self, body: &mut [u8]) {
        if let Some(field) = &self.field {
            blank::field(body, field);
        }
        self.secrets.iter().for_each(|secret| blank::value(body, secret.expose()));
    }

    /// Whether one of the secrets fits. Each is tried, so that no time tells which of them it was.
    fn any_secret(&self, fits: impl Fn(&Secret) -> bool) -> Result<(), Unproven> {
        let found = self.secrets.iter().fold(false, |found, secret| found | fits(secret));
        if found { Ok(()) } else { Err(Unproven::Wrong) }
    }
}
