use super::*;

fn uploads(paths: &[&str]) -> Vec<Upload> {
    paths.iter().map(|p| Upload { path: (*p).to_owned(), bytes: b"text".to_vec() }).collect()
}

fn taken(paths: &[&str]) -> Vec<String> {
    match workspace(Shown { prompt_name: "sales/hello".into(), ..Shown::default() }, uploads(paths)) {
        Ok((_, files)) => files.into_keys().collect(),
        Err(_) => Vec::new(),
    }
}

#[test]
fn a_folder_is_read_from_where_its_workspace_begins() {
    let wanted = ["prompts.yaml", "prompts/a/b/prompt.yaml", "prompts/a/b/system.md"];
    assert_eq!(taken(&wanted.map(|p| format!("work/{p}")).each_ref().map(String::as_str)), wanted);
    assert_eq!(taken(&wanted.map(|p| format!("x/y/{p}")).each_ref().map(String::as_str)), wanted);
    assert_eq!(taken(&["work/prompts/a/b/prompt.yaml", "work/README.md"]), ["prompts/a/b/prompt.yaml"]);
    assert_eq!(
        taken(&["prompts/a/b/prompt.yaml"]),
        ["prompts/a/b/prompt.yaml"],
        "the folder itself is `prompts`"
    );
}

#[test]
fn what_does_not_belong_stays_behind() {
    let found = taken(&[
        "w/prompts.yaml",
        "w/.git/config",
        "w/prompts/.idea/x",
        "w/prompts/a/b/.DS_Store",
        "w/src/main.rs",
        "w/fragments/a/b/fragment.yaml",
        "w/prompts.lock",
        "other/prompts/a/b/prompt.yaml",
    ]);
    assert_eq!(found, ["fragments/a/b/fragment.yaml", "prompts.lock", "prompts.yaml"]);
}

#[test]
fn single_files_are_one_prompt() {
    assert_eq!(
        taken(&["prompt.yaml", "system.md"]),
        ["prompts/sales/hello/prompt.yaml", "prompts/sales/hello/system.md"]
    );
    let nameless = workspace(Shown::default(), uploads(&["prompt.yaml"]));
    assert!(nameless.is_err_and(|shown| shown.prompt_error.is_some()));
}

#[test]
fn what_is_no_text_is_named() {
    let mut files = uploads(&["w/prompts/a/b/prompt.yaml"]);
    files[0].bytes = vec![0xff, 0xfe];
    let refused = workspace(Shown::default(), files).err().unwrap();
    assert_eq!(refused.findings[0].file.as_deref(), Some("prompts/a/b/prompt.yaml"));
}
