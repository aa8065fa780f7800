//! Patterns of a campaign's name: `*` is any text, also none, and `?` any one character. Case does not count.

/// A pattern, in lower case.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Pattern {
        Pattern(text.to_lowercase().chars().collect())
    }

    /// Whether the whole name, in lower case, matches. Only the last `*` is ever taken longer, since an earlier one has nothing to
    /// gain by that: so the time is bounded by the product of the two lengths.
    pub(super) fn matches(&self, name: &[char]) -> bool {
        let (pattern, mut at, mut read) = (&self.0, 0, 0);
        // Where the last `*` is, and how far the name is read when that has taken what it takes.
        let mut star: Option<(usize, usize)> = None;
        while read < name.len() {
            match (pattern.get(at), star) {
                (Some('*'), _) => {
                    star = Some((at, read));
                    at += 1;
                }
                (Some(wanted), _) if *wanted == '?' || *wanted == name[read] => {
                    at += 1;
                    read += 1;
                }
                (_, Some((place, taken))) => {
                    star = Some((place, taken + 1));
                    at = place + 1;
                    read = taken + 1;
                }
                (_, None) => return false,
            }
        }
        pattern[at..].iter().all(|rest| *rest == '*')
    }
}
