//! How many files this process may have open: a socket for every request to a receiver, beside those that are served;
//! in a benchmark those of the load generator and the receivers.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit that holds as far as this process may: what a shell gives is often 1,024, which suffices for a hundred
/// receivers. Who wants it lower sets the hard one.
pub(crate) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, ?current, ?maximum, "the limit of open files could not be raised");
    }
}
