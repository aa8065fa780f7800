//! Programs in other languages that hold what we send, and what we answer, against their own libraries.
//!
//! Every folder below `interop/` is copied below `target/interop/`, and what its `package.json` or `requirements.txt` names is
//! installed beside the copy, so that nothing is ever installed into the tree.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::{cargo, succeed};

/// Where the programs are, from the root of the tree.
const SOURCES: &str = "interop";

/// What an installation follows from: when one of these changes it is made anew.
const MANIFESTS: [&str; 4] = ["package.json", "package-lock.json", ".npmrc", "requirements.txt"];

/// Says in an installed folder what it was installed from. It is written last.
const STAMP: &str = ".installed";

/// Installs what is missing, and runs the tests that need it.
pub(crate) fn run(install_only: bool) -> anyhow::Result<()> {
    let installed = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())).join("interop");
    let folders = fs::read_dir(SOURCES).with_context(|| format!("read {SOURCES}, from the root of the tree"))?;
    for folder in folders {
        let folder = folder?;
        if folder.file_type()?.is_dir() {
            let to = installed.join(folder.file_name());
            install(&folder.path(), &to).with_context(|| format!("install {}", to.display()))?;
        }
    }
    if install_only {
        return Ok(());
    }
    let mut test = cargo(&["test", "--locked", "-p", "hookline", "--test", "interop"]);
    succeed(&mut test, "a program in another language does not understand us")
}

/// Copies a folder, and installs what it needs unless that is there already.
fn install(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        if file.file_type()?.is_file() {
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    let wanted = stamp(to)?;
    if fs::read_to_string(to.join(STAMP)).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    if to.join("package.json").exists() {
        ensure!(to.join("package-lock.json").exists(), "package.json has no package-lock.json beside it");
        succeed(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(to), "npm did not install it")?;
    }
    if to.join("requirements.txt").exists() {
        succeed(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(to), "no virtual environment")?;
        let mut pip = Command::new("venv/bin/pip");
        // Everything is named, so nothing is looked for: what is forgotten fails in the check.
        pip.args(["install", "--quiet", "--no-deps", "--requirement", "requirements.txt"]).current_dir(to);
        succeed(&mut pip, "pip did not install it")?;
        succeed(Command::new("venv/bin/pip").arg("check").current_dir(to), "requirements.txt does not name all that is needed")?;
    }
    fs::write(to.join(STAMP), wanted)?;
    Ok(())
}

/// The manifests, and the versions of what installs them.
fn stamp(folder: &Path) -> anyhow::Result<String> {
    let mut stamp = String::new();
    for name in MANIFESTS.into_iter().filter(|name| folder.join(name).exists()) {
        stamp.push_str(&format!("{name}\n{}\n", fs::read_to_string(folder.join(name))?));
    }
    for (manifest, program) in [("package.json", "node"), ("requirements.txt", "python3")] {
        if folder.join(manifest).exists() {
            let output = Command::new(program).arg("--version").output().with_context(|| format!("run {program}"))?;
            stamp.push_str(&format!("{program} {}", String::from_utf8_lossy(&output.stdout)));
        }
    }
    Ok(stamp)
}
