//! How units are dealt out: each worker has some lanes, each lane works on one unit and has one more waiting, and a lane that has
//! answered gets the next unit that nobody has. A quick worker so does more than a slow one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion_distributed::WorkUnitFeedProvider;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;

use super::unit::WorkUnit;

/// Units that a lane has at one time: one that it works on, and one that waits, so that it need not.
const UNITS_OF_A_LANE: usize = 2;

/// The units of a job, and the lanes that they are dealt to.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    waiting: Arc<Mutex<VecDeque<WorkUnit>>>,
    /// What each lane may take on.
    free: Arc<[Semaphore]>,
}

impl Lanes {
    pub(super) fn of(units: Vec<WorkUnit>, lanes: usize) -> Self {
        let free = (0..lanes).map(|_| Semaphore::new(UNITS_OF_A_LANE)).collect();
        Self { waiting: Arc::new(Mutex::new(units.into())), free }
    }

    pub(super) fn count(&self) -> usize {
        self.free.len()
    }

    /// A lane has answered, and may take on another unit.
    pub(super) fn answered(&self, lane: u64) {
        if let Some(free) = usize::try_from(lane).ok().and_then(|lane| self.free.get(lane)) {
            free.add_permits(1);
        }
    }

    /// Waits until the lane may take on a unit, and gives it the next one; `None` when none is left.
    async fn next(self, lane: usize) -> Option<WorkUnit> {
        // Nobody closes it.
        self.free.get(lane)?.acquire().await.ok()?.forget();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl WorkUnitFeedProvider for Lanes {
    /// As [`WorkUnit`] writes it.
    type WorkUnit = String;

    fn feed(
        &self,
        lane: usize,
        _: Arc<TaskContext>,
    ) -> Result<BoxStream<'static, Result<String, DataFusionError>>, DataFusionError> {
        let next =
            move |lanes: Self| async move { Ok(lanes.clone().next(lane).await.map(|unit| (unit.text(), lanes))) };
        Ok(stream::try_unfold(self.clone(), next).into_stream().boxed())
    }
}
