//! Policies: how long an attempt may take, when the next one is due, and when a destination is let alone.
//!
//! A policy is data. A delivery has failed when its schedule is used up; what pauses a destination is how many deliveries failed
//! in a row. The presets are those of the platforms whose receivers we serve (SmartLead's webhook guide, Instantly's log of
//! deliveries, Breakcold's developer pages), and `standard`, after the advice of Standard Webhooks.

use std::time::Duration;

use hookline_model::time::Millis;
use serde::{Deserialize, Serialize};

/// The most retries that a schedule has.
pub const RETRIES_MAX: usize = 30;

/// The longest wait between two attempts that a schedule or an answer can ask for.
pub const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The least that is waited when an answer asks for it.
const WAIT_MIN: Duration = Duration::from_secs(1);

/// The shortest and the longest time that an attempt may be given.
pub const TIMEOUT_RANGE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60));

/// A policy with a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Eleven retries over three days, more and more apart; what an answer asks for is honoured.
    #[default]
    Standard,
    /// As SmartLead retries: after 1 min, 5 min, 15 min, 1 h and 6 h; one delivery that failed disables.
    Smartlead,
    /// As Instantly retries: three times within 30 s; ten deliveries that failed in a row pause.
    Instantly,
    /// As Breakcold does not retry; ten deliveries that failed in a row pause.
    Breakcold,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 4] = [Preset::Standard, Preset::Smartlead, Preset::Instantly, Preset::Breakcold];
}

/// What happens to a destination that fails too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Its backlog is kept, and sent when it is resumed.
    Pause,
    /// As paused, until somebody saves it again.
    Disable,
}

/// How a destination is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long an attempt may take, the answer's body included.
    pub timeout: Duration,
    /// What is waited before each retry.
    pub schedule: Vec<Duration>,
    /// How many deliveries in a row may fail before the destination is stopped.
    pub pause_after: u32,
    /// What stopping means.
    pub stop: Stop,
    /// Whether waits are made longer by chance (never shorter), and `Retry-After` and 410 are honoured.
    pub is_standard: bool,
}

/// What is set of a policy: a preset, and what departs from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    /// What it starts from.
    #[serde(default)]
    pub preset: Preset,
    /// How long an attempt may take, in ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// What is waited before each retry, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<u64>>,
    /// How many deliveries in a row may fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_after: Option<u32>,
}

/// Why settings are no policy: the field, and what to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct PolicyError {
    /// The field.
    pub field: &'static str,
    /// What to mend.
    pub detail: String,
}

impl PolicySettings {
    /// The policy.
    ///
    /// # Errors
    /// When a value is out of its bounds.
    pub fn policy(&self) -> Result<Policy, PolicyError> {
        let mut policy = Policy::of(self.preset);
        if let Some(timeout) = self.timeout_ms {
            let (least, most) = (TIMEOUT_RANGE.0.as_millis(), TIMEOUT_RANGE.1.as_millis());
            if !(least..=most).contains(&u128::from(timeout)) {
                return Err(PolicyError { field: "timeout_ms", detail: format!("Give {least} to {most} ms.") });
            }
            policy.timeout = Duration::from_millis(timeout);
        }
        if let Some(schedule) = &self.schedule {
            if schedule.len() > RETRIES_MAX || schedule.iter().any(|wait| *wait > WAIT_MAX.as_secs()) {
                let detail = format!("Give at most {RETRIES_MAX} waits of at most {} seconds each.", WAIT_MAX.as_secs());
                return Err(PolicyError { field: "schedule", detail });
            }
            policy.schedule = schedule.iter().copied().map(Duration::from_secs).collect();
        }
        if let Some(pause_after) = self.pause_after {
            if !(1..=100_000).contains(&pause_after) {
                return Err(PolicyError { field: "pause_after", detail: "Give 1 to 100000 deliveries.".to_owned() });
            }
            policy.pause_after = pause_after;
        }
        Ok(policy)
    }
}

