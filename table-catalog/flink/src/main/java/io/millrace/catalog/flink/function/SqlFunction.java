package io.millrace.catalog.flink.function;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.catalog.FunctionLanguage;
import org.apache.flink.table.resource.ResourceUri;
import org.apache.flink.table.types.DataType;

/**
 * A function whose body is a SQL expression of its parameters.
 *
 * @param fullName in the catalog
 * @param parameters in order
 * @param result what the body is cast to
 * @param body the expression
 * @param deterministic whether equal arguments always give equal results
 * @param comment what people say of it; empty if nothing
 */
public record SqlFunction(
    String fullName,
    List<Parameter> parameters,
    DataType result,
    String body,
    boolean deterministic,
    String comment)
    implements CatalogFunction {
  public SqlFunction {
    requireNonNull(fullName, "fullName is null");
    parameters = List.copyOf(parameters);
    requireNonNull(result, "result is null");
    requireNonNull(body, "body is null");
    requireNonNull(comment, "comment is null");
  }

  /** A parameter, by whose name the body calls the argument. */
  public record Parameter(String name, DataType type) {
    public Parameter {
      requireNonNull(name, "name is null");
      requireNonNull(type, "type is null");
    }
  }

  /** The class that evaluates all of them. */
  @Override
  public String getClassName() {
    return EvaluatedFunction.class.getName();
  }

  @Override
  public CatalogFunction copy() {
    return this;
  }

  @Override
  public Optional<String> getDescription() {
    return comment.isEmpty() ? Optional.empty() : Optional.of(comment);
  }

  @Override
  public Optional<String> getDetailedDescription() {
    return getDescription();
  }

  @Override
  public FunctionLanguage getFunctionLanguage() {
    return FunctionLanguage.JAVA;
  }

  @Override
  public List<ResourceUri> getFunctionResources() {
    return List.of();
  }
}
