//! Bodies on their way: a request's must not trickle, and an answer's end is told to its connection.

use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body as AnyBody, Bytes};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::pulse::Begun;
use super::stream::Handed;
use crate::state::Limits;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body came more slowly than it may.
#[derive(Debug)]
pub(crate) struct TooSlow {
    /// How many bytes came.
    pub(crate) received: u64,
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body came too slowly: {} bytes so far", self.received)
    }
}

impl std::error::Error for TooSlow {}

/// The body of a request. It may take the limits' time, and longer the more of it has come.
pub(super) struct Paced {
    body: Incoming,
    grace: Duration,
    /// Slowest pace, in bytes a second.
    pace: u64,
    began: Option<Instant>,
    received: u64,
    end: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) const fn new(body: Incoming, limits: &Limits) -> Self {
        let pace = if limits.pace == 0 { 1 } else { limits.pace };
        Self { body, grace: limits.trickle, pace, began: None, received: 0, end: None }
    }

    fn slow(&mut self, cx: &mut Context<'_>) -> bool {
        let began = *self.began.get_or_insert_with(Instant::now);
        let earned = Duration::from_millis(self.received.saturating_mul(1_000) / self.pace);
        let deadline = began + self.grace + earned;
        let end = self.end.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if end.deadline() != deadline {
            end.as_mut().reset(deadline);
        }
        end.as_mut().poll(cx).is_ready()
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.began.get_or_insert_with(Instant::now);
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if self.slow(cx) => {
                Poll::Ready(Some(Err(Box::new(TooSlow { received: self.received }))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer. Its connection is being answered until it ends.
pub(super) struct Answer {
    body: AnyBody,
    handed: Handed,
    _begun: Begun,
}

impl Answer {
    pub(super) fn new(body: AnyBody, begun: Begun) -> Self {
        Self { body, handed: Handed::here(), _begun: begun }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.handed.asked();
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(_))) = frame {
            self.handed.gave();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
