//! One good request for every operation. An operation without one fails the tests.

use cuelight_app::recovery::{self, Mark};
use cuelight_http::{Operation, operations};
use serde_json::{Value, json};

use crate::world::{Ask, LEAD, World, first_files};

/// A good request.
#[derive(Debug, Clone, Default)]
pub struct Example {
    /// Parameters of the address where they differ from [`usual`].
    pub params: Vec<(&'static str, &'static str)>,
    /// The query.
    pub query: &'static str,
    /// Headers besides the usual ones.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub body: Option<Value>,
    /// For writes: another good body, to use a key twice; or other parameters where there is no body.
    pub other: Option<Value>,
}

/// What stands in an address when nothing else is said.
pub fn usual(param: &str) -> &'static str {
    match param {
        "project" => "acme",
        "environment" => "development",
        "name" => "sales%2Fqualify-lead",
        "version" => "1.0.0",
        "generation" => "1",
        "release" => "4",
        "seq" => "2",
        other => panic!("no usual value for {other}"),
    }
}

/// The example of an operation in a world.
pub async fn example(world: &World, operation: &Operation) -> Example {
    let none = Example::default();
    let body = |body: Value| Example { body: Some(body), ..Example::default() };
    let write =
        |body: Value, other: Value| Example { body: Some(body), other: Some(other), ..Example::default() };
    let query = |query: &'static str| Example { query, ..Example::default() };
    let fragment = vec![("name", "safety%2Fbase")];
    match operation.id.as_str() {
        "project.create" => write(json!({ "name": "initech" }), json!({ "name": "hooli" })),
        "token.issue" => write(
            json!({ "label": "till 7", "role": "serve", "projects": ["acme"] }),
            json!({ "label": "till 8", "role": "serve", "projects": ["acme"] }),
        ),
        "token.revoke" => Example { params: vec![("id", revocable(world).await)], ..none },
        "recovery.record" => {
            restored(world).await;
            write(json!({ "reason": "The disk died." }), json!({ "reason": "The disk burnt." }))
        }
        "prompt.list" => query("q=greet&limit=1"),
        "prompt.diff" => query("from=1.0.0&to=2.0.0"),
        "prompt.yank" => write(
            json!({ "severity": "avoid", "reason": "It promises a discount." }),
            json!({ "severity": "block", "reason": "It promises a discount." }),
        ),
        "prompt.unyank" | "fragment.unyank" => {
            yank_everything(world).await;
            let example = write(json!({ "reason": "It was right." }), json!({ "reason": "It was fine." }));
            match operation.id.starts_with("fragment") {
                true => Example { params: fragment, ..example },
                false => example,
            }
        }
        "fragment.yank" => Example {
            params: fragment,
            ..write(
                json!({ "severity": "avoid", "reason": "It is unclear." }),
                json!({ "severity": "avoid", "reason": "It is wrong." }),
            )
        },
        "fragment.get" | "fragment.versions" | "fragment.version" | "fragment.dependents" => {
            Example { params: fragment, ..none }
        }
        "fragment.diff" => Example { params: fragment, query: "from=1.0.0&to=1.0.0", ..none },
        "plan.make" => body(json!({ "files": first_files() })),
        "plan.apply" => {
            write(json!({ "files": new_prompt("sales/new") }), json!({ "files": new_prompt("sales/other") }))
        }
        "plan.drift" => query("environment=production"),
        "plan.lock" | "plan.files" => query("environment=production"),
        "environment.create" => write(
            json!({ "name": "canary", "after": "staging" }),
            json!({ "name": "canary", "after": "production" }),
        ),
        "environment.policy" => Example {
            headers: vec![("if-match", "\"g2-p1\"")],
            ..write(policy("warned", "required"), policy("refused", "required"))
        },
        "release.open" | "release.preview" => write(set("1.0.0"), set("2.0.0")),
        "release.roll_back" => {
            write(json!({ "reason": "Complaints." }), json!({ "reason": "More complaints." }))
        }
        "serve.resolve" => body(json!({
            "environment": "production", "prompt": LEAD, "inputs": { "person": "Ada" }, "attributes": { "tenant": "acme" },
        })),
        "serve.resolve_many" => body(json!({
            "environment": "production",
            "prompts": { LEAD: { "inputs": { "person": "Ada" } }, "support/answer": {} },
        })),
        "serve.feed" => query("after=0&client=shop-1"),
        "serve.applied" => body(json!({ "client": "shop-1", "generation": 1 })),
        "serve.at" => {
            query("time=2026-03-16T00:00:00Z&environment=production&prompt=sales/qualify-lead&tenant=acme")
        }
        "ledger.consistency" => query("from=4&to=6"),
        "ledger.search" => query("about=sales/qualify-lead&kind=release&limit=5"),
        "observation.record" => body(
            json!({ "observations": [{ "id": "call-1", "cue": world.cue().await, "fields": { "ms": 420 } }] }),
        ),
        "system.health"
        | "system.ready"
        | "system.errors"
        | "system.openapi"
        | "system.metrics"
        | "system.nodes"
        | "system.whoami"
        | "session.link"
        | "project.list"
        | "project.get"
        | "recovery.status"
        | "token.list"
        | "prompt.get"
        | "prompt.versions"
        | "prompt.version"
        | "prompt.dependents"
        | "fragment.list"
        | "environment.list"
        | "environment.get"
        | "environment.generations"
        | "environment.generation"
        | "release.list"
        | "release.get"
        | "serve.bundle"
        | "ledger.list"
        | "ledger.check"
        | "ledger.proof"
        | "ledger.checkpoint"
        | "ledger.export"
        | "observation.list" => none,
        other => panic!("the operation {other} has no example"),
    }
}

