//! What stands between a run and a worker in a test: it passes bytes on until so many have come from the worker.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;

use crate::support::files_below;

/// What happens when enough bytes have passed.
#[derive(Clone, Copy)]
enum Then {
    /// The process with that number is killed, as by a loss of power.
    Kill(u32),
    /// Nothing passes any more, and nobody is told.
    FallSilent,
}

pub struct Relay {
    pub address: String,
    is_over: Arc<AtomicBool>,
}

impl Relay {
    /// Kills the process when so many bytes have come from the worker at `upstream`.
    pub fn before(upstream: &str, process: u32, bytes: usize) -> Self {
        Self::start(upstream, bytes, Then::Kill(process))
    }

    pub fn silent_after(upstream: &str, bytes: usize) -> Self {
        Self::start(upstream, bytes, Then::FallSilent)
    }

    fn start(upstream: &str, bytes: usize, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_over = Arc::new(AtomicBool::new(false));
        let (upstream, over, left) = (upstream.to_owned(), Arc::clone(&is_over), Arc::new(AtomicUsize::new(bytes)));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&upstream) else { continue };
                let (over, left) = (Arc::clone(&over), Arc::clone(&left));
                let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                // A worker that is gone is what the tests are about.
                std::thread::spawn(move || drop(std::io::copy(&mut from_client, &mut to_server)));
                std::thread::spawn(move || pass(server, client, &left, then, &over));
            }
        });
        Self { address, is_over }
    }

    pub fn has_killed(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicUsize, then: Then, over: &AtomicBool) {
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(count)));
        if before.unwrap() <= count {
            over.store(true, Ordering::SeqCst);
            match then {
                Then::Kill(process) => {
                    let kill = std::process::Command::new("kill").args(["-9", &process.to_string()]).status();
                    assert!(kill.is_ok());
                }
                Then::FallSilent => loop {
                    std::thread::park();
                },
            }
        }
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
    // The end of the one is the end of the other.
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// The same source with the rows of each file in the order of their columns, which the file declares.
pub fn copy_with_sorted_rows(from: &Path, to: &Path) {
    for path in files_below(from) {
        let (source, copy) = (from.join(&path), to.join(&path));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        let read = fs::read(&source).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(read.clone()));
        let Some(reader) = reader.ok().filter(|_| path.extension().is_some_and(|end| end == "parquet")) else {
            // Some files of the nation are broken on purpose.
            fs::write(copy, read).unwrap();
            continue;
        };
        let schema = std::sync::Arc::clone(reader.schema());
        let Ok(batches) = reader.build().unwrap().collect::<Result<Vec<_>, _>>() else {
            fs::write(copy, read).unwrap();
            continue;
        };
        let rows = concat_batches(&schema, &batches).unwrap();
        let by =
            rows.columns().iter().map(|column| SortColumn { values: std::sync::Arc::clone(column), options: None });
        let order = lexsort_to_indices(&by.collect::<Vec<_>>(), None).unwrap();
        let sorted = take_record_batch(&rows, &order).unwrap();
        let column =
            |at: usize| SortingColumn { column_idx: i32::try_from(at).unwrap(), descending: false, nulls_first: true };
        let columns = (0..schema.fields().len()).map(column).collect();
        let properties = WriterProperties::builder().set_sorting_columns(Some(columns)).build();
        let mut writer = ArrowWriter::try_new(fs::File::create(copy).unwrap(), schema, Some(properties)).unwrap();
        writer.write(&sorted).unwrap();
        writer.close().unwrap();
    }
}
