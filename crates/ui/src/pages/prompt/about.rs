//! The documentation of a prompt: what it is for, what goes in and comes out, its limits and its authority.

use cuelight_artifact::model::{Authority, Executor, Model, Output, OutputKind, Owners, Retrieval, Tools};
use cuelight_artifact::{Artifact, ArtifactRef, Kind, ProjectName};
use maud::{Markup, html};

use super::inputs;
use super::live::value;
use crate::parts::page::artifact_address;
use crate::parts::{Table, card, facts, owner, user};
use crate::words::t;

pub(super) fn draw(project: &ProjectName, artifact: &Artifact) -> Markup {
    let prompt = artifact.kind == Kind::Prompt;
    card::card(
        "about",
        &if prompt { t!("prompt-about") } else { t!("prompt-about-shared") },
        html! {},
        html! {
            @if !artifact.intent.is_empty() { (part(&t!("prompt-intent"), &html! { p dir="auto" { (user(&artifact.intent)) } })) }
            @if prompt || !artifact.known_limitations.is_empty() { (part(&t!("prompt-limits"), &limits(artifact))) }
            @if prompt { (part(&t!("prompt-authority"), &authority(&artifact.authority))) }
            (part(&t!("prompt-owners"), &owners(&artifact.owners)))
            @if prompt || !artifact.fragments.is_empty() { (part(&t!("prompt-uses"), &uses(project, artifact))) }
            @if prompt || !artifact.tests.is_empty() { (part(&t!("prompt-cases"), &cases(artifact))) }
            @if prompt || artifact.inputs.is_some() || !artifact.constants.is_empty() {
                details class="technical" { summary { (t!("prompt-technical")) } (technical(artifact)) }
            }
        },
    )
}

/// What only whoever builds with it needs: folded, because it is long.
fn technical(artifact: &Artifact) -> Markup {
    let prompt = artifact.kind == Kind::Prompt;
    html! {
        @if prompt || artifact.inputs.is_some() { (part(&t!("prompt-inputs"), &inputs::table(&t!("prompt-inputs"), artifact.inputs.as_ref()))) }
        @if prompt { (part(&t!("prompt-output"), &output(&artifact.output))) }
        @if !artifact.constants.is_empty() { (part(&t!("prompt-constants"), &constants(artifact))) }
        @if let Some(model) = &artifact.model { (part(&t!("prompt-model"), &model_facts(model))) }
        @if let Some(tools) = &artifact.tools { (part(&t!("prompt-tools"), &tool_table(tools))) }
        @if let Some(retrieval) = &artifact.retrieval { (part(&t!("prompt-retrieval"), &looked_up(retrieval))) }
    }
}

fn part(title: &str, body: &Markup) -> Markup {
    html! { h3 { (title) } (body) }
}

fn output(output: &Output) -> Markup {
    match output.kind {
        OutputKind::Text => html! { p { (t!("prompt-output-text")) } },
        OutputKind::Json => html! {
            p { (t!("prompt-output-json")) }
            @if output.schema.is_some() { (inputs::table(&t!("prompt-output"), output.schema.as_ref())) }
        },
    }
}

fn limits(artifact: &Artifact) -> Markup {
    html! {
        @if artifact.known_limitations.is_empty() { p class="muted" { (t!("prompt-limits-none")) } }
        @else { ul { @for limit in &artifact.known_limitations { li dir="auto" { (user(limit)) } } } }
    }
}

fn authority(authority: &Authority) -> Markup {
    let words = |set: &std::collections::BTreeSet<String>| {
        html! {
            @if set.is_empty() { span class="muted" { (t!("prompt-nothing")) } }
            @for (i, word) in set.iter().enumerate() { @if i > 0 { ", " } (user(word)) }
        }
    };
    html! {
        (facts(&[
            (t!("prompt-allowed"), words(&authority.allowed)),
            (t!("prompt-approval"), words(&authority.approval_required)),
            (t!("prompt-forbidden"), words(&authority.forbidden)),
        ]))
        @if !authority.escalation.is_empty() {
            p { (t!("prompt-escalation")) }
            ul {
                @for rule in &authority.escalation { li dir="auto" { (user(&rule.when)) " → " (owner::shown(&rule.to)) } }
            }
        }
    }
}

fn constants(artifact: &Artifact) -> Markup {
    let mut table = Table::new(t!("prompt-constants"))
        .column(t!("library-name"))
        .column(t!("prompt-value"))
        .column(t!("prompt-meaning"));
    for (name, constant) in &artifact.constants {
        table.row(vec![
            html! { span class="mono" { (user(name)) } },
            value(&constant.value),
            html! {
                (user(&constant.description))
                @if artifact.overridable.contains(&format!("constants.{name}")) { div class="muted small" { (t!("prompt-may-differ")) } }
            },
        ]);
    }
    table.draw()
}

fn model_facts(model: &Model) -> Markup {
    let mut pairs = vec![
        (t!("prompt-family"), user(&model.family)),
        (
            t!("prompt-models"),
            html! {
                @if model.allow.is_empty() { (t!("prompt-models-any")) }
                @for (i, id) in model.allow.iter().enumerate() { @if i > 0 { ", " } (user(id)) }
            },
        ),
    ];
    pairs.extend(model.params.iter().map(|(name, given)| (name.clone(), value(given))));
    facts(&pairs)
}

fn tool_table(tools: &Tools) -> Markup {
    let mut table = Table::new(t!("prompt-tools"))
        .column(t!("library-name"))
        .column(t!("prompt-meaning"))
        .column(t!("prompt-done-by"));
    for tool in &tools.list {
        table.row(vec![
            html! { span class="mono" { (user(&tool.name)) } },
            user(&tool.description),
            html! { (match tool.executed_by {
                Executor::Caller => t!("prompt-done-by-caller"),
                Executor::Platform => t!("prompt-done-by-platform"),
            }) },
        ]);
    }
    table.draw()
}

fn looked_up(retrieval: &Retrieval) -> Markup {
    let mut pairs = vec![
        (t!("prompt-index"), user(&retrieval.index)),
        (t!("prompt-query"), html! { span class="mono" { (user(&retrieval.query)) } }),
        (t!("prompt-most"), html! { (retrieval.top_k) }),
    ];
    if let Some(score) = retrieval.min_score {
        pairs.push((t!("prompt-least-score"), html! { (score) }));
    }
    facts(&pairs)
}

/// All three, and what each answers for.
fn owners(owners: &Owners) -> Markup {
    let one = |owner: &Option<String>| match owner {
        Some(name) => owner::shown(name),
        None => html! { span class="muted" { (t!("library-nobody")) } },
    };
    facts(&[
        (t!("prompt-owner-business"), one(&owners.business)),
        (t!("prompt-owner-technical"), one(&owners.technical)),
        (t!("prompt-owner-back"), one(&owners.rollback)),
    ])
}

fn uses(project: &ProjectName, artifact: &Artifact) -> Markup {
    html! {
        @if artifact.fragments.is_empty() { p class="muted" { (t!("prompt-uses-none")) } }
        @else {
            ul {
                @for used in artifact.fragments.values() {
                    li {
                        a href=(artifact_address(project, &ArtifactRef::fragment(used.name.clone()))) { (used.name) }
                        @if let Some(locked) = &used.locked { " " (locked.version.to_string()) }
                    }
                }
            }
        }
    }
}

fn cases(artifact: &Artifact) -> Markup {
    html! {
        @if artifact.tests.is_empty() { p class="muted" { (t!("prompt-cases-none")) } }
        @else { ul { @for case in &artifact.tests { li dir="auto" { (user(&case.name)) } } } }
    }
}
