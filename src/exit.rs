//! The exit codes, as documented in the README. Nothing else ends the program with a number.

/// Done; for `run`, published without gaps.
pub const OK: u8 = 0;
/// The command line or a settings file is wrong.
pub const USAGE: u8 = 2;
/// A definition is invalid; nothing was read.
pub const DEFINITIONS: u8 = 10;
/// The source is missing or cannot be read.
pub const INPUT: u8 = 20;
/// Submissions break their contract: found by `check`, or so badly that a run has nothing to stand on.
pub const CONTRACT: u8 = 21;
/// A metric could not be computed; nothing was published.
pub const METRIC: u8 = 30;
/// Published, but some submissions were refused; `--allow-gaps` turns this into success.
pub const GAPS: u8 = 31;
/// A page or data file could not be made; nothing was published.
pub const RENDER: u8 = 40;
/// The release could not be put in place, or its public edition would give a withheld count away; the last one stands.
pub const PUBLISH: u8 = 50;
/// Stopped by somebody before the work was done; a run that was at work has published nothing. The number that shells give a program that Ctrl-C ends.
pub const STOPPED: u8 = 130;
/// `status` and `doctor`: a release failed, and no schedule tries it again.
pub const NEEDS_A_PERSON: u8 = 60;
