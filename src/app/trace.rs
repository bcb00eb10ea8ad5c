//! `trace`: from a published figure to the definition that made it and the submissions behind it.

use std::collections::BTreeMap;

use super::definitions::unknown_metric;
use super::folders::release_folder;
use super::nearest::did_you_mean;
use super::{AppError, Context, UsageError};
use crate::place::Place;
use crate::release::published::PublishedBodies;
use crate::release::trace::{FigureAsked, FigureTrace, TracedFigure, TracedRelease};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::period::Period;

/// Which figure of which release.
#[derive(Debug, Clone)]
pub struct TraceOptions {
    /// Id of the metric, in any case of letters.
    pub metric: String,
    /// Code or name of the body, as it was typed.
    pub body: String,
    /// The period, as it was typed.
    pub period: String,
    /// A release, or the folder of a period's releases, of which the latest is taken.
    pub release: Place,
}

/// The figure with everything behind it.
///
/// # Errors
/// A folder that holds no release, a release that is damaged or has other definitions than those at hand, and a name that
/// nothing in it has.
pub fn trace(context: &Context, options: &TraceOptions) -> Result<FigureTrace, AppError> {
    let definitions = &context.definitions;
    let metric = definitions.metric(&options.metric).ok_or_else(|| unknown_metric(context, &options.metric))?;
    let release = TracedRelease::open(&release_folder(&options.release)?)?;
    let code = body_of(&release.bodies, &options.body)?;
    let asked = FigureAsked { metric, code };
    let mut figures = release.figures(asked)?;
    let period = options.period.parse::<Period>().ok().filter(|period| figures.contains_key(period));
    let found = period.and_then(|period| Some((period, figures.remove(&period)?)));
    let (period, figure) = found.ok_or_else(|| no_figure(options, &figures))?;
    if !release.record.has_metric_of(definitions, metric) {
        return Err(UsageError::OtherDefinition { metric: metric.id.clone() }.into());
    }
    Ok(release.trace(asked, period, figure, definitions))
}

/// The body with a code or a name, in any case of letters. A code goes before a name.
fn body_of<'b>(bodies: &'b PublishedBodies, typed: &str) -> Result<&'b BodyId, UsageError> {
    let all = bodies.all();
    let is_typed = |text: &str| text.eq_ignore_ascii_case(typed.trim());
    let by_code = all.keys().find(|code| is_typed(code));
    let by_name = || all.iter().find(|(_, body)| is_typed(&body.name) || is_typed(&body.full_name));
    by_code.or_else(|| Some(by_name()?.0)).ok_or_else(|| {
        let codes = all.keys().map(BodyId::as_str);
        let names = all.values().flat_map(|body| [body.name.as_str(), body.full_name.as_str()]);
        let meant = did_you_mean(typed, codes.chain(names).filter(|name| !name.is_empty()));
        UsageError::UnknownBody { name: typed.to_owned(), meant }
    })
}

/// A period of which the release has no such figure, with those that it has.
fn no_figure(options: &TraceOptions, figures: &BTreeMap<Period, TracedFigure>) -> UsageError {
    let known: Vec<String> = figures.keys().map(ToString::to_string).collect();
    let meant = did_you_mean(&options.period, known.iter().map(String::as_str));
    let known = if known.is_empty() { "no period".to_owned() } else { known.join(", ") };
    let TraceOptions { metric, body, period, .. } = options;
    UsageError::NoFigure { metric: metric.clone(), body: body.clone(), period: period.clone(), meant, known }
}
