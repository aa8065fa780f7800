//! Where events belong, worked out naively from docs/routing.md: for each event, every rule is looked at.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// What an event says of where it belongs.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) number: usize,
    pub(super) platform: &'static str,
    pub(super) account: Option<String>,
    pub(super) campaign: Option<String>,
    pub(super) name: Option<String>,
    pub(super) mailbox: Option<String>,
}

impl Said {
    /// The body of a send, in the platform's words.
    pub(super) fn body(&self) -> Value {
        let Said { number, account, campaign, name, mailbox, .. } = self;
        let at = format!("2026-02-11T{:02}:{:02}:00.000Z", 8 + number / 60 % 12, number % 60);
        match self.platform {
            "smartlead" => json!({
                "event_type": "EMAIL_SENT", "event_timestamp": at, "stats_id": format!("00000000-0000-4000-8000-{number:012}"),
                "campaign_id": campaign, "campaign_name": name, "client_id": account, "from_email": mailbox,
                "to_email": format!("lead{}@lead.example", number % 7), "sequence_number": 1, "subject": "Hello",
            }),
            _ => json!({
                "event_type": "email_sent", "timestamp": at, "workspace": account, "campaign_id": campaign, "campaign_name": name,
                "email_account": mailbox, "lead_email": format!("lead{}@lead.example", number % 7), "step": number + 1,
            }),
        }
    }
}

/// A rule: of a platform or all, what it looks at, what it looks for, and which workspace.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    pub(super) platform: Option<&'static str>,
    pub(super) by: &'static str,
    pub(super) value: String,
    pub(super) workspace: usize,
}

const ORDER: [&str; 6] =
    ["platform_workspace", "platform_client", "campaign_id", "sending_account", "sending_domain", "campaign_name"];

fn glob(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.first() {
        None => name.is_empty(),
        Some(b'*') => (0..=name.len()).any(|taken| glob(&pattern[1..], &name[taken..])),
        Some(letter) => name.first().is_some_and(|first| letter == &b'?' || letter == first) && glob(&pattern[1..], &name[1..]),
    }
}

impl Rule {
    fn fits(&self, said: &Said) -> bool {
        let is = |field: &Option<String>| field.as_deref() == Some(self.value.as_str());
        self.platform.is_none_or(|platform| platform == said.platform)
            && match self.by {
                "platform_workspace" => said.platform != "smartlead" && is(&said.account),
                "platform_client" => said.platform == "smartlead" && is(&said.account),
                "campaign_id" => is(&said.campaign),
                "sending_account" => is(&said.mailbox),
                "sending_domain" => said.mailbox.as_ref().is_some_and(|mailbox| mailbox.ends_with(&format!("@{}", self.value))),
                _ => said
                    .name
                    .as_ref()
                    .is_some_and(|name| glob(self.value.to_lowercase().as_bytes(), name.to_lowercase().as_bytes())),
            }
    }
}

/// An agency, as far as routing goes.
#[derive(Default)]
pub(super) struct Oracle {
    pub(super) rules: Vec<Rule>,
    seen: BTreeMap<(&'static str, String), BTreeSet<usize>>,
    /// Which events each workspace has.
    pub(super) has: BTreeMap<usize, BTreeSet<usize>>,
    pub(super) waits: BTreeSet<usize>,
    /// Events that were placed later, and where.
    placed: BTreeMap<usize, usize>,
}

impl Oracle {
    fn belongs(&self, said: &Said) -> Option<usize> {
        for by in ORDER {
            let of = |rule: &&Rule| rule.by == by && rule.fits(said);
            let workspaces: BTreeSet<usize> = self.rules.iter().filter(of).map(|rule| rule.workspace).collect();
            match workspaces.len() {
                0 => {}
                1 => return workspaces.first().copied(),
                _ => return None,
            }
        }
        let seen = self.seen.get(&(said.platform, said.campaign.clone()?))?;
        seen.first().copied().filter(|_| seen.len() == 1)
    }

    fn keep(&mut self, workspace: usize, said: &Said) -> bool {
        if let Some(campaign) = &said.campaign {
            self.seen.entry((said.platform, campaign.clone())).or_default().insert(workspace);
        }
        self.has.entry(workspace).or_default().insert(said.number)
    }

    /// What a delivery to the workspace's own address is answered.
    pub(super) fn own(&mut self, workspace: usize, said: &Said) -> &'static str {
        if self.keep(workspace, said) { "processed" } else { "duplicate" }
    }

    /// What a delivery to the agency's address is answered.
    pub(super) fn deliver(&mut self, said: &Said) -> &'static str {
        match self.belongs(said) {
            Some(workspace) => self.own(workspace, said),
            None if self.placed.contains_key(&said.number) || !self.waits.insert(said.number) => "duplicate",
            None => "unrouted",
        }
    }

    /// Applies the rules to what waits, in this order: how many are placed new, as repetitions, and not at all.
    pub(super) fn apply(&mut self, events: &[Said], order: &[usize]) -> (usize, usize, usize) {
        let (mut routed, mut duplicates, mut waiting) = (0, 0, 0);
        for number in order {
            let said = &events[*number];
            let Some(workspace) = self.belongs(said) else {
                waiting += 1;
                continue;
            };
            self.waits.remove(number);
            self.placed.insert(*number, workspace);
            if self.keep(workspace, said) { routed += 1 } else { duplicates += 1 }
        }
        (routed, duplicates, waiting)
    }
}
