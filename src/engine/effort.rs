//! How much a statement may take: as quick as memory allows, or alone and with as little memory as it can.
//! Settings of the engine only; which statement gets which is decided where it runs.

use datafusion::common::config::TableParquetOptions;
use datafusion::prelude::SessionConfig;

const MIB: usize = 1024 * 1024;

/// Memory that a partition of a statement, and a statement beside others, should be able to count on.
const LEAST_PER_PARTITION: usize = 16 * MIB;
const LEAST_PER_STATEMENT: usize = 32 * MIB;

/// Rows that operators hand on at a time when memory is short; the engine's own choice is 8,192.
const FEW_ROWS: usize = 2_048;

/// How a statement is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Beside others, with joins in memory.
    Quick,
    /// Alone, with joins that sort and spill.
    Frugal,
}

/// Settings of a session for statements that run with `effort` under a limit of memory. No figure may rest on numbers that
/// a file only claims: statistics in footers decide neither what is read nor what is counted.
pub(super) fn session_config(effort: Effort, threads: usize, memory_limit: usize) -> SessionConfig {
    let partitions = match effort {
        Effort::Quick => threads.min(memory_limit / LEAST_PER_PARTITION).max(1),
        // The engine plans joins that spill for two partitions or more only.
        Effort::Frugal => 2,
    };
    let mut config = SessionConfig::new().with_target_partitions(partitions).with_collect_statistics(false);
    if effort == Effort::Frugal {
        config = config.with_batch_size(FEW_ROWS);
    }
    let options = config.options_mut();
    options.optimizer.prefer_hash_join = effort == Effort::Quick;
    // Each sort sets this aside for merging what it spilled. The engine's 10 MiB would leave nothing of a small limit.
    options.execution.sort_spill_reservation_bytes = (memory_limit / 128).clamp(MIB / 4, 10 * MIB);
    options.execution.parquet = unclaimed().global;
    config
}

/// Reading of files in which every row is read: indexes that skip would only cost, and would be believed.
pub(super) fn unclaimed() -> TableParquetOptions {
    let mut options = TableParquetOptions::default();
    options.global.pruning = false;
    options.global.enable_page_index = false;
    options.global.bloom_filter_on_read = false;
    options.global.pushdown_filters = false;
    options
}

/// Statements that run side by side: more threads than memory for them would only make each of them spill.
pub(super) fn statements_at_once(threads: usize, memory_limit: usize) -> usize {
    (2 * threads).min(memory_limit / LEAST_PER_STATEMENT).max(1)
}
