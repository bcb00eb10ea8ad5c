//! The national edition: the summary, every metric, forces by metric, each organisation, responsibilities and signals.

pub mod all_metrics;
pub mod explorer;
pub mod forces_matrix;
pub mod one_force;
pub mod other_rules;
pub mod responsibilities;
pub mod signals;
pub mod spine_table;
pub mod summary;
