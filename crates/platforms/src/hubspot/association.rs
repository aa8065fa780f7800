//! Two records that were put together, or taken apart.

use std::borrow::Cow;

use crate::{
    extra::Extra,
    hubspot::{
        object::{self, CONTACT, NOTE, TASK},
        who::id_of,
    },
    json::Fields,
};

/// One of the two records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Side {
    /// Its sort, if that is said.
    pub(super) object: Option<Cow<'static, str>>,
    /// Its id.
    pub(super) id: Option<String>,
}

/// An association of two records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Association {
    /// The record from whose side it is told.
    pub(super) from: Side,
    /// The other.
    pub(super) to: Side,
    /// Whether it is gone.
    pub(super) removed: bool,
}

impl Association {
    /// Reads an association: the classic name of its type says which sorts of record it joins, the generic form has a field for
    /// each.
    pub(super) fn read(body: Fields<'_>) -> Association {
        let classic = body.word("associationType").and_then(|text| split_type(text));
        let (from, to) = classic.unzip();
        let side = |type_key: &str, id_key: &str, classic: Option<&str>| Side {
            object: body.word(type_key).or(classic).map(object::word),
            id: id_of(body, &[id_key]),
        };
        Association {
            from: side("fromObjectTypeId", "fromObjectId", from),
            to: side("toObjectTypeId", "toObjectId", to),
            removed: body.flag("associationRemoved") == Some(true),
        }
    }

    /// The contact among the two; of two contacts the one from whose side it is told.
    pub(super) fn contact(&self) -> Option<String> {
        self.side(|object| object == CONTACT).and_then(|side| side.id.clone())
    }

    /// The note or task among the two.
    pub(super) fn item(&self) -> Option<&Side> {
        self.side(|object| object == NOTE || object == TASK)
    }

    /// Puts what is worth showing.
    pub(super) fn show(self, body: Fields<'_>, extra: &mut Extra) {
        extra.put("from_object_type", self.from.object.map(Cow::into_owned));
        extra.put("from_object_id", self.from.id);
        extra.put("to_object_type", self.to.object.map(Cow::into_owned));
        extra.put("to_object_id", self.to.id);
        extra.put("association_removed", Some(self.removed));
        for (name, key) in [
            ("association_type", "associationType"),
            ("association_type_id", "associationTypeId"),
            ("association_category", "associationCategory"),
            ("is_primary_association", "isPrimaryAssociation"),
        ] {
            extra.copy(name, body, key);
        }
    }

    fn side(&self, wanted: impl Fn(&str) -> bool) -> Option<&Side> {
        [&self.from, &self.to].into_iter().find(|side| side.id.is_some() && side.object.as_deref().is_some_and(&wanted))
    }
}

/// The two sorts of record in `CONTACT_TO_COMPANY`.
fn split_type(text: &str) -> Option<(&str, &str)> {
    let at = text.to_ascii_uppercase().find("_TO_")?;
    Some((&text[..at], &text[at + "_TO_".len()..]))
}
