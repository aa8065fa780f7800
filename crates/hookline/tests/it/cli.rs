//! The command line.

use std::process::{Command, Output, Stdio};

use hookline_testkit::{
    node::{ADMIN_KEY, Node, serve_command},
    traffic::smartlead_body,
};
use rustix::process::{Pid, Signal, kill_process};

use crate::HOOKLINE;

fn hookline(arguments: &[&str]) -> Output {
    let mut command = Command::new(HOOKLINE);
    command.args(arguments).env_remove("HOOKLINE_ADMIN_KEY").current_dir(std::env::temp_dir());
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_command_has_help_with_an_example() {
    let mut ends = Vec::new();
    let mut waiting = vec![Vec::new()];
    while let Some(command) = waiting.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let output = hookline(&[&words[..], &["--help"]].concat());
        let said = text(&output.stdout);
        assert!(output.status.success(), "{command:?}: {}", text(&output.stderr));
        let below: Vec<&str> = commands(&said).collect();
        if below.is_empty() {
            assert!(said.contains("Example"), "{command:?}: {said}");
            ends.push(command.join(" "));
        }
        waiting.extend(below.iter().map(|name| [&command[..], &[(*name).to_owned()]].concat()));
    }
    for known in ["serve", "listen", "bench parse", "bench deliver rate"] {
        assert!(ends.iter().any(|end| end == known), "{known} was not found: {ends:?}");
    }
}

/// The commands that a help lists.
fn commands(help: &str) -> impl Iterator<Item = &str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What is further in goes on with what a command does.
    let names = list.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help")
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let cases: [(&[&str], &str); 18] = [
        (&["serve", "--nonsense"], "--nonsense"),
        (&["nonsense"], "nonsense"),
        (&["serve", "--database", "mysql:x"], "sqlite:FOLDER"),
        (&["serve", "--listen", "18499"], "listen: \"18499\""),
        (&["serve", "--admin-listen", "1.2.3.4:99999"], "admin_listen: \"1.2.3.4:99999\""),
        (&["serve", "--public-url", "hooks.example"], "https://"),
        (&["serve", "--trusted-proxies", "x"], "network"),
        (&["serve", "--config", "/nonexistent.toml"], "/nonexistent.toml"),
        (&["serve", "--search", "maybe"], "--search"),
        (&["rebuild"], "--all"),
        (&["simulate", "--url", "http://127.0.0.1:1/x"], "webhook address"),
        (&["simulate"], "--url"),
        (&["simulate", "--failing", "2m..1m"], "the earlier first"),
        (&["simulate", "--failing", "soon"], "two times"),
        (&["simulate", "--failing", "1m..2m", "--platform", "mailcannon"], "mailcannon"),
        (&["simulate", "--failing", "1m..2m", "--rate", "0"], "rate"),
        (&["simulate", "--failing", "1m..2m", "--patient"], "--url"),
        (&["serve", "--demo", "--database", "sqlite:x"], "--database"),
    ];
    for (arguments, named) in cases {
        let output = hookline(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(named), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_source() {
    let temp = tempfile::tempdir().expect("a folder");
    let file = temp.path().join("other.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").expect("a file");
    let output = hookline(&["serve", "--config", &file.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("lisen"), "{}", text(&output.stderr));

    let mut command = Command::new(HOOKLINE);
    command.args(["serve"]).env("HOOKLINE_BODY_BYTES_MAX", "many").current_dir(temp.path());
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).to_lowercase().contains("body_bytes_max"), "{}", text(&output.stderr));

    let mut command = Command::new(HOOKLINE);
    command.args(["serve"]).env("HOOKLINE_ADMIN_KEY", "short").current_dir(temp.path());
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("32"), "{}", text(&output.stderr));

    let mistyped = "0123456789abcdef".repeat(4).replacen('0', "O", 1);
    let mut command = Command::new(HOOKLINE);
    command.args(["serve"]).env("HOOKLINE_MASTER_KEY", &mistyped).current_dir(temp.path());
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("64 hexadecimal digits"), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains(&mistyped[4..20]), "{}", text(&output.stderr));
}

