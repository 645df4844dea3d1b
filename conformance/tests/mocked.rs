//! Plays recordings with their tasks mocked by what is in them: of `local_mocking`, which AWS's users mock so, and of all other areas.

use std::collections::BTreeSet;
use std::sync::Arc;
use stepwell_conformance::case::Case;
use stepwell_conformance::mocked::Script;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const AT_A_TIME: usize = 8;

/// Recordings that mocks cannot play, and why.
const EXCEPT: [(&str, &str); 4] = [
    ("error_handling/test_no_such_bucket", "the bucket was renamed in the recording"),
    ("error_handling/test_no_such_function_catch", "a cause was parsed, which lost its spaces"),
    ("services/test_s3_put_object_dict", "the key was renamed in the recording"),
    (
        "states_variables/test_parallel_catch_error_PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING",
        "a mock fails before the other branch begins",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mocked_tasks_have_the_histories_of_real_ones() {
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut playing = JoinSet::new();
    for case in Case::load_all() {
        let permits = permits.clone();
        playing.spawn(async move {
            let _permit = permits.acquire_owned().await.expect("nobody closes it");
            let script = Script::of(&case)?;
            Some((case.name.clone(), script.play().await.err()))
        });
    }
    let (mut played, mut failed) = (BTreeSet::new(), String::new());
    while let Some(result) = playing.join_next().await {
        let Some((name, difference)) = result.expect("playing a case does not panic") else { continue };
        match (difference, EXCEPT.iter().find(|(except, _)| *except == name)) {
            (None, None) => drop(played.insert(name)),
            (Some(_), Some(_)) => {}
            (difference, _) => failed.push_str(&format!("{name}: {difference:?}\n")),
        }
    }
    assert!(failed.is_empty(), "{} passed\n{failed}", played.len());
    let of_local_mocking =
        Case::load_all().into_iter().map(|case| case.name).filter(|name| name.starts_with("local_mocking/"));
    let missing: Vec<String> = of_local_mocking.filter(|name| !played.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
