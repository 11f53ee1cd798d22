//! The question: its form, and what was asked.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::environment::{EnvironmentInfo, audiences};
use cuelight_app::prompt::{ListInput, get, list};
use cuelight_app::{AppResult, Code, time};
use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::ledger::Micros;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::zones;
use crate::call::Call;
use crate::parts::{Field, act};
use crate::viewer::{Viewer, is_zone_name};
use crate::words::t;

/// Most values offered for one field.
const OFFERED: usize = 200;
/// What an attribute's field is called, before the attribute's own name.
const ATTRIBUTE: &str = "a.";

/// The question as it was written, with "now" where nothing was.
pub(super) struct Asked {
    /// Whether anything was asked at all.
    pub given: bool,
    date: String,
    time: String,
    zone: String,
    environment: String,
    prompt: String,
    attributes: BTreeMap<String, String>,
    other: (String, String),
}

/// What the form can offer.
pub(super) struct Choices {
    environments: Vec<EnvironmentName>,
    prompts: Vec<String>,
    attributes: BTreeMap<String, BTreeSet<String>>,
}

/// What is wrong, by field.
#[derive(Default)]
pub(super) struct Wrong {
    date: Option<String>,
    time: Option<String>,
    zone: Option<String>,
    environment: Option<String>,
    prompt: Option<String>,
    other: Option<String>,
}

/// A question that can be answered.
pub(super) struct Question {
    /// The local time, as `2026-03-15T14:47:00`.
    pub local: String,
    /// Who asks, as if they were in the zone of the question.
    pub viewer: Viewer,
    /// One, or two when that local time occurred twice.
    pub instants: Vec<Micros>,
    /// Where.
    pub environment: EnvironmentName,
    /// Which prompt; all of them when none was named.
    pub prompt: Option<ArtifactName>,
    /// What requests had.
    pub attributes: BTreeMap<String, String>,
    /// Whether somebody gets something of their own here, now or once.
    pub variants: bool,
}

/// A question, or what is wrong with it.
pub(super) enum Outcome {
    /// It can be answered.
    Question(Box<Question>),
    /// It cannot.
    Wrong(Box<Wrong>),
}

impl Choices {
    /// What is known in this project.
    pub(super) async fn of(call: &Call, project: &ProjectName, all: &[EnvironmentInfo]) -> AppResult<Self> {
        let mut attributes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for environment in all {
            for (key, values) in audiences(&call.ctx, project, &environment.name).await? {
                attributes.entry(key).or_default().extend(values);
            }
        }
        let input = ListInput { limit: Some(OFFERED), ..ListInput::default() };
        let prompts = match list(&call.ctx, project, Kind::Prompt, input).await {
            Ok(found) => found.items.iter().map(|p| p.name.to_string()).collect(),
            Err(error) if error.code == Code::Forbidden => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { environments: all.iter().map(|e| e.name.clone()).collect(), prompts, attributes })
    }
}

impl Asked {
    /// From the address.
    pub(super) fn of(call: &Call, usual: &EnvironmentName) -> Self {
        let now = Timestamp::from_microsecond(call.ctx.app.now()).unwrap_or_default();
        let now = now.to_zoned(call.viewer.zone.clone()).datetime();
        let query = &call.query;
        let or = |name: &str, usual: String| query.text(name).map_or(usual, str::to_owned);
        let attributes = query.iter().filter_map(|(key, value)| {
            let (key, value) = (key.strip_prefix(ATTRIBUTE)?.trim(), value.trim());
            (!key.is_empty() && !value.is_empty()).then(|| (key.to_owned(), value.to_owned()))
        });
        Self {
            given: query.text("date").is_some() || query.text("env").is_some(),
            date: or("date", now.date().to_string()),
            time: or("time", now.time().strftime("%H:%M:%S").to_string()),
            zone: or("zone", call.viewer.zone_name.clone()),
            environment: or("env", usual.to_string()),
            prompt: or("prompt", String::new()),
            attributes: attributes.collect(),
            other: (or("other", String::new()), or("other-value", String::new())),
        }
    }

    /// The question, if everything in it is right.
    pub(super) async fn question(
        &self,
        call: &Call,
        project: &ProjectName,
        choices: &Choices,
    ) -> AppResult<Outcome> {
        let mut wrong = Wrong::default();
        let date = self.date.parse::<Date>().map_err(|_| wrong.date = Some(t!("time-machine-bad-date"))).ok();
        let clock = clock(&self.time);
        if clock.is_none() {
            wrong.time = Some(t!("time-machine-bad-time"));
        }
        let zone = is_zone_name(&self.zone).then(|| TimeZone::get(&self.zone).ok()).flatten();
        if zone.is_none() {
            wrong.zone = Some(t!("time-machine-bad-zone"));
        }
        let environment = choices.environments.iter().find(|e| e.as_str() == self.environment);
        if environment.is_none() {
            wrong.environment = Some(t!("time-machine-bad-environment"));
        }
        let prompt = self.prompt(call, project, &mut wrong).await?;
        let mut attributes = self.attributes.clone();
        match (self.other.0.as_str(), self.other.1.as_str()) {
            ("", "") => {}
            ("", _) | (_, "") => wrong.other = Some(t!("time-machine-bad-other")),
            (key, value) => {
                attributes.insert(key.to_owned(), value.to_owned());
            }
        }
        let (Some(date), Some(clock), Some(zone), Some(environment)) = (date, clock, zone, environment)
        else {
            return Ok(Outcome::Wrong(Box::new(wrong)));
        };
        let local = date.to_datetime(clock);
        let written = local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let instants = match time::parse(&format!("{written}[{}]", self.zone)) {
            Ok(instants) => instants,
            Err(_) => {
                wrong.time = Some(gap(&zone, local));
                Vec::new()
            }
        };
        if !wrong.none() {
            return Ok(Outcome::Wrong(Box::new(wrong)));
        }
        Ok(Outcome::Question(Box::new(Question {
            local: written,
            viewer: Viewer { zone_name: self.zone.clone(), zone, ..call.viewer.clone() },
            instants,
            environment: environment.clone(),
            prompt,
            attributes,
            variants: !choices.attributes.is_empty(),
        })))
    }

