//! Both together are a store like any other, as long as the database answers.

use crate::support::World;

cuelight_store::laws!(World::new());
