//! Every row on tiny sizes: it runs, and the answers it measures are right. Never a time.

use std::process::Command;

use serde_json::Value;

#[test]
fn every_row_runs_and_its_answers_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.md");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuelight-bench"));
        command.arg("--smoke").arg("--folder").arg(folder.path()).arg("--out").arg(&report);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
    };
    run();
    let json: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    for row in json["rows"].as_array().unwrap() {
        let goals = row["outcome"]["measured"]["goals"].as_array().unwrap_or_else(|| panic!("{row}"));
        assert!(!goals.is_empty() || row["id"] == "fetch", "{row}");
        assert!(goals.iter().all(|g| g["figure"].as_f64().is_some_and(f64::is_finite)), "{row}");
    }
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(text.contains("## Goals"), "{text}");
}

#[test]
fn an_unknown_row_is_named() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_cuelight-bench")).args(["--only", "nothing"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no row `nothing`"), "{said}");
}
