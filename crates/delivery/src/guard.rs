//! The outgoing guard: what may be sent to.
//!
//! Somebody types a URL, and the server connects to it from inside a network. So nothing inside is reached unless an operator says
//! so: no private, loopback or link-local address, in none of the spellings in which IPv6 carries an IPv4 address, and no name that
//! leads there. A URL is looked at when it is saved and when its sender starts; what decides is the address that a connection is
//! actually made to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// The longest URL, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// Why something is not sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The text is no URL that could be sent to.
    #[error("{0}")]
    Url(String),
    /// The address, or every address that the name has, is not one of the public internet.
    #[error(
        "{0} is not a public address, and this server does not send to private ones (see --allow-destinations and \
         --allow-private-destinations)"
    )]
    Address(String),
}

/// What may be sent to beside the public internet.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Everything.
    pub allow_private: bool,
    /// Networks.
    pub allow: Vec<IpNet>,
}

impl Guard {
    /// Reads a URL that somebody typed: without the white space around it, which copying brings along.
    ///
    /// # Errors
    /// When nothing may be sent there, or the text has control characters, which a parser of URLs would leave out: what is shown
    /// would not be what is sent to.
    pub fn typed(&self, text: &str) -> Result<String, Forbidden> {
        let text = text.trim();
        if text.contains(char::is_control) {
            return Err(Forbidden::Url("Give a URL without line breaks and other control characters.".to_owned()));
        }
        self.url(text).map(|_| text.to_owned())
    }

    /// Reads a URL that is to be sent to, as it is saved and when a sender starts. A name is not looked up here. Where networks
    /// are allowed a name of the inside may lead into one: the connection is judged by the address.
    ///
    /// # Errors
    /// When it can be seen from the text that nothing may be sent there.
    pub fn url(&self, text: &str) -> Result<Url, Forbidden> {
        let refused = |why: &str| Forbidden::Url(why.to_owned());
        if text.len() > URL_BYTES_MAX {
            return Err(Forbidden::Url(format!("A URL has at most {URL_BYTES_MAX} bytes.")));
        }
        let url = Url::parse(text).map_err(|error| Forbidden::Url(format!("That is no URL: {error}.")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refused("Give a URL that begins with https:// or http://."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("Leave user name and password out of the URL; give them as a header."));
        }
        if url.fragment().is_some() {
            return Err(refused("Leave out what follows the #: it is never sent."));
        }
        match url.host() {
            // The parser has made one spelling of all, such as of 0x7f.1 and 2130706433.
            Some(Host::Ipv4(address)) => self.address(address.into())?,
            Some(Host::Ipv6(address)) => self.address(address.into())?,
            Some(Host::Domain(name)) if self.allow_private || !self.allow.is_empty() || !is_inside(name) => {}
            Some(Host::Domain(name)) => return Err(Forbidden::Address(name.to_owned())),
            None => return Err(refused("Give a URL with a host.")),
        }
        Ok(url)
    }

    /// Judges an address that a connection is about to be made to.
    ///
    /// # Errors
    /// When nothing may be sent there.
    pub fn address(&self, address: IpAddr) -> Result<(), Forbidden> {
        let plain = address.to_canonical();
        let is_allowed = self.allow_private || self.allow.iter().any(|net| net.contains(&plain) || net.contains(&address));
        if is_allowed || is_public(plain) { Ok(()) } else { Err(Forbidden::Address(address.to_string())) }
    }
}

/// Whether a name is one of the inside, whatever it leads to.
fn is_inside(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let zones = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain", "home.arpa"];
    zones.iter().any(|zone| name == *zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.')))
}

/// IPv4 networks that are not the public internet (IANA's registry of special-purpose addresses).
const NOT_PUBLIC_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carriers' NAT
    v4(127, 0, 0, 0, 8),      // loopback
    v4(169, 254, 0, 0, 16),   // link-local, where clouds tell their secrets
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocols
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // relays of 6to4
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, broadcast
    v4(168, 63, 129, 16, 32), // Azure's host, a public address that leads inside
];

/// What is given to the public internet of IPv6.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// Networks inside of it that are not the public internet. What carries an IPv4 address is refused whole: nobody is reached only
/// so. (NAT64, mapped and compatible addresses, unique local and link-local ones are outside of [`GLOBAL_V6`].)
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),      // protocols: Teredo, benchmarks, ORCHID
    v6(0x2001, 0x0db8, 32), // documentation
    v6(0x2002, 0, 16),      // 6to4
    v6(0x3fff, 0, 20),      // documentation
];

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(first: u16, second: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), bits)
}

