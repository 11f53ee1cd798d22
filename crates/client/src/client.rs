//! The client: started once, asked from any thread.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use crate::answer::{Resolved, Source};
use crate::ask::Ask;
use crate::disk::{Disk, DiskError};
use crate::error::{Error, StartError};
use crate::follow;
use crate::generation::Expected;
use crate::jitter::Jitter;
use crate::lock::Lock;
use crate::options::Options;
use crate::pin::Pin;
use crate::shared::Shared;
use crate::status::Status;
use crate::view::View;
use crate::wire::Wire;

/// A client of one environment. Cloning it is cheap; the clones are one client. When the last one goes, its thread ends.
///
/// Everything that is asked is answered from memory, without a lock and without waiting for the server. The client has a
/// thread of its own that speaks to the server; the caller needs no runtime and may have any.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Client {
    /// Starts. What there is on disk and in the application is ready when this returns; the server's answer is if it
    /// came within [`Options::wait`].
    ///
    /// # Errors
    /// Mistakes in the options. A server that is away is none, nor is a damaged copy on disk.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let name = |what| move |error| StartError::Name { what, error };
        let expected = Expected {
            project: options.project.parse().map_err(name("project"))?,
            environment: options.environment.parse().map_err(name("environment"))?,
            lock: options.lock.as_deref().map(Lock::parse).transpose()?,
            max_bundle: options.max_bundle,
        };
        let me = me(options.name.as_deref())?;
        let wire = Wire::new(&options, &expected, &me)?;
        let disk = options.disk.map(|folder| Disk::new(folder, &expected.project, &expected.environment));
        let shared = Arc::new(Shared::new(expected, disk, options.keep));
        serve_what_is_here(&shared, options.built_in)?;
        let (stop, stopping) = watch::channel(false);
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("cuelight-client".into())
            .spawn(move || follow::run(&theirs, &wire, options.pace, stopping))
            .map_err(StartError::Thread)?;
        shared.wait_for_first(options.wait);
        Ok(Self(Arc::new(Inner { shared, stop, thread: Mutex::new(Some(thread)) })))
    }

    /// Resolves and renders one prompt of the newest generation.
    ///
    /// # Errors
    /// All of [`Error`] but `PinGone`.
    pub fn resolve(&self, ask: &Ask) -> Result<Resolved, Error> {
        self.0.shared.with_now(|view| view.resolve(ask))?
    }

    /// The newest generation, to ask several questions of one and the same.
    ///
    /// # Errors
    /// [`Error::NotReady`] when nothing was ever applied.
    pub fn now(&self) -> Result<View, Error> {
        self.0.shared.now()
    }

    /// The name of the newest generation, to be kept with a conversation.
    ///
    /// # Errors
    /// As [`Client::now`].
    pub fn pin(&self) -> Result<Pin, Error> {
        Ok(self.now()?.pin())
    }

    /// The generation of a pin, while it is held ([`Options::keep`]). What was yanked as unsafe meanwhile is refused in it
    /// too.
    ///
    /// # Errors
    /// [`Error::PinGone`]; whether to go on with [`Client::now`] is the caller's decision.
    pub fn at(&self, pin: &Pin) -> Result<View, Error> {
        self.0.shared.at(pin)
    }

    /// How things are, for the application's own health page.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.shared.status()
    }

    /// Waits until something holds, at most so long; whether it holds. For programs that want a certain generation, or
    /// the server itself, before they go on; nothing else ever waits.
    #[must_use]
    pub fn wait(&self, at_most: Duration, until: impl Fn(&Status) -> bool) -> bool {
        self.0.shared.wait(at_most, until)
    }

    /// Ends the thread and waits for it, which takes milliseconds. Clones go on answering with what they have.
    pub fn shutdown(self) {
        self.0.end();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = &self.0.shared.expected;
        write!(f, "Client({}, {}, ", expected.project, expected.environment)?;
        match self.pin() {
            Ok(pin) => write!(f, "generation {})", pin.generation),
            Err(_) => f.write_str("nothing yet)"),
        }
    }
}

impl Inner {
    fn end(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the client's thread ended with a panic");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

/// The name this client reports under.
fn me(given: Option<&str>) -> Result<String, StartError> {
    let Some(name) = given else { return Ok(format!("rust-{:016x}", Jitter::new().number())) };
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
        Ok(name.to_owned())
    } else {
        Err(StartError::ClientName)
    }
}

/// Serves the copy on disk or the bundle of the application, whichever is newer; the copy if they are equally new.
fn serve_what_is_here(shared: &Shared, built_in: Option<&'static [u8]>) -> Result<(), StartError> {
    let ours = built_in.map(|bytes| shared.read(bytes)).transpose().map_err(StartError::BuiltIn)?;
    let copy = shared.disk.as_ref().and_then(|disk| {
        let read = disk.read(shared.expected.max_bundle);
        let read = read.and_then(|bytes| Ok(bytes.map(|bytes| shared.read(&bytes)).transpose()?));
        read.unwrap_or_else(|error: DiskError| {
            shared.disk_error(Some(format!("`{}` is not used: {error}", disk.path().display())));
            None
        })
    });
    match (copy, ours) {
        (Some(copy), Some(ours)) if ours.order() > copy.order() => shared.apply(ours, Source::BuiltIn),
        (Some(copy), _) => shared.apply(copy, Source::Disk),
        (None, Some(ours)) => shared.apply(ours, Source::BuiltIn),
        (None, None) => {}
    }
    Ok(())
}
