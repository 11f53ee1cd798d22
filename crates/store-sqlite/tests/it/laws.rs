//! Every law of storage.

use crate::support::Folder;

cuelight_store::laws!(Folder::new());
