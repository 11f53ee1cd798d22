//! The laws of storage: what every implementation of the ports must do, one function each.
//!
//! An implementation writes `cuelight_store::laws!(its_factory());` in a test module and gets every law as a test of
//! its own. A new law is a function here and its name in the list of `laws!`; a test compares the two.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Blobs, Ledger, Nodes, Observations, StoreError, Vault};

pub mod append;
pub mod blobs;
pub mod checkpoints;
pub mod commands;
pub mod concurrent;
pub mod copying;
pub mod model;
pub mod nodes;
pub mod observations;
pub mod reading;
pub mod reopen;
pub mod sample;
pub mod saved;
pub mod vault;

/// The ports of one store.
#[derive(Clone)]
pub struct Ports {
    /// Control facts.
    pub ledger: Arc<dyn Ledger>,
    /// Content-addressed bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Production facts.
    pub observations: Arc<dyn Observations>,
    /// Sealed values.
    pub vault: Arc<dyn Vault>,
    /// Presence.
    pub nodes: Arc<dyn Nodes>,
}

impl Ports {
    /// The ports of a store that implements all of them.
    pub fn of<S: Ledger + Blobs + Observations + Vault + Nodes + 'static>(store: S) -> Self {
        let store = Arc::new(store);
        Self {
            ledger: store.clone(),
            blobs: store.clone(),
            observations: store.clone(),
            vault: store.clone(),
            nodes: store,
        }
    }
}

/// Opens one place again and again. A new factory is a new, empty place.
#[async_trait]
pub trait StoreFactory: Send + Sync {
    /// Opens the place. What was stored through ports that have been dropped is there.
    ///
    /// # Errors
    /// When it cannot be opened.
    async fn open(&self) -> Result<Ports, StoreError>;
}

/// Makes one `#[tokio::test]` of every law, each with a fresh `$make`, an expression that gives a
/// [`StoreFactory`].
#[macro_export]
macro_rules! laws {
    ($make:expr) => {
        $crate::laws! { @list $make;
            append: an_append_is_read_back_as_written, an_append_moves_the_head, a_new_ledger_has_no_head,
                appends_continue_where_the_last_ended, an_append_behind_the_head_stores_nothing,
                an_append_ahead_of_the_head_stores_nothing, a_first_append_expects_an_empty_ledger,
                a_refused_append_leaves_no_trace, an_append_without_entries_is_refused,
                a_gap_within_an_append_is_refused, a_foreign_leaf_hash_is_refused,
                time_running_backwards_within_an_append_is_refused, a_foreign_blob_digest_is_refused,
                a_blob_with_two_classes_is_refused, nul_in_a_text_is_refused, an_empty_kind_is_refused,
                positions_beyond_the_largest_are_refused, a_large_body_is_kept, many_entries_fit_in_one_append,
                odd_text_is_kept, any_bytes_are_kept, extreme_times_are_kept;
            commands: a_repeated_command_is_recognised, a_repeat_is_recognised_before_a_conflict,
                a_repeat_stores_nothing, a_repeat_tells_the_first_fingerprint, a_command_is_found_with_its_entries,
                an_unknown_command_is_not_found, command_ids_belong_to_one_ledger, command_ids_differ_by_case,
                the_longest_command_id_is_kept, commands_are_listed_in_the_order_of_their_entries;
            reading: pages_join_without_gap_or_overlap, after_the_end_there_is_nothing,
                a_limit_of_zero_gives_nothing, an_unknown_ledger_is_empty, leaf_hashes_are_those_stored,
                leaf_hashes_stop_at_the_end, an_empty_range_has_no_leaf_hashes, leaf_hashes_give_the_signed_root,
                the_largest_positions_are_only_empty, ledgers_do_not_see_each_other, ledgers_are_listed_in_order,
                similar_ledger_names_are_different_ledgers, ends_are_those_of_all_ledgers;
            checkpoints: every_append_leaves_its_checkpoint, the_newest_checkpoint_is_given,
                an_older_checkpoint_is_found_by_size, there_is_no_checkpoint_before_the_first,
                checkpoint_pages_join;
            saved: a_saved_state_is_read_back, the_newest_saved_state_is_given, a_saved_state_before_a_position,
                saved_states_of_other_formats_are_not_found, saving_again_replaces, dropping_leaves_newer_states,
                dropping_all_leaves_none, a_state_beyond_the_head_is_refused, saved_states_belong_to_one_ledger,
                an_empty_and_a_large_state_are_kept;
            blobs: blobs_come_with_their_append, several_blobs_come_in_the_order_asked,
                an_unknown_blob_is_not_found, bytes_stored_twice_are_one_blob, a_blob_given_twice_is_one_blob,
                another_class_for_stored_bytes_is_refused, an_erased_text_leaves_a_mark,
                erasing_twice_changes_nothing, an_artifact_cannot_be_erased, erasing_the_unknown_changes_nothing,
                an_erased_text_stays_erased, blobs_belong_to_one_ledger, erasing_spares_other_ledgers,
                blob_pages_join, empty_and_large_blobs_are_kept, erasing_leaves_the_entries_alone,
                blobs_are_told_in_the_order_they_came, nothing_continues_after_an_unknown_blob;
            observations: a_batch_is_read_back_in_order, an_id_counts_once, an_id_counts_once_within_a_batch,
                the_first_of_an_id_is_kept, ids_belong_to_one_project, observation_pages_join,
                pruning_takes_only_what_is_older, pruning_spares_other_projects, a_cursor_is_never_used_twice,
                a_pruned_id_may_come_again, an_empty_batch_is_taken, one_bad_observation_refuses_the_batch,
                odd_ids_and_bodies_are_kept;
            vault: a_value_is_read_back, creating_twice_is_told, the_right_revision_replaces,
                a_stale_revision_is_told, replacing_nothing_is_told, deleting_needs_the_revision,
                a_revision_is_never_used_twice, kinds_are_apart, values_are_listed_in_byte_order, value_pages_join,
                empty_and_large_values_are_kept, odd_keys_are_kept, bad_keys_are_refused,
                secrets_are_never_shown;
            copying: a_copy_is_the_same_ledger, a_copy_goes_on_where_it_ended, a_copy_can_stop_after_any_step,
                a_copy_recognises_its_commands, appends_go_on_after_a_copy, a_part_elsewhere_is_a_conflict,
                blobs_alone_need_a_ledger, a_bad_part_is_refused_and_leaves_no_trace, erased_texts_are_copied_erased,
                an_erasure_comes_later, another_ledger_is_not_continued, a_ledger_ahead_is_not_continued,
                sealed_values_are_copied, observations_are_copied_once;
            nodes: a_beat_is_read_back, a_later_beat_replaces, nodes_are_listed_in_byte_order,
                old_beats_are_forgotten, bad_node_ids_are_refused, odd_reports_are_kept;
            concurrent: sixteen_writers_make_one_gapless_ledger, one_of_many_equal_commands_applies,
                readers_never_see_half_an_append, writers_to_other_ledgers_do_not_conflict,
                sixteen_counters_lose_no_step, equal_batches_count_once;
            reopen: the_ledger_survives_reopening, a_repeat_is_recognised_after_reopening,
                blobs_and_erasures_survive_reopening, revisions_go_on_after_reopening,
                cursors_go_on_after_reopening, saved_states_survive_reopening;
        }
    };
    (@list $make:expr; $($module:ident: $($law:ident),+;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                $crate::laws::$module::$law(&$make).await;
            }
        )+)+
    };
}

#[cfg(test)]
mod tests;
