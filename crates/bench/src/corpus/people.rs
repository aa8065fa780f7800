//! Who the contacts are: a name, a company, an address that nobody else has.

use std::fmt::Write;

use super::{
    pick, scramble,
    words::{COMPANY_HEADS, COMPANY_TAILS, FIRST, LAST},
};

/// Contacts of one company.
const COLLEAGUES: u64 = 3;

/// A contact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) number: u64,
    first: (&'static str, &'static str),
    last: (&'static str, &'static str),
    head: &'static str,
    tail: &'static str,
    /// Tells companies of the same name apart.
    branch: u64,
}

impl Person {
    pub(super) fn new(number: u64) -> Person {
        let (company, place) = (number / COLLEAGUES, number % COLLEAGUES);
        let random = scramble(company ^ 0xc0de);
        let (heads, tails) = (COMPANY_HEADS.len() as u64, COMPANY_TAILS.len() as u64);
        Person {
            number,
            first: pick(&FIRST, scramble(number)),
            // Colleagues have different names, or two would have one address.
            last: pick(&LAST, random % 1_000 + place),
            head: pick(&COMPANY_HEADS, company % heads),
            tail: pick(&COMPANY_TAILS, company / heads % tails),
            branch: company / (heads * tails),
        }
    }

    pub(super) fn first(&self) -> &'static str {
        self.first.0
    }

    pub(super) fn last(&self) -> &'static str {
        self.last.0
    }

    /// The company as it is written: `Kranwerk 12`.
    pub(super) fn company(&self) -> String {
        match self.branch {
            0 => format!("{}{}", self.head, self.tail),
            branch => format!("{}{} {branch}", self.head, self.tail),
        }
    }

    /// The domain: `kranwerk-12.example`.
    pub(super) fn domain(&self) -> String {
        let mut domain = String::with_capacity(32);
        domain.push_str(self.head);
        domain.push_str(self.tail);
        domain.make_ascii_lowercase();
        if self.branch > 0 {
            // Writing to a text does not fail.
            let _ = write!(domain, "-{}", self.branch);
        }
        domain.push_str(".example");
        domain
    }

    /// The address.
    pub(super) fn address(&self) -> String {
        format!("{}.{}@{}", self.first.1, self.last.1, self.domain())
    }
}
