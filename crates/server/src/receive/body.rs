//! Reads a body in bounded time and memory.

use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use crate::receive::budget::Reservation;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadError {
    /// Larger than it may be.
    TooLarge,
    /// Not there in time.
    Timeout,
    /// No room in the budget.
    NoRoom,
    /// The sender went away, or what it sent is not HTTP.
    BrokeOff,
}

/// Reads a body of at most `bytes_max` until `deadline`. What the returned bytes take is reserved in `reservation`.
pub(super) async fn read(
    body: Body,
    bytes_max: usize,
    deadline: Instant,
    reservation: &mut Reservation,
) -> Result<Vec<u8>, ReadError> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(ReadError::TooLarge);
    }
    timeout_at(deadline, collect(body, bytes_max, reservation)).await.unwrap_or(Err(ReadError::Timeout))
}

async fn collect(mut body: Body, bytes_max: usize, reservation: &mut Reservation) -> Result<Vec<u8>, ReadError> {
    // Where the length is stated the buffer never outgrows it; it is not reserved ahead, or a few liars could use up the budget
    // without sending a byte.
    let stated = body.size_hint().exact().and_then(|exact| usize::try_from(exact).ok());
    let ceiling = stated.unwrap_or(bytes_max).min(bytes_max);
    let mut kept = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ReadError::BrokeOff)?;
        if let Ok(chunk) = frame.into_data() {
            keep(&mut kept, &chunk, bytes_max, ceiling, reservation)?;
        }
    }
    Ok(kept)
}

/// Adds a chunk. The buffer's room, not only its length, is reserved before it grows; it grows by doubling up to `ceiling`.
fn keep(
    kept: &mut Vec<u8>,
    chunk: &Bytes,
    bytes_max: usize,
    ceiling: usize,
    reservation: &mut Reservation,
) -> Result<(), ReadError> {
    let needed = kept.len() + chunk.len();
    if needed > bytes_max {
        return Err(ReadError::TooLarge);
    }
    if needed > kept.capacity() {
        let room = (kept.capacity() * 2).min(ceiling).max(needed);
        reservation.grow(room - kept.capacity()).map_err(|_| ReadError::NoRoom)?;
        kept.reserve_exact(room - kept.len());
    }
    kept.extend_from_slice(chunk);
    Ok(())
}
