//! The binary: arguments, a runtime, one call, an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use leds_metrics::cli::{Cli, execute};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => ExitCode::from(runtime.block_on(execute(cli))),
        Err(error) => {
            eprintln!("error: no threads could be started: {error}");
            ExitCode::from(leds_metrics::exit::INPUT)
        }
    }
}
