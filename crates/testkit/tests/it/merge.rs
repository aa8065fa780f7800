//! The merge against the reference model: every permutation, repetition and batching of a history gives the same bytes.

use hookline_model::{dump::dump, event::Event, id::WorkspaceId};
use hookline_testkit::{events::history, memory_rows::MemoryRows, reference};
use proptest::prelude::*;

const WORKSPACE: WorkspaceId = WorkspaceId(uuid::uuid!("11111111-1111-4111-8111-111111111111"));

/// Folds a history in batches of the given sizes, used in turn.
fn folded(history: &[Event], batch_sizes: &[usize]) -> String {
    let mut rows = MemoryRows::default();
    let mut rest = history;
    for size in batch_sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, later) = rest.split_at((*size).min(rest.len()));
        rows.take(WORKSPACE, batch);
        rest = later;
    }
    pretty(&dump(&mut rows, WORKSPACE).expect("memory does not fail"))
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).expect("a JSON value prints")
}

fn config() -> ProptestConfig {
    let cases = std::env::var("HOOKLINE_PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    ProptestConfig { cases, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_repetition_and_batching_equals_the_reference_model(
        (history, shuffled) in history(1..40).prop_flat_map(|history| (Just(history.clone()), Just(history).prop_shuffle())),
        batch_sizes in prop::collection::vec(1..20usize, 1..4),
    ) {
        let expected = pretty(&reference::records(WORKSPACE, &history));
        prop_assert_eq!(&folded(&shuffled, &batch_sizes), &expected, "shuffled, in batches");
        prop_assert_eq!(&folded(&history, &[1]), &expected, "in order, one by one");
        prop_assert_eq!(&folded(&shuffled, &[usize::MAX]), &expected, "all at once");
    }
}
