package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.exceptions.MaxCommitRetryLimitReachedException;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.types.FieldMetadata;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStores;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Numbers of an identity column that belong to one writer alone: a version of their own moves the
 * column's high-water mark behind them before any is used, so that no other writer, whoever it is,
 * gives them to a row. What is not used is never used.
 *
 * @param first number
 * @param step to the next one
 * @param count of numbers
 */
public record IdentityRange(long first, long step, long count) {
  private static final String HIGH_WATER_MARK = "delta.identity.highWaterMark";

  /** How often others may be faster in a row; each round is a few milliseconds. */
  private static final int ATTEMPTS_MAX = 200;

  /**
   * Takes the next numbers.
   *
   * @param count how many
   * @throws MillraceException SCHEMA_CHANGED if the table has no such identity column any more;
   *     TYPE_UNSUPPORTED if it has no more numbers; COMMIT_CONFLICT; DISK_FULL, IO_FAILED, in which
   *     case some may be lost
   */
  public static IdentityRange take(TableDefinition table, String column, long count) {
    requireNonNull(column, "column is null");
    LogEntryCommitter committer =
        new LogEntryCommitter(table.name(), CommitStores.forTable(table.path()), Clock.systemUTC());
    SnapshotLoader loader = new SnapshotLoader(table.path(), Optional.of(committer));
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      Snapshot snapshot = loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
      DeltaTables.requireWritable(table, snapshot);
      Metadata metadata = snapshot.getMetadata();
      IdentityColumn identity = find(table, metadata, column);
      IdentityRange range = next(table, identity, metadata, count);
      committer.announce(
          new TableChange(
              List.of(),
              List.of(),
              Map.of(),
              "RESERVE IDENTITY",
              Map.of("column", column, "count", Long.toString(count)),
              Map.of(),
              Map.of()));
      try {
        TableLog.begin(
                snapshot,
                Optional.empty(),
                Optional.of(range.marked(metadata, column)),
                Clock.systemUTC())
            .commit(loader.engine(), CloseableIterable.emptyIterable());
        return range;
      } catch (MaxCommitRetryLimitReachedException lost) {
        // Whoever was faster may have taken the same numbers.
      } catch (RuntimeException e) {
        throw KernelFailures.translate(
            "taking numbers of column %s of table %s".formatted(column, table.name()),
            table.path(),
            e);
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "no numbers of column %s could be taken from table %s: others were faster %d times in a row"
            .formatted(column, table.name(), ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private static IdentityColumn find(TableDefinition table, Metadata metadata, String column) {
    return WriteRules.of(metadata).identity().stream()
        .filter(identity -> identity.name().equals(column))
        .findFirst()
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.SCHEMA_CHANGED,
                    "column %s of table %s is no identity column any more"
                        .formatted(column, table.name()),
                    "start the job again"));
  }

  private static IdentityRange next(
      TableDefinition table, IdentityColumn column, Metadata metadata, long count) {
    FieldMetadata field = metadata.getSchema().get(column.name()).getMetadata();
    try {
      long first =
          field.contains(HIGH_WATER_MARK)
              ? column.after(field.getLong(HIGH_WATER_MARK))
              : column.start();
      IdentityRange range = new IdentityRange(first, column.step(), count);
      range.last();
      return range;
    } catch (ArithmeticException e) {
      throw new MillraceException(
          ErrorCode.TYPE_UNSUPPORTED,
          "identity column %s of table %s has no %d numbers left in BIGINT"
              .formatted(column.name(), table.name(), count),
          "write to a new table",
          e);
    }
  }

  private long last() {
    return Math.addExact(first, Math.multiplyExact(count - 1, step));
  }

  private Metadata marked(Metadata metadata, String column) {
    List<StructField> fields = new ArrayList<>();
    for (StructField field : metadata.getSchema().fields()) {
      fields.add(
          field.getName().equals(column)
              ? field.withNewMetadata(
                  FieldMetadata.builder()
                      .fromMetadata(field.getMetadata())
                      .putLong(HIGH_WATER_MARK, last())
                      .build())
              : field);
    }
    return metadata.withNewSchema(new StructType(fields));
  }

  /**
   * One of the numbers.
   *
   * @param index from 0
   */
  public long at(long index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(index + " of " + count);
    }
    return first + index * step;
  }
}
