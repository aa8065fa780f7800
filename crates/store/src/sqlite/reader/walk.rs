//! Walking lists for a page: bounded, and over several lists at once.

use crate::query::Cursor;

/// How many rows of a list one page looks at. A page of which fewer matched has fewer rows, and a cursor to go on from.
pub(super) const WALK_ROWS_MAX: usize = 50_000;

/// One list's part of a page.
pub(super) struct Walk<T> {
    limit: usize,
    rows_max: usize,
    looked_at: usize,
    found: Vec<(Cursor, T)>,
    /// Where the walk ended before the list did.
    stopped: Option<Cursor>,
}

impl<T> Walk<T> {
    /// A walk that ends with this many matches.
    pub(super) fn new(limit: usize) -> Walk<T> {
        Walk { limit, rows_max: WALK_ROWS_MAX, looked_at: 0, found: Vec::new(), stopped: None }
    }

    /// The same, as one of so many of a page.
    pub(super) fn one_of(walks: usize, limit: usize) -> Walk<T> {
        Walk::new(limit).at_most(WALK_ROWS_MAX / walks)
    }

    /// The same, looking at no more than so many rows.
    pub(super) fn at_most(self, rows_max: usize) -> Walk<T> {
        Walk { rows_max: rows_max.min(self.rows_max), ..self }
    }

    /// Looks at the next row of the list, which matches if it has a value; answers whether to go on.
    pub(super) fn look(&mut self, at: Cursor, value: Option<T>) -> bool {
        self.looked_at += 1;
        if self.looked_at >= self.rows_max {
            self.stopped = Some(at.clone());
        }
        self.found.extend(value.map(|value| (at, value)));
        self.stopped.is_none() && self.found.len() < self.limit
    }
}

/// The newest rows of several walks of one page, and where the next page starts.
pub(super) fn merge<T>(walks: Vec<Walk<T>>, limit: usize) -> (Vec<(Cursor, T)>, Option<Cursor>) {
    // Below the newest point at which a walk stopped, rows may be missing between those of the others.
    let stopped = walks.iter().filter_map(|walk| walk.stopped.clone()).max();
    let mut rows: Vec<(Cursor, T)> = walks.into_iter().flat_map(|walk| walk.found).collect();
    if let Some(stopped) = &stopped {
        rows.retain(|(at, _)| at >= stopped);
    }
    rows.sort_by(|a, b| b.0.cmp(&a.0));
    rows.truncate(limit);
    let next = if rows.len() >= limit { rows.last().map(|(at, _)| at.clone()) } else { stopped };
    (rows, next)
}

#[cfg(test)]
mod tests {
    use hookline_model::time::Millis;

    use super::*;

    fn at(at: i64) -> Cursor {
        Cursor { at: Millis(at), key: Vec::new() }
    }

    #[test]
    fn a_page_has_the_newest_of_all_lists_and_leads_on() {
        let mut even = Walk::new(3);
        let mut odd = Walk::new(3);
        for time in [8, 6, 4] {
            even.look(at(time), Some(time));
        }
        assert!(odd.look(at(7), Some(7)));
        let (rows, next) = merge(vec![even, odd], 3);
        assert_eq!(rows.into_iter().map(|row| row.1).collect::<Vec<_>>(), [8, 7, 6]);
        assert_eq!(next, Some(at(6)));
    }

    #[test]
    fn a_walk_that_stopped_hides_what_is_older_until_the_next_page() {
        let mut long = Walk::new(3);
        let mut steps = (0..).map(|step| at(1_000_000 - step));
        while long.look(steps.next().expect("there are more"), None::<i64>) {}
        let mut short = Walk::new(3);
        short.look(at(2_000_000), Some(1));
        short.look(at(5), Some(2));
        let stop = at(1_000_001 - WALK_ROWS_MAX as i64);
        let (rows, next) = merge(vec![long, short], 3);
        assert_eq!((rows.len(), next), (1, Some(stop)));
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        let mut walk = Walk::new(3);
        walk.look(at(1), Some(1));
        assert_eq!(merge(vec![walk], 3).1, None);
    }
}
