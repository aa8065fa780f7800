//! Who was refused at the door, when and why: a bounded list in memory, without bodies and without the address's token.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use hookline_model::{platform::Platform, time::Millis};
use hookline_store::{
    directory::AddressOwner,
    query::{Cursor, Page, PageRequest},
};

use crate::problem::ProblemType;

/// One refusal. Every field is small and of fixed size, so that the list's bound is one in bytes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// Its number, rising.
    pub(crate) number: u64,
    /// When.
    pub(crate) at: Millis,
    /// Why.
    pub(crate) reason: ProblemType,
    /// The platform that the path names.
    pub(crate) platform: Option<Platform>,
    /// Whose address it was, if it was one.
    pub(crate) owner: Option<AddressOwner>,
    /// Who sent it.
    pub(crate) remote: Option<IpAddr>,
}

/// The list. The oldest go when it is full.
#[derive(Debug)]
pub(crate) struct Rejections {
    rows_max: usize,
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    made: u64,
    kept: VecDeque<Rejection>,
}

impl Rejections {
    pub(crate) fn new(rows_max: usize) -> Rejections {
        Rejections { rows_max, rows: Mutex::default() }
    }

    /// Lists a refusal; its number is given here.
    pub(crate) fn push(&self, rejection: Rejection) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.made += 1;
        let number = rows.made;
        rows.kept.push_back(Rejection { number, ..rejection });
        while rows.kept.len() > self.rows_max {
            rows.kept.pop_front();
        }
    }

    /// A page, newest first. A cursor whose row is gone meanwhile still works: what is older is gone too.
    pub(crate) fn page(&self, request: &PageRequest) -> Page<Rejection> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let before = request.after.as_ref().map_or(u64::MAX, |cursor| number_of(&cursor.key));
        let mut behind = rows.kept.iter().rev().filter(|row| row.number < before);
        let page: Vec<Rejection> = behind.by_ref().take(request.limit).copied().collect();
        let more = behind.next().is_some();
        let next = page.last().filter(|_| more).map(|row| Cursor { at: row.at, key: row.number.to_be_bytes().to_vec() });
        Page { rows: page, next }
    }
}

/// The number in a cursor; anything else lies behind the last row.
fn number_of(key: &[u8]) -> u64 {
    key.try_into().map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(at: i64) -> Rejection {
        Rejection { number: 0, at: Millis(at), reason: ProblemType::UnknownAddress, platform: None, owner: None, remote: None }
    }

    #[test]
    fn the_newest_are_kept_and_paged_newest_first() {
        let rejections = Rejections::new(5);
        for at in 0..8 {
            rejections.push(rejection(at));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = rejections.page(&PageRequest { limit: 2, after });
            seen.extend(page.rows.iter().map(|row| row.at.0));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [7, 6, 5, 4, 3]);
    }
}
