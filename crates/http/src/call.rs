//! One request to an operation, by somebody who was recognised: what the handlers translate.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use cuelight_app::{AppError, AppResult, Ctx};
use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use serde::de::DeserializeOwned;

use crate::state::HttpState;
use crate::{query, strict};

/// A request whose sender is known and whose body was read.
#[derive(Clone)]
pub struct Call {
    /// What the server has at hand.
    pub state: HttpState,
    /// Who asks, and under which request.
    pub ctx: Ctx,
    /// The token they showed, for streams that look again whether it holds.
    pub token: Secret,
    /// Parameters of the address by name, decoded.
    pub params: Params,
    /// The whole address.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty where there is none.
    pub body: Bytes,
}

/// Parameters of an address by name, decoded.
pub type Params = Vec<(Cow<'static, str>, String)>;

/// A text that no log shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Call {
    /// A parameter of the address.
    ///
    /// # Errors
    /// `invalid_request` saying what is wrong with it.
    pub fn param<T>(&self, name: &str) -> AppResult<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        param(&self.params, name)
    }

    /// The project in the address.
    ///
    /// # Errors
    /// As [`Call::param`].
    pub fn project(&self) -> AppResult<ProjectName> {
        self.param("project")
    }

    /// The environment in the address.
    ///
    /// # Errors
    /// As [`Call::param`].
    pub fn environment(&self) -> AppResult<EnvironmentName> {
        self.param("environment")
    }

    /// The prompt or fragment in the address.
    ///
    /// # Errors
    /// As [`Call::param`].
    pub fn artifact(&self, kind: Kind) -> AppResult<ArtifactRef> {
        let name: ArtifactName = self.param("name")?;
        Ok(ArtifactRef { kind, name })
    }

    /// The query.
    ///
    /// # Errors
    /// `invalid_request` naming the key.
    pub fn query<T: DeserializeOwned>(&self) -> AppResult<T> {
        query::parse(&self.uri)
    }

    /// The body.
    ///
    /// # Errors
    /// `invalid_request` with line and column.
    pub fn json<T: DeserializeOwned>(&self) -> AppResult<T> {
        strict::parse(&self.body)
    }
}

/// A parameter of the address.
///
/// # Errors
/// `invalid_request` saying what is wrong with it.
pub(crate) fn param<T>(params: &[(Cow<'static, str>, String)], name: &str) -> AppResult<T>
where
    T: FromStr,
    T::Err: Display,
{
    let (_, text) = params
        .iter()
        .find(|(key, _)| *key == name)
        .ok_or_else(|| AppError::internal(format!("the address has no `{name}`")))?;
    text.parse().map_err(|e: T::Err| AppError::invalid(format!("`{name}` in the address: {e}")))
}
