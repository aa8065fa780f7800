//! What each platform tells of all that happens: the rest of a story it does not know, or has no webhook for.

use hookline_model::platform::Platform;

use crate::{
    label::Label,
    order::Delivery,
    records::{PROPERTIES, Touch},
    story::{Fault, Moment, What},
    world::{Campaign, World},
};

/// Takes from a story what the campaign's platform does not tell. `is_first_time` says that the contact has not been in the
/// campaign before.
pub(crate) fn retain(campaign: &Campaign, is_first_time: bool, moments: &mut Vec<Moment>) {
    let mut marked = Vec::new();
    moments.retain(|moment| {
        let what = moment.what;
        match (campaign.platform, what) {
            (Platform::Lemlist, What::Labelled { label, .. }) => lemlist_mark(label).is_some_and(|mark| {
                // The same mark again within minutes is one change of state to whoever receives it.
                let is_new = is_first_time && !marked.contains(&mark);
                marked.push(mark);
                is_new
            }),
            (Platform::Lemlist, What::Unsubscribed { .. }) => {
                let is_new = is_first_time && !marked.contains(&"unsubscribed");
                marked.push("unsubscribed");
                is_new
            }
            // Marked again, an interested lead is told of no more.
            (Platform::Emailbison, What::Labelled { label, .. }) => {
                let is_new = is_interested(label) && marked.is_empty();
                marked.extend(is_interested(label).then_some("interested"));
                is_new
            }
            _ => tells(campaign, what),
        }
    });
}

fn tells(campaign: &Campaign, what: What) -> bool {
    let is_mail = matches!(what, What::Sent { .. } | What::Opened { .. } | What::Clicked { .. } | What::Bounced { .. });
    match campaign.platform {
        Platform::Plusvibe => {
            matches!(what, What::Sent { .. } | What::Replied { .. } | What::Bounced { .. } | What::Labelled { .. })
        }
        Platform::Emailbison => !matches!(what, What::Clicked { .. }),
        Platform::Hubspot => match what {
            What::Replied { .. } | What::Unsubscribed { .. } | What::Labelled { .. } => true,
            What::Bounced { fault, .. } => fault == Fault::Hard,
            What::Touched(touch) => !matches!(touch, Touch::Listed | Touch::Tagged),
            _ => false,
        },
        Platform::Breakcold if campaign.is_new => match what {
            What::Touched(touch) => !is_of_hubspot(touch) && touch != Touch::Filled(0),
            What::Labelled { .. } => true,
            _ => false,
        },
        Platform::Breakcold => match what {
            What::Touched(touch) => !is_of_hubspot(touch) && !matches!(touch, Touch::Filled(_)),
            What::Replied { .. } | What::Unsubscribed { .. } | What::Labelled { .. } => true,
            _ => is_mail,
        },
        _ => true,
    }
}

/// HubSpot makes a note, writes it and puts it to a person in three steps, and merges records.
fn is_of_hubspot(touch: Touch) -> bool {
    matches!(touch, Touch::Duplicated | Touch::Merged | Touch::NoteWritten | Touch::NoteLinked)
        || matches!(touch, Touch::Filled(property) if property >= PROPERTIES / 2)
}

/// Lemlist's word for what a label means, if it has one.
pub(crate) fn lemlist_mark(label: Label) -> Option<&'static str> {
    match label {
        Label::Interested | Label::Question | Label::MeetingRequest | Label::MeetingBooked => Some("Interested"),
        Label::No | Label::Never | Label::WrongPerson => Some("NotInterested"),
        _ => None,
    }
}

/// Whether a label makes a lead interested on EmailBison.
fn is_interested(label: Label) -> bool {
    matches!(label, Label::Interested | Label::Question | Label::MeetingRequest | Label::MeetingBooked)
}

/// Whether something is told under a second name as well, as the same event.
pub(crate) fn has_twin(world: &World, delivery: &Delivery) -> bool {
    let campaign = world.campaign(delivery.happening.story.campaign);
    let is_told_twice = match (campaign.platform, delivery.happening.what) {
        (Platform::Smartlead | Platform::Emailbison, What::Sent { step: 1 }) => true,
        (Platform::Plusvibe, What::Replied { reply: 0 }) => true,
        (Platform::Lemlist, What::Labelled { .. }) => true,
        (Platform::Lemlist, What::Unsubscribed { by_operator, .. }) => !by_operator,
        _ => false,
    };
    campaign.has_both_names && is_told_twice
}
