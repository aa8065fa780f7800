//! SmartLead's priority: what a hook of the user level takes, others are not sent, as long as it is active.

use hookline_model::{entry::Origin, id::AgencyId, id::SubscriptionId, id::WorkspaceId, kind::Kind};
use hookline_store::{
    deliveries::DeliveryStatus,
    directory::{AddressOwner, Agency, DirectoryChange, Workspace},
    subscriptions::SubscriptionStatus,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{ACME, AGENCY, BETA, Receiver, START, World, whom};

/// What a hook is set to that SmartLead's API made.
fn made(level: &str, names: &[&str], kinds: &[&str]) -> Value {
    json!({"dialect": "smartlead", "kinds": kinds, "extra": {"smartlead": {"level": level, "names": names}}})
}

const REPLIES: (&[&str], &[&str]) = (&["EMAIL_REPLY"], &["email.replied"]);
const BOTH: (&[&str], &[&str]) = (&["REPLIED", "EMAIL_OPEN"], &["email.replied", "email.opened"]);

/// A world with a hook of the user level (replies), and one of a client (replies and opens).
struct Account {
    world: World,
    user: SubscriptionId,
    client: SubscriptionId,
    of_user: Receiver,
    of_client: Receiver,
}

impl Account {
    async fn new() -> Account {
        let world = World::new().await;
        let (of_user, of_client) = (Receiver::answering(&[200]).await, Receiver::answering(&[200]).await);
        let client = world.subscribe(1, of_client.port, made("client", BOTH.0, BOTH.1)).await;
        let user = made("user", REPLIES.0, REPLIES.1);
        let user = world.subscribe_as(AddressOwner::Agency(AGENCY), 2, of_user.port, user).await;
        Account { world, user, client, of_user, of_client }
    }

    async fn set(&self, status: SubscriptionStatus) {
        let change = DirectoryChange::SetSubscriptionStatus { id: self.user, status, reason: None, at: START };
        self.world.change(change).await;
    }

    /// Appends a reply, and an open behind it; who the client's hook is told of, once it was looked at with both.
    async fn told(&self, who: &str, opens: usize) -> Vec<String> {
        self.world.append(Kind::EmailReplied, who).await;
        self.world.append(Kind::EmailOpened, &format!("{who}-opens")).await;
        // A reply is in the lane that goes first, so the open is behind it.
        let rows = self.world.deliveries(self.client, DeliveryStatus::Delivered, opens).await;
        assert_eq!(rows.len(), opens);
        let mut heard = whom(&self.of_client.so_far());
        heard.sort();
        heard
    }
}

#[tokio::test]
async fn a_name_that_the_user_level_takes_is_not_sent_to_a_client_as_long_as_that_is_active() {
    let account = Account::new().await;
    assert_eq!(account.told("a", 1).await, ["a-opens"]);
    account.of_user.received(1).await;
    let skipped = account.world.deliveries(account.client, DeliveryStatus::Skipped, 1).await;
    assert_eq!(skipped.len(), 1);
    let expected = format!("muted by the user-level webhook {}", account.user);
    assert_eq!((skipped[0].kind, skipped[0].reason.as_deref()), (Kind::EmailReplied, Some(expected.as_str())));

    account.set(SubscriptionStatus::Paused).await;
    assert_eq!(account.told("b", 3).await, ["a-opens", "b", "b-opens"]);
    account.set(SubscriptionStatus::Active).await;
    assert_eq!(account.told("c", 4).await, ["a-opens", "b", "b-opens", "c-opens"]);
    account.set(SubscriptionStatus::Disabled).await;
    assert_eq!(account.told("d", 6).await.len(), 6);
    account.world.resume(account.user).await;
    assert_eq!(account.told("e", 7).await.len(), 7);
    account.world.change(DirectoryChange::DeleteSubscription(account.user)).await;
    assert_eq!(account.told("f", 9).await.len(), 9);
    let skipped = account.world.deliveries(account.client, DeliveryStatus::Skipped, 3).await;
    assert_eq!(skipped.len(), 3, "one each of a, c and e");
}

#[tokio::test]
async fn only_hooks_made_through_the_api_in_the_same_agency_are_muted() {
    let account = Account::new().await;
    let world = &account.world;
    let (other, foreign) = (AgencyId(Uuid::from_u128(0xa2)), WorkspaceId(Uuid::from_u128(0xb3)));
    let agency = Agency { id: other, name: "o".to_owned(), created_at: START, unrouted: WorkspaceId(Uuid::from_u128(0xbe)) };
    world.change(DirectoryChange::PutAgency(agency)).await;
    let workspace = Workspace { id: foreign, agency: other, name: "w".to_owned(), created_at: START, reserved: false };
    world.change(DirectoryChange::PutWorkspace(workspace)).await;

    let receiver = Receiver::answering(&[200]).await;
    let native = json!({"dialect": "smartlead", "kinds": REPLIES.1});
    let native = world.subscribe(3, receiver.port, native).await;
    let sibling = made("campaign", REPLIES.0, REPLIES.1);
    let sibling = world.subscribe_as(AddressOwner::Workspace(BETA), 4, receiver.port, sibling).await;
    let far = made("client", REPLIES.0, REPLIES.1);
    let far = world.subscribe_as(AddressOwner::Workspace(foreign), 5, receiver.port, far).await;
    let second = made("user", REPLIES.0, REPLIES.1);
    let second = world.subscribe_as(AddressOwner::Agency(AGENCY), 6, receiver.port, second).await;
    for workspace in [ACME, BETA, foreign] {
        world.append_as(workspace, Origin::Live, Kind::EmailReplied, "jo").await;
    }
    assert_eq!(world.deliveries(native, DeliveryStatus::Delivered, 1).await.len(), 1);
    assert_eq!(world.deliveries(far, DeliveryStatus::Delivered, 1).await.len(), 1);
    assert_eq!(world.deliveries(second, DeliveryStatus::Delivered, 2).await.len(), 2, "of two of the user level none mutes");
    assert_eq!(world.deliveries(account.user, DeliveryStatus::Delivered, 2).await.len(), 2);
    assert_eq!(world.deliveries(sibling, DeliveryStatus::Skipped, 1).await.len(), 1);
    assert_eq!(world.deliveries(account.client, DeliveryStatus::Skipped, 1).await.len(), 1);
}

#[tokio::test]
async fn what_came_before_the_user_level_was_made_is_not_taken_by_it() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let client = world.subscribe(1, receiver.port, made("client", REPLIES.0, REPLIES.1)).await;
    let paused = |status| DirectoryChange::SetSubscriptionStatus { id: client, status, reason: None, at: START };
    world.change(paused(SubscriptionStatus::Paused)).await;
    world.append(Kind::EmailReplied, "before").await;
    let user = made("user", REPLIES.0, REPLIES.1);
    let user = world.subscribe_as(AddressOwner::Agency(AGENCY), 2, receiver.port, user).await;
    world.append(Kind::EmailReplied, "after").await;
    world.change(paused(SubscriptionStatus::Active)).await;
    world.deliveries(client, DeliveryStatus::Skipped, 1).await;
    assert_eq!(world.deliveries(client, DeliveryStatus::Delivered, 1).await.len(), 1);
    assert_eq!(world.deliveries(user, DeliveryStatus::Delivered, 1).await.len(), 1);
}
