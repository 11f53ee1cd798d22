//! The model passes the laws too.

use async_trait::async_trait;

use super::*;
use crate::laws::{Ports, StoreFactory};

#[async_trait]
impl StoreFactory for MemoryStore {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(self.clone()))
    }
}

crate::laws!(MemoryStore::new());
