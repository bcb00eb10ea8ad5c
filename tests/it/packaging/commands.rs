//! Reads command lines out of shell text: words, quotation marks, comments and the ends of commands, and no more of the shell.

/// A command line of the program, and the file that holds it.
#[derive(Debug)]
pub struct Said {
    pub place: String,
    pub words: Vec<String>,
}

/// The command lines of the program in shell text. One with an ellipsis is left out: it says that something is missing.
pub fn commands_of(place: &str, shell: &str) -> Vec<Said> {
    let commands = commands_in(&shell.replace("\\\n", " "));
    let ours = commands.into_iter().filter_map(|words| {
        let at = program_in(&words)?;
        let words = words.get(at..)?.to_vec();
        (!words.iter().any(|word| word == "…")).then(|| Said { place: place.to_owned(), words })
    });
    ours.collect()
}

/// Where the program stands in a command: at its beginning, or behind another program that runs it.
fn program_in(words: &[String]) -> Option<usize> {
    let is_program = |word: &str| word == "leds-metrics" || word.ends_with("bin/leds-metrics");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [program, ..] if is_program(program) => Some(0),
        ["as_service", program, ..] if is_program(program) => Some(1),
        ["sudo", "-u", _, program, ..] if is_program(program) => Some(3),
        ["systemd-run", ..] => words.iter().rposition(|word| is_program(word)),
        _ => None,
    }
}

fn commands_in(shell: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut rest = shell.chars();
    while let Some(next) = rest.next() {
        match next {
            '\'' | '"' => {
                let quoted: String = rest.by_ref().take_while(|c| *c != next).collect();
                word.get_or_insert_default().push_str(&quoted);
            }
            '#' if word.is_none() => {
                rest.by_ref().take_while(|c| *c != '\n').for_each(drop);
                commands.push(std::mem::take(&mut words));
            }
            ' ' => words.extend(word.take()),
            '\n' | ';' | '|' | '&' | '>' | '<' | '(' | ')' => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            _ => word.get_or_insert_default().push(next),
        }
    }
    words.extend(word);
    commands.push(words);
    commands
}
