//! Styles and scripts: carried in the binary, named by their content, and kept by browsers for good.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{LazyLock, OnceLock};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
struct Own;

#[derive(RustEmbed)]
#[folder = "vendor"]
#[include = "*.js"]
#[exclude = "*/build/*"]
#[exclude = "*/node_modules/*"]
struct Vendored;

/// One file.
pub struct Asset {
    bytes: Vec<u8>,
    gzipped: OnceLock<Vec<u8>>,
    kind: &'static str,
}

struct Shelf {
    /// Files by their hashed name.
    files: BTreeMap<String, Asset>,
    /// Address by plain path, such as `js/app.js`.
    addresses: BTreeMap<String, String>,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let own = Own::iter().filter_map(|p| Some((p.to_string(), Own::get(&p)?)));
    let vendored = Vendored::iter().filter_map(|p| Some((format!("vendor/{p}"), Vendored::get(&p)?)));
    let mut shelf = Shelf { files: BTreeMap::new(), addresses: BTreeMap::new() };
    for (path, file) in own.chain(vendored) {
        let flat = path.replace('/', "-");
        let (stem, extension) = flat.rsplit_once('.').unwrap_or((flat.as_str(), "bin"));
        let name = format!("{stem}-{}.{extension}", &hex::encode(file.metadata.sha256_hash())[..12]);
        let asset = Asset { bytes: file.data.into_owned(), gzipped: OnceLock::new(), kind: kind(extension) };
        shelf.addresses.insert(path, format!("/assets/{name}"));
        shelf.files.insert(name, asset);
    }
    shelf
});

fn kind(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// The address of a file, such as `js/app.js` or `vendor/htmx.min.js`. A file that is not there has an address that
/// answers 404; a test finds it.
#[must_use]
pub fn address(path: &str) -> &'static str {
    SHELF.addresses.get(path).map_or("/assets/missing", String::as_str)
}

impl Asset {
    fn gzipped(&self) -> &[u8] {
        self.gzipped.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            // Writing to memory does not fail; if it did, the plain bytes would be sent.
            encoder.write_all(&self.bytes).and_then(|()| encoder.finish()).unwrap_or_default()
        })
    }
}

/// The answer to a request for a file, by its hashed name.
#[must_use]
pub fn answer(name: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = SHELF.files.get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let wants = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let gzip =
        wants.split(',').any(|e| e.trim().split(';').next() == Some("gzip")) && !asset.gzipped().is_empty();
    let bytes = if gzip { asset.gzipped() } else { &asset.bytes };
    let mut response = bytes.to_vec().into_response();
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
