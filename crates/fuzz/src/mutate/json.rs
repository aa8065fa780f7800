//! Changes to JSON in its own terms.

use rand::{Rng, RngExt};

use super::Sources;
use crate::{
    node::Node,
    words::{NUMBERS, TEXTS, pick},
};

/// How deep changes nest: below what readers refuse, most of the time.
const DEPTH_MAX: usize = 140;
/// The most values an input has.
const VALUES_MAX: usize = 4_000;

/// Makes one change somewhere.
pub(super) fn change(node: &mut Node, sources: &Sources<'_>, chance: &mut impl Rng) {
    let count = node.count();
    let may_grow = count < VALUES_MAX && node.depth() < DEPTH_MAX;
    // The first values are the wrapping and what names the event: they are worth more.
    let number =
        if chance.random_range(0..4) == 0 { chance.random_range(0..count.min(4)) } else { chance.random_range(0..count) };
    let Some(at) = node.at(number) else { return };
    match chance.random_range(0..16) {
        0 => *at = leaf(sources, chance),
        1 => *at = text(sources, chance),
        2 => *at = Node::Bare(pick(chance, &NUMBERS).copied().unwrap_or_default().to_owned()),
        3 => swap_type(at),
        4 | 5 => remove(at, chance),
        6 if may_grow => repeat(at, sources, chance),
        7 if may_grow => wrap(at, sources, chance),
        8 => unwrap(at, chance),
        9 => rename(at, sources, chance),
        10 if may_grow => add(at, sources, chance),
        11 => shuffle(at, chance),
        12 | 13 => take_over(node, number, sources, chance),
        14 => swap(node, number, chance),
        _ => spell(at, chance),
    }
}

/// A value that holds no others.
fn leaf(sources: &Sources<'_>, chance: &mut impl Rng) -> Node {
    match chance.random_range(0..7) {
        0 => Node::Bare("null".to_owned()),
        1 => Node::Bare(if chance.random() { "true" } else { "false" }.to_owned()),
        2 => Node::Bare(pick(chance, &NUMBERS).copied().unwrap_or_default().to_owned()),
        3 => Node::Array(Vec::new()),
        4 => Node::Object(Vec::new()),
        _ => text(sources, chance),
    }
}

fn text(sources: &Sources<'_>, chance: &mut impl Rng) -> Node {
    Node::Text(if chance.random_range(0..3) == 0 {
        pick(chance, &TEXTS).copied().unwrap_or_default().to_owned()
    } else {
        sources.words.text(chance)
    })
}

/// The same in another type: a number as a text, a text as a number, an object as its only element, JSON as text.
fn swap_type(node: &mut Node) {
    let taken = std::mem::replace(node, Node::Bare("null".to_owned()));
    *node = match taken {
        Node::Bare(text) => Node::Text(text),
        Node::Text(text) if serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|value| !value.is_string()) => {
            Node::Bare(text)
        }
        Node::Array(mut nodes) if nodes.len() == 1 => nodes.swap_remove(0),
        Node::Array(nodes) => Node::Object(nodes.into_iter().enumerate().map(|(at, node)| (at.to_string(), node)).collect()),
        other => Node::Array(vec![other]),
    };
}

fn remove(node: &mut Node, chance: &mut impl Rng) {
    match node {
        Node::Array(nodes) if !nodes.is_empty() => drop(nodes.remove(chance.random_range(0..nodes.len()))),
        Node::Object(fields) if !fields.is_empty() => drop(fields.remove(chance.random_range(0..fields.len()))),
        other => *other = Node::Bare("null".to_owned()),
    }
}

/// Repeats a field or an element, sometimes with another value.
fn repeat(node: &mut Node, sources: &Sources<'_>, chance: &mut impl Rng) {
    match node {
        Node::Array(nodes) => {
            let Some(again) = pick(chance, nodes).cloned() else { return };
            nodes.insert(chance.random_range(0..=nodes.len()), again);
        }
        Node::Object(fields) => {
            let Some((key, value)) = pick(chance, fields).cloned() else { return };
            let value = if chance.random() { value } else { leaf(sources, chance) };
            fields.insert(chance.random_range(0..=fields.len()), (key, value));
        }
        Node::Text(text) => *text = text.repeat(2),
        Node::Bare(_) => {}
    }
}