/// Whether an address, in its plainest form, is one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(&address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published corpus: `allow` or `deny`, and a URL or address.
    const CORPUS: &str = include_str!("../../../docs/guard-corpus.txt");

    #[test]
    fn the_corpus_is_judged_as_it_says() {
        let guard = Guard::default();
        let lines: Vec<&str> = CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        for line in &lines {
            let (verdict, what) = line.split_once(' ').expect("a verdict and what it is about");
            let judged = match what.parse::<IpAddr>() {
                Ok(address) => guard.address(address).is_ok(),
                Err(_) => guard.url(what).is_ok(),
            };
            assert_eq!(judged, verdict == "allow", "{line}");
        }
        let denied = lines.iter().filter(|line| line.starts_with("deny ")).count();
        assert!(denied > 60 && lines.len() - denied > 10, "the corpus has shrunk: {denied} of {}", lines.len());
    }

    #[test]
    fn every_literal_of_the_corpus_is_judged_as_a_url_too() {
        let guard = Guard::default();
        for line in CORPUS.lines() {
            let Some((verdict, address)) = line.split_once(' ') else { continue };
            let Ok(address) = address.parse::<IpAddr>() else { continue };
            let url = match address {
                IpAddr::V4(address) => format!("https://{address}:8443/x"),
                IpAddr::V6(address) => format!("https://[{address}]:8443/x"),
            };
            assert_eq!(guard.url(&url).is_ok(), verdict == "allow", "{url}");
        }
    }

    #[test]
    fn an_operator_may_allow_networks_and_everything() {
        let guard = Guard { allow_private: false, allow: vec!["10.1.0.0/16".parse().expect("a network")] };
        for (url, allowed) in [
            ("http://10.1.2.3/", true),
            ("http://[::ffff:10.1.2.3]/", true),
            ("http://10.2.0.1/", false),
            // Whether these lead into the network is seen when they are looked up.
            ("http://localhost/", true),
            ("http://host.docker.internal:5678/", true),
            ("http://n8n.lan/", true),
            ("http://127.0.0.1/", false),
        ] {
            assert_eq!(guard.url(url).is_ok(), allowed, "{url}");
        }
        let guard = Guard { allow_private: true, allow: Vec::new() };
        for url in ["http://127.0.0.1:3000/hook", "http://localhost/", "http://[::1]/", "https://n8n.internal/x"] {
            assert!(guard.url(url).is_ok(), "{url}");
        }
        for url in ["ftp://x.example/", "http://user@x.example/", "http://x.example/#a"] {
            assert!(guard.url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_somebody_typed_is_kept_as_it_is_sent_to() {
        let guard = Guard::default();
        for text in ["https://x.example/a b", " https://x.example/a b\n", "\u{a0}\thttps://x.example/a b\r\n "] {
            assert_eq!(guard.typed(text).as_deref(), Ok("https://x.example/a b"), "{text:?}");
        }
        for text in ["https://x.example/a\nb", "https://x.\texample/", "https://x.example/\u{85}a", "ht\rtps://x.example/"] {
            let told = guard.typed(text).expect_err(text).to_string();
            assert_eq!(told, "Give a URL without line breaks and other control characters.", "{text:?}");
        }
        assert!(guard.typed(" http://10.0.0.1/ ").is_err() && guard.typed("  ").is_err());
    }

    #[test]
    fn refusals_say_what_to_do() {
        let guard = Guard::default();
        let told = |url: &str| guard.url(url).expect_err(url).to_string();
        assert_eq!(told("gopher://x.example/"), "Give a URL that begins with https:// or http://.");
        assert_eq!(told("https://a:b@x.example/"), "Leave user name and password out of the URL; give them as a header.");
        let private = "is not a public address, and this server does not send to private ones (see --allow-destinations and \
                       --allow-private-destinations)";
        assert_eq!(told("http://10.0.0.1/"), format!("10.0.0.1 {private}"));
        assert_eq!(told("http://n8n.local/"), format!("n8n.local {private}"));
        assert!(told(&format!("https://x.example/{}", "a".repeat(URL_BYTES_MAX))).contains("2048 bytes"));
        assert!(told("no url").starts_with("That is no URL: "));
    }
}
