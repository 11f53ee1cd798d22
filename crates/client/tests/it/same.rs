//! What the client answers is what the server answers, whatever is asked.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cuelight_app::release::{OverrideItem, ReleaseItem, open};
use cuelight_app::serve::bundle::bundle;
use cuelight_app::serve::resolve::{ResolveInput, resolve};
use cuelight_artifact::model::Message;
use cuelight_artifact::{Artifact, schema};
use cuelight_client::{Ask, ChatMessage, Client, Options, Role};
use cuelight_testkit::TestApp;
use cuelight_testkit::app::release_input;
use cuelight_testkit::files::{GREETING, acme, all, greeting};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// The sample company's library with overrides, at a server and in a client.
struct Both {
    runtime: Runtime,
    test: TestApp,
    client: Client,
    prompts: Vec<(String, Artifact)>,
}

impl Both {
    /// Made once: the questions change nothing.
    fn get() -> &'static Self {
        static BOTH: OnceLock<Both> = OnceLock::new();
        BOTH.get_or_init(|| {
            let runtime = Runtime::new().expect("a runtime");
            let (test, bytes) = runtime.block_on(served());
            let bundle: cuelight_resolve::Bundle = serde_json::from_slice(&bytes).expect("a bundle");
            let artifact = |p: &cuelight_resolve::BundledPrompt| bundle.artifacts[&p.digest].clone();
            let prompts = bundle.prompts.iter().map(|(name, p)| (name.to_string(), artifact(p))).collect();
            let options = Options::new("http://127.0.0.1:1", "acme", "development", "cl_x_y");
            let client = Client::start(Options { built_in: Some(bytes.leak()), ..options });
            Self { runtime, test, client: client.expect("good options"), prompts }
        })
    }

    /// What the server answers, without what only it can know; or its code and words.
    fn server(&self, ask: &Ask) -> Result<Value, (String, String)> {
        let input = json!({
            "environment": "development", "prompt": ask.prompt, "attributes": ask.attributes,
            "inputs": ask.inputs, "passages": ask.passages, "placeholders": ask.placeholders,
        });
        let input: ResolveInput = serde_json::from_value(input).expect("a question");
        let answered = self.runtime.block_on(async {
            let ctx = self.test.ctx().await.expect("the administrator");
            resolve(&ctx, &self.test.project, input).await
        });
        match answered {
            Ok(answer) => Ok(serde_json::to_value(&answer).expect("JSON")),
            Err(error) => Err((error.code.as_str().to_owned(), error.detail)),
        }
    }

    fn local(&self, ask: &Ask) -> Result<Value, (String, String)> {
        match self.client.resolve(ask) {
            Ok(answer) => {
                let mut answer = serde_json::to_value(&answer).expect("JSON");
                assert_eq!(answer.as_object_mut().expect("one").remove("source"), Some(json!("built_in")));
                Ok(answer)
            }
            Err(error) => Err((error.code().to_owned(), error.to_string())),
        }
    }
}

