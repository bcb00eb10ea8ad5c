//! Which build of the program a computer runs, with which definitions. Only the same build counts in the same way.

use std::fs::File;
use std::io;

use crate::definitions::Definitions;

/// A program and its definitions, as workers name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build(String);

impl Build {
    /// That of this process.
    ///
    /// # Errors
    /// A program file that cannot be read.
    pub fn of_this_program(definitions: &Definitions) -> io::Result<Self> {
        let mut program = blake3::Hasher::new();
        program.update_reader(File::open(std::env::current_exe()?)?)?;
        let mut files = blake3::Hasher::new();
        for (path, content) in &definitions.files {
            files.update(path.as_bytes());
            files.update(&[0]);
            files.update(blake3::hash(content).as_bytes());
        }
        let short = |hasher: &blake3::Hasher| hasher.finalize().to_hex()[..16].to_owned();
        Ok(Self(format!(
            "leds-metrics {}, program {}, definitions {}",
            env!("CARGO_PKG_VERSION"),
            short(&program),
            short(&files)
        )))
    }

    /// How it is told to others.
    pub fn text(&self) -> &str {
        &self.0
    }
}
