package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.TableSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * The version of a table that one statement is planned with: everything that the planner asks about
 * it, and the source that it makes in the end, are about the same one. Shared by the copies of a
 * source that the planner makes. Thread-safe.
 */
final class PlannedTable {
  private final ReadOptions options;
  private @Nullable TableSnapshot snapshot;

  PlannedTable(ReadOptions options) {
    this.options = requireNonNull(options, "options is null");
  }

  /**
   * Looked at when it is first asked for.
   *
   * @throws io.millrace.catalog.MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT,
   *     TABLE_UNSUPPORTED, OPTION_INVALID
   */
  synchronized TableSnapshot snapshot() {
    TableSnapshot known = snapshot;
    if (known == null) {
      known = options.source().table();
      snapshot = known;
    }
    return known;
  }
}
