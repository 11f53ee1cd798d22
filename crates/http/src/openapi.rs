//! The API description (OpenAPI 3.1), made from the table of operations.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::Code;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::operation::{Access, Cli, Endpoint, Operation, Writes};
use crate::operations::operations;
use crate::problem::Problem;

/// Codes that every operation for somebody with a token can fail with.
const GUARDED: &[Code] = &[
    Code::InvalidRequest,
    Code::Unauthenticated,
    Code::TooManyRequests,
    Code::Internal,
    Code::Corrupt,
    Code::Unavailable,
    Code::Timeout,
];

/// The description of the whole API.
#[must_use]
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.definitions_path = "/components/schemas".into();
        s.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let problem = schemas.subschema_for::<Problem>();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let described = describe(&operation, &problem.clone().into(), &mut schemas);
        let method = operation.method.as_str().to_lowercase();
        paths.entry(operation.path).or_default().insert(method, described);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cuelight",
            "summary": "The release system for prompts",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token of Cuelight. Its role and scope decide what it may do.",
                },
            },
        },
    })
}

const DESCRIPTION: &str = "Everything of a project is below `/api/v1/projects/{project}`. The name of a prompt or \
    fragment travels as one segment: write `/` as `%2F`. Writes need an `Idempotency-Key`: a value that is new for \
    each intent and the same for each retry; the same key never applies twice. Errors are `application/problem+json` \
    with a `code` of a closed list. Lists have `items` and, while there is more, `next`, which is the cursor of the \
    next page. Every answer carries `X-Request-Id`. A token \
    may ask so and so often, node by node, with budgets of their own for serving, other reads, writes, and what takes \
    long; an answer 429 or 503 says in `Retry-After` how many seconds to wait.";

fn describe(operation: &Operation, problem: &Value, schemas: &mut SchemaGenerator) -> Value {
    let mut described = Map::new();
    described.insert("operationId".into(), operation.id.clone().into());
    described.insert("summary".into(), operation.summary.into());
    described.insert("tags".into(), json!([operation.id.split('.').next()]));
    let public = matches!(operation.endpoint, Endpoint::Public(_));
    described.insert("security".into(), if public { json!([]) } else { json!([{ "token": [] }]) });
    described.insert("parameters".into(), parameters(operation, schemas));
    if let Some(request) = &operation.request {
        let schema = (request.schema)(schemas);
        described.insert(
            "requestBody".into(),
            json!({ "required": !request.optional, "content": { "application/json": { "schema": schema } } }),
        );
    }
    described.insert("responses".into(), responses(operation, problem, schemas));
    described.insert("x-cuelight-access".into(), access(operation.access));
    match operation.writes {
        Writes::Nothing => {}
        Writes::Event(kind) => {
            described.insert("x-cuelight-event".into(), kind.into());
        }
        Writes::Observations => {
            described
                .insert("x-cuelight-event".into(), "none: observations are not part of the ledger".into());
        }
        Writes::Secret => {
            described.insert(
                "x-cuelight-event".into(),
                "none: a secret that ends by itself is no fact of a ledger".into(),
            );
        }
    }
    let cli = match operation.cli {
        Cli::Command(command) => json!({ "command": command }),
        Cli::None(reason) => json!({ "none": reason }),
    };
    described.insert("x-cuelight-cli".into(), cli);
    described.into()
}

fn access(access: Access) -> Value {
    let on = match access {
        Access::Public => return json!("public"),
        Access::AnyToken => return json!("any token"),
        Access::People => return json!("any token but those with the role serve"),
        Access::Installation(_) => "installation",
        Access::Project(_) => "project",
        Access::Environment(_) => "environment",
    };
    json!({ "action": access.action(), "on": on })
}

fn parameters(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let mut found = Vec::new();
    for name in path_parameters(&operation.path) {
        let (purpose, schema) = path_parameter(name, schemas);
        found.push(
            json!({ "name": name, "in": "path", "required": true, "description": purpose, "schema": schema }),
        );
    }
    if let Some(query) = operation.query {
        found.extend(query_parameters(&query(schemas).into()));
    }
    if let Writes::Event(_) = operation.writes {
        found.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "1 to 200 visible ASCII characters: new for each intent, the same for each retry.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        }));
    }
    for header in &operation.headers {
        found.push(json!({
            "name": header.name, "in": "header", "required": header.required,
            "description": header.purpose, "schema": { "type": "string" },
        }));
    }
    found.into()
}

