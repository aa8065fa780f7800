//! How bad a bounce is. Most platforms do not say; the text of the report does, more often than not.

use hookline_model::event::{Bounce, BounceType};

use crate::json::{cut, fold};

/// The longest reason kept, in characters.
const REASON_CHARS_MAX: usize = 500;

/// How much of each text is judged, in characters: reports begin with their reason, the returned message follows.
const JUDGED_CHARS_MAX: usize = 8_000;

/// Phrases that tell, lower case; the first that is found decides. Passing faults that are named go before dead addresses, and
/// dead addresses before the general advice to try again, which reports of dead addresses give as well.
const PHRASES: &[(&str, BounceType)] = &[
    ("mailbox full", BounceType::Soft),
    ("mailbox is full", BounceType::Soft),
    ("inbox is full", BounceType::Soft),
    ("inbox full", BounceType::Soft),
    ("out of storage", BounceType::Soft),
    ("over quota", BounceType::Soft),
    ("overquota", BounceType::Soft),
    ("quota exceeded", BounceType::Soft),
    ("exceeded storage", BounceType::Soft),
    ("greylist", BounceType::Soft),
    ("graylist", BounceType::Soft),
    ("grey list", BounceType::Soft),
    ("rate limit", BounceType::Soft),
    ("ratelimit", BounceType::Soft),
    ("sending limit", BounceType::Soft),
    ("too many messages", BounceType::Soft),
    ("receiving mail at a rate", BounceType::Soft),
    ("receiving mail too quickly", BounceType::Soft),
    ("address not found", BounceType::Hard),
    ("address couldn't be found", BounceType::Hard),
    ("address could not be found", BounceType::Hard),
    ("address wasn't found", BounceType::Hard),
    ("wasn't found at", BounceType::Hard),
    ("user unknown", BounceType::Hard),
    ("unknown user", BounceType::Hard),
    ("user not found", BounceType::Hard),
    ("recipient not found", BounceType::Hard),
    ("unknown recipient", BounceType::Hard),
    ("recipient unknown", BounceType::Hard),
    ("no such user", BounceType::Hard),
    ("no such recipient", BounceType::Hard),
    ("no mailbox here", BounceType::Hard),
    ("mailbox not found", BounceType::Hard),
    ("mailbox unavailable", BounceType::Hard),
    ("invalid recipient", BounceType::Hard),
    ("invalid mailbox", BounceType::Hard),
    ("does not exist", BounceType::Hard),
    ("doesn't exist", BounceType::Hard),
    ("account is disabled", BounceType::Hard),
    ("account has been disabled", BounceType::Hard),
    ("mailbox disabled", BounceType::Hard),
    ("mailbox is disabled", BounceType::Hard),
    ("domain not found", BounceType::Hard),
    ("host or domain name not found", BounceType::Hard),
    ("temporar", BounceType::Soft),
    ("try again", BounceType::Soft),
    ("timed out", BounceType::Soft),
    ("deferred", BounceType::Soft),
];

/// The bounce that these texts of a report tell of. The first is its reason; the severity is what any of them says.
pub(crate) fn bounce<'a>(texts: impl IntoIterator<Item = &'a str>) -> Bounce {
    let texts: Vec<&str> = texts.into_iter().collect();
    let bounce_type = judge(&texts.iter().map(|text| plain(text)).collect::<Vec<_>>().join("\n"));
    Bounce { bounce_type, reason: reason(&texts) }
}

/// The bounce that these texts of a report tell of, where a report without a code of a passing fault (4.x.x) is of a dead
/// address, and so is one that has a code of a lasting fault (5.x.x) as well. The first text is the reason.
pub(crate) fn bounce_by_class<'a>(texts: impl IntoIterator<Item = &'a str>) -> Bounce {
    let texts: Vec<&str> = texts.into_iter().collect();
    let found: Vec<u16> =
        texts.iter().flat_map(|text| codes(&plain(text)).map(|[class, ..]| class).collect::<Vec<_>>()).collect();
    let bounce_type = if found.contains(&4) && !found.contains(&5) { BounceType::Soft } else { BounceType::Hard };
    Bounce { bounce_type, reason: reason(&texts) }
}

