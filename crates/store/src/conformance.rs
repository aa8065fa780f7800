//! The conformance suite: what every store must do, whatever is below it.
//!
//! A case is an async function with a name that states a fact. It makes the places it needs, works through [`Store`] alone, and
//! panics when the fact does not hold. A store is held to all of them: with [`exercise`], or, for one test per case, with
//! `for_each_conformance_case!` and [`exercise_one`].
//!
//! To add a case: write it in the module it belongs to, and add its name to the list below. A case that is not in the list is
//! dead code, and does not compile.

mod answers;
mod appending;
mod attempts;
mod bodies;
mod claims;
mod deliveries;
mod directory;
mod filters;
mod given;
mod items;
mod lifetime;
mod links;
mod pages;
mod quarantine;
mod rebuilding;
mod redelivering;
mod rerunning;
mod routing;
mod searching;
mod settling;
mod sources;
mod stats;
mod subscribing;
mod superseding;
mod variants;
mod warning;
mod workspaces;
mod world;

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use crate::Store;

/// A fresh, empty place that a store can be opened in.
pub trait Place: Send + Sync {
    /// Opens the store of this place. Once it was closed and dropped, opening again finds what was there.
    fn open(&self) -> Arc<dyn Store>;
}

/// Makes a fresh, empty place.
pub type MakePlace<'a> = &'a dyn Fn() -> Box<dyn Place>;

/// A case at work. It panics when its fact does not hold.
pub type Run<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A case.
pub type CaseFn = for<'a> fn(MakePlace<'a>) -> Run<'a>;

/// A case that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(120);

