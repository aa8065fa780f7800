//! What can go wrong.

/// Why a benchmark did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The options make no sense together.
    #[error("{0}")]
    Options(String),
    /// Something failed; the text says what was attempted.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// What was attempted and what came of it.
    pub(crate) fn failed(attempted: impl std::fmt::Display, cause: impl std::fmt::Display) -> Error {
        Error::Failed(format!("{attempted}: {cause}"))
    }
}
