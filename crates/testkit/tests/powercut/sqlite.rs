//! The same under SQLite, in the mode in which the store uses it.

use hookline_testkit::powercut::{Choice, DIED};
use rusqlite::Connection;

use crate::{Fixture, Outcome};

/// SQLite itself: a commit that was synced is there, one that was not is gone, and the layer can tell the difference.
#[test]
fn a_synced_commit_survives_and_one_that_was_not_does_not() -> Outcome {
    let said = |fixture: &Fixture| -> Result<Vec<String>, rusqlite::Error> {
        let database = Connection::open(fixture.power.dir().join("log.db"))?;
        let integrity: String = database.query_row("pragma integrity_check", [], |row| row.get(0))?;
        assert_eq!(integrity, "ok");
        database.prepare("select text from said")?.query_map([], |row| row.get(0))?.collect()
    };
    let fixture = Fixture::new();
    fixture.run_well("sqlite:log.db:full:first abort");
    assert!(fixture.cut(Choice::DropAll).synced > 0);
    assert_eq!(said(&fixture)?, ["first"]);

    fixture.run_well("sqlite:log.db:off:second abort");
    assert!(fixture.cut(Choice::DropAll).dropped > 0);
    assert_eq!(said(&fixture)?, ["first"], "the second was never synced");

    fixture.run_well("sqlite:log.db:off:third abort");
    fixture.cut(Choice::KeepAll);
    assert_eq!(said(&fixture)?, ["first", "third"], "what a kill leaves");

    // Closed properly: a checkpoint, and the WAL is deleted. Random never takes what was synced.
    for seed in 0..20 {
        fixture.run_well("sqlite:log.db:full:more close");
        fixture.run_well("sqlite:log.db:full:more sqlite:log.db:off:maybe abort");
        fixture.cut(Choice::Random(seed));
        let said = said(&fixture)?;
        assert_eq!(said.iter().filter(|text| *text == "more").count(), 2 * (usize::try_from(seed)? + 1), "seed {seed}");
    }
    Ok(())
}

/// Dead at every single operation of a life with SQLite: what the child said is committed, and the file is sound.
#[test]
fn sqlite_keeps_what_it_said_wherever_the_power_goes() -> Outcome {
    let script = "sqlite:log.db:full:first say:first close sqlite:log.db:full:second say:second close";
    let whole = Fixture::new();
    whole.run(script);
    let operations = whole.power.operations()?;
    assert!(operations > 20, "{operations}");
    for n in 1..=operations {
        for choice in [Choice::DropAll, Choice::Random(n)] {
            let fixture = Fixture::new();
            fixture.power.die_at(n);
            let output = fixture.run(script);
            assert_eq!(output.status.code(), Some(DIED));
            fixture.cut(choice);
            let answered = String::from_utf8(output.stdout)?.lines().count() as i64;
            let database = Connection::open(fixture.power.dir().join("log.db"))?;
            let integrity: String = database.query_row("pragma integrity_check", [], |row| row.get(0))?;
            assert_eq!(integrity, "ok", "at {n}, {choice:?}");
            if answered > 0 {
                let found: i64 = database.query_row("select count(*) from said", [], |row| row.get(0))?;
                assert!(found >= answered, "at {n}, {choice:?}: {answered} answered, {found} found");
            }
        }
    }
    Ok(())
}
