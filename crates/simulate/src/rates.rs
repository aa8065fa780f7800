//! How often things happen and how long they take: the proportions of cold outreach, as agencies publish them for their own
//! campaigns. Rates are in a thousand.

/// Steps of a sequence.
pub(crate) const STEPS: u32 = 4;
/// Working days between two steps, at least and at most.
pub(crate) const STEP_GAP_DAYS: (i64, i64) = (2, 4);

/// Addresses that are dead: the first mail bounces and the sequence ends.
pub const HARD_BOUNCE: u32 = 22;
/// Mails that bounce for now: mailbox full, greylisted.
pub const SOFT_BOUNCE: u32 = 7;
/// Mails that bounce by our own fault: the mailbox reached its limit.
pub const SENDER_BOUNCE: u32 = 3;
/// People whose mail program loads no tracking pixel.
pub const UNTRACKABLE: u32 = 350;
/// Mails that the others open.
pub const OPEN: u32 = 560;
/// Openings after which there is another.
pub const OPEN_AGAIN: u32 = 420;
/// The most openings of one mail.
pub const OPENS_MAX: u32 = 8;
/// Opened mails in which a link is clicked.
pub const CLICK: u32 = 70;
/// Clicks after which another link is clicked.
pub const CLICK_AGAIN: u32 = 300;
/// Mails that get a reply, which ends the sequence.
pub const REPLY: u32 = 24;
/// Replies after which the same person writes again.
pub const REPLY_AGAIN: u32 = 260;
/// Replies that a colleague writes.
pub const COLLEAGUE: u32 = 80;
/// Mails that an absence note answers.
pub const AWAY: u32 = 30;
/// Mails after which the contact unsubscribes, which ends the sequence.
pub const UNSUBSCRIBE: u32 = 6;
/// Unsubscriptions that an operator enters.
pub const BY_OPERATOR: u32 = 350;
/// Replies that somebody, or a classifier, labels.
pub const LABELLED: u32 = 860;
/// Labels that are corrected later.
pub const CORRECTED: u32 = 130;
/// Interested contacts who agree to a meeting.
pub const BOOKED: u32 = 380;
/// Meetings that take place.
pub const HELD: u32 = 650;
/// Meetings to which nobody came.
pub const NO_SHOW: u32 = 150;
/// Meetings held after which the deal is closed.
pub const CLOSED: u32 = 300;
/// SmartLead, EmailBison: sequences that somebody answers from elsewhere.
pub const UNTRACKED: u32 = 8;

/// SmartLead: campaigns with a step that a person has to do.
pub const MANUAL_STEP: u32 = 200;
/// SmartLead: campaigns that are paused for a day.
pub const PAUSED: u32 = 300;
/// Instantly: campaigns that report every contact who never answered.
pub const REPORTS_EXHAUSTED: u32 = 350;
/// Instantly: campaigns of which a mailbox breaks, per round.
pub const ACCOUNT_ERROR: u32 = 200;
/// CRMs: records of which somebody had made a second one, until the two are merged.
pub const DUPLICATED: u32 = 120;
/// CRMs: records that are changed, put on a list, tagged; each of these.
pub const KEPT_UP: u32 = 450;
/// CRMs: records that somebody writes a note about.
pub const NOTED: u32 = 350;
/// CRMs: notes that are taken away again.
pub const NOTE_DELETED: u32 = 150;
/// CRMs: records with a task.
pub const TASK: u32 = 300;
/// CRMs: tasks that get done.
pub const TASK_DONE: u32 = 650;
/// CRMs: records with a message or a call of another channel.
pub const OTHER_CHANNEL: u32 = 150;
/// CRMs: records that are deleted at the end.
pub const DELETED: u32 = 40;
/// Addresses that were imported in capitals.
pub const SHOUTED: u32 = 40;

/// Days after which a round begins: every contact goes to the next campaign.
pub(crate) const ROUND_DAYS: i64 = 14;
/// Working days over which the contacts of a round are started.
pub(crate) const START_DAYS: i64 = 5;
/// Local times at which a campaign's bursts of sending begin, in minutes of the day.
pub(crate) const BURSTS: [i64; 3] = [8 * 60 + 40, 11 * 60 + 5, 14 * 60 + 20];
/// How long a burst lasts.
pub(crate) const BURST_MS: i64 = 8 * MINUTE_MS;
/// People read and write mail between these local times of day.
pub(crate) const AWAKE: (i64, i64) = (7 * HOUR_MS, 22 * HOUR_MS);
/// Two events of one kind in one sequence are at least this far apart, so that also in compressed time they are two.
pub(crate) const APART_MS: i64 = MINUTE_MS;

/// A second.
pub(crate) const SECOND_MS: i64 = 1000;
/// A minute.
pub(crate) const MINUTE_MS: i64 = 60 * SECOND_MS;
/// An hour.
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A day.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// A week.
pub(crate) const WEEK_MS: i64 = 7 * DAY_MS;