/// Names in braces, in order.
pub(crate) fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str, schemas: &mut SchemaGenerator) -> (&'static str, Value) {
    fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
        schemas.subschema_for::<T>().into()
    }
    let number = || json!({ "type": "integer", "minimum": 0 });
    match name {
        "project" => ("The project.", of::<cuelight_artifact::ProjectName>(schemas)),
        "environment" => ("The environment.", of::<cuelight_artifact::EnvironmentName>(schemas)),
        "name" => (
            "The name, as one segment: `sales%2Fqualify-lead`.",
            of::<cuelight_artifact::ArtifactName>(schemas),
        ),
        "version" => ("The version, such as `1.2.0`.", json!({ "type": "string" })),
        "generation" => ("The generation's number.", number()),
        "release" => ("The release's number.", number()),
        "seq" => ("The entry's number, from 1.", number()),
        _ => ("The id.", json!({ "type": "string" })),
    }
}

/// A query type is an object; each of its properties is a parameter.
fn query_parameters(schema: &Value) -> Vec<Value> {
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let parameter = |(name, property): (&String, &Value)| {
        let mut property = property.clone();
        let purpose = property.as_object_mut().and_then(|p| p.remove("description"));
        present(&mut property);
        json!({
            "name": name, "in": "query", "required": required.contains(name.as_str()),
            "description": purpose, "schema": property,
        })
    };
    properties.map(parameter).collect()
}

/// A parameter of a query is there or not there, and never null.
fn present(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    fields.remove("default");
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|t| t != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            fields.insert("type".into(), one);
        }
    }
    let Some(Value::Array(options)) = fields.remove("anyOf") else { return };
    let mut options: Vec<Value> = options.into_iter().filter(|o| o["type"] != "null").collect();
    match (options.pop(), options.is_empty()) {
        (Some(Value::Object(only)), true) => fields.extend(only),
        (last, _) => {
            options.extend(last);
            fields.insert("anyOf".into(), options.into());
        }
    }
}

fn responses(operation: &Operation, problem: &Value, schemas: &mut SchemaGenerator) -> Value {
    let mut found: BTreeMap<u16, Value> = BTreeMap::new();
    let content = match operation.answer.schema {
        None => json!({}),
        Some(schema) => json!({ operation.answer.media: { "schema": schema(schemas) } }),
    };
    let mut done = json!({ "description": operation.summary });
    if operation.answer.schema.is_some() {
        done["content"] = content;
    }
    found.insert(operation.answer.status, done);
    if operation.headers.iter().any(|h| h.name == "If-None-Match") {
        found.insert(304, json!({ "description": "Nothing changed" }));
    }
    let mut by_status: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for code in codes(operation) {
        by_status.entry(code.status()).or_default().insert(code.as_str());
    }
    for (status, codes) in by_status {
        let list: Vec<String> = codes.iter().map(|c| format!("`{c}`")).collect();
        let mut described = json!({
            "description": list.join(", "),
            "content": { "application/problem+json": { "schema": problem } },
        });
        if matches!(status, 429 | 503) {
            described["headers"] = json!({ "Retry-After": {
                "description": "How many seconds to wait before asking again.",
                "schema": { "type": "integer", "minimum": 1 },
            } });
        }
        found.insert(status, described);
    }
    let found: Map<String, Value> = found.into_iter().map(|(status, v)| (status.to_string(), v)).collect();
    found.into()
}

/// Every code an operation can fail with.
pub(crate) fn codes(operation: &Operation) -> BTreeSet<Code> {
    let mut found: BTreeSet<Code> = operation.codes.iter().copied().collect();
    match operation.endpoint {
        Endpoint::Public(_) => {
            found.insert(Code::Internal);
            found.insert(Code::Unavailable);
            return found;
        }
        Endpoint::Guarded(_) => found.extend(GUARDED),
    }
    let names: BTreeSet<&str> = path_parameters(&operation.path).collect();
    if operation.access.action().is_some() || operation.access == Access::People {
        found.insert(Code::Forbidden);
    }
    if names.contains("project") {
        found.insert(Code::UnknownProject);
    }
    if names.contains("environment") {
        found.insert(Code::UnknownEnvironment);
    }
    if operation.request.is_some() {
        found.extend([Code::TooLarge, Code::TooSlow, Code::UnsupportedMedia, Code::Overloaded]);
    }
    if let Writes::Event(_) = operation.writes {
        found.extend([Code::IdempotencyKeyMissing, Code::IdempotencyKeyReused, Code::Full]);
    }
    if matches!(operation.writes, Writes::Observations | Writes::Secret) {
        found.insert(Code::Full);
    }
    if matches!(operation.writes, Writes::Event(_) | Writes::Observations)
        && operation.id != "recovery.record"
    {
        found.insert(Code::RecoveryNeeded);
    }
    found
}