impl Policy {
    /// A preset.
    #[must_use]
    pub fn of(preset: Preset) -> Policy {
        let minutes = |waits: &[u64]| waits.iter().map(|minutes| Duration::from_secs(minutes * 60)).collect();
        let seconds = |waits: &[u64]| waits.iter().copied().map(Duration::from_secs).collect();
        match preset {
            Preset::Standard => Policy {
                timeout: Duration::from_secs(15),
                schedule: seconds(&[5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000]),
                pause_after: 5,
                stop: Stop::Pause,
                is_standard: true,
            },
            Preset::Smartlead => Policy {
                timeout: Duration::from_secs(30),
                schedule: minutes(&[1, 5, 15, 60, 360]),
                pause_after: 1,
                stop: Stop::Disable,
                is_standard: false,
            },
            Preset::Instantly => Policy {
                timeout: Duration::from_secs(30),
                schedule: seconds(&[5, 10, 15]),
                pause_after: 10,
                stop: Stop::Pause,
                is_standard: false,
            },
            Preset::Breakcold => Policy {
                timeout: Duration::from_secs(30),
                schedule: Vec::new(),
                pause_after: 10,
                stop: Stop::Pause,
                is_standard: false,
            },
        }
    }
}

/// How an attempt ended, as far as policies care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Any 2xx.
    Delivered,
    /// An answer that is no 2xx, with how long it asks to wait.
    Answered {
        /// The HTTP status.
        status: u16,
        /// What `Retry-After` asks for, as [`retry_after`] reads it.
        retry_after: Option<Duration>,
    },
    /// No answer: refused, timed out, broken off, no such name, or an address that nothing may be sent to.
    Unanswered,
    /// It failed for a fault of our own, which the receiver is not charged with.
    Ours,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The delivery is done.
    Delivered,
    /// The next attempt is due then.
    RetryAt(Millis),
    /// The schedule is used up.
    Failed,
    /// The receiver is gone for good (410): the delivery failed, and the destination is disabled.
    Gone,
}

impl Policy {
    /// What follows from an attempt that ended at `now`; `charged` attempts were the receiver's, this one among them unless it
    /// ended as [`Ending::Ours`]. `chance` is a number from 0 to 1.
    #[must_use]
    pub fn next(&self, ending: Ending, charged: u32, now: Millis, chance: f64) -> Next {
        let at = |wait: Duration| Next::RetryAt(Millis(now.0.saturating_add(wait.as_millis().try_into().unwrap_or(i64::MAX))));
        let asked = match ending {
            Ending::Delivered => return Next::Delivered,
            // Our own fault passes, or somebody mends it; neither is known to depend on how often it was tried.
            Ending::Ours => return at(OWN_FAULT_WAIT),
            Ending::Answered { status: 410, .. } if self.is_standard => return Next::Gone,
            Ending::Answered { retry_after, .. } => retry_after,
            Ending::Unanswered => None,
        };
        let Some(wait) = self.schedule.get((charged as usize).saturating_sub(1)).copied() else { return Next::Failed };
        if !self.is_standard {
            return at(wait);
        }
        let jittered = wait.mul_f64(1.0 + JITTER * if chance.is_nan() { 0.0 } else { chance.clamp(0.0, 1.0) });
        // What is asked for never makes a wait shorter than the schedule's.
        at(asked.map_or(jittered, |asked| jittered.max(asked.clamp(WAIT_MIN, WAIT_MAX))))
    }
}

/// How much longer a wait may become by chance, so that deliveries which failed together do not come back together.
const JITTER: f64 = 0.2;

/// What is waited after a fault of our own.
const OWN_FAULT_WAIT: Duration = Duration::from_secs(5);

