//! A small library that the tests share: one prompt, and one fragment that it includes.

use crate::support::{Server, Workspace};

pub(crate) const PROMPT: &str = "prompts/support/answer/prompt.yaml";
pub(crate) const SYSTEM: &str = "prompts/support/answer/system.md";
pub(crate) const BODY: &str = "fragments/safety/baseline/body.md";

const FILES: &[(&str, &str)] = &[
    ("prompts.yaml", "format: 1\nproject: acme\n"),
    (
        PROMPT,
        "format: 1
name: support/answer
title: Answer a customer
summary: Answers one question from the help pages.
intent: Customers get a right answer or a person.
change_intent: Put it under release control.
owners:
  business: team:support
risk: medium
tags: [support]
model:
  family: gpt-large
  params: { temperature: 0.2 }
constants:
  refund_limit:
    type: integer
    value: 50
    description: Refunds above this many euros go to a person.
    contract: true
    stricter: lower
  tone: { type: string, value: calm }
inputs:
  type: object
  additionalProperties: false
  required: [question]
  properties:
    question: { type: string, minLength: 1, maxLength: 2000 }
fragments:
  safety: \"safety/baseline@^1.0\"
messages:
  - { role: system, file: system.md }
  - { role: user, file: user.md }
output: { kind: text }
authority:
  allowed: [answer]
  forbidden: [promise-refund]
overridable: [constants.tone]
tests: tests.yaml
",
    ),
    (
        SYSTEM,
        "You answer customers of Acme in a {{ constants.tone }} tone.
{% include \"safety\" %}
A refund above {{ constants.refund_limit }} euros goes to a person.
",
    ),
    ("prompts/support/answer/user.md", "{{ question }}\n"),
    (
        "prompts/support/answer/tests.yaml",
        "- name: the limit is stated
  inputs: { question: Can I have my money back? }
  expect:
    rendered_contains: [\"above 50 euros\", Can I have my money back?]
",
    ),
    (
        "fragments/safety/baseline/fragment.yaml",
        "format: 1
name: safety/baseline
title: Safety baseline
summary: What every prompt keeps to.
intent: One place for the rules that all teams share.
change_intent: Put it under release control.
owners:
  business: team:trust
risk: medium
body: { file: body.md }
",
    ),
    (BODY, "Never ask for a password.\n"),
];

/// The library as files.
pub(crate) fn workspace() -> Workspace {
    Workspace::with(FILES)
}

/// The library, published, with its project.
pub(crate) fn published(server: &Server) -> Workspace {
    let workspace = workspace().at(server);
    workspace.run(&["project", "create", "acme"]).expect(0);
    workspace.run(&["apply", "--yes"]).expect(0);
    workspace
}

/// The library, live in all three environments at 1.0.0.
pub(crate) fn live(server: &Server) -> Workspace {
    let workspace = published(server);
    for environment in ["development", "staging", "production"] {
        workspace
            .run(&["release", "support/answer", "--env", environment, "--notes", "First release"])
            .expect(0);
    }
    workspace
}

/// An edit that is a minor change, published as 1.1.0.
pub(crate) fn second_version(workspace: &Workspace) {
    workspace.edit(SYSTEM, "of Acme", "of the Acme shop");
    workspace.edit(PROMPT, "Put it under release control.", "Says which shop it is.");
    workspace.run(&["apply", "--yes"]).expect(0);
}
