//! `hookline rebuild`: folds the records again from the log and says what came out different.

use std::io::Write;

use anyhow::Context;
use hookline_model::{
    id::WorkspaceId,
    key::{ContactKey, EmailAddress},
};
use hookline_store::{
    RebuildKeys, Store,
    sqlite::{SqliteOptions, SqliteStore},
};

use crate::{
    WrongUsage,
    cli::{RebuildArguments, ServeFlags},
    settings,
};

/// Runs the command.
pub(crate) fn run(arguments: &RebuildArguments) -> anyhow::Result<()> {
    let flags = ServeFlags { database: arguments.database.clone(), config: arguments.config.clone(), ..ServeFlags::default() };
    let settings = settings::read(&flags)?;
    if !settings.data_folder.join("log.db").is_file() {
        return Err(WrongUsage(format!("there is no log.db in {}", settings.data_folder.display())).into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let mut options = SqliteOptions::new(&settings.data_folder);
    // Records are rebuilt; the index has nothing of them.
    options.search = None;
    if arguments.all { runtime.block_on(rebuild_all(options)) } else { runtime.block_on(rebuild_keys(options, arguments)) }
}

/// Folds everything anew and compares every workspace's records with what they were.
async fn rebuild_all(options: SqliteOptions) -> anyhow::Result<()> {
    let folder = options.folder.clone();
    let store = SqliteStore::open(options.clone()).context("open the data folder")?;
    let before = dumps(&store).await?;
    store.close().await.context("close the store")?;
    drop(store);
    SqliteStore::forget_records(&folder).context("put the old records away")?;
    let store = SqliteStore::open(options).context("open the data folder again")?;
    let after = dumps(&store).await?;
    let entries = store.status().folded;
    store.close().await.context("close the store")?;
    let different = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    say(&format!("{entries} entries folded again; {different} of {} workspaces came out different", after.len()))
}

/// The digest of every workspace's dump.
async fn dumps(store: &SqliteStore) -> anyhow::Result<Vec<(WorkspaceId, [u8; 32])>> {
    let workspaces: Vec<WorkspaceId> = store.directory().workspaces().map(|workspace| workspace.id).collect();
    let mut dumps = Vec::with_capacity(workspaces.len());
    for workspace in workspaces {
        let dump = wait_for_records(store, workspace).await?;
        dumps.push((workspace, crate::serve::sha256(&dump.to_string())));
    }
    Ok(dumps)
}

/// Reads a dump, however long the records take to catch up.
async fn wait_for_records(store: &SqliteStore, workspace: WorkspaceId) -> anyhow::Result<serde_json::Value> {
    loop {
        match store.dump(workspace).await {
            Err(hookline_store::Error::Behind { folded, committed }) => eprintln!("{folded} of {committed} entries folded"),
            other => return other.context("read the records"),
        }
    }
}

async fn rebuild_keys(options: SqliteOptions, arguments: &RebuildArguments) -> anyhow::Result<()> {
    let wrong = |error: &dyn std::fmt::Display| WrongUsage(error.to_string());
    let mut keys = RebuildKeys::default();
    for address in &arguments.contact {
        keys.contacts.push(ContactKey::Email(EmailAddress::parse(address).map_err(|error| wrong(&error))?));
    }
    for key in &arguments.contact_key {
        keys.contacts.push(key.parse().map_err(|error| wrong(&error))?);
    }
    for key in &arguments.campaign_key {
        keys.campaigns.push(key.parse().map_err(|error| wrong(&error))?);
    }
    for key in &arguments.email_key {
        keys.emails.push(key.parse().map_err(|error| wrong(&error))?);
    }
    for key in &arguments.item_key {
        keys.items.push(key.parse().map_err(|error| wrong(&error))?);
    }
    let workspace = arguments.workspace.map(WorkspaceId).ok_or_else(|| WrongUsage("--workspace is missing".to_owned()))?;
    let store = SqliteStore::open(options).context("open the data folder")?;
    let different = store.rebuild(workspace, keys).await.context("rebuild")?;
    store.close().await.context("close the store")?;
    say(&format!("{different} records came out different"))
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("write to standard output")
}
