//! What is fuzzed: a target per parser and per verifier.

use std::{fmt, str::FromStr};

use hookline_model::{platform::Platform, source::Method};
use hookline_platforms::{Parser, parser};

use crate::{Reached, parsing, proving, seeds};

/// One function that reads bytes, with what must hold of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The parser of a platform that is read.
    Parse(Platform),
    /// A way of proving where a delivery comes from.
    Verify(Method),
}

/// A name that is no target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTarget(pub String);

impl fmt::Display for UnknownTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<String> = Target::all().iter().map(ToString::to_string).collect();
        write!(f, "unknown target {:?}: expected one of {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownTarget {}

impl Target {
    /// Every target: the parsers first.
    #[must_use]
    pub fn all() -> Vec<Target> {
        let read = Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some());
        read.map(Target::Parse).chain(Method::ALL.into_iter().map(Target::Verify)).collect()
    }

    /// Holds the target to what must hold for these bytes.
    ///
    /// # Errors
    /// A text that says what does not hold. A panic of what is tested is not caught.
    pub fn check(self, input: &[u8]) -> Result<Reached, String> {
        match self {
            Target::Parse(platform) => match parser(platform) {
                Some(parser) => parsing::check(parser, input),
                None => Err(format!("{platform} is not read")),
            },
            Target::Verify(method) => proving::check(method, input),
        }
    }

    /// The bodies that it begins with.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn seeds(self) -> Result<Vec<Vec<u8>>, String> {
        match self {
            Target::Parse(platform) => seeds::of(platform),
            Target::Verify(_) => seeds::of_deliveries(),
        }
    }

    /// Fields that it knows to be secret.
    pub(crate) fn secret_fields(self) -> &'static [&'static str] {
        match self {
            Target::Parse(platform) => parser(platform).map_or(&[], Parser::secret_fields),
            Target::Verify(_) => &[],
        }
    }

    /// Names of events that it knows.
    pub(crate) fn names(self) -> Vec<String> {
        match self {
            Target::Parse(platform) => {
                let names = parser(platform).map(Parser::names).unwrap_or_default();
                names.into_iter().map(|(name, _)| name.to_owned()).collect()
            }
            Target::Verify(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Parse(platform) => write!(f, "parse_{platform}"),
            Target::Verify(method) => write!(f, "verify_{method}"),
        }
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(name: &str) -> Result<Target, UnknownTarget> {
        Target::all().into_iter().find(|target| target.to_string() == name).ok_or_else(|| UnknownTarget(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_targets() {
        for target in Target::all() {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
        let error = "parse_nobody".parse::<Target>().expect_err("no target");
        assert!(error.to_string().contains("verify_hubspot_v3"), "{error}");
    }
}
