//! Looking names up.

use std::{
    fmt::Display,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{LookupIpStrategy, NameServerConfig, ResolverConfig, ResolverOpts},
    net::runtime::TokioRuntimeProvider,
    system_conf::read_system_conf,
};

/// What a look-up answers, eventually.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, io::Error>> + Send + 'a>>;

/// Looks names up.
pub trait Resolve: Send + Sync {
    /// The addresses of a name.
    ///
    /// [`io::ErrorKind::NotFound`] if it has none; any other error is a fault of ours or of the way there.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// The domain name system, with a cache, as the machine is configured to ask it; its hosts file goes first.
pub struct Dns(TokioResolver);

/// How long one server is waited for, and how often it is asked.
const ASKED: (Duration, usize) = (Duration::from_secs(2), 2);

/// How many names are remembered.
const REMEMBERED: u64 = 4_096;

/// How long a name is remembered at most. Receivers move, and their owners think in minutes.
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// How long is remembered that a name does not exist.
const MISSING_FOR: Duration = Duration::from_secs(10);

impl Dns {
    /// As the machine is configured. If its configuration cannot be read, or names no server, the one on the machine itself is
    /// asked, as the C library does: whoever sends to addresses alone needs none.
    ///
    /// # Errors
    /// When the resolver cannot be made of that.
    pub fn of_the_machine() -> Result<Dns, io::Error> {
        let (config, options) = configured(read_system_conf());
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        *builder.options_mut() = options;
        let options = builder.options_mut();
        (options.timeout, options.attempts) = ASKED;
        options.cache_size = REMEMBERED;
        options.positive_max_ttl = Some(REMEMBERED_FOR);
        options.negative_max_ttl = Some(MISSING_FOR);
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        builder.build().map(Dns).map_err(io::Error::other)
    }
}

/// What the machine is configured to, or what is done without.
fn configured<E: Display>(found: Result<(ResolverConfig, ResolverOpts), E>) -> (ResolverConfig, ResolverOpts) {
    found.unwrap_or_else(|why| {
        tracing::warn!(%why, "the machine does not say who is asked for names: 127.0.0.1 is");
        let own = NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
        (ResolverConfig::from_parts(None, Vec::new(), vec![own]), ResolverOpts::default())
    })
}

impl Resolve for Dns {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            match self.0.lookup_ip(name).await {
                Ok(found) => Ok(found.iter().collect()),
                Err(error) if error.is_no_records_found() || error.is_nx_domain() => {
                    Err(io::Error::new(io::ErrorKind::NotFound, "no such name"))
                }
                Err(error) => Err(io::Error::other(error)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::system_conf::parse_resolv_conf;

    use super::*;

    #[test]
    fn a_machine_that_names_no_server_is_asked_itself() {
        let asked = |text: &str| {
            let (config, _) = configured(parse_resolv_conf(text));
            config.name_servers().iter().map(|server| server.ip.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(asked("nameserver 192.0.2.1\nnameserver 2001:db8::1\n"), ["192.0.2.1", "2001:db8::1"]);
        for without in ["", "# nothing\n", "search example.org\n"] {
            assert_eq!(asked(without), ["127.0.0.1"], "{without:?}");
        }
        let (config, _) = configured(Err::<(ResolverConfig, ResolverOpts), _>(io::Error::from(io::ErrorKind::NotFound)));
        assert_eq!(config.name_servers().len(), 1);
    }
}
