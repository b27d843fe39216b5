package io.millrace.catalog.server.service;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold of a table's columns, and what of them stays when they are changed. */
final class TableColumns {
  private static final int COLUMNS_MAX = 10_000;

  private TableColumns() {}

  /**
   * Columns that can be those of one table.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  static List<Column> valid(List<Column> columns) {
    if (columns.size() > COLUMNS_MAX) {
      throw invalid(
          "%d columns are more than %d".formatted(columns.size(), COLUMNS_MAX), "use fewer");
    }
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      if (column.name().isEmpty()) {
        throw invalid("a column has no name", "name it");
      }
      if (!seen.add(CatalogState.folded(column.name()))) {
        throw invalid(
            "two columns are called %s".formatted(SecurableName.shown(column.name())),
            "give them names that differ in more than their case");
      }
    }
    Set<Integer> partitions = new HashSet<>();
    for (Column column : columns) {
      if (column.partitionIndex().isPresent() && !partitions.add(column.partitionIndex().get())) {
        throw invalid(
            "two columns have the partition_index " + column.partitionIndex().get(),
            "number the partition columns from 0 on");
      }
    }
    return columns;
  }

  static Optional<Column> find(Definition.Table table, String name) {
    String folded = CatalogState.folded(name);
    return table.columns().stream()
        .filter(column -> CatalogState.folded(column.name()).equals(folded))
        .findFirst();
  }

  /**
   * A column by its name.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  static Column required(Definition.Table table, String name) {
    return find(table, name)
        .orElseThrow(
            () ->
                invalid(
                    "the table has no column " + SecurableName.shown(name),
                    "use one of: "
                        + table.columns().stream()
                            .limit(20)
                            .map(Column::name)
                            .collect(Collectors.joining(", "))));
  }

  /**
   * New columns for a table that is there: tags and masks stay with their columns. What a filter,
   * mask or constraint reads can neither be dropped nor get another type: the policy comes off
   * first, by somebody who means it.
   *
   * @throws MillraceException ARGUMENT_INVALID
   */
  static List<Column> changed(Definition.Table table, List<Column> given) {
    Map<String, Column> before = byName(table.columns());
    Map<String, Column> after = byName(valid(given));
    for (String name : guarded(table)) {
      Column was = before.get(name);
      Column is = after.get(name);
      if (was != null
          && (is == null
              || !TypeText.canonical(was.typeText()).equals(TypeText.canonical(is.typeText())))) {
        throw invalid(
            "column %s is used by a row filter, column mask or constraint and cannot be %s"
                .formatted(was.name(), is == null ? "dropped" : "given another type"),
            "take that off first");
      }
    }
    List<Column> merged = new ArrayList<>();
    for (Column column : given) {
      Column was = before.get(CatalogState.folded(column.name()));
      merged.add(was == null ? column : column.withTags(was.tags()).withMask(was.mask()));
    }
    return merged;
  }

  private static Map<String, Column> byName(List<Column> columns) {
    Map<String, Column> found = new HashMap<>();
    columns.forEach(column -> found.put(CatalogState.folded(column.name()), column));
    return found;
  }

  /** Folded names of the columns that something reads. */
  private static Set<String> guarded(Definition.Table table) {
    Stream<String> masked =
        table.columns().stream()
            .filter(column -> column.mask().isPresent())
            .flatMap(
                column ->
                    Stream.concat(
                        Stream.of(column.name()), column.mask().get().columns().stream()));
    Stream<String> filtered =
        table.rowFilter().stream().flatMap(policy -> policy.columns().stream());
    Stream<String> constrained =
        table.constraints().values().stream()
            .flatMap(text -> TableConstraint.parse(text).columns().stream());
    return Stream.of(masked, filtered, constrained)
        .flatMap(Function.identity())
        .map(CatalogState::folded)
        .collect(Collectors.toSet());
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