/// The first text, cut.
fn reason(texts: &[&str]) -> Option<String> {
    texts.first().map(|text| cut(text.trim(), REASON_CHARS_MAX))
}

/// The bounce that a reason tells of, on platforms whose bounces are dead addresses unless the reason says otherwise: passing are
/// those with a status code 4.x.x and none of 5.x.x, or without any of them a reply that begins with 4.
pub(crate) fn hard_unless_passing(reason: Option<&str>) -> Bounce {
    let judged = plain(reason.unwrap_or_default());
    let has = |class: u16| codes(&judged).any(|code| code[0] == class);
    let is_passing = if has(5) || has(4) { !has(5) } else { reply(&judged).is_some_and(|reply| reply.starts_with('4')) };
    let bounce_type = if is_passing { BounceType::Soft } else { BounceType::Hard };
    Bounce { bounce_type, reason: reason.map(|reason| cut(&fold(reason), REASON_CHARS_MAX)) }
}

/// The reply of a server: the first number of three digits that a reply could be.
fn reply(text: &str) -> Option<&str> {
    let is_reply =
        |word: &&str| word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(|c: char| !c.is_alphanumeric() && c != '.').map(|word| word.trim_end_matches('.')).find(is_reply)
}

/// Judges a report: by its status codes (RFC 3463), a dead address before a passing fault, else by its phrases.
fn judge(text: &str) -> BounceType {
    let found: Vec<BounceType> = codes(text).filter_map(judge_code).collect();
    let by_code = [BounceType::Hard, BounceType::Soft].into_iter().find(|bounce_type| found.contains(bounce_type));
    let by_phrase = || PHRASES.iter().find(|(phrase, _)| text.contains(phrase)).map(|(_, bounce_type)| *bounce_type);
    by_code.or_else(by_phrase).unwrap_or(BounceType::Unknown)
}

/// What a status code tells of the address.
fn judge_code(code: [u16; 3]) -> Option<BounceType> {
    match code {
        [4, ..] => Some(BounceType::Soft),
        // The sender's address is bad, not the recipient's.
        [5, 1, 7 | 8] => Some(BounceType::Soft),
        [5, 1, _] => Some(BounceType::Hard),
        // Mailbox full; message too long, for the mailbox or the system.
        [5, 2, 2 | 3] | [5, 3, 4] => Some(BounceType::Soft),
        // Our mailbox reached its limit.
        [5, 4, 5] => Some(BounceType::Soft),
        // No host for the domain: by RFC 3463, and in Exchange's numbering.
        [5, 4, 4 | 310] => Some(BounceType::Hard),
        // Policy (5.7.x) and all else says nothing of the address.
        _ => None,
    }
}

/// Every `x.y.z` of a text that stands alone: not inside a version, a domain name or an IP address.
fn codes(text: &str) -> impl Iterator<Item = [u16; 3]> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '.').filter_map(|word| {
        let mut parts = word.trim_end_matches('.').split('.').map(|part| {
            let sound = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            sound.then(|| part.parse::<u16>().ok()).flatten()
        });
        let code = [parts.next()??, parts.next()??, parts.next()??];
        (parts.next().is_none() && matches!(code[0], 4 | 5)).then_some(code)
    })
}

