//! Lists read from a saved state hold no spare room: there are millions of them, and most never grow again.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// Reads a list into a vector of exactly its length.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}

/// The same for lists by name.
pub(crate) fn lists<'de, D, K, T>(deserializer: D) -> Result<BTreeMap<K, Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    T: Deserialize<'de>,
{
    let mut lists: BTreeMap<K, Vec<T>> = BTreeMap::deserialize(deserializer)?;
    lists.values_mut().for_each(Vec::shrink_to_fit);
    Ok(lists)
}
