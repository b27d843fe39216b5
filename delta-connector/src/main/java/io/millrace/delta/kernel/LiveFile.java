package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.Row;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.DeletionVectorDescriptor;
import io.delta.kernel.internal.actions.RemoveFile;
import io.delta.kernel.internal.data.GenericRow;
import io.delta.kernel.internal.util.VectorUtils;
import io.delta.kernel.types.StructType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.core.fs.Path;

/**
 * A data file that a version of a table holds, or is to hold: an {@code add} action as a value.
 *
 * @param path relative to the table's folder, or absolute; not URL-encoded, unlike in the log
 * @param partitionValues by column; empty for a table without partitions
 * @param sizeBytes length of the file
 * @param modifiedMillis when it was finished, milliseconds since 1970
 * @param stats Delta statistics as JSON
 * @param deletionVector rows of the file that no longer count
 * @param tags whatever its writer attached
 * @param baseRowId first row id, on tables that track rows
 * @param rowCommitVersion default commit version of its rows, on tables that track rows
 */
public record LiveFile(
    String path,
    Map<String, String> partitionValues,
    long sizeBytes,
    long modifiedMillis,
    Optional<String> stats,
    Optional<DeletionVector> deletionVector,
    Map<String, String> tags,
    OptionalLong baseRowId,
    OptionalLong rowCommitVersion) {
  public LiveFile {
    requireNonNull(path, "path is null");
    // Not copied: partition values may be null, and thousands of files share one empty map.
    requireNonNull(partitionValues, "partitionValues is null");
    requireNonNull(stats, "stats is null");
    requireNonNull(deletionVector, "deletionVector is null");
    requireNonNull(tags, "tags is null");
  }

  /** A new file without deleted rows, of a table without partitions. */
  public static LiveFile of(String path, long sizeBytes, long modifiedMillis, String stats) {
    return of(path, sizeBytes, modifiedMillis, stats, Map.of());
  }

  /** A new file without deleted rows. */
  public static LiveFile of(
      String path,
      long sizeBytes,
      long modifiedMillis,
      String stats,
      Map<String, String> partitionValues) {
    return new LiveFile(
        path,
        partitionValues,
        sizeBytes,
        modifiedMillis,
        Optional.of(stats),
        Optional.empty(),
        Map.of(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  /** Rows in the file, deleted ones included; empty if its writer left no statistics. */
  public OptionalLong records() {
    return stats.map(FileStats::records).orElseGet(OptionalLong::empty);
  }

  /** Rows deleted by its deletion vector. */
  public long deletedRecords() {
    return deletionVector.map(DeletionVector::cardinality).orElse(0L);
  }

  /**
   * Where its deletion vector is, as an absolute path; empty without one, or if it is in the log.
   *
   * @param tablePath folder of the table
   */
  public Optional<String> vectorPath(String tablePath) {
    return deletionVector
        .map(DeletionVector::descriptor)
        .filter(DeletionVectorDescriptor::isOnDisk)
        .map(descriptor -> descriptor.getAbsolutePath(tablePath));
  }

  /**
   * Where a data file is.
   *
   * @param tablePath folder of the table
   * @param filePath relative to it, or an absolute path or URI, as in tables that share files
   */
  public static Path locate(String tablePath, String filePath) {
    if (LogPaths.isUri(filePath)) {
      try {
        return new Path(new URI(filePath));
      } catch (URISyntaxException notEncoded) {
        return new Path(filePath);
      }
    }
    return new Path(filePath.startsWith("/") ? filePath : tablePath + "/" + filePath);
  }

  /** The same file with other rows deleted; its statistics then bound the rows from outside. */
  public LiveFile withDeletionVector(DeletionVector vector) {
    return new LiveFile(
        path,
        partitionValues,
        sizeBytes,
        modifiedMillis,
        stats.map(FileStats::withLooseBounds),
        Optional.of(vector),
        tags,
        baseRowId,
        rowCommitVersion);
  }

  /** The same file with ids for its rows. */
  LiveFile withRowIds(OptionalLong first, OptionalLong commitVersion) {
    return new LiveFile(
        path,
        partitionValues,
        sizeBytes,
        modifiedMillis,
        stats,
        deletionVector,
        tags,
        first,
        commitVersion);
  }

  static LiveFile of(AddFile add) {
    Map<String, String> partitionValues = VectorUtils.toJavaMap(add.getPartitionValues());
    return new LiveFile(
        LogPaths.decode(add.getPath()),
        partitionValues.isEmpty() ? Map.of() : new LinkedHashMap<>(partitionValues),
        add.getSize(),
        add.getModificationTime(),
        add.getStatsJson(),
        add.getDeletionVector().map(DeletionVector::of),
        add.getTags().<Map<String, String>>map(VectorUtils::toJavaMap).orElse(Map.of()),
        add.getBaseRowId().map(OptionalLong::of).orElseGet(OptionalLong::empty),
        add.getDefaultRowCommitVersion().map(OptionalLong::of).orElseGet(OptionalLong::empty));
  }

  Row toAddRow() {
    return toAddRow(true);
  }

  /**
   * @param dataChange false if the rows were in the table before, in another file
   */
  Row toAddRow(boolean dataChange) {
    Map<Integer, Object> values = new HashMap<>();
    put(values, AddFile.FULL_SCHEMA, "modificationTime", modifiedMillis);
    putShared(values, AddFile.FULL_SCHEMA, dataChange);
    return new GenericRow(AddFile.FULL_SCHEMA, values);
  }

  Row toRemoveRow(long deletionMillis) {
    return toRemoveRow(deletionMillis, true);
  }

  /**
   * @param dataChange false if the rows stay in the table, in another file
   */
  Row toRemoveRow(long deletionMillis, boolean dataChange) {
    Map<Integer, Object> values = new HashMap<>();
    put(values, RemoveFile.FULL_SCHEMA, "deletionTimestamp", deletionMillis);
    put(values, RemoveFile.FULL_SCHEMA, "extendedFileMetadata", true);
    putShared(values, RemoveFile.FULL_SCHEMA, dataChange);
    return new GenericRow(RemoveFile.FULL_SCHEMA, values);
  }

  private void putShared(Map<Integer, Object> values, StructType schema, boolean dataChange) {
    put(values, schema, "path", LogPaths.encode(path));
    put(values, schema, "partitionValues", VectorUtils.stringStringMapValue(partitionValues));
    put(values, schema, "size", sizeBytes);
    put(values, schema, "dataChange", dataChange);
    stats.ifPresent(json -> put(values, schema, "stats", json));
    if (!tags.isEmpty()) {
      put(values, schema, "tags", VectorUtils.stringStringMapValue(tags));
    }
    deletionVector.ifPresent(vector -> put(values, schema, "deletionVector", vector.toRow()));
    baseRowId.ifPresent(id -> put(values, schema, "baseRowId", id));
    rowCommitVersion.ifPresent(v -> put(values, schema, "defaultRowCommitVersion", v));
  }

  private static void put(
      Map<Integer, Object> values, StructType schema, String field, Object value) {
    values.put(schema.indexOf(field), value);
  }
}
