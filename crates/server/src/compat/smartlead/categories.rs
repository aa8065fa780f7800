//! `GET /api/v1/leads/fetch-categories`.

use axum::Json;
use hookline_dialects::smartlead_categories::{BUILT_IN, number};
use serde::Serialize;

use super::account::Account;

/// A category of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Category {
    /// Its number.
    id: u64,
    /// Its name.
    name: String,
    sentiment_type: Option<&'static str>,
}

/// The name of a category by its number.
pub(super) fn named(account: &Account, id: u64) -> Option<String> {
    let built_in = BUILT_IN.iter().find(|known| known.id == id).map(|known| known.name.to_owned());
    // Only where it is not one of these are the account's hooks read.
    built_in.or_else(|| known(account).into_iter().find(|known| known.id == id).map(|known| known.name))
}

/// The categories that every account has, and those that the account's hooks name beside.
fn known(account: &Account) -> Vec<Category> {
    let built_in = |known: &hookline_dialects::smartlead_categories::BuiltIn| Category {
        id: known.id,
        name: known.name.to_owned(),
        sentiment_type: known.sentiment,
    };
    let mut categories: Vec<Category> = BUILT_IN.iter().map(built_in).collect();
    for name in account.hooks().flat_map(|hook| hook.settings.filter.categories) {
        let id = number(&name);
        if !categories.iter().any(|category| category.id == id) {
            categories.push(Category { id, name, sentiment_type: None });
        }
    }
    categories
}

/// The categories.
pub(super) async fn list(account: Account) -> Json<Vec<Category>> {
    Json(known(&account))
}
