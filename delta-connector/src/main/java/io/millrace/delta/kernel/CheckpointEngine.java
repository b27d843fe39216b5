package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.ExpressionHandler;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.engine.FileSystemClient;
import io.delta.kernel.engine.JsonHandler;
import io.delta.kernel.engine.MetricsReporter;
import io.delta.kernel.engine.ParquetHandler;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** An engine that mends the one table checkpoint that is written with it. */
final class CheckpointEngine implements Engine {
  private final Engine engine;
  private final Optional<KeptRemovals> more;
  private final Optional<SidecarCheckpoint> sidecar;

  /**
   * @param more rows that Kernel leaves out
   * @param sidecar who writes it instead of Kernel, if the table wants another kind
   */
  CheckpointEngine(
      Engine engine, Optional<KeptRemovals> more, Optional<SidecarCheckpoint> sidecar) {
    this.engine = requireNonNull(engine, "engine is null");
    this.more = requireNonNull(more, "more is null");
    this.sidecar = requireNonNull(sidecar, "sidecar is null");
  }

  @Override
  public ExpressionHandler getExpressionHandler() {
    return engine.getExpressionHandler();
  }

  @Override
  public JsonHandler getJsonHandler() {
    return engine.getJsonHandler();
  }

  @Override
  public FileSystemClient getFileSystemClient() {
    return engine.getFileSystemClient();
  }

  @Override
  public List<MetricsReporter> getMetricsReporters() {
    return engine.getMetricsReporters();
  }

  @Override
  public ParquetHandler getParquetHandler() {
    ParquetHandler handler = engine.getParquetHandler();
    return new ParquetHandler() {
      @Override
      public CloseableIterator<FileReadResult> readParquetFiles(
          CloseableIterator<FileStatus> files, StructType schema, Optional<Predicate> predicate)
          throws IOException {
        return handler.readParquetFiles(files, schema, predicate);
      }

      @Override
      public CloseableIterator<DataFileStatus> writeParquetFiles(
          String directory,
          CloseableIterator<FilteredColumnarBatch> rows,
          List<Column> statisticsColumns)
          throws IOException {
        return handler.writeParquetFiles(directory, rows, statisticsColumns);
      }

      @Override
      public void writeParquetFileAtomically(
          String path, CloseableIterator<FilteredColumnarBatch> rows) throws IOException {
        CloseableIterator<FilteredColumnarBatch> all =
            more.isPresent() ? rows.combine(more.get()) : rows;
        var reconciled = new ReconciledRows(getExpressionHandler(), all);
        if (sidecar.isPresent()) {
          sidecar.get().write(path, reconciled);
        } else {
          handler.writeParquetFileAtomically(path, reconciled);
        }
      }
    };
  }
}
