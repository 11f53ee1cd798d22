//! Errors as pages.

use cuelight_app::AppError;

/// Why there is no ordinary answer.
#[derive(Debug)]
pub enum UiError {
    /// An operation refused.
    App(AppError),
    /// Nobody is signed in.
    SignedOut,
    /// The request came from another site's page.
    OtherSite,
}

/// What every page returns.
pub type UiResult<T> = Result<T, UiError>;

impl<E: Into<AppError>> From<E> for UiError {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}
