//! Work that does not depend on order, done by several threads and given back in order.
//!
//! Whoever pulls is one of the crew: while what it needs is not ready, it takes the next piece of work itself. So a crew
//! of one has no threads at all, and no processor waits while there is work.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Chunks that are read ahead for each of a crew of several.
const AHEAD: usize = 4;

type Job<'env> = Box<dyn FnOnce() + Send + 'env>;

/// Threads, and what they are to do. `'env` is what their work may borrow.
pub(super) struct Crew<'env> {
    size: NonZeroUsize,
    jobs: Mutex<Jobs<'env>>,
    more: Condvar,
}

#[derive(Default)]
struct Jobs<'env> {
    waiting: VecDeque<Job<'env>>,
    ended: bool,
}

/// Runs `work` with a crew of `size`, the caller's thread included.
pub(super) fn with<'env, T>(size: NonZeroUsize, work: impl FnOnce(&Crew<'env>) -> T) -> T {
    let crew = Crew { size, jobs: Mutex::default(), more: Condvar::new() };
    thread::scope(|scope| {
        for _ in 1..size.get() {
            let name = thread::Builder::new().name("verify".into());
            // Where no thread can be had, those that are there do the work.
            let _ = name.spawn_scoped(scope, || crew.work());
        }
        let _end = End(&crew);
        work(&crew)
    })
}

/// Sends the threads home, also when the caller's work panics.
struct End<'c, 'env>(&'c Crew<'env>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.more.notify_all();
    }
}

impl<'env> Crew<'env> {
    /// What `work` makes of the items, `chunk` of them at a time, in their order. No more than a few chunks are read
    /// ahead, so that memory does not grow with what is read.
    pub(super) fn map<'c, I, U, W>(
        &'c self,
        items: I,
        chunk: NonZeroUsize,
        work: &'env W,
    ) -> InOrder<'c, 'env, I, U, W>
    where
        I: Iterator,
        W: Fn(Vec<I::Item>) -> Vec<U> + Sync,
    {
        InOrder { crew: self, items, chunk, work, ahead: VecDeque::new(), ready: Vec::new().into_iter() }
    }

    fn lock(&self) -> MutexGuard<'_, Jobs<'env>> {
        // Nothing can panic while the lock is held.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, job: Job<'env>) {
        self.lock().waiting.push_back(job);
        self.more.notify_one();
    }

    /// What a thread does.
    fn work(&self) {
        let mut jobs = self.lock();
        loop {
            if let Some(job) = jobs.waiting.pop_front() {
                drop(jobs);
                job();
                jobs = self.lock();
            } else if jobs.ended {
                return;
            } else {
                jobs = self.more.wait(jobs).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// What a job sends, for which others are done meanwhile. None if it panicked, which ends the whole crew.
    fn wait<U>(&self, result: &Receiver<U>) -> Option<U> {
        loop {
            match result.try_recv() {
                Ok(found) => return Some(found),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            let job = self.lock().waiting.pop_front();
            match job {
                Some(job) => job(),
                None => return result.recv().ok(),
            }
        }
    }
}

/// An iterator over what the crew makes of items.
pub(super) struct InOrder<'c, 'env, I: Iterator, U, W> {
    crew: &'c Crew<'env>,
    items: I,
    chunk: NonZeroUsize,
    work: &'env W,
    ahead: VecDeque<Receiver<Vec<U>>>,
    ready: std::vec::IntoIter<U>,
}

impl<'env, I, U, W> InOrder<'_, 'env, I, U, W>
where
    I: Iterator<Item: Send + 'env>,
    U: Send + 'env,
    W: Fn(Vec<I::Item>) -> Vec<U> + Sync,
{
    /// Reads ahead: enough for all of the crew to be at work while whoever pulls has other things to do.
    fn refill(&mut self) {
        let enough = match self.crew.size.get() {
            1 => 1,
            size => size * AHEAD,
        };
        while self.ahead.len() < enough {
            let items: Vec<I::Item> = self.items.by_ref().take(self.chunk.get()).collect();
            if items.is_empty() {
                return;
            }
            let (done, result) = channel();
            let work = self.work;
            self.crew.add(Box::new(move || {
                // Whoever would have read it has given up.
                let _ = done.send(work(items));
            }));
            self.ahead.push_back(result);
        }
    }
}

impl<'env, I, U, W> Iterator for InOrder<'_, 'env, I, U, W>
where
    I: Iterator<Item: Send + 'env>,
    U: Send + 'env,
    W: Fn(Vec<I::Item>) -> Vec<U> + Sync,
{
    type Item = U;

    fn next(&mut self) -> Option<U> {
        loop {
            if let Some(found) = self.ready.next() {
                return Some(found);
            }
            self.refill();
            self.ready = self.crew.wait(&self.ahead.pop_front()?)?.into_iter();
        }
    }
}
