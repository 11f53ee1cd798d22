//! The first steps: the sample project, and importing files.

use std::collections::BTreeMap;

use cuelight_app::{environment, project};
use cuelight_artifact::ProjectName;
use cuelight_core::rights::Role;

use crate::world::{Answer, Browser, World, first_files};

/// Sends files as a browser does that was given a folder.
async fn import(browser: &Browser<'_>, fields: &[(&str, &str)], files: &BTreeMap<String, String>) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    for (path, text) in files {
        body += &format!(
            "--edge\r\ncontent-disposition: form-data; name=\"folder\"; filename=\"{path}\"\r\ncontent-type: text/plain\r\n\r\n{text}\r\n"
        );
    }
    // An input of files where nothing was chosen sends this.
    body += "--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\n\r\n--edge--\r\n";
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "multipart/form-data; boundary=edge")];
    browser.send("POST", "/welcome/import", &headers, body).await
}

fn folder(files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    files.into_iter().map(|(path, text)| (format!("our prompts/{path}"), text)).collect()
}

async fn counts(world: &World, name: &str) -> (usize, usize, usize) {
    let name: ProjectName = name.parse().unwrap();
    let it = project::get(&world.test.ctx().await.unwrap(), &name).await.unwrap();
    (it.prompts, it.fragments, it.releases)
}

#[tokio::test]
async fn the_sample_is_published_and_live_everywhere() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let page = admin.get("/welcome").await;
    let key = page.after("name=\"command\" value=\"").to_owned();
    for _ in 0..2 {
        let made = admin.post("/welcome/sample", &[("command", &key), ("name", "sample")]).await;
        assert_eq!((made.status, made.location()), (303, "/p/sample"), "{}", made.text);
        assert_eq!(counts(&world, "sample").await, (3, 1, 3), "sent twice it is made once");
    }
    let ctx = world.test.ctx().await.unwrap();
    for it in environment::list(&ctx, &"sample".parse().unwrap()).await.unwrap() {
        assert_eq!(it.generation, 1, "{}", it.name);
    }
    let taken = admin.post("/welcome/sample", &[("command", "other"), ("name", "sample")]).await;
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("with this name already"));
    let bad = admin.post("/welcome/sample", &[("command", "another"), ("name", "A B")]).await;
    assert_eq!(bad.status, 422);
    assert!(bad.text.contains("This cannot be a name") && bad.text.contains("value=\"A B\""));
}

#[tokio::test]
async fn a_folder_becomes_a_project() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let mut files = folder(first_files());
    files.insert("our prompts/.git/HEAD".into(), "ref: refs/heads/main\n".into());
    files.insert("our prompts/README.md".into(), "About us\n".into());
    for _ in 0..2 {
        let made = import(&admin, &[("command", "one"), ("name", "ours")], &files).await;
        assert_eq!((made.status, made.location()), (303, "/p/ours"), "{}", made.text);
        assert_eq!(counts(&world, "ours").await, (3, 1, 0), "published, and nothing is live");
    }
}

#[tokio::test]
async fn what_is_wrong_with_files_is_said_with_its_place_and_nothing_is_made() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let mut files = folder(first_files());
    let yaml = files.get_mut("our prompts/prompts/sales/outreach/prompt.yaml").unwrap();
    *yaml = format!("{yaml}<script>colour</script>: blue\n");
    let refused = import(&admin, &[("command", "one"), ("name", "ours")], &files).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("must be corrected first"));
    assert!(refused.text.contains("prompts/sales/outreach/prompt.yaml, line "), "{}", refused.text);
    assert!(refused.text.contains("&lt;script&gt;colour") && !refused.text.contains("<script>colour"));
    assert!(refused.text.contains("Nothing was made or published."));
    assert!(refused.text.contains("value=\"ours\""), "the name stays in its field");
    let ctx = world.test.ctx().await.unwrap();
    assert_eq!(project::list(&ctx).await.unwrap().len(), 1, "only the one of the test world");
}

/// A variable that is not declared is seen only when the project is there. The second try goes into the same project.
#[tokio::test]
async fn an_import_that_failed_halfway_can_be_repeated_under_the_same_name() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let mut files = folder(first_files());
    let text = files.get_mut("our prompts/prompts/sales/outreach/system.md").unwrap();
    text.push_str("{{ nobody_declared_this }}\n");
    let refused = import(&admin, &[("command", "one"), ("name", "ours")], &files).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("The project is there, and nothing was published in it."),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("nobody_declared_this"));
    assert_eq!(counts(&world, "ours").await, (0, 0, 0));
    let made = import(&admin, &[("command", "two"), ("name", "ours")], &folder(first_files())).await;
    assert_eq!((made.status, made.location()), (303, "/p/ours"));
    let again = import(&admin, &[("command", "three"), ("name", "ours")], &folder(first_files())).await;
    assert_eq!(again.status, 409, "now the project has something in it");
}

#[tokio::test]
async fn single_files_make_one_prompt() {
    let world = World::empty().await;
    let admin = world.admin().await;
    let one: BTreeMap<String, String> = first_files()
        .into_iter()
        .filter_map(|(path, text)| Some((path.strip_prefix("prompts/sales/outreach/")?.to_owned(), text)))
        .collect();
    assert!(one.contains_key("prompt.yaml"));
    let nameless = import(&admin, &[("command", "one"), ("name", "ours")], &one).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.text.contains("Single files need the name of their prompt"));
    let fields = [("command", "two"), ("name", "ours"), ("prompt", "sales/outreach")];
    let made = import(&admin, &fields, &one).await;
    assert_eq!((made.status, made.location()), (303, "/p/ours"), "{}", made.text);
    assert_eq!(counts(&world, "ours").await, (1, 0, 0));
    let nothing = import(&admin, &[("command", "three"), ("name", "more")], &BTreeMap::new()).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text.contains("Nothing was chosen"));
}

#[tokio::test]
async fn whoever_may_not_create_projects_is_told_who_can() {
    let world = World::empty().await;
    let reader = world.role(Role::Viewer).await;
    let page = reader.get("/welcome").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("You may not create projects.") && page.text.contains("Who can: administrators.")
    );
    assert!(!page.text.contains("action=\"/welcome/"));
    assert_eq!(reader.post("/welcome/sample", &[("command", "x"), ("name", "s")]).await.status, 403);
    assert_eq!(import(&reader, &[("command", "y"), ("name", "s")], &folder(first_files())).await.status, 403);
    let broken = folder([("prompts/a/b/prompt.yaml".to_owned(), ": no".to_owned())].into());
    let refused = import(&reader, &[("command", "z"), ("name", "s")], &broken).await;
    assert_eq!(refused.status, 403, "their files are not even looked at");
}
