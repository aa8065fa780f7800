//! Who is at the other end, and by which address it came: the peer of the connection, or what a trusted proxy says.

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

/// The whole addresses that a request may have been sent to, as its sender wrote them: below our public address, and below the
/// one that a trusted proxy says it was asked for. `target` is the path and query as they came.
pub(crate) fn uris(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: &[IpNet],
    public_url: &str,
    target: &str,
) -> Vec<String> {
    let mut uris = vec![format!("{public_url}{target}")];
    let peer = extensions.get::<Peer>().map(|Peer(peer)| peer.ip().to_canonical());
    if peer.is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer))) {
        // As with addresses, the last entry is of the proxy that we talk to.
        let last = |name: &str| headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next().map(str::trim);
        let (own_proto, own_host) = public_url.split_once("://").unwrap_or(("https", public_url));
        // Of our own address the part behind the host is ours, and not the proxy's.
        let own_host = own_host.split('/').next().unwrap_or_default();
        let (proto, host) = (last("x-forwarded-proto"), last("x-forwarded-host"));
        if proto.is_some() || host.is_some() {
            uris.push(format!("{}://{}{target}", proto.unwrap_or(own_proto), host.unwrap_or(own_host)));
        }
    }
    uris
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

    #[test]
    fn the_address_asked_for_is_ours_or_what_a_trusted_proxy_says() {
        type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);
        const TOLD: &str = "https://ours.example/in/x?y=%40";
        const FORWARDED: &[(&str, &str)] =
            &[("x-forwarded-host", "evil.example, hooks.example:8443"), ("x-forwarded-proto", "http")];
        let cases: [Case; 6] = [
            ("10.0.0.1", &[], &[TOLD]),
            ("203.0.113.9", FORWARDED, &[TOLD]),
            ("10.0.0.1", FORWARDED, &[TOLD, "http://hooks.example:8443/x?y=%40"]),
            (
                "10.0.0.1",
                &[("x-forwarded-host", "a.example"), ("x-forwarded-host", "b.example")],
                &[TOLD, "https://b.example/x?y=%40"],
            ),
            ("::ffff:10.0.0.1", &[("x-forwarded-proto", "http")], &[TOLD, "http://ours.example/x?y=%40"]),
            ("10.0.0.1", &[("forwarded", "host=evil.example")], &[TOLD]),
        ];
        let trusted = ["10.0.0.0/8".parse::<IpNet>().expect("a network")];
        for (peer, lines, expected) in cases {
            let mut extensions = Extensions::new();
            extensions.insert(Peer(SocketAddr::new(peer.parse().expect("an address"), 1)));
            let mut headers = HeaderMap::new();
            for (name, line) in lines {
                headers.append(http::HeaderName::from_static(name), line.parse().expect("a header value"));
            }
            assert_eq!(
                uris(&extensions, &headers, &trusted, "https://ours.example/in", "/x?y=%40"),
                expected,
                "{peer} {lines:?}"
            );
        }
        let nobody = uris(&Extensions::new(), &HeaderMap::new(), &trusted, "https://ours.example", "/x");
        assert_eq!(nobody, ["https://ours.example/x"]);
    }
}
