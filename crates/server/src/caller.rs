//! Who asks, whatever the surface: a key, what it opens, and whether it may write.

use sha2::{Digest, Sha256};

use hookline_model::id::{AgencyId, ApiKeyId};
use hookline_platforms::verify::same;
use hookline_store::directory::{ApiKey, Directory, KeyScope, Role, Workspace};

use crate::{
    problem::{Problem, ProblemType},
    service::Service,
};

/// A valid key's owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The key's id; none is the admin key.
    pub(crate) key: Option<ApiKeyId>,
    pub(crate) scope: KeyScope,
    pub(crate) role: Role,
}

impl Caller {
    /// The owner of a key, if it is one: the admin key, or one that was made and not deleted.
    pub(crate) fn of(service: &Service, key: &[u8]) -> Option<Caller> {
        let hash: [u8; 32] = Sha256::digest(key).into();
        if same(&service.admin_key_hash, &hash) {
            return Some(Caller { key: None, scope: KeyScope::Installation, role: Role::Write });
        }
        let directory = service.store.directory();
        let caller = |key: &ApiKey| Caller { key: Some(key.id), scope: key.scope, role: key.role };
        directory.key(&hash).map(caller)
    }

    /// Whether the key opens this agency, as a whole.
    pub(crate) fn opens_agency(&self, agency: AgencyId) -> bool {
        match self.scope {
            KeyScope::Installation => true,
            KeyScope::Agency(own) => own == agency,
            KeyScope::Workspace(_) => false,
        }
    }

    /// Whether the key opens this workspace.
    pub(crate) fn opens_workspace(&self, workspace: &Workspace) -> bool {
        match self.scope {
            KeyScope::Workspace(own) => own == workspace.id,
            _ => self.opens_agency(workspace.agency),
        }
    }

    /// Whether the key opens everything that a key of `scope` opens.
    pub(crate) fn opens_scope(&self, scope: KeyScope, directory: &Directory) -> bool {
        match scope {
            KeyScope::Installation => self.scope == KeyScope::Installation,
            KeyScope::Agency(id) => self.opens_agency(id),
            KeyScope::Workspace(id) => directory.workspace(id).is_some_and(|workspace| self.opens_workspace(workspace)),
        }
    }

    /// Refuses a key that may only read.
    pub(crate) fn may_write(&self) -> Result<(), Problem> {
        match self.role {
            Role::Write => Ok(()),
            Role::Read => Err(Problem::new(ProblemType::Forbidden, "This key may only read. Use one with the role write.")),
        }
    }
}
