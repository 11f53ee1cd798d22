use cuelight_artifact::Artifact;
use cuelight_artifact::model::{Constant, ConstantType, FragmentUse, Message, Retrieval};
use cuelight_artifact::name::Kind;
use serde_json::json;

use super::*;
use crate::unit::{FragmentSource, NoFragments};

/// The worked example of the file format: a lead is qualified.
fn qualify_lead() -> Artifact {
    let mut artifact = Artifact::new(Kind::Prompt, "sales/qualify-lead".parse().unwrap());
    artifact.inputs = Some(json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["company", "signals", "today"],
        "properties": {
            "company": {
                "type": "object",
                "required": ["name", "region"],
                "properties": {
                    "name": { "type": "string", "maxLength": 200 },
                    "region": { "type": "string", "enum": ["EMEA", "AMER", "APAC"] },
                    "employees": { "type": "integer", "minimum": 1 }
                }
            },
            "signals": {
                "type": "array",
                "maxItems": 50,
                "items": {
                    "type": "object",
                    "required": ["name", "value"],
                    "properties": { "name": { "type": "string" }, "value": { "type": "string" } }
                }
            },
            "today": { "type": "string", "format": "date" }
        }
    }));
    artifact.constants.insert(
        "disqualify_below".to_owned(),
        Constant {
            kind: ConstantType::Integer,
            value: json!(35),
            description: String::new(),
            contract: true,
            stricter: None,
        },
    );
    artifact.fragments.insert(
        "safety".to_owned(),
        FragmentUse {
            name: "safety/no-personal-data".parse().unwrap(),
            require: "^1.2".parse().unwrap(),
            locked: None,
        },
    );
    artifact.retrieval = Some(Retrieval {
        index: "crm-notes".to_owned(),
        query: "{{ company.name }}".to_owned(),
        top_k: 6,
        min_score: Some(0.35),
        filters: BTreeMap::from([("region".to_owned(), "{{ company.region | lower }}".to_owned())]),
        into: "crm_passages".to_owned(),
    });
    let system = "You qualify inbound leads for the sales team.\n{% include \"safety\" %}\nGive a score from 0 to 100.\n\
        If the score is below {{ constants.disqualify_below }}, the decision is disqualify.\n\
        If a fact is missing from the record, say so and never guess it.\n";
    let user = "Today is {{ today }}.\nLead: {{ company.name }}, region {{ company.region }}.\n\
        {% if company.employees is defined %}Staff: {{ company.employees }}.\n{% endif %}Signals:\n\
        {% for s in signals %}- {{ s.name }}: {{ s.value }}\n{% endfor %}Notes from the CRM:\n\
        {% for p in crm_passages %}[{{ p.id }}] {{ p.text }}\n{% endfor %}\n";
    artifact.messages = vec![
        Message::Text { role: Role::System, text: system.to_owned() },
        Message::Placeholder { name: "history".to_owned(), optional: true },
        Message::Text { role: Role::User, text: user.to_owned() },
    ];
    artifact
}

struct Safety;

impl FragmentSource for Safety {
    fn fragment(&self, use_: &FragmentUse) -> Option<Arc<Artifact>> {
        let mut fragment = Artifact::new(Kind::Fragment, use_.name.clone());
        fragment.body = Some("Never repeat personal data.\n".to_owned());
        Some(Arc::new(fragment))
    }
}

fn inputs() -> Value {
    json!({
        "company": { "name": "Acme", "region": "EMEA" },
        "signals": [{ "name": "budget", "value": "none" }, { "name": "size", "value": "40" }],
        "today": "2026-11-20"
    })
}

fn program(artifact: &Artifact) -> Program {
    compile(artifact, &Safety, &Limits::default()).unwrap_or_else(|found| panic!("{found:#?}"))
}

