//! The tests of arrest/summons numbers (ASN) and PNC-IDs: format and check letter. Text in, verdict out.
//! Both identifiers lead to a person, so nothing here words a message.

/// The check letters by the remainder that they stand for. I, O and S are left out, because they look like digits.
const CHECK_LETTERS: [u8; 23] = *b"ZABCDEFGHJKLMNPQRTUVWXY";

const SEQUENCE_DIGITS: usize = 11;
const PNC_ID_DIGITS: usize = 7;

/// What stands in the place of the sequence when there is no number yet.
const PLACEHOLDER: &str = "NRPR";

/// Whether a text is an ASN in one of its forms, with the right check letter.
pub(super) fn is_valid_asn(text: &str) -> bool {
    Asn::parse(text).is_some_and(|asn| asn.letter == asn.expected_letter())
}

/// The one form of an ASN, whichever it was written in; `None` for a text that does not have its format.
pub(super) fn long_form(text: &str) -> Option<String> {
    let asn = Asn::parse(text)?;
    Some(format!("{}{}{}", asn.head, asn.sequence, char::from(asn.letter)))
}

/// An ASN in its parts.
struct Asn {
    /// Year, perhaps a letter, force, unit and system: 8 or 9 characters.
    head: String,
    /// Eleven digits.
    sequence: String,
    letter: u8,
}

impl Asn {
    fn parse(text: &str) -> Option<Self> {
        let text = without_spaces(text);
        let (head, rest) = match text.rsplit_once('/') {
            Some((head, rest)) => (head.replace('/', ""), rest),
            // Only the longest form may have the additional letter: a shorter one could be read in two ways.
            None => text
                .split_at_checked(if text.len() == 21 { 9 } else { 8 })
                .map(|(head, rest)| (head.to_owned(), rest))?,
        };
        let (digits, letter) = number_and_letter(rest, SEQUENCE_DIGITS)?;
        // Four digits and these letters stand for a number that is still to come.
        if head.get(4..).is_some_and(|rest| rest.starts_with(PLACEHOLDER)) {
            return None;
        }
        let year = head.get(..2)?;
        let additional = head.len() == 9;
        let fits = matches!(head.len(), 8 | 9)
            && is_digits(year)
            && head.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && (!additional || head.as_bytes().get(2).is_some_and(u8::is_ascii_uppercase));
        fits.then(|| Self { sequence: format!("{digits:0>SEQUENCE_DIGITS$}"), head, letter })
    }

    /// The letter for force, system, year and sequence, written one after the other; force and system only when they are
    /// numbers. The unit does not count.
    fn expected_letter(&self) -> u8 {
        let end = self.head.len();
        let part = |from: usize, to: usize| self.head.get(from..to).filter(|part| is_digits(part)).unwrap_or_default();
        check_letter(&[part(end - 6, end - 4), part(end - 2, end), part(0, 2), &self.sequence])
    }
}

/// Whether a text is a PNC-ID, long (`YYYY/nnnnnnnL`) or short, with the right check letter.
pub(super) fn is_valid_pnc_id(text: &str) -> bool {
    let text = without_spaces(text);
    let parts = match text.split_once('/') {
        Some(parts) => Some(parts),
        // Without a slash only the length tells whether the year has four digits.
        None => text.split_at_checked(if text.len() == 12 { 4 } else { 2 }).filter(|_| text.len() != 11),
    };
    let Some((year, rest)) = parts else { return false };
    let Some((digits, letter)) = number_and_letter(rest, PNC_ID_DIGITS) else { return false };
    let Some(year) = Some(year).filter(|year| matches!(year.len(), 2 | 4) && is_digits(year)) else { return false };
    let last_two = year.get(year.len() - 2..).unwrap_or_default();
    check_letter(&[last_two, &format!("{digits:0>PNC_ID_DIGITS$}")]) == letter
}

/// Upper case, without any white space.
fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One to `most` digits and a check letter.
fn number_and_letter(text: &str, most: usize) -> Option<(&str, u8)> {
    let letter = *text.as_bytes().last()?;
    let digits = text.get(..text.len() - 1)?;
    let fits = is_digits(digits) && digits.len() <= most && CHECK_LETTERS.contains(&letter);
    fits.then_some((digits, letter))
}

