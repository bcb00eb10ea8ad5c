//! The rows of one roll-up that lie in the cache, and tables over those of some submissions. It reads rows only when a statement
//! asks for them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::segment::RollupSegment;
use crate::contract::Admission;
use crate::engine::{QueryTable, RowBatches, RowSource};
use crate::files::mark_used;

/// The cache of one roll-up.
#[derive(Debug)]
pub struct KeptRollup {
    schema: SchemaRef,
    segments: Vec<Arc<UsedSegment>>,
    /// By fingerprint of a submission: the file that covers it, and its number there.
    places: HashMap<String, SegmentPlace>,
}

#[derive(Debug, Clone, Copy)]
struct SegmentPlace {
    segment: usize,
    number: usize,
}

#[derive(Debug)]
struct UsedSegment {
    segment: RollupSegment,
    is_marked: AtomicBool,
}

impl KeptRollup {
    pub(super) fn empty(schema: SchemaRef) -> Self {
        Self { schema, segments: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn add(&mut self, segment: RollupSegment) {
        let place = |number| SegmentPlace { segment: self.segments.len(), number };
        for (number, fingerprint) in segment.fingerprints.iter().enumerate() {
            self.places.entry(fingerprint.clone()).or_insert_with(|| place(number));
        }
        self.segments.push(Arc::new(UsedSegment { segment, is_marked: AtomicBool::new(false) }));
    }

    /// Whether no file covers the submission.
    pub fn lacks(&self, admission: &Admission) -> bool {
        !self.places.contains_key(&admission.fingerprint)
    }

    /// A table over the rows of these submissions, as far as they are covered.
    pub fn table<'a>(&self, admissions: impl Iterator<Item = &'a Admission>) -> QueryTable {
        let mut wanted: Vec<Vec<bool>> = vec![Vec::new(); self.segments.len()];
        for place in admissions.filter_map(|admission| self.places.get(&admission.fingerprint)) {
            let Some((wanted, used)) = wanted.get_mut(place.segment).zip(self.segments.get(place.segment)) else {
                continue;
            };
            wanted.resize(used.segment.fingerprints.len(), false);
            if let Some(wanted) = wanted.get_mut(place.number) {
                *wanted = true;
            }
        }
        let parts = self.segments.iter().zip(wanted).filter(|(_, wanted)| !wanted.is_empty());
        let part = |(used, wanted): (&Arc<UsedSegment>, Vec<bool>)| {
            // It may be in use for as long as a run takes: what was of no use for longest is forgotten first.
            if !used.is_marked.swap(true, Ordering::Relaxed) {
                mark_used(&used.segment.path);
            }
            KeptPart { used: Arc::clone(used), wanted }
        };
        let parts = parts.map(part).collect();
        QueryTable::Elsewhere(Arc::new(KeptRows { schema: Arc::clone(&self.schema), parts }))
    }
}

/// Rows of some submissions in the files of the cache.
struct KeptRows {
    schema: SchemaRef,
    parts: Arc<[KeptPart]>,
}

/// The rows that are wanted of one file, by the numbers of their submissions.
struct KeptPart {
    used: Arc<UsedSegment>,
    wanted: Vec<bool>,
}

impl fmt::Debug for KeptRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows of {} cache files", self.parts.len())
    }
}

impl RowSource for KeptRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn most_rows(&self) -> usize {
        self.parts.iter().map(|part| part.used.segment.rows).sum()
    }

    fn open(&self, columns: &[usize]) -> Result<RowBatches, ArrowError> {
        let (parts, columns) = (Arc::clone(&self.parts), columns.to_vec());
        let of_part = move |at: usize| -> RowBatches {
            let read = parts.get(at).map(|part| part.used.segment.read(&columns, &part.wanted));
            match read {
                Some(Ok(rows)) => rows,
                Some(Err(error)) => Box::new(std::iter::once(Err(error))),
                None => Box::new(std::iter::empty()),
            }
        };
        Ok(Box::new((0..self.parts.len()).flat_map(of_part)))
    }
}