#[test]
fn a_variable_that_is_empty_is_one_that_is_not_set() {
    let temp = tempfile::tempdir().expect("a folder");
    let folder = temp.path().join("data");
    let file = temp.path().join("hookline.toml");
    std::fs::write(file, format!("listen = \"127.0.0.1:0\"\ndatabase = \"sqlite:{}\"\n", folder.display())).expect("a file");
    let mut command = Command::new(HOOKLINE);
    command.arg("serve").current_dir(temp.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let settings =
        ["LISTEN", "ADMIN_LISTEN", "DATABASE", "PUBLIC_URL", "TRUSTED_PROXIES", "BODY_BYTES_MAX", "DISK_RESERVE_BYTES"];
    let others = ["SEARCH", "ALLOW_PRIVATE_DESTINATIONS", "ALLOW_DESTINATIONS", "CONFIG", "ADMIN_KEY", "MASTER_KEY", "LOG"];
    command.envs(settings.iter().chain(&others).map(|name| (format!("HOOKLINE_{name}"), "")));
    let mut child = command.spawn().expect("the binary starts");
    let stdout = std::io::BufReader::new(child.stdout.take().expect("standard output is piped"));
    let ready = std::io::BufRead::lines(stdout).map_while(Result::ok).find(|line| line == "Ready.");
    if ready.is_some() {
        kill_process(Pid::from_child(&child), Signal::TERM).expect("the process is ours");
    }
    let output = child.wait_with_output().expect("the process is ours");
    let logged = text(&output.stderr);
    assert!(ready.is_some() && output.status.success(), "it starts, with the settings of the file: {logged}");
    assert!(folder.join("master.key").is_file(), "the master key is in its file");
    assert!(logged.contains("stopped; everything answered is on disk"), "it says what it says by default: {logged}");

    let listen = |key: &str, url: &str| {
        let mut command = Command::new(HOOKLINE);
        command.args(["listen", "--forward", "http://127.0.0.1:1/"]).current_dir(temp.path());
        let output = command.env("HOOKLINE_KEY", key).env("HOOKLINE_URL", url).output().expect("the binary runs");
        (output.status.code(), text(&output.stderr))
    };
    let (code, told) = listen("", "http://127.0.0.1:1");
    assert!(code == Some(2) && told.contains("required arguments were not provided") && told.contains("--key"), "{told}");
    // The address of the server is read before the key, and this key is none: nobody is asked.
    let (code, told) = listen("no\nkey", "nonsense");
    assert!(code == Some(2) && told.contains("--server nonsense"), "{told}");
    let (code, told) = listen("no\nkey", "");
    assert!(code == Some(2) && told.contains("the key has characters"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rebuilding_everything_changes_nothing() {
    let temp = tempfile::tempdir().expect("a folder");
    let folder = temp.path().join("data");
    let node = Node::run(serve_command(HOOKLINE, &folder), temp.path().join("stderr")).await.expect("the first start");
    for n in 0..120 {
        assert_eq!(node.post(smartlead_body(n)).await.map(|answer| answer.0), Some(200));
    }
    let entries = node.event_ids().await.len();
    let workspace = node.workspace.clone();
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    let database = format!("sqlite:{}", folder.display());
    let output = hookline(&["rebuild", "--all", "--database", &database]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("0 of 1 workspaces came out different"), "{said}");
    assert!(entries > 80, "{entries}");
    let keys = ["--contact", "person-3@company-3.example", "--campaign-key", "ext:smartlead::2900000"];
    let output = hookline(&[&["rebuild", "--database", &database, "--workspace", &workspace], &keys[..]].concat());
    assert_eq!(text(&output.stdout), "0 records came out different\n", "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn search_can_be_switched_off_and_a_flag_wins() {
    let cases: [(&[&str], Option<&str>, bool); 4] = [
        (&[], None, true),
        (&[], Some("off"), false),
        (&["--search", "off"], None, false),
        (&["--search", "on"], Some("off"), true),
    ];
    for (flags, variable, is_on) in cases {
        let temp = tempfile::tempdir().expect("a folder");
        let folder = temp.path().join("data");
        let mut command = serve_command(HOOKLINE, &folder);
        command.args(flags).envs(variable.map(|value| ("HOOKLINE_SEARCH", value)));
        let node = Node::run(command, temp.path().join("stderr")).await.expect("it starts");
        let found = node.try_get(&format!("/v1/workspaces/{}/events?q=crane", node.workspace)).await;
        assert_eq!(found.is_ok(), is_on, "{flags:?} {variable:?} {found:?}");
        assert_eq!(folder.join("search.db").exists(), is_on, "{flags:?} {variable:?}");
        assert!(node.terminate().success(), "SIGTERM ends with 0");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_destinations_are_allowed_by_the_environment_in_every_spelling() {
    for (value, is_allowed) in [("on", true), ("1", true), ("true", true), ("off", false), ("0", false), ("false", false)] {
        let temp = tempfile::tempdir().expect("a folder");
        let mut command = serve_command(HOOKLINE, &temp.path().join("data"));
        command.env("HOOKLINE_ALLOW_PRIVATE_DESTINATIONS", value);
        let node = Node::run(command, temp.path().join("stderr")).await.expect("it starts");
        let url = format!("{}/v1/workspaces/{}/webhooks", node.base, node.workspace);
        let body = serde_json::json!({"name": "Ours", "url": "http://10.1.2.3/hook", "kinds": ["email.replied"]});
        let answer = node.client.post(url).bearer_auth(ADMIN_KEY).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), if is_allowed { 201 } else { 400 }, "{value}");
        assert!(node.terminate().success(), "SIGTERM ends with 0");
    }
    let mut command = Command::new(HOOKLINE);
    command.arg("serve").env("HOOKLINE_ALLOW_PRIVATE_DESTINATIONS", "maybe").current_dir(std::env::temp_dir());
    let output = command.output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).to_lowercase().contains("allow_private_destinations"), "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_simulation_ends_with_its_ledger() {
    let temp = tempfile::tempdir().expect("a folder");
    let node =
        Node::run(serve_command(HOOKLINE, &temp.path().join("data")), temp.path().join("stderr")).await.expect("the first start");
    let options = ["--events", "400", "--rate", "0", "--duplicates", "20", "--disorder", "100", "--seed", "7"];
    let output = hookline(&[&["simulate", "--url", &node.webhook], &options[..]].concat());
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said} {}", text(&output.stderr));
    let number = |word: &str| -> usize {
        let rest = said.split_once(&format!("{word} ")).map(|(_, rest)| rest).expect("the ledger has it");
        rest.split(' ').next().and_then(|number| number.trim().parse().ok()).expect("a number")
    };
    let (processed, duplicate) = (number("processed"), number("duplicate"));
    assert_eq!((number("sent"), processed + duplicate), (400, 400), "{said}");
    assert!((40..120).contains(&duplicate), "about a fifth are repetitions: {said}");
    assert!(said.contains("p99"), "{said}");
    assert_eq!(node.event_ids().await.len(), processed, "each processed delivery is an event");
}

#[test]
fn a_failing_server_is_rehearsed_without_one() {
    let options = ["--events", "7200", "--rate", "40", "--platform", "smartlead,emailbison", "--failing", "1m..90"];
    let output = hookline(&[&["simulate"], &options[..]].concat());
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said} {}", text(&output.stderr));
    let line = |platform: &str| said.lines().find(|line| line.starts_with(platform)).expect("a line of it").to_owned();
    assert!(line("smartlead").contains("switched off after 1m "), "{said}");
    assert!(line("emailbison").contains(" 0 not sent") && !line("emailbison").contains(" 0 lost"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demonstration_shows_something_and_leaves_nothing() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut command = std::process::Command::new(HOOKLINE);
    command.args(["serve", "--demo", "--demo-speed", "10000", "--listen", "127.0.0.1:0"]).current_dir(temp.path());
    command.env("HOOKLINE_ADMIN_KEY", ADMIN_KEY).env("HOOKLINE_LOG", "warn").env("TMPDIR", temp.path());
    let node = Node::run(command, temp.path().join("stderr")).await.expect("it starts");
    let shows_something = async {
        while node.event_ids().await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), shows_something).await.expect("something happens");
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    let left: Vec<_> =
        std::fs::read_dir(temp.path()).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["stderr"], "the database is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_prints_the_key_and_the_addresses_once() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut command = serve_command(HOOKLINE, &temp.path().join("data"));
        command.env_remove("HOOKLINE_ADMIN_KEY").stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = std::io::BufReader::new(child.stdout.take().expect("standard output is piped"));
        let lines: Vec<String> =
            std::io::BufRead::lines(stdout).map_while(Result::ok).take_while(|line| line != "Ready.").collect();
        child.kill().expect("it runs");
        child.wait().expect("it is ours");
        told.push(lines.join("\n"));
    }
    assert!(told[0].contains("Admin key (shown this once): hk_"), "{}", told[0]);
    assert!(told[0].contains("/public/smartlead-webhook/"), "{}", told[0]);
    assert!(!told[1].contains("hk_"), "{}", told[1]);
}
