//! How long platforms put up with a webhook that fails: when they try again, what they give up, and when they switch it off.
//!
//! All of it is a function of times that are handed in; nothing here waits or reads a clock. Times are life's, counted from the
//! beginning of the simulation.

use std::{collections::BTreeMap, fmt, time::Duration};

use hookline_model::platform::Platform;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A webhook that a platform sends to: one in each workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Webhook {
    /// Who sends.
    pub platform: Platform,
    /// Breakcold: it is of the new generation.
    pub is_new: bool,
    /// Which of the workspaces receives, counted from 0.
    pub workspace: u32,
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generation = if self.is_new { " (new)" } else { "" };
        write!(f, "{}{generation}, address {}", self.platform, self.workspace + 1)
    }
}

/// What a platform counts before it switches a webhook off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Failed attempts in a row, of whichever deliveries.
    Attempts,
    /// Deliveries in a row whose attempts were all used up.
    Deliveries,
}

/// When a platform switches a webhook off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwitchOff {
    /// After so many.
    pub after: u32,
    /// Of what.
    pub counted: Counted,
}

/// What a platform does about failures. A failure is no answer, or any but a 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long after a failed attempt the next one follows, one entry for each further attempt.
    pub retries: Vec<Duration>,
    /// When the webhook is switched off; it stays off, since a person has to turn it on again.
    pub switch_off: Option<SwitchOff>,
}

impl Policy {
    /// What the platform of a webhook does, as far as it is published.
    ///
    /// SmartLead tries again after 1, 5 and 15 minutes, 1 and 6 hours, and switches off after 5 failed attempts in a row.
    /// Instantly tries up to three times again within half a minute, how far apart is assumed; after how many lost deliveries it
    /// pauses is not published, 10 are assumed. HubSpot tries an app's webhook ten times again within a day, how far apart is
    /// assumed. The classic Breakcold does not try again and pauses after 10 failures, the new one tries three times and switches
    /// off after 50. Of Lemlist, EmailBison and PlusVibe nothing is published: one attempt.
    #[must_use]
    pub fn of(webhook: Webhook) -> Policy {
        let policy = |seconds: &[u64], switch_off: Option<(u32, Counted)>| Policy {
            retries: seconds.iter().copied().map(Duration::from_secs).collect(),
            switch_off: switch_off.map(|(after, counted)| SwitchOff { after, counted }),
        };
        match webhook.platform {
            Platform::Smartlead => policy(&[MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR], Some((5, Counted::Attempts))),
            Platform::Instantly => policy(&[5, 10, 15], Some((10, Counted::Deliveries))),
            Platform::Hubspot => {
                let minutes = [MINUTE, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE];
                let hours = [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 8 * HOUR];
                policy(&[&minutes[..], &hours[..]].concat(), None)
            }
            Platform::Breakcold if webhook.is_new => policy(&[5, 30], Some((50, Counted::Deliveries))),
            Platform::Breakcold => policy(&[], Some((10, Counted::Deliveries))),
            Platform::Lemlist | Platform::Emailbison | Platform::Plusvibe | Platform::Hookline => policy(&[], None),
        }
    }
}

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt, this long after.
    Again(Duration),
    /// Nothing: its attempts are used up, or the webhook is off.
    Lost,
}

/// What became of a webhook's deliveries, a batch being one. Each is counted once among `at_once`, `later`, `lost` and
/// `not_sent`, when its end is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Taken at the first attempt.
    pub at_once: u64,
    /// Taken at a further attempt.
    pub later: u64,
    /// Lost with the last attempt, or because too many waited.
    pub lost: u64,
    /// Not sent, or not tried again, because the webhook was off.
    pub not_sent: u64,
    /// Further attempts.
    pub retries: u64,
    /// When the webhook was switched off.
    pub off_at: Option<Duration>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} taken at once, {} later ({} further attempts), {} lost, {} not sent",
            self.at_once, self.later, self.retries, self.lost, self.not_sent
        )?;
        match self.off_at {
            Some(at) => write!(f, "; switched off after {}", lasting(at)),
            None => Ok(()),
        }
    }
}

/// A webhook as its platform sees it.
#[derive(Clone, Debug)]
struct Watched {
    policy: Policy,
    in_a_row: u32,
    outcome: Outcome,
}

/// All webhooks of a simulation, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Patience(BTreeMap<Webhook, Watched>);

impl Patience {
    fn watched(&mut self, webhook: Webhook) -> &mut Watched {
        let new = || Watched { policy: Policy::of(webhook), in_a_row: 0, outcome: Outcome::default() };
        self.0.entry(webhook).or_insert_with(new)
    }

    /// Whether an attempt may be made: the `failures`th of a delivery after the first, 0 for that. If not, the delivery's end is
    /// counted.
    pub fn begins(&mut self, webhook: Webhook, failures: usize) -> bool {
        let outcome = &mut self.watched(webhook).outcome;
        if outcome.off_at.is_some() {
            outcome.not_sent += 1;
            return false;
        }
        outcome.retries += u64::from(failures > 0);
        true
    }

    /// Notes that an attempt was taken.
    pub fn taken(&mut self, webhook: Webhook, failures: usize) {
        let watched = self.watched(webhook);
        watched.in_a_row = 0;
        match failures {
            0 => watched.outcome.at_once += 1,
            _ => watched.outcome.later += 1,
        }
    }

