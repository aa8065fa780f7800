//! The embedded store as everybody else sees it: [`Store`], each method handed to whose subject it is.

use std::sync::{Arc, PoisonError};

use hookline_model::{
    id::{CampaignId, ContactId, EmailId, EventId, ItemId, QuarantineId, WorkspaceId},
    item::ItemSort,
    key::CampaignKey,
    record::{Campaign, Contact, Email, Erasure, Item},
    route::Decision,
    time::Millis,
};
use tokio::sync::oneshot;

use super::{
    SqliteStore, answers, directory,
    log::Prepared,
    quarantine,
    reader::WorkspaceReader,
    rerun,
    search::Search,
    settle::Settling,
    view::Command,
    writer::{self, Reply, Task},
};
use crate::{
    Answer, Append, Appended, Error, Quarantined, RebuildKeys, Status, Store, StoredEvent,
    answers::KeptAnswer,
    directory::{AddressOwner, Directory, DirectoryChange},
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter, Page, PageRequest},
    rerun::{Received, Reread, Rerun, RerunFilter},
    routing::{Delivered, Placed, Placing, Unplaced},
    search::{Found, SearchQuery},
    settle::{MakeAnswer, Settled, Settlement},
    shapes::ShapesRow,
    stats::{StatsBy, StatsFilter, StatsRow},
};

