//! The names of Lemlist's activities.

use hookline_model::kind::Kind;

use crate::{Settings, json::Fields};

/// Where the name stands (Lemlist's developer pages).
pub(crate) const TYPE: &str = "type";

/// A contact put on the do-not-contact list, or taken off it.
const ENTITY_UNSUBSCRIBED: &str = "entityUnsubscribed";

/// Whom an activity is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A lead, who must be named.
    Lead,
    /// A message to or from a lead: one of the two must be named.
    Message,
    /// A lead, if one is named.
    AnyLead,
    /// No lead, whatever stands under `email`.
    Nobody,
}

use About::{AnyLead, Lead, Message, Nobody};

/// Names, from Lemlist's developer pages and its help centre. Nobody did anything in what failed, was skipped, was delivered or
/// was only evaluated; the groups tell what an activity of their own tells as well.
const NAMES: &[(&str, Kind, About)] = &[
    ("emailsSent", Kind::EmailSent, Message),
    ("emailsOpened", Kind::EmailOpened, Message),
    ("emailsClicked", Kind::EmailClicked, Message),
    ("emailsReplied", Kind::EmailReplied, Message),
    ("emailsBounced", Kind::EmailBounced, Message),
    ("emailsFailed", Kind::EmailFailed, Message),
    // The former name of the same.
    ("emailsSendFailed", Kind::EmailFailed, Message),
    ("emailsUnsubscribed", Kind::ContactUnsubscribed, Lead),
    (ENTITY_UNSUBSCRIBED, Kind::ContactUnsubscribed, Lead),
    ("interested", Kind::ContactInterested, Lead),
    ("emailsInterested", Kind::ContactInterested, Lead),
    ("linkedinInterested", Kind::ContactInterested, Lead),
    ("aircallInterested", Kind::ContactInterested, Lead),
    ("apiInterested", Kind::ContactInterested, Lead),
    ("manualInterested", Kind::ContactInterested, Lead),
    ("notInterested", Kind::ContactNotInterested, Lead),
    ("emailsNotInterested", Kind::ContactNotInterested, Lead),
    ("linkedinNotInterested", Kind::ContactNotInterested, Lead),
    ("aircallNotInterested", Kind::ContactNotInterested, Lead),
    ("apiNotInterested", Kind::ContactNotInterested, Lead),
    ("manualNotInterested", Kind::ContactNotInterested, Lead),
    ("contacted", Kind::Other, AnyLead),
    ("hooked", Kind::Other, AnyLead),
    ("attracted", Kind::Other, AnyLead),
    ("warmed", Kind::Other, AnyLead),
    ("campaignComplete", Kind::CampaignCompleted, AnyLead),
    ("connectionIssue", Kind::AccountError, Nobody),
    ("customDomainErrors", Kind::AccountError, Nobody),
    ("lemwarmPaused", Kind::AccountError, Nobody),
    ("linkedinSent", Kind::ActivityRecorded, AnyLead),
    ("linkedinOpened", Kind::ActivityRecorded, AnyLead),
    ("linkedinReplied", Kind::ActivityRecorded, AnyLead),
    ("linkedinSendFailed", Kind::Other, AnyLead),
    ("linkedinVisitDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinVisitFailed", Kind::Other, AnyLead),
    ("linkedinFollowDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinFollowFailed", Kind::Other, AnyLead),
    ("linkedinFollowSkipped", Kind::Other, AnyLead),
    ("linkedinInviteDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinInviteFailed", Kind::Other, AnyLead),
    ("linkedinInviteAccepted", Kind::ActivityRecorded, AnyLead),
    ("linkedinEndorseDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinEndorseFailed", Kind::Other, AnyLead),
    ("linkedinEndorseSkipped", Kind::Other, AnyLead),
    ("linkedinVoiceNoteDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinVoiceNoteFailed", Kind::Other, AnyLead),
    ("linkedinLikeLastPostDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinLikeLastPostNoPost", Kind::Other, AnyLead),
    ("linkedinLikeLastPostFailed", Kind::Other, AnyLead),
    ("linkedinLikeLastPostSkipped", Kind::Other, AnyLead),
    ("linkedinWithdrawInvitationDone", Kind::ActivityRecorded, AnyLead),
    ("linkedinWithdrawInvitationFailed", Kind::Other, AnyLead),
    ("whatsappMessageSent", Kind::ActivityRecorded, AnyLead),
    ("whatsappMessageDelivered", Kind::Other, AnyLead),
    ("whatsappMessageOpened", Kind::ActivityRecorded, AnyLead),
    ("whatsappMessageFailed", Kind::Other, AnyLead),
    ("whatsappReplied", Kind::ActivityRecorded, AnyLead),
    ("smsSent", Kind::ActivityRecorded, AnyLead),
    ("smsDelivered", Kind::Other, AnyLead),
    ("smsReplied", Kind::ActivityRecorded, AnyLead),
    ("smsFailed", Kind::Other, AnyLead),
    ("aircallCreated", Kind::ActivityRecorded, AnyLead),
    ("aircallEnded", Kind::ActivityRecorded, AnyLead),
    ("aircallDone", Kind::ActivityRecorded, AnyLead),
    ("callRecordingDone", Kind::Other, AnyLead),
    ("callTranscriptDone", Kind::Other, AnyLead),
    ("apiDone", Kind::Other, AnyLead),
    ("apiFailed", Kind::Other, AnyLead),
    ("annotated", Kind::Other, AnyLead),
    ("paused", Kind::Other, AnyLead),
    ("resumed", Kind::Other, AnyLead),
    ("stopped", Kind::Other, AnyLead),
    ("skipped", Kind::Other, AnyLead),
    ("opportunitiesDone", Kind::Other, AnyLead),
    ("sendLimitReached", Kind::Other, Nobody),
    ("enrichmentDone", Kind::Other, AnyLead),
    ("enrichmentError", Kind::Other, AnyLead),
    ("inboxLabelUpdated", Kind::Other, AnyLead),
    ("signalRegistered", Kind::Other, AnyLead),
    ("deliverabilityAlertTriggered", Kind::Other, Nobody),
    // Tasks and branches, which only the list of activities has.
    ("emailsDone", Kind::Other, AnyLead),
    ("linkedinDone", Kind::Other, AnyLead),
    ("manualDone", Kind::Other, AnyLead),
    ("snoozed", Kind::Other, AnyLead),
    ("conditionChosen", Kind::Other, AnyLead),
];

