//! What every command starts from: global arguments, output, configuration, the way to workspace and server.

use std::path::{Path, PathBuf};

use cuelight_artifact::ProjectName;
use cuelight_artifact::files::{FileSet, Manifest};

use crate::cli::Global;
use crate::config::{self, Config};
use crate::failure::{Failure, LocalCode};
use crate::output::{Colour, Form, Notes, Out};
use crate::remote::{self, Address, Origin, Remote};
use crate::workspace::Workspace;

/// Where a server is when nobody says otherwise.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:7300";

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Where to print.
    pub out: Out,
    /// The global arguments.
    pub global: Global,
    /// Files at hand, to show the lines that findings are about.
    pub files: std::cell::RefCell<FileSet>,
    config: Config,
}

/// A project on a server.
#[derive(Debug)]
pub struct Project {
    /// The server.
    pub remote: Remote,
    /// The project.
    pub name: ProjectName,
}

impl Project {
    /// The address of something within the project; `rest` begins with `/` or is empty.
    pub fn path(&self, rest: &str) -> String {
        format!("{}{rest}", remote::project(&self.name))
    }
}

impl Session {
    /// Starts a run.
    ///
    /// # Errors
    /// When the configuration file cannot be used.
    pub fn new(global: Global, out: Out) -> Result<Self, (Out, Failure)> {
        match Config::load(config::path().as_deref(), &out) {
            Ok(config) => Ok(Self { out, global, files: std::cell::RefCell::default(), config }),
            Err(failure) => Err((out, failure)),
        }
    }

    /// The output that the global arguments ask for.
    pub fn output(global: &Global) -> Out {
        let form = if global.json { Form::Json } else { Form::Text };
        let notes = if global.quiet { Notes::Hidden } else { Notes::Shown };
        let colour = if global.no_color { Colour::Never } else { Colour::OnTerminals };
        Out::new(form, notes, colour)
    }

    /// The folder the command works in.
    pub fn folder(&self) -> &Path {
        self.global.directory.as_deref().unwrap_or(Path::new("."))
    }

    /// A path as given on the command line: relative to the working folder, or to `-C`.
    pub fn path(&self, given: &Path) -> PathBuf {
        match &self.global.directory {
            Some(folder) => folder.join(given),
            None => given.to_path_buf(),
        }
    }

    /// The workspace, read.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn workspace(&self) -> Result<Workspace, Failure> {
        let workspace = Workspace::open(self.folder())?;
        self.files.borrow_mut().clone_from(&workspace.files);
        Ok(workspace)
    }

    /// The server with the project.
    ///
    /// # Errors
    /// `offline`, `no_project`, and what [`Session::remote`] says.
    pub fn project(&self) -> Result<Project, Failure> {
        let manifest = Workspace::manifest(self.folder())?;
        let remote = self.remote_for(&manifest)?;
        Ok(Project { remote, name: self.project_name(&manifest)? })
    }

    /// The project's name, wherever it is said.
    ///
    /// # Errors
    /// `no_project`.
    pub fn project_name(&self, manifest: &Manifest) -> Result<ProjectName, Failure> {
        if let Some(name) = self.global.project.clone().or_else(|| manifest.project.clone()) {
            return Ok(name);
        }
        match &self.config.project {
            Some(name) => {
                name.parse().map_err(|e| Failure::new(LocalCode::Config, format!("`project`: {e}")))
            }
            None => {
                let detail =
                    "neither `--project` nor prompts.yaml nor the configuration file names a project";
                Err(Failure::new(LocalCode::NoProject, detail))
            }
        }
    }

    /// The server.
    ///
    /// # Errors
    /// `offline`, `untrusted_server`, or an address that is none.
    pub fn remote(&self) -> Result<Remote, Failure> {
        self.remote_for(&Workspace::manifest(self.folder())?)
    }

    fn remote_for(&self, manifest: &Manifest) -> Result<Remote, Failure> {
        if self.global.offline {
            return Err(Failure::new(
                LocalCode::Offline,
                "`--offline` forbids asking the server, and this needs it",
            ));
        }
        let address = self.address(manifest)?;
        let token = self.token(&address)?;
        if token.is_some() && !address.is_encrypted() && !address.is_loopback() {
            self.out.warn(&format!("the token travels unencrypted to {address}; use https"));
        }
        Remote::new(address, token)
    }

    /// The server's address, from the most specific place that names one.
    pub fn address(&self, manifest: &Manifest) -> Result<Address, Failure> {
        let (text, origin) = match (&self.global.server, &manifest.server, &self.config.server) {
            (Some(given), ..) => (given.as_str(), Origin::Argument),
            (None, Some(named), _) => (named.as_str(), Origin::Workspace),
            (None, None, Some(own)) => (own.as_str(), Origin::Config),
            (None, None, None) => (DEFAULT_SERVER, Origin::Default),
        };
        Address::parse(text, origin)
    }

    /// The token, unless it would go where only a file in the workspace says. Whoever can propose a change to the
    /// workspace could otherwise have the token of everybody, and of the build machines, sent to an address of
    /// theirs.
    fn token(&self, address: &Address) -> Result<Option<String>, Failure> {
        let own = self.config.server.as_deref().map(|s| Address::parse(s, Origin::Config)).transpose()?;
        let is_own = own.as_ref().is_some_and(|own| own.is_same(address));
        let trusted = address.origin() != Origin::Workspace || address.is_loopback() || is_own;
        let explicit = self.global.token.clone().filter(|t| !t.is_empty());
        // A token in the configuration file belongs to the server in the configuration file.
        let stored = self.config.token.clone().filter(|_| own.is_none() || is_own);
        match explicit.or(stored) {
            Some(_) if !trusted => {
                let detail = format!(
                    "prompts.yaml names {address}; the token is not sent where only a file of the workspace says"
                );
                Err(Failure::new(LocalCode::UntrustedServer, detail))
            }
            other => Ok(other),
        }
    }
}