fn wrap(node: &mut Node, sources: &Sources<'_>, chance: &mut impl Rng) {
    let times = if chance.random_range(0..20) == 0 { 100 } else { 1 };
    for _ in 0..times {
        let taken = std::mem::replace(node, Node::Bare("null".to_owned()));
        *node = match chance.random_range(0..4) {
            0 => Node::Array(vec![taken]),
            1 => Node::Object(vec![("headers".to_owned(), Node::Object(Vec::new())), ("body".to_owned(), taken)]),
            2 => Node::Object(vec![(pick(chance, &["body", "data", "payload"]).copied().unwrap_or_default().to_owned(), taken)]),
            _ => Node::Object(vec![(sources.words.key(chance), taken)]),
        };
    }
}

/// Puts one of the values inside in place of all.
fn unwrap(node: &mut Node, chance: &mut impl Rng) {
    let inner = match node {
        Node::Array(nodes) => pick(chance, nodes).cloned(),
        Node::Object(fields) => pick(chance, fields).map(|(_, node)| node.clone()),
        _ => None,
    };
    if let Some(inner) = inner {
        *node = inner;
    }
}

fn rename(node: &mut Node, sources: &Sources<'_>, chance: &mut impl Rng) {
    let Node::Object(fields) = node else { return };
    if fields.is_empty() {
        return;
    }
    let at = chance.random_range(0..fields.len());
    let key = &mut fields[at].0;
    *key = match chance.random_range(0..6) {
        0 => key.to_uppercase(),
        1 => key.replace('_', ""),
        2 => key.replace('_', " "),
        3 => format!("{key}\u{0}"),
        _ => sources.words.key(chance),
    };
}

fn add(node: &mut Node, sources: &Sources<'_>, chance: &mut impl Rng) {
    let new = leaf(sources, chance);
    match node {
        Node::Array(nodes) => nodes.push(new),
        Node::Object(fields) => {
            let key = sources.words.key(chance);
            fields.insert(chance.random_range(0..=fields.len()), (key, new));
        }
        _ => *node = new,
    }
}

fn shuffle(node: &mut Node, chance: &mut impl Rng) {
    if let Node::Object(fields) = node {
        for last in (1..fields.len()).rev() {
            fields.swap(last, chance.random_range(0..=last));
        }
    }
}

/// Takes over from another input: the value of a field of the same name, all fields of its top, or any value.
fn take_over(node: &mut Node, number: usize, sources: &Sources<'_>, chance: &mut impl Rng) {
    let Some(mut other) = sources.other.cloned() else { return };
    match (chance.random_range(0..3), &mut *node, &other) {
        (0, Node::Object(ours), Node::Object(theirs)) => {
            if let Some((key, value)) = pick(chance, theirs).cloned() {
                match ours.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, old)) => *old = value,
                    None => ours.push((key, value)),
                }
            }
        }
        (1, Node::Object(ours), Node::Object(theirs)) => {
            let half: Vec<_> = theirs.iter().filter(|_| chance.random()).cloned().collect();
            ours.retain(|(key, _)| half.iter().all(|(other, _)| other != key));
            ours.extend(half);
        }
        _ => {
            let count = other.count();
            let taken = other.at(chance.random_range(0..count)).cloned();
            if let (Some(at), Some(taken)) = (node.at(number), taken) {
                *at = taken;
            }
        }
    }
}

/// Swaps a value with another, which a value inside of the other is not affected by.
fn swap(node: &mut Node, number: usize, chance: &mut impl Rng) {
    let other = chance.random_range(0..node.count());
    let (Some(one), Some(two)) = (node.at(number).cloned(), node.at(other).cloned()) else { return };
    // Neither inside of the other.
    let (first, second) = if number < other { (number, other) } else { (other, number) };
    let inside = node.at(first).map_or(0, |node| node.count());
    if second >= first + inside {
        // The later one first, so that the number of the earlier one stays.
        let (for_first, for_second) = if number < other { (two, one) } else { (one, two) };
        if let Some(at) = node.at(second) {
            *at = for_second;
        }
        if let Some(at) = node.at(first) {
            *at = for_first;
        }
    }
}

/// Writes a text differently.
fn spell(node: &mut Node, chance: &mut impl Rng) {
    let Node::Text(text) = node else { return };
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = pick(chance, &places).copied().unwrap_or_default();
    match chance.random_range(0..7) {
        0 => text.truncate(at),
        1 => drop(text.drain(..at)),
        2 => *text = text.to_uppercase(),
        3 => *text = format!("  {text}\n"),
        4 => *text = format!("<p>{text}</p>"),
        5 => text.insert_str(at, pick(chance, &TEXTS).copied().unwrap_or_default()),
        _ => text.insert(at, chance.random()),
    }
}