/// Names that a trial delivery may have. Lemlist is not known to send any, relays and people do.
const TRIALS: [&str; 7] = ["webhook_test", "test_webhook", "test_event", "webhook.test", "test", "ping", "sample"];

/// What a body calls its activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The kind it stands for.
    pub(super) kind: Kind,
    /// Whom it is about.
    pub(super) about: About,
    /// Lemlist's spelling of the name that it is read as, if that is known.
    pub(super) known: Option<&'static str>,
    /// The name as it was written.
    pub(super) text: String,
}

impl Name {
    /// Whether what stands in the body beside Lemlist's own fields may be the activity's rather than the lead's.
    pub(super) fn has_fields_of_its_own(&self) -> bool {
        matches!(self.kind, Kind::Other | Kind::WebhookTest) || self.known.is_some_and(|known| known.starts_with("aircall"))
    }

    /// What tells activities of one kind apart: the same for one name in any spelling.
    pub(super) fn identity(&self) -> String {
        self.known.map_or_else(|| self.text.to_lowercase(), str::to_lowercase)
    }
}

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

/// The name of the activity, none if there is none.
pub(super) fn of(body: Fields<'_>, settings: &Settings) -> Option<Name> {
    let text = body.word(TYPE)?;
    let name = settings.name(text).trim();
    let is_name = |known: &str| known.eq_ignore_ascii_case(name);
    let (known, kind, about) = match NAMES.iter().find(|(known, ..)| is_name(known)) {
        Some((known, ..)) if *known == ENTITY_UNSUBSCRIBED && !unsubscribes(body) => (Some(*known), Kind::Other, AnyLead),
        Some((known, kind, about)) => (Some(*known), *kind, *about),
        None if TRIALS.into_iter().any(is_name) => (None, Kind::WebhookTest, Nobody),
        None => (None, Kind::Other, AnyLead),
    };
    Some(Name { kind, about, known, text: text.to_owned() })
}

/// Whether a change of the do-not-contact list puts somebody on it. Lemlist has no name for taking off.
fn unsubscribes(body: Fields<'_>) -> bool {
    body.text("mutationAction").is_none_or(|action| action.eq_ignore_ascii_case("unsubscribe"))
}
