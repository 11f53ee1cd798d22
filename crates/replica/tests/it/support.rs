//! A database in memory whose cable can be cut.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use cuelight_replica::{Connect, Replica, Stores};
use cuelight_store::StoreError;
use cuelight_store::laws::{Ports, StoreFactory};
use cuelight_store::memory::MemoryStore;

use crate::away::Cable;

/// A database, a copy, and the cable between them.
#[derive(Clone, Default)]
pub struct World {
    pub cable: Cable,
    pub copy: Arc<MemoryStore>,
}

impl World {
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts the cable or mends it: what has been opened stops to answer, and nothing new can be opened.
    pub fn cut(&self, cut: bool) {
        self.cable.cut.store(cut, Ordering::SeqCst);
    }

    pub fn replica(&self) -> Arc<Replica> {
        let cable = self.cable.clone();
        let connect: Connect = Box::new(move || {
            let stores = cable.ports();
            let away = cable.cut.load(Ordering::SeqCst);
            Box::pin(async move {
                if away {
                    Err(StoreError::Unavailable { what: "no route to the host".into() })
                } else {
                    Ok(stores)
                }
            })
        });
        Arc::new(Replica::new(connect, Stores::of(self.copy.clone())))
    }
}

#[async_trait]
impl StoreFactory for World {
    async fn open(&self) -> Result<Ports, StoreError> {
        let replica = self.replica();
        replica.probe().await?;
        Ok(Ports {
            ledger: replica.clone(),
            blobs: replica.clone(),
            observations: replica.clone(),
            vault: replica.clone(),
            nodes: replica,
        })
    }
}