#[test]
fn a_program_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync + 'static>(_: &T) {}
    let program = Arc::new(program(&qualify_lead()));
    shareable(&program);
    let inputs = inputs();
    let texts: Vec<Rendered> = std::thread::scope(|scope| {
        let jobs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| program.render(&RenderRequest::new(&inputs)).unwrap())).collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    });
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_worked_example_renders() {
    let program = program(&qualify_lead());
    assert_eq!(program.warnings(), []);
    let passages = [json!({ "id": "n1", "text": "Asked for a demo.", "score": 0.9 })];
    let history = BTreeMap::from([(
        "history".to_owned(),
        vec![ChatMessage { role: Role::Assistant, content: "{{ not a template }}".to_owned() }],
    )]);
    let inputs = inputs();
    let request = RenderRequest::new(&inputs).with_passages(&passages).with_placeholders(&history);
    let rendered = program.render(&request).unwrap();
    assert_eq!(rendered, program.render_by_reference(&request).unwrap());
    let mut shown = String::new();
    for message in &rendered.messages {
        shown.push_str(&format!("[{}]\n{}\n", message.role.as_str(), message.content));
    }
    shown.push_str(&format!("{} bytes, about {} tokens", rendered.bytes(), rendered.tokens()));
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_looked_up_is_rendered_from_the_inputs() {
    let retrieval = program(&qualify_lead()).retrieval(&inputs()).unwrap().unwrap();
    assert_eq!(
        retrieval,
        RenderedRetrieval {
            index: "crm-notes".to_owned(),
            query: "Acme".to_owned(),
            top_k: 6,
            min_score: Some(0.35),
            filters: BTreeMap::from([("region".to_owned(), "emea".to_owned())]),
            into: "crm_passages".to_owned(),
        }
    );
    let mut without = qualify_lead();
    without.retrieval = None;
    let program = link(&without, &Safety, &Limits::default()).unwrap();
    assert_eq!(program.retrieval(&inputs()).unwrap(), None);
}

#[test]
fn retrieval_cannot_read_its_own_result() {
    let mut artifact = qualify_lead();
    artifact.retrieval.as_mut().unwrap().query = "{{ crm_passages | json }}".to_owned();
    let found = compile(&artifact, &Safety, &Limits::default()).unwrap_err();
    assert_eq!(found[0].rule, "CL-T-040");
    assert_eq!(found[0].path.as_deref(), Some("retrieval.query"));
}

#[test]
fn a_fragment_renders_as_one_message() {
    let mut fragment = Artifact::new(Kind::Fragment, "safety/tone".parse().unwrap());
    fragment.inputs =
        Some(json!({ "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } } }));
    fragment.body = Some("Say {{ x }}.\n".to_owned());
    let program = compile(&fragment, &NoFragments, &Limits::default()).unwrap();
    let inputs = json!({ "x": "please" });
    let rendered = program.render(&RenderRequest::new(&inputs)).unwrap();
    assert_eq!(rendered.messages, [ChatMessage { role: Role::System, content: "Say please.".to_owned() }]);
}

#[test]
fn placeholders_are_taken_by_name() {
    let mut artifact = qualify_lead();
    artifact.messages[1] = Message::Placeholder { name: "history".to_owned(), optional: false };
    let program = program(&artifact);
    let inputs = inputs();
    let missing = program.render(&RenderRequest::new(&inputs)).unwrap_err();
    assert_eq!(missing, RenderError::PlaceholderMissing { name: "history".to_owned() });
    let given = BTreeMap::from([("history".to_owned(), Vec::new())]);
    let rendered = program.render(&RenderRequest::new(&inputs).with_placeholders(&given)).unwrap();
    assert_eq!(rendered.messages.len(), 2);
    let wrong = BTreeMap::from([("histroy".to_owned(), Vec::new())]);
    let error = program.render(&RenderRequest::new(&inputs).with_placeholders(&wrong)).unwrap_err();
    assert_eq!(error.to_string(), "the prompt has no placeholder `histroy` (it has history)");
}

/// Every error of rendering as a person reads it. Read these when they change.
#[test]
fn errors_name_their_place() {
    let program = program(&qualify_lead());
    let fine = inputs();
    let mut shown = String::new();
    let mut show = |inputs: &Value, passages: &[Value]| {
        let error = program.render(&RenderRequest::new(inputs).with_passages(passages)).unwrap_err();
        let diagnostic = error.to_diagnostic();
        shown.push_str(&format!(
            "{error}\n  {}\n  → {}\n",
            diagnostic,
            diagnostic.fix.as_deref().unwrap_or("-")
        ));
    };
    show(&json!([]), &[]);
    show(&json!({ "company": { "name": "Acme" }, "signals": [], "today": "x" }), &[]);
    show(&json!({ "company": { "name": ["A"], "region": "EMEA" }, "signals": [], "today": "x" }), &[]);
    show(&json!({ "company": { "name": "A", "region": "EMEA" }, "signals": "none", "today": "x" }), &[]);
    show(&json!({ "signals": [], "today": "x" }), &[]);
    show(&fine, &[json!({ "id": "n1" })]);
    show(&fine, &[json!({ "id": 1, "text": "x" })]);
    show(&fine, &[json!({ "id": "n1", "text": "x".repeat(2_000_000) })]);
    insta::assert_snapshot!(shown);
}

#[test]
fn passages_need_a_prompt_that_retrieves() {
    let mut artifact = Artifact::new(Kind::Prompt, "a/b".parse().unwrap());
    artifact.messages.push(Message::Text { role: Role::User, text: "x".to_owned() });
    let program = compile(&artifact, &NoFragments, &Limits::default()).unwrap();
    let passages = [json!({ "id": "a", "text": "b" })];
    let error = program.render(&RenderRequest::new(&Value::Null).with_passages(&passages)).unwrap_err();
    assert_eq!(error.rule().id, "CL-T-064");
    assert!(program.render(&RenderRequest::new(&Value::Null)).is_ok());
}
