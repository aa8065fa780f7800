//! Breaking the code on purpose: a rule that can be broken without a test failing is not tested.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Mutations {
    mutation: Vec<Mutation>,
}

#[derive(Debug, Deserialize)]
struct Mutation {
    /// The rule that it breaks.
    rule: String,
    /// The file, from the root of the tree.
    file: String,
    /// What is there, exactly once.
    find: String,
    /// What is put there instead.
    replace: String,
    /// The cargo test arguments that must fail; by default the merge against the reference model.
    #[serde(default = "merge_test")]
    test: Vec<String>,
}

fn merge_test() -> Vec<String> {
    ["-p", "hookline-testkit", "--test", "it", "--", "merge"].map(ToOwned::to_owned).into()
}

/// Applies one mutation after the other to a copy of the tree and expects its test to fail.
pub(crate) fn run(only: Option<&str>) -> anyhow::Result<()> {
    let text = fs::read_to_string("xtask/mutations.toml").context("read xtask/mutations.toml from the root of the tree")?;
    let mutations: Mutations = toml::from_str(&text).context("read xtask/mutations.toml")?;
    let copy = Path::new("target/mutate/tree");
    copy_tree(copy)?;
    let mut survivors = Vec::new();
    let mut tried = 0;
    for mutation in &mutations.mutation {
        if only.is_some_and(|only| !mutation.rule.contains(only)) {
            continue;
        }
        let path = copy.join(&mutation.file);
        let original = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let found = original.matches(&mutation.find).count();
        ensure!(found == 1, "{:?}: found {found} times in {}", mutation.rule, mutation.file);
        fs::write(&path, original.replace(&mutation.find, &mutation.replace))?;
        let outcome = try_test(copy, &mutation.test)?;
        fs::write(&path, original)?;
        tried += 1;
        match outcome {
            Outcome::Failed => println!("caught     {}", mutation.rule),
            Outcome::Passed => {
                println!("SURVIVED   {}", mutation.rule);
                survivors.push(&mutation.rule);
            }
            Outcome::NotBuilt(why) => bail!("{:?} does not build:\n{why}", mutation.rule),
        }
    }
    println!("{tried} mutations, {} survived", survivors.len());
    ensure!(survivors.is_empty(), "not tested: {survivors:?}");
    Ok(())
}

/// How long a build, or a test, may take.
const SECONDS_MAX: u32 = 900;

enum Outcome {
    Failed,
    Passed,
    NotBuilt(String),
}

fn try_test(copy: &Path, test: &[String]) -> anyhow::Result<Outcome> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let in_copy = |arguments: &[&str]| {
        // A test that hangs under a broken rule has failed: it would never have passed.
        let mut command = Command::new("timeout");
        command.arg(SECONDS_MAX.to_string()).arg(&cargo).arg("test").arg("--locked").args(arguments).args(test).current_dir(copy);
        command.env("CARGO_TARGET_DIR", "../target");
        // The rarest rules need some thousand histories to be seen broken; most are within the first few.
        command.env("HOOKLINE_PROPTEST_CASES", "4000");
        command.env("RUSTFLAGS", "-Awarnings");
        command.output().with_context(|| format!("run {command:?}"))
    };
    let built = in_copy(&["--no-run"])?;
    if !built.status.success() {
        return Ok(Outcome::NotBuilt(String::from_utf8_lossy(&built.stderr).into_owned()));
    }
    Ok(if in_copy(&[])?.status.success() { Outcome::Passed } else { Outcome::Failed })
}

/// Copies what git tracks, and what it does not ignore.
fn copy_tree(to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let listed =
        Command::new("git").args(["ls-files", "-co", "--exclude-standard", "-z"]).output().context("ask git for the files")?;
    ensure!(listed.status.success(), "git lists no files");
    for file in String::from_utf8(listed.stdout)?.split('\0').filter(|file| !file.is_empty()) {
        let target = to.join(file);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        if Path::new(file).exists() {
            fs::copy(file, &target).with_context(|| format!("copy {file}"))?;
        }
    }
    Ok(())
}
