//! The whole table of rights, to read, and what no scope can do.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const PROJECTS: [&str; 2] = ["shop", "school"];
const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// Every resource there is with two projects of two environments each, with its letter in the table.
fn everywhere<R>(mut visit: impl FnMut(char, &Resource<'_>) -> R) -> Vec<R> {
    let mut seen = vec![visit('I', &Resource::Installation)];
    let letters = [['P', 's', 'p'], ['Q', 't', 'q']];
    for (project, [whole, staging, production]) in PROJECTS.iter().zip(letters) {
        let project: ProjectName = project.parse().unwrap();
        seen.push(visit(whole, &Resource::Project(&project)));
        for (environment, letter) in ENVIRONMENTS.iter().zip([staging, production]) {
            seen.push(visit(letter, &Resource::Environment(&project, &environment.parse().unwrap())));
        }
    }
    seen
}

fn reach(scope: &Scope, action: Action) -> String {
    everywhere(|letter, resource| if allows(scope, action, resource).is_ok() { letter } else { '.' })
        .into_iter()
        .collect()
}

fn names<T: std::str::FromStr<Err: std::fmt::Debug> + Ord>(names: &[&str]) -> Option<BTreeSet<T>> {
    Some(names.iter().map(|n| n.parse().unwrap()).collect())
}

fn table(text: &mut String, title: &str, narrow: impl Fn(Scope) -> Scope) {
    writeln!(text, "\n{title}\n").unwrap();
    write!(text, "{:24}", "").unwrap();
    Role::ALL.iter().for_each(|role| write!(text, "{:16}", role.as_str()).unwrap());
    for action in Action::ALL {
        write!(text, "\n{:24}", action.as_str()).unwrap();
        for role in Role::ALL {
            write!(text, "{:16}", reach(&narrow(Scope::of(*role)), *action)).unwrap();
        }
    }
    text.push('\n');
}

#[test]
fn the_whole_table() {
    let mut text = String::from(
        "I the installation; P the project shop, s its staging, p its production;\n\
         Q the project school, t its staging, q its production; a dot where it is denied\n",
    );
    table(&mut text, "Not narrowed", |s| s);
    table(&mut text, "Only project shop", |s| Scope { projects: names(&["shop"]), ..s });
    table(&mut text, "Only environment production", |s| Scope { environments: names(&["production"]), ..s });
    table(&mut text, "Only project shop and environment production", |s| Scope {
        projects: names(&["shop"]),
        environments: names(&["production"]),
        ..s
    });
    table(&mut text, "Only actions serve and roll_back", |s| Scope {
        actions: Some([Action::Serve, Action::RollBack].into()),
        ..s
    });
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn denials_say_what_is_lacking() {
    let scope = Scope {
        projects: names(&["shop"]),
        environments: names(&["production"]),
        ..Scope::of(Role::Releaser)
    };
    let denied = |action| {
        let texts = everywhere(|letter, resource| {
            let said = allows(&scope, action, resource).map_or_else(|d| d.to_string(), |()| "allowed".into());
            format!("{letter} {}: {said}", action.as_str())
        });
        texts.join("\n")
    };
    insta::assert_snapshot!([denied(Action::Release), denied(Action::CreateProjects)].join("\n"));
}

/// Names in texts, files and tokens are the same as the serialised ones, and all are listed.
#[test]
fn names_are_the_serialised_ones() {
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
    }
    for role in Role::ALL {
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        let own: BTreeSet<_> = role.actions().iter().collect();
        assert_eq!(own.len(), role.actions().len(), "{role:?} lists an action twice");
    }
    let schema = serde_json::to_value(schemars::schema_for!(Action)).unwrap();
    let listed = schema["oneOf"].as_array().unwrap().len();
    assert_eq!((listed, Role::Admin.actions().len()), (Action::ALL.len(), Action::ALL.len()));
    let schema = serde_json::to_value(schemars::schema_for!(Role)).unwrap();
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), Role::ALL.len());
}

#[test]
fn no_action_of_the_serve_role_reads_or_changes_control_facts() {
    let may: BTreeSet<_> = Role::Serve.actions().iter().copied().collect();
    assert_eq!(may, BTreeSet::from([Action::Serve, Action::Observe]));
    // And only those who change nothing else may post observations, besides the admin.
    for role in Role::ALL {
        let observes = role.actions().contains(&Action::Observe);
        assert_eq!(observes, matches!(role, Role::Serve | Role::Admin), "{role:?}");
    }
}

