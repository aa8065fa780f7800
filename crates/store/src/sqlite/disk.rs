//! The low-disk guard: intake stops while there is still room to work, so that the store is never harmed by a full disk.

use std::path::PathBuf;

use crate::Error;

/// Refuses to go on when the file system has less than a reserve left.
#[derive(Clone, Debug)]
pub(super) struct DiskGuard {
    folder: PathBuf,
    reserve_bytes: u64,
}

impl DiskGuard {
    pub(super) fn new(folder: PathBuf, reserve_bytes: u64) -> DiskGuard {
        DiskGuard { folder, reserve_bytes }
    }

    /// Fails when there is less room than the reserve. One call to the kernel, no I/O.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Ok(room) = rustix::fs::statvfs(&self.folder) else {
            // A file system that cannot tell is not held against anybody; a write will tell.
            return Ok(());
        };
        let free = room.f_bavail.saturating_mul(room.f_frsize);
        if free < self.reserve_bytes {
            return Err(Error::DiskFull(format!("{free} bytes are free, {} are kept in reserve", self.reserve_bytes)));
        }
        Ok(())
    }
}