macro_rules! list_cases {
    ($($module:ident { $($case:ident,)* })*) => {
        /// Every case, by the fact it states.
        #[must_use]
        pub fn cases() -> Vec<(&'static str, CaseFn)> {
            vec![$($({
                fn run(make_place: MakePlace<'_>) -> Run<'_> {
                    Box::pin($module::$case(make_place))
                }
                (stringify!($case), run as CaseFn)
            },)*)*]
        }

        /// Calls a macro with the names of all conformance cases, separated by spaces: to make a test of each.
        #[macro_export]
        macro_rules! for_each_conformance_case {
            ($each:ident) => {
                $each! { $($($case)*)* }
            };
        }
    };
}

list_cases! {
    deliveries {
        the_feed_has_every_new_event_once_in_the_order_of_the_log,
        a_snapshot_has_the_records_an_event_tells_of,
        the_outbox_and_the_cursors_move_together_and_outlive_the_store,
        a_delivery_ends_once_and_keeps_its_tries,
        deliveries_that_came_together_end_each_by_itself,
        failures_in_a_row_are_counted_until_one_is_delivered_or_forgiven,
        deliveries_are_listed_newest_first_and_by_how_they_stand,
        a_delivery_that_failed_comes_back_as_it_was,
        tries_beyond_the_bound_are_counted_and_the_last_is_kept,
        what_is_forgotten_is_gone_and_old_deliveries_are_pruned,
    }
    redelivering {
        a_retry_brings_back_what_failed_and_hastens_what_waits,
        deliveries_are_counted_by_the_day_in_which_they_were_made,
        pruned_deliveries_count_on_for_a_while,
        what_failed_since_is_listed_by_when_it_ended,
        a_replay_goes_on_where_it_was_and_counts_what_came_of_it,
        a_replay_that_is_cancelled_sends_no_more,
        replays_are_bounded_and_repeated_requests_make_one,
        a_period_of_receipt_is_found_in_the_log,
        a_consumer_is_moved_on_and_never_back,
    }
    warning {
        a_warning_is_kept_with_its_failure_until_it_is_let_go,
        a_run_of_failures_is_warned_of_once_at_each_height,
        so_many_warnings_of_a_subscription_wait_and_no_more,
        what_is_of_the_house_is_fed_from_a_reserved_workspace_and_waits_for_no_place,
    }
    subscribing {
        a_subscription_comes_back_as_it_was_put_and_outlives_the_store,
        new_settings_leave_how_it_stands_and_its_owner_alone,
        of_two_changes_of_a_subscription_the_slower_is_a_conflict,
        subscriptions_go_with_their_owner,
    }
    appending {
        an_append_is_seen_by_every_read_that_begins_after_it,
        an_entry_comes_back_as_it_was_appended,
        a_repetition_is_a_duplicate_of_the_first_and_is_noted,
        an_unknown_workspace_is_an_error,
        concurrent_appends_are_all_answered_and_counted_once,
    }
    claims {
        a_claim_for_ever_maps_another_time_to_the_first_id,
        a_claim_for_a_window_holds_within_it_and_not_beyond,
        a_window_is_measured_from_the_first_receipt,
        a_claim_is_its_workspaces_own_and_survives_reopening,
    }
    variants {
        variants_give_the_same_dump_in_any_order,
        the_variant_with_the_smallest_time_counts_and_is_shown,
        variants_of_one_time_count_once,
        a_test_delivery_changes_nothing_that_live_ones_make,
    }
    workspaces {
        the_same_event_in_two_workspaces_is_two,
        ids_of_one_workspace_answer_nothing_in_another,
        filters_find_nothing_of_another_workspace,
        links_and_rebuilds_stay_in_their_workspace,
        a_reserved_workspace_lists_events_and_makes_no_records,
        test_events_are_listed_and_make_no_records,
    }
    quarantine {
        quarantine_keeps_a_delivery_whole_and_survives_reopening,
        quarantine_is_listed_newest_first_and_by_workspace,
        a_quarantine_id_that_comes_twice_is_kept_once,
    }
    settling {
        a_delivery_in_quarantine_is_found_by_its_id,
        a_page_of_quarantine_starts_behind_any_delivery,
        a_released_delivery_is_in_the_log_and_no_longer_in_quarantine,
        a_release_of_what_the_log_has_is_a_duplicate,
        what_is_not_in_quarantine_releases_nothing,
        a_release_goes_to_its_own_workspace_or_nowhere,
        what_stays_has_its_new_reason_and_what_is_discarded_is_gone,
        of_releases_at_once_one_is_made,
        many_are_settled_at_once_between_other_appends,
    }
    superseding {
        what_is_superseded_is_as_if_it_had_never_been_there,
        what_is_read_the_same_changes_nothing,
        a_superseding_entry_keeps_its_delivery_and_may_be_superseded,
        links_and_aliases_that_are_superseded_go,
        deliveries_are_counted_under_the_id_they_go_by,
        a_full_event_takes_a_reading_as_a_repetition,
        claims_follow_the_superseding_event,
        an_event_without_a_time_stays_what_it_is,
        a_contact_that_is_gone_is_not_taken_for_the_next,
        tests_and_unrouted_events_are_superseded_and_make_no_records,
    }
    rerunning {
        a_dry_run_says_the_same_and_changes_nothing,
        superseding_stays_in_its_workspace,
        a_walk_meets_the_period_once_and_nothing_newer,
        a_page_of_deliveries_carries_a_bounded_number_of_bytes,
        a_rerun_keeps_its_answer_or_supersedes_nothing,
        ingest_goes_on_while_entries_are_superseded,
    }
    routing {
        rules_are_in_the_directory_and_survive_reopening,
        a_delivery_goes_where_it_belongs_and_is_one_event_there,
        what_belongs_nowhere_waits_with_its_reason,
        a_campaign_seen_in_one_workspace_places_what_no_rule_names,
        what_is_known_is_of_what_is_on_disk,
        what_waits_is_placed_once_and_keeps_its_delivery,
        what_the_workspace_had_is_a_repetition_of_it,
        a_claim_goes_with_what_is_placed,
        a_contact_that_was_placed_is_not_taken_for_another,
        placing_shows_campaigns_to_what_is_placed_next,
        placing_stays_in_its_agency_and_leaves_tests,
        of_placings_at_once_one_is_made,
    }
    answers {
        an_answer_is_kept_with_its_change_and_survives_reopening,
        a_change_under_a_known_key_is_a_conflict_and_changes_nothing,
        a_change_that_is_refused_keeps_no_answer,
        of_changes_at_once_under_one_key_one_is_made,
        an_answer_is_kept_for_a_day,
        only_so_many_answers_are_kept_and_the_oldest_go_first,
        a_settling_keeps_its_answer_or_settles_nothing,
        what_is_recorded_keeps_its_answer_or_is_not_there,
    }
    directory {
        a_change_is_in_the_directory_once_answered,
        changes_to_the_directory_are_all_or_none,
        what_is_already_there_is_a_conflict,
        an_answered_put_is_what_the_directory_shows,
        deleting_an_agency_takes_what_is_below_it,
        deleting_a_workspace_takes_its_addresses_and_keys,
        the_directory_survives_reopening,
    }
    pages {
        pages_of_events_give_each_once_newest_first,
        pages_of_contacts_give_each_once_newest_first,
        pages_of_campaigns_give_each_once_last_active_first,
        pages_of_emails_give_each_once_newest_first,
        pages_of_quarantine_give_each_once_newest_first,
        pages_of_items_and_erasures_give_each_once_newest_first,
        pages_of_filtered_lists_give_each_once,
        a_walk_is_not_disturbed_by_newer_rows,
        a_page_has_as_many_rows_as_are_asked_for,
        pages_carry_a_bounded_number_of_bytes,
    }
    filters {
        every_filter_of_events_tells_rows_apart,
        every_filter_of_contacts_tells_rows_apart,
        a_tag_or_list_matches_whole_names_only,
        a_search_ignores_case_and_knows_no_wildcards,
        every_filter_of_campaigns_tells_rows_apart,
        every_filter_of_emails_tells_rows_apart,
    }
    searching {
        words_are_found_wherever_they_stand,
        a_message_is_found_by_what_is_said_of_it,
        words_of_what_was_superseded_are_not_found,
        a_search_has_no_language_but_words,
        a_search_stays_in_its_workspace,
        every_filter_narrows_a_search,
        pages_of_a_search_give_each_once_newest_first,
        the_variant_that_counts_is_found,
        a_search_says_how_far_it_is,
        a_search_goes_on_after_reopening,
    }
    sources {
        a_source_is_kept_as_it_was_put,
        a_source_is_changed_from_its_last_revision_only,
        a_source_needs_its_owner_and_names_within_bounds,
        a_workspace_without_a_source_has_its_agencys,
        sources_go_with_their_owners,
        what_the_master_key_is_checked_by_is_kept,
    }
    stats {
        stats_add_up_events_in_every_grouping,
        unique_counts_are_in_the_quarter_of_the_first_time,
        every_filter_of_stats_tells_rows_apart,
        stats_are_of_the_contacts_and_campaigns_of_today,
        stats_are_of_their_workspace_and_of_live_events,
    }
    links {
        an_older_id_answers_with_the_record_of_the_newer,
        filters_by_contact_find_the_events_of_all_its_keys,
        unlinking_separates_again,
        an_aliased_campaign_answers_under_both_ids,
        unaliasing_separates_again,
    }
    bodies {
        bodies_of_emails_come_back_exactly,
        a_text_and_a_html_of_different_entries_are_shown_together,
        a_raw_body_comes_back_byte_for_byte,
    }
    attempts {
        tries_are_listed_by_delivery_the_last_one_first,
        every_filter_of_tries_tells_them_apart,
        tries_are_found_by_all_of_the_id_of_their_delivery_but_the_end,
    }
    items {
        an_item_shows_the_latest_word_on_each_field,
        an_item_keeps_the_fields_that_were_told_last,
        the_same_id_under_two_sorts_is_two_items,
        one_item_is_found_by_its_id,
        a_deleted_item_is_hidden_until_something_newer_tells_of_it,
        an_item_goes_with_the_contact_that_was_told_last,
        items_are_those_of_all_keys_of_a_contact,
        a_hidden_contact_lists_nothing,
        an_erasure_is_for_good,
        an_erasure_goes_with_the_keys_of_its_contact,
        a_superseded_entry_tells_of_no_item,
        a_superseded_erasure_is_none,
        items_and_erasures_stay_in_their_workspace,
    }
    lifetime {
        reopening_finds_everything_and_goes_on,
        a_closed_store_answers_with_an_error,
        closing_commits_what_is_queued,
        an_abandoned_read_disturbs_no_other,
        an_open_store_is_ready,
        status_counts_entries_and_folds_catch_up,
    }
    rebuilding {
        a_rebuild_finds_nothing_different,
        a_rebuild_of_unknown_keys_changes_nothing,
        a_rebuild_makes_no_records_where_there_are_none,
        ingest_goes_on_during_a_rebuild,
    }
}

/// Holds a store to every case, one after the other, each in places of its own.
///
/// # Panics
/// When a fact does not hold.
pub async fn exercise(make_place: impl Fn() -> Box<dyn Place>) {
    for (_, case) in cases() {
        let finished = tokio::time::timeout(PATIENCE, case(&make_place)).await;
        assert!(finished.is_ok(), "the case hangs");
    }
}

/// Holds a store to the case of this name.
///
/// # Panics
/// When its fact does not hold, it hangs, or there is no such case.
pub async fn exercise_one(name: &str, make_place: MakePlace<'_>) {
    let case = cases().into_iter().find(|(case, _)| *case == name).map(|(_, case)| case);
    let case = case.expect("the name is one of the cases");
    let finished = tokio::time::timeout(PATIENCE, case(make_place)).await;
    assert!(finished.is_ok(), "{name} hangs");
}
