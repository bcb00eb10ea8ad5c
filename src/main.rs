//! The binary: arguments, a runtime, one call, an exit code.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use leds_metrics::cli::{Cli, execute};
use leds_metrics::engine::STACK_BYTES;
use leds_metrics::exit;
use leds_metrics::vocabulary::stop::Stop;

/// It gives memory back that a stage of a run no longer needs, where that of the C library keeps pieces for each thread.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Whoever asks the program to end waits no longer for it. The next run clears up what a run could not.
const LONGEST_STOP: Duration = Duration::from_millis(1_800);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let stop = Stop::default();
    if let Err(error) = listen_for_signals(stop.clone()) {
        eprintln!("error: signals cannot be listened for: {error}");
        return ExitCode::from(exit::INPUT);
    }
    match run_on_a_large_stack(cli, stop) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: no threads could be started: {error}");
            ExitCode::from(exit::INPUT)
        }
    }
}

/// Asks the work to end on Ctrl-C and on the signal of a service manager, and ends the program if it does not.
#[cfg(unix)]
fn listen_for_signals(stop: Stop) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let end_at_the_first = move || {
        if signals.forever().next().is_some() {
            stop.ask();
            std::thread::sleep(LONGEST_STOP);
            std::process::exit(exit::STOPPED.into());
        }
    };
    std::thread::Builder::new().spawn(end_at_the_first)?;
    Ok(())
}

/// Elsewhere the system ends the program, and the next run clears up.
#[cfg(not(unix))]
fn listen_for_signals(_stop: Stop) -> io::Result<()> {
    Ok(())
}

/// Deep statements need more stack than the first thread of a program has.
fn run_on_a_large_stack(cli: Cli, stop: Stop) -> io::Result<u8> {
    let run = move || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.enable_all().thread_stack_size(STACK_BYTES).build()?;
        let code = runtime.block_on(execute(cli, stop));
        // What still reads when the work has ended reads for nobody.
        runtime.shutdown_background();
        Ok(code)
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
