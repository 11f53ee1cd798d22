//! The story itself. Every step is done through the same operations as any user's, and checked: a step that does
//! not go as told ends the demo with an error.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use cuelight_app::plan::{PlanAction, PlanInput, PlanOutput};
use cuelight_app::ports::{Entropy as _, SystemEntropy};
use cuelight_app::prompt::YankInput;
use cuelight_app::release::{OpenInput, OverrideItem, PinItem, ReleaseInfo, ReleaseItem, RollBackInput};
use cuelight_app::serve::at::{AtInput, at};
use cuelight_app::serve::resolve::{Render, ResolveInput, Resolved, resolve};
use cuelight_app::token::{IssueInput, Issued};
use cuelight_app::{App, AppError, Code, Ctx, plan, project, prompt, release, token};
use cuelight_artifact::overlay::Patch;
use cuelight_artifact::{ArtifactName, ArtifactRef, EnvironmentName, Kind, ProjectName};
use cuelight_core::rights::Role;
use cuelight_core::version::Severity;
use semver::Version;

use super::library;
use super::teller::Teller;
use crate::commands::serve::Running;
use crate::verify::{Known, check_folder};

/// What is left of the story for whoever goes on from there.
pub struct Told {
    /// The administrator's.
    pub admin: String,
    /// For an application in production.
    pub serve: String,
    /// A time, in UTC to the second, when the bad release was live in production.
    pub bad_moment: String,
}

/// Everything a step needs.
struct Scene<'a> {
    teller: &'a Teller<'a>,
    app: &'a Arc<App>,
    project: ProjectName,
    admin: String,
    lead: ArtifactName,
}

const PATH: [&str; 3] = ["development", "staging", "production"];

/// Tells the story on a new installation.
///
/// # Errors
/// When a step does not go as told.
pub async fn tell(teller: &Teller<'_>, running: &Running) -> anyhow::Result<Told> {
    let admin = running.first_token.as_ref().context("a new data folder has no administrator yet")?;
    let (app, dir) = (&running.app, running.data.as_path());
    let scene = Scene {
        teller,
        app,
        project: "acme".parse()?,
        admin: admin.token.clone(),
        lead: "sales/qualify-lead".parse()?,
    };
    scene.opening(dir).await?;
    scene.publish().await?;
    scene.first_releases().await?;
    let serve = scene.serve_token().await?;
    scene.improve().await?;
    scene.region().await?;
    let (before, bad) = scene.break_it().await?;
    let during = scene.while_it_lasts().await;
    scene.go_back(bad.release).await?;
    scene.forbid().await?;
    scene.ask(&before, &during).await?;
    scene.shared_text().await?;
    scene.verify(dir).await?;
    let bad_moment = during.replace(".000000", "");
    Ok(Told { admin: admin.token.clone(), serve: serve.token, bad_moment })
}

