//! The names that a mistyped one may have meant.

/// Most names that a message lists.
const MOST: usize = 3;

/// Names as alike as this are worth naming; 1 is the same name.
const ALIKE: f64 = 0.75;

/// Of `known` the names most like `name`, the most alike first; none where nothing is like it.
pub fn nearest_names<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let likeness = |one: &str| strsim::jaro_winkler(&name, &one.to_lowercase());
    let mut alike: Vec<(f64, &str)> = known.into_iter().map(|one| (likeness(one), one)).collect();
    alike.retain(|(likeness, _)| *likeness >= ALIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    alike.into_iter().take(MOST).map(|(_, one)| one).collect()
}

/// The nearest names for the end of a message: “; did you mean CRE-01, CRE-02?”, or nothing.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let names = nearest_names(name, known);
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_come_first_and_nothing_is_made_up() {
        let known = ["ACC-01", "CRE-01", "CRE-02", "TRN-04"];
        assert_eq!(nearest_names("CRE-1", known), ["CRE-01", "CRE-02"]);
        assert_eq!(nearest_names("cre-02", known).first(), Some(&"CRE-02"));
        assert_eq!(nearest_names("zzz", known), [""; 0]);
        assert_eq!(did_you_mean("zzz", known), "");
    }
}
