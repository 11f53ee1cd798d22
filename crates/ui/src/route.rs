//! One address of the pages: who may come, what it answers, and what runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use crate::call::Call;
use crate::error::UiResult;
use crate::reply::Reply;

/// The methods that pages and forms use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads; also answers HEAD.
    Get,
    /// Changes something, or sends what is too long for an address.
    Post,
}

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// Anybody.
    Open,
    /// Whoever is signed in; what they may see is decided by the operation.
    SignedIn,
}

/// What an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// A whole page.
    Page,
    /// A part of a page, for scripts.
    Part,
    /// It does something and leads to a page, or shows the form again with what is wrong.
    Action,
    /// A file to keep.
    File,
    /// Events, one after the other.
    Stream,
    /// Another address.
    Elsewhere,
}

type Answer = Pin<Box<dyn Future<Output = UiResult<Reply>> + Send>>;

/// What runs. Shared, because every request needs it.
pub type Run = Arc<dyn Fn(Call) -> Answer + Send + Sync>;

/// One address.
#[derive(Clone, Serialize)]
pub struct Route {
    /// A stable name; the browser tests are keyed by it.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The pattern. Names of prompts may have `/` in them, so they come last.
    pub path: &'static str,
    /// Who may come.
    pub door: Door,
    /// What it answers.
    pub answers: Answers,
    /// An address of this route on the demo's data.
    pub sample: &'static str,
    /// What runs.
    #[serde(skip)]
    pub run: Run,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.method, self.path)
    }
}

/// Makes a handler fit the table.
pub fn run<F, A>(handler: F) -> Run
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = UiResult<Reply>> + Send + 'static,
{
    Arc::new(move |call| Box::pin(handler(call)))
}

/// A page for whoever is signed in.
pub fn page<F, A>(id: &'static str, path: &'static str, sample: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = UiResult<Reply>> + Send + 'static,
{
    Route {
        id,
        method: Method::Get,
        path,
        door: Door::SignedIn,
        answers: Answers::Page,
        sample,
        run: run(handler),
    }
}

/// A form's target for whoever is signed in.
pub fn action<F, A>(id: &'static str, path: &'static str, sample: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = UiResult<Reply>> + Send + 'static,
{
    Route { method: Method::Post, answers: Answers::Action, ..page(id, path, sample, handler) }
}

impl Route {
    /// The same address, open to anybody.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.door = Door::Open;
        self
    }

    /// The same address with another kind of answer.
    #[must_use]
    pub const fn answering(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }
}
