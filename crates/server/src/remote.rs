//! Who is at the other end: the peer of the connection, or whom a trusted proxy names.

use std::net::{IpAddr, SocketAddr};

use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The peer of the connection, put into a request's extensions by the accept loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The sender's address.
///
/// `X-Forwarded-For` grows to the right: its last entry was written by the proxy that we talk to. It is read from there, and only
/// as far as the entries are proxies that are trusted; the first that is not is the sender. Everything left of it is hearsay.
pub(crate) fn address(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let Peer(peer) = extensions.get::<Peer>()?;
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer.ip().to_canonical();
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&nearest) {
            break;
        }
        let Some(address) = read(entry.trim()) else { break };
        nearest = address;
    }
    Some(nearest)
}

/// An entry: an address, with or without a port.
fn read(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_as_far_as_the_proxies_are_trusted() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["198.51.100.1:99"], "198.51.100.1"),
        ];
        let trusted = ["10.0.0.0/8".parse::<IpNet>().expect("a network")];
        for (peer, lines, expected) in cases {
            let mut extensions = Extensions::new();
            extensions.insert(Peer(SocketAddr::new(peer.parse().expect("an address"), 1)));
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append("x-forwarded-for", line.parse().expect("a header value"));
            }
            let expected: IpAddr = expected.parse().expect("an address");
            assert_eq!(address(&extensions, &headers, &trusted), Some(expected), "{peer} {lines:?}");
        }
        assert_eq!(address(&Extensions::new(), &HeaderMap::new(), &trusted), None);
    }
}
