//! The log as readers share it.

use std::sync::Arc;

use hookline_model::kind::Kind;
use hookline_store::directory::AddressOwner;
use serde_json::json;

use super::{
    super::feed::Feed,
    world::{ACME, AGENCY, World},
};

#[tokio::test]
async fn a_page_is_read_again_when_more_of_it_is_wanted() {
    let world = World::new().await;
    world.append(Kind::EmailReplied, "jo").await;
    world.store.folded().wait_for(|folded| *folded >= 1).await.expect("the store is open");
    let feed = Feed::new(Arc::clone(&world.store));
    let before = feed.after(0).await.expect("it is read");
    assert!(before.entries.is_empty() && before.through == 1 && feed.is_whole(&before), "nobody is told of anything");
    world.subscribe_as(AddressOwner::Workspace(ACME), 1, 1, json!({})).await;
    assert!(!feed.is_whole(&before));
    let part = feed.after(0).await.expect("it is read");
    assert_eq!(part.entries.iter().map(|entry| entry.fed.workspace).collect::<Vec<_>>(), [ACME]);
    // One more who is told of the same changes nothing.
    world.subscribe_as(AddressOwner::Workspace(ACME), 2, 1, json!({})).await;
    assert!(feed.is_whole(&part));
    world.subscribe_as(AddressOwner::Agency(AGENCY), 3, 1, json!({})).await;
    assert!(!feed.is_whole(&part));
}
