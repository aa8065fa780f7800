//! What `hookline listen` is told.

use std::{convert::Infallible, fmt, path::PathBuf, str::FromStr};

use clap::Args;
use hookline_dialects::Dialect;
use jiff::Timestamp;

/// Arguments of `listen`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListenArguments {
    /// Local address that events are forwarded to, such as http://127.0.0.1:3000/hook
    #[arg(long, value_name = "URL")]
    pub(super) forward: String,

    /// In whose words: hookline, smartlead, instantly, breakcold, cloudevents
    #[arg(long, value_name = "D", default_value = "hookline")]
    pub(super) dialect: Dialect,

    /// Which of the dialect's shapes: flat or nested of smartlead, data or flat of instantly
    #[arg(long, value_name = "V")]
    pub(super) variant: Option<String>,

    /// Which kinds, comma separated: names such as email.replied, groups such as email.* [default: all]
    #[arg(long, value_name = "K,..", value_delimiter = ',')]
    pub(super) kinds: Vec<String>,

    /// Where the server is
    #[arg(long, value_name = "URL", env = "HOOKLINE_URL", default_value = "http://127.0.0.1:8080")]
    pub(super) server: String,

    /// A key that may read the workspace
    #[arg(long, value_name = "KEY", env = "HOOKLINE_KEY", hide_env_values = true)]
    pub(super) key: String,

    /// The workspace [default: the only one that the key opens]
    #[arg(long, value_name = "ID")]
    pub(super) workspace: Option<uuid::Uuid>,

    /// Where to begin: now, start, a time of receipt such as 2026-02-11T08:00:00Z, or a cursor [default: behind what was
    /// forwarded before, else now]
    #[arg(long, value_name = "WHERE")]
    pub(super) from: Option<From>,

    /// A header to send as well, such as "Authorization: Bearer ..."; repeat it for several
    #[arg(long, value_name = "NAME: VALUE")]
    pub(super) header: Vec<String>,

    /// What deliveries are signed with, or carry [default: one that is made once and remembered]
    #[arg(long, value_name = "SECRET")]
    pub(super) secret: Option<String>,

    /// File that remembers what was forwarded [default: one below XDG_STATE_HOME, or ~/.local/state, for each server, workspace
    /// and local address]
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,

    /// How many seconds to wait for a local address where nobody is, before ending with 1
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub(super) patience: u64,

    /// Say everything as lines of JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Where a stream begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// With what comes next.
    Now,
    /// With the first event that there is.
    Start,
    /// With what was received at a time or later.
    Since(Timestamp),
    /// Behind an event.
    Cursor(String),
}

impl FromStr for From {
    type Err = Infallible;

    /// What is none of the others is taken for a cursor, which the server judges.
    fn from_str(text: &str) -> Result<From, Infallible> {
        Ok(match text {
            "now" => From::Now,
            "start" => From::Start,
            text => text.parse().map_or_else(|_| From::Cursor(text.to_owned()), From::Since),
        })
    }
}

impl From {
    /// What the stream is asked for to begin there.
    pub(super) fn query(&self) -> Option<String> {
        let pair =
            |name: &str, value: &str| Some(form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish());
        match self {
            From::Now => None,
            From::Start => pair("since", "1970-01-01T00:00:00Z"),
            From::Since(at) => pair("since", &at.to_string()),
            From::Cursor(cursor) => pair("cursor", cursor),
        }
    }
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            From::Now => f.write_str("now"),
            From::Start => f.write_str("the start"),
            From::Since(at) => write!(f, "what was received since {at}"),
            From::Cursor(cursor) => write!(f, "behind {cursor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_begin_is_a_word_a_time_or_a_cursor() {
        let query = |text: &str| text.parse::<From>().map(|from| from.query());
        assert_eq!(query("now"), Ok(None));
        assert_eq!(query("start"), Ok(Some("since=1970-01-01T00%3A00%3A00Z".to_owned())));
        assert_eq!(query("2026-02-11T09:00:00+01:00"), Ok(Some("since=2026-02-11T08%3A00%3A00Z".to_owned())));
        assert_eq!(query("ARoAAA"), Ok(Some("cursor=ARoAAA".to_owned())));
    }
}
