//! How a source proves where its deliveries come from, and how it is answered.

use std::{fmt, str::FromStr};

use crate::platform::Platform;

/// How a delivery is verified.
///
/// Names are stored and are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The unguessable address alone.
    None,
    /// A header equals the secret.
    HeaderSecret,
    /// A header has the HMAC-SHA256 of the body in hex.
    HmacSha256,
    /// A field of the body equals the secret.
    BodySecret,
    /// HubSpot's signatures: version 3, else 2 or 1.
    HubspotV3,
    /// Breakcold's signature over a timestamp and the body.
    BreakcoldV2,
}

/// A name that is no method's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown verification method {0:?}")]
pub struct UnknownMethod(pub String);

impl Method {
    /// Every method.
    pub const ALL: [Method; 6] =
        [Method::None, Method::HeaderSecret, Method::HmacSha256, Method::BodySecret, Method::HubspotV3, Method::BreakcoldV2];

    /// The name in the API and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::None => "none",
            Method::HeaderSecret => "header_secret",
            Method::HmacSha256 => "hmac_sha256",
            Method::BodySecret => "body_secret",
            Method::HubspotV3 => "hubspot_v3",
            Method::BreakcoldV2 => "breakcold_v2",
        }
    }

    /// Whether there is a secret to it.
    #[must_use]
    pub fn has_secret(self) -> bool {
        self != Method::None
    }

    /// The platform that alone signs in this way, if there is one.
    #[must_use]
    pub fn only_of(self) -> Option<Platform> {
        match self {
            Method::HubspotV3 => Some(Platform::Hubspot),
            Method::BreakcoldV2 => Some(Platform::Breakcold),
            _ => None,
        }
    }

    /// The header that is looked at if no other is named, lower case; none if no header can be named.
    #[must_use]
    pub fn usual_header(self, platform: Platform) -> Option<&'static str> {
        match (self, platform) {
            (Method::HeaderSecret, _) => Some("x-webhook-secret"),
            (Method::HmacSha256, Platform::Smartlead) => Some("x-smartlead-signature"),
            (Method::HmacSha256, _) => Some("x-webhook-signature"),
            _ => None,
        }
    }

    /// The field of the body that is looked at if no other is named; none if no field can be named.
    #[must_use]
    pub fn usual_field(self, platform: Platform) -> Option<&'static str> {
        match (self, platform) {
            (Method::BodySecret, Platform::Smartlead) => Some("secret_key"),
            (Method::BodySecret, _) => Some("secret"),
            _ => None,
        }
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Method, UnknownMethod> {
        let found = Method::ALL.into_iter().find(|method| method.name() == name);
        found.ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a delivery that cannot be read is answered, once it is in quarantine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ack {
    /// With a 400.
    #[default]
    Strict,
    /// With a 200: the platform would switch the webhook off after a few failures.
    Always,
}

impl Ack {
    /// Every way.
    pub const ALL: [Ack; 2] = [Ack::Strict, Ack::Always];

    /// The name in the API and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Ack::Strict => "strict",
            Ack::Always => "always",
        }
    }
}

impl FromStr for Ack {
    type Err = UnknownAck;

    fn from_str(name: &str) -> Result<Ack, UnknownAck> {
        let found = Ack::ALL.into_iter().find(|ack| ack.name() == name);
        found.ok_or_else(|| UnknownAck(name.to_owned()))
    }
}

/// A name that is no way of answering.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown way to answer {0:?}")]
pub struct UnknownAck(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_name() {
        for method in Method::ALL {
            assert_eq!(method.name().parse(), Ok(method));
        }
        for ack in Ack::ALL {
            assert_eq!(ack.name().parse(), Ok(ack));
        }
        assert_eq!("hmac".parse::<Method>(), Err(UnknownMethod("hmac".to_owned())));
        assert_eq!("".parse::<Ack>(), Err(UnknownAck(String::new())));
    }
}
