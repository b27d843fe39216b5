package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import io.millrace.delta.source.ReadMode.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link DeltaSource}. Without further calls it reads all columns of the latest
 * version. Not thread-safe.
 */
public final class DeltaSourceBuilder {
  private static final long DEFAULT_SPLIT_BYTES = 128L << 20;
  private static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);

  private final String path;
  private final List<Wanted> columns = new ArrayList<>();
  private RowFilter filter = RowFilter.TRUE;
  private long limit = Long.MAX_VALUE;
  private long splitBytes = DEFAULT_SPLIT_BYTES;
  private Duration pollInterval = DEFAULT_POLL_INTERVAL;
  private What what = What.SNAPSHOT;
  private OptionalLong version = OptionalLong.empty();
  private OptionalLong timestamp = OptionalLong.empty();
  private OptionalLong startingVersion = OptionalLong.empty();
  private OptionalLong startingTimestamp = OptionalLong.empty();
  private OptionalLong endingVersion = OptionalLong.empty();
  private OnChange onChange = OnChange.FAIL;
  private ChangeForm form = ChangeForm.CHANGELOG;
  private boolean changesBounded;
  private boolean afterLatest;
  private boolean onlyThese;
  private @Nullable TableSnapshot table;

  private enum What {
    SNAPSHOT,
    TAIL,
    CHANGES
  }

  private sealed interface Wanted {
    String name();

    record Data(String name, List<String> path, LogicalType type) implements Wanted {}

    record Metadata(String name, MetadataColumn column) implements Wanted {}
  }

  DeltaSourceBuilder(String path) {
    this.path = requireNonNull(path, "path is null");
  }

  /** Reads one version. */
  public DeltaSourceBuilder version(long number) {
    version = OptionalLong.of(number);
    return this;
  }

  /**
   * Reads the version that was the latest at a time.
   *
   * @param millis since 1970
   */
  public DeltaSourceBuilder timestamp(long millis) {
    timestamp = OptionalLong.of(millis);
    return this;
  }

  /** Reads what is appended, for ever. Without a start, all rows of the latest version first. */
  public DeltaSourceBuilder tail(OnChange policy) {
    what = What.TAIL;
    onChange = requireNonNull(policy, "policy is null");
    return this;
  }

  /** Reads what is changed, for ever. Without a start, all rows of the latest version first. */
  public DeltaSourceBuilder changes(ChangeForm wanted) {
    what = What.CHANGES;
    form = requireNonNull(wanted, "wanted is null");
    changesBounded = false;
    return this;
  }

  /** Reads what was changed, and ends with the latest version, or {@link #endingVersion}. */
  public DeltaSourceBuilder changesUntilNow(ChangeForm wanted) {
    changes(wanted);
    changesBounded = true;
    return this;
  }

  /** The first version whose changes are read. */
  public DeltaSourceBuilder startingVersion(long number) {
    startingVersion = OptionalLong.of(number);
    return this;
  }

  /** Begins with the version that comes after the latest one. */
  public DeltaSourceBuilder startingAfterLatest() {
    afterLatest = true;
    return this;
  }

  /**
   * Begins with the first version that was committed at a time or later.
   *
   * @param millis since 1970
   */
  public DeltaSourceBuilder startingTimestamp(long millis) {
    startingTimestamp = OptionalLong.of(millis);
    return this;
  }

  /** The last version whose changes are read, if the table has it already. */
  public DeltaSourceBuilder endingVersion(long number) {
    endingVersion = OptionalLong.of(number);
    return this;
  }

  /** Adds a column to the rows. Without any, the rows have all columns of the table. */
  public DeltaSourceBuilder column(String name, LogicalType type) {
    return column(name, List.of(name), type);
  }

  /**
   * Adds a field in a column to the rows.
   *
   * @param name of the field in the rows
   * @param field names from the column to the field, all but the last of them rows
   */
  public DeltaSourceBuilder column(String name, List<String> field, LogicalType type) {
    columns.add(new Wanted.Data(name, List.copyOf(field), type));
    return this;
  }

  /** Makes rows of no other columns than were added, even if that is none. */
  public DeltaSourceBuilder onlyTheseColumns() {
    onlyThese = true;
    return this;
  }

  /** Adds a column that tells where a row comes from. */
  public DeltaSourceBuilder metadata(String name, MetadataColumn column) {
    columns.add(new Wanted.Metadata(name, column));
    return this;
  }

  /**
   * Leaves out files and row groups in which no row can match; other rows stay in.
   *
   * @param condition on the table's columns, by their names in the table
   */
  public DeltaSourceBuilder filter(RowFilter condition) {
    filter = requireNonNull(condition, "condition is null");
    return this;
  }

  /** Lets each reader stop after so many rows. */
  public DeltaSourceBuilder limit(long rows) {
    limit = rows;
    return this;
  }

  /** Size of a file from which on it is read in parts, in bytes. */
  public DeltaSourceBuilder splitBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("splitBytes is " + bytes + ", expected at least 1");
    }
    splitBytes = bytes;
    return this;
  }

  /** How often to look for a new version, when all are read. */
  public DeltaSourceBuilder pollInterval(Duration interval) {
    pollInterval = requireNonNull(interval, "interval is null");
    return this;
  }

  /**
   * Looks at the table and fixes what is read of it.
   *
   * @throws MillraceException TABLE_NOT_FOUND, also for a version or a time that the table does not
   *     have; TABLE_CORRUPT, TABLE_UNSUPPORTED, also for ids of rows that the table does not track;
   *     COLUMN_NOT_FOUND, TYPE_MISMATCH; OPTION_INVALID
   */
  public DeltaSource build() {
    TableSnapshot read = table();
    ReadMode mode = mode(read);
    ColumnResolver resolver = new ColumnResolver(read);
    List<Wanted> wanted = columns.isEmpty() && !onlyThese ? all(read) : columns;
    List<SourceColumn> resolved = new ArrayList<>();
    List<RowType.RowField> fields = new ArrayList<>();
    for (Wanted column : wanted) {
      if (column instanceof Wanted.Data data) {
        resolved.add(resolver.resolve(data.path(), data.type()));
        fields.add(new RowType.RowField(data.name(), data.type()));
      } else if (column instanceof Wanted.Metadata metadata) {
        resolved.add(resolve(metadata.column(), read));
        fields.add(new RowType.RowField(metadata.name(), metadata.column().type()));
      }
    }
    return new DeltaSource(
        new SourceSpec(
            path,
            mode,
            resolved,
            new RowType(false, fields),
            read.version(),
            resolver.physical(filter),
            limit,
            splitBytes,
            pollInterval));
  }

  private SourceColumn resolve(MetadataColumn column, TableSnapshot table) {
    if (!column.isTracked()) {
      return new SourceColumn.Metadata(column);
    }
    TrackingColumns tracking =
        table
            .trackingColumns()
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.TABLE_UNSUPPORTED,
                        "table %s does not track its rows, %s is not known of them"
                            .formatted(path, column.key()),
                        "leave out the column, or create the table with the property"
                            + " delta.enableRowTracking"));
    return new SourceColumn.Tracked(
        column, column == MetadataColumn.ROW_ID ? tracking.id() : tracking.version());
  }

  /**
   * Reads a version that was looked at already, instead of looking again.
   *
   * @param known what {@link #table} of a builder with the same version, time and start has said
   */
  public DeltaSourceBuilder on(TableSnapshot known) {
    table = requireNonNull(known, "known is null");
    return this;
  }

  /**
   * The version whose columns, and if only that is wanted whose rows, are read.
   *
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT, TABLE_UNSUPPORTED, OPTION_INVALID
   */
  public TableSnapshot table() {
    return table == null ? find() : table;
  }

  private TableSnapshot find() {
    if (version.isPresent() && timestamp.isPresent()) {
      throw invalid("version and timestamp are both given", "give one of them");
    }
    boolean travels = version.isPresent() || timestamp.isPresent();
    boolean starts = startingVersion.isPresent() || startingTimestamp.isPresent() || afterLatest;
    if (travels && what != What.SNAPSHOT) {
      throw invalid(
          "a version or timestamp is given for a stream",
          "say where it starts with a starting version or starting timestamp");
    }
    if (starts && what == What.SNAPSHOT) {
      throw invalid(
          "a start is given for the rows of one version", "give version or timestamp instead");
    }
    if ((startingVersion.isPresent() || afterLatest) && startingTimestamp.isPresent()) {
      throw invalid("starting version and starting timestamp are both given", "give one of them");
    }
    if (version.isPresent()) {
      return TableSnapshot.at(path, version.getAsLong());
    }
    return timestamp.isPresent()
        ? TableSnapshot.asOf(path, timestamp.getAsLong())
        : TableSnapshot.latest(path);
  }

  private ReadMode mode(TableSnapshot table) {
    return switch (what) {
      case SNAPSHOT -> new ReadMode.Snapshot(table.version());
      case TAIL -> new ReadMode.Tail(start(table), onChange);
      case CHANGES -> {
        long last =
            changesBounded
                ? Math.min(table.version(), endingVersion.orElse(Long.MAX_VALUE))
                : Long.MAX_VALUE;
        yield new ReadMode.Changes(start(table), last, form);
      }
    };
  }

  private Start start(TableSnapshot table) {
    if (afterLatest) {
      return new Start.Version(table.version() + 1);
    }
    if (startingTimestamp.isPresent()) {
      return new Start.Version(table.firstVersionFrom(startingTimestamp.getAsLong()));
    }
    if (startingVersion.isEmpty()) {
      return new Start.AllRows();
    }
    long first = startingVersion.getAsLong();
    if (first < 0 || first > table.version() + 1) {
      throw new MillraceException(
          ErrorCode.TABLE_NOT_FOUND,
          "table %s has no version %d to start from: its latest is %d"
              .formatted(path, first, table.version()),
          "start from a version that is there, or from the next one");
    }
    return new Start.Version(first);
  }

  private MillraceException invalid(String problem, String remedy) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID, "source of table %s: %s".formatted(path, problem), remedy);
  }

  private static List<Wanted> all(TableSnapshot table) {
    List<Wanted> all = new ArrayList<>();
    for (RowType.RowField field : table.rowType().getFields()) {
      all.add(new Wanted.Data(field.getName(), List.of(field.getName()), field.getType()));
    }
    return all;
  }
}
