//! What a listener says. Events go to standard output, all else to standard error; with `--json` everything is a line of JSON on
//! standard output.

use std::{
    io::{self, Write},
    time::Duration,
};

use anyhow::Context;
use hookline_model::time::Millis;
use serde_json::{Value, json};

use super::forward::{Answered, Told};

/// How it is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    /// As lines of JSON.
    pub(super) is_json: bool,
}

impl Show {
    /// What it is set to; it begins when the server has said where.
    pub(super) fn settings(self, lines: &[(&'static str, &'static str, String)]) -> anyhow::Result<()> {
        if self.is_json {
            let mut object = json!({"type": "settings"});
            for (name, _, value) in lines {
                object[*name] = json!(value);
            }
            return line(&object);
        }
        for (_, title, value) in lines {
            eprintln!("{title:<16}{value}");
        }
        Ok(())
    }

    /// It hears the server.
    pub(super) fn ready(self, cursor: &str) -> anyhow::Result<()> {
        if self.is_json {
            return line(&json!({"type": "ready", "cursor": cursor}));
        }
        eprintln!("Ready. Ctrl-C ends it.");
        Ok(())
    }

    /// An event was forwarded and answered.
    pub(super) fn forwarded(self, at: Millis, kind: &str, told: &Told, cursor: &str, answer: Answered) -> anyhow::Result<()> {
        let Answered { status, tries, latency } = answer;
        let latency_ms = latency.as_secs_f64() * 1_000.0;
        if self.is_json {
            return line(&json!({
                "type": "forwarded", "at": at.to_string(), "kind": kind, "event_id": told.event_id, "id": told.id, "cursor": cursor,
                "status": status, "tries": tries, "latency_ms": latency_ms,
            }));
        }
        let again = if tries > 1 { format!(", try {tries}") } else { String::new() };
        text(format_args!("{at}  {kind}  {}  -> {status} ({latency_ms:.0} ms{again})", told.event_id))
    }

    /// An event that the dialect has no words for.
    pub(super) fn wordless(self, at: Millis, kind: &str, told: &Told, cursor: &str) -> anyhow::Result<()> {
        if self.is_json {
            let (at, event_id) = (at.to_string(), &told.event_id);
            return line(&json!({"type": "not_expressible", "at": at, "kind": kind, "event_id": event_id, "cursor": cursor}));
        }
        text(format_args!("{at}  {kind}  {}  -- the dialect has no words for it", told.event_id))
    }

    /// Nobody is at the local address.
    pub(super) fn waiting(self, why: &str, pause: Duration) {
        self.notice(
            &json!({"type": "waiting", "why": why, "again_in_ms": pause.as_millis()}),
            format_args!("The local address: {why}. Trying again in {:.1} s.", pause.as_secs_f64()),
        );
    }

    /// The server is gone.
    pub(super) fn lost(self, why: &str) {
        self.notice(&json!({"type": "lost", "why": why}), format_args!("The server: {why}. Trying again until it is back."));
    }

    /// The server is there again.
    pub(super) fn back(self) {
        self.notice(&json!({"type": "back"}), format_args!("The server is back."));
    }

    /// It was told to end.
    pub(super) fn stopped(self, forwarded: u64) {
        self.notice(
            &json!({"type": "stopped", "forwarded": forwarded}),
            format_args!("Ended. {forwarded} forwarded; the same command without --from goes on behind them."),
        );
    }

    /// Said in passing: if nobody reads it, work goes on.
    fn notice(self, object: &Value, text: std::fmt::Arguments<'_>) {
        if self.is_json {
            drop(line(object));
        } else {
            drop(writeln!(io::stderr().lock(), "{text}"));
        }
    }
}

fn line(object: &Value) -> anyhow::Result<()> {
    text(format_args!("{object}"))
}

fn text(text: std::fmt::Arguments<'_>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("write to standard output")
}