async fn served() -> (TestApp, Vec<u8>) {
    let test = TestApp::new().await.expect("an application");
    let files = all([acme(&[]), greeting("desk/greet", GREETING)]);
    test.publish(files).await.expect("published");
    let names: Vec<String> = {
        let (ctx, kind) = (test.ctx().await.expect("the administrator"), cuelight_artifact::Kind::Prompt);
        let listed = cuelight_app::prompt::list(&ctx, &test.project, kind, list_all()).await;
        listed.expect("a list").items.into_iter().map(|item| item.name.to_string()).collect()
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    test.release("development", &names).await.expect("a release");
    let over = |id: &str, when: &[(&str, &str)], tone: &str| {
        ReleaseItem::Override(OverrideItem {
            prompt: "desk/greet".parse().expect("a name"),
            id: id.parse().expect("a word"),
            when: when.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            version: None,
            fields: serde_json::from_value(json!({ "constants.tone": tone })).expect("a patch"),
        })
    };
    let items = vec![
        over("globex", &[("tenant", "globex")], "dry"),
        over("globex-emea", &[("region", "emea"), ("tenant", "globex")], "formal"),
        over("emea", &[("region", "emea")], "polite"),
        over("chat", &[("channel", "chat"), ("region", "emea")], "short"),
    ];
    let ctx = test.ctx().await.expect("the administrator");
    open(&ctx, &test.project, release_input("development", items).expect("a release"))
        .await
        .expect("released");
    let development = "development".parse().expect("a name");
    let bytes = bundle(&ctx, &test.project, &development).await.expect("a bundle").bytes.to_vec();
    (test, bytes)
}

fn list_all() -> cuelight_app::prompt::ListInput {
    serde_json::from_value(json!({ "limit": 200 })).expect("a list")
}

/// Any values at all.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| json!(f)),
        "[ -~äπ🙂{}%]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// How a good question is spoilt, if it is.
#[derive(Debug, Clone)]
enum Spoil {
    Nothing,
    Drop(prop::sample::Index),
    Replace(prop::sample::Index, Value),
    Add(String, Value),
    Passage(Value),
    Placeholder(String),
    Name(String),
}

fn any_spoil() -> impl Strategy<Value = Spoil> {
    prop_oneof![
        6 => Just(Spoil::Nothing),
        1 => any::<prop::sample::Index>().prop_map(Spoil::Drop),
        3 => (any::<prop::sample::Index>(), any_value()).prop_map(|(i, v)| Spoil::Replace(i, v)),
        1 => ("[a-z_]{1,8}", any_value()).prop_map(|(k, v)| Spoil::Add(k, v)),
        1 => any_value().prop_map(Spoil::Passage),
        1 => "[a-z]{1,8}".prop_map(Spoil::Placeholder),
        // With a first letter of their own, so that none is a reserved word.
        1 => "q[a-z]{0,3}/q[a-z]{0,3}".prop_map(Spoil::Name),
    ]
}

prop_compose! {
    fn any_ask()(
        which in any::<prop::sample::Index>(),
        example in any::<prop::sample::Index>(),
        tenant in prop::option::of(prop::sample::select(vec!["globex", "initech"])),
        region in prop::option::of(prop::sample::select(vec!["emea", "amer"])),
        channel in prop::option::of(prop::sample::select(vec!["chat", "mail"])),
        texts in proptest::collection::vec("[ -~äπ🙂\n{}]{0,40}", 0..3),
        spoil in any_spoil(),
    ) -> Ask {
        let (name, artifact) = which.get(&Both::get().prompts);
        let mut ask = Ask::new(name);
        for (key, value) in [("tenant", tenant), ("region", region), ("channel", channel)] {
            if let Some(value) = value {
                ask = ask.attribute(key, value);
            }
        }
        if let Some(schema) = &artifact.inputs {
            let examples = schema::examples_of(schema);
            if !examples.is_empty() {
                ask.inputs = example.get(&examples).clone();
            }
        }
        if artifact.retrieval.is_some() {
            for (i, text) in texts.iter().enumerate() {
                ask = ask.passage(json!({ "id": format!("p{i}"), "text": text, "score": 0.5 }));
            }
        }
        for message in &artifact.messages {
            if let Message::Placeholder { name, .. } = message {
                let said = texts.iter().map(|t| ChatMessage { role: Role::User, content: t.clone() });
                ask = ask.placeholder(name, said.collect());
            }
        }
        spoilt(ask, spoil)
    }
}

fn spoilt(mut ask: Ask, spoil: Spoil) -> Ask {
    let key = |inputs: &Map<String, Value>, at: &prop::sample::Index| {
        let keys: Vec<&String> = inputs.keys().collect();
        (!keys.is_empty()).then(|| (*at.get(&keys)).clone())
    };
    let inputs = ask.inputs.as_object_mut().expect("an object");
    match spoil {
        Spoil::Nothing => {}
        Spoil::Drop(at) => {
            if let Some(key) = key(inputs, &at) {
                inputs.remove(&key);
            }
        }
        Spoil::Replace(at, value) => {
            if let Some(key) = key(inputs, &at) {
                inputs.insert(key, value);
            }
        }
        Spoil::Add(key, value) => drop(inputs.insert(key, value)),
        Spoil::Passage(value) => ask.passages.push(value),
        Spoil::Placeholder(name) => drop(ask.placeholders.insert(name, Vec::new())),
        Spoil::Name(name) => ask.prompt = name,
    }
    ask
}

/// One test, because the library takes longer to publish than to ask.
#[test]
fn the_client_answers_as_the_server_does() {
    let both = Both::get();
    every_prompt_and_every_override(both);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(250));
    let ran = runner.run(&any_ask(), |ask| {
        prop_assert_eq!(both.local(&ask), both.server(&ask));
        Ok(())
    });
    ran.expect("all answers are equal");
}

fn every_prompt_and_every_override(both: &Both) {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (name, artifact) in &both.prompts {
        let examples = artifact.inputs.as_ref().map_or_else(|| vec![json!({})], schema::examples_of);
        let mut answered = 0;
        for example in examples.into_iter().take(15) {
            let mut ask = Ask::new(name);
            ask.inputs = example.clone();
            for message in &artifact.messages {
                if let Message::Placeholder { name, .. } = message {
                    ask = ask.placeholder(name, Vec::new());
                }
            }
            answered += usize::from(both.client.resolve(&ask).is_ok());
            for (tenant, region, channel) in [
                ("globex", "amer", "mail"),
                ("globex", "emea", "mail"),
                ("x", "emea", "mail"),
                ("x", "emea", "chat"),
            ] {
                let ask = ask.clone().attribute("tenant", tenant).attribute("region", region);
                let ask = ask.attribute("channel", channel);
                let (local, server) = (both.local(&ask), both.server(&ask));
                assert_eq!(local, server);
                if let Ok(local) = local {
                    *reasons.entry(local["reason"].as_str().expect("a reason").to_owned()).or_default() += 1;
                }
            }
        }
        assert!(answered > 0, "`{name}` was never answered: the test asks nothing of it");
    }
    let expected = ["override:chat", "override:emea", "override:globex", "override:globex-emea", "stable"];
    assert_eq!(reasons.keys().map(String::as_str).collect::<Vec<_>>(), expected);
}