impl Scene<'_> {
    async fn ctx(&self, token: &str) -> anyhow::Result<Ctx> {
        let principal = token::authenticate(self.app, token).await?;
        let key = format!("demo-{}", hex::encode(&SystemEntropy.bytes32()?[..12]));
        Ok(Ctx { app: Arc::clone(self.app), principal, request_id: key.clone(), command: Some(key.parse()?) })
    }

    async fn admin(&self) -> anyhow::Result<Ctx> {
        self.ctx(&self.admin).await
    }

    async fn opening(&self, dir: &Path) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("A new installation, and a project for the sample company Acme");
        let made =
            project::create(&self.admin().await?, project::CreateProjectInput { name: self.project.clone() })
                .await?;
        t.say(
            "The project has the environments development, staging and production, and a ledger of its own.",
        );
        t.fact("data folder", &dir.display().to_string());
        t.fact("ledger", &format!("{} entries, checkpoints signed by {}", made.entries, made.key));
        Ok(())
    }

    async fn plan(&self, changes: &[&str]) -> anyhow::Result<(PlanInput, PlanOutput)> {
        let input = PlanInput {
            files: library::acme(changes)?,
            bumps: BTreeMap::new(),
            prerelease: None,
            upgrade: std::collections::BTreeSet::new(),
            plan: None,
        };
        let output = plan::plan(&self.admin().await?, &self.project, &input).await?;
        for found in &output.diagnostics {
            self.teller.say(&found.to_string());
        }
        Ok((PlanInput { plan: Some(output.digest), ..input }, output))
    }

    async fn publish(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("Twelve prompts and their shared texts become versions");
        let (input, planned) = self.plan(&[]).await?;
        let applied = plan::apply(&self.admin().await?, &self.project, &input).await?;
        ensure!(applied.versions.len() == planned.add, "not everything planned was published");
        let prompts: Vec<_> = applied.versions.iter().filter(|v| v.id.kind == Kind::Prompt).collect();
        t.say(&format!(
            "{} prompts and {} shared texts, all in one step: every one at 1.0.0, named by the digest of all it is.",
            prompts.len(),
            applied.versions.len() - prompts.len()
        ));
        for version in prompts {
            t.fact(version.id.name.as_str(), &format!("{} {}", version.version, version.digest.short()));
        }
        t.command("cuelight plan && cuelight apply --yes");
        Ok(())
    }

    async fn everywhere(&self, items: &[ReleaseItem], notes: &str) -> anyhow::Result<ReleaseInfo> {
        let mut last = None;
        for (i, environment) in PATH.iter().enumerate() {
            // What development got is then promoted, exactly as it is.
            let items = match i.checked_sub(1) {
                None => items.to_vec(),
                Some(before) => vec![ReleaseItem::Promote { from: PATH[before].parse()? }],
            };
            let input = OpenInput {
                environment: environment.parse()?,
                items,
                expected_generation: None,
                way_back: None,
                notes: Some(notes.to_owned()),
                label: None,
                break_glass: None,
            };
            let done = release::open(&self.admin().await?, &self.project, input).await?;
            self.teller.fact(
                environment,
                &format!(
                    "release {}, generation {}, {} changed",
                    done.release,
                    done.generation,
                    done.changes.len()
                ),
            );
            last = Some(done);
        }
        last.context("there are environments")
    }

    async fn first_releases(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("The first release: all twelve, environment by environment");
        let all: Vec<ReleaseItem> = self.prompts().await?.into_iter().map(newest).collect();
        let early = OpenInput {
            environment: "production".parse()?,
            items: all.clone(),
            expected_generation: None,
            way_back: None,
            notes: None,
            label: None,
            break_glass: None,
        };
        let refused = release::open(&self.admin().await?, &self.project, early).await;
        let refused =
            expect(refused, Code::PolicyUnsatisfied, "production takes nothing that staging never had")?;
        t.say("Straight to production is refused, for the administrator too:");
        t.say(&format!("  {}", refused.missing.first().cloned().unwrap_or_default()));
        t.say("So it goes the way of every release:");
        self.everywhere(&all, "First release of the whole library.").await?;
        t.command("cuelight release --from development --env staging --notes 'First release'");
        Ok(())
    }

    async fn prompts(&self) -> anyhow::Result<Vec<ArtifactName>> {
        let ctx = self.admin().await?;
        let input = prompt::ListInput { limit: Some(200), ..prompt::ListInput::default() };
        let page = prompt::list(&ctx, &self.project, Kind::Prompt, input).await?;
        Ok(page.items.into_iter().map(|p| p.name).collect())
    }

    async fn serve_token(&self) -> anyhow::Result<Issued> {
        let t = self.teller;
        t.step("An application fetches and renders exactly what is released");
        let production: EnvironmentName = "production".parse()?;
        let input = IssueInput {
            label: "the CRM's lead service".into(),
            role: Role::Serve,
            projects: Some([self.project.clone()].into()),
            environments: Some([production].into()),
            actions: None,
            days: None,
        };
        let serve = token::issue(&self.admin().await?, input).await?;
        let resolved = self.as_application(&serve.token, &[]).await?;
        t.say("Its token reads what is live in production and nothing else: no draft, no other environment.");
        self.show(&resolved);
        let system = resolved.messages.as_ref().and_then(|m| m.first()).context("it has messages")?;
        let line = system.content.lines().find(|l| l.contains("percent") && l.starts_with('-'));
        t.fact("it reads", line.unwrap_or_default());
        let other = ResolveInput { environment: "staging".parse()?, ..self.request(&[])? };
        let refused = resolve(&self.ctx(&serve.token).await?, &self.project, other).await;
        expect(refused, Code::Forbidden, "the token is for production only")?;
        Ok(serve)
    }

    fn request(&self, attributes: &[(&str, &str)]) -> anyhow::Result<ResolveInput> {
        let inputs = serde_json::json!({
            "company": { "name": "Nordlicht Logistik", "region": "EMEA", "employees": 140 },
            "message": "We lose hours every week on shift plans. Our budget for 2027 is approved.",
            "signals": [
                { "name": "budget", "value": "approved for 2027", "source": "form", "seen_on": "2026-11-18" }
            ],
            "today": "2026-11-20"
        });
        let inputs = inputs.as_object().cloned().context("inputs are an object")?;
        Ok(ResolveInput {
            environment: "production".parse()?,
            prompt: self.lead.clone(),
            subject: Some("lead-4711".into()),
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            inputs,
            passages: Vec::new(),
            placeholders: BTreeMap::new(),
            render: Render::Messages,
        })
    }

    async fn as_application(&self, token: &str, attributes: &[(&str, &str)]) -> anyhow::Result<Resolved> {
        Ok(resolve(&self.ctx(token).await?, &self.project, self.request(attributes)?).await?)
    }

    fn show(&self, resolved: &Resolved) {
        self.teller.fact(
            "served",
            &format!(
                "{} {} ({}), generation {}, {}",
                resolved.prompt,
                resolved.version,
                resolved.digest.short(),
                resolved.generation,
                resolved.reason
            ),
        );
    }

    fn show_plan(&self, planned: &PlanOutput) {
        for entry in planned.entries.iter().filter(|e| e.action != PlanAction::Same) {
            let from = entry.from.as_ref().map_or_else(|| "new".into(), ToString::to_string);
            let class = entry.class.map_or_else(String::new, |c| format!(" ({c})"));
            self.teller.fact(entry.id.name.as_str(), &format!("{from} -> {}{class}", entry.to));
        }
    }

    async fn improve(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("An improvement: the lead prompt asks for firmer facts");
        let (input, planned) = self.plan(&["01-raise-the-bar"]).await?;
        t.say("Nobody chose the number; it follows from what differs:");
        self.show_plan(&planned);
        let changed =
            planned.entries.iter().find(|e| e.id.name == self.lead).context("the prompt changed")?;
        ensure!(changed.to == Version::new(1, 1, 0), "an optional input makes a minor version");
        for reason in changed.reasons.iter().take(3) {
            t.say(&format!("  {} [{}]", reason.sentence, reason.rule));
        }
        plan::apply(&self.admin().await?, &self.project, &input).await?;
        self.everywhere(&[newest(self.lead.clone())], "Firmer facts before a lead is qualified.").await?;
        Ok(())
    }

    async fn region(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("One brand sounds different, on the fields that allow it");
        let email: ArtifactName = "marketing/email".parse()?;
        let detail =
            prompt::get(&self.admin().await?, &self.project, &ArtifactRef::prompt(email.clone())).await?;
        let field = detail.artifact.overridable.iter().find(|f| f.starts_with("constants."));
        let field = field.context("marketing/email lets a constant be overridden")?.clone();
        let value = cuelight_artifact::overlay::get(&detail.artifact, &field).context("the field exists")?;
        let value = format!("{} (Nordlicht edition)", value.as_str().unwrap_or_default());
        let item = ReleaseItem::Override(OverrideItem {
            prompt: email.clone(),
            id: "nordlicht".parse()?,
            when: [("brand".to_owned(), "nordlicht".to_owned())].into(),
            version: None,
            fields: Patch([(field.clone(), value.into())].into()),
        });
        self.everywhere(&[item], "The Nordlicht brand speaks with its own voice.").await?;
        t.say(&format!(
            "For brand=nordlicht, `{field}` differs; everything else follows the prompt, also later."
        ));
        Ok(())
    }

    async fn break_it(&self) -> anyhow::Result<(String, ReleaseInfo)> {
        let t = self.teller;
        t.step("Something breaks: a friendlier tone, with the best of intentions");
        let (input, planned) = self.plan(&["01-raise-the-bar", "02-friendlier-tone"]).await?;
        self.show_plan(&planned);
        let changed =
            planned.entries.iter().find(|e| e.id.name == self.lead).context("the prompt changed")?;
        ensure!(!changed.boundary.is_empty(), "the edit relaxes boundaries");
        t.say("The golden cases pass, its author adjusted them. But the plan says what else moved:");
        for boundary in &changed.boundary {
            t.say(&format!("  ! {} [{}]", boundary.sentence, boundary.rule));
        }
        t.say("Somebody is in a hurry and releases it all the same.");
        let before = cuelight_app::time::show(self.app.now());
        plan::apply(&self.admin().await?, &self.project, &input).await?;
        let bad =
            self.everywhere(&[newest(self.lead.clone())], "Warmer tone for the autumn campaign.").await?;
        let live = self.as_application(&self.admin, &[]).await?;
        self.show(&live);
        let settings = live.settings.read()?;
        let answers =
            settings.output.schema.as_ref().map(|s| s["properties"]["decision"]["enum"].to_string());
        t.fact("the model may now answer", &answers.unwrap_or_default());
        let accepted = settings.integration.get("crm").map(|c| c["accepted_decisions"].to_string());
        t.fact("the CRM still accepts", &accepted.unwrap_or_default());
        t.say("Leads marked `nurture` are lost, and good leads are turned away at 70 percent confidence.");
        Ok((before, bad))
    }

    /// The next full second, when it has passed: a time that people can type into the time machine.
    async fn while_it_lasts(&self) -> String {
        const SECOND: i64 = 1_000_000;
        let now = self.app.now();
        let full = (now / SECOND + 1) * SECOND;
        let left = u64::try_from(full - now).unwrap_or_default() + 1_000;
        tokio::time::sleep(std::time::Duration::from_micros(left)).await;
        cuelight_app::time::show(full)
    }

    async fn go_back(&self, bad: u64) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("Going back: one call, no approval, no test, nothing to rebuild");
        let input = RollBackInput {
            to: None,
            reason: Some("Leads are lost in the CRM since the last release.".into()),
        };
        let ctx = self.admin().await?;
        let start = Instant::now();
        let done = release::roll_back(&ctx, &self.project, bad, input).await?;
        let took = start.elapsed();
        t.fact(
            "production",
            &format!(
                "release {}, generation {} (a new one, with the content of the one before), in {:.1} ms",
                done.release,
                done.generation,
                took.as_secs_f64() * 1e3
            ),
        );
        let live = self.as_application(&self.admin, &[]).await?;
        self.show(&live);
        ensure!(live.version == Version::new(1, 1, 0), "1.1.0 is live again");
        t.command(&format!("cuelight rollback {bad} --reason 'Leads are lost'"));
        Ok(())
    }

    async fn forbid(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("The bad version is yanked, so that nobody picks it again");
        let id = ArtifactRef::prompt(self.lead.clone());
        let bad = Version::new(2, 0, 0);
        let input = YankInput {
            severity: Severity::Block,
            reason: "Turns leads away at 70 percent and answers what the CRM refuses.".into(),
        };
        prompt::yank(&self.admin().await?, &self.project, &id, &bad, input).await?;
        let item = ReleaseItem::Set(PinItem { prompt: self.lead.clone(), version: Some(bad.clone()) });
        let input = OpenInput {
            environment: "production".parse()?,
            items: vec![item],
            expected_generation: None,
            way_back: None,
            notes: None,
            label: None,
            break_glass: None,
        };
        let refused = release::open(&self.admin().await?, &self.project, input).await;
        let refused = expect(refused, Code::PolicyUnsatisfied, "a yanked version is not released")?;
        t.say(&format!("Releasing it again is refused: {}", refused.missing.join("; ")));
        Ok(())
    }

    async fn ask(&self, before: &str, during: &str) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("What ran when? The time machine answers, with proof");
        let now = cuelight_app::time::show(self.app.now());
        for (when, time, expected) in [
            ("before the bad release", before, Version::new(1, 1, 0)),
            ("while it was live", during, Version::new(2, 0, 0)),
            ("now", &now, Version::new(1, 1, 0)),
        ] {
            let input = AtInput {
                time: time.to_owned(),
                environment: "production".parse()?,
                prompt: Some(self.lead.clone()),
                attributes: BTreeMap::new(),
            };
            let answers = at(&self.admin().await?, &self.project, input).await?.answers;
            let answer = answers.first().context("an instant has an answer")?;
            let found = answer.prompts.first().context("the prompt was live")?;
            ensure!(found.version == expected, "{when}: {} and not {expected}", found.version);
            let release = answer.release.as_ref().context("a release made it live")?;
            let proof = answer.proof.as_ref().context("the answer carries its proof")?;
            t.fact(
                when,
                &format!(
                    "{time}: {} {}, brought by release {}; generation {} by release {} (entry {} of {}, proven by {} hashes)",
                    found.prompt,
                    found.version,
                    found.since_release,
                    answer.generation,
                    release.number,
                    proof.seq,
                    proof.size,
                    proof.path.len()
                ),
            );
        }
        Ok(())
    }

    async fn shared_text(&self) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("One sentence in the shared safety text: who would be affected?");
        let (_, planned) = self.plan(&["01-raise-the-bar", "03-shared-safety"]).await?;
        let users =
            planned.entries.iter().filter(|e| e.id.kind == Kind::Prompt && e.action == PlanAction::Change);
        t.say(&format!(
            "{} prompts include it, directly or through another text. Planned only; nothing is published.",
            users.count()
        ));
        Ok(())
    }

    async fn verify(&self, dir: &Path) -> anyhow::Result<()> {
        let t = self.teller;
        t.step("The record: verified from the files alone, as an auditor would");
        let known = Known { key: Some(self.app.verifier_key().parse()?), checkpoint: None };
        let found = check_folder(dir, &known).map_err(|e| anyhow::anyhow!("{}: {}", e.code, e.detail))?;
        ensure!(found.sound, "the ledger contradicts itself");
        for ledger in &found.ledgers {
            let report = &ledger.report;
            let root = report.root.short();
            t.fact(
                &ledger.ledger.to_string(),
                &format!("{} entries, nothing contradicts, root {root}", report.entries),
            );
        }
        t.command(&format!("cuelight verify {}", dir.display()));
        Ok(())
    }
}

fn newest(prompt: ArtifactName) -> ReleaseItem {
    ReleaseItem::Set(PinItem { prompt, version: None })
}

fn expect<T>(result: Result<T, AppError>, code: Code, why: &str) -> anyhow::Result<AppError> {
    match result {
        Err(error) if error.code == code => Ok(error),
        Err(error) => Err(error).with_context(|| format!("refused, but not because {why}")),
        Ok(_) => anyhow::bail!("it should have been refused: {why}"),
    }
}
