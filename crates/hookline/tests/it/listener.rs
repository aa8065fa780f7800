//! `hookline listen` as a process, and a way to its server that can be cut.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use hookline_testkit::node::ADMIN_KEY;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::{HOOKLINE, receiver::PATIENCE};

/// The command, for somebody whose home is a folder.
pub(crate) fn listen_command(server: &str, home: &Path) -> Command {
    let mut command = Command::new(HOOKLINE);
    command.args(["listen", "--json"]).env("HOOKLINE_URL", server).env("HOOKLINE_KEY", ADMIN_KEY).env("HOME", home);
    command.env_remove("XDG_STATE_HOME").env("HOOKLINE_LOG", "warn");
    command.current_dir(std::env::temp_dir()).stdin(Stdio::null());
    command
}

/// How a listener ended that could not begin: its code, and what it said on standard error.
pub(crate) fn refused(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A listener that runs. It dies with this.
pub(crate) struct Listener {
    child: Child,
    lines: watch::Receiver<Vec<Value>>,
}

impl Listener {
    /// Runs it, and waits until it is ready.
    pub(crate) async fn ready(command: Command) -> Listener {
        let listener = Listener::run(command);
        listener.wait_until(|lines| lines.iter().any(|line| line["type"] == "ready")).await;
        listener
    }

    /// Runs it.
    pub(crate) fn run(mut command: Command) -> Listener {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (writes, lines) = watch::channel(Vec::new());
        // Ends with the process.
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
                writes.send_modify(|lines: &mut Vec<Value>| lines.push(line));
            }
        });
        Listener { child, lines }
    }

    /// Waits until it has said enough.
    pub(crate) async fn wait_until(&self, is_enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut lines = self.lines.clone();
        let waiting = tokio::time::timeout(PATIENCE, lines.wait_for(|lines| is_enough(lines))).await;
        match waiting {
            Ok(Ok(enough)) => enough.clone(),
            Ok(Err(_)) => panic!("it ended, and said {:?}", *self.lines.borrow()),
            Err(_) => panic!("it takes too long, and said {:?}", *self.lines.borrow()),
        }
    }

    /// What it said first: what it is set to.
    pub(crate) async fn settings(&self) -> Value {
        self.wait_until(|lines| !lines.is_empty()).await[0].clone()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process is ours");
    }

    /// Ctrl-C; how it ended.
    pub(crate) fn interrupt(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("the process is ours");
        self.child.wait().expect("the process is ours")
    }

    /// Waits for it to end by itself; how it did, and what it said on standard error.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("standard error is piped");
        stderr.read_to_string(&mut said).expect("it can be read");
        (self.child.wait().expect("the process is ours").code(), said)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that leads to wherever the server is just now.
pub(crate) struct Way {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    to: Arc<Mutex<Option<SocketAddr>>>,
    open: Arc<Mutex<JoinSet<()>>>,
    serving: JoinHandle<()>,
}

impl Way {
    pub(crate) async fn to(base: &str) -> Way {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let (to, open) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(JoinSet::new())));
        let (leads, connections) = (Arc::clone(&to), Arc::clone(&open));
        let serving = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let to = *lock(&leads);
                lock(&connections).spawn(async move {
                    // Where nobody is, the connection ends at once.
                    let Some(to) = to else { return };
                    if let Ok(mut server) = TcpStream::connect(to).await {
                        drop(copy_bidirectional(&mut client, &mut server).await);
                    }
                });
            }
        });
        let way = Way { base: own, to, open, serving };
        way.lead(Some(base));
        way
    }

    /// Leads elsewhere from now on, or nowhere.
    pub(crate) fn lead(&self, base: Option<&str>) {
        let address = |base: &str| base.trim_start_matches("http://").parse().expect("an address");
        *lock(&self.to) = base.map(address);
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        lock(&self.open).abort_all();
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
