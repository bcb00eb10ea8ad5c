//! The binary: arguments, a runtime, one call, an exit code.

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use leds_metrics::cli::{Cli, execute};
use leds_metrics::engine::STACK_BYTES;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run_on_a_large_stack(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: no threads could be started: {error}");
            ExitCode::from(leds_metrics::exit::INPUT)
        }
    }
}

/// Deep statements need more stack than the first thread of a program has.
fn run_on_a_large_stack(cli: Cli) -> io::Result<u8> {
    let run = move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.enable_all().thread_stack_size(STACK_BYTES).build()?;
        Ok(runtime.block_on(execute(cli)))
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
