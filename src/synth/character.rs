//! How each body behaves: timeliness, habits and the change from PNC to LEDS, made up from the seed.
//! The levels are inventions inside documented ranges; they say nothing about the real body of that name.

use super::draw::Draw;
use crate::vocabulary::period::Month;
use crate::vocabulary::sender_code::SenderCode;

/// The made-up habits of one body. Shares are 0 to 1.
#[derive(Debug, Clone)]
pub struct Character {
    /// Arrests, summonses and reports, and court results, against bodies of the same strength.
    pub volume: f64,
    /// Recordable arrests and summonses on PNC within 24 hours, and how far this drifts up and down.
    pub within_day: f64,
    pub drift: f64,
    pub drift_phase: f64,
    /// Of the later ones: created inside three days.
    pub within_three_days: f64,
    /// Arrests and summonses never created.
    pub never_created: f64,
    pub identifier_valid: f64,
    /// Court results: median days from receipt, and log standard deviation.
    pub court_median_days: f64,
    pub court_sigma: f64,
    /// Months since January 2023 at which half of the transactions run on LEDS, and the steepness of the change.
    pub leds_midpoint: f64,
    pub leds_width: f64,
    /// Weight of vehicle checks against the national mix.
    pub vehicle_tilt: f64,
    /// Transactions with a reason and a justification that count.
    pub reason_given: f64,
    /// Accounts that fall asleep.
    pub dormant: f64,
    pub trained_first: f64,
    pub refreshed: f64,
    pub prompt_closure: f64,
    pub level_matches: f64,
    /// Audited share of transactions, and share of audits that find a policing purpose.
    pub audit_rate: f64,
    pub justified: f64,
    /// Median days to answer a request, and log standard deviation.
    pub request_median_days: f64,
    pub request_sigma: f64,
    /// Hearing messages that need PNC and update it without an exception, and those that a person has to see to after one.
    pub automated: f64,
    pub exception_by_hand: f64,
    /// Requests closed on the day on which missing information has not come for too long; the others later.
    pub closes_incomplete: f64,
    /// Impending prosecutions: median days to the result, and mean days between two investigations of one case.
    pub case_median_days: f64,
    pub investigated_every: f64,
    /// Resolved cases that a supervisor checks, those that pass, and results that agree with the court's record.
    pub checked: f64,
    pub check_passed: f64,
    pub results_agree: f64,
    /// Incidents against bodies of the same strength, and those told to the ICO in time.
    pub incidents: f64,
    pub told_in_time: f64,
    /// Reviews and disposals done by their day, and decisions with a recorded rationale.
    pub reviewed_in_time: f64,
    pub rationale: f64,
    /// Months from one meeting of the steering group to the next, and planned meetings that take place.
    pub meets_every: i32,
    pub meets: f64,
    /// Security controls met, and how far inspections find the body above the average.
    pub controls_met: f64,
    pub standing: f64,
}

impl Character {
    /// The character of `code`.
    pub fn new(seed: u64, code: &SenderCode) -> Self {
        let mut draw = Draw::new(seed, &["character", code]);
        Self {
            volume: draw.between(0.80, 1.25),
            within_day: draw.between(0.66, 0.945),
            drift: draw.between(0.0, 0.025),
            drift_phase: draw.between(0.0, std::f64::consts::TAU),
            within_three_days: draw.between(0.50, 0.80),
            never_created: draw.between(0.002, 0.012),
            identifier_valid: draw.between(0.955, 0.998),
            // Most bodies take days, a few take months.
            court_median_days: 1.5 * 30.0_f64.powf(draw.unit().powf(1.7)),
            court_sigma: draw.between(0.8, 1.3),
            leds_midpoint: draw.between(12.0, 31.0),
            leds_width: draw.between(1.5, 3.5),
            vehicle_tilt: draw.between(0.88, 1.14),
            reason_given: draw.between(0.93, 0.995),
            dormant: draw.between(0.02, 0.14),
            trained_first: draw.between(0.86, 0.995),
            refreshed: draw.between(0.75, 0.97),
            prompt_closure: draw.between(0.60, 0.97),
            level_matches: draw.between(0.92, 0.995),
            audit_rate: draw.between(0.003, 0.008),
            justified: draw.between(0.93, 0.995),
            request_median_days: draw.between(14.0, 27.0),
            request_sigma: draw.between(0.25, 0.60),
            automated: draw.between(0.72, 0.93),
            exception_by_hand: draw.between(0.35, 0.60),
            closes_incomplete: draw.between(0.50, 0.95),
            case_median_days: draw.between(45.0, 110.0),
            investigated_every: draw.between(60.0, 400.0),
            // The share is set locally; some check nearly everything.
            checked: draw.between(0.25, 1.0),
            check_passed: draw.between(0.82, 0.98),
            results_agree: draw.between(0.90, 0.985),
            incidents: draw.between(0.5, 1.8),
            told_in_time: draw.between(0.70, 0.99),
            reviewed_in_time: draw.between(0.60, 0.97),
            rationale: draw.between(0.65, 0.98),
            meets_every: draw.choose(&[(1, 0.2), (6, 0.15)], 3),
            meets: draw.between(0.75, 1.0),
            controls_met: draw.between(0.80, 0.98),
            standing: draw.normal(),
        }
    }

    /// Share of arrests and summonses created within 24 hours in `month`: the level and a slow wave of 18 months.
    pub fn within_day_in(&self, month: Month) -> f64 {
        let wave = (std::f64::consts::TAU * months_since_2023(month) / 18.0 + self.drift_phase).sin();
        (self.within_day + self.drift * wave).clamp(0.0, 0.97)
    }

    /// Share of transactions on LEDS in `month` for an application that changes `later` months after the first.
    /// A logistic curve, zero before January 2023.
    pub fn leds_share(&self, month: Month, later: f64) -> f64 {
        let months = months_since_2023(month);
        if months < 0.0 {
            return 0.0;
        }
        1.0 / (1.0 + (-(months - self.leds_midpoint - later) / self.leds_width).exp())
    }
}

fn months_since_2023(month: Month) -> f64 {
    f64::from((month.year() - 2023) * 12 + month.number().cast_signed() - 1)
}
