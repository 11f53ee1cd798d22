//! The content of one digest made ready: compiled once, shared by all generations that have it.

use std::sync::Arc;

use cuelight_artifact::Artifact;
use cuelight_artifact::schema::Compiled;
use cuelight_render::Program;
use cuelight_resolve::Settings;
use serde_json::{Map, Value};

use crate::error::Error;

/// An artifact ready to be asked.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) program: Program,
    pub(crate) settings: Arc<Settings>,
    /// What the inputs must be; none when the prompt takes none.
    inputs: Option<Compiled>,
}

impl Content {
    pub(crate) fn new(artifact: &Artifact, program: Program) -> Self {
        let inputs = artifact.inputs.as_ref().map(Compiled::new);
        Self { settings: Arc::new(Settings::of(artifact)), inputs, program }
    }

    /// Checks inputs against the schema; without a schema there are no inputs.
    ///
    /// # Errors
    /// [`Error::Inputs`], as the server says it.
    pub(crate) fn check(&self, inputs: &Value) -> Result<(), Error> {
        match &self.inputs {
            Some(schema) => schema
                .validate(inputs)
                .map_err(|found| Error::Inputs(found.iter().map(ToString::to_string).collect())),
            None if inputs.as_object().is_none_or(Map::is_empty) => Ok(()),
            None => Err(Error::Inputs(vec![format!("`{}` takes no inputs", self.program.id().name)])),
        }
    }
}
