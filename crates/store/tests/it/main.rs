//! The embedded store, held to the conformance suite and to what only it promises.

mod deliveries;
mod folding;
mod known;
mod limits;
mod plans;
mod search;
mod sqlite;
mod superseded;

use std::{path::Path, sync::Arc};

use hookline_store::{
    Store,
    conformance::{Place, cases, exercise_one},
    sqlite::{SqliteOptions, SqliteStore},
};
use tempfile::TempDir;

/// A folder that goes with the test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(TempDir::with_prefix("hookline-store-").expect("there is room for a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Place for Folder {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(options(self.path())).expect("the folder opens"))
    }
}

/// Settings under which a fatal fault fails the test instead of ending its process.
fn options(folder: &Path) -> SqliteOptions {
    let mut options = SqliteOptions::new(folder);
    options.on_fatal = Arc::new(|reason| panic!("a fatal fault: {reason}"));
    options
}

macro_rules! hold_to {
    ($($case:ident)*) => {
        /// The names of the cases that there are tests of.
        const HELD_TO: &[&str] = &[$(stringify!($case)),*];

        /// One test per case of the suite.
        mod conformance {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::hold(stringify!($case)).await;
                }
            )*
        }
    };
}

hookline_store::for_each_conformance_case!(hold_to);

async fn hold(case: &str) {
    exercise_one(case, &|| Box::new(Folder::new())).await;
}

#[test]
fn no_case_is_left_out() {
    let names: Vec<&str> = cases().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, HELD_TO);
    assert!(!names.is_empty());
}
