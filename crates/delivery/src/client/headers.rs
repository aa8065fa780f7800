//! Headers that somebody wants to be sent with.

use http::{HeaderName, HeaderValue};

/// The longest value, in bytes.
const VALUE_BYTES_MAX: usize = 4_096;

/// Headers that are the connection's or ours, lower case.
const OURS: [&str; 13] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "user-agent",
    "http2-settings",
];

/// Why a header cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not a name.
    #[error("{0:?} is no name of a header")]
    Name(String),
    /// Not a value.
    #[error("the value of {0} has characters that no header can have, or is longer than {VALUE_BYTES_MAX} bytes")]
    Value(String),
    /// The connection's, or ours.
    #[error("{0} is set by the server itself")]
    Ours(String),
}

/// Reads a header that a receiver wants to be sent.
///
/// # Errors
/// When it cannot be sent.
pub fn receiver_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), HeaderError> {
    let short = || name.chars().take(64).collect::<String>();
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name(short()))?;
    if OURS.contains(&parsed.as_str()) || parsed.as_str().starts_with("webhook-") {
        return Err(HeaderError::Ours(parsed.to_string()));
    }
    let fits = value.len() <= VALUE_BYTES_MAX;
    let value = fits.then(|| HeaderValue::from_str(value).ok()).flatten().ok_or_else(|| HeaderError::Value(short()))?;
    Ok((parsed, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_receivers_own_are_read() {
        let (name, value) = receiver_header("X-Webhook-Secret", "s3 crêt").expect("a header");
        assert_eq!((name.as_str(), value.as_bytes()), ("x-webhook-secret", "s3 crêt".as_bytes()));
        assert!(receiver_header("Authorization", "Bearer x").is_ok());
    }

    #[test]
    fn what_would_change_the_request_is_refused() {
        for name in ["Host", "Content-Length", "transfer-encoding", "Connection", "webhook-signature", "Webhook-Id", "user-agent"]
        {
            assert_eq!(receiver_header(name, "x"), Err(HeaderError::Ours(name.to_lowercase())), "{name}");
        }
        for name in ["", "a b", "a\r\nb", "ä", ":authority"] {
            assert!(matches!(receiver_header(name, "x"), Err(HeaderError::Name(_))), "{name:?}");
        }
        for value in ["a\r\nX-Other: b", "a\nb", "a\0b", &"a".repeat(VALUE_BYTES_MAX + 1)] {
            assert_eq!(receiver_header("x-a", value), Err(HeaderError::Value("x-a".to_owned())), "{value:?}");
        }
    }
}
