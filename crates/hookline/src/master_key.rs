//! The master key: given in the environment, else kept in the data folder, where the first start makes it.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};
use hookline_server::{Entropy, MasterKey};

/// The file in the data folder: 64 hexadecimal digits and a line's end.
const FILE: &str = "master.key";
/// Where it is written before it is whole.
const UNFINISHED: &str = "master.key.new";
/// More than this is not read of it.
const FILE_BYTES_MAX: u64 = 1024;

/// The master key of a data folder. One that is given wins over the file. Where neither is, and nothing was sealed yet, the
/// file is made; it is on disk when this returns.
pub(crate) fn load(folder: &Path, given: Option<MasterKey>, is_needed: bool, entropy: &dyn Entropy) -> anyhow::Result<MasterKey> {
    if let Some(key) = given {
        return Ok(key);
    }
    let path = folder.join(FILE);
    match File::open(&path) {
        Ok(file) => read(file).with_context(|| format!("read the master key in {}", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound && is_needed => bail!(
            "there are stored secrets, and no master key to open them: put the former one back as {}, or into \
             HOOKLINE_MASTER_KEY",
            path.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = MasterKey::new(entropy);
            make(folder, &key).with_context(|| format!("make the master key in {}", path.display()))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("open the master key in {}", path.display())),
    }
}

fn read(file: File) -> anyhow::Result<MasterKey> {
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    // Nothing of it is shown: it may be the key, cut off.
    MasterKey::from_hex(text.trim_ascii()).context("it is not 64 hexadecimal digits")
}

/// Writes the file whole or not at all: a power cut between leaves no half key. Nobody but its owner may read it.
fn make(folder: &Path, key: &MasterKey) -> std::io::Result<()> {
    let unfinished = folder.join(UNFINISHED);
    // One that a former start did not finish protects nothing.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(key.to_hex().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Bytes that rise from call to call.
    struct Rising(std::sync::atomic::AtomicU8);

    impl Entropy for Rising {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let chance = Rising(1.into());
        fs::write(folder.path().join(UNFINISHED), "01").expect("a file of a start that was cut off");
        let made = load(folder.path(), None, false, &chance).expect("a key");
        assert_eq!(*made.to_hex(), "01".repeat(32));
        let file = folder.path().join(FILE);
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert!(!folder.path().join(UNFINISHED).exists());
        for is_needed in [false, true] {
            let again = load(folder.path(), None, is_needed, &chance).expect("the same key");
            assert_eq!(*again.to_hex(), "01".repeat(32));
        }
    }

    #[test]
    fn a_given_key_wins_and_makes_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let given = MasterKey::from_hex(&"cd".repeat(32));
        let key = load(folder.path(), given, false, &Rising(1.into())).expect("a key");
        assert_eq!(*key.to_hex(), "cd".repeat(32));
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn a_key_that_is_gone_or_spoilt_is_named_and_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        let refused = |is_needed| format!("{:#}", load(folder.path(), None, is_needed, &Rising(1.into())).expect_err("no key"));
        let gone = refused(true);
        assert!(gone.contains("master.key") && gone.contains("HOOKLINE_MASTER_KEY") && !file.exists(), "{gone}");
        for text in ["", "012345", &"0".repeat(5000), &"é".repeat(32)] {
            fs::write(&file, text).expect("a file");
            let spoilt = refused(false);
            assert!(spoilt.contains("master.key") && spoilt.contains("64 hexadecimal"), "{spoilt}");
            assert_eq!(fs::read_to_string(&file).expect("the file"), text);
        }
    }
}
