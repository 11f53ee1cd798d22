use clap::{Command, CommandFactory, Parser};
use cuelight_http::Cli as Counterpart;

use super::{Cli, Pair, Versioned};

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_operation_of_the_api_has_the_command_it_names() {
    let mut root = Cli::command();
    root.build();
    let mut seen = 0;
    for operation in cuelight_http::operations() {
        let Counterpart::Command(text) = operation.cli else { continue };
        check(&root, text).unwrap_or_else(|why| panic!("{}: `{text}`: {why}", operation.id));
        seen += 1;
    }
    assert!(seen > 20, "only {seen} operations name a command");
}

/// Whether the words of a command line exist; values are not looked at.
fn check(root: &Command, text: &str) -> Result<(), String> {
    let mut command = root;
    for word in text.split_whitespace().skip(1) {
        if let Some(name) = word.strip_prefix("--") {
            let has = |a: &clap::Arg| {
                a.get_long() == Some(name) || a.get_all_aliases().unwrap_or_default().contains(&name)
            };
            if !command.get_arguments().any(has) {
                return Err(format!("there is no `--{name}`"));
            }
        } else if !word.starts_with('<')
            && let Some(inner) = command.find_subcommand(word)
        {
            command = inner;
        } else if !word.starts_with('<') && command.get_positionals().next().is_none() {
            return Err(format!("there is no command `{word}`"));
        }
    }
    Ok(())
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let mut root = Cli::command();
    root.build();
    for command in root.get_subcommands().filter(|c| c.get_name() != "help") {
        let name = command.get_name();
        assert!(command.get_about().is_some(), "{name} says nothing");
        let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(example.contains(&format!("cuelight {name}")), "{name} has no example");
    }
}

#[test]
fn a_release_of_nothing_says_what_is_missing() {
    let error = Cli::try_parse_from(["cuelight", "release", "sales/opt-out"]).unwrap_err().to_string();
    assert!(error.contains("--env <ENVIRONMENT>"), "{error}");
}

#[test]
fn names_versions_and_pairs_are_read_or_refused_with_the_reason() {
    let read = |text: &str| text.parse::<Versioned>().map(|v| v.to_string());
    assert_eq!(read("sales/opt-out").unwrap(), "prompt:sales/opt-out");
    assert_eq!(read("fragment:safety/baseline@1.0.0-x.1").unwrap(), "fragment:safety/baseline@1.0.0-x.1");
    assert!(read("sales/opt-out@one").unwrap_err().contains("not a version"));
    assert!(read("sales/оpt-out").unwrap_err().contains("U+043E"));
    assert!(read("../../etc/passwd").unwrap_err().contains("'.'"));
    assert_eq!("a=b=c".parse::<Pair>().unwrap(), Pair { key: "a".into(), value: "b=c".into() });
    assert!("=b".parse::<Pair>().is_err());
}
