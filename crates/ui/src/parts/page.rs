//! The frame of every page: head, navigation, title, content, and the engineer drawer.

use cuelight_artifact::ProjectName;
use cuelight_core::rights::Action;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::drawer::Drawer;
use super::{icon, path, value};
use crate::assets;
use crate::call::Call;
use crate::viewer::Theme;
use crate::words::t;

/// The place in the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// The project's first page.
    Home,
    /// Prompts and shared texts.
    Library,
    /// Releases.
    Releases,
    /// Environments.
    Environments,
    /// What was live when.
    TimeMachine,
    /// The record of everything.
    Ledger,
    /// Settings of the installation.
    Settings,
    /// Access for people and programs.
    Access,
    /// Words and shortcuts.
    Help,
    /// None of them.
    Elsewhere,
}

/// A page under construction.
pub struct Page {
    title: String,
    here: Here,
    project: Option<ProjectName>,
    trail: Vec<(String, String)>,
    chips: Markup,
    actions: Markup,
    body: Markup,
    rail: Option<Markup>,
    drawer: Drawer,
    live: Option<u64>,
    editor: bool,
    skip: Option<(String, &'static str)>,
    frame: Frame,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    Whole,
    Bare,
}

impl Page {
    /// A page with its title, which is also its first heading.
    #[must_use]
    pub fn new(here: Here, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            here,
            project: None,
            trail: Vec::new(),
            chips: html! {},
            actions: html! {},
            body: html! {},
            rail: None,
            drawer: Drawer::new(),
            live: None,
            editor: false,
            skip: None,
            frame: Frame::Whole,
        }
    }

    /// A page of a project, with the project's navigation.
    #[must_use]
    pub fn project(mut self, project: &ProjectName) -> Self {
        self.project = Some(project.clone());
        self
    }

    /// A step of the way to this page: its label and address.
    #[must_use]
    pub fn trail(mut self, label: impl Into<String>, address: impl Into<String>) -> Self {
        self.trail.push((label.into(), address.into()));
        self
    }

    /// Chips and short facts under the title.
    #[must_use]
    pub fn chips(mut self, chips: Markup) -> Self {
        self.chips = chips;
        self
    }

    /// What can be done here, beside the title.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = actions;
        self
    }

    /// The content.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// A narrow column beside the content; below it where there is no room.
    #[must_use]
    pub fn rail(mut self, rail: Markup) -> Self {
        self.rail = Some(rail);
        self
    }

    /// What engineers want to know.
    #[must_use]
    pub fn drawer(mut self, drawer: Drawer) -> Self {
        self.drawer = drawer;
        self
    }

    /// Parts marked `data-live-part` follow what happens; `seq` is the entry of the ledger that the page was drawn from.
    #[must_use]
    pub fn live(mut self, seq: u64) -> Self {
        self.live = Some(seq);
        self
    }

    /// Loads the text editor.
    #[must_use]
    pub fn editor(mut self) -> Self {
        self.editor = true;
        self
    }

    /// What this page is there for, by the id of its button: the first stop of the keyboard leads to it.
    #[must_use]
    pub fn skip_to(mut self, label: impl Into<String>, id: &'static str) -> Self {
        self.skip = Some((label.into(), id));
        self
    }

    /// Without navigation: for signing in.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.frame = Frame::Bare;
        self
    }

    /// The project that the navigation is of.
    pub(crate) const fn of_project(&self) -> Option<&ProjectName> {
        self.project.as_ref()
    }

    pub(crate) const fn needs_style_nonce(&self) -> bool {
        self.editor
    }
}

const HTMX: &str = r#"{"history":"reload","includeIndicatorCSS":false,"defaultSettleDelay":0,"defaultTimeout":20000,"extensions":"cuelight","prefix":""}"#;

/// The mark of Cuelight for the browser's tab, without a request of its own.
const TAB_ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22'%3E%3Crect x='5' y='1' width='12' height='20' rx='6' fill='%231b1c1a'/%3E%3Ccircle cx='11' cy='6.4' r='2' fill='%23777'/%3E%3Ccircle cx='11' cy='11' r='2' fill='%23777'/%3E%3Ccircle cx='11' cy='15.6' r='2.4' fill='%2347c46a'/%3E%3C/svg%3E";

