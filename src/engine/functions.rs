//! Functions that statements may call besides the engine's own, as their makers describe them.

use std::collections::BTreeMap;

/// `None` where there is no answer; an error, in words, where the arguments make no sense. An error ends the statement.
pub type Answer<T> = Result<Option<T>, String>;

/// What a function of one row gives.
#[derive(Debug, Clone, Copy)]
pub enum Compute {
    Number(fn(&[f64]) -> Answer<f64>),
    Text(fn(&[f64]) -> Answer<&'static str>),
}

/// A function of the numbers in one row. Without one of its arguments it has no answer either.
#[derive(Debug)]
pub struct ScalarFunction {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
    /// What it gives, in one line.
    pub summary: &'static str,
    pub compute: Compute,
}

impl ScalarFunction {
    /// Name and arguments as they are called.
    pub fn call(&self) -> String {
        format!("{}({})", self.name, self.arguments.join(", "))
    }
}

/// How often each whole value occurs, once where it has ended (`true`) and once where it is still running.
pub type Bars = BTreeMap<(i64, bool), u64>;

/// A function of the rows of a group, which are the bars of a histogram. A row that lacks one of the arguments is left out.
#[derive(Debug)]
pub struct AggregateFunction {
    pub name: &'static str,
    /// Whether rows say if their value has ended; without that all have.
    pub observed: bool,
    /// What else it is called with: one number each, the same in all rows of a group.
    pub settings: &'static [&'static str],
    /// One more setting, which a call may leave out.
    pub optional: &'static str,
    /// What it gives, in one line.
    pub summary: &'static str,
    /// Of the bars and the settings; one setting more where the optional one is given.
    pub compute: fn(&Bars, &[f64]) -> Answer<f64>,
}

impl AggregateFunction {
    /// Name and arguments as they are called.
    pub fn call(&self) -> String {
        let columns = if self.observed { "value, observed, count" } else { "value, count" };
        format!("{}({columns}, {} [, {}])", self.name, self.settings.join(", "), self.optional)
    }
}

/// Functions under a title.
#[derive(Debug)]
pub struct FunctionGroup<F: 'static> {
    pub title: &'static str,
    pub functions: &'static [F],
}

/// Everything that statements may call besides the engine's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Functions {
    pub scalar: &'static [FunctionGroup<ScalarFunction>],
    pub aggregate: &'static [FunctionGroup<AggregateFunction>],
}

impl Functions {
    /// Every function of one row.
    pub fn scalars(self) -> impl Iterator<Item = &'static ScalarFunction> {
        self.scalar.iter().flat_map(|group| group.functions)
    }

    /// Every function of a group's rows.
    pub fn aggregates(self) -> impl Iterator<Item = &'static AggregateFunction> {
        self.aggregate.iter().flat_map(|group| group.functions)
    }

    /// Each title with the call and the summary of its functions, in order.
    pub fn sections(self) -> Vec<(&'static str, Vec<(String, &'static str)>)> {
        let of_rows = self.scalar.iter().map(|group| {
            let line = |function: &'static ScalarFunction| (function.call(), function.summary);
            (group.title, group.functions.iter().map(line).collect())
        });
        let of_groups = self.aggregate.iter().map(|group| {
            let line = |function: &'static AggregateFunction| (function.call(), function.summary);
            (group.title, group.functions.iter().map(line).collect())
        });
        of_rows.chain(of_groups).collect()
    }
}
