//! What a power cut takes, and what it leaves.

use std::collections::BTreeSet;
use std::fs;

use hookline_testkit::powercut::{Choice, CutReport};
use tempfile::TempDir;

use crate::{Fixture, Outcome, files};

/// Every script with what is left when all that was not synced is dropped, and when it is kept.
#[test]
fn what_was_synced_holds_and_the_rest_can_go() {
    let none = files([]);
    for (script, dropped, kept) in [
        // Bytes.
        ("write:a:0:one sync:a write:a:3:two", files([("a", "one")]), files([("a", "onetwo")])),
        ("write:a:0:one write:a:3:two sync:a", files([("a", "onetwo")]), files([("a", "onetwo")])),
        ("write:a:0:one write:b:0:two sync:b", files([("b", "two")]), files([("a", "one"), ("b", "two")])),
        ("write:a:0:one sync:a append:a:two", files([("a", "one")]), files([("a", "onetwo")])),
        // Overlapping writes.
        (
            "write:a:0:aaaaaaaa sync:a write:a:2:bbbb write:a:4:cccc write:a:0:ddd write:a:6:eeeeee",
            files([("a", "aaaaaaaa")]),
            files([("a", "dddbcceeeeee")]),
        ),
        ("write:a:0:aaaa write:a:2:bbbb sync:a write:a:3:cc", files([("a", "aabbbb")]), files([("a", "aabccb")])),
        // A hole.
        ("write:a:0:a sync:a write:a:3:b", files([("a", "a")]), files([("a", "a\0\0b")])),
        // Truncations, shorter and longer, and what is written after them.
        ("write:a:0:abcdef sync:a truncate:a:2", files([("a", "abcdef")]), files([("a", "ab")])),
        ("write:a:0:abcdef sync:a truncate:a:2 write:a:4:xyz", files([("a", "abcdef")]), files([("a", "ab\0\0xyz")])),
        ("write:a:0:abcdef truncate:a:2 sync:a truncate:a:4", files([("a", "ab")]), files([("a", "ab\0\0")])),
        ("write:a:0:abcdef sync:a replace:a:xy", files([("a", "abcdef")]), files([("a", "xy")])),
        // Names of new files: by the file's sync, or by the folder's, which says nothing of the bytes.
        ("write:a:0:one", none.clone(), files([("a", "one")])),
        ("write:a:0:one syncdir:.", files([("a", "")]), files([("a", "one")])),
        ("write:a:0:one sync:a copy:a:b sync:b", files([("a", "one"), ("b", "one")]), files([("a", "one"), ("b", "one")])),
        ("write:a:0:one sync:a copy:a:b", files([("a", "one")]), files([("a", "one"), ("b", "one")])),
        // Deletions.
        ("write:a:0:one sync:a unlink:a", files([("a", "one")]), none.clone()),
        ("write:a:0:one sync:a unlink:a syncdir:.", none.clone(), none.clone()),
        ("write:a:0:one sync:a unlink:a write:a:0:two", files([("a", "one")]), none.clone()),
        ("write:a:0:one sync:a unlink:a replace:a:two", files([("a", "one")]), files([("a", "two")])),
        ("write:a:0:one unlink:a", none.clone(), none.clone()),
        // Renamings.
        ("write:a:0:one sync:a rename:a:b", files([("a", "one")]), files([("b", "one")])),
        ("write:a:0:one sync:a rename:a:b syncdir:.", files([("b", "one")]), files([("b", "one")])),
        ("write:a:0:one rename:a:b syncdir:.", files([("b", "")]), files([("b", "one")])),
        ("write:a:0:new sync:a write:b:0:old sync:b rename:a:b", files([("a", "new"), ("b", "old")]), files([("b", "new")])),
        ("write:a:0:new sync:a write:b:0:old sync:b rename:a:b syncdir:.", files([("b", "new")]), files([("b", "new")])),
        // A file that takes a durable place has its predecessor's way out done, too.
        (
            "write:a:0:old sync:a close:a rename:a:b write:a:0:new sync:a",
            files([("a", "new"), ("b", "old")]),
            files([("a", "new"), ("b", "old")]),
        ),
        ("write:a:0:old sync:a close:a unlink:a write:a:0:new sync:a", files([("a", "new")]), files([("a", "new")])),
        ("write:a:0:one sync:a rename:a:b rename:b:c unlink:c", files([("a", "one")]), none.clone()),
    ] {
        assert_eq!(Fixture::after(script, Choice::DropAll).0.files(), dropped, "{script}, dropped");
        assert_eq!(Fixture::after(script, Choice::KeepAll).0.files(), kept, "{script}, kept");
    }
}

