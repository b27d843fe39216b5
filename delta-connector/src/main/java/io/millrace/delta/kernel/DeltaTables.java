package io.millrace.delta.kernel;

import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.MaxCommitRetryLimitReachedException;
import io.delta.kernel.exceptions.TableAlreadyExistsException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.tablefeatures.TableFeature;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.transaction.CreateTableTransactionBuilder;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tables that are there, or are made: the same for writers that start at the same time. */
public final class DeltaTables {
  static final String CHECKPOINT_INTERVAL = "delta.checkpointInterval";
  static final String TRANSACTION_RETENTION = "delta.setTransactionRetentionDuration";
  static final String DELETION_VECTORS = "delta.enableDeletionVectors";

  /** Properties about the size of files, which Kernel takes for unknown. */
  private static final Set<String> LAYOUT_PROPERTIES =
      Set.of(
          "delta.autoOptimize.autoCompact",
          "delta.autoOptimize.optimizeWrite",
          "delta.targetFileSize",
          "delta.tuneFileSizesForRewrites");

  /** Writer features that ask nothing of us, or nothing that is not done here. */
  private static final Set<String> WRITER_FEATURES =
      Set.of(
          "appendOnly",
          "invariants",
          "checkConstraints",
          "generatedColumns",
          "identityColumns",
          "changeDataFeed",
          "columnMapping",
          "deletionVectors",
          "domainMetadata",
          "clustering",
          "inCommitTimestamp",
          "rowTracking",
          "timestampNtz",
          "typeWidening",
          "v2Checkpoint",
          // delta-rs names it in tables that hold none; a column of the type is refused by the
          // type.
          "variantType",
          "vacuumProtocolCheck",
          "checkpointProtection");

  /** Kernel does not write such tables; what they ask is done by {@link WriteRules}. */
  private static final Set<String> EVALUATED_FEATURES =
      Set.of("checkConstraints", "invariants", "generatedColumns", "identityColumns");

  private DeltaTables() {}

  /**
   * Creates a table if there is none at its path; if there is one, checks that it can be written.
   *
   * @throws MillraceException TYPE_UNSUPPORTED, PROPERTY_INVALID; of a table that is there:
   *     SCHEMA_CHANGED, TABLE_UNSUPPORTED, TABLE_CORRUPT
   */
  public static void createIfAbsent(TableDefinition table) {
    CommitStore store = CommitStores.forTable(table.path());
    TableLog.open(table, store, Clock.systemUTC()).close();
  }

  /**
   * Creates a table.
   *
   * @return false if there is one already, which is then left as it is
   * @throws MillraceException TYPE_UNSUPPORTED, PROPERTY_INVALID, DISK_FULL, IO_FAILED
   */
  public static boolean create(TableDefinition table, TableComments comments) {
    LogEntryCommitter committer =
        new LogEntryCommitter(table.name(), CommitStores.forTable(table.path()), Clock.systemUTC());
    try {
      return create(new MillraceEngine(new FlinkFileIO()), table, comments, committer);
    } catch (RuntimeException e) {
      throw KernelFailures.translate("creating table " + table.name(), table.path(), e);
    }
  }

  /** Commits version 0, unless another writer does. */
  static void create(Engine engine, TableDefinition table, LogEntryCommitter committer) {
    create(engine, table, TableComments.NONE, committer);
  }

  private static boolean create(
      Engine engine, TableDefinition table, TableComments comments, LogEntryCommitter committer) {
    StructType schema = comments.on(DeltaTypes.toDelta(table.rowType()));
    Map<String, String> properties = new TreeMap<>(table.properties());
    properties.putIfAbsent(CHECKPOINT_INTERVAL, "50");
    // Transaction identifiers of runs long gone need not stay for ever. Kernel reads this property,
    // but takes it for unknown when it is set.
    String retention = properties.remove(TRANSACTION_RETENTION);
    Map<String, String> ours = new TreeMap<>();
    ours.put(TRANSACTION_RETENTION, retention == null ? "interval 30 days" : retention);
    for (String key : List.copyOf(properties.keySet())) {
      if (key.equals(IsolationLevel.PROPERTY)) {
        ours.put(key, IsolationLevel.normalized(table.name(), properties.remove(key)));
      } else if (key.startsWith(WriteRules.CONSTRAINT_PREFIX)
          || TableAlteration.KNOWN_TO_US.contains(key)) {
        ours.put(key, properties.remove(key));
      } else if (CreatedColumns.isOne(key)) {
        properties.remove(key);
      } else if (LAYOUT_PROPERTIES.contains(key)) {
        ours.put(key, properties.remove(key));
      }
    }
    committer.announceCreation(ours, CreatedColumns.of(table), comments.table());
    if (table.upserts()) {
      properties.put(DELETION_VECTORS, "true");
    }
    try {
      CreateTableTransactionBuilder builder =
          TableManager.buildCreateTableTransaction(table.path(), schema, Millrace.ENGINE_INFO);
      if (!table.partitionColumns().isEmpty()) {
        builder =
            builder.withDataLayoutSpec(
                DataLayoutSpec.partitioned(
                    table.partitionColumns().stream().map(Column::new).toList()));
      }
      builder
          .withTableProperties(properties)
          .withCommitter(committer)
          .withMaxRetries(0)
          .build(engine)
          .commit(engine, CloseableIterable.emptyIterable());
    } catch (TableAlreadyExistsException | MaxCommitRetryLimitReachedException e) {
      // Another creator was faster; the caller loads and checks what it made.
      return false;
    }
    return true;
  }

