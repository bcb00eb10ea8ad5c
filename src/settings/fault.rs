//! What a parser says is wrong with a file of settings. It shows lines of the file, and a line may hold an address with a token.

/// The words of a parser, without what only the receiver of letters should know.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TomlFault(String);

impl From<toml::de::Error> for TomlFault {
    fn from(error: toml::de::Error) -> Self {
        Self(without_addresses(&error.to_string()))
    }
}

/// The text with the host alone of every address, and with no value of `webhook`, however broken.
fn without_addresses(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| hosts_alone(without_webhook(line))).collect();
    lines.join("\n")
}

/// A line of the file that names `webhook` ends there, whatever stands behind.
fn without_webhook(line: &str) -> String {
    let of_file = line.split_once(" | ").is_some_and(|(number, _)| number.trim().parse::<u32>().is_ok());
    match line.split_once("webhook") {
        Some((before, _)) if of_file => format!("{before}webhook = …"),
        _ => line.to_owned(),
    }
}

fn hosts_alone(line: String) -> String {
    let mut told = String::new();
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        let place = address.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let host = place.rsplit('@').next().unwrap_or_default();
        told.push_str(before);
        told.push_str("://");
        told.push_str(host);
        if host.len() < address.len() {
            told.push_str("/…");
        }
        rest = behind;
    }
    if told.is_empty() { line } else { told + rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_the_file_gives_an_address_away() {
        for (text, told) in [
            ("[notify]\nwebhok = \"https://h.org/token\"", "2 | webhok = \"https://h.org/…\"\n"),
            ("[notify]\nwebhook = \"https://h.org/token", "2 | webhook = …\n"),
            ("[notify]\nwebhook = https//h.org/token", "2 | webhook = …\n"),
            ("[notify]\nwebhook: h.org/token", "2 | webhook = …\n"),
            ("[notify]\nwebhook = [\"https://h.org/token\"]", "2 | webhook = …\n"),
            ("[notify]\ncommand = 'curl https://u:token@h.org'", "2 | command = 'curl https://h.org'/…\n"),
            ("notify = { webhook = 1, url = 'https://h.org/token' }", "1 | notify = { webhook = …\n"),
        ] {
            let error = toml::from_str::<crate::settings::SettingsFile>(text).unwrap_err();
            let fault = TomlFault::from(error).to_string();
            assert!(!fault.contains("token"), "{fault}");
            assert!(fault.contains(told), "{fault}");
        }
        let error = toml::from_str::<crate::settings::SettingsFile>("[engine]\nthread = 2\n").unwrap_err();
        let words = error.to_string();
        assert_eq!(TomlFault::from(error).to_string(), words);
    }
}
