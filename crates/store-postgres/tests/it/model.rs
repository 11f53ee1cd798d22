//! Any sequence of operations gives the same answers as the model in memory.

use async_trait::async_trait;
use cuelight_store::StoreError;
use cuelight_store::laws::{Ports, StoreFactory, model};
use cuelight_store::memory::MemoryStore;
use proptest::prelude::*;

use crate::support::Place;

struct Memory(MemoryStore);

#[async_trait]
impl StoreFactory for Memory {
    async fn open(&self) -> Result<Ports, StoreError> {
        Ok(Ports::of(self.0.clone()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn answers_are_those_of_the_model(operations in model::operations(40)) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (expected, found) = runtime.block_on(async {
            (
                model::run(&operations, &Memory(MemoryStore::new())).await,
                model::run(&operations, &Place::new()).await,
            )
        });
        for (expected, found) in expected.iter().zip(&found) {
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(found.len(), expected.len());
    }
}
