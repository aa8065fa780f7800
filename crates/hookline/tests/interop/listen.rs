//! What `hookline listen` forwards is understood as what a webhook sends is.

use std::process::{Child, Command, Stdio};

use hookline_testkit::node::ADMIN_KEY;
use serde_json::Value;

use crate::{
    HOOKLINE,
    receivers::told,
    world::{World, receiver},
};

/// A listener, until it is dropped.
struct Listener(Child);

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn listen(world: &World, url: &str, arguments: &[&str], home: &std::path::Path) -> Listener {
    let mut command = Command::new(HOOKLINE);
    // From the beginning: nobody has to wait until it listens.
    command.args(["listen", "--from", "start", "--forward", url]).args(arguments);
    command.env("HOOKLINE_URL", &world.node.base).env("HOOKLINE_KEY", ADMIN_KEY).env("HOME", home).env_remove("XDG_STATE_HOME");
    command.stdin(Stdio::null()).stdout(Stdio::null()).current_dir(home);
    Listener(command.spawn().expect("it starts"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receivers_understand_what_is_forwarded_to_them_in_its_order() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwC2FVsBQIhrs=";
    let (world, home) = (World::new().await, tempfile::tempdir().expect("a folder"));
    let (smartlead, at_smartlead) = receiver("express_smartlead.js", &[("SECRET", SECRET)]).await;
    let (standard, at_standard) = receiver("flask_standard.py", &[("SECRET", SECRET)]).await;
    let told = told();
    for one in &told {
        world.tell(one.platform, &one.body).await;
    }
    let _listeners = [
        listen(&world, &at_smartlead, &["--dialect", "smartlead", "--secret", SECRET], home.path()),
        listen(&world, &at_standard, &["--secret", SECRET], home.path()),
    ];
    for (program, name_of) in [(&smartlead, 0), (&standard, 1)] {
        let lines = program.wait_until(|lines| lines.len() > told.len()).await;
        let understood: Vec<(&Value, &Value)> = lines[1..].iter().map(|line| (&line["what"], &line["who"])).collect();
        let expected: Vec<(Value, Value)> =
            told.iter().map(|one| ([one.flat.0, one.kind][name_of].into(), one.who.into())).collect();
        let expected: Vec<(&Value, &Value)> = expected.iter().map(|(what, who)| (what, who)).collect();
        assert_eq!(understood, expected, "{lines:#?}");
    }
}