#[test]
fn a_scope_written_down_reads_back_and_unknown_words_do_not_read() {
    let text = r#"{"role":"serve","projects":["shop"],"environments":["production"],"actions":["serve"]}"#;
    let scope: Scope = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&scope).unwrap(), text);
    // A misspelt narrowing must not be read as none.
    for bad in [
        "{}",
        r#"{"role":"root"}"#,
        r#"{"role":"serve","project":["shop"]}"#,
        r#"{"role":"serve","actions":["all"]}"#,
    ] {
        assert!(serde_json::from_str::<Scope>(bad).is_err(), "{bad}");
    }
}

fn subset<T: Clone + Ord + std::fmt::Debug + 'static>(
    of: Vec<T>,
) -> impl Strategy<Value = Option<BTreeSet<T>>> {
    let all = of.len();
    let some = prop::sample::subsequence(of, 0..=all).prop_map(|v| Some(v.into_iter().collect()));
    prop_oneof![1 => Just(None), 2 => some]
}

fn scope() -> impl Strategy<Value = Scope> {
    let projects = PROJECTS.map(|p| p.parse().unwrap()).to_vec();
    let environments = ENVIRONMENTS.map(|e| e.parse().unwrap()).to_vec();
    let role = prop::sample::select(Role::ALL);
    (role, subset(projects), subset(environments), subset(Action::ALL.to_vec()))
        .prop_map(|(role, projects, environments, actions)| Scope { role, projects, environments, actions })
}

/// What both give; a `None` gives everything.
fn both<T: Clone + Ord>(a: Option<&BTreeSet<T>>, b: Option<&BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a & b),
        (one, other) => one.or(other).cloned(),
    }
}

fn allowed(scope: &Scope) -> BTreeSet<(Action, char)> {
    let mut all = BTreeSet::new();
    for action in Action::ALL {
        everywhere(|letter, resource| {
            if allows(scope, *action, resource).is_ok() {
                all.insert((*action, letter));
            }
        });
    }
    all
}

proptest! {
    #[test]
    fn an_empty_list_allows_nothing_it_lists(scope in scope()) {
        let none = Scope { actions: Some(BTreeSet::new()), ..scope.clone() };
        prop_assert!(allowed(&none).is_empty());
        let nowhere = Scope { projects: Some(BTreeSet::new()), ..scope.clone() };
        prop_assert!(allowed(&nowhere).is_empty());
        let placeless = Scope { environments: Some(BTreeSet::new()), ..scope };
        prop_assert!(allowed(&placeless).iter().all(|(_, at)| "PQ".contains(*at)));
    }

    #[test]
    fn nothing_is_allowed_that_the_role_or_a_list_does_not_name(scope in scope()) {
        let full = Scope::of(scope.role);
        for (action, at) in allowed(&scope) {
            prop_assert!(scope.role.actions().contains(&action));
            prop_assert!(scope.actions.as_ref().is_none_or(|a| a.contains(&action)));
            prop_assert!(allowed(&full).contains(&(action, at)));
            everywhere(|letter, resource| {
                if letter != at { return; }
                if let Some(project) = resource.project() {
                    assert!(scope.projects.as_ref().is_none_or(|p| p.contains(project)));
                } else {
                    assert_eq!((&scope.projects, &scope.environments), (&None, &None));
                }
                if let Resource::Environment(_, environment) = resource {
                    assert!(scope.environments.as_ref().is_none_or(|e| e.contains(*environment)));
                }
            });
        }
    }

    /// Narrowing a scope by any other takes reach away and never adds any.
    #[test]
    fn narrowing_never_widens(scope in scope(), by in scope()) {
        let narrowed = Scope {
            role: scope.role,
            projects: both(scope.projects.as_ref(), by.projects.as_ref()),
            environments: both(scope.environments.as_ref(), by.environments.as_ref()),
            actions: both(scope.actions.as_ref(), by.actions.as_ref()),
        };
        prop_assert!(allowed(&narrowed).is_subset(&allowed(&scope)));
        prop_assert!(covers(&scope, &narrowed));
    }

    #[test]
    fn who_covers_a_scope_may_do_all_it_allows(a in scope(), b in scope()) {
        if covers(&a, &b) {
            prop_assert!(allowed(&b).is_subset(&allowed(&a)));
        }
        prop_assert!(covers(&a, &a));
        prop_assert!(covers(&Scope::of(Role::Admin), &b));
    }
}

/// The law above is about something: many pairs of different scopes cover each other.
#[test]
fn covering_happens_between_roles() {
    let pairs = Role::ALL.iter().flat_map(|a| Role::ALL.iter().map(move |b| (*a, *b)));
    let covering = pairs.filter(|(a, b)| a != b && covers(&Scope::of(*a), &Scope::of(*b)));
    let shown: Vec<_> = covering.map(|(a, b)| format!("{} covers {}", a.as_str(), b.as_str())).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
