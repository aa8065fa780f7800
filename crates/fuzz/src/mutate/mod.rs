//! Changes to what is read: to JSON in the terms of JSON, and to bytes.

mod bytes;
mod json;

use rand::{Rng, RngExt};

use crate::{
    node::{Node, Style},
    words::Words,
};

/// The most bytes of an input that is made, large ones aside.
const BYTES_MAX: usize = 64 * 1024;
/// Of how many inputs one is made large: up to what the server lets in.
const LARGE_EVERY: u32 = 2_000;

/// What changes draw from.
pub(crate) struct Sources<'s> {
    /// What they put in.
    pub(crate) words: &'s Words,
    /// Another input, of which parts are taken over.
    pub(crate) other: Option<&'s Node>,
}

/// An input: its bytes, and as JSON if that is what it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    pub(crate) node: Option<Node>,
}

impl Input {
    /// The input of these bytes.
    pub(crate) fn of(bytes: Vec<u8>) -> Input {
        Input { node: Node::read(&bytes), bytes }
    }

    /// A changed input: one to six changes, of which JSON gets changes of bytes seldom.
    pub(crate) fn changed(&self, sources: &Sources<'_>, chance: &mut impl Rng) -> Input {
        if chance.random_range(0..LARGE_EVERY) == 0 {
            return Input { bytes: bytes::large(&self.bytes, chance), node: None };
        }
        let changes = 1 + chance.random_range(0..3) * chance.random_range(0..3) + chance.random_range(0..2);
        match &self.node {
            Some(node) if chance.random_range(0..10) > 0 => {
                let mut node = node.clone();
                (0..changes).for_each(|_| json::change(&mut node, sources, chance));
                let style = match chance.random_range(0..8) {
                    0 => Style { spaced: true, escape_every: 0 },
                    1 => Style { spaced: chance.random(), escape_every: chance.random_range(1..20) },
                    _ => Style::default(),
                };
                let bytes = node.write(style, chance);
                if bytes.len() <= BYTES_MAX { Input { bytes, node: Some(node) } } else { self.clone() }
            }
            _ => {
                let mut bytes = self.bytes.clone();
                (0..changes).for_each(|_| bytes::change(&mut bytes, sources, chance));
                bytes.truncate(BYTES_MAX);
                Input { bytes, node: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;
    use crate::Target;

    /// Half of what is made must still be JSON, or most of it would only ever reach the reader of JSON.
    #[test]
    fn most_inputs_stay_json_and_few_stay_the_same() {
        let target: Target = "parse_hubspot".parse().expect("a target");
        let seeds = target.seeds().expect("seeds");
        let words = Words::new(target, &seeds);
        let other = Node::read(&seeds[1]).expect("JSON");
        let sources = Sources { words: &words, other: Some(&other) };
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let first = Input::of(seeds[0].clone());
        let (mut json, mut same, mut longest) = (0, 0, 0);
        for _ in 0..4_000 {
            let made = first.changed(&sources, &mut chance);
            json += usize::from(Node::read(&made.bytes).is_some());
            same += usize::from(made.bytes == first.bytes);
            longest = longest.max(made.bytes.len());
        }
        assert!(json > 2_500 && json < 4_000, "{json} are JSON");
        assert!(same < 400, "{same} are as they were");
        assert!(longest > BYTES_MAX, "some are large: {longest}");
    }
}
