//! The integration tests: what a user relies on, through the command line and the published files.

mod bad_input;
mod exit_codes;
mod release;
mod support;
mod tidy;
