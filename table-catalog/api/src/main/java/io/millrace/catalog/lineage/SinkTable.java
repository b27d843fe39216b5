package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statement writes.
 *
 * @param name null for {@link Kind#RESULT}, which goes to the client
 * @param columns that are written, in the order of the table; columns that keep their values or are
 *     left empty are not among them. A DELETE names all, by what decides which rows go
 * @param hintedOptions keys of the options that an OPTIONS hint sets, sorted; never their values
 */
public record SinkTable(
    @Nullable ObjectName name, Kind kind, List<SinkColumn> columns, List<String> hintedOptions) {

  /** What happens to it. */
  public enum Kind {
    RESULT,
    INSERT,
    OVERWRITE,
    UPDATE,
    DELETE,
    CREATE_TABLE,
    REPLACE_TABLE,
    CREATE_VIEW,
    CREATE_MATERIALIZED_TABLE
  }

  public SinkTable {
    requireNonNull(kind, "kind is null");
    if ((name == null) != (kind == Kind.RESULT)) {
      throw new IllegalArgumentException("sink is a " + kind + " and is called " + name);
    }
    columns = List.copyOf(columns);
    hintedOptions = hintedOptions.stream().sorted().distinct().toList();
  }
}
