//! What the tests of the file layer run: file operations as its arguments say, in the current folder.
//!
//! `write:<file>:<offset>:<text>`, `append:<file>:<text>`, `fill:<file>:<offset>:<len>:<letter>`, `truncate:<file>:<size>`,
//! `sync:<file>`, `syncdir:<folder>`, `unlink:<file>`, `rename:<file>:<file>`, `replace:<file>:<text>` (empties it first),
//! `copy:<file>:<file>`, `say:<text>`, `threads:<count>:<rounds>`, `sqlite:<file>:<synchronous>:<text>` (inserts a row),
//! `close:<file>`, `close` (the databases), `abort`.
//! An operation that fails is told on standard output, and the next one follows.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Seek, SeekFrom, Write};
use std::thread;

use rusqlite::Connection;

fn main() {
    let mut child = Child::default();
    for line in std::env::args().skip(1) {
        let words: Vec<&str> = line.split(':').collect();
        if let Err(error) = child.run(&words) {
            println!("{line}: {error}");
        }
    }
}

/// What stays open from one operation to the next.
#[derive(Default)]
struct Child {
    files: HashMap<String, File>,
    databases: Vec<Connection>,
}

impl Child {
    fn file(&mut self, name: &str) -> io::Result<&mut File> {
        if !self.files.contains_key(name) {
            // Write-only on purpose: what a write replaces must be known nevertheless.
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(name)?;
            self.files.insert(name.to_owned(), file);
        }
        self.files.get_mut(name).ok_or_else(|| io::Error::other("just inserted"))
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(name)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn run(&mut self, words: &[&str]) -> Result<(), Box<dyn Error>> {
        match *words {
            ["write", name, offset, text] => self.write(name, offset.parse()?, text.as_bytes())?,
            ["fill", name, offset, len, letter] => self.write(name, offset.parse()?, letter.repeat(len.parse()?).as_bytes())?,
            ["append", name, text] => {
                let (head, tail) = text.as_bytes().split_at(text.len() / 2);
                let written =
                    OpenOptions::new().append(true).open(name)?.write_vectored(&[IoSlice::new(head), IoSlice::new(tail)])?;
                assert_eq!(written, text.len(), "a short write");
            }
            ["truncate", name, size] => self.file(name)?.set_len(size.parse()?)?,
            ["sync", name] => self.file(name)?.sync_data()?,
            ["syncdir", name] => File::open(name)?.sync_all()?,
            ["unlink", name] => fs::remove_file(name)?,
            ["rename", from, to] => fs::rename(from, to)?,
            ["replace", name, text] => fs::write(name, text)?,
            ["copy", from, to] => drop(fs::copy(from, to)?),
            ["say", text] => println!("{text}"),
            ["threads", count, rounds] => threads(count.parse()?, rounds.parse()?)?,
            ["sqlite", name, synchronous, text] => {
                let database = Connection::open(name)?;
                database.pragma_update(None, "journal_mode", "wal")?;
                database.pragma_update(None, "synchronous", synchronous)?;
                database.execute("create table if not exists said (text text not null)", [])?;
                database.execute("insert into said values (?1)", [text])?;
                self.databases.push(database);
            }
            ["close", name] => drop(self.files.remove(name)),
            ["close"] => self.databases.clear(),
            ["abort"] => std::process::abort(),
            _ => return Err("no such operation".into()),
        }
        Ok(())
    }
}

/// Each thread writes its letter over and over behind what it wrote before, and syncs all but its last round. All have the
/// same file, and a file each.
fn threads(count: u8, rounds: u64) -> io::Result<()> {
    thread::scope(|scope| {
        let work: Vec<_> = (0..count).map(|number| scope.spawn(move || thread_of(number, count, rounds))).collect();
        work.into_iter().try_for_each(|thread| thread.join().map_err(|_| io::Error::other("a thread panicked"))?)
    })
}

fn thread_of(number: u8, count: u8, rounds: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    let shared = OpenOptions::new().write(true).create(true).truncate(false).open("shared")?;
    let own = File::create(format!("own-{number}"))?;
    let text = [b'a' + number; 100];
    for round in 0..rounds {
        shared.write_all_at(&text, (round * u64::from(count) + u64::from(number)) * 100)?;
        own.write_all_at(&text, round * 100)?;
        if round + 1 < rounds {
            own.sync_all()?;
            shared.sync_data()?;
        }
    }
    Ok(())
}
