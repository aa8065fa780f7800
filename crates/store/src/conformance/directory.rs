//! The directory: changed all or none, and in memory as it is on disk.

use hookline_model::id::{Address, AgencyId, ApiKeyId, WorkspaceId};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{self, at, sent},
    world::{ACME, AGENCY, BETA, NOWHERE, UNROUTED, World, agency, workspace},
};
use crate::{
    Error,
    directory::{AddressOwner, AddressRow, ApiKey, Directory, DirectoryChange, KeyScope, Role},
    query::EventFilter,
};

/// An agency beside the one of the cases, with a workspace and a reserved one.
const OTHER: AgencyId = AgencyId(Uuid::from_u128(0xe0));
const OTHERS: WorkspaceId = WorkspaceId(Uuid::from_u128(0xe1));
const OTHERS_UNROUTED: WorkspaceId = WorkspaceId(Uuid::from_u128(0xef));

fn address(n: u128, owner: AddressOwner) -> AddressRow {
    AddressRow { address: Address(Uuid::from_u128(n)), owner, created_at: at(i64::try_from(n).unwrap_or(0)) }
}

fn key(n: u8, scope: KeyScope) -> ApiKey {
    let id = ApiKeyId(Uuid::from_u128(n.into()));
    let role = if n.is_multiple_of(2) { Role::Write } else { Role::Read };
    ApiKey { id, hash: [n; 32], scope, role, name: format!("key {n}"), created_at: at(n.into()) }
}

/// An owner of every sort, with an address or a key each.
fn everything() -> Vec<DirectoryChange> {
    vec![
        DirectoryChange::PutAgency(agency(OTHER, OTHERS_UNROUTED)),
        DirectoryChange::PutWorkspace(workspace(OTHERS, OTHER, false)),
        DirectoryChange::PutWorkspace(workspace(OTHERS_UNROUTED, OTHER, true)),
        DirectoryChange::PutAddress(address(1, AddressOwner::Workspace(ACME))),
        DirectoryChange::PutAddress(address(2, AddressOwner::Workspace(ACME))),
        DirectoryChange::PutAddress(address(3, AddressOwner::Agency(AGENCY))),
        DirectoryChange::PutAddress(address(4, AddressOwner::Workspace(OTHERS))),
        DirectoryChange::PutAddress(address(5, AddressOwner::Agency(OTHER))),
        DirectoryChange::PutKey(key(1, KeyScope::Installation)),
        DirectoryChange::PutKey(key(2, KeyScope::Agency(AGENCY))),
        DirectoryChange::PutKey(key(3, KeyScope::Workspace(ACME))),
        DirectoryChange::PutKey(key(4, KeyScope::Agency(OTHER))),
        DirectoryChange::PutKey(key(5, KeyScope::Workspace(OTHERS))),
    ]
}

async fn world_with_everything(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    world.store.change_directory(everything()).await.expect("the directory is changed");
    world
}

async fn change(world: &World, change: DirectoryChange) {
    world.store.change_directory(vec![change]).await.expect("the directory is changed");
}

/// A directory in a form that can be compared.
fn shown(directory: &Directory) -> String {
    let workspaces = [ACME, BETA, UNROUTED, OTHERS, OTHERS_UNROUTED].map(|id| directory.workspace(id));
    let listed: Vec<_> = directory.workspaces().collect();
    let addresses: Vec<_> = (1..=9).map(|n| directory.address(Address(Uuid::from_u128(n)))).collect();
    format!("{:#?}", (directory.agencies(), workspaces, listed, addresses, directory.keys()))
}

fn known_keys(directory: &Directory) -> Vec<u8> {
    directory.keys().iter().map(|key| key.hash[0]).collect()
}

fn known_addresses(directory: &Directory) -> Vec<u128> {
    (1..=9).filter(|n| directory.address(Address(Uuid::from_u128(*n))).is_some()).collect()
}

