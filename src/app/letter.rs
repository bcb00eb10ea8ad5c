//! What the program writes to its operators after each run: one letter, as text, as a page for a mail, and as data.

use serde::Serialize;

use super::{AppError, RunOutcome};
use crate::ledger::{Ended, RunKey, RunResult};
use crate::report::{BodyLine, Digest};
use crate::vocabulary::period::london_moment;

/// A letter. The same values make every form of it.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    /// Name of the schedule; without one, a person asked for the run.
    pub schedule: Option<String>,
    pub subject: String,
    /// Whether somebody has to do something.
    pub needs_a_person: bool,
    /// How the run ended, as the ledger says.
    pub run: Ended,
    /// What the release brings, where one was published.
    pub digest: Option<Digest>,
    /// The text of the letter.
    pub paragraphs: Vec<String>,
    pub sections: Vec<LetterSection>,
}

/// Lines under a heading.
#[derive(Debug, Clone, Serialize)]
pub struct LetterSection {
    pub heading: &'static str,
    pub lines: Vec<String>,
}

impl Letter {
    /// What there is to say of a run that has ended.
    pub(super) fn of(key: &RunKey, ended: &Ended, outcome: &Result<RunOutcome, AppError>) -> Self {
        let digest = outcome.as_ref().ok().and_then(|outcome| outcome.digest.clone());
        // A run that waits, or that is tried again, goes on by itself.
        let needs_a_person = ended.result == RunResult::Failed && ended.again_at.is_none();
        let mut paragraphs = Vec::new();
        if let Some(digest) = &digest {
            paragraphs.extend(paragraphs_of(digest));
        }
        paragraphs.extend(ended.message.clone());
        paragraphs.extend(ended.again_at.map(|at| format!("The program tries again at {}.", london_moment(at))));
        if needs_a_person {
            paragraphs.push("Somebody has to mend the cause and run the period by hand.".to_owned());
        }
        let section = |heading: &'static str, lines: Vec<String>| LetterSection { heading, lines };
        let of_bodies =
            |lines: &[BodyLine]| lines.iter().map(|line| format!("{}: {}", line.name, line.words)).collect();
        let mut sections = Vec::new();
        if let Some(digest) = &digest {
            sections.push(section("Returns missing, late or refused", of_bodies(&digest.returns)));
            sections.push(section("Forces to look at first", of_bodies(&digest.forces)));
            if let Some(new) = &digest.new_to_act_on {
                let heading = "Figures that ask for action, and did not in the release before";
                sections.push(section(heading, of_bodies(&new.organisations)));
            }
        } else {
            sections.push(section("Returns outstanding from", ended.outstanding.clone()));
        }
        sections.retain(|section| !section.lines.is_empty());
        Self {
            schedule: key.schedule.as_ref().map(ToString::to_string),
            subject: subject(key, ended),
            needs_a_person,
            run: ended.clone(),
            digest,
            paragraphs,
            sections,
        }
    }

    /// The letter as text.
    pub fn text(&self) -> String {
        let section = |LetterSection { heading, lines }: &LetterSection| format!("{heading}\n- {}", lines.join("\n- "));
        let parts = std::iter::once(self.subject.clone()).chain(self.paragraphs.iter().cloned());
        let parts: Vec<String> = parts.chain(self.sections.iter().map(section)).collect();
        parts.join("\n\n") + "\n"
    }
}

fn paragraphs_of(digest: &Digest) -> Vec<String> {
    let mut paragraphs: Vec<String> = digest.marking.clone().into_iter().collect();
    if digest.synthetic {
        paragraphs.push("Every figure was made up by a program.".to_owned());
    }
    paragraphs.push(digest.message.clone());
    paragraphs.extend(digest.figures_changed.map(|changed| match changed {
        0 => "No headline figure differs from the release before.".to_owned(),
        1 => "One headline figure differs from the release before.".to_owned(),
        more => format!("{more} headline figures differ from the release before."),
    }));
    paragraphs
}

/// One line that says all that matters.
fn subject(key: &RunKey, ended: &Ended) -> String {
    let what = match ended.result {
        RunResult::Published => "published",
        RunResult::Unchanged => "nothing new to publish",
        RunResult::Waiting => "waits for returns",
        RunResult::Failed if ended.again_at.is_some() => "failed and is tried again",
        RunResult::Failed => "failed; somebody has to look",
        RunResult::Stopped => "stopped before it was done",
        RunResult::LeftOut => "left out",
    };
    let release = ended.release.as_ref().map(|release| format!(" ({release})")).unwrap_or_default();
    let refused = if ended.refused > 0 { format!(", {} submissions refused", ended.refused) } else { String::new() };
    format!("{}: {what}{release}{refused}", key.period.words_with_short_name())
}