  /** Passes if the rows of {@code wanted} can be written to the table as it is now. */
  static void requireWritable(TableDefinition wanted, Snapshot table) {
    Protocol protocol = table.getProtocol();
    Metadata metadata = table.getMetadata();
    requireSupported(wanted, protocol, metadata, table.getPath());
    Set<String> unknown = new TreeSet<>(protocol.getWriterFeatures());
    unknown.removeAll(WRITER_FEATURES);
    if (!unknown.isEmpty()) {
      throw unsupported(
          wanted, "uses " + String.join(", ", unknown), "drop the feature from the table");
    }
    requireSamePartitions(wanted, table.getPartitionColumnNames());
    if (wanted.upserts()) {
      requireDeletable(wanted, metadata);
    }
    SchemaCheck.requireWritable(
        wanted.name(),
        DeltaTypes.toDelta(wanted.rowType()),
        table.getSchema(),
        completedColumns(metadata));
  }

  /** As Kernel's own check, but for the conditions that are evaluated by us. */
  private static void requireSupported(
      TableDefinition wanted, Protocol protocol, Metadata metadata, String path) {
    if (!wanted.checksConstraints()
        || protocol.getMinWriterVersion() > TableFeatures.TABLE_FEATURES_MIN_WRITER_VERSION) {
      TableFeatures.validateKernelCanWriteToTable(protocol, metadata, path);
      return;
    }
    TableFeatures.validateKernelCanReadTheTable(protocol, path);
    Set<String> refused = new TreeSet<>();
    for (TableFeature feature : protocol.getImplicitlyAndExplicitlySupportedFeatures()) {
      if (!feature.hasKernelWriteSupport(metadata)
          && !EVALUATED_FEATURES.contains(feature.featureName())) {
        refused.add(feature.featureName());
      }
    }
    if (!refused.isEmpty()) {
      throw unsupported(
          wanted,
          "uses %s, which is not supported here".formatted(String.join(", ", refused)),
          "drop the feature from the table");
    }
    // Refused here, before a job has read anything, if one cannot be evaluated.
    WriteRules rules = WriteRules.of(metadata);
    rules.constraintsFor(wanted.name(), wanted.rowType());
    rules.generatedFor(wanted.name(), wanted.rowType());
    if (wanted.upserts() && !rules.identity().isEmpty()) {
      throw unsupported(
          wanted,
          "is to be upserted and has identity column %s, so that a row would get another number"
                  .formatted(rules.identity().get(0).name())
              + " whenever it is replaced",
          "append to the table");
    }
  }

  private static Set<String> completedColumns(Metadata metadata) {
    Set<String> columns = new HashSet<>();
    WriteRules rules = WriteRules.of(metadata);
    rules.generated().forEach(column -> columns.add(column.name()));
    rules.identity().forEach(column -> columns.add(column.name()));
    return columns;
  }

  private static void requireSamePartitions(TableDefinition wanted, List<String> columns) {
    if (!columns.equals(wanted.partitionColumns())) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "table %s at %s is partitioned by (%s), and is written as partitioned by (%s)"
              .formatted(
                  wanted.name(),
                  wanted.path(),
                  String.join(", ", columns),
                  String.join(", ", wanted.partitionColumns())),
          "name the table's partition columns in its order, or write to a new table");
    }
  }

  private static void requireDeletable(TableDefinition wanted, Metadata metadata) {
    if (!TableConfig.DELETION_VECTORS_CREATION_ENABLED.fromMetadata(metadata)) {
      throw unsupported(
          wanted,
          "is to be upserted and has no deletion vectors",
          "set the table property delta.enableDeletionVectors to true");
    }
    if (TableConfig.APPEND_ONLY_ENABLED.fromMetadata(metadata)) {
      throw unsupported(
          wanted,
          "is to be upserted and is append-only",
          "set the table property delta.appendOnly to false");
    }
  }

  private static MillraceException unsupported(TableDefinition table, String problem, String fix) {
    return new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "table %s at %s %s".formatted(table.name(), table.path(), problem),
        fix + ", or write to a new table");
  }

  /** Kernel without a table says so in one way, an empty folder in another. */
  static boolean isAbsent(RuntimeException failure) {
    return failure instanceof TableNotFoundException
        || (failure instanceof MillraceException known
            && known.code() == ErrorCode.TABLE_NOT_FOUND);
  }
}