pub(super) async fn a_change_is_in_the_directory_once_answered(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    let directory = world.store.directory();
    assert_eq!(directory.agencies(), [agency(AGENCY, UNROUTED), agency(OTHER, OTHERS_UNROUTED)]);
    let listed: Vec<_> = directory.workspaces().map(|workspace| workspace.id).collect();
    assert_eq!(listed, [ACME, BETA, OTHERS], "reserved ones are not listed");
    assert_eq!(directory.workspace(UNROUTED), Some(&workspace(UNROUTED, AGENCY, true)));
    for change in everything() {
        match change {
            DirectoryChange::PutAddress(row) => assert_eq!(directory.address(row.address), Some(&row)),
            DirectoryChange::PutKey(key) => assert_eq!(directory.key(&key.hash), Some(&key)),
            _ => {}
        }
    }
    let of_acme = AddressOwner::Workspace(ACME);
    assert_eq!(directory.addresses_of(of_acme), [address(1, of_acme), address(2, of_acme)]);

    let mut renamed = workspace(ACME, AGENCY, false);
    renamed.name = "ACME, renamed 🦀".to_owned();
    change(&world, DirectoryChange::PutWorkspace(renamed.clone())).await;
    let mut rebranded = agency(AGENCY, UNROUTED);
    rebranded.name = "Reach AG".to_owned();
    change(&world, DirectoryChange::PutAgency(rebranded.clone())).await;
    change(&world, DirectoryChange::DeleteAddress(Address(Uuid::from_u128(2)))).await;
    change(&world, DirectoryChange::DeleteKey(ApiKeyId(Uuid::from_u128(3)))).await;
    let directory = world.store.directory();
    assert_eq!(directory.workspace(ACME), Some(&renamed));
    assert_eq!(directory.agency(AGENCY), Some(&rebranded));
    assert_eq!((known_addresses(&directory), known_keys(&directory)), (vec![1, 3, 4, 5], vec![1, 2, 4, 5]));
    // What is not there can be deleted: the directory is then as asked for.
    let missing = vec![
        DirectoryChange::DeleteAddress(Address(Uuid::from_u128(2))),
        DirectoryChange::DeleteKey(ApiKeyId(Uuid::from_u128(3))),
        DirectoryChange::DeleteWorkspace(NOWHERE),
    ];
    world.store.change_directory(missing).await.expect("the directory is changed");
    assert_eq!(shown(&world.store.directory()), shown(&directory));
}

pub(super) async fn changes_to_the_directory_are_all_or_none(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    let before = shown(&world.store.directory());
    let nobody = AgencyId(Uuid::from_u128(0xdead));
    let impossible = [
        DirectoryChange::PutWorkspace(workspace(NOWHERE, nobody, false)),
        DirectoryChange::PutAddress(address(9, AddressOwner::Workspace(NOWHERE))),
        DirectoryChange::PutAddress(address(9, AddressOwner::Agency(nobody))),
        DirectoryChange::PutKey(key(9, KeyScope::Workspace(NOWHERE))),
        DirectoryChange::PutKey(key(9, KeyScope::Agency(nobody))),
    ];
    for impossible in impossible {
        let mut renamed = workspace(ACME, AGENCY, false);
        renamed.name = "not to be".to_owned();
        let changes = vec![
            DirectoryChange::PutWorkspace(renamed),
            DirectoryChange::DeleteAgency(OTHER),
            DirectoryChange::PutAddress(address(8, AddressOwner::Workspace(ACME))),
            impossible.clone(),
            DirectoryChange::DeleteKey(ApiKeyId(Uuid::from_u128(1))),
        ];
        let answer = world.store.change_directory(changes).await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{impossible:?}: {answer:?}");
        assert_eq!(shown(&world.store.directory()), before);
    }
    world.append(sent("jane@x.example", "41", 0)).await;
    let world = world.reopened().await;
    assert_eq!(shown(&world.store.directory()), before);
}

