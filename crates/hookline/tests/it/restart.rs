//! Stopping and starting again.

use std::{
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    process::{Command, Stdio},
};

use hookline_testkit::{
    node::{ADMIN_KEY, Node, client, post, serve_command},
    traffic::smartlead_body,
};

use crate::HOOKLINE;

/// A server that takes its socket from whoever starts it, as under systemd.
fn activated(listener: &TcpListener, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    // The socket comes in as standard input and goes on as descriptor 3.
    command.args(["-c", "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\""]);
    command.arg(HOOKLINE).args(["serve", "--database"]).arg(format!("sqlite:{}", folder.display()));
    command.env("HOOKLINE_ADMIN_KEY", ADMIN_KEY).env("HOOKLINE_LOG", "warn").current_dir(std::env::temp_dir());
    let socket: OwnedFd = listener.try_clone().expect("the socket is cloned").into();
    command.stdin(Stdio::from(socket));
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_behind_an_inherited_socket_refuses_nobody() {
    let temp = tempfile::tempdir().expect("a folder");
    let folder = temp.path().join("data");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stderr = || temp.path().join("stderr");
    let first = Node::run(activated(&listener, &folder), stderr()).await.expect("the first start");
    let webhook = first.webhook.clone();
    assert_eq!(first.post(smartlead_body(0)).await.map(|answer| answer.0), Some(200));
    assert!(first.terminate().success(), "SIGTERM ends with 0");
    // Nobody serves now. The connection waits in the backlog of the socket that the starter still holds.
    let waiting = tokio::spawn(async move { post(&client(), &webhook, smartlead_body(1)).await });
    let second = Node::run(activated(&listener, &folder), stderr()).await.expect("the second start");
    assert_eq!(waiting.await.expect("no panic").map(|answer| answer.0), Some(200), "nobody is refused");
    assert_eq!(second.event_ids().await.len(), 2);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_files_may_be_open_as_the_hard_limit_says() {
    let temp = tempfile::tempdir().expect("a folder");
    let pid = temp.path().join("pid");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 333; ulimit -Hn 777; echo $$ > \"$PID\"; exec \"$0\" \"$@\""]).env("PID", &pid);
    command.arg(HOOKLINE).args(["serve", "--listen", "127.0.0.1:0", "--database"]);
    command.arg(format!("sqlite:{}", temp.path().join("data").display()));
    command.env("HOOKLINE_ADMIN_KEY", ADMIN_KEY).env("HOOKLINE_LOG", "warn").current_dir(std::env::temp_dir());
    let node = Node::run(command, temp.path().join("stderr")).await.expect("it starts");
    let pid = std::fs::read_to_string(pid).expect("the shell wrote it");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", pid.trim())).expect("the kernel tells");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    assert_eq!(files.split_whitespace().filter(|word| *word == "777").count(), 2, "{files}");
    assert!(node.terminate().success(), "SIGTERM ends with 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_cannot_have_one_folder() {
    let temp = tempfile::tempdir().expect("a folder");
    let node = Node::run(serve_command(HOOKLINE, temp.path()), temp.path().join("stderr")).await.expect("the first start");
    let second = serve_command(HOOKLINE, temp.path()).output().expect("the binary runs");
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(error.contains("in use by another hookline process"), "{error}");
    assert!(node.terminate().success(), "SIGTERM ends with 0");
}
