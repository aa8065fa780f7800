//! A server that dies at a step of the pipe: `testkit_node FOLDER STEP N` serves the folder and aborts when the step is taken for
//! the N-th time. It says where it listens as `hookline serve` does. `testkit_node FOLDER fill N` puts N deliveries into
//! quarantine that can be read, and `testkit_node FOLDER wait N` has N wait in the agency's reserved workspace; both end then.

use std::{io::Write, sync::Arc};

use hookline_server::{Limits, serve};
use hookline_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};
use hookline_testkit::service::{START, die_at_step, fill_quarantine, fill_unrouted, make_directory, surfaces_seeded};
use tokio_util::sync::CancellationToken;

/// A clock that stands: every delivery of the tests states its own time.
struct Standing;

impl hookline_server::Clock for Standing {
    fn now(&self) -> hookline_model::time::Millis {
        START
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, step, n] = arguments.as_slice() else { anyhow::bail!("usage: testkit_node FOLDER STEP N") };
    let mut options = SqliteOptions::new(folder);
    // Small, so that the write-ahead logs are copied back many times in a short life.
    options.checkpoint_pages = 16;
    options.probe = die_at_step(step, n.parse()?);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options)?);
    make_directory(store.as_ref()).await;
    if step == "fill" || step == "wait" {
        match step.as_str() {
            "fill" => fill_quarantine(store.as_ref(), n.parse()?).await,
            _ => fill_unrouted(store.as_ref(), n.parse()?).await,
        }
        store.close().await?;
        return Ok(());
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    // Another life, other ids.
    let seed = step.bytes().fold(n.parse()?, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let service = surfaces_seeded(Arc::clone(&store), Arc::new(Standing), Limits::default(), seed);
    let stop = CancellationToken::new();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let stopped = stop.clone();
    tokio::spawn(async move {
        terminate.recv().await;
        stopped.cancel();
    });
    writeln!(std::io::stdout(), "API: http://{address}/v1\nReady.")?;
    serve(listener, service.router(), &Limits::default(), stop).await?;
    store.close().await?;
    Ok(())
}
