//! Hints that a ledger has grown elsewhere, on a connection of its own. Through a pooler, which gives every transaction
//! another connection, nothing ever comes; whoever follows asks from time to time anyway.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cuelight_store::StoreError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::AsyncMessage;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::address::{Address, CONNECT};
use crate::failure::words;
use crate::tls;

/// The shortest and the longest wait before the next attempt to connect.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Listens from the first time somebody waits, until it is dropped.
pub(crate) struct Listener {
    address: Address,
    tls: MakeRustlsConnect,
    hints: watch::Sender<u64>,
    seen: AtomicU64,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Listener {
    /// Nothing is opened yet.
    pub(crate) fn new(address: Address) -> Result<Self, StoreError> {
        let tls = tls::connector(&address)?;
        let hints = watch::Sender::new(0);
        Ok(Self { address, tls, hints, seen: AtomicU64::new(0), task: Mutex::new(None) })
    }

    /// Returns after a hint, at once if one came since the last time.
    pub(crate) async fn wait(&self) {
        self.start();
        let mut hints = self.hints.subscribe();
        let now = *hints.borrow_and_update();
        if self.seen.swap(now, Ordering::Relaxed) != now {
            return;
        }
        // The sender lives as long as `self`.
        if hints.changed().await.is_ok() {
            self.seen.store(*hints.borrow(), Ordering::Relaxed);
        }
    }

    fn start(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            let (address, tls, hints) = (self.address.clone(), self.tls.clone(), self.hints.clone());
            *task = Some(tokio::spawn(listen_for_ever(address, tls, hints)));
        }
    }
}

async fn listen_for_ever(address: Address, tls: MakeRustlsConnect, hints: watch::Sender<u64>) {
    let mut wait = WAITS.0;
    loop {
        let heard = hints.borrow().to_owned();
        let why = listen(&address, &tls, &hints).await;
        if *hints.borrow() != heard {
            wait = WAITS.0;
        }
        tracing::debug!(place = address.place, why, "no hints for now");
        sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    }
}

/// Listens until the connection ends, and says why it did.
async fn listen(address: &Address, tls: &MakeRustlsConnect, hints: &watch::Sender<u64>) -> String {
    let (client, mut connection) = match timeout(CONNECT, address.config.connect(tls.clone())).await {
        Ok(Ok(made)) => made,
        Ok(Err(error)) => return words(&error),
        Err(_) => return "no answer in time".into(),
    };
    let mut asked = std::pin::pin!(client.batch_execute("LISTEN cuelight"));
    let mut listening = false;
    loop {
        tokio::select! {
            answer = &mut asked, if !listening => match answer {
                Ok(()) => {
                    listening = true;
                    // What came while nobody listened is unknown.
                    hints.send_modify(|n| *n += 1);
                }
                Err(error) => return words(&error),
            },
            message = poll_fn(|cx| connection.poll_message(cx)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => hints.send_modify(|n| *n += 1),
                Some(Ok(_)) => {}
                Some(Err(error)) => return words(&error),
                None => return "the connection was closed".into(),
            },
        }
    }
}
