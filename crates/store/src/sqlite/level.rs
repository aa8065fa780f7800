//! Bringing the records level with supersessions: as if the superseded entries had never been there.
//!
//! The list of events is changed first, and is then what everything is folded again from. Counts that lie apart from what they
//! are counted of (rollups, campaigns) are moved by the difference; see [`Change`]. Everything happens in the transaction that
//! moves the watermark.

use std::collections::{BTreeMap, BTreeSet};

use hookline_model::{
    campaign::CampaignState,
    counts::Counter,
    delta::{Deltas, RollupKey},
    email::EmailState,
    entry::Entry,
    event::Event,
    id::WorkspaceId,
    item::ItemKey,
    key::{CampaignKey, ContactKey, EmailKey},
    link::{Pair, PairState, merge_stated},
    maps::Map,
    rows::{ReadRows, WriteRows},
    stamp::{Register, Stamp},
};
use rusqlite::Connection;

use super::{log::Logged, rebuild::Rebuild, refold::refold, rows::SqlRows};
use crate::Error;

/// How many of the supersessions in front can be brought level at once: up to the first that supersedes one of them.
pub(super) fn first_group(steps: &[&Logged]) -> usize {
    let Some(first) = steps.first().map(|step| step.position) else { return 0 };
    let is_of_it = |step: &&&Logged| step.supersedes.as_ref().is_some_and(|old| old.position < first || step.position == first);
    steps.iter().take_while(is_of_it).count()
}

/// Brings the records of a workspace level with supersessions that follow on each other, inside the view's transaction.
pub(super) fn level(
    records: &Connection,
    log: &Connection,
    no: i64,
    workspace: WorkspaceId,
    steps: &[&Logged],
) -> Result<(), Error> {
    level_steps(records, log, no, workspace, steps)?;
    // Who nothing is known of any more, not even an entry that made no records, has no number: it will be another's.
    let mut rows = SqlRows::new(records, log, no, workspace);
    let superseded = steps.iter().filter_map(|step| step.supersedes.as_ref()).filter(|old| !old.makes_records);
    let gone: BTreeSet<ContactKey> = superseded.filter_map(|old| old.event.contact_key()).collect();
    gone.iter().try_for_each(|key| rows.forget_number(key))
}

fn level_steps(records: &Connection, log: &Connection, no: i64, workspace: WorkspaceId, steps: &[&Logged]) -> Result<(), Error> {
    let mut rows = SqlRows::new(records, log, no, workspace);
    rows.hold_numbers()?;
    let mut change = Change::default();
    for step in steps {
        let Some(old) = &step.supersedes else { continue };
        rows.unlist_event(&old.event, old.position)?;
        if let Some(heir) = &old.heir {
            rows.relist_event(heir.event.occurred_at, heir.position)?;
        }
        if old.makes_records {
            change.removed.push((&old.event, Stamp::of(&old.event, old.digest)));
            change.counted.extend(old.counted.then_some((&old.event, -1)));
            change.counted.extend(old.heir.as_ref().map(|heir| (&heir.event, 1)));
        }
        if let Some(entry) = &step.entry {
            rows.list_event(entry)?;
            if step.makes_records {
                change.added.push(entry);
            }
        }
    }
    if change.removed.is_empty() && change.added.is_empty() {
        return rows.finish();
    }
    let deltas = Deltas::of(change.added.iter().copied());
    if change.takes_a_decision(&mut rows, &deltas)? {
        rows.finish()?;
        return refold(records, log, no, workspace);
    }
    change.apply(Rebuild::new(rows), deltas)
}