/// Reads `Retry-After`: whole seconds, or an HTTP date (RFC 9110). What is neither is nothing.
#[must_use]
pub fn retry_after(value: &str, now: Millis) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(WAIT_MAX));
    }
    let at = httpdate::parse_http_date(value).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now.0).ok()?);
    Some(at.saturating_sub(now).min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_770_000_000_000);
    const REFUSED: Ending = Ending::Answered { status: 500, retry_after: None };

    /// The waits in seconds until a delivery that is refused each time has failed.
    fn waits(policy: &Policy, ending: Ending, chance: f64) -> Vec<i64> {
        let mut waits = Vec::new();
        for charged in 1.. {
            match policy.next(ending, charged, NOW, chance) {
                Next::RetryAt(at) => waits.push((at.0 - NOW.0) / 1_000),
                Next::Failed => break,
                other => panic!("{other:?}"),
            }
        }
        waits
    }

    #[test]
    fn presets_retry_as_their_platforms_do() {
        let of = |preset| waits(&Policy::of(preset), REFUSED, 0.7);
        assert_eq!(of(Preset::Smartlead), [60, 300, 900, 3_600, 21_600]);
        assert_eq!(of(Preset::Instantly), [5, 10, 15]);
        assert_eq!(of(Preset::Breakcold), [0; 0]);
        let stops = Preset::ALL.map(|preset| (Policy::of(preset).pause_after, Policy::of(preset).stop));
        assert_eq!(stops, [(5, Stop::Pause), (1, Stop::Disable), (10, Stop::Pause), (10, Stop::Pause)]);
    }

    #[test]
    fn the_standard_lasts_three_days_and_jitters_only_upward() {
        let policy = Policy::of(Preset::Standard);
        let plain = waits(&policy, REFUSED, 0.0);
        assert_eq!(plain, policy.schedule.iter().map(|wait| wait.as_secs() as i64).collect::<Vec<_>>());
        assert!((71 * 3_600..74 * 3_600).contains(&plain.iter().sum::<i64>()), "{plain:?}");
        for chance in [0.3, 1.0, 5.0, f64::NAN] {
            let jittered = waits(&policy, REFUSED, chance);
            assert!(jittered.iter().zip(&plain).all(|(wait, plain)| wait >= plain && *wait <= plain * 6 / 5), "{chance}");
        }
    }

    #[test]
    fn an_answer_may_ask_for_a_longer_wait_and_not_for_a_shorter() {
        let policy = Policy::of(Preset::Standard);
        let asked = |seconds| Ending::Answered { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(waits(&policy, asked(0), 0.0)[0], 5);
        assert_eq!(waits(&policy, asked(90), 0.0)[..3], [90, 90, 120]);
        assert_eq!(waits(&policy, asked(10_000_000), 0.0)[0], 86_400);
        assert_eq!(waits(&Policy::of(Preset::Instantly), asked(90), 0.0), [5, 10, 15]);
    }

    #[test]
    fn gone_is_for_good_where_the_standard_says_so() {
        let gone = Ending::Answered { status: 410, retry_after: None };
        assert_eq!(Policy::of(Preset::Standard).next(gone, 1, NOW, 0.0), Next::Gone);
        assert_eq!(Policy::of(Preset::Smartlead).next(gone, 1, NOW, 0.0), Next::RetryAt(Millis(NOW.0 + 60_000)));
    }

    #[test]
    fn our_own_fault_is_tried_again_whatever_the_schedule_says() {
        let policy = Policy::of(Preset::Breakcold);
        assert_eq!(policy.next(Ending::Ours, 0, NOW, 0.5), Next::RetryAt(Millis(NOW.0 + 5_000)));
        assert_eq!(policy.next(Ending::Unanswered, 1, NOW, 0.5), Next::Failed);
        assert_eq!(policy.next(Ending::Delivered, 1, NOW, 0.5), Next::Delivered);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        // 2026-02-02 02:40:00 UTC.
        let read = |text| retry_after(text, NOW).map(|wait| wait.as_secs());
        assert_eq!(read(" 120 "), Some(120));
        assert_eq!(read("Mon, 02 Feb 2026 02:41:30 GMT"), Some(90));
        assert_eq!(read("Sunday, 06-Nov-94 08:49:37 GMT"), Some(0));
        assert_eq!(read("99999999999"), Some(86_400));
        for nothing in ["", "soon", "-5", "1.5", "99999999999999999999999"] {
            assert_eq!(read(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn settings_depart_from_a_preset_within_bounds() {
        let settings = |json: &str| serde_json::from_str::<PolicySettings>(json).expect("settings").policy();
        let policy = settings(r#"{"preset":"instantly","timeout_ms":5000,"schedule":[1,2],"pause_after":3}"#).expect("a policy");
        let schedule = vec![Duration::from_secs(1), Duration::from_secs(2)];
        let expected = Policy { timeout: Duration::from_secs(5), schedule, pause_after: 3, ..Policy::of(Preset::Instantly) };
        assert_eq!(policy, expected);
        assert_eq!(settings("{}"), Ok(Policy::of(Preset::Standard)));
        for (json, field) in [
            (r#"{"timeout_ms":99}"#, "timeout_ms"),
            (r#"{"timeout_ms":60001}"#, "timeout_ms"),
            (r#"{"schedule":[86401]}"#, "schedule"),
            (r#"{"pause_after":0}"#, "pause_after"),
        ] {
            assert_eq!(settings(json).expect_err(json).field, field);
        }
        let long = format!(r#"{{"schedule":{:?}}}"#, [1; RETRIES_MAX + 1]);
        assert_eq!(settings(&long).expect_err("too long").field, "schedule");
        assert!(serde_json::from_str::<PolicySettings>(r#"{"retries":3}"#).is_err());
    }
}
