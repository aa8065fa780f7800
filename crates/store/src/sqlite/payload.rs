//! Packing an entry for the log: the event and the raw body in one compressed piece.

use std::cell::RefCell;

use hookline_model::{event::Event, id::EventId};
use zstd::bulk::{Compressor, Decompressor};

use crate::Error;

/// zstd's own default: measured as the knee of size against time for bodies of a kilobyte or two.
const LEVEL: i32 = 3;
/// No payload unpacks to more than this: the largest body the server can be set to let in, twice, and a margin.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

thread_local! {
    /// Making a context costs more than packing a webhook with it: one is kept per thread.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn compress(kept: &mut Option<Compressor<'static>>, unpacked: &[u8]) -> std::io::Result<Vec<u8>> {
    match kept {
        Some(compressor) => compressor.compress(unpacked),
        None => kept.insert(Compressor::new(LEVEL)?).compress(unpacked),
    }
}

fn decompress(kept: &mut Option<Decompressor<'static>>, packed: &[u8], bytes: usize) -> std::io::Result<Vec<u8>> {
    match kept {
        Some(decompressor) => decompressor.decompress(packed, bytes),
        None => kept.insert(Decompressor::new()?).decompress(packed, bytes),
    }
}

/// A packed entry.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// How many of the unpacked bytes are the event.
    pub(super) event_bytes: usize,
    /// How many there are.
    pub(super) bytes: usize,
    /// Packed.
    pub(super) packed: Vec<u8>,
}

/// Packs an event and its raw body. Runs on the request's own thread.
pub(super) fn pack(event: &Event, raw: &[u8]) -> Result<Payload, Error> {
    let failed = |cause: String| Error::Storage { attempted: "pack an event", cause };
    let mut unpacked = serde_json::to_vec(event).map_err(|error| failed(error.to_string()))?;
    let event_bytes = unpacked.len();
    unpacked.extend_from_slice(raw);
    let packed =
        COMPRESSOR.with_borrow_mut(|compressor| compress(compressor, &unpacked)).map_err(|error| failed(error.to_string()))?;
    Ok(Payload { event_bytes, bytes: unpacked.len(), packed })
}

/// Unpacks an event, and what follows it. The id is the row's: a claim may have given the event the id of its first delivery.
pub(super) fn unpack(id: EventId, event_bytes: usize, bytes: usize, packed: &[u8]) -> Result<(Event, Vec<u8>), Error> {
    let failed = |cause: String| Error::Storage { attempted: "unpack an event", cause };
    if bytes > UNPACKED_BYTES_MAX || event_bytes > bytes {
        return Err(failed(format!("an entry claims to have {bytes} bytes, {event_bytes} of them the event")));
    }
    let unpacked = DECOMPRESSOR.with_borrow_mut(|decompressor| decompress(decompressor, packed, bytes));
    let mut unpacked = unpacked.map_err(|error| failed(error.to_string()))?;
    if unpacked.len() != bytes {
        return Err(failed(format!("an entry has {} bytes, not {bytes}", unpacked.len())));
    }
    let raw = unpacked.split_off(event_bytes);
    let mut event: Event = serde_json::from_slice(&unpacked).map_err(|error| failed(error.to_string()))?;
    event.id = id;
    Ok((event, raw))
}
