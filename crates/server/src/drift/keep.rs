//! What is known, to the store and back. A crash loses what was learned in the last minute, and counts; it is learned again.

use std::{collections::HashSet, sync::PoisonError};

use hookline_store::{
    Error,
    directory::{AddressOwner, Directory},
    shapes::ShapesRow,
};

use super::watch::OfPlatform;
use crate::service::Service;

/// How many places are brought to the store at a time.
const ROWS_MAX: usize = 64;

fn is_there(directory: &Directory, owner: AddressOwner) -> bool {
    match owner {
        AddressOwner::Workspace(id) => directory.workspace(id).is_some(),
        AddressOwner::Agency(id) => directory.agency(id).is_some(),
    }
}

impl Service {
    /// Reads what is known of the shapes of deliveries; to be called once, before the first one. What cannot be read is learned
    /// again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recall_drift(&self) -> Result<(), Error> {
        let directory = self.store.directory();
        let mut gone = Vec::new();
        for row in self.store.shapes().await? {
            if !is_there(&directory, row.owner) {
                gone.push(row.owner);
                continue;
            }
            match serde_json::from_slice::<OfPlatform>(&row.data) {
                Ok(of) => self.drift.put((row.owner, row.platform), of.recalled()),
                Err(error) => tracing::warn!(%error, "what was known of shapes cannot be read; it is learned again"),
            }
        }
        if gone.is_empty() { Ok(()) } else { self.store.keep_shapes(Vec::new(), gone).await }
    }

    /// Brings what is known of the shapes of deliveries to the store: what is new, or with `all` what was only counted, too. To
    /// be called once a minute or so, and with `all` before the end.
    ///
    /// # Errors
    /// When the store does not take it; it is tried again the next time.
    pub async fn keep_drift(&self, all: bool) -> Result<(), Error> {
        let directory = self.store.directory();
        let places = self.drift.places();
        let owners = places.iter().map(|((owner, _), _)| *owner);
        let gone: HashSet<AddressOwner> = owners.filter(|owner| !is_there(&directory, *owner)).collect();
        self.drift.forget(|owner| gone.contains(&owner));
        if !gone.is_empty() {
            self.store.keep_shapes(Vec::new(), gone.iter().copied().collect()).await?;
        }
        for places in places.chunks(ROWS_MAX) {
            let mut rows = Vec::new();
            let mut taken = Vec::new();
            for ((owner, platform), of) in places.iter().filter(|((owner, _), _)| !gone.contains(owner)) {
                let mut locked = of.lock().unwrap_or_else(PoisonError::into_inner);
                if !locked.is_due(all) {
                    continue;
                }
                locked.settle();
                // Texts and numbers under names: this cannot fail.
                let data = serde_json::to_vec(&*locked).unwrap_or_default();
                taken.push((of, locked.is_new, locked.counted));
                (locked.is_new, locked.counted) = (false, 0);
                rows.push(ShapesRow { owner: *owner, platform: *platform, data });
            }
            if rows.is_empty() {
                continue;
            }
            if let Err(error) = self.store.keep_shapes(rows, Vec::new()).await {
                for (of, is_new, counted) in taken {
                    let mut locked = of.lock().unwrap_or_else(PoisonError::into_inner);
                    locked.is_new |= is_new;
                    locked.counted += counted;
                }
                return Err(error);
            }
        }
        Ok(())
    }
}