    async fn prompt(
        &self,
        call: &Call,
        project: &ProjectName,
        wrong: &mut Wrong,
    ) -> AppResult<Option<ArtifactName>> {
        if self.prompt.is_empty() {
            return Ok(None);
        }
        let Ok(name) = self.prompt.parse::<ArtifactName>() else {
            wrong.prompt = Some(t!("time-machine-bad-prompt"));
            return Ok(None);
        };
        match get(&call.ctx, project, &ArtifactRef::prompt(name.clone())).await {
            Err(error) if error.code == Code::UnknownArtifact => {
                wrong.prompt = Some(t!("time-machine-unknown-prompt"));
            }
            // Whoever may not read prompts may still ask for one by its name.
            Err(error) if error.code != Code::Forbidden => return Err(error),
            _ => {}
        }
        Ok(Some(name))
    }

    /// The form.
    pub(super) fn form(
        &self,
        call: &Call,
        project: &ProjectName,
        choices: &Choices,
        wrong: &Wrong,
    ) -> Markup {
        let environments = choices.environments.iter().map(|e| (e.to_string(), e.to_string())).collect();
        let known = choices.attributes.iter().enumerate();
        let strange = self.attributes.iter().filter(|(key, _)| !choices.attributes.contains_key(*key));
        let zone_hint = t!("time-machine-zone-hint", zone = call.viewer.zone_name.clone());
        html! {
            form method="get" action={ "/p/" (project) "/time-machine#answer" } {
                div class="fields" {
                    (Field::text("date", t!("time-machine-date")).kind("date").value(&self.date).required().error(wrong.date.clone()).draw())
                    (Field::text("time", t!("time-machine-time")).kind("time").with("step", "1").value(&self.time).required().error(wrong.time.clone()).draw())
                    (Field::text("zone", t!("time-machine-zone")).value(&self.zone).required().hint(zone_hint).offers(zones::names()).with("spellcheck", "false").error(wrong.zone.clone()).draw())
                }
                div class="fields" {
                    (Field::text("env", t!("time-machine-environment")).choice(environments).value(&self.environment).error(wrong.environment.clone()).draw())
                    (Field::text("prompt", t!("time-machine-prompt")).value(&self.prompt).hint(t!("time-machine-prompt-hint")).offers(choices.prompts.clone()).with("spellcheck", "false").error(wrong.prompt.clone()).draw())
                }
                fieldset {
                    legend { (t!("time-machine-whom")) }
                    div class="stack" {
                    p class="hint" { (t!("time-machine-whom-hint")) }
                    div class="fields" {
                        @for (i, (key, values)) in known {
                            (Field::text(format!("{ATTRIBUTE}{key}"), key).id(format!("f-attribute-{i}"))
                                .value(self.attributes.get(key).cloned().unwrap_or_default())
                                .offers(values.iter().take(OFFERED).cloned().collect()).with("spellcheck", "false").draw())
                        }
                        @for (i, (key, value)) in strange.enumerate() {
                            (Field::text(format!("{ATTRIBUTE}{key}"), key).id(format!("f-further-{i}")).value(value).draw())
                        }
                    }
                    div class="fields" {
                        (Field::text("other", t!("time-machine-other")).value(&self.other.0).error(wrong.other.clone()).with("spellcheck", "false").draw())
                        (Field::text("other-value", t!("time-machine-other-value")).value(&self.other.1).with("spellcheck", "false").draw())
                    }
                    }
                }
                div class="actions" { (act::submit(&t!("time-machine-show"))) }
            }
        }
    }
}

impl Wrong {
    const fn none(&self) -> bool {
        self.date.is_none()
            && self.time.is_none()
            && self.zone.is_none()
            && self.environment.is_none()
            && self.prompt.is_none()
            && self.other.is_none()
    }
}

/// `14:47` or `14:47:05`, as browsers send them; a fraction is left out.
fn clock(text: &str) -> Option<Time> {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    let time: Time = text.parse().ok().filter(|_| digits && text.contains(':'))?;
    time.with().subsec_nanosecond(0).build().ok()
}

/// Why a local time has no instant, with the nearest times that have.
fn gap(zone: &TimeZone, local: DateTime) -> String {
    let around = |found: Result<jiff::Zoned, jiff::Error>| {
        found.map_or_else(|_| String::new(), |z| z.strftime("%H:%M:%S").to_string())
    };
    let ambiguous = zone.to_ambiguous_zoned(local);
    let (earlier, later) = (around(ambiguous.clone().earlier()), around(ambiguous.later()));
    t!("time-machine-gap", earlier = earlier, later = later)
}
