package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Definition.Policy;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Row filters and column masks: which rows and which values somebody sees who may SELECT. Each is a
 * SQL function of the catalog, known by its id. Thread-safe.
 */
public final class TablePolicies {
  private final Work work;

  public TablePolicies(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * Filters the rows of a table; a filter that was there is replaced.
   *
   * @param function full name; returns BOOLEAN, and the caller may execute it
   * @param columns that it is called with
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID
   */
  public Securable filterRows(Caller caller, String table, String function, List<String> columns) {
    return change(
        caller,
        table,
        "setRowFilter",
        Map.of("function", function),
        (in, is) -> {
          List<Column> inputs =
              columns.stream().map(name -> TableColumns.required(is, name)).toList();
          Securable called = function(in, caller, function);
          requireCall(called, inputs);
          requireReturns(called, function, "boolean");
          return is.withRowFilter(
              Optional.of(new Policy(called.id(), inputs.stream().map(Column::name).toList())));
        });
  }

  /** Takes the row filter off; nothing happens if there is none. */
  public Securable unfilterRows(Caller caller, String table) {
    return change(
        caller, table, "dropRowFilter", Map.of(), (in, is) -> is.withRowFilter(Optional.empty()));
  }

  /**
   * Masks a column; a mask that was there is replaced.
   *
   * @param function full name; its first parameter is the column, and it returns the column's type
   * @param using further columns that it is called with
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID
   */
  public Securable mask(
      Caller caller, String table, String column, String function, List<String> using) {
    return change(
        caller,
        table,
        "setColumnMask",
        Map.of("column", column, "function", function),
        (in, is) -> {
          Column masked = TableColumns.required(is, column);
          List<Column> more = using.stream().map(name -> TableColumns.required(is, name)).toList();
          Securable called = function(in, caller, function);
          List<Column> inputs = new ArrayList<>(List.of(masked));
          inputs.addAll(more);
          requireCall(called, inputs);
          requireReturns(called, function, masked.typeText());
          Policy mask = new Policy(called.id(), more.stream().map(Column::name).toList());
          return withMask(is, masked, Optional.of(mask));
        });
  }

  /** Takes a column's mask off; nothing happens if there is none. */
  public Securable unmask(Caller caller, String table, String column) {
    return change(
        caller,
        table,
        "dropColumnMask",
        Map.of("column", column),
        (in, is) -> withMask(is, TableColumns.required(is, column), Optional.empty()));
  }

  private static Definition.Table withMask(
      Definition.Table table, Column column, Optional<Policy> mask) {
    return table.withColumns(
        table.columns().stream()
            .map(each -> each.equals(column) ? each.withMask(mask) : each)
            .toList());
  }

  private Securable change(
      Caller caller,
      String table,
      String action,
      Map<String, String> parameters,
      BiFunction<Transaction, Definition.Table, Definition.Table> change) {
    return work.write(
        in -> {
          Securable found =
              work.gate().require(in.state(), caller, Action.ALTER, SecurableType.TABLE, table);
          Definition.Table is = (Definition.Table) found.definition();
          if (is.tableType() == TableType.VIEW) {
            throw invalid(
                "%s is a view".formatted(in.state().fullName(found)),
                "filter and mask the tables that it reads, or write it into its query");
          }
          return work.replace(
              in,
              caller,
              action,
              found.withDefinition(change.apply(in, is), Work.stamp(in, caller)),
              parameters);
        });
  }

  private Securable function(Transaction in, Caller caller, String name) {
    return work.gate().require(in.state(), caller, Action.EXECUTE, SecurableType.FUNCTION, name);
  }

  private static void requireCall(Securable function, List<Column> inputs) {
    List<Definition.Parameter> parameters =
        ((Definition.SqlFunction) function.definition()).parameters();
    long needed = parameters.stream().filter(p -> p.defaultValue().isEmpty()).count();
    if (inputs.size() < needed || inputs.size() > parameters.size()) {
      throw invalid(
          "function %s wants %d parameters and is given %d columns"
              .formatted(function.name(), parameters.size(), inputs.size()),
          "name a column for each parameter");
    }
    for (int i = 0; i < inputs.size(); i++) {
      String wanted = parameters.get(i).typeText();
      String given = inputs.get(i).typeText();
      if (!TypeText.canonical(wanted).equals(TypeText.canonical(given))) {
        throw invalid(
            "parameter %s of function %s is %s, and column %s is %s"
                .formatted(
                    parameters.get(i).name(), function.name(), wanted, inputs.get(i).name(), given),
            "use a function with the types of the columns");
      }
    }
  }

  private static void requireReturns(Securable function, String name, String type) {
    String returned = ((Definition.SqlFunction) function.definition()).returnType();
    if (!TypeText.canonical(returned).equals(TypeText.canonical(type))) {
      throw invalid(
          "function %s returns %s, not %s".formatted(name, returned, type),
          "use a function that returns " + type);
    }
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
