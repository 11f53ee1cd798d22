//! The answer for one instant: a sentence, the facts, the exact instructions, and the proof.

use cuelight_app::environment::generations;
use cuelight_app::ledger::proof::inclusion;
use cuelight_app::release::{ReleaseInfo, get as release};
use cuelight_app::serve::at::{AtAnswer, AtInput, AtPrompt, at, first_live};
use cuelight_app::{AppResult, Code, project, time as times};
use cuelight_artifact::{ArtifactName, ArtifactRef, ProjectName};
use cuelight_core::ledger::{Micros, Seq};
use cuelight_core::release::Cause;
use cuelight_core::rights::Action;
use jiff::{Timestamp, Zoned};
use maud::{Markup, html};

use super::ask::Question;
use crate::call::{Call, May};
use crate::pages::ledger::{
    proof_name,
    who::{Names, named},
};
use crate::pages::prompt::wording;
use crate::parts::page::artifact_address;
use crate::parts::{Table, Tone, Weave, act, card, facts, note, path, text, user};
use crate::words::t;

/// Most prompts listed when none was named.
const LISTED: usize = 500;

/// The whole answer.
pub(super) async fn draw(
    call: &Call,
    project: &ProjectName,
    question: &Question,
    instant: Micros,
) -> AppResult<Markup> {
    let input = AtInput {
        time: times::show(instant),
        environment: question.environment.clone(),
        prompt: question.prompt.clone(),
        attributes: question.attributes.clone(),
    };
    let when = Moment::new(question, instant);
    let found = match (at(&call.ctx, project, input).await, &question.prompt) {
        (Ok(mut found), _) => found.answers.pop(),
        (Err(error), Some(prompt)) if error.code == Code::NothingLive => {
            return not_live(call, project, question, prompt, &when).await;
        }
        (Err(error), _) => return Err(error),
    };
    let Some(answer) = found else { return Ok(html! {}) };
    let future = html! { @if instant > call.ctx.app.now() { (note(Tone::Warn, html! { p { (t!("time-machine-future")) } })) } };
    let drawn = match (&question.prompt, answer.prompts.first()) {
        (Some(_), Some(prompt)) => one(call, project, question, &answer, prompt, &when).await?,
        _ => everything(call, project, question, &answer, &when).await?,
    };
    Ok(html! { (future) (drawn) })
}

/// An instant in the zone of the question.
struct Moment {
    zoned: Zoned,
    zone_name: String,
    /// Which of the question's instants it is, from 1.
    number: usize,
}

impl Moment {
    fn new(question: &Question, instant: Micros) -> Self {
        let zoned =
            Timestamp::from_microsecond(instant).unwrap_or_default().to_zoned(question.viewer.zone.clone());
        let number = question.instants.iter().take_while(|i| **i < instant).count() + 1;
        Self { zoned, zone_name: question.viewer.zone_name.clone(), number }
    }

    /// The id of a part of this answer: unique where two answers are on one page.
    fn id(&self, part: &str) -> String {
        if self.number == 1 { part.to_owned() } else { format!("{part}-{}", self.number) }
    }

    /// The title of a part of this answer, likewise: whoever goes from part to part by ear must know which.
    fn titled(&self, title: String) -> String {
        if self.number == 1 { title } else { t!("time-machine-second", title = title) }
    }

    fn date(&self) -> String {
        self.zoned.strftime("%-d %B %Y").to_string()
    }

    fn clock(&self) -> String {
        self.zoned.strftime("%H:%M:%S").to_string()
    }

    /// The zone with how far it was from UTC then, such as `Europe/Berlin, UTC+1`.
    fn zone(&self) -> String {
        let offset = self.zoned.offset().seconds();
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
        let (hours, rest) = (minutes / 60, minutes % 60);
        match (self.zone_name.as_str(), hours, rest) {
            ("UTC", ..) => "UTC".into(),
            (name, 0, 0) => format!("{name}, UTC"),
            (name, hours, 0) => format!("{name}, UTC{sign}{hours}"),
            (name, hours, rest) => format!("{name}, UTC{sign}{hours}:{rest:02}"),
        }
    }
}

/// A moment of the record, in the zone of the question, with UTC beside it.
fn shown(question: &Question, at: &str) -> Markup {
    crate::parts::time::exact(&question.viewer, at)
}

