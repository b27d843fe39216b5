package io.millrace.delta.source;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.sink.TableCommittable;
import io.millrace.delta.sink.TableCommitter;
import io.millrace.delta.vector.RandomRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;

/**
 * The table of the benchmarks, ours and others': 8 columns, {@code id} from 0 upwards, everything
 * else random, the same in each run. Beside it a table of changes to be merged into it: rows whose
 * ids are spread over the whole of it, nine of ten there already.
 */
public final class BenchmarkTable {
  /** The columns. */
  public static final RowType TYPE =
      (RowType)
          RandomRows.type(
              "ROW<id BIGINT, account BIGINT, clicks BIGINT, session STRING, page STRING,"
                  + " country STRING, amount DECIMAL(12, 2), seen TIMESTAMP(6)>");

  private static final int TABLE_SEED = 1;
  private static final int CHANGES_SEED = 2;

  private final SplittableRandom random;
  private final GenericRowData row = new GenericRowData(8);

  private BenchmarkTable(int seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * Writes {@code FOLDER/table} and {@code FOLDER/changes}.
   *
   * @param arguments folder, rows, files, rows to be merged
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    long rows = Long.parseLong(arguments[1]);
    int files = Integer.parseInt(arguments[2]);
    long changes = Long.parseLong(arguments[3]);
    write(folder.resolve("table"), rows, files);
    writeChanges(folder.resolve("changes"), rows, changes);
  }

  /** A table of so many rows in so many files, in one commit; it may have deletion vectors. */
  public static void write(Path folder, long rows, int files) throws IOException {
    write(folder, TABLE_SEED, rows, files, id -> id);
  }

  /**
   * Rows to be merged into a table by {@code id}: one of each {@code tableRows / changes} that
   * follow each other, every tenth instead one that is new.
   */
  public static void writeChanges(Path folder, long tableRows, long changes) throws IOException {
    long step = tableRows / changes;
    write(folder, CHANGES_SEED, changes, 1, i -> i % 10 == 9 ? tableRows + i : i * step + i % step);
  }

  private static void write(Path folder, int seed, long rows, int files, LongUnaryOperator id)
      throws IOException {
    var spec =
        new DeltaTableSpec(
            folder.getFileName().toString(),
            folder.toString(),
            "benchmark",
            TYPE,
            List.of(),
            Map.of("delta.enableDeletionVectors", "true"));
    var table = new BenchmarkTable(seed);
    List<DataFile> written = new ArrayList<>();
    try (TableCommitter committer = TableCommitter.open(spec)) {
      for (int file = 0; file < files; file++) {
        try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
          for (long i = rows * file / files; i < rows * (file + 1) / files; i++) {
            if (writer.isFull()) {
              written.add(writer.finishFile());
            }
            writer.write(table.next(id.applyAsLong(i)));
          }
          written.add(writer.finishFile());
        }
      }
      committer.commit(
          new TableCommittable(spec.name(), "benchmark", 1, 1, written, List.of(), Map.of()));
    }
  }

  /** The next row; the same object each time. */
  RowData next(long id) {
    row.setField(0, id);
    row.setField(1, (long) random.nextInt(1_000_000));
    row.setField(2, random.nextInt(20) == 0 ? null : (Long) (long) random.nextInt(100));
    row.setField(3, StringData.fromString(Long.toHexString(random.nextLong())));
    row.setField(4, StringData.fromString("/page/" + random.nextInt(1000)));
    row.setField(5, StringData.fromString("c" + random.nextInt(50)));
    row.setField(6, DecimalData.fromUnscaledLong(random.nextInt(1_000_000), 12, 2));
    row.setField(
        7, TimestampData.fromEpochMillis(1_767_225_600_000L + id, (int) (id % 1000) * 1000));
    return row;
  }

  /** The rows of {@link #write}, for who needs files and no table. */
  static BenchmarkTable rows() {
    return new BenchmarkTable(TABLE_SEED);
  }
}