/// Like above, but what is overwritten, cut off, replaced and deleted is older than the journal, and chance decides what is done.
#[test]
fn what_was_there_before_comes_back() {
    let base = "fill:a:0:700:a fill:b:0:1500:b fill:c:0:10:c";
    let mut state = 1_u64;
    let mut any = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for round in 0..40 {
        let mut script = String::new();
        for _ in 0..25 {
            let mut name = || ["a", "b", "c", "d"][usize::try_from(any(4)).expect("small")];
            let (one, other) = (name(), name());
            script += &match any(9) {
                0..4 => format!("fill:{one}:{}:{}:{} ", any(1600), 1 + any(900), any(10)),
                4 => format!("truncate:{one}:{} ", any(2000)),
                5 => format!("append:{one}:tail "),
                6 => format!("replace:{one}:all "),
                7 => format!("rename:{one}:{other} close:{one} "),
                _ => format!("unlink:{one} close:{one} "),
            };
        }
        for choice in [Choice::DropAll, Choice::KeepAll, Choice::Random(round)] {
            let fixture = Fixture::new();
            fixture.run_well(base);
            let before = fixture.files();
            fixture.cut(Choice::KeepAll);
            // Not all that chance has in mind is possible: a file may not be there.
            fixture.run(&script);
            let after = fixture.files();
            fixture.cut(choice);
            match choice {
                Choice::DropAll => assert_eq!(fixture.files(), before, "{script}"),
                Choice::KeepAll => assert_eq!(fixture.files(), after, "{script}"),
                Choice::Random(_) => drop(fixture.files()),
            }
        }
    }
}

/// A death between a record and its operation: in a real run the time is too short to hit, so the journal is written here.
#[test]
fn an_operation_that_was_recorded_but_not_made_did_nothing() -> Outcome {
    let fixture = Fixture::new();
    fixture.run_well("write:a:0:abcdef sync:a");
    fixture.cut(Choice::KeepAll);
    let journal = fixture.power.dir().with_file_name("journal");
    let kept = fs::read_to_string(fixture.power.dir().join("a"))?;
    for script in ["write:a:3:XYZ12", "truncate:a:2", "unlink:a", "rename:a:b", "write:b:0:new"] {
        fixture.run_well(script);
        // Back by hand to what was before it, and a next life that syncs all there is.
        for entry in fs::read_dir(fixture.power.dir())? {
            let path = entry?.path();
            let back = fixture.power.dir().join("a");
            match path.file_name().and_then(|name| name.to_str()) {
                Some("b") if script.starts_with("rename") => fs::rename(path, back)?,
                Some("b") => fs::remove_file(path)?,
                _ => {}
            }
        }
        if script == "unlink:a" {
            let only = fs::read_dir(journal.join("kept"))?.next().ok_or("nothing kept")??;
            fs::hard_link(only.path(), fixture.power.dir().join("a"))?;
        }
        fs::write(fixture.power.dir().join("a"), &kept)?;
        fixture.run_well("write:a:0:AB sync:a syncdir:.");
        fixture.cut(Choice::DropAll);
        assert_eq!(fixture.files(), files([("a", "ABcdef")]), "{script}");
        fixture.run_well("write:a:0:ab sync:a");
        fixture.cut(Choice::KeepAll);
    }
    Ok(())
}

/// What a cut leaves is on disk: the next run starts from it, and a second cut takes nothing more.
#[test]
fn runs_and_cuts_follow_each_other() {
    let fixture = Fixture::new();
    fixture.run_well("write:a:0:one abort");
    assert_eq!(fixture.cut(Choice::KeepAll), CutReport { kept: 2, ..CutReport::default() });
    assert_eq!(fixture.cut(Choice::DropAll), CutReport::default());
    assert_eq!(fixture.files(), files([("a", "one")]));
    // Two runs without a cut between them: the journal goes on.
    fixture.run_well("write:a:3:two abort");
    fixture.run_well("write:a:6:three unlink:a replace:a:four");
    assert_eq!(fixture.cut(Choice::DropAll), CutReport { dropped: 5, ..CutReport::default() });
    assert_eq!(fixture.files(), files([("a", "one")]));
}