/// The same within a sentence: without UTC.
fn brief(question: &Question, at: &str) -> Markup {
    let Ok(instant) = at.parse::<Timestamp>() else { return html! { (at) } };
    let zoned = instant.to_zoned(question.viewer.zone.clone());
    html! { time datetime=(at) { (zoned.strftime("%-d %B %Y, %H:%M:%S").to_string()) } }
}

/// Whom the answer is about, as the end of a sentence.
fn whom(question: &Question) -> Markup {
    if question.attributes.is_empty() {
        let everyone =
            if question.variants { t!("time-machine-to-common") } else { t!("time-machine-to-everyone") };
        return html! { (everyone) };
    }
    let mut w = Weave::new();
    let pairs = html! {
        @for (i, (key, value)) in question.attributes.iter().enumerate() {
            @if i > 0 { ", " }
            (user(key)) " " strong { (user(value)) }
        }
    };
    let who = w.put(pairs);
    w.into(&t!("time-machine-to-whom", who = who))
}

fn version_link(project: &ProjectName, found: &AtPrompt) -> Markup {
    let version = found.version.to_string();
    let address = format!("/p/{project}/version/{}/prompt/{}", path(&version), path(found.prompt.as_str()));
    html! { a href=(address) { (version) } }
}

async fn one(
    call: &Call,
    project: &ProjectName,
    question: &Question,
    answer: &AtAnswer,
    found: &AtPrompt,
    when: &Moment,
) -> AppResult<Markup> {
    let brought = release(&call.ctx, project, found.since_release).await?;
    let names = named(call, [brought.actor.as_str(), found.published_by.as_str()]).await?;
    let id = ArtifactRef::prompt(found.prompt.clone());
    let prompt = html! { a href=(artifact_address(project, &id)) { (user(&found.prompt)) } };
    let mut w = Weave::new();
    let said = t!(
        "time-machine-said",
        date = w.put(html! { strong class="nowrap" { (when.date()) } }),
        time = w.put(html! { strong class="nowrap" { (when.clock()) } }),
        zone = w.put(html! { (when.zone()) }),
        environment = w.put(html! { strong { (user(&question.environment)) } }),
        prompt = w.put(html! { strong { (prompt) } }),
        version = w.put(html! { strong { (version_link(project, found)) } }),
        whom = w.put(whom(question)),
    );
    let lead = html! {
        p class="lead" { (w.into(&said)) }
        p { (lived(question, found)) " " (came(&brought, &names)) }
    };
    let mut all = vec![
        (t!("time-machine-fact-version"), html! { (prompt) " " (version_link(project, found)) }),
        (
            t!("time-machine-fact-variant"),
            match &found.over {
                None => html! { (t!("time-machine-common")) },
                Some(id) => user(id),
            },
        ),
        (t!("time-machine-fact-from"), shown(question, &found.since)),
        (
            t!("time-machine-fact-until"),
            match (&found.until, found.until_release) {
                (Some(until), Some(number)) => {
                    html! { (shown(question, until)) ", " (release_link(project, number)) }
                }
                _ => html! { (t!("time-machine-still")) },
            },
        ),
        (
            t!("time-machine-fact-release"),
            html! { (release_link(project, brought.release)) ", " (t!("time-machine-by")) " " (names.shown(&brought.actor)) },
        ),
    ];
    if let Some(notes) = &brought.notes {
        all.push((t!("time-machine-fact-reason"), html! { p data-user dir="auto" { (text::shown(notes)) } }));
    }
    all.push((t!("time-machine-fact-published"), html! {
        (shown(question, &found.published_at)) ", " (t!("time-machine-by")) " " (names.shown(&found.published_by))
    }));
    if let Some(last) = &answer.release
        && last.number != brought.release
    {
        all.push((t!("time-machine-fact-state"), html! { (release_link(project, last.number)) }));
    }
    Ok(html! {
        (card(&when.id("said"), &when.titled(t!("time-machine-answer")), html! {}, html! { (lead) (facts(&all)) }))
        (proof(call, project, brought.seq, when).await?)
        (words(project, answer, when))
        p class="muted" { (t!("time-machine-decided")) }
    })
}

