//! The tries of a delivery, as they are stored: postcard.

use rusqlite::types::Type;

use crate::deliveries::{ATTEMPTS_KEPT, AttemptRow};

/// Room for the tries of nearly every delivery, in bytes; of more it grows.
const PACKED_BYTES: usize = 512;

/// Tries as bytes; none as nothing.
pub(super) fn pack(attempts: &[AttemptRow]) -> rusqlite::Result<Option<Vec<u8>>> {
    if attempts.is_empty() {
        return Ok(None);
    }
    postcard::to_extend(attempts, Vec::with_capacity(PACKED_BYTES))
        .map(Some)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The tries that these bytes hold.
pub(super) fn unpack(bytes: Option<&[u8]>) -> rusqlite::Result<Vec<AttemptRow>> {
    let Some(bytes) = bytes else { return Ok(Vec::new()) };
    postcard::from_bytes(bytes).map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error)))
}

/// Adds a try. Of very many the first ones and the last stay.
pub(super) fn push(attempts: &mut Vec<AttemptRow>, attempt: AttemptRow) {
    if attempts.len() >= ATTEMPTS_KEPT {
        attempts.pop();
    }
    attempts.push(attempt);
}
