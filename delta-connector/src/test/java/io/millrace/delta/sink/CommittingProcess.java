package io.millrace.delta.sink;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;

/**
 * The committer of a sink in a process of its own, to be paused. Each committable is first kept in
 * a folder, as a complete Flink checkpoint keeps it, and then committed.
 *
 * <p>Arguments: table, folder, and {@code step} to be told before each commit. It says {@code
 * prepared}, {@code committed} or {@code recognised}, each with the number of the committable, and
 * last {@code refused} with the code.
 */
final class CommittingProcess {
  static final String RUN = "run-1";

  private CommittingProcess() {}

  static TableCommittable committable(String run, long sequence, DataFile file) {
    return new TableCommittable(
        "shared", run, sequence, sequence, List.of(file), List.of(), Map.of());
  }

  static Path kept(Path folder, long sequence) {
    return folder.resolve(sequence + ".committable");
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[1]);
    boolean stepping = arguments.length > 2;
    var spec = AppendingProcess.spec(arguments[0], 1);
    var serializer = new TableCommittableSerializer();
    try (TableCommitter committer = TableCommitter.open(spec);
        RowDataParquetWriter writer = new RowDataParquetWriter(spec, 1, ParquetOptions.DEFAULT)) {
      for (long sequence = 1; ; sequence++) {
        writer.write(GenericRowData.of(1, sequence));
        TableCommittable next = committable(RUN, sequence, writer.finishFile());
        Path unfinished = folder.resolve("unfinished");
        Files.write(unfinished, serializer.serialize(next));
        Files.move(unfinished, kept(folder, sequence), StandardCopyOption.ATOMIC_MOVE);
        System.out.println("prepared " + sequence);
        if (stepping && System.in.read() < 0) {
          throw new IOException("nobody said go");
        }
        CommitOutcome outcome = committer.commit(next);
        System.out.println(
            (outcome instanceof CommitOutcome.Committed ? "committed " : "recognised ") + sequence);
      }
    } catch (MillraceException e) {
      System.out.println("refused " + e.code());
    }
  }
}
