//! A unit of work, and how it travels.

/// A piece of work that one worker does whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkUnit {
    pub number: u64,
    /// What shall be done, in the words of the job.
    pub order: String,
}

impl WorkUnit {
    /// Number and order, as they travel.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.number, self.order)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, order) = text.split_once(' ')?;
        Some(Self { number: number.parse().ok()?, order: order.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_travels_as_text() {
        let unit = WorkUnit { number: 12, order: "{\"a\": 1} and more".to_owned() };
        assert_eq!(WorkUnit::parse(&unit.text()), Some(unit));
        assert_eq!(WorkUnit::parse("twelve"), None);
    }
}
