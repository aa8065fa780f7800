//! What can go wrong with an attempt, and whose fault it is.

use std::{error::Error, io};

use crate::{client::connect::ConnectError, guard::Forbidden};

/// Whose fault it was that there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The receiver's, or of the way to it.
    Theirs,
    /// Ours: no sockets left, no network, no names looked up. The receiver is not charged with it.
    Ours,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct AttemptError {
    /// In a word, from a closed set: `forbidden`, `unsendable`, `timeout`, `name`, `connect`, `tls`, `broken`, `own_fault`.
    pub code: &'static str,
    /// In a sentence.
    pub text: String,
    /// Whose fault it was.
    pub fault: Fault,
}

impl AttemptError {
    fn theirs(code: &'static str, text: impl Into<String>) -> AttemptError {
        AttemptError { code, text: text.into(), fault: Fault::Theirs }
    }

    fn ours(text: impl Into<String>) -> AttemptError {
        AttemptError { code: "own_fault", text: text.into(), fault: Fault::Ours }
    }

    pub(super) fn forbidden(forbidden: &Forbidden) -> AttemptError {
        AttemptError::theirs("forbidden", forbidden.to_string())
    }

    pub(super) fn unsendable(error: &http::Error) -> AttemptError {
        AttemptError::theirs("unsendable", format!("the request cannot be written: {error}"))
    }

    pub(super) fn timed_out() -> AttemptError {
        AttemptError::theirs("timeout", "no answer in time")
    }

    pub(super) fn broken(error: &hyper::Error) -> AttemptError {
        AttemptError::theirs("broken", format!("the connection broke off: {error}"))
    }

    /// Of what the HTTP client says.
    pub(super) fn of(error: &hyper_util::client::legacy::Error) -> AttemptError {
        let causes = || std::iter::successors(error.source(), |error| (*error).source());
        if let Some(error) = causes().find_map(|cause| cause.downcast_ref::<ConnectError>()) {
            return AttemptError::of_connecting(error);
        }
        if let Some(error) = causes().find_map(|cause| cause.downcast_ref::<io::Error>()).filter(|error| is_ours(error)) {
            return AttemptError::ours(format!("the connection failed for a fault of this server: {error}"));
        }
        // Broken off before, while or after the request was written, or no HTTP.
        let innermost = causes().last().map_or_else(|| error.to_string(), ToString::to_string);
        AttemptError::theirs("broken", format!("the connection broke off: {innermost}"))
    }

    fn of_connecting(error: &ConnectError) -> AttemptError {
        match error {
            ConnectError::Forbidden(forbidden) => AttemptError::forbidden(forbidden),
            ConnectError::Name(error) if error.kind() == io::ErrorKind::NotFound => {
                AttemptError::theirs("name", "the host's name does not exist")
            }
            ConnectError::Name(error) => AttemptError::ours(format!("the host's name could not be looked up: {error}")),
            ConnectError::Connect(error) if is_ours(error) => {
                AttemptError::ours(format!("no connection for a fault of this server: {error}"))
            }
            ConnectError::Connect(error) => AttemptError::theirs("connect", format!("no connection: {error}")),
            ConnectError::Tls(error) => AttemptError::theirs("tls", format!("no agreement on TLS: {error}")),
            ConnectError::TimedOut => AttemptError::theirs("timeout", "no connection in time"),
            ConnectError::NoHost => AttemptError::theirs("unsendable", "the URL has no host"),
        }
    }
}

/// Errors of the operating system that say something of this machine and nothing of the receiver.
fn is_ours(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let ours = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::ADDRNOTAVAIL, Errno::NETDOWN, Errno::NETUNREACH];
    error.raw_os_error().is_some_and(|code| ours.iter().any(|errno| errno.raw_os_error() == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_of_this_machine_is_our_fault_and_a_refusal_is_not() {
        let of = |errno: rustix::io::Errno| {
            AttemptError::of_connecting(&ConnectError::Connect(io::Error::from_raw_os_error(errno.raw_os_error())))
        };
        assert_eq!((of(rustix::io::Errno::MFILE).fault, of(rustix::io::Errno::MFILE).code), (Fault::Ours, "own_fault"));
        assert_eq!(of(rustix::io::Errno::NETUNREACH).fault, Fault::Ours);
        assert_eq!(
            (of(rustix::io::Errno::CONNREFUSED).fault, of(rustix::io::Errno::CONNREFUSED).code),
            (Fault::Theirs, "connect")
        );
        assert_eq!(of(rustix::io::Errno::HOSTUNREACH).fault, Fault::Theirs);
        let name = |kind| AttemptError::of_connecting(&ConnectError::Name(io::Error::new(kind, "x")));
        assert_eq!((name(io::ErrorKind::NotFound).fault, name(io::ErrorKind::TimedOut).fault), (Fault::Theirs, Fault::Ours));
    }
}
