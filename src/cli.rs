//! The command line: arguments in, one call into `app`, text or JSON out, an exit code.
//! stdout carries data, stderr messages. No figure is touched here.

mod clock;
mod doctor;
mod log;
mod metrics;
mod output;
mod prepare;
mod prune;
mod releases;
mod schedule;
mod service;
mod settings;
mod shell;
mod sql;
mod stores;
mod values;
mod worker;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use self::clock::clock_from;
use self::doctor::{DoctorArguments, run_doctor};
use self::log::{LogForm, begin_log};
use self::output::{MessageKind, print, print_json, print_line, tell, tell_as, tell_failure};
use self::prepare::{PrepareArguments, print_prepared};
use self::prune::{PruneArguments, run_prune};
use self::releases::{
    CompareArguments, TraceArguments, VerifyReleaseArguments, print_comparison, print_proof, print_trace,
};
use self::schedule::{DueManner, ServiceArguments, StatusArguments, print_status, run_due, serve, warn_of};
use self::settings::{SettingsCommand, print_schema, show_settings};
use self::shell::{print_completions, write_manual};
use self::sql::{SqlArguments, run_sql};
use self::stores::set_retry_time;
use self::values::{parse_copies, parse_day, parse_moment, place};
use self::worker::{ReadingArguments, WorkerArguments, run_worker};
use crate::app::bundle::{BundleOptions, bundle};
use crate::app::check::{CheckOptions, CheckReport, check};
use crate::app::due::RunPlaces;
use crate::app::plan::{PlanReport, plan};
use crate::app::prepare::prepare;
use crate::app::recorded::{RunByHand, run_by_hand};
use crate::app::stop::unless_stopped;
use crate::app::verify::verify;
use crate::app::{AppError, Context, RunOptions, RunOutcome, UsageError, definitions, demo, generate};
use crate::exit;
use crate::intake::{DataDate, LostHelper};
use crate::place::Place;
use crate::schedule::Wait;
use crate::settings::{Settings, UnsetPublication};
use crate::synth::NationPlan;
use crate::vocabulary::copy_format::CopyFormat;
use crate::vocabulary::period::{Month, Period, ambiguity, london_date};
use crate::vocabulary::stop::Stop;

/// Documented performance metrics of police use of PNC and LEDS, per force and review period.
#[derive(Debug, Parser)]
#[command(name = "leds-metrics", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Use the definitions of a folder instead of the built-in ones, whole.
    #[arg(long, global = true, value_name = "DIR")]
    definitions: Option<PathBuf>,
    /// Settings file [default: leds-metrics.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// No progress bars.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// How messages are written to the standard error: for people, or a line of JSON for each.
    #[arg(long, global = true, value_name = "FORM", default_value = "text")]
    log: LogForm,
}