/// A text as it is judged: in lower case, without tags and entities, white space folded.
fn plain(text: &str) -> String {
    let lower = cut(text, JUDGED_CHARS_MAX).to_lowercase();
    let mut without_tags = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    // Only a `<` that a name follows begins a tag; previews are cut, so that a tag may be left open.
    while let Some(open) = rest.find('<') {
        without_tags.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        if let Some(close) = rest.find('>').filter(|_| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')) {
            without_tags.push(' ');
            rest = &rest[close + 1..];
        }
    }
    without_tags.push_str(rest);
    let entities =
        [("&nbsp;", " "), ("&#39;", "'"), ("&#x27;", "'"), ("&apos;", "'"), ("&quot;", "\""), ("\u{2019}", "'"), ("&amp;", "&")];
    fold(&entities.iter().fold(without_tags, |text, (entity, plain)| text.replace(entity, plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_judged_by_code_then_by_phrase() {
        let cases = [
            ("550 5.1.1 <gone@x.example>: Recipient address rejected", BounceType::Hard),
            ("550-5.1.1 The email account that you tried to reach. Try again", BounceType::Hard),
            ("Status: 5.1.10.", BounceType::Hard),
            ("550 5.4.310 DNS domain gone.example", BounceType::Hard),
            ("552 5.2.2 The account that you tried to reach does not exist or is over quota", BounceType::Soft),
            ("451 4.7.1 Please come back", BounceType::Soft),
            ("450 4.1.1 User unknown in local recipient table", BounceType::Soft),
            ("4.4.7 expired, then 5.1.1", BounceType::Hard),
            ("550 5.4.5 Daily user limit", BounceType::Soft),
            ("550 5.1.8 Access denied, bad outbound sender", BounceType::Soft),
            ("550 5.7.1 Blocked for policy reasons", BounceType::Unknown),
            ("Address not found", BounceType::Hard),
            ("The address couldn&#39;t be found, or is unable to receive mail", BounceType::Hard),
            ("the address couldn\u{2019}t<br>be\u{a0}found", BounceType::Hard),
            ("<p>User&nbsp;unknown</p> check it and try again", BounceType::Hard),
            ("a <b@x.example>: no such user here", BounceType::Hard),
            ("The recipient's <b>mailbox</b> is full", BounceType::Soft),
            ("Greylisted, see https://x.example", BounceType::Soft),
            ("Temporarily deferred", BounceType::Soft),
            ("connection to 192.5.1.1 and 5.1.1.9 refused, v5.1.1, mx5.1.1.example", BounceType::Unknown),
            ("1 < 2 and 3", BounceType::Unknown),
            ("\u{130}<\u{130}", BounceType::Unknown),
            ("Delivery failed", BounceType::Unknown),
        ];
        for (text, expected) in cases {
            assert_eq!(bounce([text]).bounce_type, expected, "{text:?}");
        }
    }

    #[test]
    fn a_report_is_soft_by_class_only_if_all_its_codes_are() {
        let cases = [
            (&["452 4.2.2 Mailbox full"][..], BounceType::Soft),
            (&["<p>Status:&nbsp;4.4.7</p>"], BounceType::Soft),
            (&["550 5.1.1 No such user"], BounceType::Hard),
            (&["4.4.7 expired", "then 5.1.1"], BounceType::Hard),
            (&["552 5.2.2 Mailbox full"], BounceType::Hard),
            (&["Delivery failed, see v4.1.2 of 4.1.2.3"], BounceType::Hard),
            (&[], BounceType::Hard),
        ];
        for (texts, expected) in cases {
            assert_eq!(bounce_by_class(texts.iter().copied()).bounce_type, expected, "{texts:?}");
        }
        assert_eq!(bounce_by_class([" Gone. ", "x"]).reason.as_deref(), Some("Gone."));
    }

    #[test]
    fn a_bounce_is_hard_unless_its_reason_is_passing() {
        let cases = [
            ("550 5.1.1 no such user", BounceType::Hard),
            ("452 4.2.2 over quota", BounceType::Soft),
            ("4.4.7 delivery expired", BounceType::Soft),
            ("4.4.7 expired, then 5.1.1", BounceType::Hard),
            ("451 try again later", BounceType::Soft),
            ("SMTP error (421): busy", BounceType::Soft),
            ("550 refused, ticket 421", BounceType::Hard),
            ("host 4.4.4.4 refused", BounceType::Hard),
            ("421.5 seconds", BounceType::Hard),
            ("Mailbox is full", BounceType::Hard),
        ];
        for (text, expected) in cases {
            assert_eq!(hard_unless_passing(Some(text)).bounce_type, expected, "{text:?}");
        }
        assert_eq!(hard_unless_passing(None), Bounce { bounce_type: BounceType::Hard, reason: None });
        let reason = hard_unless_passing(Some(&" a\n b".repeat(1_000))).reason.expect("a reason");
        assert!(reason.starts_with("a b a b") && reason.chars().count() == REASON_CHARS_MAX);
    }
}
