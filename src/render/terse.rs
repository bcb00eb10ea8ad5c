//! Makes finished pages small: no indentation, no needless line breaks, and no end tags that HTML lets a page leave out. It
//! changes nothing that a browser makes of a page.

/// End tags that follow from what stands after them: the next cell, row or entry, or the end of the table or list.
const IMPLIED_ENDS: [&str; 8] = ["</td>", "</th>", "</tr>", "</thead>", "</tbody>", "</li>", "</dt>", "</dd>"];

/// Elements that lines go on being broken before, so that no line of a page is endless.
const ON_LINES_OF_THEIR_OWN: [&str; 7] = ["section", "tr", "h2", "h3", "h4", "p", "nav"];

/// Elements beside which a line break is nothing that a reader sees.
const BLOCKS: [&str; 32] = [
    "body", "caption", "dd", "details", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "head", "header", "html",
    "li", "link", "main", "meta", "nav", "p", "script", "section", "summary", "table", "tbody", "td", "th", "thead",
    "title", "tr", "ul",
];

/// The page without what a browser does not need.
pub fn terse(html: &str) -> String {
    let mut page = String::with_capacity(html.len());
    for line in html.lines().map(|line| line.trim_start_matches([' ', '\t'])).filter(|line| !line.is_empty()) {
        let (is_block, needs_a_line) = begins_with(line);
        if !page.is_empty() && (!is_block || needs_a_line) {
            page.push('\n');
        }
        push_without_implied_ends(line, &mut page);
    }
    page.push('\n');
    page
}

/// Whether a line begins with a block, and whether that has a line of its own.
fn begins_with(line: &str) -> (bool, bool) {
    let Some(tag) = line.strip_prefix('<') else { return (false, false) };
    let (name, is_end) = tag.strip_prefix('/').map_or((tag, false), |name| (name, true));
    let name = name.split([' ', '>']).next().unwrap_or_default();
    (BLOCKS.contains(&name), ON_LINES_OF_THEIR_OWN.contains(&name) && !is_end)
}

fn push_without_implied_ends(line: &str, page: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find("</") {
        let (before, from) = rest.split_at(at);
        page.push_str(before);
        let implied = IMPLIED_ENDS.iter().find(|end| from.starts_with(**end));
        let kept = if implied.is_some() { "" } else { "</" };
        page.push_str(kept);
        rest = from.split_at(implied.map_or(kept.len(), |end| end.len())).1;
    }
    page.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_words_and_what_parts_them() {
        let page = "<ul>\n  <li><a href=\"a\">One</a>\n  <strong>two</strong></li>\n  <li>Three</li>\n</ul>\n\n<p>Four\nfive</p>\n\
                    <table>\n  <thead>\n    <tr><th>A</th><td>1</td></tr>\n  </thead>\n  <tbody>\n  <tr>\n    <th>B</th><td>2\n\
                    <small>3</small></td></tr>\n  </tbody>\n</table>\n";
        let expected = "<ul><li><a href=\"a\">One</a>\n<strong>two</strong><li>Three</ul>\n<p>Four\nfive</p><table><thead>\n\
                        <tr><th>A<td>1<tbody>\n<tr><th>B<td>2\n<small>3</small></table>\n";
        assert_eq!(terse(page), expected);
    }
}
