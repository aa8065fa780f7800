//! What a listener remembers from one start to the next, in a small file: up to where it has forwarded, and its secret.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::{WrongUsage, serve::sha256};

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// The server.
    pub(super) server: String,
    /// The workspace.
    pub(super) workspace: String,
    /// Where to.
    pub(super) forward: String,
    /// What deliveries are signed with, or carry.
    pub(super) secret: String,
    /// Everything up to there has been forwarded; none if nothing is known of that yet.
    pub(super) cursor: Option<String>,
}

/// The file, which nobody else writes as long as this lives.
#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    pub(super) remembered: Remembered,
    _lock: File,
}

impl State {
    /// Opens the file, or begins one, with a secret that `make` makes.
    pub(super) fn open(
        path: PathBuf,
        (server, workspace, forward): (&str, &str, &str),
        make: impl FnOnce() -> String,
    ) -> anyhow::Result<State> {
        let shown = path.display().to_string();
        if let Some(folder) = path.parent() {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.with_context(|| format!("make the folder {}", folder.display()))?;
        }
        let lock_path = path.with_extension("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&lock_path);
        let lock = lock.with_context(|| format!("open {}", lock_path.display()))?;
        if lock.try_lock().is_err() {
            let what = format!("another hookline listen forwards there and keeps its place in {shown}: end it, or give --state");
            return Err(WrongUsage(what).into());
        }
        let remembered = match fs::read(&path) {
            Ok(bytes) => {
                let wrong =
                    || WrongUsage(format!("{shown} cannot be read: delete it to begin anew, or give another with --state"));
                let remembered: Remembered = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
                let is_same = (&*remembered.server, &*remembered.workspace, &*remembered.forward) == (server, workspace, forward);
                if !is_same {
                    let of = format!("{}, workspace {}, to {}", remembered.server, remembered.workspace, remembered.forward);
                    return Err(WrongUsage(format!("{shown} is of {of}: give another file with --state")).into());
                }
                remembered
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let [server, workspace, forward] = [server, workspace, forward].map(ToOwned::to_owned);
                Remembered { server, workspace, forward, secret: make(), cursor: None }
            }
            Err(error) => return Err(error).with_context(|| format!("read {shown}")),
        };
        let state = State { path, remembered, _lock: lock };
        state.write()?;
        Ok(state)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Remembers that everything up to a cursor has been forwarded.
    pub(super) fn forwarded(&mut self, cursor: &str) -> anyhow::Result<()> {
        if self.remembered.cursor.as_deref() == Some(cursor) {
            return Ok(());
        }
        self.remembered.cursor = Some(cursor.to_owned());
        self.write()
    }

    /// In the place of the former file, so that there is always a whole one.
    fn write(&self) -> anyhow::Result<()> {
        let new = self.path.with_extension("new");
        let written = || {
            let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
            file.write_all(&serde_json::to_vec_pretty(&self.remembered)?)?;
            // A power cut must not leave the name without the bytes.
            file.sync_data()?;
            fs::rename(&new, &self.path)
        };
        written().with_context(|| format!("write {}", self.path.display()))
    }
}

/// Where the file is if nobody says: one for each server, workspace and address to forward to.
pub(super) fn usual_path(server: &str, workspace: &str, forward: &str) -> anyhow::Result<PathBuf> {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let states = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")));
    let states = states.ok_or_else(|| {
        WrongUsage("neither XDG_STATE_HOME nor HOME is set: say with --state where to remember what was forwarded".to_owned())
    })?;
    let digest = hex::encode(&sha256(&[server, workspace, forward].join("\n"))[..8]);
    Ok(states.join("hookline").join(format!("listen-{digest}.json")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const OF: (&str, &str, &str) = ("http://127.0.0.1:8080", "w", "http://127.0.0.1:3000/hook");

    fn open(path: &Path) -> anyhow::Result<State> {
        State::open(path.to_owned(), OF, || "whsec_made".to_owned())
    }

    #[test]
    fn what_was_forwarded_and_the_secret_are_remembered() {
        let temp = tempfile::tempdir().expect("a folder");
        let path = temp.path().join("deep/state.json");
        let mut state = open(&path).expect("a new one");
        assert_eq!((state.remembered.cursor.as_deref(), &*state.remembered.secret), (None, "whsec_made"));
        state.forwarded("c1").expect("written");
        state.forwarded("c2").expect("written");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads the secret");
        drop(state);
        let again = State::open(path, OF, || "whsec_other".to_owned()).expect("it is there");
        assert_eq!((again.remembered.cursor.as_deref(), &*again.remembered.secret), (Some("c2"), "whsec_made"));
    }

    #[test]
    fn a_file_of_another_or_of_somebody_at_work_is_refused() {
        let temp = tempfile::tempdir().expect("a folder");
        let path = temp.path().join("state.json");
        let first = open(&path).expect("a new one");
        let error = |result: anyhow::Result<State>| {
            let error = result.expect_err("it is refused");
            assert!(error.is::<WrongUsage>(), "{error:#}");
            error.to_string()
        };
        assert!(error(open(&path)).contains("another hookline listen"));
        drop(first);
        let other = State::open(path.clone(), (OF.0, "another", OF.2), String::new);
        assert!(error(other).contains("is of http://127.0.0.1:8080, workspace w"));
        fs::write(&path, "half of").expect("written");
        assert!(error(open(&path)).contains("delete it"));
    }

    #[test]
    fn every_place_has_a_file_of_its_own() {
        let path = |forward| usual_path(OF.0, OF.1, forward).expect("a home");
        assert_ne!(path("http://127.0.0.1:1/"), path("http://127.0.0.1:2/"));
        assert_eq!(path(OF.2), path(OF.2));
    }
}
