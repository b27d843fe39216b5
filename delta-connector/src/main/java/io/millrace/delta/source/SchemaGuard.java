package io.millrace.delta.source;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.vector.ReadField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Notices that a table has changed under a source. Columns that are added, renamed with column
 * mapping, or not read do not matter; what an older version had is read as the newer one has it.
 */
final class SchemaGuard {
  private final SourceSpec spec;

  SchemaGuard(SourceSpec spec) {
    this.spec = spec;
  }

  /**
   * @throws MillraceException SCHEMA_CHANGED naming version and columns
   */
  void check(LoggedCommit commit) {
    if (commit.fields().isPresent()) {
      check(commit.version(), commit.fields().get());
    }
  }

  void check(long version, List<TableField> fields) {
    if (version <= spec.schemaVersion()) {
      return;
    }
    List<String> misfits = new ArrayList<>();
    for (SourceColumn column : spec.columns()) {
      if (column instanceof SourceColumn.Data data) {
        misfit(data, fields).ifPresent(misfits::add);
      }
    }
    if (!misfits.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "version %d of table %s changes its columns: %s"
              .formatted(version, spec.path(), String.join("; ", misfits)),
          "start the job again with the table's new columns; with state it goes on where it was");
    }
  }

  private static Optional<String> misfit(SourceColumn.Data column, List<TableField> fields) {
    List<TableField> candidates = fields;
    TableField found = null;
    for (ReadField step : column.path()) {
      found = null;
      for (TableField candidate : candidates) {
        if (candidate.physicalName().equals(step.name()) || hasId(candidate, step)) {
          found = candidate;
        }
      }
      if (found == null) {
        return Optional.of("column %s is gone".formatted(column.name()));
      }
      candidates = found.children();
    }
    return found == null || ColumnResolver.fits(column.field().type(), found)
        ? Optional.empty()
        : Optional.of(
            "column %s is %s now, %s is read"
                .formatted(
                    column.name(),
                    found.type().asSummaryString(),
                    column.field().type().asSummaryString()));
  }

  private static boolean hasId(TableField field, ReadField wanted) {
    return wanted.id() >= 0 && field.id() == wanted.id();
  }
}
