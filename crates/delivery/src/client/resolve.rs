//! Looking names up.

use std::{future::Future, io, net::IpAddr, pin::Pin, time::Duration};

use hickory_resolver::{TokioResolver, config::LookupIpStrategy};

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
    /// As the machine is configured.
    ///
    /// # Errors
    /// When its configuration cannot be read.
    pub fn of_the_machine() -> Result<Dns, io::Error> {
        let mut builder = TokioResolver::builder_tokio().map_err(io::Error::other)?;
        let options = builder.options_mut();
        (options.timeout, options.attempts) = ASKED;
        options.cache_size = REMEMBERED;
        options.positive_max_ttl = Some(REMEMBERED_FOR);
        options.negative_max_ttl = Some(MISSING_FOR);
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        builder.build().map(Dns).map_err(io::Error::other)
    }
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
