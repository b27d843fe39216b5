package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.rest.TableJson.CheckConstraint;
import io.millrace.catalog.server.rest.TableJson.ForeignKey;
import io.millrace.catalog.server.rest.TableJson.PrimaryKey;
import io.millrace.catalog.server.service.TableConstraint;
import io.millrace.catalog.server.service.TableConstraints;
import io.millrace.catalog.server.service.TablePolicies;
import io.millrace.catalog.server.service.Work;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Row filters and column masks of tables, and {@code /constraints} as Databricks has them. */
public final class TablePolicyResource {
  private final Work work;
  private final TablePolicies policies;
  private final TableConstraints constraints;

  public TablePolicyResource(Work work, TablePolicies policies, TableConstraints constraints) {
    this.work = requireNonNull(work, "work is null");
    this.policies = requireNonNull(policies, "policies is null");
    this.constraints = requireNonNull(constraints, "constraints is null");
  }

  record RowFilter(String functionName, Optional<List<String>> inputColumnNames) {
    RowFilter {
      requireNonNull(functionName, "function_name");
    }
  }

  record ColumnMask(String functionName, Optional<List<String>> usingColumnNames) {
    ColumnMask {
      requireNonNull(functionName, "function_name");
    }
  }

  record Constraint(
      Optional<PrimaryKey> primaryKeyConstraint,
      Optional<ForeignKey> foreignKeyConstraint,
      Optional<CheckConstraint> checkConstraint) {}

  record CreateConstraint(String fullNameArg, Constraint constraint) {
    CreateConstraint {
      requireNonNull(fullNameArg, "full_name_arg");
      requireNonNull(constraint, "constraint");
    }
  }

  /** All routes. */
  public List<Route> routes() {
    Rule manages = new Rule.Decided("MANAGE on the table, or ownership of it or of what it is in");
    Rule sets = new Rule.Decided(manages.words() + "; EXECUTE on the function");
    return List.of(
        Millrace.route(
            "PUT",
            "/tables/{full_name}/row-filter",
            sets,
            request -> {
              RowFilter body = request.body(RowFilter.class);
              return table(
                  policies.filterRows(
                      request.caller(),
                      request.path("full_name"),
                      body.functionName(),
                      body.inputColumnNames().orElse(List.of())));
            }),
        Millrace.route(
            "DELETE",
            "/tables/{full_name}/row-filter",
            manages,
            request -> table(policies.unfilterRows(request.caller(), request.path("full_name")))),
        Millrace.route(
            "PUT",
            "/tables/{full_name}/columns/{column}/mask",
            sets,
            request -> {
              ColumnMask body = request.body(ColumnMask.class);
              return table(
                  policies.mask(
                      request.caller(),
                      request.path("full_name"),
                      request.path("column"),
                      body.functionName(),
                      body.usingColumnNames().orElse(List.of())));
            }),
        Millrace.route(
            "DELETE",
            "/tables/{full_name}/columns/{column}/mask",
            manages,
            request ->
                table(
                    policies.unmask(
                        request.caller(), request.path("full_name"), request.path("column")))),
        Unity.route("POST", "/constraints", manages, this::create),
        Unity.route(
            "DELETE",
            "/constraints/{full_name}",
            manages,
            request -> {
              constraints.drop(
                  request.caller(), request.path("full_name"), request.required("constraint_name"));
              return Reply.done();
            }));
  }

  private Reply create(Request request) {
    CreateConstraint body = request.body(CreateConstraint.class);
    Constraint given = body.constraint();
    long kinds =
        Stream.of(
                given.primaryKeyConstraint(), given.foreignKeyConstraint(), given.checkConstraint())
            .filter(Optional::isPresent)
            .count();
    if (kinds != 1) {
      throw TableJson.invalid(
          "the constraint is of %d kinds".formatted(kinds),
          "give one of primary_key_constraint, foreign_key_constraint and check_constraint");
    }
    String name;
    TableConstraint constraint;
    if (given.primaryKeyConstraint().isPresent()) {
      PrimaryKey key = given.primaryKeyConstraint().get();
      name = key.name();
      constraint = new TableConstraint.PrimaryKey(required(key.childColumns(), "child_columns"));
    } else if (given.foreignKeyConstraint().isPresent()) {
      ForeignKey key = given.foreignKeyConstraint().get();
      name = key.name();
      constraint =
          new TableConstraint.ForeignKey(
              required(key.childColumns(), "child_columns"),
              required(key.parentTable(), "parent_table"),
              required(key.parentColumns(), "parent_columns"));
    } else {
      CheckConstraint check = given.checkConstraint().orElseThrow();
      name = check.name();
      constraint = new TableConstraint.Check(required(check.condition(), "condition"));
    }
    constraints.add(request.caller(), body.fullNameArg(), required(name, "name"), constraint);
    return Reply.of(given);
  }

  private static <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw TableJson.invalid("the constraint has no " + name, "add it");
    }
    return value;
  }

  private Reply table(Securable changed) {
    return Reply.of(TableJson.info(work.state(), changed, TableJson.View.WHOLE));
  }
}