/// The example as a request.
pub fn request<'a>(world: &'a World, operation: &Operation, example: &Example) -> Ask<'a> {
    let mut path = operation.path.clone();
    for param in params(operation) {
        let value =
            example.params.iter().find(|(k, _)| *k == param).map_or_else(|| usual(&param), |(_, v)| *v);
        path = path.replace(&format!("{{{param}}}"), value);
    }
    if !example.query.is_empty() {
        path = format!("{path}?{}", example.query);
    }
    let mut ask = world.ask(operation.method.clone(), &path);
    for (name, value) in &example.headers {
        ask = ask.header(name, value);
    }
    match &example.body {
        Some(body) => ask.json(body),
        None => ask,
    }
}

/// The operation with this id.
pub fn operation(id: &str) -> Operation {
    operations().into_iter().find(|o| o.id == id).unwrap_or_else(|| panic!("no operation {id}"))
}

/// Names of the parameters in the operation's address.
pub fn params(operation: &Operation) -> Vec<String> {
    let parts = operation.path.split('/');
    parts.filter_map(|p| Some(p.strip_prefix('{')?.strip_suffix('}')?.to_owned())).collect()
}

fn set(version: &str) -> Value {
    json!({
        "environment": "development",
        "items": [{ "do": "set", "prompt": "sales/outreach" , "version": "1.0.0" }, { "do": "set", "prompt": LEAD, "version": version }],
        "notes": "As agreed.",
    })
}

fn policy(blocked: &str, predecessor: &str) -> Value {
    json!({ "prereleases": "allowed", "predecessor": predecessor, "blocked": blocked })
}

fn new_prompt(name: &str) -> std::collections::BTreeMap<String, String> {
    cuelight_testkit::files::greeting(name, cuelight_testkit::files::GREETING)
}

/// The id of a token that exists to be revoked.
async fn revocable(world: &World) -> &'static str {
    let token = world.token("revocable", cuelight_core::rights::Role::Serve, |_| {}).await;
    let id = token.split('_').nth(1).expect("a token has an id").to_owned();
    Box::leak(id.into_boxed_str())
}

async fn yank_everything(world: &World) {
    for path in ["prompts/sales%2Fqualify-lead", "fragments/safety%2Fbase"] {
        let path = format!("{}/{path}/versions/1.0.0/yank", crate::world::P);
        world.post(&path, &json!({ "severity": "avoid", "reason": "A doubt." })).send().await;
    }
}

/// Marks the store as a restored copy, as if it had just been put back.
async fn restored(world: &World) {
    let copy = format!("{:?}", world.test.app.random().expect("randomness"));
    let mark = Mark { copy, made_at: world.test.clock.peek(), ledgers: Vec::new() };
    recovery::mark(&*world.test.store, &mark).await.expect("a mark");
}
