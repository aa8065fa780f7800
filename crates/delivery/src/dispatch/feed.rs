//! Pages of the log that readers share, and the records of the events in them.

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use hookline_model::id::WorkspaceId;
use hookline_store::{
    Error, Store,
    deliveries::{Fed, Snapshot},
    directory::{AddressOwner, Directory},
};
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

use super::Rendered;
use crate::matching::quick::Traits;

/// How many positions of the log a page covers. Pages begin at multiples of it, so that readers which are near each other read
/// the same ones.
const PAGE: u64 = 256;

/// How many pages are kept.
const PAGES_MAX: usize = 8;

/// How many bytes the pages that are kept have together, as far as that is known; of more the one used last is kept alone.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many pages are read at once: readers that are behind do not keep the store from those who ask it something.
const READS_MAX: usize = 2;

/// An entry of the log, with its records once somebody wanted them.
pub(super) struct Entry {
    pub(super) fed: Fed,
    /// What is asked of it first.
    pub(super) traits: Traits,
    snapshot: OnceLock<Option<Arc<Snapshot>>>,
    /// How it was put into words for all subscriptions of a sort, and which that is.
    rendered: OnceLock<(&'static str, Option<Rendered>)>,
    shared: Arc<Shared>,
}

/// What the entries of a page have in common.
#[derive(Default)]
pub(super) struct Shared {
    /// About how many bytes they have together.
    held: AtomicUsize,
    /// Held by whoever reads records of them: of many who want the same only one does.
    reading: AsyncMutex<()>,
}

impl Entry {
    pub(super) fn new(fed: Fed, shared: &Arc<Shared>) -> Entry {
        shared.held.fetch_add(fed.bytes, Ordering::Relaxed);
        let (snapshot, rendered) = (OnceLock::new(), OnceLock::new());
        Entry { traits: Traits::of(&fed.event), fed, snapshot, rendered, shared: Arc::clone(shared) }
    }

    /// The event in the words of a sort of subscriptions, found once for all of them.
    pub(super) fn rendered(&self, sort: &'static str, render: impl Fn() -> Option<Rendered>) -> Option<Rendered> {
        let first = || {
            let rendered = render();
            self.shared.held.fetch_add(rendered.as_ref().map_or(0, |rendered| rendered.body.len()), Ordering::Relaxed);
            (sort, rendered)
        };
        match self.rendered.get_or_init(first) {
            (known, rendered) if *known == sort => rendered.clone(),
            // There is room for one sort, which is that of most.
            _ => render(),
        }
    }

    /// The event with its records, if [`Feed::snapshots`] was asked for it and the log still has it.
    pub(super) fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.get().and_then(Option::as_ref)
    }
}

/// A page, as far as it was read.
struct Page {
    number: u64,
    shared: Arc<Shared>,
    entries: AsyncMutex<(Vec<Arc<Entry>>, u64)>,
}

/// Whose entries are read.
type Wanted = Arc<HashSet<WorkspaceId>>;

/// What is kept.
#[derive(Default)]
struct Kept {
    /// The pages used last, the last one in front, all read for the same workspaces.
    pages: VecDeque<Arc<Page>>,
    /// The workspaces that some subscription is told of. One that is paused counts too: until its reader has heard of that, it
    /// moves on by what it reads.
    wanted: Wanted,
    /// Of which this was worked out.
    directory: Option<Arc<Directory>>,
}

/// A part of the log.
pub(super) struct Part {
    /// The entries in it.
    pub(super) entries: Vec<Arc<Entry>>,
    /// Up to where it was read.
    pub(super) through: u64,
    wanted: Wanted,
}

/// The log, read once for all who are level.
pub(super) struct Feed {
    store: Arc<dyn Store>,
    kept: Mutex<Kept>,
    turns: Semaphore,
}

impl Feed {
    pub(super) fn new(store: Arc<dyn Store>) -> Feed {
        Feed { store, kept: Mutex::default(), turns: Semaphore::new(READS_MAX) }
    }

