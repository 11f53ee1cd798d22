//! What operations need from the outside besides storage: the time and randomness.

use cuelight_core::ledger::Micros;

/// The wall clock.
pub trait Clock: Send + Sync {
    /// Now, in µs since 1970 UTC. May jump; the ledger never goes backwards because of it.
    fn now(&self) -> Micros;
}

/// A source of secrets and nonces.
pub trait Entropy: Send + Sync {
    /// 32 unpredictable bytes.
    ///
    /// # Errors
    /// When the operating system gives none.
    fn bytes32(&self) -> Result<[u8; 32], EntropyError>;
}

/// The operating system gave no randomness.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct EntropyError(pub String);

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the clock is read")]
    fn now(&self) -> Micros {
        jiff::Timestamp::now().as_microsecond()
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where randomness is drawn")]
    fn bytes32(&self) -> Result<[u8; 32], EntropyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| EntropyError(e.to_string()))?;
        Ok(bytes)
    }
}