/// The whole document.
pub(crate) fn draw(call: &Call, page: &Page) -> Markup {
    let theme = call.viewer.theme;
    let title = match &page.project {
        Some(project) => format!("{} · {project} · Cuelight", page.title),
        None => format!("{} · Cuelight", page.title),
    };
    let live = page.project.as_ref().filter(|_| page.live.is_some()).map(|p| format!("/p/{p}/live"));
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[(theme != Theme::System).then_some(theme.as_str())] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href=(PreEscaped(TAB_ICON));
                link rel="stylesheet" href=(assets::address("css/app.css"));
                meta name="htmx-config" content=(HTMX);
                @if page.editor { meta name="style-nonce" content=(call.style_nonce); }
                script src=(assets::address("vendor/htmx.min.js")) defer {}
                script src=(assets::address("js/app.js")) type="module" {}
            }
            body class=[(page.frame == Frame::Bare).then_some("bare")] data-live=[live] data-seq=[page.live]
                data-say-copied=(t!("common-say-copied")) data-say-failed=(t!("common-say-failed"))
                data-say-none=(t!("common-say-none")) data-say-found=(t!("common-say-found"))
                data-say-offline=(t!("common-say-offline")) data-zone-fixed[call.viewer.zone_chosen] {
                @if let Some((label, id)) = &page.skip { a class="skip" href={ "#" (id) } { (t!("shell-skip-to", what = label.clone())) } }
                a class="skip" href="#main" { (t!("shell-skip")) }
                @if page.frame == Frame::Whole { (side(call, page)) }
                main id="main" tabindex="-1" {
                    @if page.frame == Frame::Whole { (restored(call)) (stale(call)) }
                    (content(page))
                }
                div id="say" class="vh" role="status" aria-live="polite" {}
                @if page.frame == Frame::Whole { @if let Some(project) = nearby(call, page) { (palette(project)) } }
                @if page.editor {
                    div hidden data-editor-module=(assets::address("js/editor.js"))
                        data-codemirror=(assets::address("vendor/codemirror.min.js")) {}
                }
            }
        }
    }
}

/// What everybody must know while the data is a restored copy that takes no writes.
fn restored(call: &Call) -> Markup {
    let Some(made_at) = call.ctx.app.restored_from() else { return html! {} };
    let at = html! {
        p { b { (t!("shell-recovery")) } }
        p { (t!("shell-recovery-about", time = made_at)) }
        p { (t!("shell-recovery-do")) " " code { "cuelight recover --reason …" } }
    };
    super::note(super::Tone::Warn, at)
}

/// What everybody must know while this server does not hear its database.
fn stale(call: &Call) -> Markup {
    let Some(seconds) = call.ctx.app.node().stale_for(call.ctx.app.now()) else { return html! {} };
    let said = html! {
        p { b { (t!("shell-stale")) } }
        p { (t!("shell-stale-about", seconds = seconds.to_string())) }
    };
    super::note(super::Tone::Warn, said)
}

fn content(page: &Page) -> Markup {
    html! {
        @if !page.trail.is_empty() {
            nav class="trail" aria-label=(t!("shell-trail")) {
                ol { @for (label, address) in &page.trail { li { a href=(address) { bdi { (super::text::shown(label)) } } } } }
            }
        }
        div class="head" {
            div class="head-title" {
                h1 { bdi { (super::text::shown(&page.title)) } }
                div class="meta" { (page.chips) }
            }
            div class="actions" { (page.actions) }
        }
        @if let Some(rail) = &page.rail {
            div class="cols" { div class="col" { (page.body) } aside class="rail" aria-label=(t!("shell-rail")) { (rail) } }
        } @else {
            (page.body)
        }
        (page.drawer.draw())
    }
}

/// The project whose navigation is shown: the page's, or else the one looked at last, if it is still in reach.
fn nearby<'a>(call: &'a Call, page: &'a Page) -> Option<&'a ProjectName> {
    let last = || {
        call.viewer
            .project
            .as_ref()
            .filter(|p| call.ctx.app.has_project(p) && call.may(Action::ReadProjects, p, None).yes())
    };
    page.project.as_ref().or_else(last)
}

