//! Starts and sign-ins with every one of their storage calls failing.

use std::sync::Arc;

use cuelight_app::serve::bundle::bundle;
use cuelight_app::session::{find, link, open};
use cuelight_app::token::{authenticate, recover};
use cuelight_app::{App, Code, Ctx};
use cuelight_store::memory::MemoryStore;
use cuelight_testkit::files::{GREETING, greeting};
use cuelight_testkit::{TestApp, TestClock};

use super::flows::{look, served, written};
use super::store::{FAULTS, Fault, Faulty};
use super::tokens::holds;

#[tokio::test]
async fn a_first_start() {
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(TestClock::default()));
            let faulty = Faulty::over(store.clone());
            faulty.arm(n, fault);
            let first = App::start(faulty.ports(&clock, 1)).await;
            let (calls, fired) = faulty.disarm();
            if calls < n {
                break;
            }
            if !fired {
                continue;
            }
            let first = first.ok().and_then(|s| s.first_token);
            let again = App::start(faulty.ports(&clock, 2)).await.unwrap_or_else(|e| panic!("{what}: {e}"));
            let kinds: Vec<_> = written(&store).await.into_iter().map(|(_, command, _)| command).collect();
            assert_eq!(kinds, ["open", "open"], "{what}");
            let shown: Vec<_> = first.iter().chain(&again.first_token).collect();
            holds(&store, &again.app, &shown, &what).await;
            // One token was shown. Only storage that went away for good in the very append shows none, and then whoever
            // holds the data folder makes one.
            assert!(shown.len() == 1 || fault == Fault::Lost, "{what}: {} tokens were shown", shown.len());
            if shown.is_empty() {
                let made = recover(&again.app).await.unwrap();
                authenticate(&again.app, &made.token).await.unwrap_or_else(|e| panic!("{what}: {e}"));
            }
        }
    }
}

#[tokio::test]
async fn a_start_on_what_is_there() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.app.save().await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let (before, serves) = (written(&test.store).await, served(&test.app, &test).await);
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let faulty = Faulty::over(test.store.clone());
            faulty.arm(n, fault);
            let started = App::start(faulty.ports(&test.clock, 3)).await;
            let (calls, _) = faulty.disarm();
            if calls < n {
                break;
            }
            let app = match started {
                Ok(started) => started.app,
                Err(error) => {
                    assert_eq!(error.code, Code::Unavailable, "{what}");
                    App::start(faulty.ports(&test.clock, 3)).await.unwrap().app
                }
            };
            look(&app).await;
            assert_eq!(served(&app, &test).await, serves, "{what}");
            assert_eq!(written(&test.store).await, before, "{what}");
            let other = Faulty::over(test.store.clone());
            let fresh = App::start(other.ports(&test.clock, 4)).await.unwrap().app;
            assert_eq!(faulty.states(&app).await, other.states(&fresh).await, "{what}");
        }
    }
}

/// What could not be loaded at the start is there all the same: asking for it says that storage was away, and works as
/// soon as it was loaded.
#[tokio::test]
async fn what_could_not_be_loaded_is_not_unknown() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let development = "development".parse().unwrap();
    let mut refused = 0;
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let faulty = Faulty::over(test.store.clone());
            faulty.arm(n, fault);
            let started = App::start(faulty.ports(&test.clock, 3)).await;
            let (calls, _) = faulty.disarm();
            if calls < n {
                break;
            }
            let Ok(started) = started else { continue };
            let ctx = Ctx { app: started.app.clone(), ..test.ctx().await.unwrap() };
            if let Err(error) = bundle(&ctx, &test.project, &development).await {
                assert_eq!(error.code, Code::Unavailable, "{what}: {error}");
                assert!(
                    error.detail.contains("is not served yet: the store cannot be used"),
                    "{what}: {error}"
                );
                refused += 1;
            }
            let unknown = bundle(&ctx, &test.project, &"nowhere".parse().unwrap()).await.unwrap_err();
            assert_eq!(unknown.code, Code::UnknownEnvironment, "{what}: {unknown}");
            look(&started.app).await;
            bundle(&ctx, &test.project, &development).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        }
    }
    assert!(refused > 0, "no start was without its content");
}

#[tokio::test]
async fn signing_in() {
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let test = TestApp::new().await.unwrap();
            let faulty = Faulty::over(test.store.clone());
            let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
            let before = written(&test.store).await;
            let code = link(&app, test.admin.split('_').nth(1).unwrap()).await.unwrap().code;
            faulty.arm(n, fault);
            let first = open(&app, &code).await;
            let (calls, _) = faulty.disarm();
            if calls < n {
                break;
            }
            // A link opens one session at most, and a failure costs the link and nothing else.
            let again = open(&app, &code).await;
            assert!(first.is_err() || again.is_err(), "{what}: two sessions");
            if let Err(error) = &again {
                assert_eq!(error.code, Code::Unauthenticated, "{what}");
            }
            let opened = match first.or(again) {
                Ok(opened) => opened,
                Err(_) => {
                    let code = link(&app, test.admin.split('_').nth(1).unwrap()).await.unwrap().code;
                    open(&app, &code).await.unwrap_or_else(|e| panic!("{what}: {e}"))
                }
            };
            find(&app, &opened.secret).await.unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_eq!(written(&test.store).await, before, "{what}");
        }
    }
}

#[tokio::test]
async fn following_another_node() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let other = Faulty::over(test.store.clone());
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let faulty = Faulty::over(test.store.clone());
            let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
            // Something that this node has not seen: a version and its release.
            let text = GREETING.replace("Greet", &format!("Greet {fault:?} {n}"));
            test.publish(greeting("a/hello", &text)).await.unwrap();
            test.release("development", &["a/hello"]).await.unwrap();
            faulty.arm(n, fault);
            look(&app).await;
            let (calls, _) = faulty.disarm();
            look(&app).await;
            assert_eq!(served(&app, &test).await, served(&test.app, &test).await, "{what}");
            let fresh = App::start(other.ports(&test.clock, 4)).await.unwrap().app;
            assert_eq!(faulty.states(&app).await, other.states(&fresh).await, "{what}");
            if calls < n {
                break;
            }
        }
    }
}

#[tokio::test]
async fn ending() {
    let test = TestApp::new().await.unwrap();
    test.publish(greeting("a/hello", GREETING)).await.unwrap();
    test.release("development", &["a/hello"]).await.unwrap();
    let (before, serves) = (written(&test.store).await, served(&test.app, &test).await);
    let other = Faulty::over(test.store.clone());
    for fault in FAULTS {
        for n in 1.. {
            let what = format!("call {n}, {fault:?}");
            let faulty = Faulty::over(test.store.clone());
            let app = App::start(faulty.ports(&test.clock, 3)).await.unwrap().app;
            faulty.arm(n, fault);
            let saved = app.save().await;
            let (calls, fired) = faulty.disarm();
            if calls < n {
                break;
            }
            assert!(saved.is_err() || !fired, "{what}");
            let fresh = App::start(other.ports(&test.clock, 4)).await.unwrap().app;
            assert_eq!(faulty.states(&app).await, other.states(&fresh).await, "{what}");
            assert_eq!(served(&fresh, &test).await, serves, "{what}");
            assert_eq!(written(&test.store).await, before, "{what}");
        }
    }
}
