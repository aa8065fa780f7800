//! The low-disk guard: intake stops while there is still room to work, so that the store is never harmed by a full disk.

use std::path::PathBuf;

use crate::Error;

/// Refuses to go on when the file system has less than a reserve left.
#[derive(Clone, Debug)]
pub(super) struct DiskGuard {
    folder: PathBuf,
    reserve_bytes: u64,
    /// About how much was written since the file system was asked. `None` before the first time and while there is no room.
    written: Option<u64>,
}

/// The file system is asked again once this part of the reserve may have been written: asking takes up to a millisecond, and
/// half of the reserve is left for what is written beside the log, and by others.
const PART_OF_RESERVE: u64 = 16;

impl DiskGuard {
    pub(super) fn new(folder: PathBuf, reserve_bytes: u64) -> DiskGuard {
        DiskGuard { folder, reserve_bytes, written: None }
    }

    /// Fails when there is less room than the reserve. `bytes` is about what will be written now.
    pub(super) fn check(&mut self, bytes: u64) -> Result<(), Error> {
        if let Some(written) = &mut self.written {
            *written = written.saturating_add(bytes);
            if *written < self.reserve_bytes / PART_OF_RESERVE {
                return Ok(());
            }
        }
        self.written = None;
        let Ok(room) = rustix::fs::statvfs(&self.folder) else {
            // A file system that cannot tell is not held against anybody; a write will tell.
            return Ok(());
        };
        let free = room.f_bavail.saturating_mul(room.f_frsize);
        if free < self.reserve_bytes {
            return Err(Error::DiskFull(format!("{free} bytes are free, {} are kept in reserve", self.reserve_bytes)));
        }
        self.written = Some(bytes);
        Ok(())
    }
}
