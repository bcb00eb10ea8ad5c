//! Reads the footers of Parquet files, once for all statements of a run. The engine's own reader tells of a failure in words
//! only; here the cause stays, so that a store that did not answer is not taken for a damaged file.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{CachedParquetFileReaderFactory, ParquetFileReaderFactory};
use datafusion::error::DataFusionError;
use datafusion::execution::cache::cache_manager::FileMetadataCache;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use object_store::ObjectStore;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

/// Makes readers that share their footers.
#[derive(Debug)]
pub(super) struct FooterReaders {
    store: Arc<dyn ObjectStore>,
    footers: Arc<FileMetadataCache>,
    readers: CachedParquetFileReaderFactory,
}

impl FooterReaders {
    pub(super) fn new(store: Arc<dyn ObjectStore>, footers: Arc<FileMetadataCache>) -> Self {
        let readers = CachedParquetFileReaderFactory::new(Arc::clone(&store), Arc::clone(&footers));
        Self { store, footers, readers }
    }
}

impl ParquetFileReaderFactory for FooterReaders {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>, DataFusionError> {
        Ok(Box::new(FooterReader {
            store: Arc::clone(&self.store),
            footers: Arc::clone(&self.footers),
            file: file.clone(),
            metadata_size_hint,
            rows: self.readers.create_reader(partition_index, file, metadata_size_hint, metrics)?,
        }))
    }
}

struct FooterReader {
    store: Arc<dyn ObjectStore>,
    footers: Arc<FileMetadataCache>,
    file: PartitionedFile,
    metadata_size_hint: Option<usize>,
    /// Reads everything but the footer.
    rows: Box<dyn AsyncFileReader + Send>,
}

impl AsyncFileReader for FooterReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<Bytes>> {
        self.rows.get_bytes(range)
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, parquet::errors::Result<Vec<Bytes>>> {
        self.rows.get_byte_ranges(ranges)
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, parquet::errors::Result<Arc<ParquetMetaData>>> {
        async move {
            DFParquetMetadata::new(&self.store, &self.file.object_meta)
                .with_file_metadata_cache(Some(Arc::clone(&self.footers)))
                .with_metadata_size_hint(self.metadata_size_hint)
                .with_page_index_policy(options.map(ArrowReaderOptions::column_index_policy))
                .fetch_metadata()
                .await
                .map_err(|error| ParquetError::External(Box::new(error)))
        }
        .boxed()
    }
}
