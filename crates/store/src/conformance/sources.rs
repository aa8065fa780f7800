//! Sources: kept as they were put, changed by one at a time, gone with their owners.

use std::sync::Arc;

use hookline_model::{
    id::{AgencyId, WorkspaceId},
    platform::Platform,
    source::{Ack, Method},
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::at,
    world::{ACME, AGENCY, BETA, NOWHERE, World},
};
use crate::{
    Error,
    directory::{AddressOwner, Directory, DirectoryChange},
    source::{NAME_BYTES_MAX, NAMES_MAX, Source},
};

const OF_ACME: AddressOwner = AddressOwner::Workspace(ACME);
const OF_BETA: AddressOwner = AddressOwner::Workspace(BETA);
const OF_AGENCY: AddressOwner = AddressOwner::Agency(AGENCY);

/// A new source with something in every field.
fn source(owner: AddressOwner, platform: Platform) -> Source {
    Source {
        owner,
        platform,
        revision: 1,
        method: Method::HmacSha256,
        header: Some("x-signature".to_owned()),
        field: Some("secret".to_owned()),
        secret: Some((0..=255).collect()),
        secret_previous: Some(vec![0; 40]),
        account: Some("acct_é🦀".to_owned()),
        ack: Ack::Always,
        enabled: true,
        names: [("Lead \"hot\"", "lead_interested"), ("", "x")].map(|(name, of)| (name.to_owned(), of.to_owned())).into(),
        created_at: at(1),
        updated_at: at(2),
    }
}

/// A new source with nothing in every field that may have nothing.
fn bare(owner: AddressOwner, platform: Platform) -> Source {
    Source {
        method: Method::None,
        header: None,
        field: None,
        secret: None,
        secret_previous: None,
        account: None,
        ack: Ack::Strict,
        enabled: false,
        names: Default::default(),
        ..source(owner, platform)
    }
}

async fn put(world: &World, source: &Source) -> Result<(), Error> {
    world.store.change_directory(vec![DirectoryChange::PutSource(source.clone())]).await
}

fn own(directory: &Directory, owner: AddressOwner) -> Vec<&Source> {
    directory.sources_of(owner).into_iter().map(Arc::as_ref).collect()
}

pub(super) async fn a_source_is_kept_as_it_was_put(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let put_in = [
        source(OF_ACME, Platform::Smartlead),
        bare(OF_ACME, Platform::Hubspot),
        bare(OF_BETA, Platform::Smartlead),
        source(OF_AGENCY, Platform::Smartlead),
    ];
    for source in &put_in {
        put(&world, source).await.expect("a source is kept");
    }
    let check = |world: &World| {
        let directory = world.store.directory();
        assert_eq!(own(&directory, OF_ACME), [&put_in[0], &put_in[1]]);
        assert_eq!(own(&directory, OF_BETA), [&put_in[2]]);
        assert_eq!(own(&directory, OF_AGENCY), [&put_in[3]]);
        assert_eq!(directory.sources().count(), 4);
        assert_eq!(directory.source(OF_BETA, Platform::Hubspot), None);
    };
    check(&world);
    let world = world.reopened().await;
    check(&world);
    let delete = |owner, platform| DirectoryChange::DeleteSource(owner, platform);
    let gone = vec![delete(OF_ACME, Platform::Smartlead), delete(OF_BETA, Platform::Lemlist)];
    world.store.change_directory(gone).await.expect("what is not there can be removed");
    let world = world.reopened().await;
    assert_eq!(own(&world.store.directory(), OF_ACME), [&put_in[1]]);
    assert_eq!(world.store.directory().sources().count(), 3);
}

pub(super) async fn a_source_is_changed_from_its_last_revision_only(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = source(OF_ACME, Platform::Smartlead);
    let early = put(&world, &Source { revision: 2, ..first.clone() }).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
    put(&world, &first).await.expect("a source is kept");
    let second = Source { revision: 2, secret: Some(vec![7]), ..first.clone() };
    put(&world, &second).await.expect("a source is changed");
    for revision in [0, 1, 2, 4, u32::MAX] {
        let late = put(&world, &Source { revision, secret: Some(vec![8]), ..first.clone() }).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{revision} {late:?}");
    }
    assert_eq!(own(&world.store.directory(), OF_ACME), [&second]);
}

pub(super) async fn a_source_needs_its_owner_and_names_within_bounds(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let nobody = AgencyId(Uuid::from_u128(0xdead));
    for owner in [AddressOwner::Workspace(NOWHERE), AddressOwner::Agency(nobody), AddressOwner::Workspace(WorkspaceId(AGENCY.0))]
    {
        let refused = put(&world, &source(owner, Platform::Smartlead)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    let with = |count: usize, bytes: usize| {
        let names = (0..count).map(|number| (format!("{number:0>bytes$}"), "x".repeat(bytes))).collect();
        Source { names, ..source(OF_ACME, Platform::Smartlead) }
    };
    for refused in [with(NAMES_MAX + 1, NAME_BYTES_MAX), with(1, NAME_BYTES_MAX + 1)] {
        let refused = put(&world, &refused).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    let full = with(NAMES_MAX, NAME_BYTES_MAX);
    put(&world, &full).await.expect("a source is kept");
    assert_eq!(own(&world.store.directory(), OF_ACME), [&full]);
}

pub(super) async fn a_workspace_without_a_source_has_its_agencys(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (agencys, own) = (source(OF_AGENCY, Platform::Smartlead), bare(OF_ACME, Platform::Smartlead));
    for source in [&agencys, &own] {
        put(&world, source).await.expect("a source is kept");
    }
    let directory = world.store.directory();
    let found = |owner, platform| directory.source_for(owner, platform).map(Arc::as_ref);
    assert_eq!(found(OF_ACME, Platform::Smartlead), Some(&own), "its own counts, though it is switched off");
    assert_eq!(found(OF_BETA, Platform::Smartlead), Some(&agencys));
    assert_eq!(found(OF_AGENCY, Platform::Smartlead), Some(&agencys));
    assert_eq!(found(OF_BETA, Platform::Instantly), None);
    assert_eq!(found(AddressOwner::Workspace(NOWHERE), Platform::Smartlead), None);
}

pub(super) async fn sources_go_with_their_owners(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for owner in [OF_ACME, OF_BETA, OF_AGENCY] {
        put(&world, &source(owner, Platform::Smartlead)).await.expect("a source is kept");
    }
    world.store.change_directory(vec![DirectoryChange::DeleteWorkspace(ACME)]).await.expect("a workspace is removed");
    let left: Vec<usize> = [OF_ACME, OF_BETA, OF_AGENCY].map(|owner| own(&world.store.directory(), owner).len()).into();
    assert_eq!(left, [0, 1, 1]);
    world.store.change_directory(vec![DirectoryChange::DeleteAgency(AGENCY)]).await.expect("an agency is removed");
    assert_eq!(world.reopened().await.store.directory().sources().count(), 0);
}

pub(super) async fn what_the_master_key_is_checked_by_is_kept(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    assert_eq!(world.store.directory().key_check(), None);
    for check in [vec![0, 255, 1], vec![2; 100]] {
        world.store.change_directory(vec![DirectoryChange::PutKeyCheck(check.clone())]).await.expect("it is kept");
        assert_eq!(world.store.directory().key_check(), Some(check.as_slice()));
    }
    assert_eq!(world.reopened().await.store.directory().key_check(), Some([2; 100].as_slice()));
}
