//! The other computers that the settings name.

use super::CheckUp;
use crate::app::Context;
use crate::app::helpers::look_for_workers;
use crate::intake::LostHelper;

const WHAT: &str = "workers";

/// Asks each worker who it is; nothing is told where none is named.
pub(super) async fn check_workers(context: &Context, checks: &mut Vec<CheckUp>) {
    match look_for_workers(context).await {
        Ok(None) => {}
        Ok(Some(found)) if found.lost.is_empty() => {
            checks.push(CheckUp::ok(WHAT, format!("{} answer, and are of this build", found.workers.join(", "))));
        }
        Ok(Some(found)) => {
            let lost = |LostHelper { worker, why }: &LostHelper| format!("{worker} is of no use: {why}");
            let lost = found.lost.iter().map(lost).collect::<Vec<_>>().join("; ");
            let remedy = "start it with the program and the definitions of this computer, or take it out of cluster.workers; until then runs \
                          do without it";
            checks.push(CheckUp::warning(WHAT, lost, remedy));
        }
        Err(error) => checks.push(CheckUp::failed(WHAT, &error, "mend the section cluster of the settings")),
    }
}
