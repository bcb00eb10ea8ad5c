//! Where messages and events go: to the standard error, as text for people or as lines of JSON for programs. Only what this program
//! says of itself is written, and that a request to a store is sent again: libraries would name addresses, and what they are given.

use std::fmt;
use std::io::Write as _;
use std::time::Instant;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// What messages to people call their origin. Everything else that is written is an event of the work.
pub(super) const MESSAGES: &str = "leds_metrics::messages";

/// Where the library of object stores says that it sends a request again.
const RETRIES: &str = "object_store::client::retry";

/// How messages are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogForm {
    // Messages for people.
    #[default]
    Text,
    // A line of JSON for each message and for each stage of a run.
    Json,
}

/// Begins the log, before the first message.
pub(super) fn begin_log(form: LogForm) {
    let log = tracing_subscriber::registry().with(Log { form });
    // Whoever has begun a log before us keeps it.
    let _ = tracing::subscriber::set_global_default(log);
    if form == LogForm::Json {
        std::panic::set_hook(Box::new(|fault| tracing::error!(target: MESSAGES, "a fault of the program: {fault}")));
    }
}

/// The log of this program.
struct Log {
    form: LogForm,
}

/// Fields of an event or a span.
#[derive(Debug, Clone, Default)]
struct Fields(Map<String, Value>);

/// What is kept of a span.
struct Kept {
    fields: Fields,
    since: Instant,
}

/// One line.
#[derive(Serialize)]
struct LogLine<'l> {
    time: String,
    level: &'static str,
    /// The run that the ledger knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Value>,
    target: &'l str,
    message: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        match self.form {
            _ if metadata.target() == RETRIES => *metadata.level() <= Level::INFO,
            LogForm::Text => metadata.target() == MESSAGES,
            LogForm::Json => is_own(metadata.target()) && *metadata.level() <= Level::INFO,
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Kept { fields, since: Instant::now() });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut level = *event.metadata().level();
        if event.metadata().target() == RETRIES {
            level = Level::WARN;
            let told = fields.take_text("message");
            fields.keep("about", "object store".into());
            fields.keep("kind", "warning".into());
            fields.keep("message", without_addresses(&told).into());
        }
        match self.form {
            LogForm::Text => write_line(&fields.into_text()),
            LogForm::Json => write_json(event.metadata(), level, fields, context.event_span(event).as_ref()),
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let milliseconds = span.extensions().get::<Kept>().map(|kept| kept.since.elapsed().as_millis());
        let mut fields = Fields::default();
        fields.keep("message", format!("the {} is over", span.name()).into());
        fields.keep("milliseconds", milliseconds.and_then(|time| u64::try_from(time).ok()).into());
        write_json(span.metadata(), Level::INFO, fields, Some(&span));
    }
}

/// Whether this program says it, and no library.
fn is_own(target: &str) -> bool {
    target.split("::").next() == Some(env!("CARGO_CRATE_NAME"))
}

/// What is told of a request that is sent again, up to the number of the try. An error of the network may follow, with an address that
/// holds a signature.
fn without_addresses(told: &str) -> &str {
    let Some((before, rest)) = told.split_once(", retry ") else { return "a request is sent again" };
    let length = rest.find(|c: char| !c.is_ascii_digit() && !" of".contains(c)).unwrap_or(rest.len());
    told.get(..before.len() + ", retry ".len() + length).unwrap_or_default()
}

/// Writes a line with its own fields and those of the spans around it.
fn write_json<'s, S: LookupSpan<'s>>(
    metadata: &Metadata<'_>,
    level: Level,
    own: Fields,
    span: Option<&SpanRef<'s, S>>,
) {
    let mut fields = Fields::default();
    for around in span.into_iter().flat_map(SpanRef::scope).collect::<Vec<_>>().iter().rev() {
        if let Some(kept) = around.extensions().get::<Kept>() {
            fields.0.extend(kept.fields.0.clone());
        }
    }
    fields.0.extend(own.0);
    // They are for people: the level says the one and the run the other.
    fields.0.remove("kind");
    fields.0.remove("about");
    let message = fields.take_text("message");
    // Lines that are the heading of others among people.
    if message.is_empty() {
        return;
    }
    let mut time = String::new();
    if SystemTime.format_time(&mut Writer::new(&mut time)).is_err() {
        return;
    }
    let run = fields.0.remove("run");
    let line = LogLine { time, level: level_word(level), run, target: metadata.target(), message, fields: fields.0 };
    if let Ok(text) = serde_json::to_string(&line) {
        write_line(&text);
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG | Level::TRACE => "debug",
    }
}

/// Writes a line at once. Where nobody reads it any more there is nobody to be told.
fn write_line(text: &str) {
    let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
}

impl Fields {
    fn keep(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn take_text(&mut self, name: &str) -> String {
        match self.0.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        }
    }

    /// A message as people read it: what it is about, what kind it is, and the words. One without words is a heading.
    fn into_text(mut self) -> String {
        let [about, kind, message] = ["about", "kind", "message"].map(|name| self.take_text(name));
        let before: String =
            [about, kind].into_iter().filter(|part| !part.is_empty()).map(|part| part + ": ").collect();
        if message.is_empty() { before.trim_end().to_owned() } else { before + &message }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field.name(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_what_it_is_about_then_the_kind_then_the_words() {
        let text = |about: &str, kind: &str, message: &str| {
            let mut fields = Fields::default();
            for (name, value) in [("about", about), ("kind", kind), ("message", message)] {
                fields.keep(name, value.into());
            }
            fields.into_text()
        };
        assert_eq!(text("", "", "nothing is due"), "nothing is due");
        assert_eq!(text("", "error", "no disk"), "error: no disk");
        assert_eq!(text("monthly 2025-04", "error", "no disk"), "monthly 2025-04: error: no disk");
        assert_eq!(text("monthly 2025-04", "", ""), "monthly 2025-04:");
    }

    #[test]
    fn a_request_that_is_sent_again_is_told_without_its_address() {
        let refused = "Encountered server error with status 503, backing off for 0.1 seconds, retry 1 of 8";
        assert_eq!(without_addresses(refused), refused);
        let lost = "Encountered transport error of kind Connect, backing off for 0.2 seconds, retry 2 of 8: error for url \
                    (https://a.example/c/f?sig=secret, retry 9 of 9)";
        let told = "Encountered transport error of kind Connect, backing off for 0.2 seconds, retry 2 of 8";
        assert_eq!(without_addresses(lost), told);
        assert_eq!(without_addresses("https://a.example/?sig=secret"), "a request is sent again");
    }

    #[test]
    fn libraries_say_nothing() {
        for own in ["leds_metrics", "leds_metrics::app::run", MESSAGES] {
            assert!(is_own(own), "{own}");
        }
        for other in ["object_store::client", "leds_metrics_other", "hyper"] {
            assert!(!is_own(other), "{other}");
        }
    }
}
