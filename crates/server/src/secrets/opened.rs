//! Sources with their secrets opened: once per directory and source, not with every delivery.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use http::HeaderName;

use hookline_model::platform::Platform;
use hookline_platforms::verify::{Rule, Secret};
use hookline_store::{
    directory::{AddressOwner, Directory},
    source::Source,
};

use crate::secrets::{CannotOpen, Field, MasterKey, Place};

/// The rules of sources that deliveries came for, as of one directory. There are no more than there are sources.
#[derive(Debug, Default)]
pub(crate) struct OpenedSources(RwLock<Opened>);

#[derive(Debug, Default)]
struct Opened {
    /// The directory that they are of. Every change makes another one.
    of: Option<Arc<Directory>>,
    rules: HashMap<(AddressOwner, Platform), Arc<Rule>>,
}

impl Opened {
    fn is_of(&self, directory: &Arc<Directory>) -> bool {
        self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, directory))
    }
}

impl OpenedSources {
    /// How deliveries of a source in this directory are verified.
    pub(crate) fn rule(&self, directory: &Arc<Directory>, source: &Source, key: &MasterKey) -> Result<Arc<Rule>, CannotOpen> {
        let place = (source.owner, source.platform);
        let opened = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(rule) = opened.rules.get(&place).filter(|_| opened.is_of(directory)) {
            return Ok(Arc::clone(rule));
        }
        drop(opened);
        let rule = Arc::new(open(source, key)?);
        let mut opened = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !opened.is_of(directory) {
            *opened = Opened { of: Some(Arc::clone(directory)), rules: HashMap::new() };
        }
        opened.rules.insert(place, Arc::clone(&rule));
        Ok(rule)
    }

    /// How many rules are kept.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).rules.len()
    }
}

/// The rule of a source. One whose header is no name, which nobody could put in, opens for nobody.
fn open(source: &Source, key: &MasterKey) -> Result<Rule, CannotOpen> {
    let header = source.header.as_deref().map(str::parse::<HeaderName>).transpose().map_err(|_| CannotOpen)?;
    let secrets = [(Field::Secret, &source.secret), (Field::SecretPrevious, &source.secret_previous)];
    let open = |(field, sealed): (Field, &Option<Vec<u8>>)| {
        sealed.as_ref().map(|sealed| key.open(&Place::Source(source.owner, source.platform, field), sealed))
    };
    let secrets: Vec<Secret> = secrets.into_iter().filter_map(open).collect::<Result<_, _>>()?;
    Ok(Rule::new(source.method, header, source.field.clone(), secrets))
}