impl Store for SqliteStore {
    fn append(&self, delivery: Append) -> Answer<'_, Appended> {
        Box::pin(async move {
            let workspace = delivery.workspace;
            let prepared = Prepared::new(delivery)?;
            self.write(Some(workspace), prepared.bytes(), Task::Append(Box::new(prepared)), Reply::Appended).await
        })
    }

    fn record(&self, delivery: Append, answer: Option<KeptAnswer>) -> Answer<'_, Appended> {
        Box::pin(async move {
            let workspace = delivery.workspace;
            let prepared = Box::new(Prepared::new(delivery)?);
            self.write(Some(workspace), prepared.bytes(), Task::Record(prepared, answer), Reply::Appended).await
        })
    }

    fn quarantine(&self, delivery: Quarantined) -> Answer<'_, ()> {
        let bytes = delivery.body.len() + delivery.reason.len();
        Box::pin(self.write(Some(delivery.workspace), bytes, Task::Quarantine(Box::new(delivery)), Reply::Done))
    }

    fn quarantined(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Quarantined>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| quarantine::page(&reader.log, number, workspace, &page)).await
        })
    }

    fn quarantined_one(&self, workspace: WorkspaceId, id: QuarantineId) -> Answer<'_, Option<Quarantined>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| quarantine::one(&reader.log, number, workspace, id)).await
        })
    }

    fn settle(
        &self,
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        answer: Option<MakeAnswer>,
    ) -> Answer<'_, Vec<Settled>> {
        Box::pin(async move {
            let settling = Settling::prepare(workspace, settlements, answer).await?;
            self.write(Some(workspace), settling.bytes(), Task::Settle(settling), Reply::Settled).await
        })
    }

    fn received(&self, workspace: WorkspaceId, filter: RerunFilter, page: PageRequest) -> Answer<'_, Page<Received>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| rerun::received(&reader.log, number, filter, &page)).await
        })
    }

    fn supersede(&self, workspace: WorkspaceId, rerun: Rerun) -> Answer<'_, Vec<Reread>> {
        Box::pin(self.supersede_read_otherwise(workspace, rerun))
    }

    fn deliver(&self, delivery: Append, decision: Decision) -> Answer<'_, Delivered> {
        Box::pin(self.deliver_where_it_belongs(delivery, decision))
    }

    fn unplaced(&self, reserved: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Unplaced>> {
        Box::pin(self.read(reserved, move |reader| reader.unplaced(&page)))
    }

    fn place(&self, reserved: WorkspaceId, placing: Placing) -> Answer<'_, Vec<Placed>> {
        Box::pin(self.place_what_waits(reserved, placing))
    }

    fn kept_answer(&self, key: [u8; 32], now: Millis) -> Answer<'_, Option<KeptAnswer>> {
        Box::pin(self.with_reader(move |reader| answers::find(&reader.log, key, now)))
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_directory(&self, changes: Vec<DirectoryChange>) -> Answer<'_, ()> {
        Box::pin(self.write(None, directory::bytes(&changes), Task::Directory(changes), Reply::Done))
    }

    fn event(&self, workspace: WorkspaceId, id: EventId, with_raw: bool) -> Answer<'_, Option<StoredEvent>> {
        Box::pin(self.read(workspace, move |reader| reader.event(id, with_raw)))
    }

    fn events(&self, workspace: WorkspaceId, filter: EventFilter, page: PageRequest) -> Answer<'_, Page<StoredEvent>> {
        Box::pin(self.read(workspace, move |reader| reader.events(&filter, &page, None)))
    }

    fn contact(&self, workspace: WorkspaceId, id: ContactId) -> Answer<'_, Option<Contact>> {
        Box::pin(self.read(workspace, move |reader| reader.contact(id)))
    }

    fn contacts(&self, workspace: WorkspaceId, filter: ContactFilter, page: PageRequest) -> Answer<'_, Page<Contact>> {
        Box::pin(self.read(workspace, move |reader| reader.contacts(&filter, &page)))
    }

    fn campaign(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Campaign>> {
        Box::pin(self.read(workspace, move |reader| reader.campaign(id)))
    }

    fn campaign_keys(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Vec<CampaignKey>>> {
        Box::pin(self.read(workspace, move |reader| reader.campaign_keys(id)))
    }

    fn campaigns(&self, workspace: WorkspaceId, filter: CampaignFilter, page: PageRequest) -> Answer<'_, Page<Campaign>> {
        Box::pin(self.read(workspace, move |reader| reader.campaigns(&filter, &page)))
    }

    fn email(&self, workspace: WorkspaceId, id: EmailId) -> Answer<'_, Option<Email>> {
        Box::pin(self.read(workspace, move |reader| reader.email(id)))
    }

    fn emails(&self, workspace: WorkspaceId, filter: EmailFilter, page: PageRequest) -> Answer<'_, Page<Email>> {
        Box::pin(self.read(workspace, move |reader| reader.emails(&filter, &page, None)))
    }

    fn item(&self, workspace: WorkspaceId, id: ItemId) -> Answer<'_, Option<Item>> {
        Box::pin(self.read(workspace, move |reader| reader.item(id)))
    }

    fn items(&self, workspace: WorkspaceId, sort: ItemSort, page: PageRequest) -> Answer<'_, Page<Item>> {
        Box::pin(self.read(workspace, move |reader| reader.items(sort, &page)))
    }

    fn contact_items(
        &self,
        workspace: WorkspaceId,
        contact: ContactId,
        sort: ItemSort,
        page: PageRequest,
    ) -> Answer<'_, Option<Page<Item>>> {
        Box::pin(self.read(workspace, move |reader| reader.contact_items(contact, sort, &page)))
    }

    fn erasures(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Erasure>> {
        Box::pin(self.read(workspace, move |reader| reader.erasures(&page)))
    }

    fn search_events(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EventFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<StoredEvent>> {
        Box::pin(self.search(workspace, query, move |reader, words| reader.events(&filter, &page, Some(words))))
    }

    fn search_emails(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EmailFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<Email>> {
        Box::pin(self.search(workspace, query, move |reader, words| reader.emails(&filter, &page, Some(words))))
    }

    fn search_caught_up(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let search = self.search.as_ref().ok_or(Error::SearchOff)?;
            search.caught_up(self.shared.committed()).await
        })
    }

    fn stats(&self, workspace: WorkspaceId, filter: StatsFilter, by: StatsBy) -> Answer<'_, Vec<StatsRow>> {
        Box::pin(self.read(workspace, move |reader| reader.stats(&filter, by)))
    }

    fn shapes(&self) -> Answer<'_, Vec<ShapesRow>> {
        Box::pin(self.shapes.all())
    }

    fn keep_shapes(&self, rows: Vec<ShapesRow>, gone: Vec<AddressOwner>) -> Answer<'_, ()> {
        Box::pin(self.shapes.keep(rows, gone))
    }

    fn dump(&self, workspace: WorkspaceId) -> Answer<'_, serde_json::Value> {
        Box::pin(self.read(workspace, |reader: &mut WorkspaceReader<'_>| reader.dump()))
    }

    fn rebuild(&self, workspace: WorkspaceId, keys: RebuildKeys) -> Answer<'_, u64> {
        Box::pin(async move {
            let no = self.number(workspace).await?;
            self.shared.catch_up().await?;
            let (reply, receiver) = oneshot::channel();
            self.shared.command(Command::Rebuild { no, workspace, keys, reply })?;
            receiver.await.unwrap_or(Err(Error::Closed))
        })
    }

    fn status(&self) -> Status {
        let (queued, queued_bytes) = self.queue.waiting();
        Status {
            committed: self.shared.committed(),
            folded: self.shared.folded(),
            queued: queued as u64,
            queued_bytes: queued_bytes as u64,
            log_bytes: writer::size_on_disk(&self.files.log),
            records_bytes: writer::size_on_disk(&self.files.records),
            indexed: self.search.as_ref().map(Search::indexed),
            search_bytes: writer::size_on_disk(&self.files.search),
        }
    }

    fn ready(&self) -> Answer<'_, ()> {
        // An empty change goes through the writer and is committed: it says that the log can be written and synced.
        Box::pin(async move {
            self.change_directory(Vec::new()).await?;
            self.shared.catch_up().await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.queue.close();
            self.desk.close().await;
            self.shapes.close().await;
            let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)).into_iter();
            let (writer, view, copying) = (threads.next(), threads.next(), threads.next());
            let (shared, checkpointer) = (Arc::clone(&self.shared), Arc::clone(&self.checkpointer));
            let joined = tokio::task::spawn_blocking(move || {
                // The last to close a file copies its WAL back whole, so the checkpointer's connections go first.
                checkpointer.close();
                let copying = copying.is_none_or(|thread| thread.join().is_ok());
                let writer = writer.is_none_or(|thread| thread.join().is_ok());
                shared.close();
                // Each is waited for, also if another one had panicked.
                let rest = view.into_iter().chain(threads);
                rest.fold(copying && writer, |joined, thread| thread.join().is_ok() && joined)
            });
            let joined = joined.await;
            self.readers.close().await;
            if let Some(search) = &self.search {
                search.close().await;
            }
            match joined {
                Ok(true) => Ok(()),
                _ => Err(Error::Storage { attempted: "close the store", cause: "a thread had panicked".to_owned() }),
            }
        })
    }
}
