//! Makes style sheets small: every edition holds a copy, so a release has a hundred. It changes no rule.

/// A style sheet without comments, and without the blanks, zeros and semicolons that no browser needs.
pub fn lightened(css: &str) -> String {
    let mut light = String::with_capacity(css.len());
    for (place, part) in without_comments(css).split('"').enumerate() {
        // Every second part is a text between quotation marks.
        if place % 2 == 1 {
            light.push('"');
            light.push_str(part);
            light.push('"');
        } else {
            push_rules(part, &mut light);
        }
    }
    light
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        rest.push_str(part.split_once("*/").map_or("", |(_, after)| after));
    }
    rest
}

fn push_rules(part: &str, light: &mut String) {
    let mut follows_a_blank = false;
    let mut letters = part.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            follows_a_blank = true;
            continue;
        }
        // A colon after a blank may belong to a selector, where the blank says something.
        let stands_alone = light.is_empty() || light.ends_with(['{', '}', ';', ',', '>', ':', '(']);
        if follows_a_blank && !stands_alone && !matches!(letter, '{' | '}' | ';' | ',' | '>' | ')' | '!') {
            light.push(' ');
        }
        follows_a_blank = false;
        if letter == '}' && light.ends_with(';') {
            light.pop();
        }
        if letter == '.' && letters.peek().is_some_and(char::is_ascii_digit) && ends_with_lone_zero(light) {
            light.pop();
        }
        light.push(letter);
    }
    if follows_a_blank && !light.ends_with(['{', '}', ';', ',', '>', ':', '(']) {
        light.push(' ');
    }
}

/// Whether a text ends with a number that is zero so far.
fn ends_with_lone_zero(text: &str) -> bool {
    let before = text.strip_suffix('0').and_then(|rest| rest.chars().next_back());
    text.ends_with('0') && before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && letter != '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_keeps_its_rules() {
        let css = "/* Text */\n:root {\n  --text: #0b0c0c;\n}\n\n.a > .b, .c :is(p, li)  em:hover {\n  margin: 0 -0.5rem 10.05em;\n  \
                   width: calc(100% - 0.25rem + 1px);\n}\n@media screen and (max-width: 60.0rem) { p { display: none !important; } }\n\
                   a::after { content: \" ( 0.5 ) ; \" attr(href) \")\"; }\n";
        let light = ":root{--text:#0b0c0c}.a>.b,.c :is(p,li) em:hover{margin:0 -.5rem 10.05em;width:calc(100% - .25rem + 1px)}\
                     @media screen and (max-width:60.0rem){p{display:none!important}}\
                     a::after{content:\" ( 0.5 ) ; \" attr(href) \")\"}";
        assert_eq!(lightened(css), light);
    }
}
