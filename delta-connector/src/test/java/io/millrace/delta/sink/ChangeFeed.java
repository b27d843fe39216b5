package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.DeltaSourceBuilder;
import io.millrace.delta.source.MetadataColumn;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.SourceTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;

/** The change data of a table, held against its versions. */
final class ChangeFeed {
  private final DeltaTableSpec spec;

  ChangeFeed(DeltaTableSpec spec) {
    this.spec = spec;
  }

  /** A row of the feed. */
  record Change(long version, String type, String row) {}

  /** All changes, in no order within a version. */
  List<Change> changes() throws Exception {
    return changesFrom(0);
  }

  /** All changes of a version and those behind it. */
  List<Change> changesFrom(long version) throws Exception {
    DeltaSourceBuilder source =
        DeltaSource.builder(spec.path()).changesUntilNow(ChangeForm.ROWS).startingVersion(version);
    List<RowType.RowField> fields = new ArrayList<>();
    add(source, fields, "version", MetadataColumn.COMMIT_VERSION);
    add(source, fields, "what", MetadataColumn.CHANGE_TYPE);
    for (RowType.RowField field : spec.rowType().getFields()) {
      source.column(field.getName(), field.getType());
      fields.add(field);
    }
    List<Change> changes = new ArrayList<>();
    for (String text : SourceTable.rows(source.build(), new RowType(fields))) {
      String[] parts = text.substring(1, text.length() - 1).split(", ", 3);
      changes.add(new Change(Long.parseLong(parts[0]), parts[1], parts[2].replace(", ", "|")));
    }
    return changes;
  }

  private static void add(
      DeltaSourceBuilder source,
      List<RowType.RowField> fields,
      String name,
      MetadataColumn column) {
    source.metadata(name, column);
    fields.add(new RowType.RowField(name, column.type()));
  }

  /** The rows of a version by their first column, the key, as Kernel's own reader sees them. */
  private Map<String, String> rowsAt(long version) {
    Map<String, String> rows = new TreeMap<>();
    var reader = KernelTableReader.openAt(spec.path(), version);
    try (var all = reader.rows(spec.rowType().getFieldNames(), OptionalLong.empty())) {
      all.forEachRemaining(
          row ->
              rows.put(
                  String.valueOf(row[0]),
                  String.join("|", Arrays.stream(row).map(Objects::toString).toList())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /**
   * Passes if every version's changes, at most one of each key, make of the version before exactly
   * what the version is.
   *
   * @return how often each type of change was seen
   */
  Map<String, Integer> requireExact() throws Exception {
    Map<Long, Map<String, List<Change>>> byVersion = new TreeMap<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Change change : changes()) {
      String key = change.row().split("\\|", 2)[0];
      byVersion
          .computeIfAbsent(change.version(), ignored -> new TreeMap<>())
          .computeIfAbsent(key, ignored -> new ArrayList<>())
          .add(change);
      seen.merge(change.type(), 1, Integer::sum);
    }
    Map<String, String> rows = new TreeMap<>();
    long last = TableSnapshot.latest(spec.path()).version();
    for (long version = 0; version <= last; version++) {
      for (var entry : byVersion.getOrDefault(version, Map.of()).entrySet()) {
        apply(rows, entry.getKey(), entry.getValue());
      }
      assertThat(rows).as("version %d", version).isEqualTo(rowsAt(version));
    }
    return seen;
  }

  private static void apply(Map<String, String> rows, String key, List<Change> changes) {
    String before = rows.get(key);
    if (changes.size() == 1) {
      Change change = changes.get(0);
      if (change.type().equals("insert")) {
        assertThat(before).as("row before %s", change).isNull();
        rows.put(key, change.row());
      } else {
        assertThat(change.type()).as("type of %s", change).isEqualTo("delete");
        assertThat(before).as("row before %s", change).isEqualTo(change.row());
        rows.remove(key);
      }
      return;
    }
    assertThat(changes)
        .as("changes of key %s", key)
        .extracting(Change::type)
        .containsExactlyInAnyOrder("update_preimage", "update_postimage");
    for (Change change : changes) {
      if (change.type().equals("update_preimage")) {
        assertThat(before).as("row before %s", change).isEqualTo(change.row());
      } else {
        rows.put(key, change.row());
      }
    }
  }
}