const EXIT_CODES: &str = "Exit codes: 0 done · 2 usage or settings · 10 definitions invalid · 20 input missing or unreadable · \
21 contract violated · 30 a metric failed · 31 published with gaps · 40 rendering failed · 50 publication failed · 60 a person has to look (status, doctor) · 130 stopped";

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate a small synthetic nation, publish its last month and quarter, and name the reports to open.
    Demo {
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        published_on: Option<NaiveDate>,
    },
    /// Write a synthetic nation as submissions.
    Generate {
        /// First month, such as 2021-04.
        #[arg(long)]
        from: Month,
        /// Last month.
        #[arg(long)]
        to: Month,
        /// Share of the real national volume; 1 is about 185 million transactions a year.
        #[arg(long, default_value_t = 0.01)]
        scale: f64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// At the force: make a submission from a raw extract; test identifiers, replace them, keep no text.
    Prepare(PrepareArguments),
    /// Check submissions against their contracts; publish nothing.
    Check {
        #[command(flatten)]
        input: Input,
        /// Folder for remembered checks and failing rows.
        #[arg(long, value_name = "DIR", default_value = "leds-metrics-work")]
        work: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Say what a run would read, compute, reuse and publish.
    Plan {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        places: ReleasePlaces,
        /// Review period, such as 2025-04, 2025-26Q1, 2025Q2, 2025-26, 2025 or 12m-to-2025-06.
        #[arg(long)]
        period: Period,
        #[arg(long)]
        json: bool,
    },
    /// Compute a review period and publish a release, or publish what the schedules have due.
    Run {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        places: ReleasePlaces,
        /// Review period, such as 2025-04, 2025-26Q1, 2025Q2, 2025-26, 2025 or 12m-to-2025-06.
        #[arg(long, required_unless_present = "due")]
        period: Option<Period>,
        /// Publish what the schedules of the settings have due, once; for a timer.
        #[arg(long, conflicts_with_all = ["period", "as_of", "published_on", "again", "public"])]
        due: bool,
        /// Take this time for now, such as 2026-05-15T01:30:00Z, to try a schedule out.
        #[arg(long, value_name = "TIME", value_parser = parse_moment, requires = "due")]
        now: Option<DateTime<Utc>>,
        /// Date printed as the day of publication [default: today in London].
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        published_on: Option<NaiveDate>,
        /// Exit with 0 although submissions were refused.
        #[arg(long)]
        allow_gaps: bool,
        /// Publish a new revision although nothing changed.
        #[arg(long)]
        again: bool,
        /// Add the public edition, with small numbers and what would reveal them withheld.
        #[arg(long)]
        public: bool,
        /// Copies beside the pages, with commas between, or none: all tables as ods or xlsx, the main pages as pdf, charts as svg or png
        /// [default: the setting editions.copies].
        #[arg(long, value_name = "FORMATS", value_parser = parse_copies)]
        copies: Option<BTreeSet<CopyFormat>>,
        #[command(flatten)]
        reading: ReadingArguments,
    },
    /// Publish what the schedules of the settings have due, whenever it is due, until it is stopped.
    Schedule(ServiceArguments),
    /// Read submissions of a source for runs on other computers, until it is stopped.
    Worker(WorkerArguments),
    /// Say what was published, what is due next, and what needs a person.
    Status(StatusArguments),
    /// Look whether a run finds all that it needs, and say what to do about what is wrong.
    Doctor(DoctorArguments),
    /// Say which old releases and caches the settings let go, and why; with --remove, remove them.
    Prune(PruneArguments),
    /// Ask a source, its roll-ups and a release anything, in SQL that only reads.
    Sql(SqlArguments),
    /// Pack one edition of a release into a zip archive that can be handed on.
    Bundle {
        /// A release, or a period's folder of releases.
        #[arg(value_parser = place())]
        release: Place,
        /// Folder of the edition in the release, such as national, public or forces/E23000013.
        edition: String,
        /// The archive [default: a file in the current folder, named after edition and release].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace a file that is there.
        #[arg(long)]
        overwrite: bool,
    },
    /// Prove that a release is what was published, that its source is what it was made from, and that it can be made again.
    VerifyRelease(VerifyReleaseArguments),
    /// Tell every figure that two releases do not have in common, and why it changed.
    Compare(CompareArguments),
    /// Follow a published figure to the definition that made it and the submissions behind it.
    Trace(TraceArguments),
    /// List metrics, datasets or kinds of period.
    List {
        what: Listed,
        #[arg(long)]
        json: bool,
    },
    /// Print everything about one metric: definition, standards, settings, roll-ups and SQL.
    Explain {
        /// Such as CRE-01.
        metric: String,
    },
    /// Run the hand-worked cases of every metric.
    Verify {
        /// Only the cases of one metric.
        #[arg(long, value_name = "ID")]
        metric: Option<String>,
        /// Cases of a folder instead of the built-in ones.
        #[arg(long, value_name = "DIR")]
        cases: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Say which settings hold and where each comes from, or describe the file for editors.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Print what a shell completes commands and options by.
    Completions { shell: Shell },
    /// Write the manual, a page for the program and for each command.
    Manual { folder: PathBuf },
    /// Work with definitions.
    #[command(subcommand)]
    Definitions(DefinitionsCommand),
}

#[derive(Debug, Subcommand)]
enum DefinitionsCommand {
    /// Write the built-in definitions into a folder, to be changed and used with --definitions.
    Export { folder: PathBuf },
    /// Add every statement of the folder named with --definitions to its lock: it is released and never changes again.
    Lock,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Listed {
    Metrics,
    Datasets,
    Periods,
}

/// Where submissions come from.
#[derive(Debug, Args)]
struct Input {
    /// Where submissions lie.
    #[arg(long, value_name = "DIR", value_parser = place(), help = "Folder of submissions, or its address, such as s3://bucket/folder or az://container/folder")]
    source: Place,
    /// Data date: later submissions are left out [default: the date of the latest submission until today].
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<NaiveDate>,
}

impl Input {
    /// The data date asked for, as of the day of the call.
    fn date(&self) -> DataDate {
        DataDate { as_of: self.as_of, today: today() }
    }
}

/// Where releases are published.
#[derive(Debug, Args)]
struct ReleasePlaces {
    /// Where releases are published.
    #[arg(long, value_name = "DIR", value_parser = place(), help = "Folder of releases, or its address, such as s3://bucket/folder or az://container/folder")]
    out: Place,
    /// Folder for caches, remembered checks and failing rows [default: the out folder's name with -work].
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
}

impl ReleasePlaces {
    /// A run that publishes the usual editions of a period, on that day.
    fn options(&self, input: Input, period: Period, published_on: NaiveDate) -> RunOptions {
        RunOptions {
            source: input.source,
            out: self.out.clone(),
            work: self.work(),
            period,
            as_of: input.as_of,
            published_on,
            again: false,
            public: false,
            wait: Wait::No,
            quiet: false,
        }
    }

    /// Where schedules read and write.
    fn with_source(&self, source: Place) -> RunPlaces {
        RunPlaces { source, out: self.out.clone(), work: self.work() }
    }

    /// Beside the releases and never inside them: it holds record-level rows.
    fn work(&self) -> PathBuf {
        self.work.clone().unwrap_or_else(|| match &self.out {
            Place::Disk(out) => {
                let mut name = out.file_name().unwrap_or_default().to_owned();
                name.push("-work");
                out.with_file_name(name)
            }
            Place::Store(folder) => format!("{}-work", folder.name().unwrap_or("leds-metrics")).into(),
        })
    }
}

/// Runs the command line to its exit code, unless somebody asks to end before.
pub async fn execute(cli: Cli, stop: Stop) -> u8 {
    let writes_that_it_stopped = matches!(cli.command, Command::Run { .. } | Command::Schedule(_));
    begin_log(cli.log);
    let done = Box::pin(dispatch(cli, &stop));
    let done = if writes_that_it_stopped { done.await } else { unless_stopped(&stop, done).await };
    done.unwrap_or_else(|error| tell_failure(&error))
}

async fn dispatch(cli: Cli, stop: &Stop) -> Result<u8, AppError> {
    let Cli { mut command, definitions: folder, settings, quiet, log } = cli;
    set_retry_time(&mut command, settings.as_deref())?;
    // Between lines of JSON no bar can be drawn.
    let quiet = quiet || log == LogForm::Json;
    let load = || async {
        let context = Context::load(folder.as_ref(), settings.as_ref()).await?;
        Ok::<Context, AppError>(Context { stop: stop.clone(), ..context })
    };
    match command {
        Command::Demo { out, seed, published_on } => {
            let outcomes = demo::demo(&out, seed, published_on.unwrap_or_else(today), quiet).await?;
            outcomes.iter().try_for_each(print_outcome)?;
            Ok(exit::OK)
        }
        Command::Generate { from, to, scale, seed, out } => {
            print_generated(&NationPlan { from, to, scale, seed }, &out, quiet).map(done)
        }
        Command::Prepare(arguments) => {
            let prepared = prepare(&load().await?, &arguments.options(today(), quiet)).await?;
            print_prepared(&prepared)?;
            Ok(if prepared.refused { exit::CONTRACT } else { exit::OK })
        }
        Command::Check { input, work, json } => {
            let options = CheckOptions { date: input.date(), source: input.source, work, quiet };
            let report = check(&load().await?, &options).await?;
            print_check(&report, json)?;
            Ok(if report.blocked() { exit::CONTRACT } else { exit::OK })
        }
        Command::Plan { input, places, period, json } => {
            note_ambiguity(period);
            let options = RunOptions { quiet, ..places.options(input, period, today()) };
            let planned = plan(&load().await?, &options).await?;
            print_plan(&planned, json)?;
            Ok(exit::OK)
        }
        Command::Run { input, places, period, due, now, published_on, allow_gaps, again, public, copies, reading } => {
            let mut context = load().await?;
            reading.apply(&mut context.settings.cluster)?;
            if let Some(copies) = copies {
                context.settings.figures.editions.copies = copies;
            }
            // The parser lets exactly one of the two through.
            let Some(period) = period.filter(|_| !due) else {
                let places = places.with_source(input.source);
                return run_due(&context, &places, clock_from(now), DueManner { allow_gaps, quiet }).await;
            };
            note_ambiguity(period);
            let published_on = published_on.unwrap_or_else(today);
            let options = RunOptions { again, public, quiet, ..places.options(input, period, published_on) };
            let done = run_by_hand(&context, &options, &clock_from(None)).await?;
            done.span.in_scope(|| print_by_hand(&context.settings, &done, published_on, allow_gaps))
        }
        Command::Schedule(arguments) => serve(&load().await?, &arguments, quiet).await,
        Command::Worker(arguments) => run_worker(&load().await?, arguments).await.map(done),
        Command::Status(arguments) => print_status(&load().await?, &arguments).await,
        Command::Doctor(arguments) => run_doctor(arguments, folder, settings).await,
        Command::Prune(arguments) => run_prune(&load().await?, &arguments).map(done),
        Command::Sql(arguments) => run_sql(&load().await?, arguments, today(), quiet).await.map(done),
        Command::Bundle { release, edition, out, overwrite } => {
            let archive = bundle(&BundleOptions { release, edition, out, overwrite })?;
            print_line(format_args!("{}", archive.display()))?;
            Ok(exit::OK)
        }
        Command::VerifyRelease(arguments) => {
            let again = if arguments.runs_again() { Some(load().await?) } else { None };
            print_proof(arguments, again, quiet).await
        }
        Command::Compare(arguments) => {
            print_comparison(&load().await?, arguments)?;
            Ok(exit::OK)
        }
        Command::Trace(arguments) => {
            print_trace(&load().await?, arguments)?;
            Ok(exit::OK)
        }
        Command::List { what, json } => {
            print_list(&load().await?, what, json)?;
            Ok(exit::OK)
        }
        Command::Explain { metric } => {
            print(format_args!("{}", definitions::explain(&load().await?, &metric)?))?;
            Ok(exit::OK)
        }
        Command::Verify { metric, cases, json } => {
            let outcomes = verify(&load().await?, cases.as_deref(), metric.as_deref()).await?;
            print_cases(&outcomes, json)
        }
        Command::Completions { shell } => print_completions(shell).map(done),
        Command::Manual { folder } => write_manual(&folder).map(done),
        Command::Settings(SettingsCommand::Show { json }) => {
            show_settings(&load().await?, settings.as_deref(), json).map(done)
        }
        Command::Settings(SettingsCommand::Schema) => print_schema().map(done),
        Command::Definitions(command) => work_with_definitions(command, folder.as_deref()).await,
    }
}

/// The exit code of a command that either fails or has done all that it was asked for.
fn done((): ()) -> u8 {
    exit::OK
}

fn print_generated(plan: &NationPlan, out: &Path, quiet: bool) -> Result<(), AppError> {
    let summary = generate::generate(plan, out, quiet)?;
    let (files, bytes) = (summary.files, summary.bytes);
    print_line(format_args!("{files} files, {bytes} bytes of synthetic data in {}", out.display()))?;
    summary.faults.iter().try_for_each(|fault| print_line(format_args!("planted: {fault}")))
}

async fn work_with_definitions(command: DefinitionsCommand, folder: Option<&Path>) -> Result<u8, AppError> {
    match command {
        DefinitionsCommand::Export { folder } => {
            let files = definitions::export(&folder)?;
            print_line(format_args!("{files} files in {}", folder.display()))?;
        }
        DefinitionsCommand::Lock => {
            let statements = definitions::lock(folder).await?;
            print_line(format_args!("{statements} statements are locked"))?;
        }
    }
    Ok(exit::OK)
}

/// Says how a period was read that could be meant otherwise.
fn note_ambiguity(period: Period) {
    if let Some(words) = ambiguity(&period.to_string()) {
        tell_as(MessageKind::Note, format_args!("{words}"));
    }
}

/// Asks for what only the publisher knows.
fn note_unset_publication(settings: &Settings) {
    let unset = settings.figures.publication.unset();
    let unset: Vec<String> = unset.iter().map(|UnsetPublication { key, place }| format!("{key} ({place})")).collect();
    if !unset.is_empty() {
        tell_as(
            MessageKind::Note,
            format_args!("these settings of [publication] are not given, and pages say so: {}", unset.join("; ")),
        );
    }
}

/// A date that every page would tell wrongly.
fn note_past_release(settings: &Settings, published_on: NaiveDate) {
    if let Some(next) = settings.figures.publication.next_release.filter(|next| *next <= published_on) {
        tell_as(
            MessageKind::Note,
            format_args!(
                "publication.next_release is {next}, but this release is published on {published_on}; pages tell {next} \
             as the day of the next release"
            ),
        );
    }
}

/// Today in London.
fn today() -> NaiveDate {
    london_date(clock_from(None).now().naive_utc())
}

/// Says what became of a person's run, and gives its exit code.
fn print_by_hand(
    settings: &Settings,
    RunByHand { outcome, troubles, .. }: &RunByHand,
    published_on: NaiveDate,
    allow_gaps: bool,
) -> Result<u8, AppError> {
    warn_of(troubles);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return Ok(tell_failure(error)),
    };
    note_unset_publication(settings);
    note_past_release(settings, published_on);
    print_outcome(outcome)?;
    Ok(if outcome.has_gaps() && !allow_gaps { exit::GAPS } else { exit::OK })
}

fn print_outcome(outcome: &RunOutcome) -> Result<(), AppError> {
    let counts = &outcome.counts;
    if outcome.published {
        tell(format_args!(
            "{} submissions read, {} unchanged, {} refused; {} of {} figures have a value",
            counts.submissions_read,
            counts.submissions - counts.submissions_read,
            counts.submissions_refused,
            counts.observations_with_value,
            counts.observations
        ));
    } else {
        tell(format_args!("nothing changed since revision {}; not published again (--again does)", outcome.revision));
    }
    for LostHelper { worker, why } in &outcome.lost {
        let message =
            format_args!("worker {worker} is not used any more: {why}; what it had to read, others have read");
        tell_as(MessageKind::Warning, message);
    }
    if outcome.without_memory {
        tell(format_args!(
            "some metrics have no figure, because memory is too small for them; the data quality page names them and the setting"
        ));
    }
    if outcome.refused > 0 {
        tell(format_args!(
            "{} submissions were refused and are not in the figures; see the data quality page",
            outcome.refused
        ));
    }
    print_line(format_args!("{}", outcome.release.join(&outcome.first_page)))
}

fn print_check(report: &CheckReport, json: bool) -> Result<(), AppError> {
    if json {
        return print_json(report);
    }
    for finding in &report.findings {
        print_line(format_args!("{finding}"))?;
    }
    print_line(format_args!(
        "{} submissions, {} rows, {} refused, data as at {}",
        report.submissions, report.rows, report.refused, report.as_of
    ))
}

fn print_plan(plan: &PlanReport, json: bool) -> Result<(), AppError> {
    if json {
        return print_json(plan);
    }
    print_line(format_args!("{} ({}), data as at {}", plan.period, plan.period.words(), plan.as_of))?;
    for table in &plan.tables {
        print_line(format_args!(
            "{:<28} {:>6} unchanged {:>6} to read ({} bytes)",
            table.table, table.unchanged, table.to_read, table.bytes_to_read
        ))?;
        for example in &table.examples {
            print_line(format_args!("    {example}"))?;
        }
    }
    for rollup in &plan.rollups {
        print_line(format_args!(
            "roll-up {:<28} {:>6} cached {:>6} to scan",
            rollup.rollup, rollup.cached, rollup.to_scan
        ))?;
    }
    let last = plan.last_release.as_deref().unwrap_or("none");
    print_line(format_args!(
        "{} metrics over {} periods; would publish revision {}, last release: {last}",
        plan.metrics,
        plan.trend.len(),
        plan.revision
    ))?;
    for finding in &plan.findings {
        print_line(format_args!("{finding}"))?;
    }
    Ok(())
}

fn print_list(context: &Context, what: Listed, json: bool) -> Result<(), AppError> {
    match (what, json) {
        (Listed::Metrics, true) => print_json(&definitions::metric_lines(context)),
        (Listed::Metrics, false) => definitions::metric_lines(context).iter().try_for_each(|line| {
            print_line(format_args!("{:<8} {:>2}  {:<24} {}", line.id, line.principle, line.evidence, line.title))
        }),
        (Listed::Datasets, true) => print_json(&definitions::dataset_lines(context)),
        (Listed::Datasets, false) => definitions::dataset_lines(context).iter().try_for_each(|line| {
            print_line(format_args!(
                "{:<24} {:<8} {:>2} fields  {}",
                line.dataset, line.version, line.fields, line.title
            ))
        }),
        (Listed::Periods, true) => print_json(&definitions::period_lines()),
        (Listed::Periods, false) => definitions::period_lines().iter().try_for_each(|line| {
            print_line(format_args!("{:<16} {:<16} {}", line.period_type, line.example, line.words))
        }),
    }
}

fn print_cases(outcomes: &[crate::app::verify::CaseOutcome], json: bool) -> Result<u8, AppError> {
    let failed = outcomes.iter().filter(|outcome| !outcome.problems.is_empty()).count();
    if json {
        print_json(&outcomes)?;
    } else {
        for outcome in outcomes {
            let verdict = if outcome.problems.is_empty() { "ok  " } else { "FAIL" };
            print_line(format_args!("{verdict} {}/{}: {}", outcome.metric, outcome.case, outcome.why))?;
            for problem in &outcome.problems {
                print_line(format_args!("     {problem}"))?;
            }
        }
        print_line(format_args!("{} passed, {failed} failed", outcomes.len() - failed))?;
    }
    if outcomes.is_empty() {
        return Err(UsageError::NoCases.into());
    }
    if failed > 0 { Err(AppError::CasesFailed { failed, cases: outcomes.len() }) } else { Ok(exit::OK) }
}
