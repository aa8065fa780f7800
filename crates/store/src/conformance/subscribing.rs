//! Subscriptions in the directory.

use std::sync::Arc;

use hookline_model::{
    id::{SubscriptionId, WorkspaceId},
    time::Millis,
};
use uuid::Uuid;

use super::{
    MakePlace,
    world::{ACME, AGENCY, BETA, NOWHERE, World},
};
use crate::{
    Error,
    directory::{AddressOwner, DirectoryChange},
    subscriptions::{Subscription, SubscriptionStatus},
};

fn subscription(number: u128, owner: AddressOwner) -> Subscription {
    Subscription {
        id: SubscriptionId(Uuid::from_u128(number)),
        owner,
        status: SubscriptionStatus::Active,
        status_reason: None,
        status_at: Millis(5),
        settings: format!("{{\"url\":\"https://x.example/{number}\"}}"),
        secrets: vec![1, 2, 3],
        created_at: Millis(i64::try_from(number).unwrap_or(0)),
        updated_at: Millis(7),
        since: 3,
    }
}

async fn put(world: &World, row: Subscription) -> Result<(), Error> {
    world.store.change_directory(vec![DirectoryChange::PutSubscription(Box::new(row))]).await
}

fn all(world: &World) -> Vec<Subscription> {
    world.store.directory().subscriptions().iter().map(|row| Subscription::clone(row)).collect()
}

const OF_ACME: AddressOwner = AddressOwner::Workspace(ACME);

pub(super) async fn a_subscription_comes_back_as_it_was_put_and_outlives_the_store(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (late, early) = (subscription(9, OF_ACME), subscription(2, AddressOwner::Agency(AGENCY)));
    put(&world, late.clone()).await.expect("it is put");
    put(&world, early.clone()).await.expect("it is put");
    let nowhere = put(&world, subscription(3, AddressOwner::Workspace(NOWHERE))).await;
    assert!(matches!(nowhere, Err(Error::Conflict(_))), "{nowhere:?}");
    let world = world.reopened().await;
    assert_eq!(all(&world), [early.clone(), late.clone()], "oldest first");
    assert_eq!(world.store.directory().subscription(late.id).map(|row| row.owner), Some(OF_ACME));
    world.store.change_directory(vec![DirectoryChange::DeleteSubscription(early.id)]).await.expect("it is deleted");
    assert_eq!(all(&world), [late]);
    let mut of_agency: Vec<WorkspaceId> = world.store.directory().workspaces_of(AddressOwner::Agency(AGENCY));
    of_agency.sort();
    assert_eq!(of_agency, [ACME, BETA], "not the reserved one");
}

pub(super) async fn new_settings_leave_how_it_stands_and_its_owner_alone(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = subscription(1, OF_ACME);
    put(&world, first.clone()).await.expect("it is put");
    let status = |status, reason: Option<&str>| DirectoryChange::SetSubscriptionStatus {
        id: first.id,
        status,
        reason: reason.map(str::to_owned),
        at: Millis(50),
    };
    let pause = status(SubscriptionStatus::Paused, Some("10 deliveries failed in a row"));
    world.store.change_directory(vec![pause]).await.expect("it is paused");
    let settings = "{\"url\":\"https://y.example/\"}".to_owned();
    let changed = Subscription { settings: settings.clone(), updated_at: Millis(60), since: 99, ..first.clone() };
    put(&world, changed).await.expect("it is put");
    let expected = Subscription {
        settings,
        updated_at: Millis(60),
        status: SubscriptionStatus::Paused,
        status_reason: Some("10 deliveries failed in a row".to_owned()),
        status_at: Millis(50),
        ..first.clone()
    };
    assert_eq!(all(&world), std::slice::from_ref(&expected));
    let stolen = put(&world, subscription(1, AddressOwner::Workspace(BETA))).await;
    assert!(matches!(stolen, Err(Error::Conflict(_))), "{stolen:?}");
    world.store.change_directory(vec![status(SubscriptionStatus::Active, None)]).await.expect("it is resumed");
    let world = world.reopened().await;
    assert_eq!(all(&world), [Subscription { status: SubscriptionStatus::Active, status_reason: None, ..expected }]);
}

pub(super) async fn of_two_changes_of_a_subscription_the_slower_is_a_conflict(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = Arc::new(subscription(1, OF_ACME));
    put(&world, Subscription::clone(&first)).await.expect("it is put");
    let set = |from: &Arc<Subscription>, settings: &str, secrets: &[u8]| {
        let (settings, secrets) = (settings.to_owned(), secrets.to_vec());
        let to = Subscription { settings, secrets, updated_at: Millis(60), ..Subscription::clone(from) };
        let change = DirectoryChange::ChangeSubscription { from: Arc::clone(from), to: Box::new(to) };
        world.store.change_directory(vec![change])
    };
    let now = |world: &World| Arc::clone(world.store.directory().subscription(first.id).expect("it is there"));
    set(&first, "{\"a\":1}", &[4]).await.expect("it is as it was");
    let slower = set(&first, "{\"b\":1}", &[5]).await;
    assert!(matches!(slower, Err(Error::Conflict(_))), "{slower:?}");
    let second = now(&world);
    assert_eq!(
        *second,
        Subscription {
            settings: "{\"a\":1}".to_owned(),
            secrets: vec![4],
            updated_at: Millis(60),
            ..Subscription::clone(&first)
        }
    );
    // Only the secret, and only how it stands: somebody else's change all the same.
    set(&second, "{\"a\":1}", &[6]).await.expect("it is as it was");
    let slower = set(&second, "{\"c\":1}", &[4]).await;
    assert!(matches!(slower, Err(Error::Conflict(_))), "{slower:?}");
    let third = now(&world);
    let (id, status, at) = (first.id, SubscriptionStatus::Paused, Millis(50));
    let pause = DirectoryChange::SetSubscriptionStatus { id, status, reason: Some("by hand".to_owned()), at };
    world.store.change_directory(vec![pause]).await.expect("it is paused");
    let slower = set(&third, "{\"d\":1}", &[7]).await;
    assert!(matches!(slower, Err(Error::Conflict(_))), "{slower:?}");
    let fourth = now(&world);
    set(&fourth, "{\"d\":1}", &[7]).await.expect("made anew it is a change");
    let now = now(&world);
    assert_eq!((now.status, &*now.settings), (SubscriptionStatus::Paused, "{\"d\":1}"), "it stays paused");
    // One that is gone does not come back, and what is beside such a change is not made.
    let gone = vec![
        DirectoryChange::DeleteSubscription(first.id),
        DirectoryChange::ChangeSubscription { from: Arc::clone(&now), to: Box::new(Subscription::clone(&now)) },
    ];
    let late = world.store.change_directory(gone).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    assert_eq!(all(&world).len(), 1, "all or none");
}

pub(super) async fn subscriptions_go_with_their_owner(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let rows =
        [subscription(1, OF_ACME), subscription(2, AddressOwner::Workspace(BETA)), subscription(3, AddressOwner::Agency(AGENCY))];
    for row in rows.clone() {
        put(&world, row).await.expect("it is put");
    }
    world.store.change_directory(vec![DirectoryChange::DeleteWorkspace(ACME)]).await.expect("it is deleted");
    assert_eq!(all(&world), rows[1..]);
    world.store.change_directory(vec![DirectoryChange::DeleteAgency(AGENCY)]).await.expect("it is deleted");
    assert_eq!(all(&world), []);
}
