//! What a test has in hand while the process runs: its death, its gate, its failing disk.

use hookline_testkit::powercut::{Choice, DIED, Failure};

use crate::{Fixture, Outcome, files};

#[test]
fn it_dies_before_the_operation_that_it_is_told() -> Outcome {
    let script = "write:a:0:1 write:a:1:2 sync:a truncate:a:1 rename:a:b syncdir:. write:c:0:3 unlink:b";
    let states = [
        files([("a", "")]),
        files([("a", "1")]),
        files([("a", "12")]),
        files([("a", "12")]),
        files([("a", "1")]),
        files([("b", "1")]),
        files([("b", "1"), ("c", "")]),
        files([("b", "1"), ("c", "3")]),
        files([("c", "3")]),
    ];
    for (n, state) in (1..).zip(&states) {
        let fixture = Fixture::new();
        fixture.power.die_at(n);
        let status = fixture.run(script).status;
        let last = n == states.len() as u64;
        assert_eq!(status.code(), Some(if last { 0 } else { DIED }), "at {n}");
        assert_eq!(fixture.power.operations()?, if last { n - 1 } else { n });
        assert_eq!(fixture.files(), *state, "at {n}");
        fixture.cut(Choice::KeepAll);
        assert_eq!(fixture.files(), *state, "at {n}, after a cut that keeps all");
    }
    Ok(())
}

#[test]
fn a_gate_holds_the_sync_until_it_is_released() -> Outcome {
    let fixture = Fixture::new();
    let gate = fixture.power.gate("log.db")?;
    // Another file's sync is not held, and neither are writes to the same one.
    let script = "write:other:0:one sync:other write:log.db-wal:0:one sync:log.db-wal write:answer:0:sent";
    let mut child = fixture.command(script).spawn()?;
    gate.wait_until_blocked()?;
    assert_eq!(gate.blocked()?, 1);
    assert_eq!(fixture.files(), files([("log.db-wal", "one"), ("other", "one")]));
    gate.release();
    assert!(child.wait()?.success());
    assert_eq!(fixture.text("answer"), "sent");
    assert_eq!(fixture.cut(Choice::DropAll).dropped, 2, "the answer, its name and its bytes");
    assert_eq!(fixture.files(), files([("log.db-wal", "one"), ("other", "one")]));

    // A process that is killed while it waits has synced nothing. And a second gate does not take the first's for its own.
    let gate = fixture.power.gate("log.db")?;
    assert_eq!(gate.blocked()?, 0);
    let mut child = fixture.command("write:log.db-wal:0:two sync:log.db-wal").spawn()?;
    gate.wait_until_blocked()?;
    child.kill()?;
    child.wait()?;
    fixture.cut(Choice::DropAll);
    assert_eq!(fixture.text("log.db-wal"), "one");
    Ok(())
}

/// A sync covers what was written before it began, not what another thread wrote while it lasted.
#[test]
fn what_is_written_during_a_sync_is_not_covered_by_it() -> Outcome {
    let fixture = Fixture::new();
    fixture.run_well("write:log.db:0:old sync:log.db");
    let gate = fixture.power.gate("log.db")?;
    let mut syncing = fixture.command("write:log.db:3:before sync:log.db").spawn()?;
    gate.wait_until_blocked()?;
    fixture.run_well("write:log.db:9:during");
    gate.release();
    assert!(syncing.wait()?.success());
    assert_eq!(fixture.text("log.db"), "oldbeforeduring");
    fixture.cut(Choice::DropAll);
    assert_eq!(fixture.text("log.db"), "oldbefore");
    Ok(())
}

#[test]
fn a_disk_that_fails_is_seen_by_the_program() -> Outcome {
    let fixture = Fixture::new();
    let failing = fixture.power.fail(Failure::Sync, "log")?;
    let output = fixture.run("write:log.db:0:one sync:log.db write:other:0:one sync:other");
    assert_eq!(String::from_utf8(output.stdout)?, "sync:log.db: Input/output error (os error 5)\n");
    drop(failing);
    // As on Linux: a sync that succeeds later does not bring back the bytes that the failed one lost.
    fixture.run_well("write:log.db:3:two sync:log.db");
    fixture.cut(Choice::DropAll);
    assert_eq!(fixture.files(), files([("log.db", "\0\0\0two"), ("other", "one")]));

    let failing = fixture.power.fail(Failure::NoSpace, "")?;
    let output = fixture.run("write:other:0:ONE write:other:3:two append:other:two");
    let refused = "No space left on device (os error 28)";
    assert_eq!(String::from_utf8(output.stdout)?, format!("write:other:3:two: {refused}\nappend:other:two: {refused}\n"));
    drop(failing);
    fixture.cut(Choice::KeepAll);
    assert_eq!(fixture.text("other"), "ONE");
    Ok(())
}
