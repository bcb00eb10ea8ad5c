//! How a reader follows a figure to the file that it rests on, and makes the figure again.

use crate::release::SubmissionLine;
use crate::report::edition::Scope;
use crate::report::page::block::Block;
use crate::report::page::text::Fact;
use crate::report::page::text::Text;
use crate::vocabulary::body::Organisation;

/// From a figure to its files, the check of a file, what the run number is, and how to repeat the run.
pub fn verification(scope: &Scope<'_>, body: &Organisation) -> Vec<Block> {
    let release = scope.facts().release;
    let contact = release.publication.contact.as_deref().unwrap_or("the publisher of this report");
    let own = scope.facts().body(&body.code).submissions.iter().copied();
    let concerned = |line: &&SubmissionLine| line.concerns(release.period, 0);
    let example = own.filter(concerned).find_map(|line| line.files.first());
    let steps = vec![
        Text::from(
            "Choose a figure on the page “Evidence”. Its last column names the datasets that it rests on, each with a link.",
        ),
        Text::from(
            "The link leads to the submissions of that dataset: each with its file, the number of its rows and its SHA-256.",
        ),
        Text::from(
            "Ask the organisation, or the publisher, for that file. The name in the table is the place of the file in the folder of submissions.",
        ),
        Text::from(
            "Work out the SHA-256 of the file that you were given, and compare all 64 digits with those on the page. One changed byte gives other digits.",
        ),
    ];
    let path = example.map_or("FILE", |file| &*file.path);
    let commands = vec![
        Fact::new("Linux", Text::default().code(format!("sha256sum {path}"))),
        Fact::new("macOS", Text::default().code(format!("shasum -a 256 {path}"))),
        Fact::new("Windows", Text::default().code(format!("certutil -hashfile {} SHA256", path.replace('/', "\\")))),
    ];
    let run = format!(
        "The run number is {}. It is the beginning of a SHA-256 over the program version, the period, the data date, the \
         settings, the definitions of all metrics and the SHA-256 of every file of every organisation. Two runs with the same \
         number were made from the same files in the same way, and have the same figures.",
        release.run_id
    );
    let again = Text::from("A person who has the folder of submissions makes every figure again with ").code(format!(
        "leds-metrics run --source SUBMISSIONS --out NEW --settings run-record.json --period {} --as-of {} --published-on {}",
        release.period, release.as_of, release.published_on
    ));
    let record = format!(
        "The run record of the release is the file run-record.json in the release, beside the folders of the editions. It lists \
         every file that the run looked at, refused ones and replaced ones too, with the SHA-256 of each; every definition and \
         setting; and the SHA-256 of every file of the release, this page included. It names files of every organisation, and is \
         therefore no part of this edition. {contact} can give it to you."
    );
    vec![
        Block::section("follow", "From a figure to its file", vec![Block::List(steps), Block::Facts(commands)]),
        Block::section("run", "What the run number is", vec![Block::paragraph(run), Block::Paragraph(again.and("."))]),
        Block::section("record", "The run record", vec![Block::paragraph(record)]),
    ]
}
