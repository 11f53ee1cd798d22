//! A program that runs beside the tests and cannot outlive them.

use std::process::Command;
use std::sync::mpsc;
use std::thread::JoinHandle;

/// A running program. A thread waits for it: the kernel ends the program when this thread ends, where
/// [`Programs::guarded`](super::programs::Programs::guarded) made its command.
pub(super) struct Process {
    pub(super) pid: u32,
    waiter: JoinHandle<()>,
}

impl Process {
    pub(super) fn start(mut command: Command) -> Self {
        let (started, starting) = mpsc::channel();
        let waiter = std::thread::spawn(move || {
            let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
            started.send(child.id()).unwrap();
            child.wait().unwrap();
        });
        Self { pid: starting.recv().unwrap(), waiter }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.waiter.is_finished()
    }

    /// Ends it by a signal, and waits.
    pub(super) fn end(self, signal: &str) {
        // It may be frozen, and then hears nothing but this.
        send("CONT", self.pid);
        send(signal, self.pid);
        // Only a panic of ours could make this fail.
        let _ = self.waiter.join();
    }
}

pub(super) fn send(signal: &str, pid: u32) {
    // It may have ended by itself.
    let _ = Command::new("kill").args(["-s", signal, &pid.to_string()]).output();
}