#[test]
fn wal_indexes_are_thrown_away_and_folders_outside_are_left_alone() -> Outcome {
    let fixture = Fixture::new();
    let elsewhere = TempDir::new()?;
    let outside = elsewhere.path().join("file");
    fixture.run_well(&format!("write:log.db-shm:0:index sync:log.db-shm replace:{}:kept abort", outside.display()));
    assert_eq!(fixture.power.operations()?, 0);
    assert_eq!(fixture.cut(Choice::KeepAll), CutReport::default());
    assert_eq!(fixture.files(), files([]));
    assert_eq!(fs::read_to_string(outside)?, "kept");
    Ok(())
}

#[test]
fn random_is_decided_by_the_seed_and_tears_at_sectors() {
    // Ten sectors and a half, not from a sector's beginning, over what was synced; then some more operations.
    let script = "fill:a:0:8192:a sync:a fill:a:100:5500:b write:a:9000:end write:b:0:new rename:a:c truncate:c:10";
    let mut folders = BTreeSet::new();
    let mut tears = BTreeSet::new();
    for seed in 0..40 {
        let (fixture, report) = Fixture::after(script, Choice::Random(seed));
        let (again, same_report) = Fixture::after(script, Choice::Random(seed));
        assert_eq!((fixture.files(), report), (again.files(), same_report), "seed {seed}");
        let found = fixture.files();
        assert!(found.contains_key("a") || found.contains_key("c"), "what was synced is there under one of its names");
        if let Some(text) = found.get("a").or_else(|| found.get("c")).filter(|text| text.len() >= 8192) {
            let new: Vec<usize> = text.bytes().enumerate().filter(|(_, byte)| *byte == b'b').map(|(index, _)| index).collect();
            if let (Some(first), Some(last)) = (new.first(), new.last()) {
                assert_eq!(new.len(), last - first + 1, "one piece");
                assert!(*first == 100 || first % 512 == 0, "{first}");
                assert!(*last + 1 == 5600 || (last + 1) % 512 == 0, "{last}");
                tears.insert(new.len());
            }
        }
        folders.insert(found);
    }
    assert!(folders.len() > 10, "only {} different outcomes", folders.len());
    assert!(tears.contains(&5500) && tears.len() > 2, "{tears:?}");
}

#[test]
fn threads_that_write_at_once_are_told_apart() {
    let (count, rounds) = (8, 20);
    let (fixture, report) = Fixture::after(&format!("threads:{count}:{rounds}"), Choice::DropAll);
    let letters: Vec<String> = (0..count).map(|number| char::from(b'a' + number).to_string()).collect();
    for (number, letter) in letters.iter().enumerate() {
        assert_eq!(fixture.text(&format!("own-{number}")), letter.repeat(100 * (rounds - 1)));
    }
    // The last round may have been covered by another thread's sync, but no earlier one may be missing.
    let synced: String = letters.iter().map(|letter| letter.repeat(100)).collect::<String>().repeat(rounds - 1);
    assert!(fixture.text("shared").starts_with(&synced));
    assert!(report.dropped >= u64::from(count), "{report:?}");
}

/// Many threads, `kill -9` in the middle of it, again without a cut in between: the journal knows exactly what was done.
#[test]
fn after_a_kill_at_any_moment_the_journal_agrees_with_the_folder() -> Outcome {
    for moment in [1, 10, 100, 400, 1000] {
        let fixture = Fixture::new();
        for _ in 0..3 {
            fixture.power.forget_operations()?;
            let mut child = fixture.command("threads:8:1000000").spawn()?;
            while fixture.power.operations()? < moment {
                std::thread::yield_now();
            }
            child.kill()?;
            child.wait()?;
        }
        let before = fixture.files();
        let report = fixture.cut(Choice::KeepAll);
        assert_eq!(fixture.files(), before, "at {moment}");
        assert!(report.kept > 0);
    }
    Ok(())
}
