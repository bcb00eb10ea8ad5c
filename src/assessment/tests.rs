//! Hand-worked assessments.