fn lived(question: &Question, found: &AtPrompt) -> Markup {
    let mut w = Weave::new();
    let since = w.put(brief(question, &found.since));
    let text = match &found.until {
        Some(until) => t!("time-machine-lived-until", since = since, until = w.put(brief(question, until))),
        None => t!("time-machine-lived-still", since = since),
    };
    w.into(&text)
}

/// How it came to be live, and why.
fn came(brought: &ReleaseInfo, names: &Names) -> Markup {
    let mut w = Weave::new();
    let (release, who) = (brought.release.to_string(), w.put(names.shown(&brought.actor)));
    let text = match (&brought.cause, &brought.notes) {
        (Cause::RollBack { .. }, _) => t!("time-machine-came-back", release = release, who = who),
        (Cause::Release, Some(notes)) => {
            let reason = w.put(html! { q data-user dir="auto" { (text::shown(notes)) } });
            t!("time-machine-came-because", release = release, who = who, reason = reason)
        }
        (Cause::Release, None) => t!("time-machine-came", release = release, who = who),
    };
    w.into(&text)
}

fn release_link(project: &ProjectName, number: u64) -> Markup {
    html! { a href={ "/p/" (project) "/releases/" (number) } { (t!("time-machine-release", number = number.to_string())) } }
}

/// The messages, and the values that are filled into them.
fn words(project: &ProjectName, answer: &AtAnswer, when: &Moment) -> Markup {
    let Some(artifact) = &answer.artifact else {
        return note(Tone::Info, html! { p { (t!("time-machine-no-library")) } });
    };
    let mut values = Table::new(t!("time-machine-values"))
        .column(t!("time-machine-value-name"))
        .column(t!("time-machine-value"));
    for (name, constant) in &artifact.constants {
        let value = constant.value.as_str().map_or_else(|| constant.value.to_string(), str::to_owned);
        values.row(vec![html! { code { (user(name)) } }, html! { (user(value)) }]);
    }
    html! {
        (long(&when.id("words"), &when.titled(t!("time-machine-words")), &wording(project, artifact, &answer.fragments)))
        @if !values.is_empty() { (long(&when.id("values"), &when.titled(t!("time-machine-values")), &values.draw())) }
    }
}

/// A card that may go over the end of a sheet of paper.
fn long(id: &str, title: &str, body: &Markup) -> Markup {
    let heading = format!("{id}-title");
    html! {
        section class="card long" id=(id) aria-labelledby=(heading) {
            header { h2 id=(heading) { (title) } }
            (body)
        }
    }
}

/// What proves the answer, and how to check it without this server.
async fn proof(call: &Call, project: &ProjectName, seq: Seq, when: &Moment) -> AppResult<Markup> {
    let (id, title) = (when.id("proof"), when.titled(t!("time-machine-proof")));
    if let May::No { why, who } = call.may(Action::ReadLedger, project, None) {
        let none = html! { p { (t!("time-machine-proof-none")) " " (why) " " (who) } };
        return Ok(card(&id, &title, html! {}, none));
    }
    let key = project::get(&call.ctx, project).await?.key;
    let size = inclusion(&call.ctx, project, seq).await?.size;
    let address = format!("/p/{project}/ledger/{seq}");
    let file = proof_name(project, seq);
    Ok(card(
        &id,
        &title,
        html! {},
        html! {
            p {
                (t!("time-machine-proof-about", seq = seq.to_string(), size = size)) " "
                a href=(address) { (t!("time-machine-proof-entry", seq = seq.to_string())) }
            }
            p class="no-print" { (act::link(&t!("time-machine-proof-download"), &format!("{address}/proof"))) }
            p { (t!("time-machine-proof-check")) }
            pre class="command" { code { "cuelight verify --proof " (file) " --key '" (key) "'" } }
        },
    ))
}

