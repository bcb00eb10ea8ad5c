//! What kind of edition a page belongs to, as every page for inspection says it.

use crate::definitions::blocks::Audience;
use crate::vocabulary::body::Organisation;

/// For whom the edition is and what it holds; `None` of editions that are not for inspection.
pub fn edition_mark(audience: Audience, about: Option<&Organisation>) -> Option<String> {
    let for_whom = "for HM Inspectorate of Constabulary and Fire & Rescue Services (HMICFRS) and the Information \
                    Commissioner’s Office (ICO)";
    match audience {
        Audience::Inspection => about.map(|body| {
            format!(
                "Inspection edition: evidence about {} {for_whom}. It holds small numbers and is not for publication.",
                body.name
            )
        }),
        Audience::Inspectorate => {
            Some(format!("Inspection edition: every organisation by name, {for_whom}. It is not for publication."))
        }
        Audience::Office | Audience::Force | Audience::Public => None,
    }
}
