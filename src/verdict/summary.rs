//! Verdicts gathered by subject: of one body, and of the nation. A subject is what several metrics measure together, so that a
//! body that is late with one thing is not counted once for each of its limits.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use super::aspects::{Aspect, AspectFound, Standing};
use super::attention::{Attention, DecidedBy};
use super::shared::SharedCause;
use super::{FigureVerdict, Verdicts};
use crate::vocabulary::body_id::BodyId;

/// Reasons that stand beside a force to look at first.
const MOST_REASONS: usize = 3;

/// A figure that stands out in one comparison.
#[derive(Debug, Clone, Copy)]
pub struct StandingOut<'v> {
    pub verdict: &'v FigureVerdict,
    pub aspect: Aspect,
    pub found: AspectFound,
}

impl StandingOut<'_> {
    /// How far the figure lies from the other one, in margins, whichever side; `None` where the distance is no number.
    pub fn size(&self) -> Option<f64> {
        self.found.size.map(f64::abs)
    }
}

/// A subject in which a body stands out, with the figures that do. The first figure is the one that stands out farthest; it
/// gives the subject its place.
#[derive(Debug, Clone)]
pub struct SubjectStanding<'v> {
    /// `None` of a metric that is not ranked: it stands alone.
    pub subject: Option<&'v str>,
    /// Farthest first; never empty.
    pub figures: Vec<StandingOut<'v>>,
}

impl<'v> SubjectStanding<'v> {
    /// The figure that stands out farthest.
    pub fn farthest(&self) -> Option<&StandingOut<'v>> {
        self.figures.first()
    }

    fn size(&self) -> Option<f64> {
        self.farthest().and_then(StandingOut::size)
    }
}

/// How many subjects of a body ask for each level of attention, each by its figure that asks for most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SubjectCounts {
    pub act: usize,
    pub look: usize,
    pub good: usize,
    /// Nothing stands out.
    pub none: usize,
    pub cannot_tell: usize,
}

impl SubjectCounts {
    /// Subjects of which something can be said.
    pub fn told(self) -> usize {
        self.act + self.look + self.good + self.none
    }
}

/// Where a body stands. Each list holds the farthest subject first; shared changes are in none of them.
#[derive(Debug, Clone)]
pub struct BodySummary<'v> {
    /// Worse than the peers or among all forces.
    pub worse_than_others: Vec<SubjectStanding<'v>>,
    /// Worse than a year before.
    pub worse_than_year_before: Vec<SubjectStanding<'v>>,
    /// Standards that were not met; also of metrics that are not ranked.
    pub not_met: Vec<SubjectStanding<'v>>,
    /// Better than the peers or among all forces.
    pub better_than_others: Vec<SubjectStanding<'v>>,
    /// Better than a year before.
    pub better_than_year_before: Vec<SubjectStanding<'v>>,
    pub subjects: SubjectCounts,
}

impl BodySummary<'_> {
    /// Subjects that ask to act or to look.
    pub fn subjects_worse(&self) -> usize {
        self.subjects.act + self.subjects.look
    }

    /// Subjects that are good.
    pub fn subjects_better(&self) -> usize {
        self.subjects.good
    }
}

/// A force to look at.
#[derive(Debug, Clone)]
pub struct ForceToLookAt<'v> {
    pub org_code: &'v BodyId,
    pub subjects: SubjectCounts,
    /// At most three subjects, those that ask to act before those that ask to look, the farthest first; of each the
    /// comparison that decided.
    pub reasons: Vec<StandingOut<'v>>,
}

/// Where the nation stands.
#[derive(Debug, Clone)]
pub struct NationalSummary<'v> {
    /// Subjects in which the national figure is better than a year before, the farthest first.
    pub improved: Vec<SubjectStanding<'v>>,
    /// Subjects in which it is worse.
    pub worsened: Vec<SubjectStanding<'v>>,
    /// Changes that half of the forces have in common.
    pub shared: &'v [SharedCause],
    /// Forces with a subject that asks to act or to look: by the number that ask to act, then by the number that ask to
    /// look, then by code.
    pub forces: Vec<ForceToLookAt<'v>>,
}

impl Verdicts {
    /// Where a body stands, by subject.
    pub fn summary_of<'v>(&'v self, org_code: &BodyId) -> BodySummary<'v> {
        let verdicts: Vec<&FigureVerdict> = self.all().iter().filter(|verdict| verdict.org_code == *org_code).collect();
        let others = [Aspect::Peers, Aspect::Forces];
        BodySummary {
            worse_than_others: ranked(&verdicts, &others, Standing::Worse),
            worse_than_year_before: ranked(&verdicts, &[Aspect::YearBefore], Standing::Worse),
            not_met: by_subject(standing_out(&verdicts, &[Aspect::Standard], Standing::Worse)),
            better_than_others: ranked(&verdicts, &others, Standing::Better),
            better_than_year_before: ranked(&verdicts, &[Aspect::YearBefore], Standing::Better),
            subjects: count_subjects(&verdicts),
        }
    }

    /// Where the nation stands, and the forces to look at first. `is_force` says which organisations are forces.
    pub fn national_summary(&self, is_force: impl Fn(&BodyId) -> bool) -> NationalSummary<'_> {
        let verdicts: Vec<&FigureVerdict> = self.all().iter().filter(|verdict| verdict.org_code.is_nation()).collect();
        NationalSummary {
            improved: ranked(&verdicts, &[Aspect::YearBefore], Standing::Better),
            worsened: ranked(&verdicts, &[Aspect::YearBefore], Standing::Worse),
            shared: self.shared_causes(),
            forces: self.forces_to_look_at(is_force),
        }
    }

    fn forces_to_look_at(&self, is_force: impl Fn(&BodyId) -> bool) -> Vec<ForceToLookAt<'_>> {
        let mut by_force: BTreeMap<&BodyId, Vec<&FigureVerdict>> = BTreeMap::new();
        for verdict in self.all().iter().filter(|one| one.org_code.is_organisation() && is_force(&one.org_code)) {
            by_force.entry(&verdict.org_code).or_default().push(verdict);
        }
        let mut forces: Vec<ForceToLookAt<'_>> = by_force
            .into_iter()
            .map(|(org_code, verdicts)| ForceToLookAt {
                org_code,
                subjects: count_subjects(&verdicts),
                reasons: reasons(&verdicts),
            })
            .filter(|force| !force.reasons.is_empty())
            .collect();
        forces.sort_by_key(|force| Reverse((force.subjects.act, force.subjects.look)));
        forces
    }
}

