//! The handlers, one file per noun: each translates a request to an operation's input and its output to an answer.

pub(crate) mod artifact;
pub(crate) mod environment;
pub(crate) mod ledger;
pub(crate) mod observation;
pub(crate) mod plan;
pub(crate) mod project;
pub(crate) mod recovery;
pub(crate) mod release;
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod system;
pub(crate) mod token;
