//! The modules of the pages as one classic script. A browser runs no module from a disk, so the modules are put behind each
//! other, each after those that it imports, inside one function. `tests/pages` holds the modules against what this asks of them.

use std::collections::{BTreeMap, BTreeSet};

/// After these a line break means nothing.
const OPEN: [char; 5] = ['{', '(', '[', ',', ';'];

/// Joins a module, given by its file name, to those that it needs. Lines that import are left out, and so are lines that are
/// comments only.
pub fn join(modules: &BTreeMap<String, String>, first: &str) -> String {
    let mut joined = JoinedModules { modules, done: BTreeSet::new(), text: String::new() };
    joined.add(first);
    format!("\"use strict\";(() => {{\n{}}})();\n", joined.text)
}

struct JoinedModules<'m> {
    modules: &'m BTreeMap<String, String>,
    done: BTreeSet<&'m str>,
    text: String,
}

impl JoinedModules<'_> {
    fn add(&mut self, name: &str) {
        let Some((name, source)) = self.modules.get_key_value(name) else { return };
        if !self.done.insert(name) {
            return;
        }
        for imported in source.lines().filter_map(imported) {
            self.add(imported);
        }
        for line in source.lines().filter(|line| imported(line).is_none()) {
            let line = line.trim_start();
            if !line.is_empty() && !line.starts_with("//") {
                self.text.push_str(line.strip_prefix("export ").unwrap_or(line));
                if !line.ends_with(OPEN) {
                    self.text.push('\n');
                }
            }
        }
    }
}

/// The file that a line imports from: `import { a } from "./b.mjs";`.
fn imported(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("import ")?;
    rest.split_once("from \"./")?.1.strip_suffix("\";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_stand_after_what_they_import_and_once_and_others_stay_out() {
        let module = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let modules = BTreeMap::from([
            module("a.mjs", "// About a.\nimport { c } from \"./c.mjs\";\n\nexport const a = c + 1;\n"),
            module(
                "b.mjs",
                "import { a } from \"./a.mjs\";\nimport { c } from \"./c.mjs\";\nuse(a,\n  c);\nif (a) {\n  use(c)\n}\n",
            ),
            module("c.mjs", "export const c = 1;\n"),
            module("d.mjs", "import { a } from \"./a.mjs\";\n\nuse(a);\n"),
        ]);
        let expected = "\"use strict\";(() => {\nconst c = 1;const a = c + 1;use(a,c);if (a) {use(c)\n}\n})();\n";
        assert_eq!(join(&modules, "b.mjs"), expected);
    }
}
