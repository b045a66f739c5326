//! Situations: a folder with `old.sql` and `new.sql` each, and what the two do not say.

mod broken;
mod harness;
mod locks;
mod rows;

pub use harness::folders;

/// One test for each folder.
macro_rules! cases {
    ($($name:ident)*) => {
        const LISTED: &[&str] = &[$(stringify!($name)),*];
        $(
            #[tokio::test]
            async fn $name() {
                harness::run(stringify!($name)).await;
            }
        )*
    };
}

cases! {
    bystanders
    check_add
    check_beside_serial
    check_drop
    check_not_valid
    check_replace
    collation
    column_add
    column_add_backfill
    column_add_generated_stored
    column_add_generated_virtual
    column_add_identity
    column_add_not_null_on_no_rows
    column_add_serial
    column_add_volatile
    column_drop
    column_drop_collateral
    column_drop_generated
    column_drop_generators
    column_drop_not_null
    column_drop_serial_granted
    column_names_exchanged
    column_names_exchanged_direct
    column_settings
    comments
    constraint_alter
    constraint_to_index
    cutover_named_indexes
    data_loss_unanswered
    defaults
    dependents_column_grants
    dependents_column_grants_cutover
    dependents_column_grants_drop
    dependents_cutover
    dependents_cutover_model
    dependents_direct_rename
    dependents_direct_rename_model
    dependents_enum_rebuild
    dependents_not_rebuilt
    dependents_partitioned
    dependents_primary_key
    dependents_rename
    dependents_rename_model
    dependents_rename_primary_key
    dependents_rename_primary_key_model
    dependents_retype_wider
    dependents_table_dropped
    dependents_view_changes
    dependents_view_loses_column_model
    direct
    direct_rename
    enum_add_labels
    enum_create
    enum_drop
    enum_remove_label
    enum_rename
    enum_rename_label
    enum_reorder
    enum_retire_label
    enum_retire_renamed
    exclusion
    foreign_key_add
    foreign_key_drop
    foreign_key_kinds
    foreign_key_replace
    generated_to_plain
    generated_with_index
    hostile_names
    identity_add
    identity_change
    identity_on_nullable
    identity_on_nullable_renamed
    identity_to_serial
    index_create
    index_drop
    index_invalid
    index_rename
    index_replace
    index_swap_names
    index_to_constraint
    inherits_columns
    key_deferral
    keys_of_an_application
    long_names
    names_exchanged
    names_taken_over
    not_enforced
    not_null_drop
    not_null_not_valid
    not_null_set
    partition_attach
    partition_below
    partition_bound
    partition_detach
    partition_drop
    partition_leaves_indexed
    partition_new
    partition_new_default
    partition_own
    partition_own_primary_key
    partition_split
    partition_stays_not_null
    partition_stays_not_null_before_18
    partitioned_columns
    partitioned_create
    partitioned_foreign_key_add
    partitioned_foreign_key_drop
    partitioned_foreign_key_to
    partitioned_foreign_key_to_before_18
    partitioned_index
    partitioned_index_drop
    partitioned_index_levels
    partitioned_index_replace
    partitioned_key_adopted
    partitioned_many
    partitioned_many_indexes
    partitioned_own_key_released
    partitioned_primary_key_add
    partitioned_primary_key_replace
    partitioned_rename
    partitioned_rename_own
    partitioned_retype
    partitioned_unique_add
    period
    primary_key_add
    primary_key_drop
    primary_key_replace
    primary_key_replace_referenced
    publication
    publication_columns
    rename
    rename_checked_not_null
    rename_defaults
    rename_foreign_key
    rename_identity
    rename_identity_primary_key
    rename_not_null_backfill
    rename_primary_key
    rename_serial
    rename_unanswered
    rename_unique
    rename_with_indexes_and_checks
    rename_with_updated_at
    retype_from_enum
    retype_narrower
    retype_not_null_backfill
    retype_primary_key
    retype_says_less
    retype_text_to_int
    retype_timestamp
    retype_wider
    retype_wider_under_views
    retype_wider_with_expressions
    retype_with_generated_that_goes
    retype_with_key_over_nullable
    retype_with_new_name
    retype_with_settings
    retype_with_settings_direct
    schema_drop
    schema_rename
    schemas
    sequence_outlives_its_table
    sequence_range
    sequence_rename
    sequence_rename_chain
    sequence_rename_direct
    sequence_rename_drawn
    sequence_takes_over
    sequences
    serial_on_plain
    serial_to_identity
    table_create
    table_create_cycle
    table_create_sequences
    table_drop
    table_drop_access
    table_drop_cycle
    table_drop_with_triggers
    table_names_exchanged_direct
    table_options
    table_rename
    table_rename_chain_direct
    table_rename_dependents
    table_rename_direct
    table_rename_joined
    table_rename_retype
    table_rename_to_schema
    table_rename_with_changes
    table_unlogged
    type_changed
    type_kept
    type_missing
    unique_add
    unique_drop
    unique_nulls_not_distinct
    unique_on_default
    unique_replace
    unique_swap_names
    view_on_a_dropped_column
}

#[test]
fn every_folder_is_listed() {
    let listed: Vec<String> = LISTED.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(
        listed,
        harness::folders(),
        "the list in tests/cases.rs is not that of the folders, in their order"
    );
}

#[tokio::test]
async fn the_proof_names_what_is_left_out() {
    broken::left_out().await;
}

#[tokio::test]
async fn the_proof_finds_rows_for_the_keys_of_an_application() {
    let unproven = broken::unproven("keys_of_an_application").await;
    assert_eq!(unproven, Vec::<String>::new());
}

#[tokio::test]
async fn the_proof_names_lost_dependents() {
    broken::lost_dependents().await;
}
