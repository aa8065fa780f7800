//! What is known of the shapes of deliveries: kept beside the log, since nothing follows from it and it follows from no log.

use hookline_model::platform::Platform;

use crate::directory::AddressOwner;

/// What is known of the deliveries of a platform that an owner got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapesRow {
    /// Whose deliveries: a workspace's, or an agency's that are in no workspace.
    pub owner: AddressOwner,
    /// The platform; of one owner there is one row of it.
    pub platform: Platform,
    /// What is known, in the words of whoever keeps it, who bounds it too.
    pub data: Vec<u8>,
}
