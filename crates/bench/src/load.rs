//! Loads a server: many connections kept alive, one request at a time on each (no pipelining), as fast as answers come.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::proc::cpu;
use crate::stats::Times;

/// A server under load, with what to ask it.
pub struct Target {
    address: SocketAddr,
    pid: u32,
    requests: Arc<Vec<Vec<u8>>>,
    expected: u16,
    connections: usize,
    next: usize,
}

/// What one round came to.
#[derive(Debug)]
pub struct Tally {
    /// Answers.
    pub answers: usize,
    /// How long the round was.
    pub elapsed: Duration,
    /// Processor time that the server used.
    pub cpu: Duration,
    /// How long each answer took.
    pub times: Times,
}

impl Tally {
    /// Answers per second of the server's processor time.
    pub fn per_cpu(&self) -> f64 {
        self.answers as f64 / self.cpu.as_secs_f64().max(0.001)
    }

    /// Answers per second.
    pub fn per_second(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64()
    }
}

impl Target {
    /// Every answer must have the status `expected`.
    pub fn new(
        (address, pid): (SocketAddr, u32),
        connections: usize,
        requests: Vec<Vec<u8>>,
        expected: u16,
    ) -> Result<Self> {
        if requests.is_empty() {
            bail!("there is nothing to ask");
        }
        Ok(Self { address, pid, requests: Arc::new(requests), expected, connections, next: 0 })
    }

    /// The answer to the first request, as text.
    pub async fn first(&mut self) -> Result<(String, String)> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.call(&self.requests[0]).await?;
        let (head, body) = (String::from_utf8_lossy(answer.head), String::from_utf8_lossy(answer.body));
        if answer.status != self.expected {
            bail!("{} was answered with {}: {body}", self.address, answer.status);
        }
        Ok((head.into_owned(), body.into_owned()))
    }

    /// Connects, and asks for `length`. Each round has connections of its own: servers close those on which nothing was
    /// asked while others had their turn.
    pub async fn round(&mut self, length: Duration) -> Result<Tally> {
        let mut connections = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            connections.push(Connection::open(self.address).await?);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        let before = cpu(self.pid)?;
        let started = Instant::now();
        for connection in connections {
            // Each connection begins elsewhere in the list and goes through all of it.
            self.next = self.next.wrapping_add(self.requests.len() / 7 + 1);
            let asking = Asking {
                connection,
                requests: Arc::clone(&self.requests),
                next: self.next,
                expected: self.expected,
                stop: Arc::clone(&stop),
            };
            running.spawn(asking.go());
        }
        tokio::time::sleep(length).await;
        stop.store(true, Ordering::Relaxed);
        let mut times = Times::default();
        while let Some(done) = running.join_next().await {
            times.extend(done??);
        }
        let elapsed = started.elapsed();
        let cpu = cpu(self.pid)?.saturating_sub(before);
        Ok(Tally { answers: times.len(), elapsed, cpu, times })
    }
}

struct Asking {
    connection: Connection,
    requests: Arc<Vec<Vec<u8>>>,
    next: usize,
    expected: u16,
    stop: Arc<AtomicBool>,
}

impl Asking {
    async fn go(mut self) -> Result<Times> {
        let mut times = Times::default();
        loop {
            let request = &self.requests[self.next % self.requests.len()];
            self.next = self.next.wrapping_add(1);
            let started = Instant::now();
            let answer = self.connection.call(request).await?;
            times.push(started.elapsed());
            if answer.status != self.expected {
                let body = String::from_utf8_lossy(answer.body);
                bail!("an answer has the status {} and not {}: {body}", answer.status, self.expected);
            }
            // At least one answer each, however short the round is.
            if self.stop.load(Ordering::Relaxed) {
                return Ok(times);
            }
        }
    }
}
