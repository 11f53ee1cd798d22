//! The slow look: one operation per artifact and environment, and plain loops.

use std::collections::{BTreeMap, BTreeSet};

use cuelight_app::environment;
use cuelight_app::prompt::{
    ArtifactDetail, ArtifactSummary, BrowseInput, Count, Facets, Folder, Status, dependents, get, version,
};
use cuelight_artifact::model::Risk;
use cuelight_artifact::{ArtifactRef, EnvironmentName, Kind};
use cuelight_testkit::TestApp;
use semver::Version;
use unicode_normalization::UnicodeNormalization;

/// Everything, as somebody sees it who sees some environments.
pub struct Naive(Vec<Known>);

struct Known {
    summary: ArtifactSummary,
    intent: String,
    live: BTreeSet<(EnvironmentName, Version, bool)>,
}

impl Naive {
    pub async fn look(test: &TestApp, sees: &BTreeSet<EnvironmentName>) -> Self {
        let (ctx, project) = (test.ctx().await.unwrap(), &test.project);
        let mut live: BTreeMap<ArtifactRef, BTreeSet<(EnvironmentName, Version, bool)>> = BTreeMap::new();
        for name in sees {
            for slot in environment::get(&ctx, project, name).await.unwrap().content {
                let id = ArtifactRef::prompt(slot.slot.prompt.clone());
                let detail = version(&ctx, project, &id, &slot.version).await.unwrap();
                let yanked = detail.version.yanked.is_some();
                live.entry(id).or_default().insert((name.clone(), slot.version, yanked));
                for (fragment, version) in detail.version.fragments {
                    let id = ArtifactRef::fragment(fragment);
                    live.entry(id).or_default().insert((name.clone(), version, false));
                }
            }
        }
        let mut ids = BTreeSet::new();
        for (path, id) in
            cuelight_app::plan::files(&ctx, project, None).await.unwrap().files.keys().filter_map(id_of)
        {
            assert!(ids.insert(id), "{path}");
        }
        let mut all = Vec::new();
        for id in ids {
            let detail = get(&ctx, project, &id).await.unwrap();
            let users = dependents(&ctx, project, &id).await.unwrap().len();
            let live = live.remove(&id).unwrap_or_default();
            all.push(Known { summary: summary(&detail, users, &live), intent: detail.artifact.intent, live });
        }
        all.sort_by(|a, b| (&a.summary.name, a.summary.kind).cmp(&(&b.summary.name, b.summary.kind)));
        Self(all)
    }

    /// What fits, in order.
    pub fn find(&self, asked: &BrowseInput) -> Vec<ArtifactSummary> {
        let fits: Vec<&Known> = self.0.iter().filter(|k| k.fits(asked)).collect();
        let (first, rest): (Vec<_>, Vec<_>) = fits.into_iter().partition(|k| {
            let head = format!("{} {}", k.summary.name, k.summary.title);
            words(asked).iter().all(|w| folded(&head).contains(w))
        });
        first.into_iter().chain(rest).map(|k| k.summary.clone()).collect()
    }

    pub fn folders(&self, asked: &BrowseInput) -> Vec<Folder> {
        let chosen = asked.folder.as_deref().map(|f| f.trim_end_matches('/').to_owned());
        let open = BrowseInput { folder: None, ..asked.clone() };
        let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        if let Some(chosen) = chosen {
            counts.insert(chosen.split('/').map(String::from).collect(), 0);
        }
        for known in self.0.iter().filter(|k| k.fits(&open)) {
            let parts: Vec<String> = known.summary.name.as_str().split('/').map(String::from).collect();
            for depth in 1..parts.len() {
                *counts.entry(parts[..depth].to_vec()).or_default() += 1;
            }
        }
        counts.into_iter().map(|(parts, count)| Folder { name: parts.join("/"), count }).collect()
    }

