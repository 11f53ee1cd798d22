//! Things by name, in a list in the order of their names: as good to search as a tree, and a third of its size where
//! there are a dozen. Schemas are made of them, and a server holds one for every prompt that is live.

/// Values by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sorted<T>(Vec<(Box<str>, T)>);

/// Names.
pub(super) type Names = Sorted<()>;

impl<T> Sorted<T> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The place of a name; where it would stand, if it is not there.
    pub fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&T> {
        self.find(name).ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    /// The value at a place that [`Sorted::find`] found.
    pub fn value(&self, at: usize) -> &T {
        &self.0[at].1
    }

    /// Whether the name stands at this place.
    pub fn has_at(&self, at: usize, name: &str) -> bool {
        self.0.get(at).is_some_and(|(known, _)| **known == *name)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Adds a value, or puts it in the place of the one of that name.
    pub fn insert(&mut self, name: &str, value: T) {
        match self.find(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name.into(), value)),
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Lets spare room go.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Of things of one name the first is kept.
impl<'n, T> FromIterator<(&'n str, T)> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = (&'n str, T)>>(pairs: I) -> Self {
        let mut list: Vec<(Box<str>, T)> =
            pairs.into_iter().map(|(name, value)| (name.into(), value)).collect();
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        list.dedup_by(|(a, _), (b, _)| a == b);
        Self(list)
    }
}

impl<'n> FromIterator<&'n str> for Names {
    fn from_iter<I: IntoIterator<Item = &'n str>>(names: I) -> Self {
        names.into_iter().map(|name| (name, ())).collect()
    }
}
