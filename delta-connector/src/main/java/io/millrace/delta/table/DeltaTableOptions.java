package io.millrace.delta.table;

import io.millrace.delta.SchemaEvolution;
import io.millrace.delta.sink.CompactionOptions;
import io.millrace.delta.sink.PartitionOptions;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** What {@code WITH (…)} and {@code OPTIONS} hints may say. */
final class DeltaTableOptions {
  /** Options with this prefix are properties of the table, set when it is created. */
  static final String PROPERTY_PREFIX = "delta.";

  static final ConfigOption<String> PATH =
      ConfigOptions.key("path")
          .stringType()
          .noDefaultValue()
          .withDescription("Folder of the table: an absolute local path or a URI.");

  /** What is read. */
  enum Mode {
    SNAPSHOT("snapshot"),
    STREAM("stream"),
    CHANGES("changes"),
    CHANGE_ROWS("change-rows");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  static final ConfigOption<Mode> MODE =
      ConfigOptions.key("mode")
          .enumType(Mode.class)
          .defaultValue(Mode.SNAPSHOT)
          .withDescription(
              "snapshot: the rows of one version. stream: these, then what is appended. changes:"
                  + " inserts, updates and deletes as a changelog. change-rows: the same as rows.");

  static final ConfigOption<Long> VERSION =
      ConfigOptions.key("version")
          .longType()
          .noDefaultValue()
          .withDescription("The version to read in mode snapshot; the latest if not given.");

  static final ConfigOption<String> TIMESTAMP =
      ConfigOptions.key("timestamp")
          .stringType()
          .noDefaultValue()
          .withDescription("Read the version that was the latest at this time.");

  static final ConfigOption<String> STARTING_VERSION =
      ConfigOptions.key("starting-version")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "First version whose changes are read; 'latest' for those that are yet to come.");

  static final ConfigOption<String> STARTING_TIMESTAMP =
      ConfigOptions.key("starting-timestamp")
          .stringType()
          .noDefaultValue()
          .withDescription("Begin with the first version committed at this time or later.");

  static final ConfigOption<Long> ENDING_VERSION =
      ConfigOptions.key("ending-version")
          .longType()
          .noDefaultValue()
          .withDescription("Last version whose changes are read; the source then ends.");

  static final ConfigOption<Boolean> SKIP_CHANGE_COMMITS =
      flag("skip-change-commits", "Pass over versions that remove or update rows, as a whole.");

  static final ConfigOption<Boolean> IGNORE_DELETES =
      flag("ignore-deletes", "Pass over versions that only remove rows.");

  static final ConfigOption<Boolean> IGNORE_CHANGES =
      flag(
          "ignore-changes",
          "Read all rows of rewritten files again, and do not tell of removed rows.");

  static final ConfigOption<Duration> POLL_INTERVAL =
      ConfigOptions.key("poll-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription("How often to look for a new version when all are read.");

  static final ConfigOption<MemorySize> SPLIT_SIZE =
      ConfigOptions.key("split-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription("Size of a file from which on it is read in parts.");

  static final ConfigOption<String> SINK_ID =
      ConfigOptions.key("sink.id")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Stable name of who writes; two jobs that write at the same time need two. By default"
                  + " the name of the job and the table.");

  static final ConfigOption<SchemaEvolution> SCHEMA_EVOLUTION =
      ConfigOptions.key("sink.schema-evolution")
          .enumType(SchemaEvolution.class)
          .defaultValue(SchemaEvolution.NONE)
          .withDescription(
              "none: the table stays as it is. add: new nullable columns are added to it. widen:"
                  + " its types also become wider, if it has delta.enableTypeWidening.");

  static final ConfigOption<Integer> PARTITION_OPEN_FILES =
      ConfigOptions.key("sink.partition.open-files")
          .intType()
          .defaultValue(PartitionOptions.DEFAULT.openFilesMax())
          .withDescription("Most files that one subtask has open at a time.");

  static final ConfigOption<MemorySize> PARTITION_BUFFER =
      ConfigOptions.key("sink.partition.buffer")
          .memoryType()
          .defaultValue(new MemorySize(PartitionOptions.DEFAULT.bufferedBytesMax()))
          .withDescription("About how much may wait in the open files of one subtask.");

  static final ConfigOption<PartitionOptions.Distribution> PARTITION_DISTRIBUTION =
      ConfigOptions.key("sink.partition.distribution")
          .enumType(PartitionOptions.Distribution.class)
          .defaultValue(PartitionOptions.DEFAULT.distribution())
          .withDescription(
              "by_partition: one subtask writes a partition. as_they_come: rows are not shuffled.");

  /** What {@code INSERT OVERWRITE} replaces of a partitioned table. */
  enum OverwriteMode {
    STATIC,
    DYNAMIC
  }

  static final ConfigOption<OverwriteMode> OVERWRITE_MODE =
      ConfigOptions.key("sink.partition.overwrite-mode")
          .enumType(OverwriteMode.class)
          .defaultValue(OverwriteMode.STATIC)
          .withDescription(
              "static: INSERT OVERWRITE replaces the partitions that PARTITION (...) names, the"
                  + " whole table without it. dynamic: only partitions that get rows.");

  static final ConfigOption<CompactionOptions.When> COMPACTION =
      ConfigOptions.key("sink.compaction")
          .enumType(CompactionOptions.When.class)
          .defaultValue(CompactionOptions.DEFAULT.when())
          .withDescription(
              "Whether the job packs small files beside its commits. by_table: if the table has"
                  + " delta.autoOptimize.autoCompact.");

  static final ConfigOption<Integer> COMPACTION_MIN_FILES =
      ConfigOptions.key("sink.compaction.min-files")
          .intType()
          .defaultValue(CompactionOptions.DEFAULT.minFiles())
          .withDescription("So many small files in a partition are packed.");

  static final ConfigOption<MemorySize> COMPACTION_TARGET =
      ConfigOptions.key("sink.compaction.target-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription("Size up to which files are packed; half of it is not small any more.");

  static final Set<ConfigOption<?>> OPTIONAL =
      Set.of(
          MODE,
          VERSION,
          TIMESTAMP,
          STARTING_VERSION,
          STARTING_TIMESTAMP,
          ENDING_VERSION,
          SKIP_CHANGE_COMMITS,
          IGNORE_DELETES,
          IGNORE_CHANGES,
          POLL_INTERVAL,
          SPLIT_SIZE,
          SINK_ID,
          SCHEMA_EVOLUTION,
          PARTITION_OPEN_FILES,
          PARTITION_BUFFER,
          OVERWRITE_MODE,
          COMPACTION,
          COMPACTION_MIN_FILES,
          COMPACTION_TARGET,
          PARTITION_DISTRIBUTION);

  private DeltaTableOptions() {}

  private static ConfigOption<Boolean> flag(String key, String description) {
    return ConfigOptions.key(key).booleanType().defaultValue(false).withDescription(description);
  }
}