/// What supersessions change.
#[derive(Default)]
struct Change<'s> {
    /// What no longer contributes anything.
    removed: Vec<(&'s Event, Stamp)>,
    /// What contributes instead.
    added: Vec<&'s Entry>,
    /// Beside what is added: events that no longer count (-1), or count in another variant's place (1).
    counted: Vec<(&'s Event, i64)>,
}

impl Change<'_> {
    /// Whether what was stated last of a link or an alias is taken away, and nothing later is stated instead. Who stated
    /// something before that is in no list.
    fn takes_a_decision(&self, rows: &mut SqlRows<'_>, deltas: &Deltas) -> Result<bool, Error> {
        for (event, stamp) in &self.removed {
            for link in &event.facts.links {
                let Some(pair) = Pair::of(link.a.clone(), link.b.clone()) else { continue };
                let mut stated = rows.pair(&pair)?.unwrap_or_default().stated;
                merge_stated(&mut stated, deltas.pairs.get(&pair).map(|pair| pair.stated.clone()).unwrap_or_default());
                if stated.stamp() == Some(*stamp) {
                    return Ok(true);
                }
            }
            for alias in &event.facts.aliases {
                let Some(pair) = Pair::of(alias.a.clone(), alias.b.clone()) else { continue };
                let mut stated = rows.aliases(pair.keys().0)?.remove(pair.keys().1).unwrap_or_default();
                merge_stated(&mut stated, deltas.aliases.get(&pair).cloned().unwrap_or_default());
                if stated.stamp() == Some(*stamp) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Every event that takes part.
    fn events(&self) -> impl Iterator<Item = &Event> {
        let removed = self.removed.iter().map(|(event, _)| *event);
        let uncounted = self.added.iter().filter_map(|entry| entry.uncounts.as_ref().map(|former| &former.event));
        let counted = self.counted.iter().map(|(event, _)| *event);
        removed.chain(self.added.iter().map(|entry| &entry.event)).chain(uncounted).chain(counted)
    }

    fn apply(&self, mut rebuild: Rebuild<'_>, deltas: Deltas) -> Result<(), Error> {
        let contacts: BTreeSet<ContactKey> = self.events().filter_map(Event::contact_key).collect();
        let campaigns: BTreeSet<CampaignKey> = self.events().filter_map(|event| event.campaign_key().cloned()).collect();
        let before = rebuild.before(contacts.iter().chain(&self.linked()), campaigns.iter().chain(&self.aliased()))?;
        let told = self.emails_before(&mut rebuild.rows)?;
        write_stated(&mut rebuild.rows, deltas.pairs, deltas.aliases)?;
        rebuild.emails = told.keys().map(|key| (key.clone(), EmailState::default())).collect();
        contacts.iter().try_for_each(|key| rebuild.contact(key))?;
        find_all(&mut rebuild, &told, &contacts)?;
        rebuild.write_emails()?;
        let items: BTreeSet<ItemKey> = self.events().filter_map(Event::item_key).collect();
        items.iter().try_for_each(|key| rebuild.item(key))?;
        for key in &campaigns {
            let state = self.campaign(&mut rebuild, key, deltas.campaigns.get(key))?;
            rebuild.write_campaign(key, &state)?;
        }
        self.count_rollups(&mut rebuild.rows, deltas.rollups)?;
        rebuild.derive(before)?;
        rebuild.rows.finish()
    }

    /// Contact keys that links between them may be made or undone.
    fn linked(&self) -> BTreeSet<ContactKey> {
        let mut keys = BTreeSet::new();
        for event in self.events() {
            keys.extend(event.contact.iter().filter_map(|contact| contact.external.clone().map(ContactKey::External)));
            keys.extend(event.facts.links.iter().flat_map(|link| [link.a.clone(), link.b.clone()]));
        }
        keys
    }

    /// Campaign keys that aliases between them may be made or undone.
    fn aliased(&self) -> BTreeSet<CampaignKey> {
        self.events().flat_map(|event| &event.facts.aliases).flat_map(|alias| [alias.a.clone(), alias.b.clone()]).collect()
    }

    /// The messages that any of the events tells of: who they were of, and how many entries tell of each now.
    fn emails_before(&self, rows: &mut SqlRows<'_>) -> Result<BTreeMap<EmailKey, Told>, Error> {
        let mut emails: BTreeMap<EmailKey, Told> = BTreeMap::new();
        for key in self.events().flat_map(keys_of_messages) {
            if !emails.contains_key(key) {
                let state = rows.email(key)?.unwrap_or_default();
                let told = Told { entries: state.told.cast_signed(), contact: state.contact.get().cloned() };
                emails.insert(key.clone(), told);
            }
        }
        let removed = self.removed.iter().map(|(event, _)| (*event, -1));
        for (event, amount) in removed.chain(self.added.iter().map(|entry| (&entry.event, 1))) {
            for key in keys_of_messages(event) {
                if let Some(told) = emails.get_mut(key) {
                    told.entries += amount;
                }
            }
        }
        Ok(emails)
    }

    /// The state of a campaign key: moved by the difference if nothing that is removed can be seen in it, else folded again.
    fn campaign(
        &self,
        rebuild: &mut Rebuild<'_>,
        key: &CampaignKey,
        delta: Option<&CampaignState>,
    ) -> Result<CampaignState, Error> {
        let (mut state, _) = rebuild.rows.campaign(key)?.unwrap_or_default();
        let is_of_it = |event: &Event| event.campaign_key() == Some(key);
        if self.removed.iter().any(|(event, stamp)| is_of_it(event) && state.rests_on(*stamp)) {
            return rebuild.campaign_state(key);
        }
        if let Some(delta) = delta {
            state.merge(delta.clone());
        }
        for (event, amount) in self.counted.iter().filter(|(event, _)| is_of_it(event)) {
            Counter::of(event).for_each(|counter| state.counts.add(counter, *amount));
        }
        Ok(state)
    }

    fn count_rollups(&self, rows: &mut SqlRows<'_>, mut rollups: Map<RollupKey, i64>) -> Result<(), Error> {
        for (event, amount) in &self.counted {
            *rollups.entry(RollupKey::of(event)).or_default() += amount;
        }
        rollups.iter().filter(|(_, amount)| **amount != 0).try_for_each(|(key, amount)| rows.add_rollup(key, *amount))
    }
}

/// What is known of a message before it is folded again.
struct Told {
    /// How many entries tell of it, those that are removed no more.
    entries: i64,
    /// The contact key that it belonged to.
    contact: Option<ContactKey>,
}

fn keys_of_messages(event: &Event) -> impl Iterator<Item = &EmailKey> {
    event.outbound_key().into_iter().chain(event.inbound_key())
}

/// Writes what added events state of links and aliases.
fn write_stated(
    rows: &mut SqlRows<'_>,
    pairs: Map<Pair<ContactKey>, PairState>,
    aliases: Map<Pair<CampaignKey>, Register<bool>>,
) -> Result<(), Error> {
    for (pair, PairState { stated, .. }) in pairs.into_iter().filter(|(_, pair)| !pair.stated.is_untouched()) {
        let mut state = rows.pair(&pair)?.unwrap_or_default();
        merge_stated(&mut state.stated, stated);
        rows.put_pair(&pair, &state)?;
    }
    for (pair, stated) in aliases {
        let mut state = rows.aliases(pair.keys().0)?.remove(pair.keys().1).unwrap_or_default();
        merge_stated(&mut state, stated);
        rows.put_alias(&pair, &state)?;
    }
    Ok(())
}

/// Meets the entries that tell of the messages asked for: those of the contact keys in `met` were met already, then come those
/// of the contacts that the messages belonged to. Where entries are still missing, all are looked at.
fn find_all(rebuild: &mut Rebuild<'_>, told: &BTreeMap<EmailKey, Told>, met: &BTreeSet<ContactKey>) -> Result<(), Error> {
    let owners: BTreeSet<&ContactKey> =
        told.values().filter_map(|told| told.contact.as_ref()).filter(|key| !met.contains(*key)).collect();
    owners.into_iter().try_for_each(|key| rebuild.meet_contact(key))?;
    let found = std::mem::take(&mut rebuild.emails);
    let is_whole =
        |(key, state): &(EmailKey, EmailState)| told.get(key).is_some_and(|told| told.entries == state.told.cast_signed());
    let (whole, missing): (Vec<_>, Vec<_>) = found.into_iter().partition(is_whole);
    if !missing.is_empty() {
        rebuild.emails = missing.into_iter().map(|(key, _)| (key, EmailState::default())).collect();
        rebuild.meet_all()?;
    }
    rebuild.emails.extend(whole);
    Ok(())
}
