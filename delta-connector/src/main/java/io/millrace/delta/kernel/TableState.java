package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.clustering.ClusteringMetadataDomain;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * One version of a table, for those who look after its files. Files are read when they are first
 * asked for. Not thread-safe.
 */
public final class TableState {
  private final SnapshotLoader loader;
  private final SnapshotImpl snapshot;
  private @Nullable Map<String, LiveFile> files;

  TableState(SnapshotLoader loader, SnapshotImpl snapshot) {
    this.loader = requireNonNull(loader, "loader is null");
    this.snapshot = requireNonNull(snapshot, "snapshot is null");
  }

  SnapshotImpl snapshot() {
    return snapshot;
  }

  Metadata metadata() {
    return snapshot.getMetadata();
  }

  Protocol protocol() {
    return snapshot.getProtocol();
  }

  public long version() {
    return snapshot.getVersion();
  }

  /** Columns in order, with nullability. */
  public RowType rowType() {
    return DeltaTypes.toFlink(snapshot.getSchema());
  }

  /** Columns in order, as files know them. */
  public List<TableField> fields() {
    return TableField.of(
        snapshot.getSchema(), TableConfig.COLUMN_MAPPING_MODE.fromMetadata(metadata()));
  }

  /** What the table asks of those who write its files. */
  public WriteRules writeRules() {
    return WriteRules.of(snapshot);
  }

  /** True if deleted rows may be listed in deletion vectors, so that their files stay. */
  public boolean deletionVectorsEnabled() {
    return TableConfig.DELETION_VECTORS_CREATION_ENABLED.fromMetadata(metadata());
  }

  /**
   * The columns that its files keep ids of rows in; empty if the table does not track its rows.
   *
   * @throws io.millrace.catalog.MillraceException TABLE_CORRUPT if it does, and does not name them
   */
  public Optional<TrackingColumns> trackingColumns() {
    return TrackingColumns.of(snapshot.getPath(), protocol(), metadata());
  }

  /**
   * Passes if a statement may change rows of the table.
   *
   * @param statement for messages: what it is called, such as {@code UPDATE}
   * @param removes true if rows that are there may be removed or replaced
   * @param writes true if rows are written, new ones or ones that move to another file
   * @throws io.millrace.catalog.MillraceException TABLE_UNSUPPORTED naming what stands against it
   */
  public void requireModifiable(String statement, boolean removes, boolean writes) {
    ModificationRules.require(this, statement, removes, writes);
  }

  /** Whether commits that update rows have to list them ({@code delta.enableChangeDataFeed}). */
  public boolean hasChangeDataFeed() {
    return TableConfig.CHANGE_DATA_FEED_ENABLED.fromMetadata(metadata());
  }

  /** When this version was made, milliseconds since 1970. */
  public long timestampMillis() {
    return snapshot.getTimestamp(loader.engine());
  }

  public List<String> partitionColumns() {
    return snapshot.getPartitionColumnNames();
  }

  /** What a column is called in files, in folders and in the log's partition values. */
  public String inFiles(String column) {
    return WriteRules.of(snapshot).names().inFiles(column);
  }

  /** A table property, if it is set. */
  public Optional<String> property(String key) {
    return Optional.ofNullable(metadata().getConfiguration().get(key));
  }

  /** How long a file stays on the disk after it was removed from the table. */
  public Duration fileRetention() {
    return Duration.ofMillis(TableConfig.TOMBSTONE_RETENTION.fromMetadata(metadata()));
  }

  /**
   * The files of this version, by path.
   *
   * @throws io.millrace.catalog.MillraceException TABLE_CORRUPT, IO_FAILED
   */
  public Map<String, LiveFile> files() {
    Map<String, LiveFile> known = files;
    if (known == null) {
      known =
          loader.load(
              OptionalLong.of(version()),
              loaded -> {
                Map<String, LiveFile> found = new LinkedHashMap<>();
                TableLog.forEachFile(
                    loaded.engine(), loaded.snapshot(), file -> found.put(file.path(), file));
                return found;
              });
      files = known;
    }
    return known;
  }

  /**
   * A reader of this version's files; one for each thread.
   *
   * @throws io.millrace.catalog.MillraceException TABLE_UNSUPPORTED if its rows cannot be written
   *     again here; TYPE_UNSUPPORTED naming the column
   */
  public StoredRows storedRows() {
    return StoredRows.of(this);
  }

  /**
   * A reader of some columns of this version's files; one for each thread.
   *
   * @param columns in the order wanted, none of them a partition column
   */
  public StoredRows storedRows(List<String> columns) {
    return StoredRows.of(snapshot, columns);
  }

  /** True if the table has columns that its rows are clustered by, which are its own choice. */
  public boolean isClustered() {
    return ClusteringMetadataDomain.fromSnapshot(snapshot)
        .filter(domain -> !domain.getClusteringColumns().isEmpty())
        .isPresent();
  }

  /** Vectors of deleted rows, for writing new ones. */
  public DeletionVectorStore deletionVectors() {
    return new DeletionVectorStore(snapshot.getPath());
  }

  /**
   * What was done to make this version and those before it, newest first, as far as the log still
   * tells.
   */
  public List<CommitEntry> history(int limit) {
    return CommitHistory.read(snapshot.getPath(), version(), limit);
  }

  /** True if rows of both versions have the same columns and lie in the same partitions. */
  public boolean sameColumns(TableState other) {
    return metadata().getSchemaString().equals(other.metadata().getSchemaString())
        && partitionColumns().equals(other.partitionColumns());
  }

  /** All table properties that are set. */
  public Map<String, String> properties() {
    return Map.copyOf(metadata().getConfiguration());
  }

  /**
   * Paths below the table's folder, of data files and of deletion vectors, that this version needs
   * or that a version needed of which the removal is younger than the horizon.
   *
   * @throws io.millrace.catalog.MillraceException TABLE_CORRUPT, IO_FAILED
   */
  public Set<String> neededFiles(long horizonMillis) {
    return loader.load(
        OptionalLong.of(version()),
        loaded -> NeededFiles.of(loaded.engine(), (SnapshotImpl) loaded.snapshot(), horizonMillis));
  }
}
