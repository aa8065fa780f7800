//! Packing an entry for the log: the event and the raw body in one compressed piece.
//!
//! The two repeat each other, and all bodies of a platform repeat each other's names: they are compressed with a dictionary of
//! their platform, which was trained on simulated traffic and thus holds nobody's data.

use std::{cell::RefCell, sync::LazyLock};

use hookline_model::{event::Event, id::EventId, platform::Platform, time::Millis};
use zstd::{
    bulk::{Compressor, Decompressor},
    dict::{DecoderDictionary, EncoderDictionary},
};

use crate::Error;

/// zstd's own default: measured as the knee of size against time for bodies of a kilobyte or two.
const LEVEL: i32 = 3;
/// No payload unpacks to more than this: the largest body the server can be set to let in, twice, and a margin.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A dictionary. Its number is stored with each row, so what was landed once is never changed nor taken away; a better one gets
/// a new number (`cargo xtask dictionary` trains one).
struct Dictionary {
    platform: Platform,
    bytes: &'static [u8],
}

/// The dictionaries, the newest of each platform last. A row's dictionary is its place here, counted from 1; 0 is none.
const DICTIONARIES: &[Dictionary] = &[
    Dictionary { platform: Platform::Smartlead, bytes: include_bytes!("../../dictionaries/1-smartlead.zdict") },
    Dictionary { platform: Platform::Instantly, bytes: include_bytes!("../../dictionaries/2-instantly.zdict") },
    Dictionary { platform: Platform::Lemlist, bytes: include_bytes!("../../dictionaries/3-lemlist.zdict") },
    Dictionary { platform: Platform::Emailbison, bytes: include_bytes!("../../dictionaries/4-emailbison.zdict") },
    Dictionary { platform: Platform::Plusvibe, bytes: include_bytes!("../../dictionaries/5-plusvibe.zdict") },
    Dictionary { platform: Platform::Hubspot, bytes: include_bytes!("../../dictionaries/6-hubspot.zdict") },
    Dictionary { platform: Platform::Breakcold, bytes: include_bytes!("../../dictionaries/7-breakcold.zdict") },
];

static ENCODERS: LazyLock<Vec<EncoderDictionary<'static>>> =
    LazyLock::new(|| DICTIONARIES.iter().map(|dictionary| EncoderDictionary::copy(dictionary.bytes, LEVEL)).collect());
static DECODERS: LazyLock<Vec<DecoderDictionary<'static>>> =
    LazyLock::new(|| DICTIONARIES.iter().map(|dictionary| DecoderDictionary::copy(dictionary.bytes)).collect());

/// Contexts by dictionary, 0 being none. Making one costs more than packing a webhook with it.
type Contexts<T> = RefCell<Vec<Option<T>>>;

thread_local! {
    static COMPRESSORS: Contexts<Compressor<'static>> = const { RefCell::new(Vec::new()) };
    static DECOMPRESSORS: Contexts<Decompressor<'static>> = const { RefCell::new(Vec::new()) };
}

/// The context of a dictionary, made if this thread has none yet.
fn context<T>(contexts: &mut Vec<Option<T>>, place: usize, make: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<&mut T> {
    if contexts.len() <= place {
        contexts.resize_with(place + 1, || None);
    }
    let slot = &mut contexts[place];
    match slot {
        Some(context) => Ok(context),
        None => Ok(slot.insert(make()?)),
    }
}

fn compress(dictionary: usize, unpacked: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSORS.with_borrow_mut(|compressors| {
        let make = || match dictionary.checked_sub(1).and_then(|place| ENCODERS.get(place)) {
            Some(encoder) => Compressor::with_prepared_dictionary(encoder),
            None => Compressor::new(LEVEL),
        };
        context(compressors, dictionary, make)?.compress(unpacked)
    })
}

fn decompress(dictionary: usize, packed: &[u8], bytes: usize) -> std::io::Result<Vec<u8>> {
    DECOMPRESSORS.with_borrow_mut(|decompressors| {
        let make = || match dictionary.checked_sub(1) {
            None => Decompressor::new(),
            Some(place) => match DECODERS.get(place) {
                Some(decoder) => Decompressor::with_prepared_dictionary(decoder),
                None => Err(std::io::Error::other(format!("dictionary {dictionary} is of a newer version"))),
            },
        };
        context(decompressors, dictionary, make)?.decompress(packed, bytes)
    })
}

/// A packed entry.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    /// Which dictionary it is packed with; 0 is none.
    pub(super) dictionary: usize,
    /// How many of the unpacked bytes are the event, which stands in front of the raw body.
    pub(super) event_bytes: usize,
    /// How many there are.
    pub(super) bytes: usize,
    /// Packed.
    pub(super) packed: Vec<u8>,
}

/// Packs an event in its stored form and its raw body, and gives the digest of the former. Runs on the request's own thread.
pub(super) fn pack(event: &Event, raw: &[u8]) -> Result<(Payload, u64), Error> {
    let failed = |cause: String| Error::Storage { attempted: "pack an event", cause };
    let mut unpacked = event.to_stored().map_err(|error| failed(error.to_string()))?;
    let (event_bytes, digest) = (unpacked.len(), Event::digest_of(&unpacked));
    unpacked.extend_from_slice(raw);
    let newest = DICTIONARIES.iter().rposition(|dictionary| dictionary.platform == event.platform);
    let dictionary = newest.map_or(0, |place| place + 1);
    let packed = compress(dictionary, &unpacked).map_err(|error| failed(error.to_string()))?;
    Ok((Payload { dictionary, event_bytes, bytes: unpacked.len(), packed }, digest))
}

/// A packed entry as a row has it.
#[derive(Debug)]
pub(super) struct PackedRow {
    pub(super) dictionary: usize,
    pub(super) event_bytes: usize,
    pub(super) bytes: usize,
    pub(super) packed: Vec<u8>,
}

/// Unpacks an event and its raw body. The id and the time are the row's: a claim may have given the event the id of its first
/// delivery.
pub(super) fn unpack(id: EventId, occurred_at: Millis, row: &PackedRow) -> Result<(Event, Vec<u8>), Error> {
    let failed = |cause: String| Error::Storage { attempted: "unpack an event", cause };
    let PackedRow { dictionary, event_bytes, bytes, ref packed } = *row;
    if bytes > UNPACKED_BYTES_MAX || event_bytes > bytes {
        return Err(failed(format!("an entry claims to have {bytes} bytes, {event_bytes} of them the event")));
    }
    let mut unpacked = decompress(dictionary, packed, bytes).map_err(|error| failed(error.to_string()))?;
    if unpacked.len() != bytes {
        return Err(failed(format!("an entry has {} bytes, not {bytes}", unpacked.len())));
    }
    let raw = unpacked.split_off(event_bytes);
    let event = Event::from_stored(&unpacked, id, occurred_at).map_err(|error| failed(error.to_string()))?;
    Ok((event, raw))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn dictionaries_that_landed_are_never_changed() {
        let digests: Vec<String> =
            DICTIONARIES.iter().map(|dictionary| hex::encode(&Sha256::digest(dictionary.bytes)[..8])).collect();
        let landed = [
            "aa38c413db0f0380",
            "35f8f6aea9bb6cd8",
            "9ed227de8bfbb01d",
            "94a0e1bcf4ecc318",
            "43a64b1aad43702a",
            "7d30530f314e4f37",
            "36dd99f59d0877d7",
        ];
        assert_eq!(digests, landed);
    }
}
