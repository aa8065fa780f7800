//! Where deliveries go: webhook addresses.

use hookline_model::platform::Platform;

use crate::Error;

/// The addresses of one workspace (or agency).
///
/// An address says its platform, as in `/public/smartlead-webhook/TOKEN`, and the token is the same for all platforms: one
/// address is enough for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Up to and with `/public/`, and `global-` if it is an agency's.
    before: String,
    token: String,
}

impl Target {
    /// Reads a webhook address as Hookline prints it, and the platform in it.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(url: &str) -> Result<(Target, Platform), Error> {
        let url = url.trim();
        if url.starts_with("https://") {
            return Err(Error::Options(
                "https cannot be spoken here: give the address that the server itself listens on, with http",
            ));
        }
        let wrong = || Error::Address(url.to_owned());
        let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once("/public/")).ok_or_else(wrong)?;
        let (hook, token) = path.split_once('/').ok_or_else(wrong)?;
        let reach = if hook.starts_with("global-") { "global-" } else { "" };
        let platform = hook.trim_start_matches(reach).strip_suffix("-webhook").ok_or_else(wrong)?;
        let platform = platform.parse().map_err(|_| wrong())?;
        let is_sound = |text: &str| !text.is_empty() && !text.contains(['/', '?', '#', ' ']);
        if host.is_empty() || !is_sound(token) {
            return Err(wrong());
        }
        Ok((Target { before: format!("http://{host}/public/{reach}"), token: token.to_owned() }, platform))
    }

    /// The address that a platform posts to.
    #[must_use]
    pub fn address(&self, platform: Platform) -> String {
        format!("{}{platform}-webhook/{}", self.before, self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_enough_for_all_platforms() {
        let url = "http://127.0.0.1:8080/public/smartlead-webhook/c0de";
        let (target, platform) = Target::parse(url).expect("an address");
        assert_eq!(platform, Platform::Smartlead);
        assert_eq!(target.address(Platform::Smartlead), url);
        assert_eq!(target.address(Platform::Instantly), "http://127.0.0.1:8080/public/instantly-webhook/c0de");
        let (target, platform) =
            Target::parse("http://h/base/public/global-instantly-webhook/c0de").expect("an agency's address");
        assert_eq!(platform, Platform::Instantly);
        assert_eq!(target.address(Platform::Smartlead), "http://h/base/public/global-smartlead-webhook/c0de");
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in [
            "",
            "127.0.0.1:8080/public/smartlead-webhook/c0de",
            "http:///public/smartlead-webhook/c0de",
            "https://hub.example/public/smartlead-webhook/c0de",
            "http://hub.example/public/smartlead-webhook/",
            "http://hub.example/public/smartlead-webhook/c0de/more",
            "http://hub.example/public/mailcannon-webhook/c0de",
            "http://hub.example/v1/workspaces",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }
}
