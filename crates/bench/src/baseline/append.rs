//! Bodies in a bare file: the least that "answered means on disk" can cost.

use std::{fs::File, io::Write, path::Path};

use super::queue::Queue;
use crate::Error;

/// The most bodies of one sync.
const BATCH_MAX: usize = 4096;

/// Makes the file and starts its thread. Each body has its length in front, four bytes, the least significant first.
pub(super) fn open(path: &Path) -> Result<Queue<Vec<u8>>, Error> {
    let mut file = File::create_new(path).map_err(|error| Error::failed("make the file", error))?;
    let mut bytes = Vec::new();
    Queue::start(BATCH_MAX, move |bodies: &mut Vec<Vec<u8>>| {
        bytes.clear();
        for body in bodies {
            // A body has a megabyte at most.
            bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
            bytes.extend_from_slice(body);
        }
        file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(|error| Error::failed("append", error))
    })
}