/// The figures of ranked metrics that stand out on a side in one of the comparisons, by subject.
fn ranked<'v>(verdicts: &[&'v FigureVerdict], aspects: &[Aspect], standing: Standing) -> Vec<SubjectStanding<'v>> {
    by_subject(standing_out(verdicts, aspects, standing).filter(|one| one.verdict.subject.is_some()))
}

/// The figures that stand out on a side in one of the comparisons, each by the comparison in which it does so farthest.
fn standing_out<'v>(
    verdicts: &[&'v FigureVerdict],
    aspects: &[Aspect],
    standing: Standing,
) -> impl Iterator<Item = StandingOut<'v>> {
    verdicts.iter().filter_map(move |verdict| {
        let found = aspects.iter().filter_map(|aspect| Some((*aspect, verdict.aspects.get(*aspect)?)));
        let matching = found.filter(|(_, found)| !found.shared && found.label.standing() == Some(standing));
        let out = matching.map(|(aspect, found)| StandingOut { verdict, aspect, found });
        out.min_by(|one, other| farther(one.size(), other.size()))
    })
}

/// Groups figures by subject, the farthest first within a subject and among them.
fn by_subject<'v>(figures: impl Iterator<Item = StandingOut<'v>>) -> Vec<SubjectStanding<'v>> {
    let mut subjects: Vec<SubjectStanding<'v>> = Vec::new();
    for figure in figures {
        let subject = figure.verdict.subject.as_deref();
        match subjects.iter_mut().find(|known| subject.is_some() && known.subject == subject) {
            Some(known) => known.figures.push(figure),
            None => subjects.push(SubjectStanding { subject, figures: vec![figure] }),
        }
    }
    for subject in &mut subjects {
        subject.figures.sort_by(|one, other| farther(one.size(), other.size()));
    }
    subjects.sort_by(|one, other| farther(one.size(), other.size()));
    subjects
}

/// The larger size first; one that is no number last.
fn farther(one: Option<f64>, other: Option<f64>) -> Ordering {
    let number = |size: Option<f64>| size.unwrap_or(-1.0);
    number(other).total_cmp(&number(one))
}

/// Of each subject the attention of the figure that asks for most.
fn count_subjects(verdicts: &[&FigureVerdict]) -> SubjectCounts {
    let mut subjects: BTreeMap<&str, Attention> = BTreeMap::new();
    for verdict in verdicts {
        let Some(subject) = verdict.subject.as_deref() else { continue };
        let known = subjects.entry(subject).or_insert(Attention::CannotTell);
        *known = (*known).min(verdict.attention);
    }
    let mut counts = SubjectCounts::default();
    for attention in subjects.into_values() {
        let count = match attention {
            Attention::Act => &mut counts.act,
            Attention::Look => &mut counts.look,
            Attention::Good => &mut counts.good,
            Attention::None => &mut counts.none,
            Attention::CannotTell => &mut counts.cannot_tell,
        };
        *count += 1;
    }
    counts
}

/// The deciding comparisons of the figures that ask to act or to look, one for each subject, at most three.
fn reasons<'v>(verdicts: &[&'v FigureVerdict]) -> Vec<StandingOut<'v>> {
    let is_worse = |verdict: &&&FigureVerdict| matches!(verdict.attention, Attention::Act | Attention::Look);
    let decided = |verdict: &&'v FigureVerdict| {
        let DecidedBy::Aspect(aspect) = verdict.decided_by else { return None };
        Some(StandingOut { verdict, aspect, found: verdict.aspects.get(aspect)? })
    };
    let ranked = verdicts.iter().filter(|verdict| verdict.subject.is_some());
    let mut reasons: Vec<StandingOut<'v>> = ranked.filter(is_worse).filter_map(decided).collect();
    let first = |one: &StandingOut<'_>, other: &StandingOut<'_>| {
        one.verdict.attention.cmp(&other.verdict.attention).then_with(|| farther(one.size(), other.size()))
    };
    reasons.sort_by(first);
    let mut seen = BTreeSet::new();
    reasons.retain(|one| seen.insert(one.verdict.subject.as_deref()));
    reasons.truncate(MOST_REASONS);
    reasons
}
