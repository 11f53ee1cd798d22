//! What a page answers.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use cuelight_app::AppError;
use futures_util::stream::BoxStream;
use maud::Markup;

use crate::parts::page::Page;

/// An answer.
pub struct Reply {
    pub(crate) status: u16,
    pub(crate) body: ReplyBody,
    pub(crate) cookies: Vec<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) enum ReplyBody {
    Page(Box<Page>),
    Part(Markup),
    To(String),
    File { name: String, kind: &'static str, content: FileContent },
    Stream(BoxStream<'static, String>),
}

/// What is in a file.
pub(crate) enum FileContent {
    /// All of it.
    Whole(Vec<u8>),
    /// Piece by piece. An error breaks it off, so that nobody takes a piece for the whole.
    Pieces(BoxStream<'static, io::Result<Vec<u8>>>),
}

impl Reply {
    fn of(body: ReplyBody) -> Self {
        Self { status: 200, body, cookies: Vec::new(), headers: Vec::new() }
    }

    /// A whole page.
    #[must_use]
    pub fn page(page: Page) -> Self {
        Self::of(ReplyBody::Page(Box::new(page)))
    }

    /// A part of a page.
    #[must_use]
    pub fn part(markup: Markup) -> Self {
        Self::of(ReplyBody::Part(markup))
    }

    /// Another page of ours, to be fetched with GET.
    #[must_use]
    pub fn to(address: impl Into<String>) -> Self {
        Self { status: 303, ..Self::of(ReplyBody::To(address.into())) }
    }

    /// A file to keep. Nothing in it is run or shown by the browser.
    #[must_use]
    pub fn file(name: impl Into<String>, kind: &'static str, bytes: Vec<u8>) -> Self {
        Self::of(ReplyBody::File { name: name.into(), kind, content: FileContent::Whole(bytes) })
    }

    /// A file to keep that is made while it is read.
    #[must_use]
    pub fn pieces(
        name: impl Into<String>,
        kind: &'static str,
        pieces: BoxStream<'static, io::Result<Vec<u8>>>,
    ) -> Self {
        Self::of(ReplyBody::File { name: name.into(), kind, content: FileContent::Pieces(pieces) })
    }

    /// Server-sent events; each item is one whole event with its blank line.
    #[must_use]
    pub fn stream(events: BoxStream<'static, String>) -> Self {
        Self::of(ReplyBody::Stream(events))
    }

    /// With another status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With the status of an error that the page shows.
    #[must_use]
    pub const fn refused(self, error: &AppError) -> Self {
        let status = error.code.status();
        self.status(status)
    }

    /// With a `Set-Cookie` header.
    #[must_use]
    pub fn cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The response of everything but pages, which need the call to be drawn.
pub(crate) fn respond(status: u16, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
