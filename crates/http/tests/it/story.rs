//! The main way, with the example library: files, plan, apply, releases through the path, a break, back, the proof.

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::{P, World};

fn read(folder: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, root, files);
        } else {
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().replace('\\', "/");
            if name == "prompts.yaml" || name.starts_with("prompts/") || name.starts_with("fragments/") {
                files.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
}

fn example(folder: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(folder);
    let mut files = BTreeMap::new();
    read(&root, &root, &mut files);
    files
}

#[tokio::test]
async fn from_files_to_live_and_back() {
    let world = World::empty().await;
    let files = example("acme");
    let plan =
        world.post(&format!("{P}/plan"), &json!({ "files": files })).send().await.expect(StatusCode::OK);
    let errors: Vec<&Value> =
        plan["diagnostics"].as_array().expect("a list").iter().filter(|d| d["severity"] == "error").collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let body = json!({ "files": files, "plan": plan["digest"] });
    let applied = world.post(&format!("{P}/apply"), &body).send().await.expect(StatusCode::OK);
    assert_eq!(applied["versions"].as_array().map(Vec::len), Some(19));
    let prompts = world.get(&format!("{P}/prompts?limit=200")).send().await.expect(StatusCode::OK);
    let names: Vec<Value> =
        prompts["items"].as_array().expect("items").iter().map(|p| p["name"].clone()).collect();
    assert_eq!(names.len(), 12);
    let items: Vec<Value> = names.iter().map(|n| json!({ "do": "set", "prompt": n })).collect();
    for environment in ["development", "staging", "production"] {
        let body =
            json!({ "environment": environment, "items": items, "notes": "First release of the library." });
        world.post(&format!("{P}/releases"), &body).send().await.expect(StatusCode::CREATED);
    }
    // A change, planned, applied and released.
    let mut changed = files.clone();
    changed.extend(example("changes/02-friendlier-tone"));
    world.post(&format!("{P}/apply"), &json!({ "files": changed })).send().await.expect(StatusCode::OK);
    let lead = "sales%2Fqualify-lead";
    let diff = world.get(&format!("{P}/prompts/{lead}/diff")).send().await.expect(StatusCode::OK);
    assert!(!diff["prose"].as_array().expect("texts").is_empty());
    let drift = world.get(&format!("{P}/drift?environment=production")).send().await.expect(StatusCode::OK);
    assert_eq!(
        (&drift["items"][0]["prompt"], &drift["items"][0]["kind"]),
        (&json!("sales/qualify-lead"), &json!("behind"))
    );
    let mut last = Value::Null;
    for environment in ["development", "staging", "production"] {
        let body =
            json!({ "environment": environment, "items": [{ "do": "set", "prompt": "sales/qualify-lead" }] });
        last = world.post(&format!("{P}/releases"), &body).send().await.expect(StatusCode::CREATED);
    }
    let back = world
        .post(&format!("{P}/releases/{}/rollback", last["release"]), &json!({ "reason": "Too friendly." }))
        .send()
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(back["changes"][0]["after"]["version"], "1.0.0");
    // What was live, with its proof.
    let at = format!("{P}/at?time=2027-01-01T00:00:00Z&environment=production&prompt=sales/qualify-lead");
    let answer = world.get(&at).send().await.expect(StatusCode::OK)["answers"][0].clone();
    assert_eq!((&answer["generation"], &answer["prompts"][0]["version"]), (&json!(3), &json!("1.0.0")));
    assert_eq!(answer["release"]["notes"], "Too friendly.");
    assert_eq!(answer["proof"]["seq"], back["seq"]);
    // The files that come out are those that went in.
    let out = world.get(&format!("{P}/files?environment=production")).send().await.expect(StatusCode::OK);
    let again = world
        .post(&format!("{P}/plan"), &json!({ "files": out["files"] }))
        .send()
        .await
        .expect(StatusCode::OK);
    let entry = |name: &str| {
        let entries = again["entries"].as_array().expect("entries");
        entries.iter().find(|e| e["id"] == name).cloned().expect("an entry")
    };
    assert_eq!(entry("prompt:support/answer")["action"], "same");
    assert_eq!(entry("prompt:sales/qualify-lead")["action"], "change");
}
