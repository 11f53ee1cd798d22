//! How much of large bodies is in memory: counted while they come in, until nobody needs them any more.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body as AnyBody, Bytes};
use cuelight_app::{AppError, AppResult, Code};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::state::SMALL;

/// What one unit of the count is, in bytes.
const UNIT: usize = 1024;

/// Room for bodies.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    room: Arc<Semaphore>,
    most: usize,
}

/// Room taken for one body. Small bodies take none: there are only so many requests at once.
#[derive(Debug)]
pub(crate) struct Hold {
    held: Held,
    bytes: usize,
    taken: Option<OwnedSemaphorePermit>,
    /// There was no room at one time.
    full: bool,
}

impl Held {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let units = (bytes / UNIT).min(Semaphore::MAX_PERMITS);
        Self { room: Arc::new(Semaphore::new(units)), most: bytes }
    }

    /// Room for a body, none taken yet.
    pub(crate) fn hold(&self) -> Hold {
        Hold { held: self.clone(), bytes: 0, taken: None, full: false }
    }
}

impl Hold {
    /// Takes room until the body has place for so many bytes in all.
    ///
    /// # Errors
    /// `overloaded` when others have it.
    pub(crate) fn grow(&mut self, bytes: usize) -> AppResult<()> {
        self.bytes = self.bytes.max(bytes);
        if self.bytes <= SMALL {
            return Ok(());
        }
        let units = self.bytes.div_ceil(UNIT);
        let has = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let lacking = u32::try_from(units.saturating_sub(has)).unwrap_or(u32::MAX);
        if lacking == 0 {
            return Ok(());
        }
        let Ok(more) = Arc::clone(&self.held.room).try_acquire_many_owned(lacking) else {
            self.full = true;
            let detail = format!(
                "the server holds at most {} bytes of large bodies at a time, and others have them",
                self.held.most
            );
            return Err(AppError::new(Code::Overloaded, detail).wait(Duration::from_secs(2)));
        };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }

    /// The bytes with their room, which is free again once they are dropped.
    pub(crate) fn keep(self, bytes: Vec<u8>) -> Bytes {
        if self.taken.is_none() { bytes.into() } else { Bytes::from_owner(Kept { bytes, _room: self }) }
    }
}

struct Kept {
    bytes: Vec<u8>,
    _room: Hold,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The room of a body that somebody else reads. It is free again once this is dropped.
pub(crate) struct Counting(Arc<Mutex<(Hold, usize)>>);

impl Counting {
    /// Counts a body while it comes in, and no sooner: nobody has been recognised yet, and to announce a large body must
    /// cost the others nothing.
    pub(crate) fn of(held: &Held, body: AnyBody) -> (AnyBody, Self) {
        let shared = Arc::new(Mutex::new((held.hold(), 0)));
        (AnyBody::new(Counted { body, shared: Arc::clone(&shared) }), Self(shared))
    }

    /// Whether there was no room for it.
    pub(crate) fn failed(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.full
    }
}

struct Counted {
    body: AnyBody,
    shared: Arc<Mutex<(Hold, usize)>>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let more = frame.data_ref().map_or(0, Bytes::len);
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.1 += more;
            let bytes = shared.1;
            if let Err(error) = shared.0.grow(bytes) {
                return Poll::Ready(Some(Err(axum::Error::new(error))));
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
