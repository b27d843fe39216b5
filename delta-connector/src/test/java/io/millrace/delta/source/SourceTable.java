package io.millrace.delta.source;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.sink.SharedCluster;
import io.millrace.delta.sink.SupersededRows;
import io.millrace.delta.sink.TableCommittable;
import io.millrace.delta.sink.TableCommitter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/** A table that a test writes, commit by commit, with our own writer and committer. */
public final class SourceTable {
  public static final RowType NUMBERS =
      RowType.of(
          new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE},
          new String[] {"id", "name"});

  private final DeltaTableSpec spec;
  private long sequence;

  public SourceTable(Path folder, RowType type) {
    this(folder, type, Map.of());
  }

  public SourceTable(Path folder, RowType type, Map<String, String> properties) {
    this(folder, type, properties, List.of());
  }

  public SourceTable(
      Path folder, RowType type, Map<String, String> properties, List<String> partitionColumns) {
    spec =
        new DeltaTableSpec("t", folder.toString(), "s", type, List.of(), properties)
            .partitionedBy(partitionColumns);
  }

  /** The table without a row. */
  public SourceTable create() {
    TableCommitter.open(spec).close();
    return this;
  }

  public String path() {
    return spec.path();
  }

  public DataFile write(List<? extends RowData> rows) throws IOException {
    ColumnNames names =
        spec.properties().containsKey("delta.columnMapping.mode")
            ? WriteRules.load(TableDefinition.of(spec)).names()
            : ColumnNames.AS_THEY_ARE;
    try (var writer = new RowDataParquetWriter(spec, names, 0, ParquetOptions.DEFAULT)) {
      for (RowData row : rows) {
        writer.write(row);
      }
      return writer.finishFile();
    }
  }

  /** A file of one partition; the rows have all columns. */
  public DataFile write(Map<String, String> partition, List<? extends RowData> rows)
      throws IOException {
    try (var writer =
        new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)
            .forPartition(Partition.of(spec.partitionColumns(), partition))) {
      for (RowData row : rows) {
        writer.write(row);
      }
      return writer.finishFile();
    }
  }

  /** Rows {@code (n, "n<n>")} for each number. */
  public DataFile writeNumbers(long from, long to) throws IOException {
    List<RowData> rows = new ArrayList<>();
    for (long n = from; n < to; n++) {
      rows.add(GenericRowData.of(n, StringData.fromString("n" + n)));
    }
    return write(rows);
  }

  public DataFile append(List<? extends RowData> rows) throws IOException {
    DataFile file = write(rows);
    commit(List.of(file), List.of());
    return file;
  }

  public DataFile appendNumbers(long from, long to) throws IOException {
    DataFile file = writeNumbers(from, to);
    commit(List.of(file), List.of());
    return file;
  }

  public void delete(DataFile file, long... positions) {
    commit(List.of(), List.of(new SupersededRows(file.path(), positions)));
  }

  public void commit(List<DataFile> added, List<SupersededRows> superseded) {
    try (TableCommitter committer = TableCommitter.open(spec)) {
      sequence++;
      committer.commit(
          new TableCommittable("t", "e", sequence, sequence, added, superseded, Map.of()));
    }
  }

  /** All rows of a bounded source, as text, sorted. */
  public static List<String> rows(DeltaSource source, RowType type) throws Exception {
    return rows(source, type, 2);
  }

  public static List<String> rows(DeltaSource source, RowType type, int parallelism)
      throws Exception {
    List<String> rows = changes(source, type, parallelism);
    rows.replaceAll(row -> row.substring(2));
    rows.sort(null);
    return rows;
  }

  /** All rows of a bounded source, each with its kind, in the order in which they come. */
  public static List<String> changes(DeltaSource source, RowType type, int parallelism)
      throws Exception {
    var environment =
        new TestStreamEnvironment(
            SharedCluster.get(), new Configuration(), parallelism, List.of(), List.of());
    var collected =
        new Collected(
            environment.fromSource(source, WatermarkStrategy.noWatermarks(), "table"), type);
    environment.execute();
    return new ArrayList<>(collected.rows());
  }
}
