//! Every law of storage.

use crate::support::Place;

cuelight_store::laws!(Place::new());