fn side(call: &Call, page: &Page) -> Markup {
    let project = nearby(call, page);
    html! {
        header class="side" {
            div class="side-top" {
                a class="brand" href="/" { (icon::mark()) span { "Cuelight" } }
                @if let Some(project) = project {
                    a class="project" href="/projects" {
                        span class="vh" { (t!("shell-project")) " " }
                        (project)
                    }
                }
                a class="menu-open" href="#nav" { (t!("shell-menu")) }
            }
            // On a narrow screen the navigation shows when it is the target of the address: no script is needed.
            nav id="nav" aria-label=(t!("shell-main")) tabindex="-1" {
                a class="menu-close" href="#main" { (t!("shell-menu-close")) }
                @if let Some(project) = project {
                    (project_search(project))
                    ul {
                        (item(page, Here::Home, &format!("/p/{project}"), &t!("shell-home"), Some("g h")))
                        (item(page, Here::Library, &format!("/p/{project}/library"), &t!("shell-library"), Some("g l")))
                        (item(page, Here::Releases, &format!("/p/{project}/releases"), &t!("shell-releases"), Some("g r")))
                        (item(page, Here::Environments, &format!("/p/{project}/env"), &t!("shell-environments"), Some("g e")))
                        (item(page, Here::TimeMachine, &format!("/p/{project}/time-machine"), &t!("shell-time-machine"), Some("g t")))
                        (item(page, Here::Ledger, &format!("/p/{project}/ledger"), &t!("shell-ledger"), None))
                    }
                }
                ul class="side-end" {
                    (item(page, Here::Settings, "/settings", &t!("shell-settings"), None))
                    (item(page, Here::Access, "/settings/access", &t!("shell-access"), None))
                    li { a href="/help" aria-current=[(page.here == Here::Help).then_some("page")] data-help { (t!("shell-help")) } }
                }
            }
            @if let Some(session) = &call.viewer.session {
                div class="who" {
                    p { span class="vh" { (t!("shell-signed-in")) " " } bdi data-user { (super::text::shown(&session.label)) } }
                    form method="post" action="/sign-out" { button class="btn quiet small" type="submit" { (t!("shell-sign-out")) } }
                }
            } @else {
                div class="who" { a class="btn small" href="/sign-in" { (t!("shell-sign-in")) } }
            }
        }
    }
}

fn project_search(project: &ProjectName) -> Markup {
    html! {
        form class="side-search" role="search" aria-label=(t!("shell-search")) method="get" action={ "/p/" (project) "/library" } {
            label class="vh" for="side-q" { (t!("shell-search")) }
            input id="side-q" type="search" name="q" placeholder=(t!("shell-search")) autocomplete="off" data-search;
            button type="button" class="btn quiet small" data-open-palette hidden aria-haspopup="dialog" {
                (t!("shell-palette-open")) " " kbd { "Ctrl K" }
            }
        }
    }
}

fn item(page: &Page, here: Here, address: &str, label: &str, keys: Option<&str>) -> Markup {
    let current = (page.here == here).then_some("page");
    html! { li { a href=(address) aria-current=[current] data-shortcut=[keys] { (label) } } }
}

fn palette(project: &ProjectName) -> Markup {
    html! {
        dialog data-palette data-find={ "/p/" (project) "/find" } aria-label=(t!("shell-palette")) {
            form method="get" action={ "/p/" (project) "/library" } {
                label for="palette-q" { (t!("shell-palette-label")) }
                input id="palette-q" name="q" type="search" autocomplete="off";
            }
            div id="palette-results" data-results {}
        }
    }
}

/// The address of a prompt's or shared text's page.
#[must_use]
pub fn artifact_address(project: &ProjectName, id: &cuelight_artifact::ArtifactRef) -> String {
    format!("/p/{project}/{}/{}", kind_word(id.kind), path(id.name.as_str()))
}

/// `prompt` or `shared`, as addresses say it.
#[must_use]
pub const fn kind_word(kind: cuelight_artifact::Kind) -> &'static str {
    match kind {
        cuelight_artifact::Kind::Prompt => "prompt",
        cuelight_artifact::Kind::Fragment => "shared",
    }
}

/// The address that signs in and comes back.
#[must_use]
pub fn sign_in_address(to: &str) -> String {
    if to == "/" { "/sign-in".into() } else { format!("/sign-in?to={}", value(to)) }
}
