//! One row of the table of operations: everything that the router and the API description need to know.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Method;
use axum::response::Response;
use cuelight_app::{AppResult, Code};
use cuelight_core::rights::Action;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::call::Call;
use crate::state::{HttpState, Limits};

/// An answer to come.
pub type Answering = Pin<Box<dyn Future<Output = AppResult<Response>> + Send>>;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One operation of the API.
#[derive(Clone)]
pub struct Operation {
    /// Its id, such as `release.open`; the part before the dot is its group.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The address, with parameters in braces.
    pub path: String,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it writes.
    pub writes: Writes,
    /// The same from the command line.
    pub cli: Cli,
    /// The schema of the query, if it takes one.
    pub query: Option<SchemaOf>,
    /// Request headers that matter, each with what it is for.
    pub headers: Vec<Header>,
    /// The body, if it takes one.
    pub request: Option<RequestBody>,
    /// The answer when it works.
    pub answer: AnswerBody,
    /// Codes it can fail with, besides those that every operation of its kind can.
    pub codes: &'static [Code],
    /// What answers.
    pub endpoint: Endpoint,
}

/// Who may call an operation. The early check only; the operation itself decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a token.
    Public,
    /// Every holder of a token; the answer holds what that token may see.
    AnyToken,
    /// Every holder of a token that is a person's: any role but `serve`. The operation itself refuses the others.
    People,
    /// Holders of a token with this right on the installation.
    Installation(Action),
    /// Holders of a token with this right on the project in the address.
    Project(Action),
    /// Holders of a token with this right on the environment in the address.
    Environment(Action),
}

impl Access {
    /// The right it takes.
    #[must_use]
    pub const fn action(self) -> Option<Action> {
        match self {
            Self::Public | Self::AnyToken | Self::People => None,
            Self::Installation(action) | Self::Project(action) | Self::Environment(action) => Some(action),
        }
    }
}

/// What an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Nothing.
    Nothing,
    /// An event of this kind, into the ledger. Needs an Idempotency-Key.
    Event(&'static str),
    /// Observations, which are not in the ledger; each has an id of its own.
    Observations,
    /// A secret that ends by itself, which is no fact of a ledger. Asking twice makes two.
    Secret,
}

/// The counterpart of an operation on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cli {
    /// This command.
    Command(&'static str),
    /// None, for this reason.
    None(&'static str),
}

/// A request header that an operation looks at.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Whether the operation is refused without it.
    pub required: bool,
}

/// A request body: JSON.
#[derive(Debug, Clone, Copy)]
pub struct RequestBody {
    /// Its schema.
    pub schema: SchemaOf,
    /// How large it may be.
    pub limit: BodyLimit,
    /// Whether it may be left out.
    pub optional: bool,
}

/// How large a body may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLimit {
    /// What is usual.
    Usual,
    /// Enough for a workspace of files.
    Files,
    /// Enough for a batch of observations.
    Observations,
}

impl BodyLimit {
    /// The limit in bytes.
    #[must_use]
    pub const fn bytes(self, limits: &Limits) -> usize {
        match self {
            Self::Usual => limits.body,
            Self::Files => limits.files,
            Self::Observations => limits.observations,
        }
    }
}

/// The answer of an operation when it works.
#[derive(Debug, Clone, Copy)]
pub struct AnswerBody {
    /// The status.
    pub status: u16,
    /// The media type; empty without a body.
    pub media: &'static str,
    /// The schema; none without a body.
    pub schema: Option<SchemaOf>,
}

/// What answers.
#[derive(Clone)]
pub enum Endpoint {
    /// Answers without knowing who asks.
    Public(fn(HttpState) -> Answering),
    /// Answers somebody who was recognised.
    Guarded(Arc<dyn Fn(Call) -> Answering + Send + Sync>),
}

impl Operation {
    /// An operation without a body.
    pub(crate) fn new<F, A>(method: Method, id: impl Into<String>, path: impl Into<String>, run: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = AppResult<Response>> + Send + 'static,
    {
        Self::at(method, id.into(), path.into(), Endpoint::Guarded(Arc::new(move |call| Box::pin(run(call)))))
    }

    /// An operation that needs no token.
    pub(crate) fn public(id: &str, path: &str, run: fn(HttpState) -> Answering) -> Self {
        Self::at(Method::GET, id.into(), path.into(), Endpoint::Public(run))
    }

    fn at(method: Method, id: String, path: String, endpoint: Endpoint) -> Self {
        Self {
            id,
            method,
            path,
            summary: "",
            access: Access::Public,
            writes: Writes::Nothing,
            cli: Cli::None(""),
            query: None,
            headers: Vec::new(),
            request: None,
            answer: AnswerBody { status: 204, media: "", schema: None },
            codes: &[],
            endpoint,
        }
    }

    pub(crate) const fn says(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub(crate) const fn needs(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    pub(crate) const fn writes(mut self, writes: Writes) -> Self {
        self.writes = writes;
        self
    }

    pub(crate) const fn cli(mut self, command: &'static str) -> Self {
        self.cli = Cli::Command(command);
        self
    }

    pub(crate) const fn no_cli(mut self, reason: &'static str) -> Self {
        self.cli = Cli::None(reason);
        self
    }

    pub(crate) fn asks<T: JsonSchema>(mut self) -> Self {
        self.query = Some(T::json_schema);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, purpose: &'static str) -> Self {
        self.headers.push(Header { name, purpose, required: false });
        self
    }

    pub(crate) fn required_header(mut self, name: &'static str, purpose: &'static str) -> Self {
        self.headers.push(Header { name, purpose, required: true });
        self
    }

    pub(crate) fn takes<T: JsonSchema>(mut self, limit: BodyLimit) -> Self {
        let schema: SchemaOf = SchemaGenerator::subschema_for::<T>;
        self.request = Some(RequestBody { schema, limit, optional: false });
        self
    }

    pub(crate) fn may_take<T: JsonSchema>(mut self) -> Self {
        let schema: SchemaOf = SchemaGenerator::subschema_for::<T>;
        self.request = Some(RequestBody { schema, limit: BodyLimit::Usual, optional: true });
        self
    }

    pub(crate) fn gives<T: JsonSchema>(self, status: u16) -> Self {
        self.gives_as::<T>(status, "application/json")
    }

    pub(crate) fn gives_as<T: JsonSchema>(mut self, status: u16, media: &'static str) -> Self {
        self.answer = AnswerBody { status, media, schema: Some(SchemaGenerator::subschema_for::<T>) };
        self
    }

    pub(crate) const fn fails(mut self, codes: &'static [Code]) -> Self {
        self.codes = codes;
        self
    }
}
