//! What is sealed opens with its key and in its place, and nowhere else.

use std::sync::Arc;

use uuid::Uuid;

use hookline_model::{
    id::{AgencyId, SubscriptionId, WorkspaceId},
    platform::Platform,
    source::{Ack, Method},
    time::Millis,
};
use hookline_platforms::verify::same;
use hookline_store::{
    directory::{AddressOwner, Agency, Directory},
    source::Source,
};

use super::*;
use crate::testing::{Counting, FakeStore};

const TEXT: &str = "s3cret-of-smartlead";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn owner(number: u128) -> AddressOwner {
    AddressOwner::Workspace(WorkspaceId(Uuid::from_u128(number)))
}

fn places() -> Vec<Place> {
    let of_agency = AddressOwner::Agency(AgencyId(Uuid::from_u128(1)));
    vec![
        Place::Check,
        Place::Source(owner(1), Platform::Smartlead, Field::Secret),
        Place::Source(owner(1), Platform::Smartlead, Field::SecretPrevious),
        Place::Source(owner(1), Platform::Instantly, Field::Secret),
        Place::Source(owner(2), Platform::Smartlead, Field::Secret),
        Place::Source(of_agency, Platform::Smartlead, Field::Secret),
        Place::Subscription(SubscriptionId(Uuid::from_u128(1))),
        Place::Subscription(SubscriptionId(Uuid::from_u128(2))),
    ]
}

#[test]
fn a_sealed_secret_opens_in_its_place_only() {
    let entropy = Counting::default();
    let key = MasterKey::new(&entropy);
    for place in places() {
        let sealed = key.seal(&entropy, &place, &secret(TEXT)).expect("it is sealed");
        assert!(!sealed.windows(4).any(|bytes| TEXT.as_bytes().windows(4).any(|text| same(text, bytes))), "{place:?}");
        for other in places() {
            let opened = key.open(&other, &sealed);
            assert_eq!(opened.is_ok(), other == place, "{place:?} in {other:?}");
            assert!(opened.map_or(true, |opened| same(opened.expose(), TEXT.as_bytes())));
        }
    }
}

#[test]
fn another_key_or_another_byte_opens_nothing() {
    let entropy = Counting::default();
    let (key, other) = (MasterKey::new(&entropy), MasterKey::new(&entropy));
    let place = places()[1];
    let sealed = key.seal(&entropy, &place, &secret(TEXT)).expect("it is sealed");
    assert!(other.open(&place, &sealed).is_err());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(key.open(&place, &changed).is_err(), "byte {at}");
        assert!(key.open(&place, &sealed[..at]).is_err(), "the first {at}");
    }
    let again = key.seal(&entropy, &place, &secret(TEXT)).expect("it is sealed");
    assert_ne!(again, sealed, "never twice under one nonce");
    let back = MasterKey::from_hex(&key.to_hex()).expect("a key");
    assert!(back.open(&place, &sealed).is_ok() && MasterKey::from_hex(&key.to_hex().to_uppercase()).is_some());
}

#[test]
fn a_key_is_64_digits() {
    let digits = "0123456789abcdef".repeat(4);
    assert!(MasterKey::from_hex(&digits).is_some());
    for text in ["", &digits[1..], &format!("{digits}0"), &format!("{digits}\n"), &digits.replace('0', "g")] {
        assert!(MasterKey::from_hex(text).is_none(), "{text:?}");
    }
    assert_eq!(format!("{:?}", MasterKey::from_hex(&digits)), "Some(MasterKey(Secret(***)))");
}

fn source(key: &MasterKey, entropy: &Counting) -> Source {
    let place = Place::Source(owner(1), Platform::Smartlead, Field::Secret);
    Source {
        owner: owner(1),
        platform: Platform::Smartlead,
        revision: 1,
        method: Method::HmacSha256,
        header: Some("x-signature".to_owned()),
        field: None,
        secret: Some(key.seal(entropy, &place, &secret(TEXT)).expect("it is sealed")),
        secret_previous: None,
        account: None,
        ack: Ack::Strict,
        enabled: true,
        names: Default::default(),
        created_at: Millis(0),
        updated_at: Millis(0),
    }
}

#[tokio::test]
async fn a_wrong_key_is_noticed_at_the_start_once_there_are_secrets() {
    let (store, entropy) = (FakeStore::default(), Counting::default());
    let (first, second) = (MasterKey::new(&entropy), MasterKey::new(&entropy));
    // Nothing is sealed yet: any key will do, and the last one counts.
    for key in [&first, &second, &first] {
        assert!(check_master_key(&store, key, &entropy).await.is_ok());
        let directory = store.directory();
        assert!(directory.key_check().is_some_and(|check| key.open(&Place::Check, check).is_ok()));
    }
    let check = store.directory().key_check().map(<[u8]>::to_vec);
    let put = vec![DirectoryChange::PutSource(source(&first, &entropy))];
    store.change_directory(put).await.expect("a source is kept");
    assert!(check_master_key(&store, &first, &entropy).await.is_ok());
    let wrong = check_master_key(&store, &second, &entropy).await.expect_err("it is another key");
    assert!(wrong.to_string().contains("HOOKLINE_MASTER_KEY") && wrong.to_string().contains("master.key"), "{wrong}");
    assert_eq!(store.directory().key_check().map(<[u8]>::to_vec), check, "nothing was changed");
}

#[test]
fn a_source_is_opened_once_per_directory() {
    let entropy = Counting::default();
    let key = MasterKey::new(&entropy);
    let source = source(&key, &entropy);
    let directory = |name: &str| {
        let agency = Agency {
            id: AgencyId(Uuid::from_u128(1)),
            name: name.to_owned(),
            created_at: Millis(0),
            unrouted: WorkspaceId(Uuid::from_u128(9)),
        };
        Arc::new(Directory::new(vec![agency], Vec::new(), Vec::new(), Vec::new()).with_sources(vec![source.clone()], None))
    };
    let (opened, first, second) = (OpenedSources::default(), directory("first"), directory("second"));
    let rule = opened.rule(&first, &source, &key).expect("it opens");
    // With another key nothing could be opened again.
    let other = MasterKey::new(&entropy);
    let again = opened.rule(&first, &source, &other).expect("it is open");
    assert!(Arc::ptr_eq(&rule, &again) && opened.count() == 1);
    assert!(opened.rule(&second, &source, &other).is_err(), "another directory is read anew");
    assert!(!Arc::ptr_eq(&rule, &opened.rule(&second, &source, &key).expect("it opens")));
    assert_eq!(opened.count(), 1);
}
