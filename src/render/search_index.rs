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
