package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Packs the small files of partitions that have too many of them, for a writer that tidies up after
 * itself: what delta-spark calls auto compaction. Stateless.
 */
public final class AutoCompaction {
  private static final long DEFAULT_TARGET_BYTES = 128L << 20;

  private AutoCompaction() {}

  /**
   * Packs files in one partition after the other.
   *
   * @param minFiles a partition is left alone that has fewer small files: of less than half the
   *     target
   * @param targetBytes size that files are packed up to; empty for 128 MiB
   * @return how many files were replaced
   * @throws io.millrace.catalog.MillraceException as {@link Optimize#run}
   */
  public static long run(MaintainedTable table, int minFiles, OptionalLong targetBytes) {
    long target = targetBytes.orElse(DEFAULT_TARGET_BYTES);
    TableState state = table.latest();
    long replaced = 0;
    for (Map<String, String> partition : crowded(state, minFiles, target)) {
      replaced +=
          Optimize.run(
                  table,
                  new OptimizeOptions(OptionalLong.of(target), false, partition, 1, false),
                  Progress.SILENT)
              .removedFiles();
    }
    return replaced;
  }

  private static List<Map<String, String>> crowded(TableState state, int minFiles, long target) {
    Map<Map<String, String>, Integer> small = new HashMap<>();
    for (LiveFile file : state.files().values()) {
      if (file.sizeBytes() < target / 2) {
        small.merge(file.partitionValues(), 1, Integer::sum);
      }
    }
    List<Map<String, String>> crowded = new ArrayList<>();
    small.forEach(
        (values, files) -> {
          if (files >= minFiles) {
            Map<String, String> where = new HashMap<>();
            for (String column : state.partitionColumns()) {
              where.put(column, values.get(state.inFiles(column)));
            }
            crowded.add(where);
          }
        });
    return crowded;
  }
}
