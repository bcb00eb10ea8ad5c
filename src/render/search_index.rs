//! The index of an edition as a script file: a browser loads a script from a disk too, where it refuses to fetch data.

use crate::render::RenderError;
use crate::report::SearchIndex;

/// Path inside an edition. The name carries no hash: pages are written before the index is whole, and a release never changes.
pub const PATH: &str = "assets/search-index.js";

/// The file. Letters that could end a script are escaped, also for readers that take the file for a page.
///
/// # Errors
/// [`RenderError::Index`] where the index cannot be written as JSON.
pub fn index_file(index: &SearchIndex) -> Result<Vec<u8>, RenderError> {
    let json = serde_json::to_string(index).map_err(RenderError::Index)?;
    let safe = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    Ok(format!("globalThis.searchIndex={safe};\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::search::{NamedOrganisation, SearchEntry, SearchKind};

    #[test]
    fn no_name_leaves_its_text() {
        let hostile = format!("</script><script>alert('\"')</script>\u{202e}\u{2028}\\{}", "n".repeat(500));
        let mut index = SearchIndex::default();
        index.organisations.insert(NamedOrganisation { name: hostile.clone(), code: "E01".into(), to: None });
        let (title, about, to) = (hostile.clone(), hostile.clone(), "index.html#x".to_owned());
        index.entries.push(SearchEntry { kind: SearchKind::Definition, title, about, to });
        let text = String::from_utf8(index_file(&index).unwrap()).unwrap();
        assert!(!text.contains('<') && !text.contains('\u{2028}'), "{text}");
        assert_eq!(text.lines().count(), 1);
        let json = text.strip_prefix("globalThis.searchIndex=").unwrap().trim_end().strip_suffix(';').unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["organisations"][0]["name"], hostile.as_str());
        assert_eq!(read["entries"][0]["title"], hostile.as_str());
    }
}