    /// Notes that an attempt failed at a time, after so many failures of the same delivery, and says what follows.
    pub fn failed(&mut self, webhook: Webhook, failures: usize, at: Duration) -> Next {
        let watched = self.watched(webhook);
        let delay = watched.policy.retries.get(failures).copied();
        if let Some(SwitchOff { after, counted }) = watched.policy.switch_off {
            watched.in_a_row += u32::from(counted == Counted::Attempts || delay.is_none());
            if watched.in_a_row >= after && watched.outcome.off_at.is_none() {
                watched.outcome.off_at = Some(at);
            }
        }
        match delay {
            Some(_) if watched.outcome.off_at.is_some() => watched.outcome.not_sent += 1,
            // If the webhook is off when its turn comes, it is counted then.
            Some(delay) => return Next::Again(delay),
            None => watched.outcome.lost += 1,
        }
        Next::Lost
    }

    /// Notes that a delivery that was to be tried again was not, for want of room or of time.
    pub fn gave_up(&mut self, webhook: Webhook) {
        self.watched(webhook).outcome.lost += 1;
    }

    /// What became of each webhook's deliveries.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<Webhook, Outcome> {
        self.0.iter().map(|(webhook, watched)| (*webhook, watched.outcome)).collect()
    }
}

impl fmt::Display for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.outcomes().iter().map(|(webhook, outcome)| format!("{webhook}: {outcome}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A time in words: `1h 2m 3.5s`.
fn lasting(time: Duration) -> String {
    let (hours, minutes) = (time.as_secs() / HOUR, time.as_secs() % HOUR / MINUTE);
    let seconds = (time - Duration::from_secs(hours * HOUR + minutes * MINUTE)).as_secs_f64();
    let hours = if hours > 0 { format!("{hours}h ") } else { String::new() };
    let minutes = if hours.is_empty() && minutes == 0 { String::new() } else { format!("{minutes}m ") };
    format!("{hours}{minutes}{seconds:.1}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(platform: Platform) -> Webhook {
        Webhook { platform, is_new: false, workspace: 0 }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Attempts one delivery, one failure after the other; answers how long after the first each followed.
    fn attempts(patience: &mut Patience, webhook: Webhook, from: u64) -> Vec<u64> {
        let (mut times, mut now) = (Vec::new(), at(from));
        for failures in 0.. {
            if !patience.begins(webhook, failures) {
                break;
            }
            times.push(now.as_secs() - from);
            match patience.failed(webhook, failures, now) {
                Next::Again(delay) => now += delay,
                Next::Lost => break,
            }
        }
        times
    }

    #[test]
    fn each_platform_tries_again_as_it_says() {
        let mut patience = Patience::default();
        let mut tried = |platform| attempts(&mut patience, webhook(platform), 0);
        // Its fifth failure in a row is the last.
        assert_eq!(tried(Platform::Smartlead), [0, 60, 360, 1_260, 4_860]);
        assert_eq!(tried(Platform::Instantly), [0, 5, 15, 30]);
        let hubspot = tried(Platform::Hubspot);
        assert_eq!(hubspot.len(), 11);
        assert!(hubspot.last().is_some_and(|last| (23 * HOUR..=24 * HOUR).contains(last)), "{hubspot:?}");
        for platform in [Platform::Lemlist, Platform::Emailbison, Platform::Plusvibe, Platform::Breakcold] {
            assert_eq!(tried(platform), [0], "{platform}");
        }
        let new = Webhook { is_new: true, ..webhook(Platform::Breakcold) };
        assert_eq!(attempts(&mut patience, new, 0), [0, 5, 35]);
    }

    #[test]
    fn each_platform_switches_off_after_as_many_failures_as_it_says() {
        let new = Webhook { is_new: true, ..webhook(Platform::Breakcold) };
        let cases = [
            (webhook(Platform::Smartlead), 1),
            (webhook(Platform::Instantly), 10),
            (webhook(Platform::Breakcold), 10),
            (new, 50),
        ];
        for (webhook, deliveries) in cases {
            let mut patience = Patience::default();
            for number in 0..deliveries {
                assert_eq!(patience.outcomes().values().find_map(|outcome| outcome.off_at), None, "{webhook} {number}");
                attempts(&mut patience, webhook, number * 100);
            }
            assert!(patience.outcomes()[&webhook].off_at.is_some(), "{webhook}");
            assert!(!patience.begins(webhook, 0), "{webhook}");
        }
        for platform in [Platform::Lemlist, Platform::Emailbison, Platform::Plusvibe, Platform::Hubspot] {
            let mut patience = Patience::default();
            for number in 0..1_000 {
                attempts(&mut patience, webhook(platform), number);
            }
            assert!(patience.begins(webhook(platform), 0), "{platform}");
        }
    }

    #[test]
    fn what_is_taken_in_between_begins_the_count_anew() {
        for (platform, least) in [(Platform::Smartlead, 4), (Platform::Breakcold, 9)] {
            let (webhook, mut patience) = (webhook(platform), Patience::default());
            for round in 0..20 {
                for _ in 0..least {
                    assert!(patience.begins(webhook, 0));
                    patience.failed(webhook, 0, at(round));
                }
                assert!(patience.begins(webhook, 0));
                patience.taken(webhook, 0);
            }
            assert_eq!(patience.outcomes()[&webhook].off_at, None, "{platform}");
            assert_eq!(patience.outcomes()[&webhook].at_once, 20);
        }
    }

    #[test]
    fn times_are_said_in_words() {
        let cases =
            [(500, "0.5s"), (59_900, "59.9s"), (61_000, "1m 1.0s"), (3_600_000, "1h 0m 0.0s"), (90_061_250, "25h 1m 1.2s")];
        for (millis, words) in cases {
            assert_eq!(lasting(Duration::from_millis(millis)), words);
        }
    }
}