/// The letter for the number that the parts make together, by its remainder after division by 23.
fn check_letter(parts: &[&str]) -> u8 {
    let digits = parts.iter().flat_map(|part| part.bytes());
    let remainder =
        digits.fold(0_usize, |rest, digit| (rest * 10 + usize::from(digit.wrapping_sub(b'0'))) % CHECK_LETTERS.len());
    CHECK_LETTERS.get(remainder).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asns_of_published_tests_have_their_verdict() {
        for (asn, valid) in [
            ("1101ZD0100000410836V", true),
            ("1101ZD0100000448754K", true),
            ("1101ZD0100000448754J", false),
            ("9700000000000123456K", true),
            ("22FD112200001234560X", true),
            ("2202XC0200000000021D", false),
            ("2202XC0200000000021R", true),
            ("9942ZZ0100000000123V", true),
            ("00AAZZ0100000000001R", true),
        ] {
            assert_eq!(is_valid_asn(asn), valid, "{asn}");
        }
    }

    #[test]
    fn every_form_of_an_asn_is_brought_to_the_long_one() {
        let long = Some("1101ZD0100000410836V".to_owned());
        for form in [
            "1101ZD0100000410836V",
            "11/01ZD/01/410836V",
            "11/01/ZD/01/00000410836v",
            " 11 / 01zd / 01 / 410836 V ",
            "1101ZD01410836V",
        ] {
            assert_eq!(long_form(form), long, "{form}");
            assert!(is_valid_asn(form), "{form}");
        }
        // One more letter before the force, long and short; it does not change the check letter.
        for form in ["11A01ZD0100000410836V", "11/A01ZD/01/410836V"] {
            assert_eq!(long_form(form).as_deref(), Some("11A01ZD0100000410836V"), "{form}");
            assert!(is_valid_asn(form), "{form}");
        }
    }

    #[test]
    fn what_has_not_the_format_of_an_asn_is_none() {
        for text in [
            "",
            "V",
            "/",
            "1101ZD0100000410836",
            "1101ZD01V",
            "1101ZD010000041083V6",
            "X101ZD0100000410836V",
            "1101ZD0100000410836S",
            "110101ZD0100000410836V",
            "11101ZD0100000410836V",
            "11/01ZD/01/1234567890123V",
            "11/01Z-/01/410836V",
            "11/01ZDÉ/1/410836V",
            "é101ZD0100000410836V",
            "J. Smith",
        ] {
            assert_eq!(long_form(text), None, "{text}");
            assert!(!is_valid_asn(text), "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_not_valid_whatever_its_letter() {
        for letter in CHECK_LETTERS {
            assert!(!is_valid_asn(&format!("1101NRPR00000000001{}", char::from(letter))));
            assert!(!is_valid_asn(&format!("1101NRPR{}", char::from(letter))));
        }
    }

    #[test]
    fn pnc_ids_long_and_short() {
        for (id, valid) in [
            ("2099/0000001G", true),
            ("2099/1234567B", true),
            ("1999/0000042B", true),
            ("1999/0000042C", false),
            ("99/42B", true),
            ("99/0000042b", true),
            ("20990000001G", true),
            ("991234567B", true),
            ("9942B", true),
            ("099/42B", false),
            ("2099/12345678B", false),
            ("2099/B", false),
            ("2099/1234567", false),
            ("20/99/1234567B", false),
            ("2099123456B", false),
            ("", false),
            ("B", false),
            ("9é42B", false),
        ] {
            assert_eq!(is_valid_pnc_id(id), valid, "{id}");
        }
    }

    #[test]
    fn one_wrong_digit_is_always_found() {
        // 23 is a prime and no digit's change is a multiple of it.
        let good = "1101ZD0100000410836V";
        for at in (8..19).chain([0, 1, 2, 3, 6, 7]) {
            for digit in '0'..='9' {
                let mut text: Vec<char> = good.chars().collect();
                if text[at] != digit {
                    text[at] = digit;
                    assert!(!is_valid_asn(&text.iter().collect::<String>()), "{at} {digit}");
                }
            }
        }
    }
}
