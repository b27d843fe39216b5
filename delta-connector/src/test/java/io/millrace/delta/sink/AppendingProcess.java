package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.log.ObjectStores;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * A writer in a process of its own: appends one row (process, sequence) with each commit, as fast
 * as it can, and tells on its output of every commit the version that it made and how many
 * nanoseconds that took.
 *
 * <p>Arguments: table, number of the process, commits; for object stores the folders with Flink's
 * configuration and with its plugins. It says {@code ready} when the table is open, and begins when
 * a line comes in.
 */
final class AppendingProcess {
  static final RowType TYPE =
      RowType.of(
          new LogicalType[] {new IntType(false), new BigIntType(false)},
          new String[] {"process", "sequence"});

  private AppendingProcess() {}

  static DeltaTableSpec spec(String table, int process) {
    return new DeltaTableSpec(
        "shared", table, "test/process-" + process, TYPE, List.of(), Map.of());
  }

  public static void main(String[] arguments) throws IOException {
    int process = Integer.parseInt(arguments[1]);
    long commits = Long.parseLong(arguments[2]);
    if (arguments.length > 3) {
      ObjectStores.initialize(
          GlobalConfiguration.loadConfiguration(arguments[3]), Path.of(arguments[4]));
    }
    StringBuilder told = new StringBuilder();
    DeltaTableSpec spec = spec(arguments[0], process);
    try (TableCommitter committer = TableCommitter.open(spec);
        RowDataParquetWriter writer =
            new RowDataParquetWriter(spec, process, ParquetOptions.DEFAULT)) {
      System.out.println("ready");
      if (System.in.read() < 0) {
        throw new IOException("nobody said go");
      }
      for (long sequence = 1; sequence <= commits; sequence++) {
        writer.write(GenericRowData.of(process, sequence));
        DataFile file = writer.finishFile();
        long start = System.nanoTime();
        CommitOutcome outcome =
            committer.commit(
                new TableCommittable(
                    spec.name(), "only", sequence, sequence, List.of(file), List.of(), Map.of()));
        long nanos = System.nanoTime() - start;
        if (!(outcome instanceof CommitOutcome.Committed made)) {
          throw new IllegalStateException("commit " + sequence + " was not new: " + outcome);
        }
        told.append(made.version()).append(' ').append(nanos).append('\n');
      }
    }
    System.out.print(told);
    System.out.println("done");
  }
}