    pub fn facets(&self, asked: &BrowseInput) -> Facets {
        let count = |asked: BrowseInput| self.0.iter().filter(|k| k.fits(&asked)).count();
        let with = |change: &dyn Fn(&mut BrowseInput)| {
            let mut asked = asked.clone();
            change(&mut asked);
            count(asked)
        };
        let texts = |of: &dyn Fn(&Known) -> Vec<String>,
                     chosen: &Option<String>,
                     ask: &dyn Fn(String) -> usize| {
            let values: BTreeSet<String> = self.0.iter().flat_map(of).chain(chosen.clone()).collect();
            let all = values.into_iter().map(|value| Count { count: ask(value.clone()), value });
            let mut all: Vec<_> = all.filter(|c| c.count > 0 || chosen.as_ref() == Some(&c.value)).collect();
            all.sort_by(|a, b| b.count.cmp(&a.count).then(a.value.cmp(&b.value)));
            all
        };
        Facets {
            risks: kept(&[Risk::Low, Risk::Medium, Risk::High], asked.risk, |v| with(&|a| a.risk = Some(v))),
            statuses: kept(&Status::ALL, asked.status, |v| with(&|a| a.status = Some(v))),
            kinds: kept(&[Kind::Prompt, Kind::Fragment], asked.kind, |v| with(&|a| a.kind = Some(v))),
            owners: texts(&|k| k.owners(), &asked.owner, &|v| with(&|a| a.owner = Some(v.clone()))),
            tags: texts(&|k| k.summary.tags.iter().cloned().collect(), &asked.tag, &|v| {
                with(&|a| a.tag = Some(v.clone()))
            }),
        }
    }
}

fn kept<T: Copy + PartialEq>(values: &[T], chosen: Option<T>, count: impl Fn(T) -> usize) -> Vec<Count<T>> {
    let all = values.iter().map(|value| Count { value: *value, count: count(*value) });
    all.filter(|c| c.count > 0 || chosen == Some(c.value)).collect()
}

impl Known {
    fn owners(&self) -> Vec<String> {
        let owners = &self.summary.owners;
        [&owners.business, &owners.technical, &owners.rollback].into_iter().flatten().cloned().collect()
    }

    fn fits(&self, asked: &BrowseInput) -> bool {
        let found = &self.summary;
        let mut texts = vec![found.name.to_string(), found.title.clone(), found.summary.clone()];
        texts.push(self.intent.clone());
        texts.extend(found.tags.iter().cloned().chain(self.owners()));
        let text = folded(&texts.join("\n"));
        let folder = asked.folder.as_deref().map(|f| format!("{}/", f.trim_end_matches('/')));
        words(asked).iter().all(|w| text.contains(w))
            && folder.is_none_or(|f| found.name.as_str().starts_with(&f))
            && asked.risk.is_none_or(|r| found.risk == r)
            && asked.owner.as_ref().is_none_or(|o| self.owners().contains(o))
            && asked.tag.as_ref().is_none_or(|t| found.tags.contains(t))
            && asked.kind.is_none_or(|k| found.kind == k)
            && asked.status.is_none_or(|s| self.is(s))
    }

    fn is(&self, status: Status) -> bool {
        match status {
            Status::Live => !self.live.is_empty(),
            Status::NotLive => self.live.is_empty(),
            Status::Newer => self.live.iter().any(|(_, version, _)| *version != self.summary.version),
            Status::Withdrawn => self.summary.yanked || self.live.iter().any(|(_, _, yanked)| *yanked),
            Status::Unowned => self.owners().is_empty(),
        }
    }
}

fn summary(
    detail: &ArtifactDetail,
    users: usize,
    live: &BTreeSet<(EnvironmentName, Version, bool)>,
) -> ArtifactSummary {
    let (info, artifact) = (&detail.version, &detail.artifact);
    ArtifactSummary {
        kind: artifact.kind,
        name: artifact.name.clone(),
        title: artifact.title.clone(),
        summary: artifact.summary.clone(),
        version: info.version.clone(),
        published_at: info.at.clone(),
        digest: info.digest,
        risk: artifact.risk,
        tags: artifact.tags.clone(),
        owners: artifact.owners.clone(),
        // Later ones replace earlier ones: the newest stays.
        live: live.iter().map(|(environment, version, _)| (environment.clone(), version.clone())).collect(),
        users,
        yanked: info.yanked.is_some(),
    }
}

fn id_of(path: &String) -> Option<(&String, ArtifactRef)> {
    if let Some(name) = path.strip_prefix("prompts/").and_then(|p| p.strip_suffix("/prompt.yaml")) {
        return Some((path, ArtifactRef::prompt(name.parse().unwrap())));
    }
    let name = path.strip_prefix("fragments/").and_then(|p| p.strip_suffix("/fragment.yaml"))?;
    Some((path, ArtifactRef::fragment(name.parse().unwrap())))
}

fn folded(text: &str) -> String {
    text.to_lowercase().nfc().collect()
}

fn words(asked: &BrowseInput) -> Vec<String> {
    folded(asked.q.as_deref().unwrap_or_default()).split_whitespace().map(String::from).collect()
}
