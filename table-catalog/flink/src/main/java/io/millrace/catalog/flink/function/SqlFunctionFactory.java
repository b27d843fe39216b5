package io.millrace.catalog.flink.function;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.apache.flink.table.catalog.CatalogFunction;
import org.apache.flink.table.factories.FunctionDefinitionFactory;
import org.apache.flink.table.functions.FunctionDefinition;

/** Makes the catalog's functions callable. Stateless. */
public final class SqlFunctionFactory implements FunctionDefinitionFactory {
  @Override
  public FunctionDefinition createFunctionDefinition(
      String name, CatalogFunction function, Context context) {
    if (function instanceof SqlFunction known) {
      return new EvaluatedFunction(known);
    }
    throw new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "function %s is not written in SQL".formatted(name),
        "create it as a temporary function");
  }
}
