package io.millrace.delta.catalog;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableAlteration;
import io.millrace.delta.kernel.TableAlteration.NewColumn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.TableChange;
import org.jspecify.annotations.Nullable;

/** What {@code ALTER TABLE} may change about a Delta table; the rest is refused by name. */
public final class Alterations {
  private static final int ATTEMPTS_MAX = 200;

  private final String table;
  private final List<NewColumn> columns = new ArrayList<>();
  private final Map<String, String> set = new LinkedHashMap<>();
  private final Set<String> unset = new TreeSet<>();
  private final List<TableAlteration> others = new ArrayList<>();

  private Alterations(String table) {
    this.table = table;
  }

  /**
   * Makes a version for each kind of change.
   *
   * @throws MillraceException SQL_UNSUPPORTED naming the change, before anything is changed;
   *     PROPERTY_INVALID, SCHEMA_CHANGED, COLUMN_NOT_FOUND; COMMIT_CONFLICT
   */
  public static void apply(String table, String path, List<TableChange> changes) {
    Alterations wanted = new Alterations(table);
    changes.forEach(wanted::add);
    try (MaintainedTable maintained = MaintainedTable.open(path)) {
      for (TableAlteration alteration : wanted.alterations()) {
        commit(table, maintained, alteration);
      }
    }
  }

  private static void commit(String table, MaintainedTable maintained, TableAlteration change) {
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (maintained.commit(maintained.latest(), MaintenanceCommit.alteration(change))) {
        return;
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "table %s could not be altered: others were faster %d times in a row"
            .formatted(table, ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private List<TableAlteration> alterations() {
    List<TableAlteration> alterations = new ArrayList<>();
    if (!columns.isEmpty()) {
      alterations.add(new TableAlteration.AddColumns(columns));
    }
    if (!set.isEmpty()) {
      alterations.add(new TableAlteration.SetProperties(set));
    }
    if (!unset.isEmpty()) {
      alterations.add(new TableAlteration.UnsetProperties(unset));
    }
    alterations.addAll(others);
    return alterations;
  }

  private void add(TableChange change) {
    if (change instanceof TableChange.AddColumn column) {
      columns.add(newColumn(column));
    } else if (change instanceof TableChange.ModifyColumnComment comment) {
      others.add(
          new TableAlteration.CommentColumn(
              comment.getOldColumn().getName(), comment.getNewComment()));
    } else if (change instanceof TableChange.SetOption option) {
      set.put(property(option.getKey()), option.getValue());
    } else if (change instanceof TableChange.ResetOption option) {
      unset.add(property(option.getKey()));
    } else {
      throw refused(what(change), remedy(change));
    }
  }

  private NewColumn newColumn(TableChange.AddColumn change) {
    Column column = change.getColumn();
    if (!column.isPhysical()) {
      throw refused(
          "column %s, which is computed or metadata, cannot be added".formatted(column.getName()),
          "CREATE TEMPORARY TABLE … (%s …) LIKE the table".formatted(column.getName()));
    }
    return new NewColumn(
        column.getName(),
        column.getDataType().getLogicalType(),
        column.getComment(),
        position(change.getPosition()));
  }

  private static Optional<String> position(TableChange.@Nullable ColumnPosition position) {
    if (position instanceof TableChange.After after) {
      return Optional.of(after.column());
    }
    return position instanceof TableChange.First ? Optional.of("") : Optional.empty();
  }

  private String property(String key) {
    if (key.startsWith(FlinkTables.PROPERTY_PREFIX) || key.equals(TableAlteration.DESCRIPTION)) {
      return key;
    }
    throw refused(
        "option '%s' is no property of a Delta table".formatted(key),
        "give it to a statement: /*+ OPTIONS('%s' = …) */".formatted(key));
  }

  private static String what(TableChange change) {
    if (change instanceof TableChange.ModifyColumnName rename) {
      return "column %s cannot be renamed".formatted(rename.getOldColumnName());
    } else if (change instanceof TableChange.ModifyPhysicalColumnType type) {
      return "column %s cannot become %s"
          .formatted(type.getOldColumn().getName(), type.getNewType());
    } else if (change instanceof TableChange.ModifyColumnPosition position) {
      return "column %s cannot be moved".formatted(position.getOldColumn().getName());
    } else if (change instanceof TableChange.ModifyColumn column) {
      return "column %s cannot be modified".formatted(column.getOldColumn().getName());
    } else if (change instanceof TableChange.DropColumn column) {
      return "column %s cannot be dropped".formatted(column.getColumnName());
    } else if (change instanceof TableChange.AddUniqueConstraint
        || change instanceof TableChange.ModifyUniqueConstraint
        || change instanceof TableChange.DropConstraint) {
      return "the primary key cannot be changed";
    } else if (change instanceof TableChange.AddWatermark
        || change instanceof TableChange.ModifyWatermark
        || change instanceof TableChange.DropWatermark) {
      return "a watermark cannot be kept";
    }
    return change.getClass().getSimpleName() + " is not known here";
  }

  private static String remedy(TableChange change) {
    if (change instanceof TableChange.ModifyPhysicalColumnType) {
      return "set delta.enableTypeWidening and write with 'sink.schema-evolution' = 'widen'";
    } else if (change instanceof TableChange.ModifyColumn
        || change instanceof TableChange.DropColumn) {
      return "change it with Spark";
    }
    return "leave it as it is, or CREATE TEMPORARY TABLE … LIKE the table";
  }

  private MillraceException refused(String what, String remedy) {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED, "table %s: %s".formatted(table, what), remedy);
  }
}
