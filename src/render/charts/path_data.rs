//! The data of a path in the fewest letters: places and ways in tenths of a px become commands, each as short as it can be.

/// A line or a shape, in tenths of a px.
#[derive(Debug)]
pub enum InlineOutline {
    Open(Vec<(i64, i64)>),
    Closed(Vec<(i64, i64)>),
    /// A circle with an outline.
    Ring {
        centre: (i64, i64),
        radius: i64,
    },
    /// What a round pen leaves on one place.
    Dot((i64, i64)),
}

/// The data of a path as it grows.
#[derive(Debug, Default)]
pub struct PathData {
    pub text: String,
    /// Where the pen stands; `None` before the first outline.
    at: Option<(i64, i64)>,
    /// The command that a further pair of numbers would repeat.
    repeats: Option<char>,
}

impl PathData {
    /// Adds an outline.
    pub fn add(&mut self, outline: &InlineOutline) {
        match outline {
            InlineOutline::Open(places) => self.line(places),
            InlineOutline::Closed(places) => {
                self.line(places);
                self.text.push('z');
                self.repeats = None;
                self.at = places.first().copied().or(self.at);
            }
            InlineOutline::Ring { centre, radius } => {
                self.begin((centre.0 - radius, centre.1));
                for across in [2 * radius, -2 * radius] {
                    self.command('a', &[*radius, *radius]);
                    self.text.push_str(" 0 1 0");
                    self.number(across);
                    self.number(0);
                }
            }
            InlineOutline::Dot(place) => {
                self.begin(*place);
                self.command('h', &[0]);
            }
        }
    }

    fn line(&mut self, places: &[(i64, i64)]) {
        let Some((first, rest)) = places.split_first() else { return };
        self.begin(*first);
        let mut before = *first;
        for &(x, y) in rest {
            match (x - before.0, y - before.1) {
                (0, down) => self.command('v', &[down]),
                (across, 0) => self.command('h', &[across]),
                (across, down) => self.command('l', &[across, down]),
            }
            before = (x, y);
        }
        self.at = Some(before);
    }

    /// Moves the pen: to a place, or so far from the place where it stands.
    fn begin(&mut self, place: (i64, i64)) {
        let to = |command: char, numbers: [i64; 2]| {
            let mut text = command.to_string();
            for number in numbers {
                push_number(number, &mut text);
            }
            text
        };
        let absolute = to('M', place.into());
        let relative = self.at.map(|at| to('m', [place.0 - at.0, place.1 - at.1]));
        let shortest = relative.filter(|relative| relative.len() < absolute.len()).unwrap_or(absolute);
        self.text.push_str(&shortest);
        self.at = Some(place);
        // Numbers after a move are a line: relative after a relative one.
        self.repeats = shortest.starts_with('m').then_some('l');
    }

    fn command(&mut self, command: char, numbers: &[i64]) {
        if self.repeats != Some(command) {
            self.text.push(command);
        }
        for number in numbers {
            self.number(*number);
        }
        self.repeats = Some(command);
    }

    fn number(&mut self, tenths: i64) {
        push_number(tenths, &mut self.text);
    }
}

/// A number, parted from one before it where a reader could not tell them apart.
fn push_number(tenths: i64, text: &mut String) {
    let (whole, part) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    let is_below_one = whole == 0 && part > 0;
    let before = text.rsplit(|letter: char| !letter.is_ascii_digit() && letter != '.').next().unwrap_or_default();
    // A number has one point, so that a second one begins the next number.
    let ends_here = before.is_empty() || (is_below_one && before.contains('.'));
    if tenths < 0 {
        text.push('-');
    } else if !ends_here {
        text.push(' ');
    }
    if !is_below_one {
        text.push_str(&whole.to_string());
    }
    if part > 0 {
        text.push('.');
        text.push_str(&part.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(outlines: &[InlineOutline]) -> String {
        let mut data = PathData::default();
        for outline in outlines {
            data.add(outline);
        }
        data.text
    }

    #[test]
    fn each_command_is_as_short_as_it_can_be() {
        let line =
            InlineOutline::Open(vec![(569, 961), (1017, 956), (1464, 964), (1464, 970), (1470, 970), (1476, 970)]);
        assert_eq!(data(&[line]), "M56.9 96.1l44.8-.5 44.7.8v.6h.6.6");
        let square = |x| InlineOutline::Closed(vec![(x, 712), (x + 66, 712), (x + 66, 778), (x, 778)]);
        assert_eq!(data(&[square(536), square(984)]), "M53.6 71.2h6.6v6.6h-6.6zm44.8 0h6.6v6.6h-6.6z");
        let ring = InlineOutline::Ring { centre: (500, 400), radius: 20 };
        assert_eq!(data(&[ring]), "M48 40a2 2 0 1 0 4 0 2 2 0 1 0-4 0");
        assert_eq!(data(&[InlineOutline::Dot((50, 50)), InlineOutline::Dot((1005, 2000))]), "M5 5h0m95.5 195h0");
    }

    #[test]
    fn a_line_that_goes_on_from_a_relative_move_says_no_command() {
        let near = [InlineOutline::Open(vec![(10, 10), (20, 30)]), InlineOutline::Open(vec![(21, 31), (26, 35)])];
        assert_eq!(data(&near), "M1 1l1 2m.1.1.5.4");
    }
}
