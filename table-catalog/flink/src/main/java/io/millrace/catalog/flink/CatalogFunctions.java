package io.millrace.catalog.flink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.flink.function.SqlFunction;
import io.millrace.catalog.flink.rest.Wire.FunctionInfo;
import io.millrace.catalog.flink.rest.Wire.Parameter;
import io.millrace.delta.kernel.ColumnJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.utils.TypeConversions;

/** Functions as the catalog keeps them, as Flink calls them. Stateless. */
final class CatalogFunctions {
  private static final String RETURN = "RETURN";

  private CatalogFunctions() {}

  /**
   * A scalar function written in SQL.
   *
   * @throws MillraceException SQL_UNSUPPORTED naming what else it is; TYPE_UNSUPPORTED
   */
  static SqlFunction of(String fullName, FunctionInfo function) {
    String body = function.routineDefinition() == null ? "" : function.routineDefinition().strip();
    if (!"SQL".equals(function.routineBody()) || body.isEmpty()) {
      throw unsupported(fullName, "is not written in SQL");
    }
    if ("TABLE_TYPE".equals(function.dataType())) {
      throw unsupported(fullName, "returns a table");
    }
    List<Parameter> given =
        new ArrayList<>(
            function.inputParams() == null || function.inputParams().parameters() == null
                ? List.of()
                : function.inputParams().parameters());
    given.sort(Comparator.comparingInt(p -> p.position() == null ? 0 : p.position()));
    List<SqlFunction.Parameter> parameters = new ArrayList<>();
    for (Parameter parameter : given) {
      parameters.add(
          new SqlFunction.Parameter(
              parameter.name(), TypeConversions.fromLogicalToDataType(type(fullName, parameter))));
    }
    String result =
        function.fullDataType() == null
            ? String.valueOf(function.dataType())
            : function.fullDataType();
    return new SqlFunction(
        fullName,
        parameters,
        TypeConversions.fromLogicalToDataType(
            TypeText.parse("what function %s returns".formatted(fullName), result)),
        expression(body),
        function.isDeterministic() == null || function.isDeterministic(),
        function.comment() == null ? "" : function.comment());
  }

  private static LogicalType type(String function, Parameter parameter) {
    if (parameter.typeText() == null || parameter.typeText().isBlank()) {
      String json = parameter.typeJson() == null ? "" : parameter.typeJson();
      return ColumnJson.type(parameter.name(), json, true);
    }
    return TypeText.parse(
        "parameter %s of function %s".formatted(parameter.name(), function), parameter.typeText());
  }

  private static String expression(String body) {
    boolean returns =
        body.length() > RETURN.length()
            && body.substring(0, RETURN.length()).toUpperCase(Locale.ROOT).equals(RETURN)
            && !Character.isLetterOrDigit(body.charAt(RETURN.length()))
            && body.charAt(RETURN.length()) != '_';
    return returns ? body.substring(RETURN.length()).strip() : body;
  }

  private static MillraceException unsupported(String function, String what) {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "function %s %s, and cannot be called from Flink".formatted(function, what),
        "create a temporary function that does the same");
  }
}