/// Everything that was live.
async fn everything(
    call: &Call,
    project: &ProjectName,
    question: &Question,
    answer: &AtAnswer,
    when: &Moment,
) -> AppResult<Markup> {
    let Some(last) = &answer.release else { return nothing(call, project, question, when).await };
    let names = named(call, [last.actor.as_str()]).await?;
    let mut w = Weave::new();
    let said = t!(
        "time-machine-said-all",
        date = w.put(html! { strong class="nowrap" { (when.date()) } }),
        time = w.put(html! { strong class="nowrap" { (when.clock()) } }),
        zone = w.put(html! { (when.zone()) }),
        environment = w.put(html! { strong { (user(&question.environment)) } }),
        count = answer.prompts.len(),
        whom = w.put(whom(question)),
    );
    let mut table = Table::new(t!("time-machine-all"))
        .column(t!("time-machine-prompt"))
        .column(t!("time-machine-fact-version"))
        .column(t!("time-machine-fact-variant"))
        .column(t!("time-machine-fact-from"))
        .column(t!("time-machine-fact-release"));
    for found in answer.prompts.iter().take(LISTED) {
        let id = ArtifactRef::prompt(found.prompt.clone());
        table.row(vec![
            html! { a href=(artifact_address(project, &id)) { (user(&found.prompt)) } },
            version_link(project, found),
            match &found.over {
                None => html! { (t!("time-machine-common")) },
                Some(id) => user(id),
            },
            brief(question, &found.since),
            release_link(project, found.since_release),
        ]);
    }
    let state = facts(&[
        (
            t!("time-machine-fact-state"),
            html! { (release_link(project, last.number)) ", " (t!("time-machine-by")) " " (names.shown(&last.actor)) },
        ),
        (t!("time-machine-fact-from"), shown(question, &last.at)),
    ]);
    Ok(html! {
        (card(&when.id("said"), &when.titled(t!("time-machine-answer")), html! {}, html! { p class="lead" { (w.into(&said)) } (state) }))
        @if !table.is_empty() {
            (long(&when.id("all"), &when.titled(t!("time-machine-all")), &table.draw()))
        }
        @if answer.prompts.len() > LISTED { p { (t!("time-machine-more", count = answer.prompts.len() - LISTED)) } }
        (proof(call, project, last.seq, when).await?)
        p class="muted" { (t!("time-machine-decided")) }
    })
}

/// The environment served nothing yet.
async fn nothing(
    call: &Call,
    project: &ProjectName,
    question: &Question,
    when: &Moment,
) -> AppResult<Markup> {
    let first = generations(&call.ctx, project, &question.environment, Some(2), 1).await?;
    let mut w = Weave::new();
    let said = t!(
        "time-machine-empty",
        date = w.put(html! { strong { (when.date()) } }),
        time = w.put(html! { strong { (when.clock()) } }),
        zone = w.put(html! { (when.zone()) }),
        environment = w.put(html! { strong { (user(&question.environment)) } }),
    );
    let since = match first.first() {
        None => html! { (t!("time-machine-empty-still")) },
        Some(first) => {
            let mut w = Weave::new();
            let since = w.put(brief(question, &first.at));
            html! { (w.into(&t!("time-machine-empty-since", since = since))) " " (release_link(project, first.release.release)) }
        }
    };
    Ok(card(
        &when.id("said"),
        &when.titled(t!("time-machine-answer")),
        html! {},
        html! { p class="lead" { (w.into(&said)) } p { (since) } },
    ))
}

/// The prompt was not live then.
async fn not_live(
    call: &Call,
    project: &ProjectName,
    question: &Question,
    prompt: &ArtifactName,
    when: &Moment,
) -> AppResult<Markup> {
    let first = first_live(&call.ctx, project, &question.environment, prompt).await?;
    let id = ArtifactRef::prompt(prompt.clone());
    let mut w = Weave::new();
    let said = t!(
        "time-machine-not-live",
        date = w.put(html! { strong { (when.date()) } }),
        time = w.put(html! { strong { (when.clock()) } }),
        zone = w.put(html! { (when.zone()) }),
        environment = w.put(html! { strong { (user(&question.environment)) } }),
        prompt = w.put(html! { strong { a href=(artifact_address(project, &id)) { (user(prompt)) } } }),
    );
    let since = match first {
        None => html! { (t!("time-machine-never-live")) },
        Some(first) => {
            let mut w = Weave::new();
            let since = w.put(brief(question, &first));
            w.into(&t!("time-machine-first-live", since = since))
        }
    };
    Ok(card(
        &when.id("said"),
        &when.titled(t!("time-machine-answer")),
        html! {},
        html! { p class="lead" { (w.into(&said)) } p { (since) } },
    ))
}
