//! Every bound of the HTTP surfaces in one place.

use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The bounds. What runs into one is answered with a problem that says so, or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest body a platform may send.
    pub body_bytes_max: usize,
    /// What all bodies being received may take together. One workspace or agency gets a quarter of it, but at least one body.
    pub bodies_bytes_in_all: usize,
    /// How long a body may take, counted from the end of its head.
    pub body_timeout: Duration,
    /// The largest body an API request may have.
    pub api_body_bytes_max: usize,
    /// The same of a request to a compatible API that has lists, such as a thousand addresses to block.
    pub api_list_bytes_max: usize,
    /// How long an API request may take, body included.
    pub api_timeout: Duration,
    /// How many refusals are remembered.
    pub rejections_max: usize,
    /// How many connections one listener holds; further ones wait in its backlog.
    pub connections_max: usize,
    /// How many headers a request may have.
    pub headers_max: usize,
    /// The largest head of a request; at least 8 KiB.
    pub head_bytes_max: usize,
    /// How long a head may take: from the connection's start, later from its first byte.
    pub head_timeout: Duration,
    /// How long a connection may stay open between requests. Longer than the minute after which common proxies give up an idle
    /// connection, or they would now and then send a request into one that we are just closing.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of what we write.
    pub write_timeout: Duration,
    /// How long we go on reading after an early answer, so that the client sees the answer and not a reset.
    pub linger_timeout: Duration,
    /// How long requests in flight may take once the server stops.
    pub shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes_max: MIB,
            bodies_bytes_in_all: 64 * MIB,
            body_timeout: Duration::from_secs(10),
            api_body_bytes_max: 64 * KIB,
            api_list_bytes_max: 512 * KIB,
            api_timeout: Duration::from_secs(30),
            rejections_max: 10_000,
            connections_max: 10_000,
            headers_max: 64,
            head_bytes_max: 32 * KIB,
            head_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            linger_timeout: Duration::from_secs(2),
            shutdown_timeout: Duration::from_secs(8),
        }
    }
}
