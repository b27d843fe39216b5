package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.Transaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Constraints of tables, as the catalog tells of them. Keys are not enforced by anybody; conditions
 * are by whoever writes the table. Thread-safe.
 */
public final class TableConstraints {
  private final Work work;

  public TableConstraints(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * Adds a constraint to a table.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID,
   *     SECURABLE_EXISTS
   */
  public Securable add(Caller caller, String table, String name, TableConstraint constraint) {
    SecurableName.valid(SecurableType.TABLE, name);
    return work.write(
        in -> {
          Securable found = require(in, caller, table);
          Definition.Table is = (Definition.Table) found.definition();
          requireFits(in, caller, is, constraint);
          Map<String, String> constraints = new HashMap<>(is.constraints());
          if (named(is, name).isPresent()) {
            throw new MillraceException(
                ErrorCode.SECURABLE_EXISTS,
                "the table has a constraint %s already".formatted(name),
                "choose another name, or take that one away first");
          }
          constraints.put(name, constraint.sql());
          return work.replace(
              in,
              caller,
              "createTableConstraint",
              found.withDefinition(is.withConstraints(constraints), Work.stamp(in, caller)),
              Map.of("constraint", name));
        });
  }

  private void requireFits(
      Transaction in, Caller caller, Definition.Table table, TableConstraint constraint) {
    constraint.columns().forEach(column -> TableColumns.required(table, column));
    if (constraint instanceof TableConstraint.PrimaryKey key) {
      if (key.columns().isEmpty()) {
        throw invalid("a primary key has no columns", "name at least one");
      }
      boolean another =
          table.constraints().values().stream()
              .anyMatch(text -> TableConstraint.parse(text) instanceof TableConstraint.PrimaryKey);
      if (another) {
        throw invalid("the table has a primary key already", "take that one away first");
      }
    } else if (constraint instanceof TableConstraint.ForeignKey key) {
      Securable parent =
          work.gate()
              .require(in.state(), caller, Action.DESCRIBE, SecurableType.TABLE, key.parent());
      if (key.columns().isEmpty() || key.columns().size() != key.parentColumns().size()) {
        throw invalid(
            "a foreign key has %d columns, for %d of the other table"
                .formatted(key.columns().size(), key.parentColumns().size()),
            "name as many of each, at least one");
      }
      Definition.Table other = (Definition.Table) parent.definition();
      key.parentColumns().forEach(column -> TableColumns.required(other, column));
    } else if (((TableConstraint.Check) constraint).condition().isBlank()
        || !(TableConstraint.parse(constraint.sql()) instanceof TableConstraint.Check)) {
      throw invalid("a check constraint has no condition", "write one, such as amount > 0");
    }
  }

  /**
   * Takes a constraint away.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, ARGUMENT_INVALID
   */
  public Securable drop(Caller caller, String table, String name) {
    return work.write(
        in -> {
          Securable found = require(in, caller, table);
          Definition.Table is = (Definition.Table) found.definition();
          String known =
              named(is, name)
                  .orElseThrow(
                      () ->
                          invalid(
                              "the table has no constraint " + SecurableName.shown(name),
                              "look at table_constraints of the table"));
          Map<String, String> constraints = new HashMap<>(is.constraints());
          constraints.remove(known);
          return work.replace(
              in,
              caller,
              "deleteTableConstraint",
              found.withDefinition(is.withConstraints(constraints), Work.stamp(in, caller)),
              Map.of("constraint", known));
        });
  }

  private static Optional<String> named(Definition.Table table, String name) {
    return List.copyOf(table.constraints().keySet()).stream()
        .filter(each -> CatalogState.folded(each).equals(CatalogState.folded(name)))
        .findFirst();
  }

  private Securable require(Transaction in, Caller caller, String table) {
    return work.gate().require(in.state(), caller, Action.ALTER, SecurableType.TABLE, table);
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
