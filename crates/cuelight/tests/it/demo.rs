//! The demo, as somebody who has just cloned the repository sees it.

use crate::support::{Workspace, snapshot};

#[test]
fn it_tells_the_whole_story_and_ends() {
    let w = Workspace::empty();
    let ran = w.run(&["demo", "--exit", "--listen", "127.0.0.1:0"]).expect(0);
    // How long going back took is the one thing that differs.
    let mut lines: Vec<String> = ran.show().lines().map(str::to_owned).collect();
    for line in &mut lines {
        if let Some(at) = line.find(", in ").filter(|_| line.ends_with(" ms")) {
            line.replace_range(at.., ", in <n> ms");
        }
    }
    snapshot!("demo", lines.join("\n"));
}

#[test]
fn it_leaves_a_folder_that_verifies_and_never_touches_one_that_is_in_use() {
    let w = Workspace::empty();
    let arguments = ["demo", "--exit", "--listen", "127.0.0.1:0", "--data", "told", "--json"];
    let ran = w.run(&arguments).expect(0);
    assert_eq!(ran.json()["result"]["steps"], 12);
    assert_eq!(w.run(&["verify", "told", "--json"]).expect(0).json()["result"]["sound"], true);
    snapshot!(
        "demo_again",
        w.run(&["demo", "--exit", "--listen", "127.0.0.1:0", "--data", "told"]).expect(1).show()
    );
}