pub(super) async fn what_is_already_there_is_a_conflict(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    let before = shown(&world.store.directory());
    let same_hash = ApiKey { id: ApiKeyId(Uuid::from_u128(99)), ..key(3, KeyScope::Installation) };
    let same_id = ApiKey { hash: [99; 32], ..key(3, KeyScope::Installation) };
    let taken = [
        DirectoryChange::PutAddress(address(1, AddressOwner::Workspace(BETA))),
        DirectoryChange::PutKey(same_hash),
        DirectoryChange::PutKey(same_id),
    ];
    for taken in taken {
        let answer = world.store.change_directory(vec![taken.clone()]).await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{taken:?}: {answer:?}");
        assert_eq!(shown(&world.store.directory()), before);
    }
    world.store.ready().await.expect("the store goes on");
}

pub(super) async fn an_answered_put_is_what_the_directory_shows(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    change(&world, DirectoryChange::DeleteWorkspace(BETA)).await;
    let mut moved_in_time = agency(AGENCY, UNROUTED);
    moved_in_time.created_at = at(77);
    let mut agency_changed = agency(AGENCY, ACME);
    agency_changed.name = "another reserved workspace".to_owned();
    for put in [moved_in_time, agency_changed] {
        let answer = world.store.change_directory(vec![DirectoryChange::PutAgency(put.clone())]).await;
        match answer {
            Ok(()) => assert_eq!(world.store.directory().agency(AGENCY), Some(&put)),
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error:?}"),
        }
    }
    let mut later = workspace(ACME, AGENCY, false);
    later.created_at = at(77);
    let puts = [
        later,
        workspace(ACME, AGENCY, true),
        workspace(ACME, OTHER, false),
        // Deleted before: it is back, or it is refused.
        workspace(BETA, AGENCY, false),
    ];
    for put in puts {
        let answer = world.store.change_directory(vec![DirectoryChange::PutWorkspace(put.clone())]).await;
        match answer {
            Ok(()) => assert_eq!(world.store.directory().workspace(put.id), Some(&put)),
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error:?}"),
        }
    }
}

pub(super) async fn deleting_an_agency_takes_what_is_below_it(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    change(&world, DirectoryChange::DeleteAgency(AGENCY)).await;
    let check = async |world: &World| {
        let directory = world.store.directory();
        assert_eq!(directory.agencies(), [agency(OTHER, OTHERS_UNROUTED)]);
        for gone in [ACME, BETA, UNROUTED] {
            assert_eq!(directory.workspace(gone), None);
            assert!(world.store.append(given::delivery(gone, sent("jane@x.example", "41", 0))).await.is_err());
        }
        assert_eq!(directory.workspaces().map(|workspace| workspace.id).collect::<Vec<_>>(), [OTHERS]);
        assert_eq!((known_addresses(&directory), known_keys(&directory)), (vec![4, 5], vec![1, 4, 5]));
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn deleting_a_workspace_takes_its_addresses_and_keys(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    change(&world, DirectoryChange::DeleteWorkspace(ACME)).await;
    let check = async |world: &World| {
        let directory = world.store.directory();
        assert_eq!(directory.workspace(ACME), None);
        assert_eq!(directory.workspaces().map(|workspace| workspace.id).collect::<Vec<_>>(), [BETA, OTHERS]);
        assert_eq!((known_addresses(&directory), known_keys(&directory)), (vec![3, 4, 5], vec![1, 2, 4, 5]));
        assert!(world.store.append(given::delivery(ACME, sent("jane@x.example", "41", 1))).await.is_err());
        assert_eq!(world.committed(), 1, "the log keeps its events");
        world.store.ready().await.expect("the store goes on");
        assert!(world.events(BETA, EventFilter::default()).await.is_empty());
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn the_directory_survives_reopening(make_place: MakePlace<'_>) {
    let world = world_with_everything(make_place).await;
    let before = shown(&world.store.directory());
    let world = world.reopened().await;
    assert_eq!(shown(&world.store.directory()), before);
    world.append(sent("jane@x.example", "41", 0)).await;
    change(&world, DirectoryChange::DeleteAgency(OTHER)).await;
    let before = shown(&world.store.directory());
    assert_eq!(shown(&world.reopened().await.store.directory()), before);
}