    /// What is kept, for those workspaces that are wanted now.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Not asked for before: whoever holds the lock would put an older one in the place of a newer one.
        let directory = self.store.directory();
        if kept.directory.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &directory)) {
            let owners: HashSet<AddressOwner> = directory.subscriptions().iter().map(|row| row.owner).collect();
            let wanted: HashSet<WorkspaceId> = owners.into_iter().flat_map(|owner| directory.told_of(owner)).collect();
            if *kept.wanted != wanted {
                kept.pages.clear();
                kept.wanted = Arc::new(wanted);
            }
            kept.directory = Some(directory);
        }
        kept
    }

    /// Whether a part of the log has all that is wanted now: what was read before somebody wanted another workspace may lack entries.
    pub(super) fn is_whole(&self, part: &Part) -> bool {
        Arc::ptr_eq(&self.kept().wanted, &part.wanted)
    }

    /// Entries behind `after`, and up to where the log was read; that is `after` itself if there is nothing yet.
    pub(super) async fn after(&self, after: u64) -> Result<Part, Error> {
        loop {
            let part = self.read_on(after).await?;
            // A workspace is there before its entries are: where one was made meanwhile, its first may have been passed by.
            if self.is_whole(&part) {
                return Ok(part);
            }
        }
    }

    async fn read_on(&self, after: u64) -> Result<Part, Error> {
        let number = after / PAGE;
        let (page, wanted) = self.page(number);
        let mut read = page.entries.lock().await;
        let until = (number + 1) * PAGE;
        // What the store reads at once is bounded in bytes, and may end in front of where somebody is.
        while read.1 <= after {
            let _turn = self.turns.acquire().await.map_err(|_| Error::Closed)?;
            let found = self.store.feed(read.1, until, Some(Arc::clone(&wanted))).await?;
            if found.through <= read.1 {
                break;
            }
            read.0.extend(found.entries.into_iter().map(|fed| Arc::new(Entry::new(fed, &page.shared))));
            read.1 = found.through;
        }
        let entries = read.0.iter().filter(|entry| entry.fed.position > after).cloned().collect();
        Ok(Part { entries, through: read.1.max(after), wanted })
    }

    fn page(&self, number: u64) -> (Arc<Page>, Wanted) {
        let mut kept = self.kept();
        let wanted = Arc::clone(&kept.wanted);
        let pages = &mut kept.pages;
        let page = match pages.iter().position(|page| page.number == number).and_then(|place| pages.remove(place)) {
            Some(page) => page,
            None => Arc::new(Page { number, shared: Arc::default(), entries: AsyncMutex::new((Vec::new(), number * PAGE)) }),
        };
        pages.push_front(Arc::clone(&page));
        pages.truncate(fitting(pages.iter().map(|page| page.shared.held.load(Ordering::Relaxed))));
        (page, wanted)
    }

    /// Entries behind `after` of these workspaces, up to `until` and a page's at most, and up to where the log was read. They are
    /// nobody else's: their records are read when they are asked for.
    pub(super) async fn anew(&self, after: u64, until: u64, of: HashSet<WorkspaceId>) -> Result<(Vec<Arc<Entry>>, u64), Error> {
        let until = until.min(after.saturating_add(PAGE));
        let _turn = self.turns.acquire().await.map_err(|_| Error::Closed)?;
        let found = self.store.feed(after, until, Some(Arc::new(of))).await?;
        let shared = Arc::default();
        Ok((found.entries.into_iter().map(|fed| Arc::new(Entry::new(fed, &shared))).collect(), found.through))
    }

    /// Reads the records of entries of one page that do not have them yet.
    pub(super) async fn snapshots(&self, entries: &[Arc<Entry>]) -> Result<(), Error> {
        let is_missing = |entry: &&Arc<Entry>| entry.snapshot.get().is_none();
        let Some(first) = entries.iter().find(is_missing) else { return Ok(()) };
        let _reading = first.shared.reading.lock().await;
        // Somebody may have read them meanwhile.
        let missing: Vec<&Arc<Entry>> = entries.iter().filter(is_missing).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let asked = missing.iter().map(|entry| entry.fed.clone()).collect();
        let _turn = self.turns.acquire().await.map_err(|_| Error::Closed)?;
        let found = self.store.snapshots(asked).await?;
        for (entry, snapshot) in missing.into_iter().zip(found) {
            // Whoever was first has read the same. It says the event again, and the message that it is about.
            if entry.snapshot.set(snapshot.map(Arc::new)).is_ok() {
                entry.shared.held.fetch_add(2 * entry.fed.bytes, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}

/// How many pages of these sizes are kept, the one used last first.
fn fitting(sizes: impl Iterator<Item = usize>) -> usize {
    let mut bytes = 0;
    let fits = |size: &usize| {
        bytes += size;
        bytes <= BYTES_MAX
    };
    sizes.take(PAGES_MAX).take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use hookline_model::{entry::Origin, kind::Kind, platform::Platform};
    use hookline_store::sqlite::{SqliteOptions, SqliteStore};

    use super::*;
    use crate::matching::quick::tests::fed;

    #[test]
    fn pages_are_kept_as_far_as_their_number_and_bytes_allow() {
        assert_eq!(fitting([0; 20].into_iter()), PAGES_MAX);
        assert_eq!(fitting([BYTES_MAX / 4; 20].into_iter()), 4);
        assert_eq!(fitting([BYTES_MAX / 2, BYTES_MAX / 2 + 1, 1].into_iter()), 1, "none behind one that is let go");
        assert_eq!(fitting([BYTES_MAX + 1, 0].into_iter()), 1, "the last one is always there");
    }

    #[test]
    fn what_an_entry_is_put_into_words_as_counts_once() {
        let shared = Arc::<Shared>::default();
        let fed = Fed { bytes: 1_000, ..fed(Kind::EmailSent, Platform::Smartlead, None, None, Origin::Live) };
        let entry = Entry::new(fed, &shared);
        let rendered = || Some(Rendered { content_type: "text/plain".into(), body: vec![b'x'; 300].into() });
        for _ in 0..2 {
            assert!(entry.rendered("one", rendered).is_some() && entry.rendered("another", || None).is_none());
        }
        assert_eq!(shared.held.load(Ordering::Relaxed), 1_300);
    }

    #[tokio::test]
    async fn records_that_somebody_reads_are_not_read_by_others_too() {
        let temp = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(SqliteOptions::new(temp.path())).expect("the folder opens");
        store.close().await.expect("it closes");
        let feed = Feed::new(Arc::new(store));
        let page = Arc::<Shared>::default();
        let entry = || {
            let fed = fed(Kind::EmailSent, Platform::Smartlead, None, None, Origin::Live);
            [Arc::new(Entry::new(fed, &page))]
        };
        let (known, unknown) = (entry(), entry());
        let somebody = page.reading.lock().await;
        let mut asked = Box::pin(feed.snapshots(&known));
        assert!(asked.as_mut().now_or_never().is_none(), "somebody is at it");
        assert!(known[0].snapshot.set(None).is_ok());
        drop(somebody);
        // A store that is closed answers nothing: who does not ask it does not notice.
        assert!(asked.await.is_ok());
        assert!(feed.snapshots(&unknown).await.is_err());
    }
}
